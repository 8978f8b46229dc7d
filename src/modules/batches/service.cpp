#include <algorithm>

#include "kernel/base/refusals.h"
#include "kernel/base/unicode.h"
#include "kernel/feel/lookup.h"
#include "modules/access/access.h"
#include "modules/evidence/evidence.h"
#include "store.h"

namespace batches {
namespace {

constexpr std::size_t reason_length_max = 1000;

base::Result<std::string> checked_reason(const std::string& reason) {
  std::string tidy(base::tidy(reason));
  if (tidy.empty() || base::length(tidy) > reason_length_max)
    return base::invalid_at("/reason", "batches.reason_missing",
                            {"请写明理由(1000字以内)", "Please give the reason (at most 1000 characters)."});
  return tidy;
}

base::Result<void> check_rights(const Moment& moment, Kind kind) {
  const std::string_view needed = kind == Kind::retry ? "case.retry" : "case.migrate";
  const auto permissions = access_control::permissions_of(moment.actor.roles);
  if (std::find(permissions.begin(), permissions.end(), needed) != permissions.end()) return base::done();
  return base::Error{.kind = base::Refusal::forbidden,
                     .code = "batches.not_yours",
                     .message = {"您的岗位不能作这项操作", "Your role does not cover this operation."}};
}

/// What was ordered, stopped, gone on with, taken back is an event and an entry of the audit log; the cases tell the
/// rest themselves. `cases`: how many it is about at that moment.
void tell(storage::Transaction& transaction, const Batch& batch, std::string_view type, std::int64_t cases,
          const std::string& reason, const Moment& moment) {
  const storage::Stream stream{"batch", batch.id};
  feel::Context data{
      {"kind", to_text(batch.kind)}, {"service", batch.service},        {"reason", reason},
      {"cases", feel::Value(cases)}, {"done", feel::Value(batch.done)}, {"refused", feel::Value(batch.refused)}};
  if (batch.undoes) data.put("undoes", base::to_text(batch.undoes));
  for (const auto& [key, value] : batch.wanted.entries()) data.put(key, value);
  evidence::append(transaction, stream, storage::last_sequence(transaction, stream),
                   {.type = type,
                    .at = moment.now,
                    .actor = moment.actor.person,
                    .data = feel::to_json(feel::Value(std::move(data)))},
                   batch.division, {{"service", batch.service}, {"cases", std::to_string(cases)}},
                   evidence::LogKind::audit_log);
}

casework::CaseSelection selection_of(const Batch& batch) {
  return {.service = batch.service,
          .version = text_in(batch.wanted, "from_version"),
          .stuck = batch.kind == Kind::retry,
          .element = text_in(batch.wanted, "element"),
          .code = text_in(batch.wanted, "code")};
}

/// How many a batch is about: those noted, or, while they are being gathered, those it asks for.
std::int64_t cases_of(storage::Snapshot& snapshot, const Batch& batch, const access_control::Scope& scope) {
  if (batch.gathered) return batch.total;
  if (!batch.undoes) return casework::count_cases(snapshot, scope, selection_of(batch));
  const auto undone = find_batch(snapshot, scope, batch.undoes);
  return undone ? undone->done : 0;
}

feel::Context inverse(const feel::Value* renamed) {
  feel::Context back;
  if (renamed && renamed->kind() == feel::Kind::context)
    for (const auto& [from, to] : renamed->as_context().entries())
      if (to.kind() == feel::Kind::string) back.put(to.as_string(), from);
  return back;
}

/// Carries a batch out on one case. A step that fails again is done, and told as a refusal all the same.
class Hand {
 public:
  Hand(const casework::Engine& engine, const Batch& batch, const Moment& moment)
      : engine_(engine), batch_(batch), moment_(moment) {}

  base::Result<std::optional<base::Error>> carry_out(storage::Transaction& transaction, base::Id of_case) const {
    switch (batch_.kind) {
      case Kind::retry:
        return retry(transaction, of_case);
      case Kind::migrate: {
        feel::Context data{{"version", text_in(batch_.wanted, "version")}};
        if (const feel::Value* renamed = batch_.wanted.find("renamed")) data.put("renamed", *renamed);
        return operate(transaction, of_case, "migrate", std::move(data));
      }
      case Kind::migrate_back:
        return migrate_back(transaction, of_case);
    }
    return std::optional<base::Error>();
  }

