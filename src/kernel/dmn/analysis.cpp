// What a rule owner should look at in a decision table before publishing it.
#include <algorithm>
#include <utility>

#include "kernel/dmn/dmn.h"
#include "program.h"
#include "regions.h"

namespace dmn {
namespace {

constexpr std::size_t findings_max = 20;
constexpr std::size_t steps_max = 40'000'000;  // words and flags looked at, for each search
constexpr std::size_t words_max = 8'000'000;   // of all masks: 64 MB

/// A run of regions of each column, as far as it has been cut out.
struct Stretch {
  std::size_t first;
  std::size_t last;
};

class Analysis {
 public:
  Analysis(const Table& table, std::vector<Finding>& findings) : table_(table), findings_(findings) {
    for (std::size_t column = 0; column < table.inputs.size(); ++column) {
      std::vector<const Tests*> cells;
      for (const Rule& rule : table.rules) cells.push_back(&rule.tests[column]);
      columns_.emplace_back(cells, table.inputs[column].allowed);
    }
    std::size_t words = 0;
    for (const Column& column : columns_) words += (column.size() / 64 + 1) * table.rules.size();
    is_too_large_ = words > words_max;
    if (is_too_large_) return;
    for (const Rule& rule : table.rules) {
      std::vector<Mask> masks;
      for (std::size_t column = 0; column < columns_.size(); ++column) {
        std::optional<Mask> mask = columns_[column].mask(rule.tests[column]);
        if (!mask) {
          masks.clear();
          is_complete_ = false;
          break;
        }
        mask->keep(columns_[column].domain());
        masks.push_back(*std::move(mask));
      }
      rows_.push_back(std::move(masks));
    }
  }

  void run() {
    if (columns_.empty() || table_.rules.empty()) return;
    if (is_too_large_) {
      report_too_large();
      return;
    }
    find_empty_rows();
    if (table_.hit_policy == HitPolicy::unique) find_overlaps();
    if (table_.hit_policy == HitPolicy::first) find_hidden_rows();
    const bool has_default = std::any_of(table_.outputs.begin(), table_.outputs.end(),
                                         [](const OutputClause& clause) { return clause.default_entry != nullptr; });
    if (!has_default && is_complete_ && table_.hit_policy != HitPolicy::collect) find_gaps();
    if (is_too_large_) report_too_large();
  }

 private:
  bool is_judged(std::size_t row) const { return !rows_[row].empty(); }

  bool is_empty(std::size_t row) const {
    return std::any_of(rows_[row].begin(), rows_[row].end(), [](const Mask& mask) { return mask.is_empty(); });
  }

  void report(Finding::Kind kind, std::vector<int> rows, base::Text message) {
    if (count_++ < findings_max) findings_.push_back({kind, table_.decision, std::move(rows), std::move(message)});
  }

  void report_too_large() {
    findings_.push_back({Finding::Kind::not_judged,
                         table_.decision,
                         {},
                         {"此表太大，空缺、重叠和永不命中的行没有全部查完",
                          "the table is too large: its gaps, overlaps and rows that never match are not all found"}});
  }

  /// Counts work; false when the table is too large to go on.
  bool spend(std::size_t steps) {
    steps_ += steps;
    if (steps_ > steps_max) is_too_large_ = true;
    return steps_ <= steps_max;
  }

  void find_empty_rows() {
    for (std::size_t row = 0; row < rows_.size(); ++row) {
      if (!is_judged(row) || !is_empty(row)) continue;
      const std::string number = std::to_string(row + 1);
      report(Finding::Kind::never_matches, {static_cast<int>(row) + 1},
             {"第 " + number + " 行的条件永远不会成立", "the tests of row " + number + " can never hold"});
    }
  }

  bool overlap(std::size_t a, std::size_t b) {
    for (std::size_t column = 0; column < columns_.size(); ++column) {
      if (!spend(rows_[a][column].words()) || !rows_[a][column].meets(rows_[b][column])) return false;
    }
    return true;
  }

  void find_overlaps() {
    steps_ = 0;
    for (std::size_t a = 0; a < rows_.size(); ++a)
      for (std::size_t b = a + 1; b < rows_.size(); ++b) {
        if (!spend(1)) return;
        if (!is_judged(a) || !is_judged(b) || !overlap(a, b)) continue;
        const std::string first = std::to_string(a + 1);
        const std::string second = std::to_string(b + 1);
        report(Finding::Kind::overlap, {static_cast<int>(a) + 1, static_cast<int>(b) + 1},
               {"第 " + first + " 行与第 " + second + " 行可能同时命中，而此表只许一行命中",
                "rows " + first + " and " + second + " can match together, but the table allows only one"});
      }
  }

