#include "player.h"

#include <unistd.h>

#include <algorithm>
#include <set>
#include <stdexcept>

#include "modules/access/access.h"
#include "modules/evidence/evidence.h"
#include "modules/licensing/objections.h"
#include "modules/naming/naming.h"
#include "modules/park/park.h"
#include "modules/registration/registration.h"

namespace services {
namespace {

constexpr int first_hour = 9;
constexpr std::int64_t minute_us = 60 * base::us_per_second;
constexpr const char* division = "430211";
const base::Id applicant{1000};

struct Member {
  const char* account;
  const char* name;
  std::vector<std::string> roles;
};
const std::vector<Member>& staff() {
  static const std::vector<Member> all = {
      {"clerk", "柳试窗", {"window_clerk"}},
      {"examiner", "岳演登", {"registration_examiner"}},
      {"food", "彭试食", {"food_examiner"}},
      {"inspector1", "易演查", {"food_inspector"}},
      {"inspector2", "汤试核", {"food_inspector"}},
      {"head", "欧阳演批", {"licensing_head", "food_examiner", "registration_examiner"}},
      {"leader", "贺试局", {"leader"}}};
  return all;
}

access_control::Scope everything() {
  return access_control::Scope::of_division(division);
}

std::string text_of(const YAML::Node& node) {
  return node && node.IsScalar() ? node.Scalar() : std::string();
}

/// Entries of `over` replace those of `under`; `guide` and `answers` are merged entry by entry.
YAML::Node merged(const YAML::Node& under, const YAML::Node& over) {
  YAML::Node result = YAML::Clone(under);
  for (const auto& entry : over) {
    const std::string key = entry.first.Scalar();
    const bool deep = (key == "guide" || key == "answers") && result[key] && entry.second.IsMap();
    if (!deep) {
      result[key] = entry.second;
      continue;
    }
    for (const auto& inner : entry.second) result[key][inner.first.Scalar()] = inner.second;
  }
  return result;
}

std::string list_text(const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) text += (text.empty() ? "" : " ") + item;
  return "[" + text + "]";
}

std::vector<std::string> texts_of(const YAML::Node& list) {
  std::vector<std::string> texts;
  for (const YAML::Node& item : list) texts.push_back(item.Scalar());
  return texts;
}

std::string refusal_text(const base::Error& error) {
  std::string text = error.code + ": " + error.message.en;
  for (const base::Place& place : error.places) text += "; " + place.path + " " + place.code + " " + place.message.en;
  return text;
}

}  // namespace

struct Player::Run {
  std::string service;
  YAML::Node file;
  bool checks = true;  // what comes before another case is not checked again
  base::Id id;
  std::int64_t version = 0;
  bool drafted = false;
};

Folder::Folder() {
  static int count = 0;
  path_ = std::filesystem::temp_directory_path() /
          ("yichuang-services-" + std::to_string(::getpid()) + "-" + std::to_string(count++));
  std::filesystem::create_directories(path_);
}
Folder::~Folder() {
  std::filesystem::remove_all(path_);
}

Player::Player(std::string root, std::shared_ptr<const catalogue::Catalogue> catalogue, const std::string& database)
    : root_(std::move(root)), catalogue_(std::move(catalogue)) {
  store_ = std::move(storage::open({.database = database.empty() ? "sqlite:" + folder_.path("cases.db") : database}))
               .value();
  std::vector<storage::Migration> all;
  for (const auto part : {storage::migrations(), evidence::migrations(), access_control::migrations(),
                          casework::migrations(), registration::migrations(), naming::migrations(), park::migrations(),
                          licensing::migrations(), delivery::migrations()})
    all.insert(all.end(), part.begin(), part.end());
  if (!store_->migrate(all)) throw std::runtime_error("the migrations failed");
  files_ = std::make_unique<storage::FileStore>(folder_.path("files"));
  engine_ = std::make_unique<casework::Engine>(catalogue_);
  licensing_ = std::make_unique<licensing::Licensing>(licensing::Settings{}, *engine_, *files_);
  delivery_ = std::make_unique<delivery::Delivery>(*engine_, *licensing_);
  if (!engine_->deploy(*store_, now_)) throw std::runtime_error("the services can not be kept");
  access_control::Access access(*store_, std::move(access_control::Secrets::load_or_make(folder_.path("keys"))).value(),
                                access_control::local_stand_in(), access_control::SecondFactorOfStaff::offered);
  std::int64_t id = applicant.number;
  const auto hire = [&](const Member* member) {
    const auto made = store_->write_result([&](storage::Transaction& transaction) {
      return access.create(transaction,
                           {.id = {id++},
                            .division = division,
                            .office = "centre",
                            .staff = member != nullptr,
                            .name = member ? member->name : "申演人",
                            .citizen_id = member ? "" : "430211199001010018",
                            .phone = member ? "" : "13000000000",
                            .account = member ? member->account : "citizen1",
                            .password = "not used here 77",
                            .roles = member ? member->roles : std::vector<std::string>{}},
                           now_, "hash");
    });
    if (!made) throw std::runtime_error(refusal_text(made.error()));
  };
  hire(nullptr);
  for (const Member& member : staff()) hire(&member);
  if (std::filesystem::exists(root_ + "/shared/steps.yaml"))
    for (const auto& entry : YAML::LoadFile(root_ + "/shared/steps.yaml"))
      vocabulary_.emplace(entry.first.Scalar(), entry.second);
}

