#include "modules/evidence/views.h"

namespace evidence {
namespace {

/// Of those columns that are told, the ones that differ.
std::string differing(const View& view, const ViewRow& row, const ExpectedRow& expected) {
  std::string columns;
  for (std::size_t i = 0; i < view.columns.size(); ++i) {
    const auto told = expected.find(view.columns[i]);
    if (told != expected.end() && told->second != row.values.at(i))
      columns += (columns.empty() ? "" : ", ") + std::string(view.columns[i]);
  }
  return columns;
}

/// The row's place: the table, and which of its rows.
base::Text row_of(const View& view, const std::string& key, const base::Text& owner) {
  const std::string table(view.table);
  return {owner.zh + " 在 " + table + " 表的行 " + key, owner.en + ", row " + key + " of " + table};
}

}  // namespace

bool says(std::string_view entry, std::string_view name, std::string_view value) {
  // Quotation marks within texts are escaped, so that a member's name with its value is found nowhere else.
  return entry.find(json_string(name) + ":" + json_string(value)) != std::string_view::npos;
}

void Findings::add(std::string_view kind, const base::Text& owner, std::string_view zh, std::string_view en) {
  if (++told_[std::string(kind)] > of_each_kind_max) return;
  all_.push_back({owner.zh + std::string(zh), owner.en + std::string(en)});
}

void compare(const View& view, const std::vector<ViewRow>& rows, ExpectedRows expected, const base::Text& owner,
             Findings& findings) {
  for (const ViewRow& row : rows) {
    const base::Text name = row_of(view, row.key, owner);
    const auto told = expected.find(row.key);
    if (told == expected.end()) {
      findings.add(view.table, name, "没有事件记载", ": no event tells of it.");
      continue;
    }
    if (const std::string columns = differing(view, row, told->second); !columns.empty())
      findings.add(view.table, name, "与事件不符:" + columns, ": differs from the events in " + columns + ".");
    expected.erase(told);
  }
  for (const auto& [key, row] : expected)
    findings.add(view.table, row_of(view, key, owner), "有事件记载,现在没有了",
                 ": the events tell of it, and it is gone.");
}

}  // namespace evidence
