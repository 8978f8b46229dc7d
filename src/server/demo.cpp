/// The demonstration district: fictional people, firms and cases, made through the same use cases as real life.
///
/// Nobody in it is real: given names contain 演 or 试, phone numbers begin with 1300000, firms stand at street numbers
/// above 900.
#include <array>
#include <random>

#include "documents/documents.h"
#include "kernel/codes/check_digits.h"
#include "kernel/codes/lists.h"
#include "modules/registration/registration.h"
#include "parts.h"

namespace server {
namespace {

constexpr std::string_view division = "430211";
constexpr const char* password = "tianyuan-demo-2026";
constexpr int citizens_count = 24;
constexpr int entities_count = 320;

struct Staff {
  const char* account;
  const char* name;
  const char* office;
  std::vector<std::string> roles;
};

const std::vector<Staff>& staff() {
  static const std::vector<Staff> all = {
      {"clerk", "柳试窗", "centre", {"window_clerk"}},
      {"examiner", "岳演登", "registration", {"registration_examiner"}},
      {"food", "彭试食", "food", {"food_examiner"}},
      {"inspector1", "易演查", "food", {"food_inspector"}},
      {"inspector2", "汤试核", "food", {"food_inspector"}},
      {"head", "欧阳演批", "registration", {"licensing_head", "food_examiner", "registration_examiner"}},
      {"leader", "贺试局", "bureau", {"leader"}},
      {"technician", "匡演维", "bureau", {"technician"}}};
  return all;
}

/// Everything the driver needs to act as somebody on some day.
class District {
 public:
  explicit District(Program::Parts& parts) : parts_(parts), random_(20261124) {}

  base::Result<void> people();
  base::Result<void> entities();
  base::Result<void> cases();

 private:
  using Moment = casework::Moment;
  base::Id new_id(base::Instant at) { return base::make_id(at, static_cast<std::uint32_t>(random_())); }
  std::size_t pick(std::size_t count) { return random_() % count; }
  base::Instant at_hour(calendar::Date day, int hour);
  /// The day `count` working days before today.
  calendar::Date working_days_ago(int count) const;
  Moment as_staff(const char* account, int days_ago, int hour);
  Moment as_citizen(std::size_t citizen, int days_ago, int hour);

  base::Result<base::Id> apply(std::size_t citizen, int days_ago, bool company);
  base::Result<base::Id> submit(std::size_t citizen, int days_ago, bool company);
  base::Result<void> upload(base::Id application, const std::string& slot, const Moment& moment);
  base::Result<void> complete(base::Id of_case, const char* element, feel::Context answers, const Moment& moment);
  base::Result<void> accept(base::Id of_case, int days_ago);
  base::Result<void> register_entity(base::Id of_case, int days_ago, bool grant);
  base::Result<void> review_food(base::Id of_case, int days_ago);
  base::Result<void> inspect(base::Id of_case, int days_ago, const char* result);
  base::Result<void> decide_food(base::Id of_case, int days_ago, bool grant);
  base::Result<void> hand_over(base::Id of_case, int days_ago, bool in_person);
  base::Result<void> ask_correction(base::Id of_case, int days_ago);
  base::Result<void> finished_case(std::size_t citizen, int days_ago, bool company, bool permit, const char* grade);
  feel::Context guide(bool company) const;
  feel::Context answers(std::size_t citizen, bool company);