Player::~Player() = default;

void Player::fail(const std::string& sentence) {
  faults_.push_back(place_ + ": " + sentence);
}

void Player::same(const std::string& what, const std::string& is, const YAML::Node& wanted) {
  if (wanted && text_of(wanted) != is) fail(what + " is “" + is + "”, not “" + text_of(wanted) + "”");
}

YAML::Node Player::read(const std::string& file) {
  return YAML::LoadFile(root_ + "/" + file + ".yaml");
}

YAML::Node Player::with_likeness(const std::string& file) {
  const std::string service = file.substr(0, file.find('/'));
  YAML::Node node = read(service + "/cases" + file.substr(service.size()));
  if (const std::string like = text_of(node["like"]); !like.empty())
    return merged(with_likeness(like.find('/') == std::string::npos ? service + "/" + like : like), node);
  return node;
}

std::vector<std::string> Player::play(const std::string& file) {
  place_ = file;
  try {
    play_file(file, YAML::Node());
  } catch (const YAML::Exception& problem) {
    fail(std::string("the file can not be read: ") + problem.what());
  }
  return faults_;
}

void Player::play_file(const std::string& file, const YAML::Node& overrides) {
  YAML::Node node = with_likeness(file);
  const bool is_prelude = overrides.IsMap();
  if (is_prelude) node = merged(node, overrides);
  if (const YAML::Node after = node["after"]; after && !after.IsNull()) {
    YAML::Node changes(YAML::NodeType::Map);
    if (after.IsMap())
      for (const auto& entry : after)
        if (entry.first.Scalar() != "case") changes[entry.first.Scalar()] = entry.second;
    play_file(after.IsMap() ? after["case"].Scalar() : after.Scalar(), changes);
  }
  const std::string before = place_;
  place_ = file;
  if (const auto start = calendar::parse_date(text_of(node["start"]))) {
    if (now_.us == 0)
      now_ = calendar::start_of(*start).plus_us(first_hour * 60 * minute_us);
    else
      advance_to(*start, first_hour);
  }
  if (node["host"] && node["host"].IsMap()) open_host(node["host"]);
  Run run{.service = file.substr(0, file.find('/')), .file = node, .checks = !is_prelude, .id = {}};
  int number = 0;
  for (const YAML::Node& each : node["steps"]) {
    place_ = file + " step " + std::to_string(++number);
    step(run, each);
    now_ = now_.plus_us(minute_us);
  }
  remember(run);
  if (run.checks) {
    place_ = file + " expect";
    if (!node["expect"]) fail("the file expects nothing");
    expect(run, node["expect"]);
    expect_replay(run);
  }
  place_ = before;
}

/// The entity left by the case before becomes a host of a cluster, unless it is one.
void Player::open_host(const YAML::Node& wanted) {
  const casework::Moment examiner = as("registration_examiner");
  settle(store_->write_result([&](storage::Transaction& transaction) -> base::Result<void> {
    if (park::find_host_by_entity(transaction, division, entity_)) return base::done();
    TRY(const park::Host host, park::open_host(transaction,
                                               {.id = new_id(),
                                                .division = {},
                                                .office = {},
                                                .entity = entity_,
                                                .name = {},
                                                .address = {},
                                                .contact = "演示联系人 13000000000",
                                                .capacity = wanted["capacity"].as<std::int64_t>(),
                                                .state = {},
                                                .reason = {}},
                                               examiner));
    if (const std::string reason = text_of(wanted["suspended"]); !reason.empty()) {
      TRY(std::ignore, park::set_admissions(transaction, host.id, false, reason, examiner));
    }
    return base::done();
  }),
         YAML::Node(), "the opening of the host");
}

