/// Lists that page and export: one description gives the JSON page and, with `format=csv`, the whole list as CSV.
#pragma once

#include <string>
#include <utility>

#include "http/api.h"

namespace http {

inline constexpr int page_rows_max = 200;
inline constexpr int export_rows_max = 100'000;

/// The `limit` of a query, 1 to `page_rows_max`; 50 when absent or not a number.
int limit_of(const Request& request);

/// The members of a described type, in their order.
template <class Item>
std::vector<std::string_view> columns_of() {
  std::vector<std::string_view> columns;
  boost::mp11::mp_for_each<boost::describe::describe_members<Item, boost::describe::mod_public>>(
      [&](auto member) { columns.emplace_back(member.name); });
  return columns;
}

/// Rows of a JSON page as CSV lines, without the header. A cell that a spreadsheet would run as a formula gets an
/// apostrophe in front.
/// Source: [OWASP-CSV] CSV injection.
std::string csv_rows(const std::string& page_json, const std::vector<std::string_view>& columns);
/// The header line, behind a byte order mark so that spreadsheets read UTF-8.
std::string csv_header(const std::vector<std::string_view>& columns);

template <class Item, class Work>
void list(Router& router, storage::Store& store, Operation operation, Work work) {
  operation.method = "GET";
  operation.answer_schema = schema_text<Page<Item>>();
  for (const char* parameter : {"cursor", "limit", "format"}) operation.query.emplace_back(parameter);
  router.add(std::move(operation), [&store, work](const Request& request) -> Reply {
    const bool csv = request.query_value("format") == "csv";
    std::string body;
    std::optional<base::Error> refused;
    store.read([&](storage::Snapshot& snapshot) {
      Request page_request = request;
      if (csv) page_request.query["limit"] = std::to_string(page_rows_max);
      for (int rows = 0; rows < export_rows_max; rows += page_rows_max) {
        base::Result<Page<Item>> page = work(snapshot, page_request);
        if (!page) {
          refused = std::move(page).error();
          return;
        }
        const std::string json = write(page.value(), request.language);
        if (!csv) {
          body = json;
          return;
        }
        if (body.empty()) body = csv_header(columns_of<Item>());
        body += csv_rows(json, columns_of<Item>());
        if (!page.value().next) return;
        page_request.query["cursor"] = *page.value().next;
      }
    });
    if (refused) return problem(*refused, request);
    if (!csv) return tagged(request, std::move(body));
    return {.body = std::move(body),
            .content_type = "text/csv; charset=utf-8",
            .headers = {{"Content-Disposition", "attachment; filename=\"list.csv\""}}};
  });
}

}  // namespace http
