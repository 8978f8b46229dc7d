#include "rules.h"

#include <algorithm>
#include <array>

#include "kernel/feel/range.h"

namespace catalogue {

namespace {

constexpr std::int64_t limit_count_max = 1000;
constexpr std::string_view folder = "rules/";
constexpr std::int64_t amount_fen_max = 100'000'000;

/// The columns of the tables.
struct Columns {
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;

  bool are_of(const dmn::Written& decision) const { return decision.inputs == inputs && decision.outputs == outputs; }
};
const Columns limit_columns{{"limit", "date(day)"}, {"count", "unit", "source", "confidence"}};
const Columns fee_columns{{"fee", "date(day)"}, {"amount_fen", "source", "confidence"}};

template <class Value>
bool in_force(const Dated<Value>& rule, calendar::Date day) {
  return rule.valid_from <= day && (!rule.valid_to || day <= *rule.valid_to);
}

/// A cell's value: what it says is fixed, nothing is asked of the world.
feel::Value value_of(const std::string& cell) {
  const auto compiled = feel::compile(cell, {}, feel::Dialect::camunda);
  return compiled ? feel::evaluate(compiled.value(), {}, {}).value : feel::Value();
}

/// Reads one row; what is wrong with it is told at its id.
class Row {
 public:
  Row(const dmn::Written::Row& row, std::string where, Faults& faults)
      : row_(row), where_(std::move(where)), faults_(faults) {}

  /// Nothing when it is at fault.
  std::optional<Rule> limit() {
    Rule rule{.id = text(row_.inputs[0], {"时限的名称须为文本，如 \"food_permit.decision\"",
                                          "The limit must be a text such as \"food_permit.decision\""})};
    rule.value.count = static_cast<int>(
        whole(limit_count_max, {"时限须为0至1000的整数", "The limit must be a whole number from 0 to 1000"}));
    rule.value.unit = unit();
    return completed(std::move(rule));
  }
  std::optional<Fee> fee() {
    Fee fee{.id = text(row_.inputs[0],
                       {"收费的名称须为文本，如 \"food_permit\"", "The fee must be a text such as \"food_permit\""})};
    fee.value = whole(amount_fen_max, {"金额须为0至100000000的整数，以分为单位，如15元写作 1500",
                                       "The amount must be a whole number of fen from 0 to 100000000, such as 1500 "
                                       "for 15 yuan"});
    return completed(std::move(fee));
  }

 private:
  /// With what every row says behind its value.
  template <class Value>
  std::optional<Dated<Value>> completed(Dated<Value> rule) {
    period(rule);
    const std::size_t last = row_.outputs.size() - 1;
    rule.source = text(row_.outputs[last - 1], {"出处须为文本", "The source must be a text"});
    rule.confidence = confidence(row_.outputs[last]);
    if (row_.annotations.size() != 2 || row_.annotations[0].empty() || row_.annotations[1].empty())
      fault("catalogue.basis_missing", {"须用中文和英文写明依据", "Give the basis in Chinese and in English"});
    else
      rule.basis = {row_.annotations[0], row_.annotations[1]};
    if (is_at_fault_) return std::nullopt;
    return rule;
  }

  void fault(std::string code, base::Text message) {
    is_at_fault_ = true;
    faults_.add(where_, std::move(code), std::move(message));
  }

  std::string text(const std::string& cell, base::Text otherwise) {
    const feel::Value value = value_of(cell);
    if (value.kind() == feel::Kind::string && !value.as_string().empty()) return value.as_string();
    fault("catalogue.not_a_text", std::move(otherwise));
    return {};
  }

  std::int64_t whole(std::int64_t max, base::Text otherwise) {
    const feel::Value value = value_of(row_.outputs[0]);
    const auto found = value.kind() == feel::Kind::number ? value.as_number().to_int64() : std::nullopt;
    if (found && *found >= 0 && *found <= max) return *found;
    fault("catalogue.out_of_range", std::move(otherwise));
    return 0;
  }

  calendar::Unit unit() {
    const feel::Value value = value_of(row_.outputs[1]);
    const std::string word = value.kind() == feel::Kind::string ? value.as_string() : "";
    if (word == "working_days") return calendar::Unit::working_days;
    if (word == "calendar_days") return calendar::Unit::calendar_days;
    if (word == "months") return calendar::Unit::months;
    if (word == "years") return calendar::Unit::years;
    fault("catalogue.unit_unknown", {"单位须为 working_days、calendar_days、months 或 years",
                                     "The unit must be working_days, calendar_days, months or years"});
    return calendar::Unit::working_days;
  }