feel::Value Player::value_of(const YAML::Node& node) {
  if (!node || node.IsNull()) return {};
  if (node.IsSequence()) {
    feel::List list;
    for (const YAML::Node& item : node) list.push_back(value_of(item));
    return feel::Value(std::move(list));
  }
  if (node.IsMap()) return feel::Value(context_of(node));
  std::string text = node.Scalar();
  constexpr std::string_view today = "{today";
  if (text.starts_with(today) && text.ends_with("}")) {
    const std::string days = text.substr(today.size(), text.size() - today.size() - 1);
    return feel::Value(
        calendar::to_text(calendar::Date{calendar::local_date(now_).days + (days.empty() ? 0 : std::stoll(days))}));
  }
  if (node.Tag() == "!") return feel::Value(text);  // quoted: text whatever it looks like
  if (text == "true" || text == "false") return feel::Value(text == "true");
  const bool numeric = !text.empty() && text.find_first_not_of("0123456789.-") == std::string::npos;
  if (numeric)
    if (const auto number = feel::parse_json(text)) return number.value();
  return feel::Value(text);
}

feel::Context Player::context_of(const YAML::Node& node) {
  feel::Context context;
  if (!node || !node.IsMap()) return context;
  for (const auto& entry : node) context.put(entry.first.Scalar(), value_of(entry.second));
  return context;
}

casework::Moment Player::as_applicant() {
  return {.now = now_,
          .actor = {.person = applicant,
                    .name = "申演人",
                    .staff = false,
                    .roles = {},
                    .scope = access_control::Scope::own_of(applicant)}};
}

/// An account, or the first of the staff who has the role.
casework::Moment Player::as(const std::string& role) {
  std::int64_t id = applicant.number;
  for (const Member& member : staff()) {
    ++id;
    if (role != member.account && std::find(member.roles.begin(), member.roles.end(), role) == member.roles.end())
      continue;
    return {.now = now_,
            .actor = {.person = {id},
                      .name = member.name,
                      .staff = true,
                      .roles = member.roles,
                      .scope = access_control::scope_of_staff(member.roles, division, "centre")}};
  }
  if (role != "applicant") fail("there is nobody called “" + role + "”");
  return as_applicant();
}

void Player::settle(const base::Result<void>& result, const YAML::Node& step, const std::string& what) {
  const std::string wanted = text_of(step["refused"]);
  if (result) {
    if (!wanted.empty()) fail(what + " was not refused, but should have been: " + wanted);
    return;
  }
  const base::Error& error = result.error();
  std::string is = error.code;
  if (wanted.find(' ') != std::string::npos && !error.places.empty()) is += " " + error.places[0].path;
  if (wanted != is) fail(what + " was refused: " + refusal_text(error));
  if (const YAML::Node says = step["says"]) {
    same("the refusal in Chinese", error.message.zh, says["zh"]);
    same("the refusal in English", error.message.en, says["en"]);
  }
}

