/// Whether the register says what its events say: rows are views, and the events stand in the public log.
#include <set>

#include "kernel/feel/lookup.h"
#include "kernel/feel/value.h"
#include "kernel/names/index.h"
#include "modules/evidence/views.h"
#include "store.h"

namespace registration {
namespace {

using evidence::ExpectedRow;
using evidence::ExpectedRows;
using evidence::View;

constexpr int entities_per_read = 500;
constexpr calendar::Date forever{3'000'000};

/// Left out: `held` and `is_indexed`, marks of imports and searches under way; the tables that searches stand on, which
/// are made anew from these rows.
const View entities{.table = "entities",
                    .keys = {"id"},
                    .columns = {"division", "office", "credit_code", "name", "kind", "status", "township", "address",
                                "established_on", "sequence", "operator_name", "industry", "trade"}};
const View versions{.table = "entity_versions",
                    .keys = {"sequence"},
                    .columns = {"division", "as_of", "known_at", "event", "reason", "facts"}};
const View statuses{
    .table = "entity_statuses", .keys = {"sequence"}, .columns = {"division", "as_of", "known_at", "status"}};

/// What the events of one entity tell.
struct Told {
  std::vector<Writing> writings;
  std::set<std::int64_t> without_reason;  // events did not always tell it
  feel::Context fixed;                    // what never changes; empty: of before it was told
};

Told told_by(const std::vector<storage::Event>& events) {
  constexpr std::string_view prefix = "registration.";
  Told told;
  for (const storage::Event& event : events) {
    const auto parsed = feel::parse_json(event.data);
    if (!parsed || parsed.value().kind() != feel::Kind::context || !event.type.starts_with(prefix)) continue;
    const feel::Context& data = parsed.value().as_context();
    Writing writing{.sequence = event.sequence,
                    .as_of = calendar::parse_date(feel::text_in(data, "as_of")).value_or(calendar::Date{}),
                    .known_at = event.at,
                    .event = event.type.substr(prefix.size()),
                    .reason = feel::text_in(data, "reason"),
                    .items = {}};
    if (const feel::Value* items = data.find("items"); items && items->kind() == feel::Kind::context)
      for (const auto& [item, value] : items->as_context().entries())
        if (value.kind() == feel::Kind::string) writing.items[item] = value.as_string();
    if (!data.find("reason")) told.without_reason.insert(event.sequence);
    if (const feel::Value* fixed = data.find("entity"); fixed && fixed->kind() == feel::Kind::context)
      told.fixed = fixed->as_context();
    told.writings.push_back(std::move(writing));
  }
  return told;
}

ExpectedRow with_division(const Told& told) {
  ExpectedRow row;
  if (const std::string division = feel::text_in(told.fixed, "division"); !division.empty()) row["division"] = division;
  return row;
}

ExpectedRow entity_row(const Told& told, const Facts& facts) {
  ExpectedRow row = with_division(told);
  for (const std::string_view name : {"office", "credit_code", "kind"})
    if (told.fixed.find(name)) row[name] = feel::text_in(told.fixed, name);
  row["name"] = facts.name;
  row["status"] = facts.status;
  row["township"] = facts.township;
  row["address"] = facts.address;
  row["operator_name"] = facts.operator_name;
  row["industry"] = facts.industry;
  row["trade"] = names::trade_key_of(facts.name);
  row["established_on"] = calendar::to_text(told.writings.front().as_of);
  row["sequence"] = std::to_string(told.writings.back().sequence);
  return row;
}

ExpectedRows version_rows(const Told& told) {
  ExpectedRows rows;
  for (const Writing& writing : told.writings) {
    ExpectedRow& row = rows[std::to_string(writing.sequence)];
    row = with_division(told);
    row["as_of"] = calendar::to_text(writing.as_of);
    row["known_at"] = std::to_string(writing.known_at.us);
    row["event"] = writing.event;
    if (!told.without_reason.contains(writing.sequence)) row["reason"] = writing.reason;
    row["facts"] = items_json(writing.items);
  }
  return rows;
}

ExpectedRows status_rows(const Told& told) {
  ExpectedRows rows;
  for (const Writing& writing : told.writings) {
    const auto status = writing.items.find("status");
    if (status == writing.items.end()) continue;
    ExpectedRow& row = rows[std::to_string(writing.sequence)];
    row = with_division(told);
    row["as_of"] = calendar::to_text(writing.as_of);
    row["known_at"] = std::to_string(writing.known_at.us);
    row["status"] = status->second;
  }
  return rows;
}

void compare_entity(storage::Snapshot& snapshot, std::int64_t id, evidence::Findings& findings) {
  const std::string name = base::to_text(base::Id{id});
  const base::Text owner{"市场主体 " + name, "The entity " + name};
  const Told told = told_by(storage::load_events(snapshot, {"entity", {id}}));
  // What was taken out has its history alone.
  const bool is_in = !told.writings.empty() && told.writings.back().event != "taken_out";
  ExpectedRows row;
  if (is_in)
    if (const auto facts = facts_as_of(told.writings, forever, forever))
      row[std::to_string(id)] = entity_row(told, *facts);
  evidence::compare(entities, evidence::view_rows(snapshot, entities, "id", id), std::move(row), owner, findings);
  evidence::compare(versions, evidence::view_rows(snapshot, versions, "entity", id), version_rows(told), owner,
                    findings);
  evidence::compare(statuses, evidence::view_rows(snapshot, statuses, "entity", id),
                    is_in ? status_rows(told) : ExpectedRows{}, owner, findings);
}

}  // namespace

std::vector<base::Text> check(storage::Snapshot& snapshot) {
  evidence::Findings findings;
  for (std::int64_t last = INT64_MIN;;) {
    const auto ids = evidence::owners_after(
        snapshot, "entity", {{&entities, "id"}, {&versions, "entity"}, {&statuses, "entity"}}, last, entities_per_read);
    if (ids.empty()) break;
    for (const std::int64_t id : ids) compare_entity(snapshot, id, findings);
    last = ids.back();
  }
  return findings.take();
}

}  // namespace registration