  char confidence(const std::string& cell) {
    const feel::Value value = value_of(cell);
    const std::string word = value.kind() == feel::Kind::string ? value.as_string() : "";
    if (word == "V" || word == "S" || word == "K") return word[0];
    fault("catalogue.confidence_unknown", {"可信度须为 V、S 或 K", "The confidence must be V, S or K"});
    return 'K';
  }

  /// The first and the last day that the row's test holds.
  template <class Value>
  void period(Dated<Value>& rule) {
    const feel::Value value = value_of("(" + row_.inputs[1] + ")");
    const bool is_period = value.kind() == feel::Kind::range && value.as_range().form == feel::Range::Form::interval &&
                           value.as_range().start.kind() == feel::Kind::date &&
                           (value.as_range().end.is_null() || value.as_range().end.kind() == feel::Kind::date);
    if (!is_period) {
      fault("catalogue.period_unfit", {"触发日须为一段期间，起日不晚于止日，如 "
                                       "[date(\"2015-10-01\")..date(\"2023-11-30\")] 或 >= date(\"2023-12-01\")",
                                       "The day must be a period whose first day is not after its last, such as "
                                       "[date(\"2015-10-01\")..date(\"2023-11-30\")] or >= "
                                       "date(\"2023-12-01\")"});
      return;
    }
    const feel::Range& range = value.as_range();
    rule.valid_from = range.start.as_date();
    if (!range.start_included) ++rule.valid_from.days;
    if (!range.end.is_null()) {
      rule.valid_to = range.end.as_date();
      if (!range.end_included) --rule.valid_to->days;
      if (*rule.valid_to < rule.valid_from)
        fault("catalogue.rule_ends_early", {"失效日期早于生效日期", "The last day in force lies before the first"});
    }
  }

