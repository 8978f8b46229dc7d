/// What somebody does with a case on some day: the steps of which the demonstration's cases are made.
#include "demo.h"
#include "documents/documents.h"
#include "kernel/base/refusals.h"

namespace server {

feel::Context District::guide(bool company) const {
  return entries({{"activity", "catering"},
                  {"operator_kind", company ? "company" : "individual"},
                  {"address_kind", "ground_floor"},
                  {"premises_right", "leased"},
                  {"area", 86},
                  {"food_items", feel::Value(feel::List{"hot", "drinks"})}});
}

feel::Context District::answers(std::size_t citizen, bool company) {
  const int i = firms_++;
  const std::string trade = demo_proposed_trade_name(i);
  feel::Context context = entries({{"operator_name", citizen_names_[citizen]},
                                   {"operator_citizen_id", demo_citizen_id(static_cast<int>(citizen))},
                                   {"operator_phone", demo_phone(static_cast<int>(citizen))},
                                   {"filed_by", "self"},
                                   {"trade_name", trade},
                                   {"proposed_name", "株洲市天元区" + trade + (company ? "餐饮有限公司" : "小馆")},
                                   {"township", "43021100" + std::to_string(1 + i % 4)},
                                   {"address", "演示路" + std::to_string(3000 + i) + "号一楼"},
                                   {"area", 86},
                                   {"industry", "6210"},
                                   {"scope", "许可项目:餐饮服务(依法须经批准的项目,经批准后方可开展经营活动)"},
                                   {"employees", 4},
                                   {"food_items", feel::Value(feel::List{"hot", "drinks"})},
                                   {"food_safety_manager", citizen_names_[citizen]},
                                   {"delivery", i % 3 == 0 ? "pick_up" : "electronic"},
                                   {"electronic_service", true},
                                   {"declaration", true}});
  if (company) {
    context.put("registered_capital", 50);
    context.put("capital_paid_by", calendar::to_text(calendar::Date{anchor_.days + 900}));
    context.put("shareholders", citizen_names_[citizen] + ",认缴50万元");
  } else {
    context.put("composition", "personal");
    context.put("operator_home", "株洲市天元区演示小区" + std::to_string(i + 1) + "栋");
  }
  return context;
}

base::Result<void> District::upload(base::Id application, const std::string& slot, const Moment& moment) {
  auto material = materials_.find(slot);
  if (material == materials_.end()) {
    const auto found = parts_.catalogue->documents.find("demonstration_material");
    CHECK(found != parts_.catalogue->documents.end());
    TRY(const auto drawn, documents::parse_template(found->second, "demonstration_material"));
    TRY(const std::string pdf,
        documents::render_pdf(*drawn, entries({{"slot", slot}}), {.demonstration = true, .now = moment.now}));
    material = materials_.emplace(slot, std::pair(parts_.files->put(pdf), static_cast<std::int64_t>(pdf.size()))).first;
  }
  return write([&](storage::Transaction& transaction) -> base::Result<void> {
    TRY(std::ignore, parts_.licensing->add_file(transaction,
                                                {.id = new_id(moment.now),
                                                 .application = application,
                                                 .slot = slot,
                                                 .filename = slot + ".pdf",
                                                 .size = material->second.second,
                                                 .content_type = "application/pdf",
                                                 .sha256 = material->second.first,
                                                 .uploaded_at = moment.now},
                                                moment));
    return {};
  });
}

base::Result<base::Id> District::apply(std::size_t citizen, int days_ago, bool company) {
  return apply_for("open-restaurant", guide(company), answers(citizen, company), citizen, days_ago);
}

base::Result<base::Id> District::apply_for(const std::string& wanted, const feel::Context& guide,
                                           const feel::Context& answers, std::size_t citizen, int days_ago) {
  const Moment moment = as_citizen(citizen, days_ago, 8);
  const base::Id id = new_id(moment.now);
  TRY(const licensing::Application drafted,
      write([&](storage::Transaction& transaction) -> base::Result<licensing::Application> {
        TRY(const licensing::Application draft, parts_.licensing->draft(transaction, id, wanted, guide, moment));
        return parts_.licensing->save_draft(transaction, id, draft.version, answers, std::nullopt, moment);
      }));
  TRY(const auto service, parts_.catalogue->service(drafted.service));
  const feel::World world = parts_.catalogue->world_at(moment.now);
  for (const catalogue::Material* material :
       catalogue::materials_needed(*service, drafted.guide, drafted.answers, world)) {
    TRY(std::ignore, upload(id, material->id, moment));
  }
  return id;
}

base::Result<base::Id> District::submit(std::size_t citizen, int days_ago, bool company) {
  TRY(const base::Id id, apply(citizen, days_ago, company));
  const Moment moment = as_citizen(citizen, days_ago, 9);
  TRY(std::ignore,
      write([&](storage::Transaction& transaction) { return parts_.licensing->submit(transaction, id, 2, moment); }));
  return id;
}

base::Result<void> District::complete(base::Id of_case, const char* element, feel::Context form, const Moment& moment) {
  return write([&](storage::Transaction& transaction) -> base::Result<void> {
    for (const casework::Task& task : casework::tasks_of(transaction, moment.actor.scope, of_case))
      if (!task.done_at && task.element == element) {
        TRY(std::ignore, parts_.engine->complete_task(transaction, task.id, form, std::nullopt, moment));
        return {};
      }
    return base::conflict("demo.no_task",
                          {std::string("办件没有待办环节 ") + element, std::string("no open task ") + element});
  });
}

base::Result<void> District::accept(base::Id of_case, int days_ago) {
  return complete(of_case, "accept_application", entries({{"outcome", "accept"}}), as_staff("clerk", days_ago, 11));
}

base::Result<void> District::not_accept(base::Id of_case, int days_ago) {
  return complete(
      of_case, "accept_application",
      entries({{"outcome", "not_accept"}, {"reason", "所申请的集体用餐配送不属于本窗口受理范围,请向市局申请"}}),
      as_staff("clerk", days_ago, 10));
}

base::Result<void> District::withdraw(base::Id of_case, std::size_t citizen, int days_ago) {
  return write([&](storage::Transaction& transaction) -> base::Result<void> {
    TRY(std::ignore,
        parts_.licensing->withdraw(transaction, of_case, "店面租约有变,暂不开店", as_citizen(citizen, days_ago, 10)));
    return {};
  });
}

base::Result<void> District::ask_correction(base::Id of_case, int days_ago) {
  feel::List corrections;
  corrections.emplace_back(
      entries({{"place", "/answers/area"}, {"reason", "填写的面积与布局图标注不一致,请核对后改正"}}));
  corrections.emplace_back(
      entries({{"place", "/materials/layout_plan"}, {"reason", "布局图没有标明清洗消毒区,请补充"}}));
  return complete(of_case, "accept_application",
                  entries({{"outcome", "correct"}, {"corrections", feel::Value(std::move(corrections))}}),
                  as_staff("clerk", days_ago, 15));
}

base::Result<void> District::register_entity(base::Id of_case, int days_ago, bool grant) {
  feel::Context form =
      entries({{"checked", feel::Value(feel::List{"identity", "name", "address", "scope", "documents"})},
               {"outcome", grant ? "grant" : "refuse"},
               {"findings", "申请材料齐全,符合法定形式"}});
  if (!grant) form.put("reason", "经核实,租赁合同所载地址与申请的经营场所不是同一处");
  return complete(of_case, "registration_examine", std::move(form), as_staff("examiner", days_ago, 14));
}

base::Result<void> District::review_food(base::Id of_case, int days_ago) {
  return complete(of_case, "food_examine", entries({{"outcome", "in_order"}, {"findings", "材料齐全,需现场核查"}}),
                  as_staff("food", days_ago, 15));
}

base::Result<void> District::inspect(base::Id of_case, int days_ago, const char* result) {
  const Moment moment = as_staff("inspector1", days_ago, 10);
  feel::Context form =
      entries({{"officers", feel::Value(feel::List{"inspector1", "inspector2"})},
               {"inspected_on", calendar::to_text(moment.today())},
               {"inspected_at", "9:30—10:20"},
               {"passed", feel::Value(feel::List{"premises", "layout", "equipment", "water", "staff", "system"})},
               {"result", result},
               {"findings", "现场与申请一致"}});
  if (std::string_view(result) == "rectify") {
    form.put("demands", "加装防鼠板和灭蝇灯,完善清洗消毒标识");
    form.put("rectify_by", calendar::to_text(calendar::Date{anchor_.days + 7}));
  }
  return complete(of_case, "site_inspection", std::move(form), moment);
}

base::Result<void> District::decide_food(base::Id of_case, int days_ago, bool grant) {
  feel::Context form = entries({{"outcome", grant ? "grant" : "refuse"}});
  if (!grant) form.put("reason", "经现场核查,专间设施不符合要求且无法整改");
  return complete(of_case, "food_decide", std::move(form), as_staff("food", days_ago, 16));
}

base::Result<void> District::hand_over(base::Id of_case, int days_ago, bool in_person) {
  const Moment moment = as_staff("clerk", days_ago, 16);
  return write([&](storage::Transaction& transaction) -> base::Result<void> {
    TRY(const casework::Case found, parts_.engine->load(transaction, moment.actor.scope, of_case));
    const std::string identity = demo_citizen_id(citizen_of(found.head.applicant));
    TRY(std::ignore,
        parts_.delivery->send(transaction,
                              {.id = new_id(moment.now),
                               .of_case = of_case,
                               .way = in_person ? "window" : "electronic",
                               .recipient = access_control::name_of_person(transaction, found.head.applicant),
                               .relation = in_person ? "self" : "",
                               .identity_end = in_person ? identity.substr(identity.size() - 4) : "",
                               .address = {},
                               .consented = !in_person},
                              moment));
    return {};
  });
}

int District::citizen_of(base::Id person) const {
  return static_cast<int>(std::find(citizens_.begin(), citizens_.end(), person) - citizens_.begin());
}

base::Result<void> District::finished_case(std::size_t citizen, int days_ago, bool company, bool permit,
                                           const char* grade) {
  TRY(const base::Id id, submit(citizen, days_ago, company));
  TRY(std::ignore, accept(id, days_ago - 1));
  TRY(std::ignore, register_entity(id, days_ago - 1, true));
  TRY(std::ignore, review_food(id, days_ago - 2));
  TRY(std::ignore, inspect(id, days_ago - 3, "pass"));
  TRY(std::ignore, decide_food(id, days_ago - 4, permit));
  if (grade == nullptr) return {};  // certificates wait at the window
  TRY(std::ignore, hand_over(id, days_ago - 5, citizen % 3 == 0));
  if (*grade == '\0') return {};
  return write([&](storage::Transaction& transaction) {
    return parts_.licensing->rate(transaction, id, grade, "", as_citizen(citizen, days_ago - 5, 18));
  });
}

}  // namespace server
