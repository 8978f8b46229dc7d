#include "kernel/names/parts.h"

#include <algorithm>
#include <array>
#include <map>

#include "kernel/names/text.h"

namespace names {
namespace {

/// A list's word decoded once.
template <class Item>
struct Decoded {
  std::u32string word;
  const Item* item;
};

template <class Item>
std::vector<Decoded<Item>> decoded(std::span<const Item> items) {
  std::vector<Decoded<Item>> all;
  for (const Item& item : items) all.push_back({comparable(item.word), &item});
  return all;
}

struct DivisionWord {
  std::u32string word;
  const codes::Division* division;
};

/// Full names and, down to the county, names without 省, 市, 区, 县: longest first.
const std::vector<DivisionWord>& division_words() {
  static const std::vector<DivisionWord> all = [] {
    std::vector<DivisionWord> words;
    for (const codes::Division& division : codes::divisions()) {
      const std::u32string full = comparable(division.name.zh);
      words.push_back({full, &division});
      if (division.level != codes::DivisionLevel::town && full.size() > 2)
        words.push_back({full.substr(0, full.size() - 1), &division});
    }
    std::ranges::stable_sort(words,
                             [](const auto& left, const auto& right) { return left.word.size() > right.word.size(); });
    return words;
  }();
  return all;
}

constexpr auto zones = std::to_array<std::u32string_view>(
    {U"高新技术产业开发区", U"经济技术开发区", U"经济开发区", U"高新区", U"经开区", U"自贸区", U"新区"});

std::size_t zone_at_start(std::u32string_view text) {
  for (const std::u32string_view zone : zones)
    if (text.starts_with(zone)) return zone.size();
  return 0;
}

const Decoded<Form>* form_at_end(std::u32string_view text) {
  static const auto all = decoded(forms());
  const auto found = std::ranges::find_if(all, [&](const auto& each) { return text.ends_with(each.word); });
  return found == all.end() ? nullptr : &*found;
}

/// The longest word of an industry at the end that leaves at least `left` characters before it.
const Decoded<IndustryWord>* industry_at_end(std::u32string_view text, std::size_t left) {
  static const auto all = decoded(industry_words());
  const auto found = std::ranges::find_if(
      all, [&](const auto& each) { return text.size() >= each.word.size() + left && text.ends_with(each.word); });
  return found == all.end() ? nullptr : &*found;
}

/// Where the name of the entity ends to which a branch belongs; 0 when the name tells none.
std::size_t parent_size(std::u32string_view name) {
  std::size_t size = 0;
  for (const std::u32string_view form : {U"有限公司", U"有限责任公司", U"合作社", U"合伙企业"})
    if (const std::size_t at = name.find(form); at != std::u32string_view::npos)
      size = std::max(size, at + form.size());
  return size < name.size() ? size : 0;
}

}  // namespace

Named divisions_at_start(std::u32string_view text, bool with_towns) {
  Named named;
  bool again = true;
  while (again) {
    again = false;
    for (const DivisionWord& word : division_words()) {
      const bool is_town = word.division->level == codes::DivisionLevel::town;
      if ((is_town && !with_towns) || !text.substr(named.size).starts_with(word.word)) continue;
      // A larger division never follows a smaller one: that is a trade name.
      if (!named.divisions.empty() && named.divisions.back()->level >= word.division->level) continue;
      named.divisions.push_back(word.division);
      named.size += word.word.size();
      again = true;
      break;
    }
  }
  return named;
}

Parts split(std::string_view name) {
  Parts parts{.whole = comparable(name)};
  std::u32string_view rest = parts.whole;
  const Decoded<Form>* form = form_at_end(rest);
  if (form && form->item->of == FormOf::branch) {
    parts.form = form->word;
    parts.of = FormOf::branch;
    if (const std::size_t size = parent_size(rest)) {
      parts.parent = rest.substr(0, size);
      rest = rest.substr(0, size);
    } else {
      rest.remove_suffix(form->word.size());
    }
    form = form_at_end(rest);
    if (form && parts.parent.empty()) form = nullptr;
    if (form) rest.remove_suffix(form->word.size());
  } else if (form && form->word.size() < rest.size()) {
    parts.form = form->word;
    parts.of = form->item->of;
    rest.remove_suffix(form->word.size());
  }
  const Named named = divisions_at_start(rest, false);
  if (named.size < rest.size()) {
    parts.divisions = named.divisions;
    parts.division = rest.substr(0, named.size);
    parts.trade_begin = named.size;
    rest.remove_prefix(named.size);
    if (const std::size_t size = zone_at_start(rest); size > 0 && size < rest.size()) {
      parts.zone = rest.substr(0, size);
      parts.trade_begin += size;
      rest.remove_prefix(size);
    }
  }
  if (const auto* industry = industry_at_end(rest, 1)) {
    parts.industry = industry->word;
    parts.industry_code = industry->item->code;
    rest.remove_suffix(industry->word.size());
  }
  // 湘演(株洲)商贸有限公司: the division may stand behind the trade name.
  if (parts.divisions.empty())
    for (const DivisionWord& word : division_words())
      if (rest.size() > word.word.size() + 1 && rest.ends_with(word.word)) {
        parts.divisions = {word.division};
        parts.division = word.word;
        rest.remove_suffix(word.word.size());
        break;
      }
  parts.trade = rest;
  return parts;
}

}  // namespace names
