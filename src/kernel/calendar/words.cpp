#include "words.h"

#include <algorithm>
#include <array>
#include <utility>

namespace calendar {
namespace {

std::string plural(int count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

/// How `used` and `left` are counted: in working days, or in calendar days for every other limit.
base::Text day_count(int count, Unit unit) {
  return to_text(Span{.count = count, .unit = unit == Unit::working_days ? unit : Unit::calendar_days});
}

}  // namespace

base::Text to_text(Span span) {
  const std::string count = std::to_string(span.count);
  switch (span.unit) {
    case Unit::working_days:
      return {count + "个工作日", plural(span.count, "working day")};
    case Unit::calendar_days:
      return {count + "日", plural(span.count, "day")};
    case Unit::months:
      return {count + "个月", plural(span.count, "month")};
    case Unit::years:
      return {count + "年", plural(span.count, "year")};
  }
  CHECK(false);
  return {};
}

base::Text range_text(Date first, Date last) {
  if (first == last) return {to_text_zh(first), to_text_en(first)};
  const Civil from = civil_of(first);
  const Civil to = civil_of(last);
  base::Text text{to_text_zh(first) + "至", to_text_en(first) + " to " + to_text_en(last)};
  if (from.year == to.year && from.month == to.month) {
    text.zh += std::to_string(to.day) + "日";
    text.en = std::to_string(from.day) + " to " + to_text_en(last);
  } else if (from.year == to.year) {
    text.zh += std::to_string(to.month) + "月" + std::to_string(to.day) + "日";
  } else {
    text.zh += to_text_zh(last);
  }
  return text;
}

base::Text name_text(const std::string& name, DayKind kind) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 8> names{{
      {"元旦", "New Year's Day"},
      {"春节", "Spring Festival"},
      {"清明", "Qingming Festival"},
      {"劳动节", "Labour Day"},
      {"端午", "Dragon Boat Festival"},
      {"中秋", "Mid-Autumn Festival"},
      {"国庆节", "National Day"},
      {"中国人民抗日战争暨世界反法西斯战争胜利70周年纪念日", "the 70th anniversary of victory"},
  }};
  const auto known = std::ranges::find_if(names, [&](const auto& pair) { return name.starts_with(pair.first); });
  if (kind == DayKind::holiday) return {name, known == names.end() ? "public holiday" : std::string(known->second)};
  return {name, known == names.end() ? "make-up workday" : "make-up workday for " + std::string(known->second)};
}

base::Text start_sentence(Date start, const base::Text& event) {
  base::Text text{"自" + to_text_zh(start) + (event.zh.empty() ? "起" : event.zh) + ",当日不计,自次日起算。",
                  "The limit runs from " + to_text_en(start)};
  if (!event.en.empty()) text.en += " (" + event.en + ")";
  text.en += "; that day does not count, counting begins the next day.";
  return text;
}

base::Text limit_sentence(Span limit) {
  const base::Text length = to_text(limit);
  switch (limit.unit) {
    case Unit::working_days:
      return {"期限为" + length.zh + ",周六、周日和法定节假日不计。",
              "The limit is " + length.en + "; Saturdays, Sundays and public holidays do not count."};
    case Unit::calendar_days:
      return {"期限为" + length.zh + ",按自然日计算,节假日也计入。",
              "The limit is " + length.en + ", counted as calendar days; rest days count."};
    case Unit::months:
    case Unit::years:
      return {"期限为" + length.zh + ",到期月的对应日为最后一日,没有对应日的为该月最后一日。",
              "The limit is " + length.en +
                  "; it ends on the corresponding day, or on the last day of the month if there is none."};
  }
  CHECK(false);
  return {};
}

base::Text extension_sentence(Span extension) {
  const base::Text length = to_text(extension);
  return {"经批准延长" + length.zh + "。", "It was extended by " + length.en + "."};
}

std::vector<base::Text> holiday_sentences(Date after, Date until, const Calendar& calendar) {
  std::vector<base::Text> sentences;
  const auto marked = [&](Date date) { return date <= until ? calendar.name_of(date) : std::nullopt; };
  const auto is_rest = [&](Date date) {
    const auto working = calendar.is_working_day(date);
    return working && !working.value();
  };
  for (Date day{after.days + 1}; day <= until; ++day.days) {
    const std::optional<std::string> name = marked(day);
    if (!name) continue;
    if (!is_rest(day)) {
      const base::Text what = name_text(*name, DayKind::makeup_workday);
      sentences.push_back(
          {to_text_zh(day) + "为" + what.zh + ",计入。", to_text_en(day) + " is a " + what.en + " and counts."});
      continue;
    }
    const Date first = day;
    base::Text names = name_text(*name, DayKind::holiday);
    bool has_weekday = weekday(day) <= 5;
    for (Date next{day.days + 1}; marked(next) && is_rest(next); ++next.days) {
      const base::Text more = name_text(*marked(next), DayKind::holiday);
      if (names.zh.find(more.zh) == std::string::npos) {
        names.zh += "、" + more.zh;
        names.en += " and " + more.en;
      }
      has_weekday = has_weekday || weekday(next) <= 5;
      day = next;
    }
    if (!has_weekday) continue;  // it only covers a Saturday or Sunday, which does not count anyway
    const base::Text range = range_text(first, day);
    sentences.push_back({"其间" + range.zh + names.zh + "放假,不计。",
                         (first == day ? range.en + " is a holiday (" : range.en + " are holidays (") + names.en +
                             (first == day ? ") and does not count." : ") and do not count.")});
  }
  return sentences;
}

base::Text pause_sentence(Date first, Date last, int given_back, Unit unit, const base::Text& reason) {
  const base::Text range = range_text(first, last);
  const base::Text length = day_count(given_back, unit);
  base::Text text{(reason.zh.empty() ? "" : "因" + reason.zh + ",") + range.zh + "暂停计算,扣除" + length.zh + "。",
                  "Paused " + range.en};
  if (!reason.en.empty()) text.en += " (" + reason.en + ")";
  text.en += ": " + length.en + (given_back == 1 ? " does not count." : " do not count.");
  return text;
}

base::Text open_pause_sentence(const Pause& pause, int used, int left, Unit unit) {
  const base::Text used_text = day_count(used, unit);
  const base::Text left_text = day_count(left, unit);
  base::Text text{(pause.reason.zh.empty() ? "" : "因" + pause.reason.zh + ",") + "自" + to_text_zh(pause.from) +
                      "起暂停(当日仍计),尚未恢复;已用" + used_text.zh + ",恢复后还剩" + left_text.zh +
                      ",到期日届时确定。",
                  "Paused after " + to_text_en(pause.from)};
  if (!pause.reason.en.empty()) text.en += " (" + pause.reason.en + ")";
  text.en += ", not resumed yet: " + used_text.en + " used, " + left_text.en +
             " left once it resumes; the due day is known then.";
  return text;
}

base::Text last_day_sentence(Date last, int count, Unit unit) {
  const std::string number = std::to_string(count);
  switch (unit) {
    case Unit::working_days:
      return {"第" + number + "个工作日为" + to_text_zh(last) + ",即最后一日。",
              "Working day " + number + " is " + to_text_en(last) + ", the last day in time."};
    case Unit::calendar_days:
      return {"第" + number + "日为" + to_text_zh(last) + "。", "Day " + number + " is " + to_text_en(last) + "."};
    case Unit::months:
    case Unit::years:
      return {"期限于" + to_text_zh(last) + "届满。", "The limit ends on " + to_text_en(last) + "."};
  }
  CHECK(false);
  return {};
}

base::Text roll_sentence(Date rest_day, Date due, const Calendar& calendar) {
  base::Text why{weekday(rest_day) == 6 ? "周六" : "周日", weekday(rest_day) == 6 ? "a Saturday" : "a Sunday"};
  if (const std::optional<std::string> name = calendar.name_of(rest_day)) {
    const base::Text holiday = name_text(*name, DayKind::holiday);
    why = {holiday.zh + "假期", "a holiday (" + holiday.en + ")"};
  }
  return {"最后一日为" + why.zh + ",顺延至下一个工作日" + to_text_zh(due) + "。",
          "That day is " + why.en + ", so the limit ends on the next working day, " + to_text_en(due) + "."};
}

base::Text provisional_sentence(const std::vector<std::int64_t>& years) {
  base::Text list;
  for (const std::int64_t year : years) {
    list.zh += (list.zh.empty() ? "" : "、") + std::to_string(year) + "年";
    list.en += (list.en.empty() ? "" : " and ") + std::to_string(year);
  }
  return {list.zh + "放假安排尚未公布,此日期为暂定,公布后重新计算。",
          "The holiday plan of " + list.en +
              " is not published yet: this day is provisional and will be computed again once it is."};
}

}  // namespace calendar
