#include "district.h"

#include <chrono>
#include <filesystem>
#include <stdexcept>

#include "modules/access/access.h"
#include "process.h"

namespace driver {
namespace {

base::Instant system_now() {
  return {std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
              .count()};
}

/// 12 as 一二: trade names are written in Chinese characters.
std::string in_characters(int number) {
  static const char* const digits[] = {"零", "一", "二", "三", "四", "五", "六", "七", "八", "九"};
  std::string text;
  for (const char digit : std::to_string(number)) text += digits[digit - '0'];
  return text;
}

[[noreturn]] void fail(const base::Error& error) {
  std::string places;
  for (const base::Place& place : error.places) places += " " + place.path + ": " + place.message.en;
  throw std::runtime_error(error.code + ": " + error.message.en + places);
}

void must(const base::Result<void>& result) {
  if (!result) fail(result.error());
}

template <class T>
T must(base::Result<T> result) {
  if (!result) fail(result.error());
  return std::move(result).value();
}

feel::Context context_of(std::string_view json) {
  return must(feel::parse_json(json)).as_context();
}

access_control::Actor find_actor(storage::Snapshot& snapshot, const std::string& account) {
  const auto row = snapshot.find("SELECT id FROM people WHERE account = ?", {account});
  if (!row) throw std::runtime_error("no account " + account);
  const auto person = access_control::find_person(snapshot, row->at(0).id());
  return {.person = person->id,
          .name = person->name,
          .staff = !person->roles.empty(),
          .roles = person->roles,
          .scope = person->roles.empty()
                       ? access_control::Scope::own_of(person->id)
                       : access_control::scope_of_staff(person->roles, person->division, person->office)};
}

/// How many elements of its process a case has entered since its submission.
std::size_t elements_entered(storage::Snapshot& snapshot, base::Id of_case) {
  std::size_t count = 0;
  for (const storage::Event& event : storage::load_events(snapshot, {"case", of_case}, 1)) {
    const feel::Context data = context_of(event.data);
    const feel::Value* list = data.find("events");
    if (!list) continue;
    for (const bpmn::Event& one : must(bpmn::decode_events(feel::to_json(*list))))
      count += std::holds_alternative<bpmn::ElementEntered>(one);
  }
  return count;
}

}  // namespace

const std::vector<Step>& journey() {
  static const std::vector<Step> steps = {
      {"accept_application", "clerk", R"({"outcome":"accept"})"},
      {"registration_examine", "examiner",
       R"({"checked":["identity","name","address","scope","documents"],"outcome":"grant","findings":"申请材料齐全,符合法定形式"})"},
      {"food_examine", "food", R"({"outcome":"in_order","findings":"材料齐全,需现场核查"})"},
      {"site_inspection", "inspector1",
       R"({"officers":["inspector1","inspector2"],"inspected_on":")" +
           calendar::to_text(calendar::local_date(system_now())) +
           R"(","inspected_at":"9:30—10:20","passed":["premises","layout","equipment","water","staff","system"],)"
           R"("result":"pass","findings":"现场与申请一致"})"},
      {"food_decide", "food", R"({"outcome":"grant"})"},
      {"hand_over", "clerk",
       R"({"way":"electronic","recipient":"申请人","relation":"","identity_end":"","address":"","consented":true})",
       true}};
  return steps;
}

Posted posted(const Step& step, casework::TaskId task) {
  if (step.delivers) return {"/api/v1/cases/" + base::to_text(task.of_case) + "/deliveries", step.answers, 201};
  return {"/api/v1/tasks/" + casework::to_text(task) + "/completion", "{\"answers\":" + step.answers + "}"};
}

