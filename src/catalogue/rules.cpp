#include "rules.h"

#include <algorithm>

#include "reader.h"

namespace catalogue {

namespace {

constexpr std::int64_t limit_count_max = 1000;

calendar::Unit read_unit(const Reader& version) {
  const std::string word = version.text("unit");
  if (word == "working_days") return calendar::Unit::working_days;
  if (word == "calendar_days") return calendar::Unit::calendar_days;
  if (word == "months") return calendar::Unit::months;
  if (word == "years") return calendar::Unit::years;
  version.fault_at("unit", "catalogue.unit_unknown",
                   {"单位须为 working_days、calendar_days、months 或 years",
                    "The unit must be working_days, calendar_days, months or years"});
  return calendar::Unit::working_days;
}

Rule read_version(const std::string& id, const Reader& version) {
  version.only({"valid_from", "valid_to", "value", "unit", "basis", "source", "confidence"});
  Rule rule{.id = id};
  if (!version.has("valid_from"))
    version.fault_at("valid_from", "catalogue.missing", {"缺少生效日期", "The first day in force is missing"});
  rule.valid_from = version.date("valid_from").value_or(calendar::Date{});
  rule.valid_to = version.date("valid_to");
  if (rule.valid_to && *rule.valid_to < rule.valid_from)
    version.fault_at("valid_to", "catalogue.rule_ends_early",
                     {"失效日期早于生效日期", "The last day in force lies before the first"});
  rule.value = {static_cast<int>(version.number("value", 0, limit_count_max)), read_unit(version)};
  rule.basis = version.words("basis");
  rule.source = version.text("source");
  const std::string confidence = version.text("confidence");
  if (confidence != "V" && confidence != "S" && confidence != "K")
    version.fault_at("confidence", "catalogue.confidence_unknown",
                     {"可信度须为 V、S 或 K", "The confidence must be V, S or K"});
  else
    rule.confidence = confidence[0];
  return rule;
}

bool in_force(const Rule& rule, calendar::Date day) {
  return rule.valid_from <= day && (!rule.valid_to || day <= *rule.valid_to);
}

}  // namespace

void read_rules(const std::string& text, const std::string& file, std::vector<Rule>& rules, Faults& faults) {
  const std::optional<Reader> root = Reader::parse(text, file, faults);
  if (!root) return;
  for (const auto& [id, versions] : root->entries())
    for (const Reader& version : versions.items()) rules.push_back(read_version(id, version));
}

void check_overlaps(const std::vector<Rule>& rules, Faults& faults) {
  for (auto one = rules.begin(); one != rules.end(); ++one) {
    const auto other = std::find_if(std::next(one), rules.end(), [&](const Rule& rule) {
      return rule.id == one->id && (in_force(rule, one->valid_from) || in_force(*one, rule.valid_from));
    });
    if (other == rules.end()) continue;
    const std::string day = calendar::to_text(std::max(one->valid_from, other->valid_from));
    faults.add("rules#" + one->id, "catalogue.rule_overlaps",
               {"规则“" + one->id + "”在" + day + "有两个版本同时有效",
                "Two versions of rule “" + one->id + "” are in force on " + day});
  }
}

base::Result<Rule> Rules::on(std::string_view id, calendar::Date trigger) const {
  bool known = false;
  for (const Rule& rule : rules_) {
    if (rule.id != id) continue;
    if (in_force(rule, trigger)) return rule;
    known = true;
  }
  const std::string name(id);
  if (!known)
    return base::Error{.kind = base::Refusal::not_found,
                       .code = "catalogue.rule_unknown",
                       .message = {"没有规则“" + name + "”", "There is no rule “" + name + "”"}};
  const std::string day = calendar::to_text(trigger);
  return base::Error{.kind = base::Refusal::rule_not_met,
                     .code = "catalogue.rule_not_in_force",
                     .message = {"规则“" + name + "”在" + day + "没有有效版本",
                                 "No version of rule “" + name + "” is in force on " + day}};
}

base::Result<calendar::Span> Rules::limit_on(std::string_view id, calendar::Date trigger) const {
  TRY(const Rule rule, on(id, trigger));
  return rule.value;
}

}  // namespace catalogue
