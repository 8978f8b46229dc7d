#include "search.h"

#include <algorithm>
#include <charconv>

#include "kernel/base/unicode.h"
#include "kernel/codes/lists.h"
#include "kernel/names/check.h"
#include "kernel/names/text.h"
#include "modules/registration/model.h"
#include "search/store.h"
#include "store.h"

namespace registration {
namespace {

/// Candidates looked at for one request, whatever it finds among them.
constexpr std::int64_t candidates_max = 60'000;
constexpr int batch_first = 24;
constexpr int batch_rows = 500;
/// Pairs are compared by the length of their lists up to here before a longer count is worth it.
constexpr std::int64_t short_list = 300;
/// Keys of sounds counted: first as many as are enough where most are of different entities.
constexpr std::int64_t sounds_counted_first = search_total_max + search_total_max / 4;
constexpr std::int64_t sounds_counted = 3 * search_total_max;
/// Texts read at once while they are counted, and altogether.
constexpr int texts_counted_together = 2'000;
constexpr std::int64_t texts_counted_max = 2 * search_total_max;
constexpr std::size_t common_searches_max = 1'000;
constexpr std::chrono::minutes common_searches_kept{10};
/// So many that keys which are neighbours in the tables are written together, so few that they fit into memory.
constexpr int entities_indexed_together = 16'000;

base::Error filter_invalid(std::vector<base::Place> places) {
  return {.kind = base::Refusal::invalid,
          .code = "registration.filter_invalid",
          .message = {"查询条件有误,请改正标出的各项", "The search cannot be done like this: correct what is marked."},
          .places = std::move(places)};
}

base::Error cursor_invalid() {
  return {.kind = base::Refusal::invalid,
          .code = "registration.cursor_invalid",
          .message = {"翻页位置无效,请重新查询", "This page cannot be continued: search again."}};
}

base::Error too_many_to_sort() {
  return {.kind = base::Refusal::rule_not_met,
          .code = "registration.too_many_to_sort",
          .message = {"符合条件的超过10000个,不能按此排序;请先缩小范围,或按最相符排序",
                      "More than 10,000 fit, too many to sort like this: narrow the search, or sort by best match."}};
}

bool is_industry_filter(const std::string& industry) {
  if (industry.size() == 1) return industry[0] >= 'A' && industry[0] <= 'T';
  return industry.size() >= 2 && industry.size() <= 4 &&
         std::ranges::all_of(industry, [](char c) { return c >= '0' && c <= '9'; });
}

std::vector<base::Place> faults_of(const SearchQuery& query) {
  std::vector<base::Place> places;
  const auto fault = [&](const char* path, base::Text message) {
    places.push_back({path, "registration.filter_invalid", std::move(message)});
  };
  if (!base::is_utf8(query.text) || query.text.find('\0') != std::string::npos)
    fault("/search", {"查询内容不是有效文字", "The text to search for is not valid."});
  else if (base::length(query.text) > names::asked_characters_max)
    fault("/search", {"查询内容最多60个字", "Search for at most 60 characters."});
  else if (!query.text.empty() && names::comparable(query.text).empty())
    fault("/search", {"请输入文字、字母或数字", "Enter characters, letters or digits."});
  if (!query.kind.empty() && !is_kind(query.kind)) fault("/kind", {"没有这种主体类型", "There is no such kind."});
  if (!query.status.empty() && query.status != "open" && query.status != "revoked" && query.status != "moved_out" &&
      query.status != "deregistered")
    fault("/status", {"没有这种登记状态", "There is no such status."});
  if (const auto* town = codes::find_division(query.township);
      !query.township.empty() && (!town || town->level != codes::DivisionLevel::town))
    fault("/township", {"没有这个街道或镇", "There is no such subdistrict or town."});
  if (!query.industry.empty() && !is_industry_filter(query.industry))
    fault("/industry", {"行业请填门类字母或2至4位代码,如F或5211",
                        "Give an industry as a section's letter or two to four digits, like F or 5211."});
  for (const auto& [path, day] :
       {std::pair{"/established_from", &query.established_from}, std::pair{"/established_to", &query.established_to}})
    if (!day->empty() && !calendar::parse_date(*day))
      fault(path, {"日期请按2026-11-24这样填写", "Write the day like 2026-11-24."});
  if (!query.sort.empty() && query.sort != "best" && query.sort != "newest" && query.sort != "oldest" &&
      query.sort != "name")
    fault("/sort", {"没有这种排序", "There is no such order."});
  return places;
}

/// "source.tier.entity.total.more.key", or for sorted pages "offset.total": where the next page begins.
struct Cursor {
  bool is_sorted = false;
  Position position = {};
  std::int64_t offset = 0;
  std::int64_t total = 0;
  bool has_more = false;
};

std::string to_text(const Cursor& cursor) {
  const auto number = [](std::int64_t value) { return std::to_string(value); };
  if (cursor.is_sorted) return number(cursor.offset) + "." + number(cursor.total);
  return number(static_cast<int>(cursor.position.source)) + "." + number(cursor.position.tier) + "." +
         number(cursor.position.entity.number) + "." + number(cursor.total) + "." + number(cursor.has_more) + "." +
         cursor.position.key;
}

base::Result<Cursor> parse_cursor(std::string_view text, bool is_sorted) {
  std::vector<std::int64_t> numbers;
  const std::size_t wanted = is_sorted ? 2 : 5;
  while (numbers.size() < wanted) {
    const std::size_t dot = std::min(text.find('.'), text.size());
    std::int64_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + dot, number);
    if (read.ec != std::errc() || read.ptr != text.data() + dot || dot == 0) return cursor_invalid();
    numbers.push_back(number);
    text.remove_prefix(std::min(dot + 1, text.size()));
  }
  if (is_sorted) {
    if (numbers[0] < 0 || !text.empty()) return cursor_invalid();
    return Cursor{.is_sorted = true, .offset = numbers[0], .total = numbers[1]};
  }
  if (numbers[0] < 0 || numbers[0] > static_cast<int>(Source::all) || !base::is_utf8(text) ||
      text.find('\0') != std::string_view::npos)
    return cursor_invalid();
  return Cursor{.position = {.source = static_cast<Source>(numbers[0]),
                             .tier = numbers[1],
                             .entity = {numbers[2]},
                             .key = std::string(text)},
                .total = numbers[3],
                .has_more = numbers[4] != 0};
}

/// Goes through all that fits, best first, each entity once.
class Walk {
 public:
  Walk(storage::Snapshot& snapshot, const access_control::Scope& scope, const SearchQuery& query)
      : snapshot_(snapshot),
        query_(query),
        asked_(names::understand(query.text)),
        filters_(filters_of(scope, query, Wrapped::yes)),
        plain_filters_(filters_of(scope, query, Wrapped::no)) {
    typed_ = names::encode(asked_.text);
    if (!asked_.trade.empty()) trade_ = names::decode(asked_.trade);
    if (asked_.text.empty()) sources_ = {Source::all};
    if (asked_.code.size() > 1) sources_.push_back(Source::code);
    if (trade_.size() > 1) sources_.insert(sources_.end(), {Source::trade, Source::beginning});
    if (!asked_.grams.empty()) sources_.push_back(Source::text);
    if (!asked_.sound.empty()) sources_.push_back(Source::sound);
  }

