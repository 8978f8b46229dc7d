#include "builtin.h"
#include "kernel/feel/range.h"
#include "temporal.h"

namespace feel {
namespace {

std::optional<Value> date_property(calendar::Date date, std::string_view name) {
  const calendar::Civil civil = calendar::civil_of(date);
  if (name == "year") return Value(civil.year);
  if (name == "month") return Value(civil.month);
  if (name == "day") return Value(civil.day);
  if (name == "weekday") return Value(calendar::weekday(date));
  return std::nullopt;
}

std::optional<Value> zone_property(const DateTime& date_time, bool is_time, std::string_view name) {
  const Zone& zone = date_time.time.zone;
  if (name == "timezone") return zone.kind == Zone::Kind::named ? Value(zone.name) : Value();
  if (name != "time offset") return std::nullopt;
  const auto offset = is_time ? offset_of(date_time.time) : offset_of(date_time);
  return offset ? Value(DaysTime{.seconds = *offset}) : Value();
}

std::optional<Value> time_property(const Time& time, std::string_view name) {
  if (name == "hour") return Value(time.second_of_day / 3'600);
  if (name == "minute") return Value(time.second_of_day / 60 % 60);
  if (name == "second") return Value(time.second_of_day % 60);
  return std::nullopt;
}

std::optional<Value> days_time_property(DaysTime duration, std::string_view name) {
  if (name == "days") return Value(duration.seconds / seconds_per_day);
  if (name == "hours") return Value(duration.seconds / 3'600 % 24);
  if (name == "minutes") return Value(duration.seconds / 60 % 60);
  if (name == "seconds") return Value(duration.seconds % 60);
  return std::nullopt;
}

std::optional<Value> range_property(const Range& range, std::string_view name) {
  if (name == "start") return range.start;
  if (name == "end") return range.form == Range::Form::equal ? range.start : range.end;
  if (name == "start included") return Value(range.start_included);
  if (name == "end included") return Value(range.end_included);
  return std::nullopt;
}

std::optional<Value> find_property(const Value& value, const std::string& name) {
  switch (value.kind()) {
    case Kind::date:
      return date_property(value.as_date(), name);
    case Kind::time:
      if (auto found = time_property(value.as_time(), name)) return found;
      return zone_property({.date = {}, .time = value.as_time()}, true, name);
    case Kind::date_time:
      if (auto found = date_property(value.as_date_time().date, name)) return found;
      if (auto found = time_property(value.as_date_time().time, name)) return found;
      return zone_property(value.as_date_time(), false, name);
    case Kind::years_months:
      if (name == "years") return Value(value.as_years_months().months / 12);
      if (name == "months") return Value(value.as_years_months().months % 12);
      return std::nullopt;
    case Kind::days_time:
      return days_time_property(value.as_days_time(), name);
    case Kind::range:
      return range_property(value.as_range(), name);
    case Kind::context:
      if (const Value* entry = value.as_context().find(name)) return *entry;
      return std::nullopt;
    case Kind::null:
    case Kind::boolean:
    case Kind::number:
    case Kind::string:
    case Kind::list:
    case Kind::function:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

Value property_of(const Value& value, const std::string& name, Evaluation& evaluation) {
  if (value.kind() == Kind::list) {
    List list;
    list.reserve(value.as_list().size());
    for (const Value& item : value.as_list()) {
      if (!evaluation.spend(1)) return {};
      list.push_back(item.is_null() ? Value() : property_of(item, name, evaluation));
    }
    evaluation.take_bytes(static_cast<std::int64_t>(list.size() * sizeof(Value)));
    return list;
  }
  if (auto found = find_property(value, name)) return std::move(*found);
  return evaluation.fail("feel.unknown_property",
                         {std::string(kind_name_zh(value.kind())) + "没有“" + name + "”",
                          "a " + std::string(kind_name(value.kind())) + " has no \"" + name + "\""});
}

}  // namespace feel