 private:
  base::Result<std::optional<base::Error>> operate(storage::Transaction& transaction, base::Id of_case,
                                                   const char* operation, feel::Context data) const {
    data.put("reason", batch_.reason);
    data.put("batch", base::to_text(batch_.id));
    TRY(std::ignore,
        engine_.operate(transaction, {.of_case = of_case, .operation = operation, .data = std::move(data)}, moment_));
    return std::optional<base::Error>();
  }

  base::Result<std::optional<base::Error>> retry(storage::Transaction& transaction, base::Id of_case) const {
    const std::string element = text_in(batch_.wanted, "element"), code = text_in(batch_.wanted, "code");
    const auto failed = [&] {
      auto items = casework::list_incidents(transaction, moment_.actor.scope, {.of_case = of_case}).items;
      std::erase_if(items, [&](const auto& item) {
        return (!element.empty() && item.incident.element != element) || (!code.empty() && item.incident.code != code);
      });
      return items;
    };
    const auto before = failed();
    if (before.empty())
      return base::conflict("casework.no_incident", {"办件没有出错的环节,不需要重试",
                                                     "No step of the case has failed; there is nothing to try again."});
    for (const auto& item : before) {
      TRY(std::ignore,
          operate(transaction, of_case, "retry", {{"task", feel::Value(std::int64_t{item.incident.key})}}));
    }
    if (const auto after = failed(); !after.empty())
      return std::optional(base::conflict(
          "batches.failed_again",
          {"重试后仍然出错:" + after[0].incident.message.zh, "It has failed again: " + after[0].incident.message.en}));
    return std::optional<base::Error>();
  }

  base::Result<std::optional<base::Error>> migrate_back(storage::Transaction& transaction, base::Id id) const {
    TRY(const casework::Case of_case, engine_.load(transaction, moment_.actor.scope, id));
    const auto& deeds = of_case.deeds;
    const auto moved = std::find_if(deeds.rbegin(), deeds.rend(), [](const casework::Deed& deed) {
      return deed.operation == casework::Operation::migrate;
    });
    if (moved == deeds.rend() || text_in(moved->data, "batch") != base::to_text(batch_.undoes))
      return base::conflict("batches.moved_since",
                            {"这个办件之后又转到过其他版本", "The case was moved to another version since."});
    return operate(transaction, id, "migrate",
                   {{"version", text_in(moved->data, "from_version")},
                    {"renamed", feel::Value(inverse(moved->data.find("renamed")))}});
  }

