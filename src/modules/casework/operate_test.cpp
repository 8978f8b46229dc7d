/// Operations on real cases of the catalogue, over the store: each refusal, and every order from a seed.
#include <random>

#include "testing.h"

namespace casework {
namespace {

using testing::day_us;
using testing::Office;

const feel::Context accept{{"outcome", "accept"}};

TEST(operate, suspends_and_resumes_without_restarting_a_limit) {
  Office office;
  const base::Id id = office.open();
  const auto due = office.clock(id, "acceptance").legal->due;
  EXPECT_EQ(office.operate(id, 11, "suspend"), "casework.operation_not_yours");
  EXPECT_EQ(office.operate(id, 13, "resume"), "casework.not_suspended");
  EXPECT_EQ(office.operate(id, 13, "suspend"), "");
  EXPECT_EQ(office.operate(id, 13, "send_back"), "casework.suspended");
  EXPECT_EQ(office.complete(id, 11, "accept_application", accept), "casework.suspended");
  office.now = office.now.plus_us(20 * day_us);
  EXPECT_EQ(office.engine->fire_due_timers(*office.store, office.now, 10), 0);
  EXPECT_EQ(office.operate(id, 13, "resume"), "");
  const auto later = office.clock(id, "acceptance").legal->due;
  ASSERT_TRUE(due && later);
  EXPECT_EQ(calendar::working_days_between(*due, *later, office.engine->catalogue().calendar).value(),
            calendar::working_days_between(calendar::local_date(office.now.plus_us(-20 * day_us)),
                                           calendar::local_date(office.now), office.engine->catalogue().calendar)
                .value());
  // Silence counts from the new day: not before, and on the day after.
  EXPECT_EQ(office.engine->fire_due_timers(*office.store, calendar::start_of(*later), 10), 0);
  office.now = calendar::start_of({later->days + 1});
  EXPECT_EQ(office.engine->fire_due_timers(*office.store, office.now, 10), 1);
  EXPECT_EQ(office.waiting(id), "registration_examine food_examine");
  office.expect_replay(id);
}

TEST(operate, extends_once_with_the_reasons_told) {
  Office office;
  const base::Id id = office.open();
  EXPECT_EQ(office.operate(id, 13, "extend", {{"clock", "licence"}, {"told", "电话"}}), "casework.clock_not_running");
  EXPECT_EQ(office.complete(id, 11, "accept_application", accept), "");
  const auto before = office.clock(id, "licence");
  EXPECT_EQ(office.operate(id, 12, "extend", {{"clock", "licence"}}), "casework.operation_not_yours");
  EXPECT_EQ(office.operate(id, 13, "extend", {{"clock", "licence"}}), "casework.told_missing");
  EXPECT_EQ(office.operate(id, 13, "extend", {{"clock", "acceptance"}, {"told", "电话"}}), "casework.not_extendable");
  EXPECT_EQ(office.operate(id, 13, "extend", {{"clock", "licence"}, {"told", "电话"}}), "");
  const auto after = office.clock(id, "licence");
  EXPECT_EQ(calendar::working_days_between(*before.legal->due, *after.legal->due, office.engine->catalogue().calendar)
                .value(),
            3);
  EXPECT_EQ(before.promised->due, after.promised->due);  // an extension hides no broken promise
  EXPECT_EQ(office.operate(id, 13, "extend", {{"clock", "licence"}, {"told", "电话"}}), "casework.extended_already");
  const base::Id late = office.open();
  EXPECT_EQ(office.complete(late, 11, "accept_application", accept), "");
  office.now = office.now.plus_us(30 * day_us);
  EXPECT_EQ(office.operate(late, 13, "extend", {{"clock", "licence"}, {"told", "电话"}}), "casework.limit_passed");
  office.expect_replay(id);
}

TEST(operate, sends_back_to_a_step_that_was_done_and_ends_the_branches_that_come_again) {
  Office office;
  const base::Id id = office.open();
  EXPECT_EQ(
      office.operate(id, 11, "send_back", {{"task", office.key(id, "accept_application")}, {"to", "food_examine"}}),
      "casework.step_not_before");
  EXPECT_EQ(office.operate(id, 11, "send_back", {{"task", 999}, {"to", "accept_application"}}),
            "casework.task_unknown");
  EXPECT_EQ(office.complete(id, 11, "accept_application", accept), "");
  const feel::List places{feel::Value(feel::Context{{"place", "/answers/area"}, {"reason", "与图不符"}})};
  EXPECT_EQ(
      office.operate(
          id, 12, "send_back",
          {{"task", office.key(id, "food_examine")}, {"to", "accept_application"}, {"places", feel::Value(places)}}),
      "");
  EXPECT_EQ(office.waiting(id), "accept_application");
  EXPECT_EQ(office.load(id).conduct.returns.at(0).places.at(0).first, "/answers/area");
  office.expect_replay(id);
  EXPECT_EQ(office.complete(id, 11, "accept_application", accept), "");
  EXPECT_EQ(office.waiting(id), "registration_examine food_examine");
}

TEST(operate, ends_and_reopens_where_it_stood) {
  Office office;
  const base::Id id = office.open();
  EXPECT_EQ(office.complete(id, 11, "accept_application", accept), "");
  EXPECT_EQ(office.operate(id, 13, "reopen"), "casework.not_ended");
  EXPECT_EQ(office.operate(id, 11, "withdraw"), "casework.channel_unknown");
  EXPECT_EQ(office.operate(id, 11, "withdraw", {{"channel", "phone"}}), "");
  EXPECT_EQ(office.load(id).head.state, "withdrawn");
  EXPECT_EQ(office.operate(id, 13, "suspend"), "casework.ended");
  const auto due = office.clock(id, "licence").legal->due;
  office.now = office.now.plus_us(7 * day_us);
  EXPECT_EQ(office.operate(id, 13, "reopen"), "");
  EXPECT_EQ(office.waiting(id), "registration_examine food_examine");
  EXPECT_EQ(office.load(id).head.state, "accepted");
  EXPECT_EQ(office.clock(id, "licence").legal->due->days, due->days + 7);
  office.expect_replay(id);
  EXPECT_EQ(office.operate(id, 13, "terminate"), "");
  office.now = office.now.plus_us(100 * day_us);
  EXPECT_EQ(office.operate(id, 13, "reopen"), "casework.reopen_late");
  office.expect_replay(id);
}

TEST(operate, asks_others_to_sign_and_waits_for_them) {
  Office office;
  const base::Id id = office.open();
  const auto task = feel::Value(office.key(id, "accept_application"));
  const auto person = [](int number) { return feel::Value(base::to_text(base::Id{number})); };
  EXPECT_EQ(office.operate(id, 11, "countersign", {{"task", task}, {"person", person(99)}}), "casework.person_unfit");
  EXPECT_EQ(office.operate(id, 11, "countersign", {{"task", task}, {"person", person(14)}}), "");
  EXPECT_EQ(office.operate(id, 11, "add_signer", {{"task", task}, {"person", person(14)}}), "casework.signer_twice");
  EXPECT_EQ(office.complete(id, 11, "accept_application", accept), "casework.signature_open");
  EXPECT_EQ(office.operate(id, 12, "sign", {{"task", task}, {"agree", true}}), "casework.signature_unknown");
  const auto mine = office.store->read_value([&](storage::Snapshot& snapshot) {
    return count_tasks(snapshot, office.as(14).actor, calendar::local_date(office.now)).mine;
  });
  EXPECT_EQ(mine, 1);
  EXPECT_EQ(office.operate(id, 14, "sign", {{"task", task}, {"agree", false}}), "");
  EXPECT_EQ(office.complete(id, 11, "accept_application", accept), "casework.signature_refused");
  EXPECT_EQ(office.operate(id, 13, "dismiss_signer", {{"task", task}, {"person", person(14)}}), "");
  EXPECT_EQ(office.operate(id, 13, "assign", {{"task", task}, {"person", person(12)}}), "casework.person_unfit");
  EXPECT_EQ(office.operate(id, 13, "assign", {{"task", task}, {"person", person(11)}}), "");
  EXPECT_EQ(office.complete(id, 11, "accept_application", accept), "");
  office.expect_replay(id);
}

TEST(operate, accepts_on_a_promise_and_verifies_it) {
  Office office;
  const base::Id id = office.open();
  EXPECT_EQ(office.operate(id, 11, "accept_conditionally", {{"material", "identity_document"}}),
            "casework.not_deferrable");
  EXPECT_EQ(office.operate(id, 11, "accept_conditionally", {{"material", "health_certificates"}}), "");
  EXPECT_EQ(office.operate(id, 11, "accept_conditionally", {{"material", "health_certificates"}}),
            "casework.promise_twice");
  const auto open = [&] {
    return office.store->read_value(
        [&](storage::Snapshot& snapshot) { return open_promises(snapshot, system_scope(), 10); });
  };
  ASSERT_EQ(open().size(), 1u);
  EXPECT_EQ(calendar::to_text(open()[0].due), "2026-03-16");
  EXPECT_EQ(office.operate(id, 13, "express"), "");
  EXPECT_EQ(office.operate(id, 13, "express"), "casework.express_already");
  EXPECT_EQ(office.tasks(id).at(0).priority, 90);
  EXPECT_EQ(office.operate(id, 11, "settle_promise", {{"material", "layout_plan"}, {"kept", true}}),
            "casework.promise_unknown");
  EXPECT_EQ(office.operate(id, 11, "settle_promise", {{"material", "health_certificates"}, {"kept", true}}), "");
  EXPECT_TRUE(open().empty());
  office.expect_replay(id);
}

TEST(operate, refuses_what_is_unknown_stale_or_says_nothing) {
  Office office;
  const base::Id id = office.open();
  EXPECT_EQ(office.operate(id, 13, "fly"), "casework.operation_unknown");
  EXPECT_EQ(office.operate(id, 13, "remind"), "casework.operation_not_yours");
  EXPECT_EQ(office.operate({99}, 13, "express"), "casework.case_unknown");
  EXPECT_EQ(office.operate(id, 13, "express", {{"reason", " "}}), "casework.reason_missing");
  EXPECT_EQ(office.operate(id, 12, "correct", {{"answers", feel::Value(feel::Context{{"moon", 1}})}}),
            "casework.fact_unknown");
  const auto stale = office.store->write_result([&](storage::Transaction& transaction) {
    return office.engine->operate(
        transaction, {.of_case = id, .operation = "express", .data = {{"reason", "x"}}, .expected_sequence = 7},
        office.as(13));
  });
  EXPECT_EQ(stale.error().code, "casework.stale");
}

TEST(delegation, lends_a_role_for_days_and_is_taken_back) {
  Office office;
  const base::Id id = office.open();
  const calendar::Date today = calendar::local_date(office.now);
  const auto give = [&](const Delegation& delegation) {
    return office.store->write_result(
        [&](storage::Transaction& transaction) { return delegate(transaction, delegation, office.as(11)); });
  };
  Delegation wanted{.id = {500},
                    .division = {},
                    .from_person = {},
                    .to_person = {14},
                    .role = "window_clerk",
                    .service = {},
                    .valid_from = today,
                    .valid_to = {today.days + 3},
                    .reason = "休假"};
  EXPECT_EQ(office.complete(id, 14, "accept_application", accept), "casework.not_yours");
  Delegation wrong = wanted;
  wrong.role = "food_examiner";
  EXPECT_EQ(give(wrong).error().code, "casework.role_unknown");
  wrong = wanted;
  wrong.valid_to = {today.days + 400};
  EXPECT_EQ(give(wrong).error().code, "casework.delegation_days");
  wrong = wanted;
  wrong.to_person = {11};
  EXPECT_EQ(give(wrong).error().code, "casework.person_unfit");
  ASSERT_TRUE(give(wanted));
  const auto take = [&](base::Id which, int person) {
    return office.store->write_result(
        [&](storage::Transaction& transaction) { return revoke_delegation(transaction, which, office.as(person)); });
  };
  EXPECT_EQ(take({501}, 11).error().code, "casework.delegation_unknown");
  EXPECT_EQ(take({500}, 14).error().code, "casework.delegation_unknown");
  const base::Id second = office.open();
  EXPECT_EQ(office.complete(id, 14, "accept_application", accept), "");
  ASSERT_TRUE(take({500}, 11));
  EXPECT_EQ(office.complete(second, 14, "accept_application", accept), "casework.not_yours");
}

TEST(remind, tells_once_before_the_day_and_once_after) {
  Office office;
  const base::Id id = office.open();
  EXPECT_EQ(office.engine->remind(*office.store, office.now, 10), 1);  // promised for the next working day
  EXPECT_EQ(office.engine->remind(*office.store, office.now, 10), 0);
  office.now = office.now.plus_us(3 * day_us);
  EXPECT_EQ(office.engine->remind(*office.store, office.now, 10), 1);
  EXPECT_EQ(office.engine->remind(*office.store, office.now, 10), 0);
  EXPECT_EQ(office.tasks(id).at(0).priority, 90);
  EXPECT_EQ(office.load(id).conduct.escalated.size(), 1u);
  office.expect_replay(id);
}

TEST(remind, tells_co_signers_each_working_day_until_they_have_signed) {
  Office office;
  const base::Id id = office.open();
  const auto task = feel::Value(office.key(id, "accept_application"));
  ASSERT_EQ(office.operate(id, 11, "countersign", {{"task", task}, {"person", base::to_text(base::Id{14})}}), "");
  const auto reminders = [&] { return office.load(id).conduct.signatures.at(0).reminders; };
  office.engine->remind(*office.store, office.now, 10);
  EXPECT_EQ(reminders(), 0) << "asked today";
  int told = 0;
  for (int day = 0; day < 7; ++day) {
    office.now = office.now.plus_us(day_us);
    office.engine->remind(*office.store, office.now, 10);
    office.engine->remind(*office.store, office.now.plus_us(1'000'000), 10);
    told += office.engine->catalogue().calendar.is_working_day(calendar::local_date(office.now)).value() ? 1 : 0;
    EXPECT_EQ(reminders(), told);
  }
  ASSERT_GT(told, 3);
  ASSERT_LT(told, 7) << "nobody is told on a day of rest";
  ASSERT_EQ(office.operate(id, 14, "sign", {{"task", task}, {"agree", true}, {"reason", "同意"}}), "");
  office.now = office.now.plus_us(3 * day_us);
  office.engine->remind(*office.store, office.now, 10);
  EXPECT_EQ(reminders(), told);
  office.expect_replay(id);
}

TEST(remind, leaves_the_form_of_somebody_who_has_it_open_valid) {
  Office office;
  const base::Id id = office.open();
  const std::int64_t seen = office.load(id).head.sequence;
  ASSERT_EQ(office.engine->remind(*office.store, office.now, 10), 1);
  ASSERT_GT(office.load(id).head.sequence, seen);
  const TaskId task{id, static_cast<bpmn::Key>(office.key(id, "accept_application"))};
  const auto complete = [&](std::int64_t sequence) {
    return office.store->write_result([&](storage::Transaction& transaction) {
      return office.engine->complete_task(transaction, task, accept, sequence, office.as(11));
    });
  };
  EXPECT_EQ(complete(seen + 99).error().code, "casework.stale");
  EXPECT_TRUE(complete(seen));
}

/// The same catalogue on a calendar with one more day of rest.
std::shared_ptr<const catalogue::Catalogue> with_rest_day(const catalogue::Catalogue& old, calendar::Date rest) {
  std::vector<calendar::YearPlan> plans;
  for (const std::int64_t year : old.calendar.years()) {
    calendar::YearPlan plan{.year = year};
    const calendar::Date first = *calendar::date_of({year, 1, 1});
    plan.provisional = old.calendar.is_provisional(first);
    for (calendar::Date day = first; calendar::civil_of(day).year == year; ++day.days) {
      const bool works = old.calendar.is_working_day(day).value() && day != rest;
      if (works != (calendar::weekday(day) <= 5))
        plan.days.push_back(
            {.date = day, .kind = works ? calendar::DayKind::makeup_workday : calendar::DayKind::holiday});
    }
    plans.push_back(std::move(plan));
  }
  auto changed = std::make_shared<catalogue::Catalogue>(old);
  changed->calendar = calendar::Calendar::of(std::move(plans)).value();
  return changed;
}

TEST(replan, goes_through_open_cases_in_pieces) {
  Office office;
  for (int number = 0; number < 5; ++number) office.open();
  while (office.engine->replan(*office.store, office.now, 2).has_more) {
  }
  office.use(with_rest_day(office.engine->catalogue(), {calendar::local_date(office.now).days + 1}));
  std::vector<int> changed;
  for (bool has_more = true; has_more;) {
    const auto done = office.engine->replan(*office.store, office.now, 2);
    changed.push_back(done.changed);
    has_more = done.has_more;
  }
  EXPECT_EQ(changed, (std::vector<int>{2, 2, 1}));
  EXPECT_EQ(office.engine->replan(*office.store, office.now, 2).changed, 0);
  EXPECT_FALSE(office.engine->replan(*office.store, office.now, 2).has_more);
}

TEST(replan, moves_the_days_of_stored_cases_once_when_the_calendar_changes) {
  Office office;
  const base::Id id = office.open();
  const base::Id ended = office.open();
  EXPECT_EQ(office.operate(ended, 11, "withdraw", {{"channel", "phone"}}), "");
  EXPECT_EQ(office.engine->replan(*office.store, office.now, 100).changed, 0);  // the first start: nothing moves
  const auto promised = office.load(id).head.promised_day;
  const auto legal = office.clock(id, "acceptance").legal->due;
  ASSERT_TRUE(promised && legal);
  const std::int64_t sequence = office.load(ended).head.sequence;

  // A holiday is proclaimed for tomorrow, a day that both limits count.
  const calendar::Date tomorrow{calendar::local_date(office.now).days + 1};
  const auto before = office.engine->catalogue().calendar;
  office.use(with_rest_day(office.engine->catalogue(), tomorrow));
  EXPECT_EQ(office.engine->replan(*office.store, office.now, 100).changed, 1);
  EXPECT_EQ(office.engine->replan(*office.store, office.now, 100).changed, 0);
  const auto later = office.clock(id, "acceptance").legal->due;
  ASSERT_TRUE(later);
  EXPECT_EQ(*later, calendar::add_working_days(*legal, 1, before).value());
  EXPECT_EQ(office.load(id).head.promised_day, calendar::add_working_days(*promised, 1, before).value());
  EXPECT_EQ(office.tasks(id).at(0).due, office.clock(id, "acceptance").promised->due);
  EXPECT_EQ(office.load(ended).head.sequence, sequence);

  // Silence accepts after the new day, not after the old one.
  EXPECT_EQ(office.engine->fire_due_timers(*office.store, calendar::start_of({legal->days + 1}), 10), 0);
  office.expect_replay(id);
  office.now = calendar::start_of({later->days + 1});
  EXPECT_EQ(office.engine->fire_due_timers(*office.store, office.now, 10), 1);
  EXPECT_EQ(office.waiting(id), "registration_examine food_examine");
  office.expect_replay(id);
}

/// Every operation in every order: refused or done, the events alone give the case, no token is lost, and no limit
/// starts again.
TEST(operate, in_any_order_leaves_a_case_that_its_events_explain) {
  Office office;
  const char* operations[] = {
      "suspend",        "resume",  "extend",     "send_back",   "withdraw", "terminate",      "reopen",
      "correct",        "assign",  "add_signer", "countersign", "sign",     "dismiss_signer", "accept_conditionally",
      "settle_promise", "express", "assist"};
  const base::Instant start = office.now;
  int done = 0;
  for (unsigned seed = 1; seed <= 100; ++seed) {
    std::mt19937 random(seed);
    office.now = start;
    const base::Id id = office.open();
    const auto opened_on = office.clock(id, "joint").started_on;
    for (int step = 0; step < 24; ++step) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", step " + std::to_string(step));
      office.now = office.now.plus_us(static_cast<std::int64_t>(random() % 30) * day_us / 24);
      const auto open = office.tasks(id);
      const std::int64_t key = open.empty() ? 0 : open[random() % open.size()].id.key;
      if (random() % 3 == 0 && !open.empty()) {
        office.complete(id, 11 + static_cast<int>(random() % 4), open[random() % open.size()].element,
                        {{"outcome", "accept"}, {"needs_inspection", false}});
      } else {
        const char* steps[] = {"accept_application", "registration_examine", "food_examine"};
        const char* clocks[] = {"licence", "permit"};
        const int person = 11 + static_cast<int>(random() % 4);
        const auto code = office.operate(id, person, operations[random() % std::size(operations)],
                                         {{"task", feel::Value(key)},
                                          {"to", steps[random() % 3]},
                                          {"clock", clocks[random() % 2]},
                                          {"told", "电话"},
                                          {"person", base::to_text(base::Id{11 + static_cast<int>(random() % 4)})},
                                          {"agree", random() % 4 != 0},
                                          {"material", "health_certificates"},
                                          {"kept", true},
                                          {"channel", "phone"}});
        done += code.empty();
      }
      office.expect_rebuilt(id);
      const auto joint = office.clock(id, "joint");
      EXPECT_EQ(joint.started_on, opened_on);
      const Case loaded = office.load(id);
      EXPECT_EQ(loaded.instance.ended(), loaded.head.ended_at.has_value());
      EXPECT_TRUE(loaded.instance.ended() || !loaded.instance.waits().empty());
      if (HasFailure()) return;
    }
    EXPECT_EQ(office.findings(), "") << "seed " << seed;
  }
  EXPECT_GT(done, 200);
}

}  // namespace
}  // namespace casework
