/// Finding entities: by text, pinyin, initials, credit code; best matches first; with filters. A face for other
/// modules.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "modules/registration/registration.h"

namespace registration {

/// Totals are exact up to here; above, a search says that there are more. Counting costs no more than finding.
inline constexpr std::int64_t search_total_max = 10'000;

struct SearchQuery {
  std::string text = {};      // part of name, street, person; pinyin or initials; the beginning of a credit code
  std::string kind = {};      // see is_kind
  std::string status = {};    // open, revoked, moved_out, deregistered
  std::string township = {};  // nine digits
  std::string industry = {};  // a section's letter, or the first two to four digits of a class
  std::string established_from = {};  // 2026-11-24
  std::string established_to = {};
  std::string sort = {};  // best (default), newest, oldest, name
  /// Whether the person in charge is searched, too: the office alone.
  bool with_person = false;
  int limit = 20;
  std::string cursor = {};
};

struct SearchPage {
  std::vector<Entity> entities = {};
  std::optional<std::string> next = {};
  std::int64_t total = 0;
  bool has_more = false;  // than `total`
};

/// What is known to fit more entities than are counted. It stays true unless thousands of entities change, so that it
/// is counted again only every ten minutes. Thread-safe.
class CommonSearches {
 public:
  struct Total {
    std::int64_t total = 0;
    bool has_more = false;
  };
  std::optional<Total> find(const std::string& asked) const;
  void keep(const std::string& asked, Total total);

 private:
  struct Kept {
    Total total;
    std::chrono::steady_clock::time_point until;
  };
  mutable std::mutex mutex_;
  std::map<std::string, Kept> kept_;
};

/// The page of entities that fit, within the scope. Without a text the newest come first.
/// Errors: `registration.filter_invalid` with every filter at fault, `registration.cursor_invalid`,
/// `registration.too_many_to_sort` when more than `search_total_max` fit and another order than the best is asked for.
base::Result<SearchPage> search(storage::Snapshot& snapshot, const access_control::Scope& scope,
                                const SearchQuery& query, CommonSearches* common = nullptr);

/// Who bears a trade name, or bore it until lately.
struct Bearer {
  std::string name;
  std::string credit_code;
  std::string status;    // open, revoked, deregistered; renamed: it bears another name now
  std::string industry;  // the class it is registered under
  std::optional<calendar::Date> ended_on;
};
/// Looked at for one key; beyond that a name is common enough to be plain.
inline constexpr int bearers_max = 500;
/// By the trade name as it is compared: open ones, and those that ended or gave it up on `kept_since` or later.
/// Source: [ENR-17].
std::vector<Bearer> bearers_of_trade(storage::Snapshot& snapshot, const std::string& division,
                                     const std::string& trade_key, calendar::Date kept_since);
/// Open ones whose reading begins like this ("xiangyan ": the whole trade name).
std::vector<Bearer> bearers_of_sound(storage::Snapshot& snapshot, const std::string& division,
                                     const std::string& sound);
/// Open ones whose trade name has this pair of characters.
std::vector<Bearer> bearers_of_pair(storage::Snapshot& snapshot, const std::string& division, std::int64_t pair);

/// Writes the keys of entities that have none yet: after a bulk load, and once after an upgrade. Safe to interrupt.
/// Returns how many.
std::int64_t index_waiting(storage::Store& store);
/// The same within a transaction, for at most sixteen thousand. Returns how many.
std::int64_t index_waiting(storage::Transaction& transaction);

}  // namespace registration
