/// Drafts and cases of every service besides the restaurant, and cases that somebody has turned out of the usual way.
#include <algorithm>
#include <iterator>

#include "demo.h"
#include "modules/registration/search.h"

namespace server {
namespace {

using feel::List;
using feel::Value;

/// A step of a case, done by whom it belongs to.
enum class Turn { accept, enter, review, inspect, decide, hand_over, close };

/// What a service of the demonstration is about.
enum class About { founding, holder, firm };

struct Offer {
  const char* service;
  About about;
  std::vector<Turn> turns;  // of a case in which all goes well
};

const std::vector<Offer>& offers() {
  using enum Turn;
  static const std::vector<Offer> all = {
      {"register-company", About::founding, {accept, enter, hand_over}},
      {"register-individual-business", About::founding, {accept, enter, hand_over}},
      {"open-convenience-shop", About::founding, {accept, enter, review, decide, hand_over}},
      {"cluster-admission", About::founding, {accept, enter, hand_over}},
      {"food-permit", About::firm, {accept, review, inspect, decide, hand_over}},
      {"prepackaged-filing", About::firm, {}},
      {"move", About::holder, {accept, enter, review, inspect, decide, hand_over}},
      {"change-items", About::holder, {accept, enter, decide, hand_over}},
      {"deregister", About::holder, {accept, enter, close}},
      {"replace-food-permit", About::holder, {accept, decide, hand_over}},
      {"renew-food-permit", About::holder, {accept, review, decide, hand_over}}};
  return all;
}

struct Business {
  const char* suffix;  // of the name
  const char* industry;
  const char* scope;
};

Business business_of(std::string_view service) {
  if (service == "register-company") return {"科技有限公司", "6513", "一般项目:软件开发;技术服务"};
  if (service == "cluster-admission") return {"软件有限公司", "6513", "一般项目:软件开发"};
  if (service == "open-convenience-shop") return {"便利店", "5213", "许可项目:食品销售"};
  return {"汽车维修店", "8111", "一般项目:机动车修理和维护"};
}

feel::Context guide_of(std::string_view service, const std::string& subject) {
  if (service == "register-company")
    return entries(
        {{"shareholders_kind", "persons"}, {"address_kind", "own"}, {"premises_right", "leased"}, {"food", "none"}});
  if (service == "register-individual-business")
    return entries(
        {{"composition_kind", "personal"}, {"address_kind", "own"}, {"premises_right", "leased"}, {"food", "none"}});
  if (service == "open-convenience-shop")
    return entries({{"goods", Value(List{"prepackaged", "bulk"})},
                    {"operator_kind", "individual"},
                    {"address_kind", "ground_floor"},
                    {"premises_right", "leased"},
                    {"area", 70}});
  feel::Context guide = entries({{"subject", subject}});
  const auto add = [&](feel::Context more) {
    for (const auto& [key, value] : more.entries()) guide.put(key, value);
  };
  if (service == "cluster-admission") add(entries({{"operator_kind", "company"}, {"trade", "services"}}));
  if (service == "food-permit")
    add(entries({{"food_form", "2"}, {"cooks", Value(List{"hot", "cold"})}, {"premises_right", "leased"}}));
  if (service == "prepackaged-filing")
    add(entries({{"kinds", Value(List{"prepackaged"})}, {"scale", "retail"}, {"other_food", false}}));
  if (service == "move") add(entries({{"to", "district"}, {"premises_right", "leased"}}));
  if (service == "change-items") add(entries({{"changes", Value(List{"name", "operator"})}}));
  if (service == "deregister") add(entries({{"procedure", "ordinary"}}));
  if (service == "replace-food-permit") add(entries({{"why", "lost"}}));
  if (service == "renew-food-permit") add(entries({{"unchanged", true}}));
  return guide;
}

}  // namespace

feel::Context District::answers_for(const std::string& service, std::size_t citizen, calendar::Date day) {
  const bool company = service == "register-company" || service == "cluster-admission";
  feel::Context all = answers(citizen, company);
  const Business business = business_of(service);
  const std::string trade = feel::to_text(*all.find("trade_name"));
  const auto on = [&](int days) { return calendar::to_text(calendar::Date{day.days + days}); };
  const feel::Context more = entries({{"proposed_name", "株洲市天元区" + trade + business.suffix},
                                      {"industry", business.industry},
                                      {"scope", business.scope},
                                      {"operator_home", "株洲市天元区演示小区9栋"},
                                      {"composition", "personal"},
                                      {"contact_name", citizen_names_[citizen]},
                                      {"contact_phone", demo_phone(static_cast<int>(citizen))},
                                      {"same_place", true},
                                      {"moved_on", on(10)},
                                      {"changed_on", on(-3)},
                                      {"happened_on", on(-5)},
                                      {"what_happened", "搬运时遗失"},
                                      {"reason", "decided"},
                                      {"ended_on", on(-5)},
                                      {"employees_settled", true},
                                      {"debts_settled", true},
                                      {"contract_from", on(-10)},
                                      {"contract_to", on(355)},
                                      {"contact_days", 30}});
  for (const auto& [key, value] : more.entries()) all.put(key, value);
  if (service == "move") all.put("area", 120);
  if (service == "open-convenience-shop") all.put("area", 70);
  if (service == "change-items") all.put("proposed_name", "株洲市天元区" + trade + "小馆");
  // The form's own questions, no other.
  feel::Context asked;
  const auto found = parts_.catalogue->service(service);
  CHECK(found);
  for (const auto& [key, value] : all.entries())
    if (found.value()->form.find(key)) asked.put(key, value);
  return asked;
}

base::Result<void> District::take(const std::string& service, base::Id of_case, int turn, int days_ago) {
  const auto& offer =
      *std::find_if(offers().begin(), offers().end(), [&](const Offer& each) { return each.service == service; });
  switch (offer.turns[static_cast<std::size_t>(turn)]) {
    case Turn::accept:
      return accept(of_case, days_ago);
    case Turn::enter:
      return register_entity(of_case, days_ago, true);
    case Turn::review:
      return review_food(of_case, days_ago);
    case Turn::inspect:
      return inspect(of_case, days_ago, "pass");
    case Turn::decide:
      return decide_food(of_case, days_ago, true);
    case Turn::hand_over:
      return hand_over(of_case, days_ago, turn % 2 == 0);
    case Turn::close:
      // Nothing was issued: only the decision is served.
      return complete(of_case, "hand_over", entries({{"way", "electronic"}}), as_staff("clerk", days_ago, 16));
  }
  return {};
}

base::Result<District::Firm> District::firm(bool with_permit, calendar::Date opened) {
  const std::size_t citizen = next_citizen();
  const calendar::Date before = anchor_;
  anchor_ = opened;
  base::Id of_case;
  if (with_permit) {
    TRY(of_case, submit(citizen, 6, false));
    TRY(std::ignore, accept(of_case, 5));
    TRY(std::ignore, register_entity(of_case, 5, true));
    TRY(std::ignore, review_food(of_case, 4));
    TRY(std::ignore, inspect(of_case, 3, "pass"));
    TRY(std::ignore, decide_food(of_case, 2, true));
    TRY(std::ignore, hand_over(of_case, 1, true));
  } else {
    TRY(of_case, submit_for("register-individual-business", "", citizen, 6));
    for (int turn = 0; turn < 3; ++turn) {
      TRY(std::ignore, take("register-individual-business", of_case, turn, 5 - turn));
    }
  }
  anchor_ = before;
  Firm made{.citizen = citizen, .credit_code = {}, .permit = {}};
  return write([&](storage::Transaction& transaction) -> base::Result<Firm> {
    for (const licensing::Certificate& certificate : licensing::certificates_of(transaction, of_case))
      (certificate.kind == "business_licence" ? made.credit_code : made.permit) = certificate.number;
    return made;
  });
}

base::Result<base::Id> District::submit_for(const std::string& service, const std::string& subject, std::size_t citizen,
                                            int days_ago) {
  TRY(const base::Id id, apply_for(service, guide_of(service, subject),
                                   answers_for(service, citizen, working_days_ago(days_ago)), citizen, days_ago));
  const Moment moment = as_citizen(citizen, days_ago, 9);
  TRY(std::ignore,
      write([&](storage::Transaction& transaction) { return parts_.licensing->submit(transaction, id, 2, moment); }));
  return id;
}

base::Result<void> District::one_of(const std::string& service, int stage, int days_ago) {
  const auto& offer =
      *std::find_if(offers().begin(), offers().end(), [&](const Offer& each) { return each.service == service; });
  Firm about{.citizen = next_citizen(), .credit_code = {}, .permit = {}};
  if (offer.about != About::founding) {
    // A permit is valid for five years; it is renewed in the last months.
    constexpr std::int64_t five_years_less = 5 * 365 - 45;
    const std::int64_t ago = service == "renew-food-permit" ? five_years_less : 60;
    TRY(about, firm(offer.about == About::holder, calendar::Date{today_.days - ago - stage}));
  }
  std::string subject = service.ends_with("food-permit") && !about.permit.empty() ? about.permit : about.credit_code;
  if (service == "cluster-admission") subject = host_codes_.front();
  if (stage < 0) {
    TRY(std::ignore,
        apply_for(service, guide_of(service, subject), answers_for(service, about.citizen, working_days_ago(days_ago)),
                  about.citizen, days_ago));
    return {};
  }
  TRY(const base::Id id, submit_for(service, subject, about.citizen, days_ago));
  for (int turn = 0; turn < stage; ++turn) {
    TRY(std::ignore, take(service, id, turn, std::max(days_ago - 1 - turn, 0)));
  }
  return {};
}

base::Result<void> District::other_services(bool few) {
  for (const Offer& offer : offers()) {
    const int all = static_cast<int>(offer.turns.size());
    std::vector<int> stages = {-1, all / 2};
    if (!few) stages = {-1, 0, all / 2, std::max(all - 1, 0), all};
    TRY(std::ignore, together([&]() -> base::Result<void> {
          for (const int stage : stages) {
            TRY(std::ignore, one_of(offer.service, stage, stage < 0 ? 1 : stage + 1));
          }
          return {};
        }));
  }
  return {};
}

base::Result<void> District::operate(base::Id of_case, const char* operation, feel::Context data,
                                     const Moment& moment) {
  return write([&](storage::Transaction& transaction) -> base::Result<void> {
    TRY(std::ignore, parts_.engine->operate(
                         transaction, {.of_case = of_case, .operation = operation, .data = std::move(data)}, moment));
    return {};
  });
}

base::Result<void> District::turned_cases() {
  return together([&]() -> base::Result<void> {
    const auto accepted = [&](int days_ago) -> base::Result<base::Id> {
      TRY(const base::Id id, submit(next_citizen(), days_ago, false));
      TRY(std::ignore, accept(id, days_ago - 1));
      return id;
    };
    const auto task_of = [&](base::Id id, std::string_view element) {
      std::int64_t key = 0;
      for (const casework::Task& task :
           casework::tasks_of(*transaction_, access_control::Scope::of_division(std::string(demo_division)), id))
        if (!task.done_at && task.element == element) key = task.id.key;
      return Value(key);
    };
    TRY(const base::Id suspended, accepted(5));
    TRY(std::ignore, operate(suspended, "suspend",
                             entries({{"reason", "需要法院确认场所权属"}, {"basis", "《行政许可法》第四十五条"}}),
                             as_staff("head", 3, 10)));
    TRY(const base::Id signed_by_two, accepted(4));
    TRY(std::ignore, operate(signed_by_two, "countersign",
                             entries({{"task", task_of(signed_by_two, "registration_examine")},
                                      {"person", base::to_text(staff_ids_.at("head"))},
                                      {"reason", "场所权属有疑问,请会签"}}),
                             as_staff("examiner", 2, 11)));
    TRY(const base::Id express, accepted(2));
    TRY(std::ignore,
        operate(express, "express", entries({{"reason", "园区重点项目,即来即办"}}), as_staff("head", 1, 10)));
    // Longer ago than the five working days that were promised: the board shows it as not verified.
    for (const int days_ago : {9, 3}) {
      TRY(const base::Id promised, submit(next_citizen(), days_ago, false));
      TRY(std::ignore, operate(promised, "accept_conditionally",
                               entries({{"material", "health_certificates"},
                                        {"promise", "五个工作日内补交健康证明"},
                                        {"reason", "从业人员正在体检"}}),
                               as_staff("clerk", days_ago - 1, 10)));
      TRY(std::ignore, accept(promised, days_ago - 1));
    }
    return {};
  });
}

base::Result<void> District::publish(const std::string& service, const std::map<std::string, std::string>& texts,
                                     const char* reason, int days_ago) {
  const Moment owner = as_staff("rules", days_ago, 9);
  const publishing::Publishing& publishing = *parts_.publishing;
  TRY(const publishing::Draft proposed,
      write([&](storage::Transaction& transaction) -> base::Result<publishing::Draft> {
        const auto& [first, text] = *texts.begin();
        TRY(publishing::Draft draft,
            publishing.begin(transaction, {.id = new_id(owner.now), .service = service, .file = first, .text = text},
                             owner));
        for (auto next = std::next(texts.begin()); next != texts.end(); ++next) {
          TRY(draft,
              publishing.edit(transaction,
                              {.draft = draft.id, .edition = draft.edition, .file = next->first, .text = next->second},
                              owner));
        }
        return publishing.propose(transaction, draft.id, draft.edition,
                                  {.reason = reason, .applies_from = owner.today()}, owner);
      }));
  const Moment leader = as_staff("leader", days_ago, 11);
  TRY(std::ignore, write([&](storage::Transaction& transaction) {
        return publishing.decide(
            transaction, {.draft = proposed.id, .edition = proposed.edition, .approves = true, .remark = "同意"},
            leader);
      }));
  publishing.renew(*parts_.store, leader.now);
  return {};
}

base::Result<void> District::failed_cases() {
  const std::string service = "open-convenience-shop";
  TRY(const auto delivered, parts_.catalogue->service(service));
  const std::map<std::string, std::string> right = {{"decision.dmn", delivered->files.at("decision.dmn")},
                                                    {"process.bpmn", delivered->files.at("process.bpmn")}};
  std::map<std::string, std::string> wrong = right;
  const auto put = [&](const char* file, const std::string& before, const std::string& after) {
    std::string& text = wrong.at(file);
    const std::size_t at = text.find(before);
    CHECK(at != std::string::npos);
    text.replace(at, before.size(), after);
  };
  // Above 300 m² an inspection, below it none: nobody has said what is to be done at 300 m², and no way is the usual
  // one.
  put("decision.dmn", "<text>&gt;= 300</text>", "<text>&gt; 300</text>");
  put("decision.dmn", "<inputEntry id=\"inspection_needed_row_3_in_2\">\n          <text>-</text>",
      "<inputEntry id=\"inspection_needed_row_3_in_2\">\n          <text>&lt; 300</text>");
  put("process.bpmn", " default=\"inspect_to_inspection_started\"", "");
  put("process.bpmn", "sourceRef=\"inspect\" targetRef=\"inspection_started\" />",
      "sourceRef=\"inspect\" targetRef=\"inspection_started\">"
      "<bpmn:conditionExpression xsi:type=\"bpmn:tFormalExpression\">=inspection_needed = true"
      "</bpmn:conditionExpression></bpmn:sequenceFlow>");
  // One step has another name: who waits there can be moved only when somebody says where it goes on.
  std::string& process = wrong.at("process.bpmn");
  for (std::size_t at = process.find("site_inspection"); at != std::string::npos;
       at = process.find("site_inspection", at))
    process.replace(at, std::string_view("site_inspection").size(), "premises_inspection");
  put("process.bpmn", "formId=\"premises_inspection\"", "formId=\"site_inspection\"");
  TRY(std::ignore, publish(service, wrong, "按演示文件第2条调整现场核查的面积标准", 8));
  for (const auto& [days_ago, area] : {std::pair{6, 300}, {5, 300}, {4, 300}, {4, 320}}) {
    const std::size_t citizen = next_citizen();
    feel::Context guide = guide_of(service, "");
    guide.put("area", area);
    feel::Context answers = answers_for(service, citizen, working_days_ago(days_ago));
    answers.put("area", area);
    TRY(const base::Id id, apply_for(service, guide, answers, citizen, days_ago));
    const Moment moment = as_citizen(citizen, days_ago, 9);
    TRY(std::ignore,
        write([&](storage::Transaction& transaction) { return parts_.licensing->submit(transaction, id, 2, moment); }));
    TRY(std::ignore, accept(id, days_ago - 1));
    TRY(std::ignore, review_food(id, days_ago - 2));
  }
  return publish(service, right, "面积标准漏掉了正好300平方米的情形，恢复原条文", 2);
}

}  // namespace server