  const dmn::Written::Row& row_;
  std::string where_;
  Faults& faults_;
  bool is_at_fault_ = false;
};

void read_table(const std::string& file, const dmn::Written& decision, RuleSet& set, Faults& faults) {
  const std::string at = file + "#";
  const bool is_fees = fee_columns.are_of(decision);
  if (!is_fees && !limit_columns.are_of(decision)) {
    faults.add(at + decision.id, "catalogue.table_unfit",
               {"时限表的列须依次为 limit、date(day)，结果为 count、unit、source、confidence；收费表的列须依次为 "
                "fee、date(day)，结果为 amount_fen、source、confidence",
                "The columns of a table of limits are limit, date(day), and as outputs count, unit, source, "
                "confidence; those of a table of fees are fee, date(day), and amount_fen, source, confidence"});
    return;
  }
  for (std::size_t index = 0; index < decision.rows.size(); ++index) {
    const dmn::Written::Row& row = decision.rows[index];
    const std::string where = at + (row.id.empty() ? decision.id + "/" + std::to_string(index + 1) : row.id);
    CHECK(row.inputs.size() == decision.inputs.size());  // it was compiled
    CHECK(row.outputs.size() == decision.outputs.size());
    Row reader(row, where, faults);
    if (is_fees) {
      if (auto fee = reader.fee()) set.fees.push_back(std::move(*fee));
    } else if (auto rule = reader.limit()) {
      set.rules.push_back(std::move(*rule));
    }
  }
}

/// Two versions of one rule in force on one day, whichever tables and files they stand in.
template <class Value>
void check_overlaps(const std::vector<Dated<Value>>& rules, const base::Text& what, Faults& faults) {
  for (auto one = rules.begin(); one != rules.end(); ++one) {
    const auto other = std::find_if(std::next(one), rules.end(), [&](const auto& rule) {
      return rule.id == one->id && (in_force(rule, one->valid_from) || in_force(*one, rule.valid_from));
    });
    if (other == rules.end()) continue;
    const std::string day = calendar::to_text(std::max(one->valid_from, other->valid_from));
    faults.add(std::string(folder) + std::string(rules_file), "catalogue.rule_overlaps",
               {what.zh + "“" + one->id + "”在" + day + "有两个版本同时有效",
                "Two versions of the " + what.en + " “" + one->id + "” are in force on " + day});
  }
}

/// What a thing costs is known on every day from the first on: a version that ends is followed by the next.
void check_gaps(const std::vector<Fee>& fees, Faults& faults) {
  for (const Fee& fee : fees) {
    if (!fee.valid_to) continue;
    const calendar::Date next{fee.valid_to->days + 1};
    if (std::any_of(fees.begin(), fees.end(),
                    [&](const Fee& other) { return other.id == fee.id && in_force(other, next); }))
      continue;
    const std::string day = calendar::to_text(next);
    faults.add(
        std::string(folder) + std::string(rules_file), "catalogue.fee_gap",
        {"收费“" + fee.id + "”在" + day + "没有金额；不再收费的，另写一行金额为0",
         "The fee “" + fee.id + "” has no amount on " + day + "; if nothing is charged any more, add a row of 0"});
  }
}

/// Null when the model is at fault.
std::shared_ptr<const dmn::Model> read_file(const std::string& file, const std::string& text, RuleSet& set,
                                            Faults& faults) {
  const std::array sources = {dmn::Source{.name = file, .xml = text}};
  auto compiled = dmn::compile(sources, {.dialect = feel::Dialect::camunda});
  if (!compiled) {
    faults.add(file, compiled.error());
    return nullptr;
  }
  const auto outline = dmn::outline(sources[0]);
  CHECK(outline);  // it was compiled
  for (const dmn::Written& element : outline.value())
    if (element.kind == "decision" && !element.rows.empty()) read_table(file, element, set, faults);
  return std::move(compiled).value();
}

}  // namespace

RuleSet read_rules(const Files& files, Faults& faults) {
  RuleSet set{.rules = {}, .files = files, .version = fingerprint(files), .model = {}};
  const std::string main = std::string(folder) + std::string(rules_file);
  if (!files.contains(rules_file)) {
    faults.add(main, "catalogue.file_missing", {"缺少此文件", "This file is missing"});
    return set;
  }
  for (const auto& [path, text] : files)
    if (path.ends_with(".dmn")) {
      auto model = read_file(std::string(folder) + path, text, set, faults);
      if (path == rules_file) set.model = std::move(model);
    }
  if (set.rules.empty() && faults.empty())
    faults.add(main, "catalogue.missing", {"没有任何时限", "There are no limits at all"});
  check_overlaps(set.rules, {"时限", "limit"}, faults);
  check_overlaps(set.fees, {"收费", "fee"}, faults);
  check_gaps(set.fees, faults);
  return set;
}

namespace {

template <class Value>
bool is_among(const std::vector<Dated<Value>>& rules, std::string_view id) {
  return std::any_of(rules.begin(), rules.end(), [&](const auto& rule) { return rule.id == id; });
}

template <class Value>
base::Result<Dated<Value>> version_on(const std::vector<Dated<Value>>& rules, std::string_view id,
                                      calendar::Date trigger) {
  for (const Dated<Value>& rule : rules)
    if (rule.id == id && in_force(rule, trigger)) return rule;
  const std::string name(id);
  if (!is_among(rules, id))
    return base::Error{.kind = base::Refusal::not_found,
                       .code = "catalogue.rule_unknown",
                       .message = {"没有规则“" + name + "”", "There is no rule “" + name + "”"}};
  const std::string day = calendar::to_text(trigger);
  return base::Error{.kind = base::Refusal::rule_not_met,
                     .code = "catalogue.rule_not_in_force",
                     .message = {"规则“" + name + "”在" + day + "没有有效版本",
                                 "No version of rule “" + name + "” is in force on " + day}};
}

}  // namespace

bool Rules::has(std::string_view id) const {
  return is_among(all(), id);
}

bool Rules::has_fee(std::string_view id) const {
  return is_among(sets_->now()->fees, id);
}

base::Result<Rule> Rules::on(std::string_view id, calendar::Date trigger) const {
  return version_on(all(), id, trigger);
}

base::Result<Fee> Rules::fee_on(std::string_view id, calendar::Date trigger) const {
  return version_on(sets_->now()->fees, id, trigger);
}

base::Result<calendar::Span> Rules::limit_on(std::string_view id, calendar::Date trigger) const {
  TRY(const Rule rule, on(id, trigger));
  return rule.value;
}

}  // namespace catalogue