District::District(const std::string& data, const std::string& database) {
  const std::string address = database.empty() ? "sqlite:" + data + "/yichuang.db" : database;
  const Finished made = run_program({"demo", "--small", "--data", data, "--database", address});
  if (made.status != 0) throw std::runtime_error("the demonstration district: " + made.output);
  catalogue_ = must(catalogue::load(SOURCE_DIR "/catalogue"));
  store_ = must(storage::open({.database = address}));
  files_ = std::make_unique<storage::FileStore>(data + "/files");
  engine_ = std::make_unique<casework::Engine>(catalogue_);
  licensing_ = std::make_unique<licensing::Licensing>(licensing::Settings{}, *engine_, *files_);
  delivery_ = std::make_unique<delivery::Delivery>(*engine_, *licensing_);
  actors_ = store_->read_value([](storage::Snapshot& snapshot) {
    std::vector<std::pair<std::string, access_control::Actor>> found;
    for (const char* account : {"clerk", "examiner", "food", "inspector1", "head", "citizen1"})
      found.emplace_back(account, find_actor(snapshot, account));
    return found;
  });
  for (const Step& step : journey()) answers_[step.element] = context_of(step.answers);
  const std::string material = "%PDF-1.4\n" + std::string(20'000, ' ');
  material_sha256_ = files_->put(material);
  material_size_ = static_cast<std::int64_t>(material.size());
}

District::~District() = default;

base::Id District::new_id(base::Instant now) const {
  return base::make_id(now, ++ids_ * 0x9E3779B1u);
}

casework::Moment District::as(std::string_view account) const {
  for (const auto& [name, actor] : actors_)
    if (name == account) return {.now = system_now(), .actor = actor};
  throw std::runtime_error("no account " + std::string(account));
}

base::Result<base::Id> District::submit(storage::Transaction& transaction, int number) {
  const casework::Moment moment = as("citizen1");
  const base::Id id = new_id(moment.now);
  const std::string digits = std::to_string(number);
  const feel::Context guide = context_of(
      R"({"activity":"catering","operator_kind":"individual","address_kind":"ground_floor","premises_right":"leased",)"
      R"("area":86,"food_items":["hot","drinks"]})");
  feel::Context answers = context_of(
      R"({"operator_citizen_id":"430211197001019005","operator_phone":"13000000000","filed_by":"self",)"
      R"("township":"430211001","area":86,"industry":"6210",)"
      R"j("scope":"许可项目:餐饮服务(依法须经批准的项目,经批准后方可开展经营活动)","employees":4,)j"
      R"("food_items":["hot","drinks"],"delivery":"electronic","electronic_service":true,"declaration":true,)"
      R"("composition":"personal"})");
  answers.put("operator_name", moment.actor.name);
  answers.put("food_safety_manager", moment.actor.name);
  answers.put("trade_name", "试量" + in_characters(number));
  answers.put("proposed_name", "株洲市天元区试量" + in_characters(number) + "小馆");
  answers.put("address", "演示路" + digits + "号一楼");
  answers.put("operator_home", "株洲市天元区演示小区" + digits + "栋");
  TRY(const licensing::Application draft, licensing_->draft(transaction, id, "open-restaurant", guide, moment));
  TRY(const licensing::Application saved,
      licensing_->save_draft(transaction, id, draft.version, answers, std::nullopt, moment));
  TRY(const auto service, catalogue_->service(saved.service));
  const feel::World world = catalogue_->world_at(moment.now);
  for (const catalogue::Material* material : catalogue::materials_needed(*service, saved.guide, saved.answers, world)) {
    TRY(std::ignore, licensing_->add_file(transaction,
                                          {.id = new_id(moment.now),
                                           .application = id,
                                           .slot = material->id,
                                           .filename = material->id + ".pdf",
                                           .size = material_size_,
                                           .content_type = "application/pdf",
                                           .sha256 = material_sha256_,
                                           .uploaded_at = moment.now},
                                          moment));
  }
  TRY(std::ignore, licensing_->submit(transaction, id, saved.version, moment));
  return id;
}

std::vector<base::Id> District::submit_cases(int count) {
  constexpr int batch = 50;
  std::vector<base::Id> cases;
  while (static_cast<int>(cases.size()) < count) {
    const int wanted = std::min(batch, count - static_cast<int>(cases.size()));
    const auto made =
        must(store_->write_result([&](storage::Transaction& transaction) -> base::Result<std::vector<base::Id>> {
          std::vector<base::Id> ids;
          for (int i = 0; i < wanted; ++i) {
            TRY(const base::Id id, submit(transaction, submitted_ + i));
            ids.push_back(id);
          }
          return ids;
        }));
    submitted_ += wanted;
    cases.insert(cases.end(), made.begin(), made.end());
  }
  return cases;
}

base::Result<void> District::complete(storage::Transaction& transaction, casework::TaskId task,
                                      const Step& step) const {
  const feel::Context& answers = answers_.find(step.element)->second;
  const casework::Moment moment = as(step.account);
  if (step.delivers) {
    const delivery::NewSending wanted{.id = new_id(moment.now),
                                      .of_case = task.of_case,
                                      .way = answers.find("way")->as_string(),
                                      .recipient = answers.find("recipient")->as_string(),
                                      .relation = "",
                                      .identity_end = "",
                                      .address = "",
                                      .consented = answers.find("consented")->is_true()};
    TRY(std::ignore, delivery_->send(transaction, wanted, moment));
    return {};
  }
  TRY(std::ignore, engine_->complete_task(transaction, task, answers, std::nullopt, moment));
  return {};
}

District::Model District::model_case() {
  Model model{.of_case = submit_cases(1).front(), .keys = {}};
  const auto scope = access_control::Scope::of_division("430211");
  for (const Step& step : journey())
    must(store_->write_result([&](storage::Transaction& transaction) -> base::Result<void> {
      for (const casework::Task& task : casework::tasks_of(transaction, scope, model.of_case)) {
        if (task.done_at || task.element != step.element) continue;
        model.keys[step.element] = task.id.key;
        return complete(transaction, task.id, step);
      }
      throw std::runtime_error("no open task " + step.element);
    }));
  model.elements_count =
      store_->read_value([&](storage::Snapshot& snapshot) { return elements_entered(snapshot, model.of_case); });
  return model;
}

std::int64_t District::events_count() {
  return store_->read_value(
      [](storage::Snapshot& snapshot) { return snapshot.query("SELECT COUNT(*) FROM events")[0][0].number(); });
}

namespace {

/// Copies a case with its rows. Small numbers are ids that the clock never gives out.
class Copier {
 public:
  Copier(storage::Store& store, base::Id of_case) : store_(store), of_case_(of_case) {}

  void copy(std::int64_t copies) {
    constexpr std::int64_t cases_per_batch = 2'000;
    for (std::int64_t from = 1; from <= copies; from += cases_per_batch) {
      const std::int64_t to = std::min(copies, from + cases_per_batch - 1);
      store_.write([&](storage::Transaction& transaction) {
        copy(transaction, from, to, "events (division, stream_kind, stream_id, sequence, type, at, actor, data)",
             "division, stream_kind, n, sequence, type, at, actor, data FROM copies, events "
             "WHERE stream_kind = 'case' AND stream_id = ? ORDER BY n, sequence");
        copy(transaction, from, to,
             "cases (id, division, office, number, service, service_version, applicant, title, state, instance, marks, "
             "opened_at, ended_at, promised_day, sequence, next_day, next_clock, legal_day)",
             "n, division, office, number || '-' || n, service, service_version, applicant, title, state, instance, "
             "marks, opened_at, ended_at, promised_day, sequence, next_day, next_clock, legal_day "
             "FROM copies, cases WHERE id = ?");
        copy(transaction, from, to,
             "tasks (case_id, task_key, division, office, element, candidate_group, form, assignee, opened_at, "
             "due_day, priority, done_at, done_by)",
             "n, task_key, division, office, element, candidate_group, form, assignee, opened_at, due_day, priority, "
             "done_at, done_by FROM copies, tasks WHERE case_id = ?");
        copy(transaction, from, to, "timers (case_id, timer_key, division, opened_at, due_at)",
             "n, timer_key, division, opened_at, due_at FROM copies, timers WHERE case_id = ?");
        copy(transaction, from, to,
             "applications (id, division, office, applicant, service, version, guide, answers, title, created_at, "
             "updated_at, submitted_at)",
             "n, division, office, applicant, service, version, guide, answers, title, created_at, updated_at, "
             "submitted_at FROM copies, applications WHERE id = ?");
        return true;
      });
    }
  }

 private:
  void copy(storage::Transaction& transaction, std::int64_t from, std::int64_t to, const std::string& into,
            const std::string& select) const {
    transaction.execute("INSERT INTO " + into +
                            " WITH RECURSIVE copies(n) AS (SELECT CAST(? AS BIGINT) UNION ALL SELECT n + 1 FROM copies "
                            "WHERE n < ?) SELECT " +
                            select,
                        {from, to, of_case_});
  }

  storage::Store& store_;
  const base::Id of_case_;
};

}  // namespace

void District::grow_log(base::Id finished, std::int64_t events) {
  const std::int64_t per_case = store_->read_value([&](storage::Snapshot& snapshot) {
    return storage::last_sequence(snapshot, {"case", finished});
  });
  Copier(*store_, finished).copy((events - events_count() + per_case - 1) / per_case);
}

void District::grow_waiting(base::Id waiting, std::int64_t copies) {
  Copier(*store_, waiting).copy(copies);
}

}  // namespace driver
