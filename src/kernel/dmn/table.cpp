// Decision tables at work. Source: [DMN-8.2] hit policies, aggregation, default outputs.
#include <algorithm>
#include <utility>

#include "run.h"

namespace dmn {

using feel::Kind;
using feel::Value;

namespace {

/// Rows above which remembering every match is no longer an explanation.
constexpr std::size_t matches_max = 10'000;

}  // namespace

/// One table on one set of inputs.
class Tables {
 public:
  Tables(Run& run, const Table& table, const feel::Context& scope, std::string_view where)
      : run_(run), table_(table), scope_(scope), where_(where) {}

  Value judge() {
    if (!read_inputs()) return {};
    known_.assign(table_.numbers_end, Known::not_yet);
    // Most tables match in one row: only further ones need a list.
    std::size_t first = table_.rules.size();
    std::vector<std::size_t> hits;
    for (std::size_t row = 0; row < table_.rules.size(); ++row) {
      if (!run_.evaluation().spend(1)) return {};
      if (!hit(table_.rules[row])) continue;
      if (first == table_.rules.size()) {
        first = row;
        if (table_.hit_policy == HitPolicy::first) break;
        continue;
      }
      if (hits.empty()) hits.push_back(first);
      hits.push_back(row);
    }
    if (first == table_.rules.size()) return otherwise();
    const bool takes_one = table_.hit_policy == HitPolicy::unique || table_.hit_policy == HitPolicy::first ||
                           table_.hit_policy == HitPolicy::any;
    if (!hits.empty()) return answer(hits);
    return takes_one ? single(first) : answer({first});
  }

 private:
  bool read_inputs() {
    inputs_.reserve(table_.inputs.size());
    for (const InputClause& clause : table_.inputs) {
      inputs_.push_back(run_.evaluate(*clause.expression, scope_));
      if (passes(clause.allowed, inputs_.back())) continue;
      run_.fail(where_, "dmn.input_not_allowed",
                {"“" + clause.label + "”的取值不在决策表允许的范围内",
                 "the value of \"" + clause.label + "\" is not among those that the table allows"});
      return false;
    }
    return true;
  }

  bool passes(const Tests& tests, const Value& value) {
    if (tests.is_never) return false;
    if (!tests.expression) return true;
    return feel::evaluate_unary_tests(*tests.expression, value, scope_, run_.evaluation()).is_true();
  }

  bool hit(const Rule& rule) {
    for (std::size_t column = 0; column < inputs_.size(); ++column) {
      const std::uint32_t number = rule.numbers[column];
      if (number == 0) continue;
      Known& known = known_[number];
      if (known == Known::not_yet) known = passes(rule.tests[column], inputs_[column]) ? Known::passes : Known::fails;
      if (known == Known::fails) return false;
    }
    return true;
  }

  /// One output of a row; null with a diagnostic when it is not among the output values.
  Value output_of(const Rule& rule, std::size_t column) {
    const OutputClause& clause = table_.outputs[column];
    Value value = run_.fit(run_.evaluate(*rule.outputs[column], scope_), clause.type, where_);
    if (value.is_null() || passes(clause.allowed, value)) return value;
    return run_.fail(where_, "dmn.output_not_allowed",
                     {"输出值不在决策表列出的输出取值之内", "the output is not among the output values of the table"});
  }

  std::vector<Value> outputs_of(const Rule& rule) {
    std::vector<Value> values;
    values.reserve(table_.outputs.size());
    for (std::size_t column = 0; column < table_.outputs.size(); ++column) values.push_back(output_of(rule, column));
    return values;
  }

  Value shaped(std::vector<Value> values) const {
    if (values.size() == 1) return std::move(values[0]);
    feel::Context named;
    for (std::size_t column = 0; column < values.size(); ++column)
      named.put(table_.outputs[column].name, std::move(values[column]));
    return named;
  }

  bool gives_list() const {
    return table_.hit_policy == HitPolicy::collect || table_.hit_policy == HitPolicy::rule_order ||
           table_.hit_policy == HitPolicy::output_order;
  }

  /// No row matched: the default outputs, or null (an empty list for the policies that give lists).
  Value otherwise() {
    const bool has_default = std::any_of(table_.outputs.begin(), table_.outputs.end(),
                                         [](const OutputClause& clause) { return clause.default_entry != nullptr; });
    if (!has_default) {
      if (!gives_list()) return {};
      return table_.aggregation == Aggregation::none ? Value(feel::List()) : aggregated({});
    }
    std::vector<Value> values;
    for (const OutputClause& clause : table_.outputs)
      values.push_back(
          clause.default_entry ? run_.fit(run_.evaluate(*clause.default_entry, scope_), clause.type, where_) : Value());
    Value value = shaped(std::move(values));
    return gives_list() && table_.aggregation == Aggregation::none && value.kind() != Kind::list
               ? Value(feel::List{std::move(value)})
               : value;
  }

  void remember(std::size_t row) {
    if (run_.matches_.size() >= matches_max) return;
    const Rule& rule = table_.rules[row];
    Match match{.row = rule.text};
    match.values.reserve(rule.text->cells.size());
    for (std::size_t column = 0; column < inputs_.size(); ++column)
      if (rule.tests[column].expression) match.values.push_back(inputs_[column]);
    run_.matched(std::move(match));
  }