  Position start() const { return {.source = sources_.front()}; }
  bool knows(Source source) const { return std::ranges::find(sources_, source) != sources_.end(); }

  /// Up to `limit` entities after `position`, which moves on. False: nothing follows.
  bool take(Position& position, std::int64_t limit, std::vector<Candidate>& found) {
    int batch = static_cast<int>(std::min<std::int64_t>(limit + 1, batch_first));
    std::int64_t seen = 0;
    auto source = std::ranges::find(sources_, position.source);
    while (seen < candidates_max) {
      const Wanted wanted{.asked = asked_,
                          .gram = gram_for(*source),
                          .filters = *source == Source::all ? plain_filters_ : filters_,
                          .limit = batch};
      std::vector<Candidate> candidates = candidates_after(snapshot_, position, wanted);
      seen += static_cast<std::int64_t>(candidates.size());
      for (Candidate& candidate : candidates) {
        position = candidate.position;
        if (!fits(candidate) || came_before(candidate, source)) continue;
        found.push_back(std::move(candidate));
        if (--limit == 0) return true;
      }
      if (static_cast<int>(candidates.size()) == batch) {
        batch = batch_rows;
        continue;
      }
      if (++source == sources_.end()) return false;
      position = {.source = *source};
    }
    return true;
  }

  using Total = CommonSearches::Total;

