/// What the tests of this room share: an office with its people over a database of its own, and the catalogue's
/// services.
#pragma once

#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <functional>

#include "databases.h"
#include "modules/access/access.h"
#include "modules/casework/casework.h"
#include "modules/evidence/evidence.h"
#include "store.h"

namespace casework::testing {

inline constexpr std::int64_t day_us = 86'400 * base::us_per_second;

class Office {
 public:
  /// `more`: the tables of rooms that stand on this one.
  explicit Office(std::span<const storage::Migration> more = {}) {
    folder_ = std::filesystem::temp_directory_path() /
              ("yichuang-turns-" + std::to_string(::getpid()) + "-" + std::to_string(count_++));
    std::filesystem::create_directories(folder_);
    const char* kind = std::getenv("YICHUANG_TEST_DATABASE");  // "postgresql", or else SQLite
    const bool embedded = !kind || kind != std::string_view("postgresql");
    address = embedded ? "sqlite:" + (folder_ / "a.db").string() : testing_storage::new_postgres_database();
    store = testing_storage::open_store(address);
    std::vector<storage::Migration> all;
    for (const auto part : {storage::migrations(), evidence::migrations(), access_control::migrations(), migrations()})
      all.insert(all.end(), part.begin(), part.end());
    all.insert(all.end(), more.begin(), more.end());
    EXPECT_TRUE(store->migrate(all));
    static const auto catalogue = catalogue::load(SOURCE_DIR "/catalogue").value();
    use(catalogue);
    EXPECT_TRUE(engine->deploy(*store, now));
    engine->replan(*store, now, 100);
    access = std::make_unique<access_control::Access>(
        *store, std::move(access_control::Secrets::load_or_make((folder_ / "keys").string())).value(),
        access_control::local_stand_in(), access_control::SecondFactorOfStaff::offered);
    hire(11, "clerk1", {"window_clerk"});
    hire(12, "exam1", {"registration_examiner", "food_examiner"});
    hire(13, "head1", {"licensing_head", "food_examiner"});
    hire(14, "lead1", {"leader"});
  }
  ~Office() {
    access.reset();
    store.reset();
    std::filesystem::remove_all(folder_);
  }

  /// An engine over the same store, as after a start with another catalogue.
  void use(const std::shared_ptr<const catalogue::Catalogue>& catalogue) {
    engine = std::make_unique<Engine>(catalogue);
    for (const char* job : {"licensing.notice", "licensing.issue", "registration.record"})
      engine->work(
          job, [](storage::Transaction&, const JobContext&) -> base::Result<feel::Context> { return feel::Context{}; });
  }

  Moment as(int person) const {
    Moment moment{.now = now, .actor = {}};
    moment.actor.person = {person};
    moment.actor.staff = person != applicant;
    moment.actor.name = std::to_string(person);
    if (person == applicant) {
      moment.actor.scope = access_control::Scope::own_of({person});
      return moment;
    }
    moment.actor.roles = roles_.at(person);
    moment.actor.scope = access_control::scope_of_staff(moment.actor.roles, "430211", "centre");
    return moment;
  }

  /// The same office with one more service, "probe", that runs this process and has neither clocks nor forms.
  void offer(const std::string& xml) {
    auto changed = std::make_shared<catalogue::Catalogue>(engine->catalogue());
    auto probe = std::make_shared<catalogue::Service>(*changed->service("open-restaurant").value());
    probe->id = "probe";
    probe->files["probe.bpmn"] = xml;
    probe->version = catalogue::fingerprint(probe->files);
    probe->clocks.clear();
    probe->task_forms.clear();
    auto compiled = bpmn::compile(xml);
    EXPECT_TRUE(compiled) << (compiled ? "" : compiled.error().places.at(0).message.en);
    probe->process = std::move(compiled).value();
    catalogue::Services::Map services = changed->services->now();
    services["probe"] = probe;
    changed->services = std::make_shared<catalogue::Services>(std::move(services));
    use(changed);
    EXPECT_TRUE(engine->deploy(*store, now));
  }

