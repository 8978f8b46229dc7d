/// One operation on many cases: in pieces, stopped, gone on with, taken back, each refusal told.
#include <algorithm>
#include <functional>

#include "kernel/feel/lookup.h"
#include "modules/batches/batches.h"
#include "testing.h"

namespace batches {
namespace {

using casework::testing::flow;
using casework::testing::line;
using casework::testing::model;
using casework::testing::Office;
using casework::testing::user_task;

class Desk {
 public:
  Desk() : office(migrations()) {}

  base::Result<Batch> start(const NewBatch& wanted, int person = 13) {
    NewBatch batch = wanted;
    batch.id = base::make_id(office.now, ++ids_);
    if (batch.service.empty()) batch.service = "probe";
    return write([&](storage::Transaction& transaction) {
      return Batches(*office.engine).start(transaction, batch, office.as(person));
    });
  }
  base::Result<Batch> undo(base::Id id, const std::string& reason = "转错了") {
    return write([&](storage::Transaction& transaction) {
      return Batches(*office.engine).undo(transaction, id, base::make_id(office.now, ++ids_), reason, office.as(13));
    });
  }
  std::string stop(base::Id id) {
    const auto done = write([&](storage::Transaction& transaction) {
      return Batches(*office.engine).stop(transaction, id, office.as(13));
    });
    return done ? "" : done.error().code;
  }
  std::string resume(base::Id id) {
    const auto done = write([&](storage::Transaction& transaction) {
      return Batches(*office.engine).resume(transaction, id, office.as(13));
    });
    return done ? "" : done.error().code;
  }
  /// Up to `pieces` pieces; returns how many there were. Each as after a start of the program: nothing is remembered.
  int work(int pieces = 1000) {
    int done = 0;
    while (done < pieces && Batches(*office.engine).work(*office.store, office.now)) ++done;
    return done;
  }
  /// What the audit log says of a batch: "batch.started 7", the number of cases behind the deed.
  std::vector<std::string> deeds(base::Id id) {
    std::vector<std::string> told;
    office.store->read([&](storage::Snapshot& snapshot) {
      const std::string subject = "batch/" + base::to_text(id);
      for (const auto& entry : evidence::entries_of(snapshot, subject, 100)) {
        EXPECT_EQ(entry.log, "audit");
        const auto text = feel::parse_json(entry.text).value();
        const auto events = storage::load_events(snapshot, {"batch", id});
        const auto& event = events.at(static_cast<std::size_t>(entry.event.sequence) - 1);
        const auto data = feel::parse_json(event.data).value();
        EXPECT_EQ(text_in(text.as_context(), "type"), event.type);
        told.push_back(event.type + " " + std::to_string(feel::number_in(data.as_context(), "cases")) + " " +
                       text_in(data.as_context(), "reason") + " " + std::to_string(event.actor.number));
      }
    });
    return told;
  }
  Batch batch(base::Id id) {
    return office.store
        ->read_value([&](storage::Snapshot& snapshot) { return load_batch(snapshot, office.as(13).actor.scope, id); })
        .value();
  }
  base::Result<Preview> preview(NewBatch wanted, int person = 13) {
    if (wanted.service.empty()) wanted.service = "probe";
    return Batches(*office.engine).preview(*office.store, wanted, office.as(person));
  }
  std::vector<Refused> refused(base::Id id) {
    return office.store->read_value([&](storage::Snapshot& snapshot) { return refused_of(snapshot, id, {}, 100); });
  }

  Office office;

