/// The sentences of a derivation, in both languages.
#pragma once

#include <string>
#include <vector>

#include "kernel/calendar/calendar.h"

namespace calendar {

/// "2026年10月1日至7日" / "1 to 7 October 2026"; one day is written alone.
base::Text range_text(Date first, Date last);

/// "国庆节" / "National Day"; "国庆节调休上班" / "make-up workday for National Day". An unknown name gets a general
/// English word.
base::Text name_text(const std::string& name, DayKind kind);

/// "自2026年11月24日受理,当日不计,自次日起算。"
base::Text start_sentence(Date start, const base::Text& event);
base::Text limit_sentence(Span limit);
base::Text extension_sentence(Span extension);
/// The holidays and make-up workdays on the days after `after` up to and including `until`.
std::vector<base::Text> holiday_sentences(Date after, Date until, const Calendar& calendar);
/// Units: `given_back` in `unit`.
base::Text pause_sentence(Date first, Date last, int given_back, Unit unit, const base::Text& reason);
base::Text open_pause_sentence(const Pause& pause, int used, int left, Unit unit);
base::Text last_day_sentence(Date last, int count, Unit unit);
/// Why `rest_day` moves the end to `due`.
base::Text roll_sentence(Date rest_day, Date due, const Calendar& calendar);
base::Text provisional_sentence(const std::vector<std::int64_t>& years);

}  // namespace calendar