  base::Id open(const std::string& service_id = "open-restaurant", feel::Context more = {}) {
    const base::Id id = base::make_id(now, ++opened_);
    const auto service = engine->catalogue().service(service_id).value();
    feel::Context variables{{"received_on", feel::Value(calendar::local_date(now))},
                            {"answers", feel::Value(feel::Context{})},
                            {"guide", feel::Value(feel::Context{})}};
    for (const auto& [name, value] : more.entries()) variables.put(name, value);
    const auto done = store->write_result([&](storage::Transaction& transaction) {
      return engine->open(transaction,
                          {.id = id,
                           .division = "430211",
                           .office = "centre",
                           .number = base::to_text(id),
                           .service = service,
                           .applicant = {applicant},
                           .title = "试",
                           .variables = variables},
                          as(applicant));
    });
    EXPECT_TRUE(done) << (done ? "" : done.error().message.en);
    return id;
  }

  std::string operate(base::Id id, int person, const char* operation, feel::Context data = {}) {
    if (!data.find("reason")) data.put("reason", "试验");
    if (!data.find("basis")) data.put("basis", "第四十五条");
    const auto done = store->write_result([&](storage::Transaction& transaction) {
      return engine->operate(transaction, {.of_case = id, .operation = operation, .data = data}, as(person));
    });
    return done ? "" : done.error().code;
  }

  std::vector<IncidentPage::Item> incidents(base::Id id = {}, int person = 0) {
    const access_control::Scope scope = person == 0 ? system_scope() : as(person).actor.scope;
    return store
        ->read_value([&](storage::Snapshot& snapshot) { return list_incidents(snapshot, scope, {.of_case = id}); })
        .items;
  }
  std::vector<Task> tasks(base::Id id) {
    auto all = store->read_value([&](storage::Snapshot& snapshot) { return tasks_of(snapshot, system_scope(), id); });
    std::erase_if(all, [](const Task& task) { return task.done_at.has_value(); });
    return all;
  }
  std::int64_t key(base::Id id, const std::string& element) {
    for (const Task& task : tasks(id))
      if (task.element == element) return task.id.key;
    return 0;
  }
  std::string waiting(base::Id id) {
    std::string out;
    for (const Task& task : tasks(id)) out += (out.empty() ? "" : " ") + task.element;
    return out;
  }
  std::string complete(base::Id id, int person, const std::string& element, const feel::Context& answers) {
    const TaskId task{id, static_cast<bpmn::Key>(key(id, element))};
    const auto done = store->write_result([&](storage::Transaction& transaction) {
      return engine->complete_task(transaction, task, answers, std::nullopt, as(person));
    });
    return done ? "" : done.error().code + (done.error().places.empty() ? "" : " " + done.error().places[0].path);
  }
  Case load(base::Id id) {
    return store->read_value([&](storage::Snapshot& snapshot) { return engine->load(snapshot, system_scope(), id); })
        .value();
  }
  ClockReading clock(base::Id id, const std::string& name) {
    const Case loaded = load(id);
    const auto views = engine->clocks(loaded, calendar::local_date(now));
    for (const ClockView& view : views.value())
      if (view.clock->id == name) return view.reading;
    return {};
  }
  /// What the checker finds, in English, a line each.
  std::string findings() {
    while (engine->index_values(*store, 100)) {
    }
    std::string all;
    for (const base::Text& finding :
         store->read_value([&](storage::Snapshot& snapshot) { return engine->check(snapshot); }))
      all += finding.en + "\n";
    return all;
  }
  /// Instance, marks, state, conduct and every row are what the events alone give.
  void expect_replay(base::Id id) {
    expect_rebuilt(id);
    EXPECT_EQ(findings(), "");
  }
  /// The same of the case alone, without going through all rows.
  void expect_rebuilt(base::Id id) {
    const Case loaded = load(id);
    const auto replayed = store->read_value([&](storage::Snapshot& snapshot) { return engine->replay(snapshot, id); });
    ASSERT_TRUE(replayed) << replayed.error().message.en;
    EXPECT_TRUE(replayed.value().instance == loaded.instance) << bpmn::encode(loaded.instance);
    EXPECT_EQ(replayed.value().marks, loaded.marks);
    EXPECT_EQ(replayed.value().state, loaded.head.state);
    EXPECT_EQ(conduct_of(replayed.value().deeds), loaded.conduct);
    // The views agree: a task row is open for each waiting task, a timer row for each waiting timer.
    std::size_t waits = 0, timers = 0;
    for (const bpmn::Wait& wait : loaded.instance.waits()) {
      waits += wait.kind == bpmn::WaitKind::task;
      timers += wait.kind == bpmn::WaitKind::timer;
    }
    EXPECT_EQ(tasks(id).size(), waits);
    EXPECT_EQ(incidents(id).size(), loaded.instance.incidents().size());
    EXPECT_EQ(store->read_value([&](storage::Snapshot& snapshot) { return timers_of(snapshot, id); }).size(), timers);
  }