  Value answer(const std::vector<std::size_t>& hits) {
    switch (table_.hit_policy) {
      case HitPolicy::unique:
        for (const std::size_t row : hits) remember(row);
        return clash(hits, "dmn.rows_overlap",
                     {"同时有多行命中，而此表只许一行命中", "several rows match where the table allows only one"});
      case HitPolicy::first:
        return single(hits[0]);
      case HitPolicy::any:
        return any(hits);
      case HitPolicy::priority:
        return ranked(hits, true);
      case HitPolicy::output_order:
        return ranked(hits, false);
      case HitPolicy::collect:
      case HitPolicy::rule_order:
        return collected(hits);
    }
    return {};
  }

  /// The one row that matched.
  Value single(std::size_t row) {
    remember(row);
    if (table_.outputs.size() == 1) return output_of(table_.rules[row], 0);
    return shaped(outputs_of(table_.rules[row]));
  }

  Value clash(const std::vector<std::size_t>& hits, std::string_view code, base::Text message) {
    std::string rows;
    for (const std::size_t row : hits) rows += (rows.empty() ? "" : ", ") + std::to_string(row + 1);
    message.zh += "：第 " + rows + " 行";
    message.en += ": rows " + rows;
    return run_.fail(where_, code, std::move(message));
  }

  Value any(const std::vector<std::size_t>& hits) {
    for (const std::size_t row : hits) remember(row);
    Value value = shaped(outputs_of(table_.rules[hits[0]]));
    for (std::size_t index = 1; index < hits.size(); ++index)
      if (feel::equal(shaped(outputs_of(table_.rules[hits[index]])), value) != true)
        return clash(hits, "dmn.rows_disagree",
                     {"同时命中的各行输出不一致", "the rows that match do not have the same outputs"});
    return value;
  }

  std::size_t rank(const OutputClause& clause, const Value& value) {
    for (std::size_t place = 0; place < clause.priorities.size(); ++place)
      if (feel::evaluate_unary_tests(clause.priorities[place], value, scope_, run_.evaluation()).is_true())
        return place;
    return clause.priorities.size();
  }

  Value ranked(const std::vector<std::size_t>& hits, bool is_best_only) {
    struct Ranked {
      std::vector<std::size_t> ranks;
      std::size_t row;
      Value value;
    };
    std::vector<Ranked> all;
    for (const std::size_t row : hits) {
      std::vector<Value> values = outputs_of(table_.rules[row]);
      Ranked one{.ranks = {}, .row = row, .value = {}};
      for (std::size_t column = 0; column < values.size(); ++column)
        one.ranks.push_back(rank(table_.outputs[column], values[column]));
      one.value = shaped(std::move(values));
      all.push_back(std::move(one));
    }
    std::stable_sort(all.begin(), all.end(), [](const Ranked& a, const Ranked& b) { return a.ranks < b.ranks; });
    if (is_best_only) {
      remember(all[0].row);
      return all[0].value;
    }
    feel::List values;
    for (Ranked& one : all) {
      remember(one.row);
      values.push_back(std::move(one.value));
    }
    return values;
  }

  Value collected(const std::vector<std::size_t>& hits) {
    feel::List values;
    values.reserve(hits.size());
    for (const std::size_t row : hits) {
      remember(row);
      values.push_back(shaped(outputs_of(table_.rules[row])));
    }
    if (table_.hit_policy == HitPolicy::rule_order || table_.aggregation == Aggregation::none) return values;
    return aggregated(std::move(values));
  }

  Value aggregated(feel::List values) {
    switch (table_.aggregation) {
      case Aggregation::none:
        return values;
      case Aggregation::count:
        return static_cast<std::int64_t>(values.size());
      case Aggregation::sum:
        return sum(values);
      case Aggregation::min:
        return extreme(values, -1);
      case Aggregation::max:
        return extreme(values, 1);
    }
    return {};
  }

  Value sum(const feel::List& values) {
    if (values.empty()) return {};
    feel::Decimal total(0);
    for (const Value& value : values) {
      const std::optional<feel::Decimal> next =
          value.kind() == Kind::number ? add(total, value.as_number()) : std::nullopt;
      if (!next) return run_.fail(where_, "dmn.not_numbers", {"只有数字可以求和", "only numbers can be added up"});
      total = *next;
    }
    return total;
  }

  /// `sign`: 1 for the greatest, -1 for the least.
  Value extreme(const feel::List& values, int sign) {
    if (values.empty()) return {};
    Value best = values[0];
    for (const Value& value : values) {
      const std::optional<int> order = feel::compare(value, best);
      if (!order)
        return run_.fail(where_, "dmn.not_comparable",
                         {"这些输出值无法比较大小", "these outputs cannot be compared with each other"});
      if (*order * sign > 0) best = value;
    }
    return best;
  }

  Run& run_;
  const Table& table_;
  const feel::Context& scope_;
  std::string_view where_;
  std::vector<Value> inputs_;
  /// What each test of the table said about this input, by its number.
  enum class Known : char { not_yet, passes, fails };
  std::vector<Known> known_;
};

Value Run::judge(const Table& table, const feel::Context& scope, std::string_view where) {
  return Tables(*this, table, scope, where).judge();
}

}  // namespace dmn
