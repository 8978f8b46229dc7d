#include "kernel/names/index.h"

#include <algorithm>
#include <map>
#include <set>

#include "kernel/names/check.h"
#include "kernel/names/han.h"
#include "kernel/names/parts.h"
#include "kernel/names/text.h"

namespace names {
namespace {

constexpr std::size_t initials_max = 10;
constexpr std::size_t reading_max = 32;
/// How many ways a trade name may be read in the index.
constexpr std::size_t ways_max = 4;
constexpr std::size_t trade_sounds_max = 6;

bool is_letter(char32_t c) {
  return c >= 'a' && c <= 'z';
}
bool is_digit(char32_t c) {
  return c >= '0' && c <= '9';
}

/// Every single character and pair, each with its fit as `fit_of(begin, end)` says.
template <class FitOf>
void post(std::map<Gram, Fit>& best, const std::u32string& text, FitOf fit_of) {
  const auto keep = [&](Gram gram, Fit fit) {
    const auto [found, is_new] = best.emplace(gram, fit);
    if (!is_new) found->second = std::min(found->second, fit);
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    keep(gram_of(text[i]), fit_of(i, i + 1));
    if (i + 1 < text.size()) keep(gram_of(text[i], text[i + 1]), fit_of(i, i + 2));
  }
}

/// Pairs alone: a single character of an address finds too much to be of use.
void post_pairs(std::map<Gram, Fit>& best, const std::u32string& text, Fit fit) {
  for (std::size_t i = 0; i + 1 < text.size(); ++i) best.emplace(gram_of(text[i], text[i + 1]), fit);
}

/// What the characters sound like; letters and digits stand for themselves.
std::vector<std::vector<std::string>> syllables_of(std::u32string_view text) {
  std::vector<std::vector<std::string>> all;
  for (const char32_t c : text) {
    std::vector<std::string> readings = readings_of(c);
    if (readings.empty() && (is_letter(c) || is_digit(c))) readings = {std::string(1, static_cast<char>(c))};
    if (!readings.empty()) all.push_back(std::move(readings));
  }
  return all;
}

using Way = std::vector<std::string>;

/// The usual reading first, then others, `ways_max` in all.
std::vector<Way> ways_of(const std::vector<std::vector<std::string>>& syllables) {
  std::vector<Way> ways = {{}};
  for (const auto& readings : syllables) {
    std::vector<Way> longer;
    for (std::size_t which = 0; which < readings.size(); ++which)
      for (const Way& way : ways) {
        if (longer.size() == ways_max) break;
        longer.push_back(way);
        longer.back().push_back(readings[which]);
      }
    ways = std::move(longer);
  }
  return ways;
}

std::string initials_of(const Way& way, std::size_t from) {
  std::string initials;
  for (std::size_t i = from; i < way.size(); ++i) initials += way[i][0];
  return initials;
}

std::string joined(const Way& way) {
  std::string all;
  for (const std::string& syllable : way) all += syllable;
  return all;
}

}  // namespace

std::u32string street_of(std::string_view address) {
  std::u32string street = comparable(address);
  const std::size_t size = divisions_at_start(street, true).size;
  if (size < street.size()) street.erase(0, size);
  return street;
}

std::string trade_key_of(std::string_view name) {
  return trade_key(split(name).trade);
}

std::string trade_of(std::string_view name) {
  return encode(split(name).trade);
}

std::vector<Posting> postings_of(const Indexed& indexed) {
  const Parts parts = split(indexed.name);
  const std::size_t begin = parts.trade_begin;
  const std::size_t end = begin + parts.trade.size();
  std::map<Gram, Fit> best;
  post(best, parts.whole, [&](std::size_t from, std::size_t to) {
    if (from < begin || to > end) return from == begin ? Fit::trade_beginning : Fit::name;
    if (from == begin) return to == end ? Fit::trade_name : Fit::trade_beginning;
    return Fit::trade;
  });
  post_pairs(best, street_of(indexed.address), Fit::address);
  post_pairs(best, comparable(indexed.person), Fit::person);
  std::vector<Posting> postings;
  postings.reserve(best.size());
  for (const auto& [gram, fit] : best) postings.push_back({gram, tier_of(fit, indexed.open)});
  return postings;
}

std::vector<std::string> sounds_of(std::string_view name) {
  const Parts parts = split(name);
  const auto tail = syllables_of(std::u32string_view(parts.whole).substr(parts.trade_begin + parts.trade.size()));
  Way rest;
  for (const auto& readings : tail) rest.push_back(readings[0]);
  const std::string rest_initials = initials_of(rest, 0);
  const std::string rest_sound = joined(rest);
  std::set<std::string> sounds;
  for (const Way& way : ways_of(syllables_of(parts.trade))) {
    if (way.empty()) continue;
    for (std::size_t from = 0; from < std::min(way.size(), trade_sounds_max); ++from)
      sounds.insert((initials_of(way, from) + " " + rest_initials).substr(0, initials_max));
    sounds.insert((joined(way) + " " + rest_sound).substr(0, reading_max));
  }
  return {sounds.begin(), sounds.end()};
}

Asked understand(std::string_view typed) {
  Asked asked{.text = comparable(typed)};
  if (asked.text.size() > asked_characters_max) asked.text.resize(asked_characters_max);
  const std::u32string& text = asked.text;
  if (text.size() == 1) asked.grams = {gram_of(text[0])};
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    const Gram gram = gram_of(text[i], text[i + 1]);
    if (std::ranges::find(asked.grams, gram) == asked.grams.end()) asked.grams.push_back(gram);
  }
  if (text.size() > 2) asked.trade = trade_of(typed);
  if (!text.empty() && std::ranges::all_of(text, is_letter)) asked.sound = encode(text);
  if (text.size() > 1 && std::ranges::all_of(text, [](char32_t c) { return is_letter(c) || is_digit(c); })) {
    asked.code = encode(text);
    std::ranges::transform(asked.code, asked.code.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  }
  return asked;
}

bool has_text(const Indexed& indexed, const std::u32string& text, bool with_person) {
  return contains(comparable(indexed.name), text) || contains(street_of(indexed.address), text) ||
         (with_person && contains(comparable(indexed.person), text));
}

}  // namespace names
