#include <array>

#include "modules/deadlines/model.h"

namespace deadlines {

Pile pile_of(const Times& times, calendar::Date today, calendar::Date soon_until) {
  if (!times.next_day) return times.paused ? Pile::paused : Pile::no_clock;
  if (*times.next_day < today) return Pile::late;
  if (*times.next_day == today) return Pile::today;
  return *times.next_day <= soon_until ? Pile::soon : Pile::later;
}

base::Result<calendar::Date> soon_until(calendar::Date today, const calendar::Calendar& calendar) {
  return calendar::add_working_days(today, soon_working_days, calendar);
}

const Named& name_of(Pile pile) {
  static const Named late{"late", {"已超期", "Late"}};
  static const Named today{"today", {"今天到期", "Due today"}};
  static const Named soon{"soon", {"3个工作日内到期", "Due within 3 working days"}};
  static const Named later{"later", {"以后到期", "Due later"}};
  static const Named paused{"paused", {"暂停计时", "Paused"}};
  static const Named no_clock{"no_clock", {"没有在走的时限", "No clock runs"}};
  switch (pile) {
    case Pile::late:
      return late;
    case Pile::today:
      return today;
    case Pile::soon:
      return soon;
    case Pile::later:
      return later;
    case Pile::paused:
      return paused;
    case Pile::no_clock:
      break;
  }
  return no_clock;
}

std::span<const Pile> piles() {
  static constexpr std::array all = {Pile::late, Pile::today, Pile::soon, Pile::later, Pile::paused, Pile::no_clock};
  return all;
}

std::optional<Pile> parse_pile(std::string_view id) {
  for (const Pile pile : piles())
    if (name_of(pile).id == id) return pile;
  return std::nullopt;
}

const Named& name_of(Mark mark) {
  static const Named by_law{"late_by_law", {"超过法定期限", "Late by law"}};
  static const Named for_applicant{"late_for_applicant", {"超过承诺办结日", "Late against the day promised"}};
  static const Named express{"express", {"即来即办", "Express lane"}};
  switch (mark) {
    case Mark::late_by_law:
      return by_law;
    case Mark::late_for_applicant:
      return for_applicant;
    case Mark::express:
      break;
  }
  return express;
}

std::span<const Mark> marks() {
  static constexpr std::array all = {Mark::late_by_law, Mark::late_for_applicant, Mark::express};
  return all;
}

std::optional<Mark> parse_mark(std::string_view id) {
  for (const Mark mark : marks())
    if (name_of(mark).id == id) return mark;
  return std::nullopt;
}

std::span<const Age> ages() {
  static const std::array<Age, 4> all = {{{"week", {"7天以内", "Up to 7 days"}, 0, 7},
                                          {"fortnight", {"8至15天", "8 to 15 days"}, 8, 15},
                                          {"month", {"16至30天", "16 to 30 days"}, 16, 30},
                                          {"longer", {"超过30天", "More than 30 days"}, 31, {}}}};
  return all;
}

const Age* find_age(std::string_view id) {
  for (const Age& age : ages())
    if (age.id == id) return &age;
  return nullptr;
}

const Age& age_of(calendar::Date made_on, calendar::Date today) {
  const std::int64_t days = std::max<std::int64_t>(0, today.days - made_on.days);
  for (const Age& age : ages())
    if (days >= age.first && (!age.last || days <= *age.last)) return age;
  return ages().back();
}

}  // namespace deadlines
