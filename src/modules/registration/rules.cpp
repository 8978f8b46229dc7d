#include <algorithm>
#include <charconv>

#include "modules/registration/model.h"

namespace registration {

namespace {

base::Text either(std::string_view key, const std::map<std::string_view, base::Text>& texts) {
  const auto found = texts.find(key);
  return found == texts.end() ? base::Text{std::string(key), std::string(key)} : found->second;
}

std::string* text_item(Facts& facts, std::string_view item) {
  if (item == "name") return &facts.name;
  if (item == "status") return &facts.status;
  if (item == "township") return &facts.township;
  if (item == "address") return &facts.address;
  if (item == "operator_name") return &facts.operator_name;
  if (item == "type") return &facts.type;
  if (item == "scope") return &facts.scope;
  if (item == "industry") return &facts.industry;
  return nullptr;
}

}  // namespace

base::Result<void> write_items(Facts& facts, const std::map<std::string, std::string>& items) {
  for (const auto& [item, value] : items) {
    if (item == "capital_fen") {
      std::from_chars(value.data(), value.data() + value.size(), facts.capital_fen);
      continue;
    }
    std::string* text = text_item(facts, item);
    if (!text)
      return base::Error{.kind = base::Refusal::invalid,
                         .code = "registration.item_unknown",
                         .message = {"没有这个登记事项:" + item, "There is no registered item called " + item + "."}};
    *text = value;
  }
  return {};
}

std::map<std::string, std::string> items_of(const Facts& facts) {
  return {{"name", facts.name},
          {"status", facts.status},
          {"township", facts.township},
          {"address", facts.address},
          {"operator_name", facts.operator_name},
          {"type", facts.type},
          {"scope", facts.scope},
          {"industry", facts.industry},
          {"capital_fen", std::to_string(facts.capital_fen)}};
}

std::optional<Facts> facts_as_of(const std::vector<Writing>& writings, calendar::Date day, calendar::Date known_on) {
  std::vector<const Writing*> known;
  for (const Writing& writing : writings)
    if (calendar::local_date(writing.known_at) <= known_on && writing.as_of <= day) known.push_back(&writing);
  if (known.empty()) return std::nullopt;
  // What holds from a later day wins; of two for the same day the later writing does: a correction overrules.
  std::stable_sort(known.begin(), known.end(), [](const Writing* left, const Writing* right) {
    return std::pair(left->as_of, left->sequence) < std::pair(right->as_of, right->sequence);
  });
  Facts facts;
  for (const Writing* writing : known) CHECK(write_items(facts, writing->items));
  return facts;
}

bool is_kind(std::string_view kind) {
  return kind == "enterprise" || kind == "individual_business" || kind == "cooperative" || kind == "branch";
}

base::Text kind_text(std::string_view kind) {
  return either(kind, {{"enterprise", {"企业", "Enterprise"}},
                       {"individual_business", {"个体工商户", "Individual business"}},
                       {"cooperative", {"农民专业合作社", "Farmers' cooperative"}},
                       {"branch", {"分支机构", "Branch"}}});
}

base::Text status_text(std::string_view status) {
  return either(status, {{"open", {"存续(在营、开业)", "In business"}},
                         {"revoked", {"吊销,未注销", "Licence revoked, not deregistered"}},
                         {"moved_out", {"迁出", "Moved out of the district"}},
                         {"deregistered", {"注销", "Deregistered"}}});
}

base::Text event_text(std::string_view event) {
  return either(event, {{"established", {"设立登记", "Established"}},
                        {"changed", {"变更登记", "Changed"}},
                        {"corrected", {"更正登记", "Corrected"}},
                        {"revoked", {"吊销营业执照", "Licence revoked"}},
                        {"taken_out", {"撤销导入", "Taken out of the register again"}},
                        {"moved_out", {"迁出登记", "Moved out of the district"}},
                        {"deregistered", {"注销登记", "Deregistered"}}});
}

base::Text operator_label(std::string_view kind) {
  return either(kind, {{"enterprise", {"法定代表人", "Legal representative"}},
                       {"individual_business", {"经营者", "Operator"}},
                       {"cooperative", {"法定代表人", "Legal representative"}},
                       {"branch", {"负责人", "Person in charge"}}});
}

}  // namespace registration