 private:
  template <class Work>
  base::Result<Batch> write(Work work) {
    return office.store->write_result(work);
  }
  std::uint32_t ids_ = 9000;
};

std::string choosing() {
  return model("<b:startEvent id=\"start\"/><b:exclusiveGateway id=\"choose\"/>" + user_task("large") +
               user_task("small") + line({"start", "choose"}) + flow("choose", "large", "=limit > 10") +
               flow("choose", "small", "=limit <= 10") + line({"large", "end"}) + line({"small", "end"}) +
               "<b:endEvent id=\"end\"/>");
}

TEST(batch, retries_what_has_failed_and_tells_what_fails_again) {
  Desk desk;
  desk.office.offer(choosing());
  std::vector<base::Id> ids;
  for (int i = 0; i < 7; ++i) ids.push_back(desk.office.open("probe"));
  ASSERT_EQ(desk.office.incidents().size(), 7u);
  EXPECT_EQ(desk.start({.kind = "fly", .reason = "x"}).error().code, "batches.kind_unknown");
  EXPECT_EQ(desk.start({.kind = "retry", .reason = " "}).error().code, "batches.reason_missing");
  EXPECT_EQ(desk.start({.kind = "retry", .reason = "x"}, 11).error().code, "batches.not_yours");
  EXPECT_EQ(desk.start({.kind = "retry", .service = "moon", .reason = "x"}).error().code, "catalogue.service_unknown");
  EXPECT_EQ(desk.start({.kind = "migrate", .version = "moon", .reason = "x"}).error().code, "batches.version_unknown");

  // The cause was put right in some; others fail again.
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(desk.office.store->write_result([&](storage::Transaction& transaction) {
      return desk.office.engine->advance(
          transaction, ids[static_cast<std::size_t>(i)],
          {.command = bpmn::SetVariables{.variables = {{"limit", 20}}}, .by = "test", .element = {}},
          desk.office.as(13));
    }));
  EXPECT_EQ(desk.preview({.kind = "fly"}).error().code, "batches.kind_unknown");
  EXPECT_EQ(desk.preview({.kind = "retry"}, 11).error().code, "batches.not_yours");
  const auto preview = desk.preview({.kind = "retry", .element = "choose"});
  ASSERT_TRUE(preview);
  EXPECT_EQ(preview.value().total, 7);
  EXPECT_EQ(preview.value().examined, 7);
  EXPECT_EQ(preview.value().possible, 3);
  ASSERT_EQ(preview.value().reasons.size(), 1u);
  EXPECT_EQ(preview.value().reasons[0].code, "batches.failed_again");
  EXPECT_EQ(preview.value().reasons[0].count, 4);
  EXPECT_EQ(preview.value().reasons[0].examples.size(), 4u);
  EXPECT_EQ(desk.preview({.kind = "retry", .element = "large"}).value().total, 0);
  // Nothing has changed by looking.
  EXPECT_EQ(desk.office.incidents().size(), 7u);
  for (const base::Id id : ids) desk.office.expect_replay(id);

  const auto batch = desk.start({.kind = "retry", .element = "choose", .reason = "额度已补录"});
  ASSERT_TRUE(batch);
  desk.work();
  const Batch after = desk.batch(batch.value().id);
  EXPECT_EQ(after.state, "finished");
  EXPECT_EQ(after.total, 7);
  EXPECT_EQ(after.done, 3);
  EXPECT_EQ(after.refused, 4);
  ASSERT_EQ(desk.refused(after.id).size(), 4u);
  EXPECT_EQ(desk.refused(after.id)[0].code, "batches.failed_again");
  EXPECT_FALSE(desk.refused(after.id)[0].case_number.empty());
  EXPECT_EQ(desk.office.incidents().size(), 4u);
  EXPECT_EQ(desk.office.waiting(ids[0]), "large");
  EXPECT_EQ(desk.office.load(ids[0]).deeds.back().by, base::Id{13});
  for (const base::Id id : ids) desk.office.expect_replay(id);
  EXPECT_EQ(desk.undo(after.id).error().code, "batches.no_undo");
  EXPECT_EQ(desk.deeds(after.id), (std::vector<std::string>{"batch.started 7 额度已补录 13"}));
}

/// Another version of open-restaurant, each of its files as `edit` makes it; its name.
std::string publish(Office& office, const std::function<std::string(const std::string&)>& edit) {
  auto changed = std::make_shared<catalogue::Catalogue>(office.engine->catalogue());
  auto files = changed->service("open-restaurant").value()->files;
  for (auto& [path, text] : files) text = edit(text);
  const auto service = catalogue::read_version("open-restaurant", files).value();
  catalogue::Services::Map services = changed->services->now();
  services["open-restaurant"] = service;
  changed->services = std::make_shared<catalogue::Services>(std::move(services));
  office.use(changed);
  EXPECT_TRUE(office.engine->deploy(*office.store, office.now));
  return service->version;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

/// The head of licensing does what the window does.
std::string by_the_head(const std::string& text) {
  return replaced(text, "candidateGroups=\"window_clerk\"", "candidateGroups=\"licensing_head\"");
}

TEST(batch, tells_before_it_moves_which_step_has_no_counterpart_and_takes_another_name_for_it) {
  Desk desk;
  const base::Id waits = desk.office.open(), further = desk.office.open();
  EXPECT_EQ(desk.office.complete(further, 11, "accept_application", {{"outcome", "accept"}}), "");
  const std::string first = desk.office.load(waits).head.service_version;
  const std::string second = publish(desk.office, [](const std::string& text) {
    return replaced(replaced(text, "accept_application", "check_application"), "formId=\"check_application\"",
                    "formId=\"accept_application\"");
  });
  NewBatch wanted{.kind = "migrate", .service = "open-restaurant", .from_version = first, .version = second};
  const auto blocked = desk.preview(wanted);
  ASSERT_TRUE(blocked);
  EXPECT_EQ(blocked.value().total, 2);
  EXPECT_EQ(blocked.value().possible, 1);
  ASSERT_EQ(blocked.value().reasons.size(), 1u);
  EXPECT_EQ(blocked.value().reasons[0].code, "bpmn.element_gone");
  EXPECT_EQ(blocked.value().reasons[0].element, "accept_application");
  EXPECT_NE(blocked.value().reasons[0].element_name.zh, "accept_application");
  EXPECT_EQ(blocked.value().reasons[0].examples.at(0).of_case, waits);
  const auto& offered = blocked.value().counterparts;
  EXPECT_TRUE(
      std::any_of(offered.begin(), offered.end(), [](const auto& one) { return one.value == "check_application"; }));
  EXPECT_TRUE(std::none_of(offered.begin(), offered.end(),
                           [](const auto& one) { return one.value == "registration_examine"; }));
  wanted.renamed = {{"accept_application", "check_application"}};
  const auto free = desk.preview(wanted);
  ASSERT_TRUE(free);
  EXPECT_EQ(free.value().possible, 2);
  EXPECT_TRUE(free.value().reasons.empty());
  EXPECT_TRUE(free.value().counterparts.empty());
  wanted.reason = "环节改名";
  const auto batch = desk.start(wanted);
  ASSERT_TRUE(batch);
  desk.work();
  EXPECT_EQ(desk.batch(batch.value().id).done, 2);
  EXPECT_EQ(desk.office.waiting(waits), "check_application");
  // Back under the old name.
  ASSERT_TRUE(desk.undo(batch.value().id));
  desk.work();
  EXPECT_EQ(desk.office.waiting(waits), "accept_application");
  EXPECT_EQ(desk.office.load(further).head.service_version, first);
  for (const base::Id id : {waits, further}) desk.office.expect_replay(id);
}

TEST(batch, moves_cases_in_pieces_is_stopped_gone_on_with_and_taken_back) {
  Desk desk;
  std::vector<base::Id> ids;
  for (int i = 0; i < 2 * piece_cases + 10; ++i) ids.push_back(desk.office.open());
  const std::string first = desk.office.load(ids[0]).head.service_version;
  const std::string second = publish(desk.office, by_the_head);
  const base::Id later = desk.office.open();  // runs on the new version already
  EXPECT_EQ(desk.preview({.kind = "migrate", .service = "open-restaurant", .version = "moon"}).error().code,
            "batches.version_unknown");
  const auto preview =
      desk.preview({.kind = "migrate", .service = "open-restaurant", .from_version = {}, .version = second});
  ASSERT_TRUE(preview);
  EXPECT_EQ(preview.value().total, static_cast<std::int64_t>(ids.size()) + 1);
  EXPECT_EQ(preview.value().possible, static_cast<std::int64_t>(ids.size()));
  ASSERT_EQ(preview.value().reasons.size(), 1u);
  EXPECT_EQ(preview.value().reasons[0].code, "casework.version_same");
  EXPECT_EQ(preview.value().reasons[0].examples[0].of_case, later);
  ASSERT_FALSE(preview.value().steps.empty());
  EXPECT_EQ(preview.value().steps[0].count, static_cast<std::int64_t>(ids.size()));
  EXPECT_EQ(desk.office.load(ids[0]).head.service_version, first);
  const auto started = desk.start(
      {.kind = "migrate", .service = "open-restaurant", .from_version = first, .version = second, .reason = "新流程"});
  ASSERT_TRUE(started);
  const base::Id id = started.value().id;
  EXPECT_EQ(desk.work(2), 2);  // gathered, and one piece done
  EXPECT_EQ(desk.batch(id).total, static_cast<std::int64_t>(ids.size()));
  EXPECT_EQ(desk.batch(id).done, piece_cases);
  EXPECT_EQ(desk.resume(id), "batches.not_stopped");
  EXPECT_EQ(desk.undo(id).error().code, "batches.still_running");
  EXPECT_EQ(desk.stop(id), "");
  EXPECT_EQ(desk.stop(id), "batches.not_running");
  EXPECT_EQ(desk.work(), 0);
  // One ends and one moves on by hand meanwhile.
  EXPECT_EQ(desk.office.operate(ids[100], 13, "terminate"), "");
  EXPECT_EQ(desk.office.operate(ids[101], 13, "migrate", {{"version", second}}), "");
  EXPECT_EQ(desk.resume(id), "");
  desk.work();
  const Batch after = desk.batch(id);
  EXPECT_EQ(after.state, "finished");
  EXPECT_EQ(after.done, static_cast<std::int64_t>(ids.size()) - 2);
  ASSERT_EQ(desk.refused(id).size(), 2u);
  EXPECT_EQ(desk.refused(id)[0].code, "casework.ended");
  EXPECT_EQ(desk.refused(id)[1].code, "casework.version_same");
  EXPECT_EQ(desk.office.load(ids[0]).head.service_version, second);
  EXPECT_EQ(desk.office.tasks(ids[0]).at(0).group, "licensing_head");
  EXPECT_EQ(desk.office.load(ids[0]).head.sequence, 2);  // once

  EXPECT_EQ(desk.office.operate(ids[3], 13, "migrate", {{"version", first}}), "");
  EXPECT_EQ(desk.undo(id, " ").error().code, "batches.reason_missing");
  const auto back = desk.undo(id);
  ASSERT_TRUE(back);
  EXPECT_EQ(desk.undo(id).error().code, "batches.undone");
  const access_control::Scope scope = desk.office.as(13).actor.scope;
  desk.office.store->read([&](storage::Snapshot& snapshot) {
    EXPECT_EQ(undone_by(snapshot, id), back.value().id);
    EXPECT_FALSE(undone_by(snapshot, back.value().id));
    EXPECT_EQ(count_batches(snapshot, scope, ""), 2);
    EXPECT_EQ(count_batches(snapshot, scope, "finished"), 1);
    ASSERT_EQ(list_batches(snapshot, scope, {.state = "running"}).size(), 1u);
    EXPECT_EQ(list_batches(snapshot, scope, {.state = {}, .before = back.value().id})[0].id, id);
    EXPECT_EQ(count_batches(snapshot, access_control::Scope::of_division("110105"), ""), 0);
  });
  desk.work();
  EXPECT_EQ(desk.batch(back.value().id).done, static_cast<std::int64_t>(ids.size()) - 3);
  ASSERT_EQ(desk.refused(back.value().id).size(), 1u);
  EXPECT_EQ(desk.refused(back.value().id)[0].code, "batches.moved_since");
  EXPECT_EQ(desk.office.load(ids[0]).head.service_version, first);
  EXPECT_EQ(desk.office.load(later).head.service_version, second);
  EXPECT_EQ(desk.deeds(id), (std::vector<std::string>{"batch.started 110 新流程 13", "batch.stopped 110 新流程 13",
                                                      "batch.resumed 110 新流程 13", "batch.undone 108 转错了 13"}));
  EXPECT_EQ(desk.deeds(back.value().id), (std::vector<std::string>{"batch.started 108 转错了 13"}));
  for (const base::Id one : {ids[0], ids[3], ids[60], ids[101]}) desk.office.expect_replay(one);
}

TEST(batch, is_unknown_elsewhere_and_works_with_the_rights_of_who_ordered_it) {
  Desk desk;
  desk.office.offer(choosing());
  desk.office.open("probe");
  const auto batch = desk.start({.kind = "retry", .reason = "x"});
  ASSERT_TRUE(batch);
  const auto elsewhere = desk.office.store->read_value([&](storage::Snapshot& snapshot) {
    return load_batch(snapshot, access_control::Scope::of_division("110105"), batch.value().id);
  });
  EXPECT_EQ(elsewhere.error().code, "batches.unknown");
  const auto changed = desk.office.store->write_result([&](storage::Transaction& transaction) {
    return desk.office.access->administer(
        transaction, {.kind = "roles", .account = "head1", .password = {}, .roles = {"leader"}}, desk.office.now);
  });
  ASSERT_TRUE(changed);
  desk.work();
  ASSERT_EQ(desk.refused(batch.value().id).size(), 1u);
  EXPECT_EQ(desk.refused(batch.value().id)[0].code, "casework.operation_not_yours");

  const auto other = desk.start({.kind = "retry", .reason = "x"});
  ASSERT_TRUE(other);
  const auto gone = desk.office.store->write_result([&](storage::Transaction& transaction) {
    return desk.office.access->administer(
        transaction, {.kind = "disable", .account = "head1", .password = {}, .roles = {}}, desk.office.now);
  });
  ASSERT_TRUE(gone);
  desk.work();
  EXPECT_EQ(desk.batch(other.value().id).state, "stopped");
  EXPECT_EQ(desk.deeds(other.value().id),
            (std::vector<std::string>{"batch.started 1 x 13", "batch.stopped 1 下达人的账号已停用 0"}));
}

}  // namespace
}  // namespace batches
