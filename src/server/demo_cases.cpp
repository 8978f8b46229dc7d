/// The demonstration's cases: those of 2019 behind the account's figures, and those of today in every state.
#include <array>

#include "demo.h"

namespace server {
namespace {

/// How many joint cases the account reports for 2019, up to the end of November.
/// Source: [ART] F-09, F-10.
constexpr int cases_of_2019_count = 204;
constexpr int more_cases_count = 260;
/// Cases made in one transaction: one sync to the disk serves them all.
constexpr int cases_together = 20;

}  // namespace

base::Result<void> District::cases_of_2019() {
  anchor_ = day_of(2019, 11, 29);
  constexpr std::array<const char*, 5> grades = {"very_satisfied", "satisfied", "very_satisfied", "fairly_satisfied",
                                                 ""};
  for (int first = 0; first < cases_of_2019_count; first += cases_together) {
    TRY(std::ignore, together([&]() -> base::Result<void> {
          for (int i = first; i < std::min(first + cases_together, cases_of_2019_count); ++i) {
            // From the last working day of November back to the first ones of January.
            const int days_ago = 6 + i * 214 / cases_of_2019_count;
            TRY(std::ignore, finished_case(next_citizen(), days_ago, i % 5 == 0, true,
                                           grades[static_cast<std::size_t>(i) % grades.size()]));
          }
          return {};
        }));
  }
  anchor_ = today_;
  return {};
}

base::Result<void> District::case_at(int stage, std::size_t citizen, int days_ago, bool company) {
  TRY(const base::Id id, submit(citizen, days_ago, company));
  if (stage == 0) return {};
  if (stage == 1) return ask_correction(id, days_ago - 1);
  if (stage == 2) return not_accept(id, days_ago - 1);
  if (stage == 3) return withdraw(id, citizen, days_ago - 1);
  TRY(std::ignore, accept(id, days_ago - 1));
  if (stage == 4) return {};
  TRY(std::ignore, review_food(id, days_ago - 2));
  TRY(std::ignore, register_entity(id, days_ago - 2, stage != 5));
  if (stage <= 6) return {};
  TRY(std::ignore, inspect(id, days_ago - 3, stage == 7 ? "rectify" : "pass"));
  if (stage <= 8) return {};
  return decide_food(id, days_ago - 4, stage == 9);
}

base::Result<void> District::more_cases() {
  constexpr int stages = 11;
  constexpr std::array<const char*, 6> grades = {"very_satisfied",   "satisfied",      "",
                                                 "fairly_satisfied", "very_satisfied", "dissatisfied"};
  for (int first = 0; first < more_cases_count; first += cases_together) {
    TRY(std::ignore, together([&]() -> base::Result<void> {
          for (int i = first; i < std::min(first + cases_together, more_cases_count); ++i) {
            const bool company = pick(4) == 0;
            if (i % 2 == 0) {
              TRY(std::ignore, finished_case(next_citizen(), 6 + static_cast<int>(pick(220)), company, pick(9) != 0,
                                             grades[pick(grades.size())]));
            } else {
              // What waits longest is late: a few of those too.
              const int days_ago = 4 + static_cast<int>(pick(pick(5) == 0 ? 20 : 5));
              TRY(std::ignore, case_at(i / 2 % stages, next_citizen(), days_ago, company));
            }
          }
          return {};
        }));
  }
  return {};
}

base::Result<void> District::cases() {
  for (const int days : {0, 1, 3}) {
    TRY(std::ignore, apply(next_citizen(), days, days == 1));
  }
  for (const int days : {0, 0, 1, 1, 2, 3, 4}) {
    TRY(std::ignore, submit(next_citizen(), days, days == 2));
  }
  for (const int days : {2, 3, 6}) {
    TRY(const base::Id id, submit(next_citizen(), days, false));
    TRY(std::ignore, ask_correction(id, days - 1));
  }
  for (const int days : {1, 2, 4, 5}) {
    TRY(const base::Id id, submit(next_citizen(), days, days == 4));
    TRY(std::ignore, accept(id, days - 1));
  }
  for (const int days : {3, 5}) {
    TRY(const base::Id id, submit(next_citizen(), days, false));
    TRY(std::ignore, accept(id, days - 1));
    TRY(std::ignore, register_entity(id, days - 1, true));
    TRY(std::ignore, review_food(id, days - 2));
  }
  for (const int days : {6, 8}) {
    TRY(const base::Id id, submit(next_citizen(), days, false));
    TRY(std::ignore, accept(id, days - 1));
    TRY(std::ignore, register_entity(id, days - 1, true));
    TRY(std::ignore, review_food(id, days - 2));
    TRY(std::ignore, inspect(id, days - 3, days == 6 ? "rectify" : "pass"));
  }
  for (const int days : {9, 10, 12}) {
    TRY(std::ignore, finished_case(next_citizen(), days, days == 10, true, nullptr));
  }
  constexpr std::array<const char*, 5> grades = {"very_satisfied", "satisfied", "", "fairly_satisfied",
                                                 "very_satisfied"};
  for (int i = 0; i < 10; ++i) {
    TRY(std::ignore,
        finished_case(next_citizen(), 10 + i * 3, i % 4 == 1, i % 5 != 3, grades[static_cast<std::size_t>(i) % 5]));
  }
  {
    TRY(const base::Id id, submit(next_citizen(), 7, false));
    TRY(std::ignore, accept(id, 6));
    TRY(std::ignore, review_food(id, 6));
    TRY(std::ignore, register_entity(id, 5, false));
  }
  {
    TRY(const base::Id id, submit(next_citizen(), 9, false));
    TRY(std::ignore, not_accept(id, 8));
  }
  const std::size_t withdrawing = next_citizen();
  TRY(const base::Id id, submit(withdrawing, 5, false));
  return withdraw(id, withdrawing, 4);
}

}  // namespace server