  const casework::Engine& engine_;
  const Batch& batch_;
  const Moment& moment_;
};

/// All of the piece in one transaction; the refusal of one case takes the others back with it.
bool carry_out_together(storage::Store& store, const Hand& hand, const Batch& batch, const std::vector<base::Id>& piece,
                        base::Instant now) {
  const auto done = store.write_result([&](storage::Transaction& transaction) -> base::Result<bool> {
    std::int64_t count = 0, again = 0;
    for (const base::Id of_case : piece) {
      if (!claim_item(transaction, batch.id, of_case)) continue;
      TRY(const auto told, hand.carry_out(transaction, of_case));
      if (told) save_refusal(transaction, batch.id, of_case, *told);
      ++(told ? again : count);
    }
    if (!add_counts(transaction, batch.id, count, again, now))
      return base::conflict("batches.not_running", {"批量操作已经停止", "The batch is not running."});
    finish_if_done(transaction, batch.id, now);
    return true;
  });
  return done.has_value();
}

/// One case; its refusal is kept.
void carry_out_alone(storage::Store& store, const Hand& hand, const Batch& batch, base::Id of_case, base::Instant now) {
  std::optional<base::Error> refusal;
  const auto done = store.write_result([&](storage::Transaction& transaction) -> base::Result<bool> {
    refusal.reset();
    if (!claim_item(transaction, batch.id, of_case)) return true;
    auto told = hand.carry_out(transaction, of_case);
    if (!told) {
      refusal = told.error();
      return told.error();
    }
    if (told.value()) save_refusal(transaction, batch.id, of_case, *told.value());
    if (!add_counts(transaction, batch.id, told.value() ? 0 : 1, told.value() ? 1 : 0, now))
      return base::conflict("batches.not_running", {"批量操作已经停止", "The batch is not running."});
    finish_if_done(transaction, batch.id, now);
    return true;
  });
  if (done || !refusal) return;
  store.write([&](storage::Transaction& transaction) {
    if (!claim_item(transaction, batch.id, of_case)) return true;
    save_refusal(transaction, batch.id, of_case, *refusal);
    if (!add_counts(transaction, batch.id, 0, 1, now)) return false;
    finish_if_done(transaction, batch.id, now);
    return true;
  });
}

}  // namespace

std::string_view to_text(Kind kind) {
  switch (kind) {
    case Kind::retry:
      return "retry";
    case Kind::migrate:
      return "migrate";
    case Kind::migrate_back:
      return "migrate_back";
  }
  return "";
}

base::Result<Batch> load_batch(storage::Snapshot& snapshot, const access_control::Scope& scope, base::Id id) {
  auto batch = find_batch(snapshot, scope, id);
  if (batch) return std::move(*batch);
  return base::not_found("batches.unknown", {"没有找到这项批量操作", "There is no such batch."});
}

base::Result<Batch> Batches::planned(storage::Snapshot& snapshot, const NewBatch& wanted, const Moment& moment) const {
  if (wanted.kind != "retry" && wanted.kind != "migrate")
    return base::invalid_at("/kind", "batches.kind_unknown",
                            {"请选择“retry”(重试)或者“migrate”(转到其他版本)", "Choose “retry” or “migrate”."});
  const Kind kind = wanted.kind == "retry" ? Kind::retry : Kind::migrate;
  TRY(std::ignore, check_rights(moment, kind));
  TRY(std::ignore, engine_.catalogue().service(wanted.service));
  Batch batch{.id = wanted.id,
              .division = moment.actor.scope.division,
              .person = moment.actor.person,
              .kind = kind,
              .service = wanted.service,
              .wanted = {},
              .reason = {},
              .state = "running",
              .gathered_to = {},
              .undoes = {},
              .created_at = moment.now,
              .changed_at = moment.now};
  const auto put = [&](const char* key, const std::string& text) {
    if (!text.empty()) batch.wanted.put(key, text);
  };
  put("from_version", wanted.from_version);
  if (kind == Kind::retry) {
    put("element", wanted.element);
    put("code", wanted.code);
    return batch;
  }
  const auto versions = casework::versions_of(snapshot, wanted.service);
  const auto is_known = [&](const casework::DeployedVersion& one) { return one.version == wanted.version; };
  if (std::none_of(versions.begin(), versions.end(), is_known))
    return base::invalid_at("/version", "batches.version_unknown",
                            {"这项服务没有这个版本", "The service has no such version."});
  put("version", wanted.version);
  if (!wanted.renamed.empty()) batch.wanted.put("renamed", feel::Value(wanted.renamed));
  return batch;
}

base::Result<Batch> Batches::start(storage::Transaction& transaction, const NewBatch& wanted,
                                   const Moment& moment) const {
  TRY(Batch batch, planned(transaction, wanted, moment));
  TRY(batch.reason, checked_reason(wanted.reason));
  insert_batch(transaction, batch);
  tell(transaction, batch, "batch.started", cases_of(transaction, batch, moment.actor.scope), batch.reason, moment);
  return batch;
}

base::Result<Batch> Batches::stop(storage::Transaction& transaction, base::Id id, const Moment& moment) const {
  TRY(const Batch batch, load_batch(transaction, moment.actor.scope, id));
  TRY(std::ignore, check_rights(moment, batch.kind));
  if (!change_state(transaction, id, "running", "stopped", moment.now))
    return base::conflict("batches.not_running", {"批量操作没有在进行", "The batch is not running."});
  tell(transaction, batch, "batch.stopped", cases_of(transaction, batch, moment.actor.scope), batch.reason, moment);
  return load_batch(transaction, moment.actor.scope, id);
}

base::Result<Batch> Batches::resume(storage::Transaction& transaction, base::Id id, const Moment& moment) const {
  TRY(const Batch batch, load_batch(transaction, moment.actor.scope, id));
  TRY(std::ignore, check_rights(moment, batch.kind));
  if (!change_state(transaction, id, "stopped", "running", moment.now))
    return base::conflict("batches.not_stopped", {"批量操作没有停止", "The batch is not stopped."});
  tell(transaction, batch, "batch.resumed", cases_of(transaction, batch, moment.actor.scope), batch.reason, moment);
  return load_batch(transaction, moment.actor.scope, id);
}

base::Result<Batch> Batches::undo(storage::Transaction& transaction, base::Id id, base::Id undoing,
                                  const std::string& given, const Moment& moment) const {
  TRY(const Batch batch, load_batch(transaction, moment.actor.scope, id));
  TRY(const std::string reason, checked_reason(given));
  TRY(std::ignore, check_rights(moment, batch.kind));
  if (batch.kind != Kind::migrate)
    return base::conflict("batches.no_undo", {"这种批量操作不能撤回", "A batch of this kind can not be taken back."});
  if (batch.state == "running")
    return base::conflict("batches.still_running",
                          {"批量操作还在进行,请先停止", "The batch is still running; stop it first."});
  if (undone_by(transaction, id))
    return base::conflict("batches.undone", {"批量操作已经撤回", "The batch was taken back already."});
  const Batch back{.id = undoing,
                   .division = batch.division,
                   .person = moment.actor.person,
                   .kind = Kind::migrate_back,
                   .service = batch.service,
                   .wanted = {},
                   .reason = reason,
                   .state = "running",
                   .gathered_to = {},
                   .undoes = id,
                   .created_at = moment.now,
                   .changed_at = moment.now};
  insert_batch(transaction, back);
  tell(transaction, batch, "batch.undone", batch.done, reason, moment);
  tell(transaction, back, "batch.started", batch.done, reason, moment);
  return back;
}

namespace {

/// Gathers what became of the cases that a preview looks at.
class Sight {
 public:
  void possible() {
    ++preview_.examined;
    ++preview_.possible;
  }
  void refused(storage::Snapshot& snapshot, base::Id of_case, const Preview::Reason& why) {
    ++preview_.examined;
    auto& all = preview_.reasons;
    auto found = std::find_if(all.begin(), all.end(), [&](const Preview::Reason& one) {
      return one.code == why.code && one.element == why.element && one.message.zh == why.message.zh;
    });
    if (found == all.end()) found = all.insert(all.end(), why);
    if (++found->count <= static_cast<std::int64_t>(preview_examples))
      found->examples.push_back({of_case, casework::case_number(snapshot, of_case), why.code, why.message});
  }
  void refused(storage::Snapshot& snapshot, base::Id of_case, const base::Error& error) {
    refused(snapshot, of_case, {.element = {}, .element_name = {}, .code = error.code, .message = error.message});
  }
  void blocked(storage::Snapshot& snapshot, base::Id of_case, const casework::MigrationPreview& plan) {
    const base::Place& obstacle = plan.obstacles[0];
    Preview::Reason why{.element = obstacle.path,
                        .element_name = {obstacle.path, obstacle.path},
                        .code = obstacle.code,
                        .message = obstacle.message};
    for (const auto& step : plan.steps)
      if (step.element == obstacle.path) why.element_name = step.name;
    refused(snapshot, of_case, why);
  }
  void moves(const casework::MigrationPreview::Step& step) {
    auto& all = preview_.steps;
    auto found = std::find_if(all.begin(), all.end(), [&](const Preview::Step& one) {
      return one.step.element == step.element && one.step.to_element == step.to_element;
    });
    if (found == all.end()) found = all.insert(all.end(), {.step = step, .count = 0});
    ++found->count;
  }
  /// Asked for only when something is in the way; `from` null: any version.
  void counterparts(const catalogue::Service* from, const catalogue::Service* to) {
    const bool blocked = std::any_of(preview_.reasons.begin(), preview_.reasons.end(),
                                     [](const Preview::Reason& reason) { return !reason.element.empty(); });
    if (!blocked || !to) return;
    for (const bpmn::Element& element : bpmn::elements(*to->process))
      if (!from || bpmn::find_element(*from->process, element.id) == bpmn::no_element)
        preview_.counterparts.push_back({element.id, casework::name_of(element)});
  }
  Preview sorted(std::int64_t total) {
    preview_.total = total;
    const auto larger = [](const auto& a, const auto& b) { return a.count > b.count; };
    std::stable_sort(preview_.reasons.begin(), preview_.reasons.end(), larger);
    std::stable_sort(preview_.steps.begin(), preview_.steps.end(), larger);
    return std::move(preview_);
  }