void Player::step(Run& run, const YAML::Node& step) {
  const std::string done = text_of(step["do"]);
  if (done == "apply") return settle(draft(run), step, "the draft");
  if (done == "submit") return submit(run, step);
  if (!done.empty()) {
    const auto known = vocabulary_.find(done);
    if (known == vocabulary_.end()) return fail("there is no step called “" + done + "” in shared/steps.yaml");
    YAML::Node meant = merged(known->second, step);
    meant.remove("do");
    return this->step(run, meant);
  }
  if (step["task"]) return task(run, step);
  if (step["advance"]) return advance(step["advance"]);
  if (step["meanwhile"]) {
    // Another case of the same entity, led to its end while this one waits.
    YAML::Node changes(YAML::NodeType::Map);
    changes["after"] = YAML::Node(YAML::NodeType::Null);
    return play_file(step["meanwhile"].Scalar(), changes);
  }
  if (step["expect"]) return run.checks ? expect(run, step["expect"]) : void();
  if (step["operate"]) return operate(run, step);
  const auto told = [&](auto work) {
    settle(store_->write_result([&](storage::Transaction& transaction) -> base::Result<void> {
      TRY(std::ignore, work(transaction));
      return base::done();
    }),
           step, "the step");
  };
  if (const YAML::Node wanted = step["deliver"]) {
    const delivery::NewSending sending{.id = new_id(),
                                       .of_case = run.id,
                                       .way = text_of(wanted["way"]),
                                       .recipient = text_of(wanted["recipient"]),
                                       .relation = text_of(wanted["relation"]),
                                       .identity_end = text_of(wanted["identity_end"]),
                                       .address = text_of(wanted["address"]),
                                       .consented = text_of(wanted["consented"]) == "true"};
    return told([&](storage::Transaction& transaction) -> base::Result<void> {
      TRY(sending_, [&]() -> base::Result<base::Id> {
        TRY(const delivery::Sending made, delivery_->send(transaction, sending, as("window_clerk")));
        return made.id;
      }());
      return base::done();
    });
  }
  if (const YAML::Node wanted = step["parcel"])
    return told([&](storage::Transaction& transaction) {
      return delivery_->take_step(transaction, sending_,
                                  {.step = text_of(wanted["step"]),
                                   .carrier = text_of(wanted["carrier"]),
                                   .tracking = text_of(wanted["tracking"]),
                                   .recipient = text_of(wanted["recipient"]),
                                   .reason = text_of(wanted["reason"])},
                                  as("window_clerk"));
    });
  if (step["object"])
    return told([&](storage::Transaction& transaction) {
      const auto entity = registration::find_entity(transaction, everything(), entity_);
      return licensing::object(transaction, *engine_, entity ? entity->credit_code : "", text_of(step["object"]),
                               as_applicant());
    });
  if (step["withdraw"])
    return told([&](storage::Transaction& transaction) {
      return licensing_->withdraw(transaction, run.id, text_of(step["withdraw"]), as_applicant());
    });
  if (step["rectified"])
    return told([&](storage::Transaction& transaction) {
      return licensing_->rectified(transaction, run.id, text_of(step["rectified"]), as_applicant());
    });
  if (const YAML::Node changes = step["resubmit"]) {
    for (const YAML::Node& slot : changes["materials"]) settle(upload(run, slot.Scalar()), YAML::Node(), "the upload");
    return told([&](storage::Transaction& transaction) -> base::Result<void> {
      TRY(const auto application, licensing::load_application(transaction, as_applicant().actor.scope, run.id));
      TRY(std::ignore, licensing_->resubmit(transaction, run.id, application.version, context_of(changes["answers"]),
                                            as_applicant()));
      return base::done();
    });
  }
  fail("the step says nothing that can be done");
}

std::string Player::code_of_subject(const std::string& what) {
  return store_->read_value([&](storage::Snapshot& snapshot) -> std::string {
    const auto entity = registration::find_entity(snapshot, everything(), entity_);
    if (!entity || what == "entity") return entity ? entity->credit_code : what;
    for (const auto& certificate : licensing::certificates_of_entity(snapshot, entity_))
      if (certificate.kind == what) return certificate.number;
    return what;
  });
}

base::Result<void> Player::draft(Run& run) {
  run.id = new_id();
  feel::Context guide = context_of(run.file["guide"]);
  // "entity" or a kind of certificate: the one that the cases before were about.
  if (const feel::Value* subject = guide.find(catalogue::subject_key); subject && entity_)
    guide.put(catalogue::subject_key, code_of_subject(feel::to_text(*subject)));
  TRY(const licensing::Application drafted,
      store_->write_result([&](storage::Transaction& transaction) -> base::Result<licensing::Application> {
        TRY(const auto begun, licensing_->draft(transaction, run.id, run.service, guide, as_applicant()));
        return licensing_->save_draft(transaction, run.id, begun.version, context_of(run.file["answers"]), std::nullopt,
                                      as_applicant());
      }));
  run.version = drafted.version;
  run.drafted = true;
  TRY(const auto service, catalogue_->service(run.service));
  const std::vector<std::string> without = texts_of(run.file["without"]);
  for (const catalogue::Material* material :
       catalogue::materials_needed(*service, drafted.guide, drafted.answers, catalogue_->world_at(now_)))
    if (std::find(without.begin(), without.end(), material->id) == without.end()) {
      TRY(std::ignore, upload(run, material->id));
    }
  return base::done();
}

