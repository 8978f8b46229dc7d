/// Reading the tables of holidays and make-up workdays.
#include "kernel/calendar/calendar.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>
#include <variant>

#include "kernel/base/unicode.h"

namespace calendar {
namespace {

/// One record of a CSV file, with the number of the line it begins on.
struct Line {
  int number = 0;
  std::vector<std::string> fields;
  bool quote_open = false;
};

/// Splits CSV into records; blank lines are left out. [RFC4180]
std::vector<Line> split(std::string_view csv) {
  std::vector<Line> lines;
  int number = 1;
  std::size_t i = 0;
  while (i < csv.size()) {
    Line line{.number = number, .fields = {""}};
    bool quoted = false;
    for (; i < csv.size(); ++i) {
      const char c = csv[i];
      if (c == '\n') ++number;
      if (quoted) {
        if (c != '"') {
          line.fields.back() += c;
        } else if (i + 1 < csv.size() && csv[i + 1] == '"') {
          line.fields.back() += csv[++i];
        } else {
          quoted = false;
        }
      } else if (c == '"' && line.fields.back().empty()) {
        quoted = true;
      } else if (c == ',') {
        line.fields.emplace_back();
      } else if (c == '\n') {
        break;
      } else if (c != '\r' || (i + 1 < csv.size() && csv[i + 1] != '\n')) {
        line.fields.back() += c;
      }
    }
    ++i;
    line.quote_open = quoted;
    if (line.fields.size() > 1 || !line.fields.front().empty()) lines.push_back(std::move(line));
  }
  return lines;
}

base::Error invalid(base::Text message, std::vector<base::Place> places = {}) {
  return {.kind = base::Refusal::invalid,
          .code = "calendar.table_invalid",
          .message = std::move(message),
          .places = std::move(places)};
}

base::Text with_line(int number, base::Text fault) {
  const std::string text = std::to_string(number);
  return {"第" + text + "行:" + fault.zh, "line " + text + ": " + fault.en};
}

struct Fault {
  std::string code;
  base::Text message;
};

/// The day a line names, or what is wrong with it.
std::variant<YearPlan::Day, Fault> day_of(const Line& line) {
  if (line.quote_open) return Fault{"quote_open", {"引号没有配对", "a quotation mark is not closed"}};
  if (line.fields.size() != 4) {
    const std::string count = std::to_string(line.fields.size());
    return Fault{"field_count",
                 {"应有4列(date,kind,name,source),实有" + count + "列",
                  "there should be 4 fields (date,kind,name,source), there are " + count}};
  }
  const std::optional<Date> date = parse_date(line.fields[0]);
  if (!date)
    return Fault{"date",
                 {"日期“" + line.fields[0] + "”不存在或格式不对,应形如2026-10-01",
                  "“" + line.fields[0] + "” is not a date; write it like 2026-10-01"}};
  const std::string& kind = line.fields[1];
  if (kind != "holiday" && kind != "makeup_workday")
    return Fault{"kind",
                 {"类别“" + kind + "”应为holiday(放假)或makeup_workday(调休上班)",
                  "kind “" + kind + "” should be holiday or makeup_workday"}};
  const bool is_holiday = kind == "holiday";
  if (!is_holiday && weekday(*date) <= 5)
    return Fault{"makeup_on_weekday",
                 {line.fields[0] + "本来就是工作日,不应列为调休上班,请核对日期",
                  line.fields[0] + " is a working day anyway; check the date"}};
  if (line.fields[2].empty() || line.fields[3].empty())
    return Fault{"field_empty", {"名称和来源都不能为空", "neither name nor source may be empty"}};
  return YearPlan::Day{.date = *date,
                       .kind = is_holiday ? DayKind::holiday : DayKind::makeup_workday,
                       .name = line.fields[2],
                       .source = line.fields[3]};
}

std::vector<YearPlan> plans_of(std::vector<YearPlan::Day> days, bool provisional) {
  std::ranges::sort(days, {}, &YearPlan::Day::date);
  std::vector<YearPlan> plans;
  for (YearPlan::Day& day : days) {
    const std::int64_t year = civil_of(day.date).year;
    if (plans.empty() || plans.back().year != year)
      plans.push_back({.year = year, .provisional = provisional, .days = {}});
    plans.back().days.push_back(std::move(day));
  }
  return plans;
}

}  // namespace

base::Result<std::vector<YearPlan>> parse_table(std::string_view csv, bool provisional) {
  if (csv.size() > table_bytes_max) return invalid({"放假安排表超过1MB,请核对文件", "the table is larger than 1 MB"});
  if (!base::is_utf8(csv))
    return invalid(
        {"放假安排表不是UTF-8编码,请另存为UTF-8后重试", "the table is not UTF-8; save it as UTF-8 and retry"});
  if (csv.starts_with("\xEF\xBB\xBF")) csv.remove_prefix(3);
  const std::vector<Line> lines = split(csv);
  if (lines.empty() || lines.front().fields != std::vector<std::string>{"date", "kind", "name", "source"})
    return invalid({"第一行应为列名date,kind,name,source", "the first line must be date,kind,name,source"});

  std::vector<YearPlan::Day> days;
  std::set<Date> seen;
  std::vector<base::Place> places;
  for (const Line& line : std::span(lines).subspan(1)) {
    const auto fault = [&](const Fault& what) {
      places.push_back({.path = "/lines/" + std::to_string(line.number),
                        .code = "calendar." + what.code,
                        .message = with_line(line.number, what.message)});
    };
    auto read = day_of(line);
    if (const Fault* what = std::get_if<Fault>(&read)) {
      fault(*what);
      continue;
    }
    auto& day = std::get<YearPlan::Day>(read);
    if (seen.insert(day.date).second)
      days.push_back(std::move(day));
    else
      fault({"day_twice",
             {to_text(day.date) + "重复出现,请只保留一行", to_text(day.date) + " is there twice; keep one"}});
  }
  if (!places.empty()) {
    const std::string count = std::to_string(places.size());
    return invalid({"放假安排表有" + count + "行有误,请逐行改正后重新载入",
                    count + " lines of the table are wrong; correct them and load it again"},
                   std::move(places));
  }
  return plans_of(std::move(days), provisional);
}

std::vector<YearPlan> prefer_published(std::vector<YearPlan> published, std::vector<YearPlan> provisional) {
  std::set<std::int64_t> known;
  for (const YearPlan& plan : published) known.insert(plan.year);
  for (YearPlan& plan : provisional)
    if (known.insert(plan.year).second) published.push_back(std::move(plan));
  std::ranges::sort(published, {}, &YearPlan::year);
  return published;
}

YearPlan provisional_plan(std::int64_t year, std::vector<YearPlan::Day> days) {
  struct Fixed {
    int month;
    int day;
    const char* name;
  };
  constexpr std::array<Fixed, 6> by_civil_date{
      {{1, 1, "元旦"}, {5, 1, "劳动节"}, {5, 2, "劳动节"}, {10, 1, "国庆节"}, {10, 2, "国庆节"}, {10, 3, "国庆节"}}};
  for (const Fixed& fixed : by_civil_date) {
    const std::optional<Date> date = date_of({.year = year, .month = fixed.month, .day = fixed.day});
    CHECK(date.has_value());
    if (std::ranges::none_of(days, [&](const YearPlan::Day& day) { return day.date == *date; }))
      days.push_back(
          {.date = *date, .kind = DayKind::holiday, .name = fixed.name, .source = "全国年节及纪念日放假办法第二条"});
  }
  std::ranges::sort(days, {}, &YearPlan::Day::date);
  return {.year = year, .provisional = true, .days = std::move(days)};
}

}  // namespace calendar
