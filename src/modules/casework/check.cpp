/// Whether the rows that show cases are what the cases' events tell: rows are views, and the events stand in the public
/// log.
#include "kernel/base/check.h"
#include "expected.h"
#include "kernel/feel/lookup.h"

namespace casework {
namespace {

using evidence::Findings;
using evidence::View;

constexpr int cases_per_read = 500;

/// Left out: what the events do not tell. The keys are the rows' names.
const View cases{.table = "cases",
                 .keys = {"id"},
                 .columns = {"division",   "office",    "number",    "service",   "service_version", "first_version",
                             "applicant",  "title",     "state",     "instance",  "marks",           "deeds",
                             "opened_at",  "ended_at",  "sequence",  "suspended", "promised_day",    "next_day",
                             "next_clock", "legal_day", "paused_on", "paused_zh", "paused_en"}};
const std::vector<View> parts = {
    {.table = "tasks",
     .keys = {"task_key"},
     .columns = {"division", "office", "element", "candidate_group", "form", "assignee", "opened_at", "due_day",
                 "priority", "done_at", "done_by", "reminded"}},
    {.table = "timers", .keys = {"timer_key"}, .columns = {"division", "opened_at", "due_at"}},
    {.table = "incidents",
     .keys = {"incident_key"},
     .columns = {"division", "element", "code", "message_zh", "message_en", "raised_at"}},
    {.table = "signatures", .keys = {"task_key", "person"}, .columns = {"division", "open"}},
    {.table = "promises", .keys = {"material", "made_at"}, .columns = {"division", "office", "due_day", "kept"}},
    {.table = "case_values", .keys = {"name", "place"}, .columns = {"division", "value"}}};
const View delegations{.table = "delegations",
                       .keys = {"id"},
                       .columns = {"division", "from_person", "to_person", "role", "service", "valid_from", "valid_to",
                                   "reason", "revoked_at"}};

base::Text case_name(base::Id id) {
  return {"办件 " + base::to_text(id), "The case " + base::to_text(id)};
}

/// Rows of a case that neither has a row of its own nor events.
void find_strays(storage::Snapshot& snapshot, Findings& findings) {
  for (const View& view : parts)
    for (std::int64_t last = INT64_MIN;;) {
      const auto ids = evidence::numbers_in(snapshot, view, "case_id", last, cases_per_read);
      for (const std::int64_t id : ids)
        if (!first_version_of(snapshot, {id}) && storage::last_sequence(snapshot, {"case", {id}}) == 0)
          findings.add(view.table, case_name({id}),
                       std::string("没有事件记载,但有 ") + std::string(view.table) + " 表的行",
                       ": no event tells of it, and there are rows of it in " + std::string(view.table) + ".");
      if (ids.size() < static_cast<std::size_t>(cases_per_read)) break;
      last = ids.back();
    }
}

/// What a delegation's events make of its row.
evidence::ExpectedRow delegation_row(const std::vector<storage::Event>& events) {
  ExpectedRow row;
  const auto parsed = feel::parse_json(events.front().data);
  if (!parsed || parsed.value().kind() != feel::Kind::context) return row;
  const feel::Context& data = parsed.value().as_context();
  const auto person = [&](const char* name) {
    return std::to_string(base::parse_id(text_in(data, name)).value_or(base::Id{}).number);
  };
  row["from_person"] = person("from");
  row["to_person"] = person("to");
  for (const std::string_view name : {"role", "service", "valid_from", "valid_to", "reason"})
    row[name] = text_in(data, name);
  if (const std::string division = text_in(data, "division"); !division.empty()) row["division"] = division;
  row["revoked_at"] = std::nullopt;
  for (const storage::Event& event : events)
    if (event.type == "delegation.revoked") row["revoked_at"] = std::to_string(event.at.us);
  return row;
}

void compare_delegations(storage::Snapshot& snapshot, Findings& findings) {
  for (std::int64_t last = INT64_MIN;;) {
    const auto ids = evidence::owners_after(snapshot, "delegation", {{&delegations, "id"}}, last, cases_per_read);
    for (const std::int64_t id : ids) {
      const auto events = storage::load_events(snapshot, {"delegation", {id}});
      evidence::ExpectedRows expected;
      if (!events.empty()) expected[std::to_string(id)] = delegation_row(events);
      const std::string name = base::to_text(base::Id{id});
      evidence::compare(delegations, evidence::view_rows(snapshot, delegations, "id", id), std::move(expected),
                        {"委托 " + name, "The delegation " + name}, findings);
    }
    if (ids.size() < static_cast<std::size_t>(cases_per_read)) break;
    last = ids.back();
  }
}

/// A version is called by the fingerprint of its files.
void compare_versions(storage::Snapshot& snapshot, Findings& findings) {
  for (const auto& [service, version, files_json] : kept_versions(snapshot)) {
    std::map<std::string, std::string, std::less<>> texts;
    if (const auto files = feel::parse_json(files_json); files && files.value().kind() == feel::Kind::context)
      for (const auto& [path, text] : files.value().as_context().entries())
        if (text.kind() == feel::Kind::string) texts.emplace(path, text.as_string());
    if (catalogue::fingerprint(texts) != version)
      findings.add("deployed_services",
                   {"服务 " + service + " 留存的版本 " + version, "The kept version " + version + " of " + service},
                   "与其内容不符", ": is not what it is called.");
  }
}

}  // namespace

/// What the first event tells of service and version, or else the row.
Engine::Beginning Engine::beginning_of(storage::Snapshot& snapshot, base::Id of_case,
                                       const storage::Event& first) const {
  const auto data = feel::parse_json(first.data);
  if (data && data.value().kind() == feel::Kind::context) {
    const feel::Context opening = opening_in(data.value().as_context());
    if (!opening.empty()) return {.service = text_in(opening, "service"), .version = text_in(opening, "version")};
  }
  const auto stored = first_version_of(snapshot, of_case);
  return stored ? Beginning{.service = stored->service, .version = stored->version} : Beginning{};
}

/// Returns false when the events do not go together.
bool Engine::check_case(storage::Snapshot& snapshot, base::Id id, const storage::Event& first,
                        Findings& findings) const {
  const Beginning beginning = beginning_of(snapshot, id, first);
  if (!find_version(snapshot, beginning.service, beginning.version)) return false;
  try {
    Expected expected(id);
    const auto state = replay(snapshot, id, beginning, expected);
    if (!state) return false;
    auto rows = expected.rows(snapshot, state.value(), *catalogue_);
    const base::Text name = case_name(id);
    evidence::compare(cases, evidence::view_rows(snapshot, cases, "id", id), std::move(rows[cases.table]), name,
                      findings);
    for (const View& view : parts)
      if (view.table != "case_values" || rows.contains(view.table))
        evidence::compare(view, evidence::view_rows(snapshot, view, "case_id", id), std::move(rows[view.table]), name,
                          findings);
    return true;
  } catch (const base::Bug&) {  // an event that does not fit the one before it
    return false;
  }
}

std::vector<base::Text> Engine::check(storage::Snapshot& snapshot, const Progress& progress) const {
  Findings findings;
  std::int64_t done = 0;
  for (std::int64_t last = INT64_MIN;;) {
    const auto ids = evidence::owners_after(snapshot, "case", {{&cases, "id"}}, last, cases_per_read);
    for (const std::int64_t id : ids) {
      const auto events = storage::load_events(snapshot, {"case", {id}}, 0, 1);
      if (events.empty())
        findings.add(cases.table, case_name({id}), "没有事件记载", ": no event tells of it.");
      else if (!check_case(snapshot, {id}, events.front(), findings))
        findings.add(cases.table, case_name({id}), "不能由事件重建", ": can not be rebuilt from its events.");
    }
    done += static_cast<std::int64_t>(ids.size());
    if (progress) progress(done);
    if (ids.size() < static_cast<std::size_t>(cases_per_read)) break;
    last = ids.back();
  }
  find_strays(snapshot, findings);
  compare_delegations(snapshot, findings);
  compare_versions(snapshot, findings);
  return findings.take();
}

}  // namespace casework