base::Result<void> Player::upload(Run& run, const std::string& slot) {
  const std::string content = "%PDF-1.4\n" + slot + base::to_text(run.id);
  const std::string sha256 = files_->put(content);
  return store_->write_result([&](storage::Transaction& transaction) -> base::Result<void> {
    TRY(std::ignore, licensing_->add_file(transaction,
                                          {.id = new_id(),
                                           .application = run.id,
                                           .slot = slot,
                                           .filename = slot + ".pdf",
                                           .size = static_cast<std::int64_t>(content.size()),
                                           .content_type = "application/pdf",
                                           .sha256 = sha256,
                                           .uploaded_at = now_},
                                          as_applicant()));
    return base::done();
  });
}

void Player::submit(Run& run, const YAML::Node& step) {
  if (!run.drafted) {
    if (const auto drafted = draft(run); !drafted) return settle(drafted, YAML::Node(), "the draft");
  }
  settle(store_->write_result([&](storage::Transaction& transaction) -> base::Result<void> {
    TRY(std::ignore, licensing_->submit(transaction, run.id, run.version, as_applicant()));
    return base::done();
  }),
         step, "the submission");
}

void Player::task(Run& run, const YAML::Node& step) {
  const std::string element = text_of(step["task"]);
  casework::Task open;
  for (const casework::Task& each : store_->read_value(
           [&](storage::Snapshot& snapshot) { return casework::tasks_of(snapshot, everything(), run.id); }))
    if (each.element == element && (open.element.empty() || !each.done_at)) open = each;
  if (open.element.empty()) return fail("the case has no task “" + element + "”");
  const std::string by = text_of(step["by"]);
  settle(store_->write_result([&](storage::Transaction& transaction) -> base::Result<void> {
    TRY(std::ignore, engine_->complete_task(transaction, open.id, context_of(step["answers"]), std::nullopt,
                                            as(by.empty() ? open.group.substr(0, open.group.find(',')) : by)));
    return base::done();
  }),
         step, "the task " + element);
}

void Player::operate(Run& run, const YAML::Node& step) {
  feel::Context data = context_of(step["with"]);
  // A task is named by its element; the engine knows it by its key.
  const std::string element = text_of(step["with"]["task"]);
  if (!element.empty())
    for (const casework::Task& each : store_->read_value(
             [&](storage::Snapshot& snapshot) { return casework::tasks_of(snapshot, everything(), run.id); }))
      if (each.element == element && !each.done_at)
        data.put("task", feel::Value(static_cast<std::int64_t>(each.id.key)));
  // A colleague is named by account.
  if (const std::string person = text_of(step["with"]["person"]); !person.empty())
    data.put("person", base::to_text(as(person).actor.person));
  const std::string by = text_of(step["by"]);
  settle(store_->write_result([&](storage::Transaction& transaction) -> base::Result<void> {
    TRY(std::ignore,
        engine_->operate(transaction, {.of_case = run.id, .operation = text_of(step["operate"]), .data = data},
                         as(by.empty() ? "head" : by)));
    return base::done();
  }),
         step, "the operation " + text_of(step["operate"]));
}

void Player::advance(const YAML::Node& by) {
  const calendar::Date today = calendar::local_date(now_);
  calendar::Date day = today;
  if (by["working_days"]) {
    const auto later = calendar::add_working_days(today, by["working_days"].as<int>(), catalogue_->calendar);
    if (!later) return fail(refusal_text(later.error()));
    day = later.value();
  } else if (by["days"]) {
    day = {today.days + by["days"].as<int>()};
  } else if (const auto to = calendar::parse_date(text_of(by["to"]))) {
    day = *to;
  } else {
    return fail("advance says neither working_days nor days nor to");
  }
  advance_to(day, first_hour);
}

/// Day by day, as the program's own job does: what falls due on the way happens on its day.
void Player::advance_to(calendar::Date day, int hour) {
  constexpr int timers_at_once = 100;
  for (calendar::Date each{calendar::local_date(now_).days + 1}; each <= day; each = {each.days + 1}) {
    now_ = calendar::start_of(each).plus_us(minute_us);
    while (engine_->fire_due_timers(*store_, now_, timers_at_once) > 0) {
    }
  }
  now_ = std::max(now_, calendar::start_of(day).plus_us(hour * 60 * minute_us));
}

