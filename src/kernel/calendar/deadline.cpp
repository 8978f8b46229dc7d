/// Counting limits: one walk over the days serves every unit, with and without pauses.
#include "kernel/calendar/calendar.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "kernel/calendar/due.h"
#include "words.h"

namespace calendar {
namespace {

base::Error limit_invalid(base::Text message) {
  return {.kind = base::Refusal::invalid, .code = "calendar.limit_invalid", .message = std::move(message)};
}

base::Result<void> check_limit(Span limit) {
  if (limit.count < 1) return limit_invalid({"期限应为1或更大的整数", "a limit must be a whole number of 1 or more"});
  const int per_year = limit.unit == Unit::years ? 1 : limit.unit == Unit::months ? 12 : 366;
  if (limit.count > limit_years_max * per_year)
    return limit_invalid({"期限过长,不应超过" + std::to_string(limit_years_max) + "年,请核对单位",
                          "the limit is longer than " + std::to_string(limit_years_max) + " years; check the unit"});
  return base::done();
}

/// Days that do not count: after `after` up to and including `last`; without `last`, all days after.
struct Gap {
  std::int64_t after = 0;
  std::optional<std::int64_t> last;
  const Pause* pause = nullptr;
  bool has(Date date) const { return date.days > after && (!last || date.days <= *last); }
};

/// The pauses in order of time, cut so that no day is in two of them.
base::Result<std::vector<Gap>> gaps_of(std::span<const Pause> pauses, Date start) {
  std::vector<Gap> gaps;
  for (const Pause& pause : pauses) {
    if (pause.to && *pause.to < pause.from)
      return base::Error{
          .kind = base::Refusal::invalid,
          .code = "calendar.pause_invalid",
          .message = {"暂停的结束日" + to_text(*pause.to) + "早于开始日" + to_text(pause.from) + ",请改正",
                      "the pause ends on " + to_text(*pause.to) + ", before it begins on " + to_text(pause.from) +
                          "; correct it"}};
    gaps.push_back(
        {.after = pause.from.days, .last = pause.to ? std::optional(pause.to->days) : std::nullopt, .pause = &pause});
  }
  std::ranges::stable_sort(gaps, {}, &Gap::after);
  std::vector<Gap> cut;
  std::int64_t taken = start.days;
  for (Gap gap : gaps) {
    gap.after = std::max(gap.after, taken);
    if (gap.last && *gap.last <= gap.after) continue;
    cut.push_back(gap);
    if (!gap.last) break;
    taken = *gap.last;
  }
  return cut;
}

/// What every step of the walk needs to know.
struct Count {
  Date start;
  Unit unit;
  /// Units: working days, or calendar days for every other unit.
  int total = 0;
  std::vector<Gap> gaps;
  const Calendar& calendar;