  Program::Parts& parts_;
  std::mt19937 random_;
  std::map<std::string, base::Id> staff_ids_;
  std::vector<base::Id> citizens_;
  std::vector<std::string> citizen_names_;
  int firms_ = 0;
};

feel::Context entries(std::initializer_list<feel::Context::Entry> list) {
  return feel::Context(list);
}

std::string citizen_id(int index) {
  char body[40];
  std::snprintf(body, sizeof body, "430211%04d%02d%02d%03d", 1970 + index % 35, 1 + index % 12, 1 + index % 28,
                900 + index % 99);
  return std::string(body) + codes::mod_11_2_check(body).value();
}

std::string phone(int index) {
  char text[24];
  std::snprintf(text, sizeof text, "1300000%04d", index);
  return text;
}

constexpr std::array<const char*, 24> surnames = {"柳", "岳", "彭", "易", "汤", "贺", "匡", "谭",
                                                  "龙", "文", "向", "符", "瞿", "庹", "覃", "粟",
                                                  "鄢", "漆", "佘", "阳", "禹", "戴", "邬", "晏"};
constexpr std::array<const char*, 24> trade_words = {
    "湘禾", "江畔", "栗雨轩", "泰山脚", "马家河", "嵩山坊", "炊烟里", "辣有味", "一碗香", "老灶台", "晴川", "云间",
    "麦田", "半盏", "渔火",   "竹影",   "青石巷", "百味居", "米粉王", "小满",   "稻花",   "圆融",   "南风", "知味堂"};
struct Trade {
  const char* name;
  const char* industry;
  const char* scope;
};
constexpr std::array<Trade, 8> trades = {{{"餐饮店", "6210", "许可项目:餐饮服务"},
                                          {"小吃店", "6291", "许可项目:餐饮服务"},
                                          {"咖啡馆", "6232", "许可项目:餐饮服务"},
                                          {"便利店", "5213", "许可项目:食品销售;一般项目:日用百货销售"},
                                          {"百货店", "5211", "一般项目:日用百货销售"},
                                          {"汽车维修服务部", "8111", "一般项目:机动车修理和维护"},
                                          {"信息技术工作室", "6513", "一般项目:软件开发"},
                                          {"办公服务部", "7293", "一般项目:办公服务"}}};

base::Instant District::at_hour(calendar::Date day, int hour) {
  return calendar::start_of(day).plus_us((std::int64_t{hour} * 3600 + static_cast<std::int64_t>(pick(3000))) *
                                         base::us_per_second);
}

calendar::Date District::working_days_ago(int count) const {
  const calendar::Date today = calendar::local_date(parts_.now());
  if (count == 0) return today;
  const auto day = calendar::add_working_days(today, -count, parts_.catalogue->calendar);
  CHECK(day);
  return day.value();
}

casework::Moment District::as_staff(const char* account, int days_ago, int hour) {
  for (const Staff& person : staff())
    if (person.account == std::string_view(account)) {
      Moment moment{
          .now = at_hour(working_days_ago(days_ago), hour),
          .actor = {.person = staff_ids_.at(account),
                    .name = person.name,
                    .staff = true,
                    .roles = person.roles,
                    .scope = access_control::scope_of_staff(person.roles, std::string(division), person.office)}};
      // What happens today has happened before now.
      if (moment.now > parts_.now()) moment.now = parts_.now();
      return moment;
    }
  CHECK(!"an account that is not in the list");
  return {};
}

casework::Moment District::as_citizen(std::size_t citizen, int days_ago, int hour) {
  Moment moment{.now = at_hour(working_days_ago(days_ago), hour),
                .actor = {.person = citizens_[citizen],
                          .name = citizen_names_[citizen],
                          .staff = false,
                          .roles = {},
                          .scope = access_control::Scope::own_of(citizens_[citizen])}};
  if (moment.now > parts_.now()) moment.now = parts_.now();
  return moment;
}

base::Result<void> District::people() {
  const std::string hash = access_control::hash_password(password);
  const base::Instant now = parts_.now();
  return parts_.store->write_result([&](storage::Transaction& transaction) -> base::Result<void> {
    const std::array<std::pair<const char*, base::Text>, 4> offices = {
        {{"bureau", {"局机关", "Bureau"}},
         {"centre", {"政务服务中心窗口", "Service centre window"}},
         {"registration", {"登记注册科", "Registration section"}},
         {"food", {"食品经营许可科", "Food permit section"}}}};
    for (const auto& [code, name] : offices) access_control::save_office(transaction, division, code, name);
    for (const Staff& person : staff()) {
      const base::Id id = new_id(now);
      TRY(std::ignore, parts_.access->create(transaction,
                                             {.id = id,
                                              .division = std::string(division),
                                              .office = person.office,
                                              .staff = true,
                                              .name = person.name,
                                              .account = person.account,
                                              .roles = person.roles},
                                             now, hash));
      staff_ids_[person.account] = id;
    }
    for (int i = 0; i < citizens_count; ++i) {
      const base::Id id = new_id(now);
      const std::string name =
          std::string(surnames[static_cast<std::size_t>(i)]) + (i % 2 ? "演" : "试") + (i % 3 ? "安" : "宁");
      TRY(std::ignore, parts_.access->create(transaction,
                                             {.id = id,
                                              .name = name,
                                              .citizen_id = citizen_id(i),
                                              .phone = phone(i),
                                              .account = "citizen" + std::to_string(i + 1)},
                                             now, hash));
      citizens_.push_back(id);
      citizen_names_.push_back(name);
    }
    return {};
  });
}

base::Result<void> District::entities() {
  const calendar::Date today = calendar::local_date(parts_.now());
  return parts_.store->write_result([&](storage::Transaction& transaction) -> base::Result<void> {
    for (int i = 0; i < entities_count; ++i) {
      const Trade& trade = trades[pick(trades.size())];
      const bool company = i % 5 == 0;
      const calendar::Date opened{today.days - 30 - static_cast<std::int64_t>(pick(3000))};
      const base::Instant at = at_hour(opened, 10);
      const int town = 1 + static_cast<int>(pick(4));
      const std::string township = "43021100" + std::to_string(town);
      const std::string name = "株洲市天元区" +
                               std::string(trade_words[static_cast<std::size_t>(i) % trade_words.size()]) +
                               std::string(trade_words[static_cast<std::size_t>(i) / trade_words.size()]) +
                               (company ? "商贸有限公司" : trade.name);
      TRY(const registration::Entity entity,
          registration::establish(
              transaction,
              {.division = std::string(division),
               .office = "centre",
               .kind = company ? "enterprise" : "individual_business",
               .name = name,
               .township = township,
               .address =
                   codes::full_name(*codes::find_division(township)).zh + "演示路" + std::to_string(900 + i) + "号",
               .operator_name = std::string(surnames[pick(surnames.size())]) + (i % 2 ? "试" : "演") + "然",
               .type = company ? "1130" : "9500",
               .scope = trade.scope,
               .industry = trade.industry,
               .capital_fen = company ? std::int64_t{100'000'000} : 0},
              {.id = new_id(at), .as_of = opened, .now = at, .actor = staff_ids_.at("examiner")}));
      const auto later = [&](std::int64_t days) { return calendar::Date{std::min(opened.days + days, today.days)}; };
      const auto write = [&](const char* event, std::map<std::string, std::string> items, const char* reason,
                             calendar::Date as_of, calendar::Date known) {
        return registration::write(
            transaction, access_control::Scope::of_division(std::string(division)), entity.id, event, items, reason,
            {.id = {}, .as_of = as_of, .now = at_hour(known, 15), .actor = staff_ids_.at("examiner")});
      };
      const std::string moved =
          codes::full_name(*codes::find_division("430211003")).zh + "演示路" + std::to_string(2000 + i) + "号";
      if (i % 7 == 3) {
        TRY(std::ignore,
            write("changed", {{"address", moved}, {"township", "430211003"}}, "住所变更", later(200), later(201)));
      }
      if (i % 19 == 5) {
        TRY(std::ignore,
            write("corrected", {{"scope", "一般项目:日用百货销售"}}, "经营范围录入有误,予以更正", opened, later(60)));
      }
      if (i % 11 == 7) {
        TRY(std::ignore, write("deregistered", {{"status", "deregistered"}}, "申请注销", later(700), later(700)));
      }
    }
    return {};
  });
}

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
  const std::string trade = std::string(trade_words[static_cast<std::size_t>(i * 5 + 3) % trade_words.size()]) +
                            trade_words[static_cast<std::size_t>(i) % trade_words.size()];
  feel::Context context = entries({{"operator_name", citizen_names_[citizen]},
                                   {"operator_citizen_id", citizen_id(static_cast<int>(citizen))},
                                   {"operator_phone", phone(static_cast<int>(citizen))},
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
    context.put("capital_paid_by", calendar::to_text(calendar::Date{calendar::local_date(parts_.now()).days + 900}));
    context.put("shareholders", citizen_names_[citizen] + ",认缴50万元");
  } else {
    context.put("composition", "personal");
    context.put("operator_home", "株洲市天元区演示小区" + std::to_string(i + 1) + "栋");
  }
  return context;
}

base::Result<void> District::upload(base::Id application, const std::string& slot, const Moment& moment) {
  const auto found = parts_.catalogue->documents.find("demonstration_material");
  CHECK(found != parts_.catalogue->documents.end());
  TRY(const auto drawn, documents::parse_template(found->second, "demonstration_material"));
  TRY(const std::string pdf,
      documents::render_pdf(*drawn, entries({{"slot", slot}}), {.demonstration = true, .now = moment.now}));
  const std::string sha256 = parts_.files->put(pdf);
  return parts_.store->write_result([&](storage::Transaction& transaction) -> base::Result<void> {
    TRY(std::ignore, parts_.licensing->add_file(transaction,
                                                {.id = new_id(moment.now),
                                                 .application = application,
                                                 .slot = slot,
                                                 .filename = slot + ".pdf",
                                                 .size = static_cast<std::int64_t>(pdf.size()),
                                                 .content_type = "application/pdf",
                                                 .sha256 = sha256,
                                                 .uploaded_at = moment.now},
                                                moment));
    return {};
  });
}

base::Result<base::Id> District::apply(std::size_t citizen, int days_ago, bool company) {
  const Moment moment = as_citizen(citizen, days_ago, 8);
  const base::Id id = new_id(moment.now);
  TRY(const licensing::Application drafted,
      parts_.store->write_result([&](storage::Transaction& transaction) -> base::Result<licensing::Application> {
        TRY(const licensing::Application draft,
            parts_.licensing->draft(transaction, id, "open-restaurant", guide(company), moment));
        return parts_.licensing->save_draft(transaction, id, draft.version, answers(citizen, company), std::nullopt,
                                            moment);
      }));
  TRY(const auto service, parts_.catalogue->service(drafted.service));
  const feel::World world{.now = moment.now, .working_days = &parts_.catalogue->calendar};
  for (const catalogue::Material* material :
       catalogue::materials_needed(*service, drafted.guide, drafted.answers, world)) {
    TRY(std::ignore, upload(id, material->id, moment));
  }
  return id;
}

base::Result<base::Id> District::submit(std::size_t citizen, int days_ago, bool company) {
  TRY(const base::Id id, apply(citizen, days_ago, company));
  const Moment moment = as_citizen(citizen, days_ago, 9);
  TRY(std::ignore, parts_.store->write_result([&](storage::Transaction& transaction) {
    return parts_.licensing->submit(transaction, id, 2, moment);
  }));
  return id;
}

base::Result<void> District::complete(base::Id of_case, const char* element, feel::Context form, const Moment& moment) {
  return parts_.store->write_result([&](storage::Transaction& transaction) -> base::Result<void> {
    for (const casework::Task& task : casework::tasks_of(transaction, moment.actor.scope, of_case))
      if (!task.done_at && task.element == element) {
        TRY(std::ignore, parts_.engine->complete_task(transaction, task.id, form, std::nullopt, moment));
        return {};
      }
    return base::Error{.kind = base::Refusal::conflict,
                       .code = "demo.no_task",
                       .message = {std::string("办件没有待办环节 ") + element, std::string("no open task ") + element}};
  });
}

base::Result<void> District::accept(base::Id of_case, int days_ago) {
  return complete(of_case, "accept_application", entries({{"outcome", "accept"}}), as_staff("clerk", days_ago, 11));
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
  if (!grant) form.put("reason", "拟用名称与已登记名称相同,申请人不同意调整");
  return complete(of_case, "registration_examine", std::move(form), as_staff("examiner", days_ago, 14));
}

base::Result<void> District::review_food(base::Id of_case, int days_ago) {
  return complete(of_case, "food_examine",
                  entries({{"outcome", "in_order"}, {"findings", "材料齐全,需现场核查"}}),
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
    form.put("rectify_by", calendar::to_text(calendar::Date{calendar::local_date(parts_.now()).days + 7}));
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
  feel::Context form = entries({{"way", in_person ? "pick_up" : "electronic"}, {"in_person", in_person}});
  if (in_person) form.put("collector_name", "申请人本人");
  return complete(of_case, "hand_over", std::move(form), moment);
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
  return parts_.store->write_result([&](storage::Transaction& transaction) {
    return parts_.licensing->rate(transaction, id, grade, "", as_citizen(citizen, days_ago - 5, 18));
  });
}

base::Result<void> District::cases() {
  std::size_t next = 0;
  const auto citizen = [&] { return next++ % citizens_.size(); };
  for (const int days : {0, 1, 3}) {
    TRY(std::ignore, apply(citizen(), days, days == 1));
  }
  for (const int days : {0, 0, 1, 1, 2, 3, 4}) {
    TRY(std::ignore, submit(citizen(), days, days == 2));
  }
  for (const int days : {2, 3, 6}) {
    TRY(const base::Id id, submit(citizen(), days, false));
    TRY(std::ignore, ask_correction(id, days - 1));
  }
  for (const int days : {1, 2, 4, 5}) {
    TRY(const base::Id id, submit(citizen(), days, days == 4));
    TRY(std::ignore, accept(id, days - 1));
  }
  for (const int days : {3, 5}) {
    TRY(const base::Id id, submit(citizen(), days, false));
    TRY(std::ignore, accept(id, days - 1));
    TRY(std::ignore, register_entity(id, days - 1, true));
    TRY(std::ignore, review_food(id, days - 2));
  }
  for (const int days : {6, 8}) {
    TRY(const base::Id id, submit(citizen(), days, false));
    TRY(std::ignore, accept(id, days - 1));
    TRY(std::ignore, register_entity(id, days - 1, true));
    TRY(std::ignore, review_food(id, days - 2));
    TRY(std::ignore, inspect(id, days - 3, days == 6 ? "rectify" : "pass"));
  }
  for (const int days : {9, 10, 12}) {
    TRY(std::ignore, finished_case(citizen(), days, days == 10, true, nullptr));
  }
  constexpr std::array<const char*, 5> grades = {"very_satisfied", "satisfied", "", "fairly_satisfied",
                                                 "very_satisfied"};
  for (int i = 0; i < 10; ++i) {
    TRY(std::ignore,
        finished_case(citizen(), 10 + i * 3, i % 4 == 1, i % 5 != 3, grades[static_cast<std::size_t>(i) % 5]));
  }
  {
    TRY(const base::Id id, submit(citizen(), 7, false));
    TRY(std::ignore, accept(id, 6));
    TRY(std::ignore, review_food(id, 6));
    TRY(std::ignore, register_entity(id, 5, false));
  }
  {
    TRY(const base::Id id, submit(citizen(), 9, false));
    TRY(std::ignore, complete(id, "accept_application",
                              entries({{"outcome", "not_accept"},
                                       {"reason", "所申请的集体用餐配送不属于本窗口受理范围,请向市局申请"}}),
                              as_staff("clerk", 8, 10)));
  }
  const std::size_t withdrawing = citizen();
  TRY(const base::Id id, submit(withdrawing, 5, false));
  TRY(std::ignore, parts_.store->write_result([&](storage::Transaction& transaction) {
    return parts_.licensing->withdraw(transaction, id, "店面租约有变,暂不开店", as_citizen(withdrawing, 4, 10));
  }));
  return {};
}

}  // namespace

base::Result<void> make_demonstration(Program::Parts& parts, const std::function<void(const std::string&)>& progress) {
  District district(parts);
  progress("人员和机构 / people and offices");
  TRY(std::ignore, district.people());
  progress("市场主体 " + std::to_string(entities_count) + " 户 / " + std::to_string(entities_count) + " entities");
  TRY(std::ignore, district.entities());
  progress("各种状态的办件 / cases in every state");
  TRY(std::ignore, district.cases());
  return {};
}

}  // namespace server