/// The entity that the case established, or else is about.
void Player::remember(const Run& run) {
  const auto loaded =
      store_->read_value([&](storage::Snapshot& snapshot) { return engine_->load(snapshot, everything(), run.id); });
  if (!loaded) return;
  for (const char* about : {"entity", "subject"})
    if (const feel::Value* value = loaded.value().instance.variables().find(about);
        value && value->kind() == feel::Kind::context)
      if (const feel::Value* id = value->as_context().find("id")) {
        entity_ = base::parse_id(id->as_string()).value_or(entity_);
        return;
      }
}

void Player::expect(Run& run, const YAML::Node& expected) {
  static const std::set<std::string> keys = {"state",     "waiting",      "passed",   "not_passed", "clocks",
                                             "documents", "certificates", "register", "title",      "promised"};
  for (const auto& entry : expected)
    if (!keys.contains(entry.first.Scalar())) fail("nothing can be expected of “" + entry.first.Scalar() + "”");
  remember(run);
  const auto loaded =
      store_->read_value([&](storage::Snapshot& snapshot) { return engine_->load(snapshot, everything(), run.id); });
  if (!loaded) {
    if (expected["state"]) same("the state", "none", expected["state"]);
    return;
  }
  const casework::Case& of_case = loaded.value();
  same("the state", of_case.head.state, expected["state"]);
  same("the title", of_case.head.title, expected["title"]);
  if (expected["promised"])
    same("the promised day", of_case.head.promised_day ? calendar::to_text(*of_case.head.promised_day) : "none",
         expected["promised"]);
  if (expected["waiting"]) {
    std::vector<std::string> waiting;
    for (const casework::Task& each : store_->read_value(
             [&](storage::Snapshot& snapshot) { return casework::tasks_of(snapshot, everything(), run.id); }))
      if (!each.done_at) waiting.push_back(each.element);
    if (waiting != texts_of(expected["waiting"]))
      fail("waiting are " + list_text(waiting) + ", not " + list_text(texts_of(expected["waiting"])));
  }
  std::vector<std::string> marks;
  for (const casework::Mark& mark : of_case.marks) marks.push_back(mark.element);
  auto at = marks.begin();
  for (const std::string& wanted : texts_of(expected["passed"])) {
    at = std::find(at, marks.end(), wanted);
    if (at == marks.end()) {
      fail("the case has not passed “" + wanted + "” in this order: " + list_text(marks));
      break;
    }
  }
  for (const std::string& unwanted : texts_of(expected["not_passed"]))
    if (std::find(marks.begin(), marks.end(), unwanted) != marks.end()) fail("the case has passed “" + unwanted + "”");
  if (expected["documents"]) {
    std::vector<std::string> sent;
    for (const auto& document :
         store_->read_value([&](storage::Snapshot& snapshot) { return licensing::documents_of(snapshot, run.id); }))
      if (document.notice != "certificate") sent.push_back(document.notice);
    // Those of one step bear the same moment: their order says nothing.
    std::vector<std::string> wanted = texts_of(expected["documents"]);
    std::sort(sent.begin(), sent.end());
    std::sort(wanted.begin(), wanted.end());
    if (sent != wanted) fail("the documents are " + list_text(sent) + ", not " + list_text(wanted));
  }
  if (expected["clocks"]) expect_clocks(of_case, expected["clocks"]);
  if (expected["register"]) expect_register(run, expected["register"]);
  if (expected["certificates"]) expect_certificates(run, expected["certificates"]);
}

void Player::expect_clocks(const casework::Case& of_case, const YAML::Node& expected) {
  const auto views = engine_->clocks(of_case, calendar::local_date(now_));
  if (!views) return fail(refusal_text(views.error()));
  const auto day = [](const std::optional<casework::Side>& side) {
    return side && side->due ? calendar::to_text(*side->due) : std::string("none");
  };
  for (const auto& entry : expected) {
    const std::string id = entry.first.Scalar();
    const auto view = std::find_if(views.value().begin(), views.value().end(),
                                   [&](const casework::ClockView& each) { return each.clock->id == id; });
    if (view == views.value().end()) {
      fail("there is no clock “" + id + "”");
      continue;
    }
    constexpr const char* states[] = {"waiting", "running", "paused", "stopped"};
    same("clock " + id, states[static_cast<int>(view->reading.state)], entry.second["state"]);
    same("the legal day of clock " + id, day(view->reading.legal), entry.second["legal"]);
    same("the promised day of clock " + id, day(view->reading.promised), entry.second["promised"]);
    const auto& legal = view->reading.legal;
    same("lateness of clock " + id, legal && legal->overdue ? "true" : "false", entry.second["overdue"]);
  }
}