  /// What fits when it can be counted without going through whole entities; nothing otherwise.
  std::optional<Total> quick_count(CommonSearches* common) {
    const std::string asked = common ? key() : "";
    if (common)
      if (const auto known = common->find(asked)) return known;
    std::optional<Total> total = count();
    if (total && total->total > search_total_max) total = Total{.total = search_total_max, .has_more = true};
    if (common && total && total->has_more) common->keep(asked, *total);
    return total;
  }

 private:
  /// All that decides what fits.
  std::string key() const {
    std::string key = typed_ + '\0' + asked_.code + '\0' + asked_.sound + '\0' + std::to_string(query_.with_person) +
                      std::to_string(filters_.division_first) + filters_.sql;
    for (const storage::Datum& each : filters_.parameters) key += '\0' + each.text();
    return key;
  }

  std::optional<Total> count() {
    const auto exactly = [](std::int64_t total) { return Total{.total = total}; };
    if (sources_.front() == Source::all) return exactly(count_all(snapshot_, plain_filters_, search_total_max + 1));
    if (!filters_.any && sources_.size() == 1 && asked_.text.size() <= 2)
      return exactly(count_gram(snapshot_, asked_.grams.front(), filters_, search_total_max + 1));
    if (knows(Source::code)) {
      const std::int64_t codes = count_code(snapshot_, asked_.code, filters_, search_total_max + 1);
      if (codes > search_total_max) return exactly(codes);
      if (codes > 0) return std::nullopt;
    }
    // The names that are found first by their trade are found by the text as well.
    const Total texts = knows(Source::text) ? count_texts() : Total{};
    if (!knows(Source::sound) || texts.has_more || texts.total > search_total_max) return texts;
    if (filters_.any) return std::nullopt;
    for (const std::int64_t rows : {sounds_counted_first, sounds_counted}) {
      const SoundCount sounds = count_sound(snapshot_, asked_.sound, filters_, rows);
      if (sounds.entities > search_total_max) return exactly(sounds.entities);
      if (sounds.is_all && texts.total == 0) return exactly(sounds.entities);
      if (sounds.is_all) break;
    }
    return std::nullopt;
  }

  Total count_texts() {
    Position position{.source = Source::text};
    const Wanted wanted{
        .asked = asked_, .gram = gram_for(Source::text), .filters = filters_, .limit = texts_counted_together};
    Total total;
    for (std::int64_t seen = 0; seen < texts_counted_max;) {
      const std::vector<TextRow> rows = texts_after(snapshot_, position, wanted);
      for (const TextRow& row : rows)
        if (fits({.name = row.name, .address = row.address, .person = row.person}) && ++total.total > search_total_max)
          return total;
      if (static_cast<int>(rows.size()) < texts_counted_together) return total;
      seen += static_cast<std::int64_t>(rows.size());
      position = rows.back().position;
    }
    total.has_more = true;
    return total;
  }
  /// A text of one or two characters is a key itself.
  bool fits(const names::Indexed& indexed) const { return asked_.text.size() <= 2 || has_text(indexed); }
  /// Most names have it as it was typed, which costs a hundredth of comparing them.
  bool has_text(const names::Indexed& indexed) const {
    return indexed.name.find(typed_) != std::string_view::npos ||
           names::has_text(indexed, asked_.text, query_.with_person);
  }

  names::Gram gram_for(Source source) {
    if (source == Source::beginning) return names::gram_of(trade_[0], trade_[1]);
    if (source != Source::text) return 0;
    if (!leading_) leading_ = rarest();
    return *leading_;
  }