 private:
  Preview preview_;
};

}  // namespace

base::Result<Preview> Batches::preview(storage::Store& store, const NewBatch& wanted, const Moment& moment) const {
  struct Chosen {
    Batch batch;
    std::int64_t total = 0;
    std::vector<base::Id> cases;
  };
  const auto read = [&](storage::Snapshot& snapshot) -> base::Result<Chosen> {
    TRY(Batch batch, planned(snapshot, wanted, moment));
    const casework::CaseSelection selection = selection_of(batch);
    const int limit = batch.kind == Kind::migrate ? preview_migrations : preview_retries;
    const access_control::Scope& scope = moment.actor.scope;
    return Chosen{.batch = std::move(batch),
                  .total = casework::count_cases(snapshot, scope, selection),
                  .cases = casework::select_cases(snapshot, scope, selection, {}, limit)};
  };
  TRY(const Chosen chosen, store.read_value(read));
  Sight sight;
  if (chosen.batch.kind == Kind::migrate) {
    store.read([&](storage::Snapshot& snapshot) {
      for (const base::Id of_case : chosen.cases) {
        const auto plan = engine_.preview_migration(snapshot, of_case, wanted.version, wanted.renamed, moment);
        if (!plan) {
          sight.refused(snapshot, of_case, plan.error());
        } else if (!plan.value().obstacles.empty()) {
          sight.blocked(snapshot, of_case, plan.value());
        } else {
          sight.possible();
          for (const auto& step : plan.value().steps) sight.moves(step);
        }
      }
      sight.counterparts(engine_.find_version(snapshot, wanted.service, wanted.from_version).get(),
                         engine_.find_version(snapshot, wanted.service, wanted.version).get());
    });
    return sight.sorted(chosen.total);
  }
  // Done and taken back: what fails again can not be guessed at.
  Batch batch = chosen.batch;
  batch.reason = "-";
  const Hand hand(engine_, batch, moment);
  store.write([&](storage::Transaction& transaction) {
    sight = {};
    for (const base::Id of_case : chosen.cases) {
      const auto told = hand.carry_out(transaction, of_case);
      if (!told)
        sight.refused(transaction, of_case, told.error());
      else if (told.value())
        sight.refused(transaction, of_case, *told.value());
      else
        sight.possible();
    }
    return false;
  });
  return sight.sorted(chosen.total);
}

bool Batches::work(storage::Store& store, base::Instant now) const {
  struct Next {
    std::optional<Batch> batch;
    std::optional<access_control::Actor> actor;
    Gathered gathered;
    std::vector<base::Id> piece;
  };
  const Next next = store.read_value([&](storage::Snapshot& snapshot) {
    Next found;
    found.batch = next_running(snapshot);
    if (!found.batch) return found;
    const Batch& batch = *found.batch;
    found.actor = access_control::find_actor(snapshot, batch.person);
    if (!batch.gathered) {
      if (batch.kind == Kind::migrate_back)
        found.gathered.cases = done_items(snapshot, batch.undoes, batch.gathered_to, gather_cases);
      else if (found.actor)
        found.gathered.cases =
            casework::select_cases(snapshot, found.actor->scope, selection_of(batch), batch.gathered_to, gather_cases);
      const auto& cases = found.gathered.cases;
      found.gathered.all = cases.size() < static_cast<std::size_t>(gather_cases);
      found.gathered.to = cases.empty() ? batch.gathered_to : cases.back();
    } else {
      found.piece = waiting_items(snapshot, batch.id, piece_cases);
    }
    return found;
  });
  if (!next.batch) return false;
  const Batch& batch = *next.batch;
  if (!next.actor) {  // the account is gone or disabled: nobody answers for the rest
    store.write([&](storage::Transaction& transaction) {
      if (!change_state(transaction, batch.id, "running", "stopped", now)) return false;
      const std::int64_t cases = cases_of(transaction, batch, access_control::Scope::of_division(batch.division));
      tell(transaction, batch, "batch.stopped", cases, "下达人的账号已停用", {.now = now, .actor = {}});
      return true;
    });
    return true;
  }
  if (!batch.gathered || next.piece.empty()) {
    bool moved = false;
    store.write([&](storage::Transaction& transaction) {
      moved = !batch.gathered && save_gathered(transaction, batch, next.gathered, now);
      if (finish_if_done(transaction, batch.id, now)) moved = true;
      return moved;
    });
    return moved;
  }
  const Moment moment{.now = now, .actor = *next.actor};
  const Hand hand(engine_, batch, moment);
  if (!carry_out_together(store, hand, batch, next.piece, now))
    for (const base::Id of_case : next.piece) carry_out_alone(store, hand, batch, of_case, now);
  return true;
}

}  // namespace batches