void Player::expect_register(const Run&, const YAML::Node& expected) {
  store_->read([&](storage::Snapshot& snapshot) {
    const auto entity = registration::find_entity(snapshot, everything(), entity_);
    if (!entity) return same("the entity", "none", expected);
    const auto writings = registration::history_of(snapshot, entity_);
    constexpr calendar::Date forever{3'000'000};
    const auto facts = registration::facts_as_of(writings, forever, forever);
    auto items = registration::items_of(*facts);
    items["kind"] = entity->kind;
    items["established_on"] = calendar::to_text(entity->established_on);
    items["cluster_until"] = "none";
    for (const park::Host& host : park::hosts(snapshot, everything()))
      for (const park::Member& member : park::members_of(snapshot, host.id))
        if (member.entity == entity_ && !member.ended_on) items["cluster_until"] = calendar::to_text(member.valid_to);
    for (const auto& entry : expected) {
      const std::string item = entry.first.Scalar();
      if (item == "events") {
        std::vector<std::string> events;
        for (const auto& writing : writings) events.push_back(writing.event);
        if (events != texts_of(entry.second))
          fail("the register's writings are " + list_text(events) + ", not " + list_text(texts_of(entry.second)));
        continue;
      }
      if (!items.contains(item)) fail("the register keeps no “" + item + "”");
      same("registered " + item, items[item], entry.second);
    }
  });
}

/// The certificates of one kind in the order of their issue; kinds may stand in any order, as they are issued together.
void Player::expect_certificates(const Run&, const YAML::Node& expected) {
  const auto all = store_->read_value(
      [&](storage::Snapshot& snapshot) { return licensing::certificates_of_entity(snapshot, entity_); });
  std::map<std::string, std::vector<const licensing::Certificate*>> kinds;
  std::vector<std::string> shown;
  for (const licensing::Certificate& certificate : all) {
    kinds[certificate.kind].push_back(&certificate);
    shown.push_back(certificate.kind + "/" + certificate.status);
  }
  std::map<std::string, std::size_t> seen;
  for (const YAML::Node& wanted : expected) {
    const std::string kind = text_of(wanted["kind"]);
    const std::size_t index = seen[kind]++;
    if (index >= kinds[kind].size()) return fail("the certificates are " + list_text(shown));
    const licensing::Certificate* before = index == 0 ? nullptr : kinds[kind][index - 1];
    expect_certificate(*kinds[kind][index], before, wanted);
  }
  if (all.size() != expected.size()) fail("the certificates are " + list_text(shown));
}

void Player::expect_certificate(const licensing::Certificate& is, const licensing::Certificate* before,
                                const YAML::Node& wanted) {
  const std::string what = "certificate " + is.kind;
  same(what + "'s status", licensing::status_on(is.status, is.valid_to, calendar::local_date(now_)), wanted["status"]);
  same(what + "'s reason", is.status_reason, wanted["reason"]);
  same(what + "'s day", calendar::to_text(is.issued_on), wanted["issued_on"]);
  same(what + "'s end", is.valid_to ? calendar::to_text(*is.valid_to) : "none", wanted["valid_to"]);
  same(what + "'s number", before && before->number == is.number ? "same" : "new", wanted["number"]);
  for (const auto& entry : wanted["fields"]) {
    const auto field = std::find_if(is.fields.begin(), is.fields.end(),
                                    [&](const auto& each) { return each.id == entry.first.Scalar(); });
    same(what + "'s " + entry.first.Scalar(), field == is.fields.end() ? "none" : field->value, entry.second);
  }
}

/// What the events alone give is the case as it is stored.
void Player::expect_replay(const Run& run) {
  store_->read([&](storage::Snapshot& snapshot) {
    const auto stored = engine_->load(snapshot, everything(), run.id);
    if (!stored) return;
    const auto replayed = engine_->replay(snapshot, run.id);
    if (!replayed) return fail("the case can not be replayed: " + refusal_text(replayed.error()));
    if (!(replayed.value().instance == stored.value().instance) || replayed.value().state != stored.value().head.state)
      fail("replaying the events gives another case");
  });
}

}  // namespace services