  names::Gram rarest() {
    if (asked_.grams.size() == 1) return asked_.grams.front();
    for (const std::int64_t limit : {short_list, search_total_max}) {
      std::pair<std::int64_t, names::Gram> best{limit, 0};
      for (const names::Gram gram : asked_.grams)
        best = std::min(best, {count_gram(snapshot_, gram, filters_, limit), gram});
      if (best.first < limit) return best.second;
    }
    return asked_.grams.front();
  }

  names::Indexed indexed(const Entity& entity) const {
    return {.name = entity.name, .address = entity.address, .person = entity.operator_name};
  }
  bool has_code(const Candidate& candidate) const {
    return asked_.code.size() > 1 && candidate.entity.credit_code.starts_with(asked_.code);
  }
  bool has_name(const Candidate& candidate) const {
    return names::contains(names::comparable(candidate.entity.name), asked_.text);
  }
  /// Its first sound that fits is this one: the others would show it again.
  bool is_first_sound(const Candidate& candidate) const {
    const std::vector<std::string> sounds = names::sounds_of(candidate.entity.name);
    const auto first = std::ranges::find_if(sounds, [&](const auto& each) { return each.starts_with(asked_.sound); });
    return first != sounds.end() && *first == candidate.position.key;
  }
  bool fits(const Candidate& candidate) const {
    switch (candidate.position.source) {
      case Source::code:
      case Source::all:
        return true;
      case Source::trade:
        return has_name(candidate);
      case Source::beginning:
        return has_name(candidate) && begins(candidate);
      case Source::text:
        return fits(indexed(candidate.entity));
      case Source::sound:
        return is_first_sound(candidate);
    }
    return false;
  }
  bool begins(const Candidate& candidate) const {
    return names::trade_of(candidate.entity.name).starts_with(names::encode(trade_.substr(0, 2)));
  }
  bool came_before(const Candidate& candidate, std::vector<Source>::const_iterator source) const {
    return std::any_of(sources_.begin(), source, [&](Source earlier) {
      switch (earlier) {
        case Source::code:
          return has_code(candidate);
        case Source::trade:
          return has_name(candidate) && names::trade_key_of(candidate.entity.name) == names::trade_key(trade_);
        case Source::beginning:
          return has_name(candidate) && begins(candidate);
        case Source::text:
          return has_text(indexed(candidate.entity));
        case Source::sound:
        case Source::all:
          return false;
      }
      return false;
    });
  }

  storage::Snapshot& snapshot_;
  const SearchQuery& query_;
  names::Asked asked_;
  std::string typed_;  // as it is compared
  std::u32string trade_;
  std::vector<Source> sources_;
  Filters filters_;
  Filters plain_filters_;
  std::optional<names::Gram> leading_;
};

SearchPage page_of(std::vector<Candidate> found, std::size_t limit) {
  SearchPage page;
  for (std::size_t i = 0; i < std::min(limit, found.size()); ++i) page.entities.push_back(std::move(found[i].entity));
  return page;
}

base::Result<SearchPage> sorted_page(Walk& walk, const SearchQuery& query, CommonSearches* common) {
  Cursor cursor{.is_sorted = true};
  if (!query.cursor.empty()) {
    TRY(cursor, parse_cursor(query.cursor, true));
  }
  if (const auto total = walk.quick_count(common); total && total->total == search_total_max && total->has_more)
    return too_many_to_sort();
  std::vector<Candidate> found;
  Position position = walk.start();
  if (walk.take(position, search_total_max + 1, found)) return too_many_to_sort();
  std::ranges::sort(found, [&](const Candidate& left, const Candidate& right) {
    const Entity& a = left.entity;
    const Entity& b = right.entity;
    if (query.sort == "name") return std::tie(a.name, a.id) < std::tie(b.name, b.id);
    if (query.sort == "oldest") return std::tie(a.established_on, a.id) < std::tie(b.established_on, b.id);
    return std::tie(b.established_on, b.id) < std::tie(a.established_on, a.id);
  });
  const auto total = static_cast<std::int64_t>(found.size());
  const std::int64_t first = std::min(cursor.offset, total);
  found.erase(found.begin(), found.begin() + first);
  SearchPage page = page_of(std::move(found), static_cast<std::size_t>(query.limit));
  page.total = total;
  if (first + query.limit < total)
    page.next = to_text({.is_sorted = true, .offset = first + query.limit, .total = total});
  return page;
}

/// The first page counts, later ones carry the total along.
CommonSearches::Total total_of(Walk& walk, const std::vector<Candidate>& found, Position position,
                               CommonSearches* common) {
  if (const auto quick = walk.quick_count(common)) return *quick;
  const auto shown = static_cast<std::int64_t>(found.size());
  std::vector<Candidate> rest;
  const bool has_more = walk.take(position, search_total_max + 1 - shown, rest);
  const std::int64_t total = shown + static_cast<std::int64_t>(rest.size());
  return {.total = std::min(total, search_total_max), .has_more = has_more || total > search_total_max};
}

}  // namespace

