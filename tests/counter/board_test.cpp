/// The deadlines board: every number is the length of its list, and the piles are those of the rules.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "databases_of.h"
#include "modules/deadlines/deadlines.h"

namespace {

using access_control::Scope;
using deadlines::Filter;

const Scope whole = Scope::of_division("430211");
const calendar::Date today = *calendar::parse_date("2026-11-25");

calendar::Calendar calendar_of_2026() {
  return calendar::Calendar::of({calendar::YearPlan{.year = 2026}}).value();
}

struct Made {
  base::Id id;
  std::optional<calendar::Date> next;
  std::optional<calendar::Date> legal;
  bool paused = false;
  bool ended = false;
  std::string office;
};

class Board : public counter::OnBoth {
 protected:
  Board() {
    EXPECT_TRUE(store->migrate(casework::migrations()));
    std::mt19937 random(20261125);
    store->write([&](storage::Transaction& transaction) {
      for (int number = 1; number <= 300; ++number) make(transaction, random, number);
      return true;
    });
  }

  void make(storage::Transaction& transaction, std::mt19937& random, int number) {
    const auto text = [](const std::optional<calendar::Date>& day) {
      return day ? calendar::to_text(*day) : std::string("9999-12-31");
    };
    Made one{.id = {number}, .next = {}, .legal = {}, .office = random() % 4 == 0 ? "river" : "centre"};
    if (random() % 4 != 0) one.next = calendar::Date{today.days - 6 + static_cast<std::int64_t>(random() % 14)};
    if (one.next && random() % 2 == 0)
      one.legal = calendar::Date{one.next->days + static_cast<std::int64_t>(random() % 4)};
    one.paused = !one.next && random() % 2 == 0;
    one.ended = random() % 10 == 0;
    const char* reason = random() % 2 == 0 ? "申请人补正" : "现场核查";
    transaction.execute(
        "INSERT INTO cases (id, division, office, number, service, service_version, applicant, title, state, instance, "
        "marks, opened_at, ended_at, promised_day, sequence, next_day, next_clock, legal_day, paused_on, paused_zh, "
        "paused_en) VALUES (?, '430211', ?, ?, ?, 'v', 1, '试', 'accepted', '', '', 0, ?, ?, 1, ?, 'joint', ?, ?, ?, "
        "'why')",
        {one.id, one.office, "N" + std::to_string(number), random() % 3 == 0 ? "move" : "open-restaurant",
         one.ended ? storage::Datum(std::int64_t{1}) : storage::Datum(), text(one.next), text(one.next),
         text(one.legal), one.paused ? text(calendar::Date{today.days - 3}) : text({}), one.paused ? reason : ""});
    for (int task = 1; task <= 2; ++task)
      transaction.execute(
          "INSERT INTO tasks (case_id, task_key, division, office, element, candidate_group, form, assignee, "
          "opened_at, "
          "due_day, priority, done_at, done_by) VALUES (?, ?, '430211', ?, 'e', ?, '', 0, 0, ?, ?, ?, 0)",
          {one.id, task, one.office, task == 1 ? "window_clerk" : "food_examiner", text(one.next),
           number % 17 == 0 ? 90 : 50,
           task == 2 && number % 2 == 0 ? storage::Datum(std::int64_t{1}) : storage::Datum()});
    if (number % 5 == 0)
      transaction.execute(
          "INSERT INTO promises (case_id, material, division, office, made_at, due_day, kept) "
          "VALUES (?, 'health_certificates', '430211', ?, ?, ?, ?)",
          {one.id, one.office, calendar::start_of({today.days - number % 50}).plus_us(3'600'000'000),
           calendar::Date{today.days + 3 - number % 7}, number % 15 == 0 ? storage::Datum(true) : storage::Datum()});
    if (!one.ended) made.push_back(one);
  }

  deadlines::Board board(const Scope& scope = whole) {
    return store
        ->read_value(
            [&](storage::Snapshot& snapshot) { return deadlines::board(snapshot, scope, calendar_of_2026(), today); })
        .value();
  }
  /// Every case of the list, read page by page.
  std::vector<deadlines::CaseRow> all(const Filter& filter, const Scope& scope = whole) {
    std::vector<deadlines::CaseRow> rows;
    std::string cursor;
    for (;;) {
      const auto page = store
                            ->read_value([&](storage::Snapshot& snapshot) {
                              return deadlines::cases(snapshot, scope, filter, calendar_of_2026(), today, 7, cursor);
                            })
                            .value();
      for (const auto& row : page.cases) rows.push_back(row);
      if (!page.next) {
        EXPECT_EQ(page.total, static_cast<std::int64_t>(rows.size()));
        return rows;
      }
      cursor = *page.next;
    }
  }
  std::int64_t length(const Filter& filter) { return static_cast<std::int64_t>(all(filter).size()); }

  std::vector<Made> made;
};

TEST_P(Board, lays_each_open_case_where_the_rule_says) {
  const auto until = deadlines::soon_until(today, calendar_of_2026()).value();
  std::map<std::string, std::int64_t> expected;
  for (const Made& one : made)
    ++expected[std::string(deadlines::name_of(deadlines::pile_of({one.next, one.paused}, today, until)).id)];
  const auto shown = board();
  std::int64_t sum = 0;
  for (const auto& pile : shown.piles) {
    EXPECT_EQ(pile.count, expected[pile.id]) << pile.id;
    EXPECT_EQ(pile.count, length({.pile = deadlines::parse_pile(pile.id)})) << pile.id;
    sum += pile.count;
  }
  EXPECT_EQ(shown.open, static_cast<std::int64_t>(made.size()));
  EXPECT_EQ(sum, shown.open);
}

TEST_P(Board, opens_behind_every_number_as_many_cases_as_it_says) {
  const auto shown = board();
  std::int64_t by_law = 0;
  for (const Made& one : made) by_law += one.legal && *one.legal < today;
  for (const auto& mark : shown.marks) {
    EXPECT_EQ(mark.count, length({.mark = deadlines::parse_mark(mark.id)})) << mark.id;
    EXPECT_GT(mark.count, 0) << mark.id;
    if (mark.id == "late_by_law") {
      EXPECT_EQ(mark.count, by_law);
    }
  }
  ASSERT_FALSE(shown.days.empty());
  for (const auto& day : shown.days) EXPECT_EQ(day.count, length({.due = day.day}));
  ASSERT_EQ(shown.services.size(), 2u);
  for (const auto& line : shown.services) {
    EXPECT_EQ(line.open, length({.service = line.id}));
    EXPECT_EQ(line.late, length({.pile = deadlines::Pile::late, .service = line.id}));
    EXPECT_EQ(line.paused, length({.pile = deadlines::Pile::paused, .service = line.id}));
  }
  ASSERT_EQ(shown.holders.size(), 2u);
  for (const auto& line : shown.holders) {
    EXPECT_EQ(line.cases, length({.holder = line.role}));
    EXPECT_EQ(line.late_cases, length({.holder = line.role, .holder_late = true}));
  }
  ASSERT_EQ(shown.pauses.size(), 2u);
  for (const auto& line : shown.pauses) EXPECT_EQ(line.count, length({.pause = line.reason.zh}));
}

TEST_P(Board, counts_unverified_promises_by_age) {
  const auto shown = board();
  std::int64_t all = 0;
  for (const auto& line : shown.promises) {
    const auto read = [&](bool overdue) {
      std::int64_t length = 0;
      std::string cursor;
      for (;;) {
        const auto page = store->read_value([&](storage::Snapshot& snapshot) {
          return deadlines::promises(snapshot, whole, deadlines::find_age(line.age), overdue, today, 3, cursor);
        });
        for (const auto& promise : page.promises) {
          EXPECT_EQ(deadlines::age_of(calendar::local_date(promise.made_at), today).id, line.age);
          EXPECT_TRUE(!overdue || promise.due < today);
          ++length;
        }
        if (!page.next) return length;
        cursor = *page.next;
      }
    };
    EXPECT_EQ(line.count, read(false)) << line.age;
    EXPECT_EQ(line.overdue, read(true)) << line.age;
    all += line.count;
  }
  EXPECT_EQ(all, 40);  // 60 made, every third verified
}

TEST_P(Board, shows_nobody_what_lies_outside_their_scope) {
  std::int64_t river = 0;
  for (const Made& one : made) river += one.office == "river";
  EXPECT_EQ(board(Scope::of_office("430211", "river")).open, river);
  EXPECT_EQ(static_cast<std::int64_t>(all({}, Scope::of_office("430211", "river")).size()), river);
  EXPECT_EQ(board(Scope::of_division("430212")).open, 0);
  EXPECT_EQ(board(Scope{}).open, 0);
  EXPECT_TRUE(all({}, Scope{}).empty());
}

TEST_P(Board, says_so_when_the_calendar_ends) {
  const auto refused = store->read_value([&](storage::Snapshot& snapshot) {
    return deadlines::board(snapshot, whole, calendar_of_2026(), *calendar::parse_date("2026-12-31"));
  });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "calendar.year_unknown");
}

INSTANTIATE_TEST_SUITE_P(databases, Board, testing::Values("sqlite", "postgresql"), counter::name_of_database);

}  // namespace
