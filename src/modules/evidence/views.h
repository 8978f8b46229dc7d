/// Rows that show what events told, held against those events: read as text, whatever stands in them, and what differs
/// is named column by column, without its content.
#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "modules/evidence/evidence.h"

namespace evidence {

/// A table of such rows.
struct View {
  std::string_view table;
  std::vector<std::string_view> keys;     // the columns that tell the rows of one owner apart
  std::vector<std::string_view> columns;  // those that are compared
};
struct ViewRow {
  std::string key;                                 // the values of `View::keys`, with a space between
  std::vector<std::optional<std::string>> values;  // in the order of `View::columns`; null as nothing
};
/// The rows whose `column` is `value`, in the order of the first key.
std::vector<ViewRow> view_rows(storage::Snapshot& snapshot, const View& view, std::string_view column,
                               const storage::Datum& value);
/// The values of the numeric `column` after `after`, each once, ascending.
std::vector<std::int64_t> numbers_in(storage::Snapshot& snapshot, const View& view, std::string_view column,
                                     std::int64_t after, int limit);
/// A table, and its column with the owner of a row.
struct Owned {
  const View* view = nullptr;
  std::string_view column;
};
/// The next owners after `after` that have events of the kind, or rows in one of the tables; ascending.
std::vector<std::int64_t> owners_after(storage::Snapshot& snapshot, std::string_view kind,
                                       std::initializer_list<Owned> tables, std::int64_t after, int limit);
/// The subjects of log entries that begin with `prefix`, after `after`, each once, ascending.
std::vector<std::string> subjects_under(storage::Snapshot& snapshot, std::string_view prefix, std::string_view after,
                                        int limit);
/// Whether an entry has a member of this name with this value.
bool says(std::string_view entry, std::string_view name, std::string_view value);

/// Column -> value as text, null as nothing. What no event tells is left out, and not compared.
using ExpectedRow = std::map<std::string_view, std::optional<std::string>>;
/// By `ViewRow::key`.
using ExpectedRows = std::map<std::string, ExpectedRow>;

/// What a checker found: the first few of each kind, because what is changed everywhere is said by them.
class Findings {
 public:
  static constexpr int of_each_kind_max = 5;
  void add(std::string_view kind, const base::Text& owner, std::string_view zh, std::string_view en);
  std::vector<base::Text> take() { return std::move(all_); }

 private:
  std::map<std::string, int, std::less<>> told_;
  std::vector<base::Text> all_;
};

/// Adds what differs between the rows of one owner (a case, an entity) and what its events tell: rows that no event
/// tells of, rows that are gone, and the columns that differ.
void compare(const View& view, const std::vector<ViewRow>& rows, ExpectedRows expected, const base::Text& owner,
             Findings& findings);

}  // namespace evidence