base::Result<SearchPage> search(storage::Snapshot& snapshot, const access_control::Scope& scope,
                                const SearchQuery& query, CommonSearches* common) {
  if (std::vector<base::Place> places = faults_of(query); !places.empty()) return filter_invalid(std::move(places));
  Walk walk(snapshot, scope, query);
  if (!query.sort.empty() && query.sort != "best") return sorted_page(walk, query, common);
  Cursor cursor{.position = walk.start()};
  if (!query.cursor.empty()) {
    TRY(cursor, parse_cursor(query.cursor, false));
    if (!walk.knows(cursor.position.source)) return cursor_invalid();
  }
  // One more than is shown says whether a page follows; the next page begins after the last one shown.
  std::vector<Candidate> found;
  Position position = cursor.position;
  const bool goes_on = walk.take(position, query.limit + 1, found);
  const bool is_full = static_cast<std::int64_t>(found.size()) > query.limit;
  const Position last = is_full ? found[static_cast<std::size_t>(query.limit) - 1].position : position;
  CommonSearches::Total counted{.total = cursor.total, .has_more = cursor.has_more};
  if (query.cursor.empty())
    counted = goes_on ? total_of(walk, found, position, common)
                      : CommonSearches::Total{.total = static_cast<std::int64_t>(found.size())};
  SearchPage page = page_of(std::move(found), static_cast<std::size_t>(query.limit));
  page.total = counted.total;
  page.has_more = counted.has_more;
  if (is_full || goes_on) page.next = to_text({.position = last, .total = page.total, .has_more = page.has_more});
  return page;
}

std::optional<CommonSearches::Total> CommonSearches::find(const std::string& asked) const {
  const std::lock_guard lock(mutex_);
  const auto found = kept_.find(asked);
  if (found == kept_.end() || found->second.until < std::chrono::steady_clock::now()) return std::nullopt;
  return found->second.total;
}

void CommonSearches::keep(const std::string& asked, Total total) {
  const std::lock_guard lock(mutex_);
  if (kept_.size() >= common_searches_max) kept_.clear();
  kept_[asked] = {.total = total, .until = std::chrono::steady_clock::now() + common_searches_kept};
}

std::int64_t index_waiting(storage::Transaction& transaction) {
  std::vector<Entity> entities = not_indexed(transaction, entities_indexed_together);
  std::vector<Keys> keys;
  for (Entity& entity : entities) {
    // Entered before there were keys: the row lacked what is found by now.
    if (entity.operator_name.empty()) show_history(transaction, entity);
    keys.push_back(keys_of(entity));
    mark_indexed(transaction, entity);
  }
  insert_keys(transaction, keys);
  return static_cast<std::int64_t>(entities.size());
}

std::int64_t index_waiting(storage::Store& store) {
  std::int64_t count = 0;
  for (;;) {
    std::int64_t more = 0;
    store.write([&](storage::Transaction& transaction) {
      more = index_waiting(transaction);
      return true;
    });
    count += more;
    if (more < entities_indexed_together) return count;
  }
}

}  // namespace registration
