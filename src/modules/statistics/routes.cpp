#include "http/api.h"
#include "http/export.h"
#include "kernel/base/refusals.h"
#include "modules/access/access.h"
#include "modules/evidence/looks.h"
#include "modules/statistics/statistics.h"

namespace statistics {
namespace {

struct PartView {
  std::string id;
  base::Text label;
  std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(PartView, (), (id, label, count))

struct NoteView {
  base::Text label;
  base::Text value;
};
BOOST_DESCRIBE_STRUCT(NoteView, (), (label, value))

struct ReportedView {
  std::string value;
  std::optional<calendar::Date> day;
  std::optional<calendar::Date> from;
  std::optional<calendar::Date> to;
};
BOOST_DESCRIBE_STRUCT(ReportedView, (), (value, day, from, to))

struct StatisticView {
  std::string id;
  std::string figure;
  base::Text title;
  base::Text unit;
  base::Text scope;
  base::Text definition;
  base::Text exclusions;
  std::string source;
  bool is_public = true;
  std::string period;  // "day" or "span": which parameters it takes
  std::optional<ReportedView> reported;
};
BOOST_DESCRIBE_STRUCT(StatisticView, (),
                      (id, figure, title, unit, scope, definition, exclusions, source, is_public, period, reported))

struct StatisticsView {
  std::vector<StatisticView> items;
};
BOOST_DESCRIBE_STRUCT(StatisticsView, (), (items))

struct FigureView {
  StatisticView statistic;
  std::string value;
  calendar::Date day;
  calendar::Date known_on;
  calendar::Date from;
  calendar::Date to;
  bool with_revoked = false;
  std::vector<PartView> parts;
  std::vector<NoteView> notes;
};
BOOST_DESCRIBE_STRUCT(FigureView, (), (statistic, value, day, known_on, from, to, with_revoked, parts, notes))

struct RecordView {
  std::string kind;
  std::string id;
  base::Text name;
  std::string number;
  base::Text detail;
  std::optional<calendar::Date> on;
};
BOOST_DESCRIBE_STRUCT(RecordView, (), (kind, id, name, number, detail, on))

bool takes_span(catalogue::Measure measure) {
  return measure == catalogue::Measure::finished_cases || measure == catalogue::Measure::satisfaction;
}

StatisticView view_of(const catalogue::Statistic& statistic) {
  StatisticView view{.id = statistic.id,
                     .figure = statistic.figure,
                     .title = statistic.title,
                     .unit = statistic.unit,
                     .scope = statistic.scope,
                     .definition = statistic.definition,
                     .exclusions = statistic.exclusions,
                     .source = statistic.source,
                     .is_public = statistic.is_public,
                     .period = takes_span(statistic.measure) ? "span" : "day"};
  if (statistic.reported)
    view.reported = {statistic.reported->value, statistic.reported->day, statistic.reported->from,
                     statistic.reported->to};
  return view;
}

base::Result<calendar::Date> date_of(const http::Request& request, const char* parameter, calendar::Date otherwise) {
  const std::string_view text = request.query_value(parameter);
  if (text.empty()) return otherwise;
  if (const auto day = calendar::parse_date(text); day && calendar::civil_of(*day).year > 1900) return *day;
  const base::Text message{"日期请按2026-11-24这样填写", "Write the day like 2026-11-24."};
  return base::invalid_at("/" + std::string(parameter), "statistics.day_invalid", message);
}

/// Without parameters: today, and this year up to today.
base::Result<Parameters> parameters_of(const http::Request& request) {
  const calendar::Date today = calendar::local_date(request.at);
  Parameters parameters{.with_revoked = request.query_value("with_revoked") == "true"};
  TRY(parameters.day, date_of(request, "day", today));
  TRY(parameters.known_on, date_of(request, "known_on", today));
  TRY(parameters.to, date_of(request, "to", today));
  const auto new_year =
      calendar::date_of({.year = calendar::civil_of(parameters.to).year, .month = 1, .day = 1}).value();
  TRY(parameters.from, date_of(request, "from", new_year));
  if (parameters.to < parameters.from) {
    const base::Text message{"截止日期早于起始日期", "The last day lies before the first."};
    return base::invalid_at("/to", "statistics.period_invalid", message);
  }
  return parameters;
}

/// A definition that is not public does not exist for the public.
base::Result<const catalogue::Statistic*> statistic_of(const catalogue::Catalogue& catalogue,
                                                       const http::Request& request) {
  const auto id = request.parameters.find("statistic");
  const catalogue::Statistic* found = catalogue.find_statistic(id->second);
  if (found && (found->is_public || request.caller.staff)) return found;
  return base::not_found("statistics.unknown", {"没有这项统计", "There is no such statistic."});
}

/// The public sees the figures of the whole division; staff those of what they may see.
access_control::Scope scope_for(const http::Request& request, const std::string& division) {
  if (request.caller.staff) return access_control::scope_of(request.caller);
  return access_control::Scope::of_division(division);
}

const std::vector<std::string> parameter_names = {"day", "known_on", "from", "to", "with_revoked"};

}  // namespace

void mount(http::Router& router, storage::Store& store, std::shared_ptr<const catalogue::Catalogue> catalogue,
           std::string division, evidence::ReadBook& reads) {
  http::query<StatisticsView>(
      router, store,
      {.path = "/api/v1/statistics",
       .id = "list_statistics",
       .tag = "statistics",
       .summary = {"统计指标的定义", "The saved definitions of figures"},
       .need = {http::Need::Kind::anyone}},
      [catalogue](storage::Snapshot&, const http::Request& request) -> base::Result<StatisticsView> {
        StatisticsView view;
        for (const catalogue::Statistic& statistic : catalogue->statistics)
          if (statistic.is_public || request.caller.staff) view.items.push_back(view_of(statistic));
        return view;
      });

  http::query<FigureView>(
      router, store,
      {.path = "/api/v1/statistics/{statistic}",
       .id = "compute_statistic",
       .tag = "statistics",
       .summary = {"一项统计的数值、口径和组成", "A figure worked out, with its parts"},
       .need = {http::Need::Kind::anyone},
       .query = parameter_names,
       .errors = {"statistics.unknown", "statistics.day_invalid", "statistics.period_invalid",
                  "catalogue.rule_not_in_force"}},
      [catalogue, division](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<FigureView> {
        TRY(const catalogue::Statistic* statistic, statistic_of(*catalogue, request));
        TRY(const Parameters parameters, parameters_of(request));
        TRY(const Figure figure, compute(snapshot, scope_for(request, division), *catalogue, *statistic, parameters));
        FigureView view{.statistic = view_of(*statistic),
                        .value = figure.value,
                        .day = parameters.day,
                        .known_on = parameters.known_on,
                        .from = parameters.from,
                        .to = parameters.to,
                        .with_revoked = parameters.with_revoked};
        for (const Part& part : figure.parts) view.parts.push_back({part.id, part.label, part.count});
        for (const Figure::Note& note : figure.notes) view.notes.push_back({note.label, note.value});
        return view;
      });

  std::vector<std::string> names = parameter_names;
  names.emplace_back("part");
  http::list<RecordView>(
      router, store,
      {.path = "/api/v1/statistics/{statistic}/records",
       .id = "list_statistic_records",
       .tag = "statistics",
       .summary = {"数字背后的主体或办件", "The entities or cases behind a number"},
       .need = {http::Need::Kind::staff, "statistics.read"},
       .query = names,
       .errors = {"statistics.unknown", "statistics.part_unknown", "statistics.day_invalid",
                  "statistics.period_invalid"}},
      [catalogue](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<http::Page<RecordView>> {
        TRY(const catalogue::Statistic* statistic, statistic_of(*catalogue, request));
        TRY(const Parameters parameters, parameters_of(request));
        TRY(const RecordPage found, records(snapshot, access_control::scope_of(request.caller), *catalogue, *statistic,
                                            parameters, std::string(request.query_value("part")),
                                            http::limit_of(request), std::string(request.query_value("cursor"))));
        http::Page<RecordView> page{.items = {}, .next = found.next, .total = found.total};
        for (const Record& record : found.records)
          page.items.push_back({record.kind, record.id, record.name, record.number, record.detail, record.on});
        return page;
      },
      evidence::note_export(reads, "list_statistic_records"));
}

}  // namespace statistics
