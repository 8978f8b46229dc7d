#include "http/export.h"
#include "modules/imports/imports.h"
#include "modules/registration/search.h"

namespace imports {
namespace {

constexpr int rows_per_page = 200;

std::string capital_text(std::int64_t fen) {
  if (fen == 0) return {};
  const std::string cents = std::to_string(fen % 100);
  return std::to_string(fen / 100) + "." + (cents.size() == 1 ? "0" : "") + cents;
}

/// The cells of an entity, in the order of items().
std::vector<std::string> cells_of(const registration::Entity& entity,
                                  const std::vector<registration::Writing>& writings) {
  constexpr calendar::Date forever{3'000'000};
  const registration::Facts facts = registration::facts_as_of(writings, forever, forever).value();
  std::string ended_on;
  for (const registration::Writing& writing : writings)
    if (const auto status = writing.items.find("status"); status != writing.items.end() && status->second != "open")
      ended_on = calendar::to_text(writing.as_of);
  if (facts.status == "open") ended_on.clear();
  return {entity.credit_code,
          facts.name,
          registration::kind_text(entity.kind).zh,
          facts.type,
          registration::status_text(facts.status).zh,
          facts.operator_name,
          facts.address,
          facts.township,
          facts.industry,
          facts.scope,
          capital_text(facts.capital_fen),
          calendar::to_text(entity.established_on),
          ended_on};
}

}  // namespace

base::Result<Exported> export_register(storage::Snapshot& snapshot, const access_control::Scope& scope,
                                       registration::SearchQuery query, http::Table::Format format) {
  std::vector<std::string> headings;
  for (const Item& item : items()) headings.push_back(item.label.zh);
  http::Table table(format, headings);
  Exported exported;
  query.limit = rows_per_page;
  query.cursor.clear();
  for (;;) {
    TRY(const registration::SearchPage page, registration::search(snapshot, scope, query));
    for (const registration::Entity& entity : page.entities)
      table.add(cells_of(entity, registration::history_of(snapshot, entity.id)));
    exported.rows += static_cast<std::int64_t>(page.entities.size());
    if (!page.next) break;
    query.cursor = *page.next;
  }
  exported.bytes = table.finish();
  return exported;
}

}  // namespace imports