  /// A row behind others that take everything it would match.
  void find_hidden_rows() {
    steps_ = 0;
    for (std::size_t row = 1; row < rows_.size() && spend(row); ++row) {
      if (!is_judged(row) || is_empty(row)) continue;
      std::vector<std::size_t> earlier;
      for (std::size_t other = 0; other < row; ++other)
        if (is_judged(other)) earlier.push_back(other);
      std::vector<std::vector<Stretch>> uncovered;
      std::vector<Stretch> path;
      cut(0, earlier, &rows_[row], path, uncovered, 1);
      if (!uncovered.empty() || steps_ > steps_max) continue;
      const std::string number = std::to_string(row + 1);
      report(Finding::Kind::never_matches, {static_cast<int>(row) + 1},
             {"第 " + number + " 行总被前面的行抢先命中", "row " + number + " is always preceded by earlier rows"});
    }
  }

  void find_gaps() {
    std::vector<std::size_t> all(rows_.size());
    for (std::size_t row = 0; row < all.size(); ++row) all[row] = row;
    std::vector<std::vector<Stretch>> gaps;
    std::vector<Stretch> path;
    steps_ = 0;
    cut(0, all, nullptr, path, gaps, findings_max);
    if (steps_ > steps_max) return;
    for (const std::vector<Stretch>& gap : gaps) {
      base::Text message{"没有任何一行覆盖：", "no row covers: "};
      for (std::size_t column = 0; column < gap.size(); ++column) {
        const base::Text words = columns_[column].words(gap[column].first, gap[column].last);
        message.zh += (column == 0 ? "" : "，") + table_.inputs[column].label + " " + words.zh;
        message.en += (column == 0 ? "" : ", ") + table_.inputs[column].label + " " + words.en;
      }
      report(Finding::Kind::gap, {}, std::move(message));
    }
  }

  /// Whether `region` of `column` is looked at: inside `within` (a row), or inside what the column allows.
  bool is_looked_at(std::size_t column, std::size_t region, const std::vector<Mask>* within) const {
    return within ? (*within)[column][region] : columns_[column].domain()[region];
  }

  /// Cuts column by column; neighbouring regions with the same rows left stay together.
  void cut(std::size_t column, const std::vector<std::size_t>& rows, const std::vector<Mask>* within,
           std::vector<Stretch>& path, std::vector<std::vector<Stretch>>& uncovered, std::size_t uncovered_max) {
    if (uncovered.size() >= uncovered_max || !spend(1)) return;
    if (rows.empty() || column == columns_.size()) {
      if (rows.empty()) {
        std::vector<Stretch> whole = path;
        for (std::size_t rest = column; rest < columns_.size(); ++rest) whole.push_back({0, columns_[rest].size() - 1});
        uncovered.push_back(std::move(whole));
      }
      return;
    }
    for (std::size_t region = 0; region < columns_[column].size(); ++region) {
      if (uncovered.size() >= uncovered_max || steps_ > steps_max) return;
      if (!is_looked_at(column, region, within)) continue;
      const std::vector<std::size_t> left = rows_with(column, region, rows);
      std::size_t last = region;
      while (last + 1 < columns_[column].size() && is_looked_at(column, last + 1, within) &&
             rows_with(column, last + 1, rows) == left)
        ++last;
      path.push_back({region, last});
      cut(column + 1, left, within, path, uncovered, uncovered_max);
      path.pop_back();
      region = last;
    }
  }

  std::vector<std::size_t> rows_with(std::size_t column, std::size_t region, const std::vector<std::size_t>& rows) {
    spend(rows.size() + 1);
    std::vector<std::size_t> left;
    for (const std::size_t row : rows)
      if (rows_[row][column][region]) left.push_back(row);
    return left;
  }

  const Table& table_;
  std::vector<Finding>& findings_;
  std::vector<Column> columns_;
  std::vector<std::vector<Mask>> rows_;  // empty: a test of the row is not on fixed values
  bool is_complete_ = true;
  bool is_too_large_ = false;
  std::size_t count_ = 0;
  std::size_t steps_ = 0;
};

void analyse_logic(const Boxed& boxed, std::vector<Finding>& findings) {
  if (const auto* table = std::get_if<Table>(&boxed.content)) Analysis(*table, findings).run();
  if (const auto* context = std::get_if<BoxedContext>(&boxed.content)) {
    for (const Part& entry : context->entries) analyse_logic(*entry.value, findings);
    if (context->result) analyse_logic(*context->result, findings);
  }
  if (const auto* invocation = std::get_if<Invocation>(&boxed.content))
    for (const Part& binding : invocation->bindings) analyse_logic(*binding.value, findings);
  if (const auto* list = std::get_if<BoxedList>(&boxed.content))
    for (const BoxedPtr& item : list->items) analyse_logic(*item, findings);
  if (const auto* function = std::get_if<BoxedFunction>(&boxed.content)) analyse_logic(*function->body, findings);
  if (const auto* conditional = std::get_if<Conditional>(&boxed.content)) {
    analyse_logic(*conditional->condition, findings);
    analyse_logic(*conditional->consequent, findings);
    analyse_logic(*conditional->alternative, findings);
  }
}

}  // namespace

std::vector<Finding> analyse(const Model& model) {
  std::vector<Finding> findings;
  for (const Element& element : model.elements)
    if (element.logic) analyse_logic(*element.logic, findings);
  return findings;
}

}  // namespace dmn