  void hire(int id, const char* account, std::vector<std::string> held) {
    roles_[id] = held;
    const auto made = store->write_result([&](storage::Transaction& transaction) {
      return access->create(transaction,
                            {.id = {id},
                             .division = "430211",
                             .office = "centre",
                             .staff = true,
                             .name = "职员",
                             .citizen_id = {},
                             .phone = {},
                             .account = account,
                             .password = "not used here 77",
                             .roles = held},
                            now, "hash");
    });
    EXPECT_TRUE(made) << (made ? "" : made.error().message.en);
  }

  static constexpr int applicant = 10;
  base::Instant now = calendar::start_of(*calendar::parse_date("2026-03-02")).plus_us(9 * 3600 * base::us_per_second);
  std::string address;
  std::unique_ptr<storage::Store> store;
  std::unique_ptr<Engine> engine;
  std::unique_ptr<access_control::Access> access;

 private:
  static inline int count_ = 0;
  std::uint32_t opened_ = 0;
  std::filesystem::path folder_;
  std::map<int, std::vector<std::string>> roles_;
};

/// A process of these elements, in the namespaces that the models of the catalogue use.
inline std::string model(const std::string& body, const std::string& roots = "") {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
         "<b:definitions xmlns:b=\"http://www.omg.org/spec/BPMN/20100524/MODEL\" "
         "xmlns:z=\"http://camunda.org/schema/zeebe/1.0\" id=\"d\" targetNamespace=\"t\">"
         "<b:process id=\"p\" name=\"P\" isExecutable=\"true\">" +
         body + "</b:process>" + roots + "</b:definitions>";
}
inline std::string extensions(const std::string& content) {
  return "<b:extensionElements>" + content + "</b:extensionElements>";
}
inline std::string user_task(const std::string& id, const std::string& inner = "") {
  return "<b:userTask id=\"" + id + "\">" +
         extensions("<z:assignmentDefinition candidateGroups=\"window_clerk\"/>" + inner) + "</b:userTask>";
}
inline std::string job(const std::string& id, const std::string& type, const std::string& more = "") {
  return "<b:serviceTask id=\"" + id + "\">" + extensions("<z:taskDefinition type=\"" + type + "\"/>" + more) +
         "</b:serviceTask>";
}
inline std::string flow(const std::string& from, const std::string& to, const std::string& condition = "") {
  const std::string inner =
      condition.empty() ? "" : "<b:conditionExpression><![CDATA[" + condition + "]]></b:conditionExpression>";
  return "<b:sequenceFlow id=\"" + from + "-" + to + "\" sourceRef=\"" + from + "\" targetRef=\"" + to + "\">" + inner +
         "</b:sequenceFlow>";
}
inline std::string line(const std::vector<std::string>& ids) {
  std::string flows;
  for (std::size_t i = 1; i < ids.size(); ++i) flows += flow(ids[i - 1], ids[i]);
  return flows;
}

}  // namespace casework::testing