  const Gap* gap_at(Date date) const {
    const auto gap = std::ranges::find_if(gaps, [&](const Gap& one) { return one.has(date); });
    return gap == gaps.end() ? nullptr : &*gap;
  }
  base::Result<bool> is_counted(Date date) const {
    if (gap_at(date)) return false;
    if (unit != Unit::working_days) return true;
    return calendar.is_working_day(date);
  }
  /// The counted days after `from` up to and including `to`.
  base::Result<int> between(Date from, Date to) const {
    int count = 0;
    for (Date day{from.days + 1}; day <= to; ++day.days) {
      TRY(const bool counted, is_counted(day));
      count += counted ? 1 : 0;
    }
    return count;
  }
};

/// Where the count ends: `raw` by counting, `due` after moving off a rest day. Neither while a pause is open.
struct End {
  std::optional<Date> raw;
  std::optional<Date> due;
};

base::Result<End> end_of(const Count& count) {
  End end;
  int counted = 0;
  Date day = count.start;
  while (counted < count.total) {
    ++day.days;
    const Gap* gap = count.gap_at(day);
    if (gap && !gap->last) return End{};
    TRY(const bool counts, count.is_counted(day));
    counted += counts ? 1 : 0;
  }
  end.raw = day;
  // Only a limit in working days ends on a working day by itself. [MFD-203]
  while (true) {
    TRY(const bool working, count.calendar.is_working_day(day));
    const Gap* gap = count.gap_at(day);
    if (gap && !gap->last) return End{};
    if (working && !gap) break;
    ++day.days;
  }
  end.due = day;
  return end;
}

base::Result<Span> total_of(Span limit, std::span<const Span> extensions) {
  TRY(std::ignore, check_limit(limit));
  Span total = limit;
  for (const Span& extension : extensions) {
    TRY(std::ignore, check_limit(extension));
    if (extension.unit != limit.unit)
      return limit_invalid(
          {"延长的期限应与原期限使用同一单位", "an extension must be in the unit of the limit itself"});
    total.count += extension.count;
    TRY(std::ignore, check_limit(total));
  }
  return total;
}

/// Months and years are turned into the calendar days they have from `start`, so that pauses can be taken out.
/// [MFD-202]
base::Result<int> days_to_count(Date start, Span total) {
  if (total.unit == Unit::working_days || total.unit == Unit::calendar_days) return total.count;
  const std::optional<Date> end = plus_months(start, std::int64_t{total.count} * (total.unit == Unit::years ? 12 : 1));
  if (!end) return limit_invalid({"期限超出可计算的日期范围", "the limit leaves the range of dates"});
  return static_cast<int>(end->days - start.days);
}

std::vector<std::int64_t> provisional_years(Date first, Date last, const Calendar& calendar) {
  std::set<std::int64_t> years;
  for (Date day = first; day <= last; ++day.days)
    if (calendar.is_provisional(day)) years.insert(civil_of(day).year);
  return {years.begin(), years.end()};
}

bool is_provisional(const Count& count, const End& end) {
  if (!end.due) return false;
  const Date first_leaning = count.unit == Unit::working_days ? count.start : *end.raw;
  return !provisional_years(first_leaning, *end.due, count.calendar).empty();
}

base::Result<Count> count_of(Date start, Span total, std::span<const Pause> pauses, const Calendar& calendar) {
  TRY(const int days, days_to_count(start, total));
  TRY(std::vector<Gap> gaps, gaps_of(pauses, start));
  return Count{.start = start, .unit = total.unit, .total = days, .gaps = std::move(gaps), .calendar = calendar};
}

/// The pauses that took something out before `until`, one sentence each.
base::Result<std::vector<Reason>> pause_reasons(const Count& count, std::optional<Date> until) {
  std::vector<Reason> reasons;
  Count all_days = count;
  all_days.gaps.clear();
  for (const Gap& gap : count.gaps) {
    if (!gap.last || (until && gap.after >= until->days)) break;
    TRY(const int given_back, all_days.between({gap.after}, {*gap.last}));
    reasons.push_back({pause_sentence({gap.after + 1}, {*gap.last}, given_back, count.unit, gap.pause->reason)});
  }
  return reasons;
}

/// How much is used and left on `today`; see Running.
base::Result<void> fill_usage(const Count& count, const End& end, Date today, Running& running) {
  const Date used_until = end.due ? std::min(today, *end.due) : today;
  TRY(running.used, count.between(count.start, used_until));
  if (!end.due) {
    running.left = std::max(0, count.total - running.used);
  } else if (today <= *end.due) {
    TRY(running.left, count.between(std::max(today, count.start), *end.due));
  } else {
    Count after = count;
    after.gaps.clear();  // a pause cannot save a limit that has already passed
    TRY(const int overdue, after.between(*end.due, today));
    running.left = -overdue;
  }
  return base::done();
}

/// The sentences after the start and the limit: what was skipped, what was given back, where it ends.
base::Result<std::vector<Reason>> end_reasons(const Count& count, const End& end, Span total, const Running& running) {
  std::vector<Reason> reasons;
  const auto say = [&](base::Text text) { reasons.push_back({std::move(text)}); };
  const bool in_working_days = count.unit == Unit::working_days;
  if (in_working_days) {
    const Date until = end.due ? *end.due : Date{count.gaps.back().after};
    for (base::Text& sentence : holiday_sentences(count.start, until, count.calendar)) say(std::move(sentence));
  }
  TRY(std::vector<Reason> pauses, pause_reasons(count, end.due));
  std::ranges::move(pauses, std::back_inserter(reasons));
  if (!end.due) {
    say(open_pause_sentence(*count.gaps.back().pause, running.used, running.left, count.unit));
    return reasons;
  }
  say(last_day_sentence(*end.raw, total.count, count.unit));
  if (*end.raw != *end.due) say(roll_sentence(*end.raw, *end.due, count.calendar));
  const Date first_leaning = in_working_days ? count.start : *end.raw;
  const std::vector<std::int64_t> years = provisional_years(first_leaning, *end.due, count.calendar);
  if (!years.empty()) say(provisional_sentence(years));
  return reasons;
}

}  // namespace

base::Result<Running> run(Date start, Span limit, std::span<const Span> extensions, std::span<const Pause> pauses,
                          Date today, const Calendar& calendar, const base::Text& event) {
  TRY(const Span total, total_of(limit, extensions));
  TRY(const Count count, count_of(start, total, pauses, calendar));
  TRY(const End end, end_of(count));

  Running running{.due = end.due, .provisional = is_provisional(count, end)};
  TRY(std::ignore, fill_usage(count, end, today, running));

  running.derivation.push_back({start_sentence(start, event)});
  running.derivation.push_back({limit_sentence(limit)});
  for (const Span& extension : extensions) running.derivation.push_back({extension_sentence(extension)});
  TRY(std::vector<Reason> reasons, end_reasons(count, end, total, running));
  std::ranges::move(reasons, std::back_inserter(running.derivation));
  return running;
}

base::Result<Due> due_of(Date start, Span limit, std::span<const Span> extensions, std::span<const Pause> pauses,
                         const Calendar& calendar) {
  TRY(const Span total, total_of(limit, extensions));
  TRY(const Count count, count_of(start, total, pauses, calendar));
  TRY(const End end, end_of(count));
  return Due{.day = end.due, .provisional = is_provisional(count, end)};
}

base::Result<Deadline> deadline_after(Date start, Span limit, const Calendar& calendar, const base::Text& event) {
  TRY(Running running, run(start, limit, {}, {}, start, calendar, event));
  CHECK(running.due.has_value());
  return Deadline{.due = *running.due, .provisional = running.provisional, .derivation = std::move(running.derivation)};
}

base::Result<Date> add_working_days(Date start, int count, const Calendar& calendar) {
  const int step = count < 0 ? -1 : 1;
  Date day = start;
  for (std::int64_t counted = 0; counted != count;) {
    day.days += step;
    TRY(const bool working, calendar.is_working_day(day));
    counted += working ? step : 0;
  }
  return day;
}

base::Result<int> working_days_between(Date from, Date to, const Calendar& calendar) {
  const Date last = std::max(from, to);
  int count = 0;
  for (Date day{std::min(from, to).days + 1}; day <= last; ++day.days) {
    TRY(const bool working, calendar.is_working_day(day));
    count += working ? 1 : 0;
  }
  return from <= to ? count : -count;
}

}  // namespace calendar
