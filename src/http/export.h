/// Lists that page and export: one description gives the JSON page and, with `format=csv` or `format=xlsx`, the whole
/// list as a file for spreadsheets.
#pragma once

#include <memory>
#include <optional>
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

/// A table on its way into a file. Cells come as text or, from the rows of a JSON page, as what they are.
class Table {
 public:
  enum class Format { csv, xlsx };
  /// Errors: throws storage::Fault when there is no room for the file.
  Table(Format format, const std::vector<std::string>& headings);
  ~Table();
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  void add(const std::vector<std::string>& cells);
  /// The items of a JSON page, which this program has written itself.
  void add_page(const std::string& page_json, const std::vector<std::string_view>& columns);
  /// CSV is UTF-8 behind a byte order mark, so that spreadsheets read it; a cell that they would run as a formula gets
  /// an apostrophe in front. In XLSX every cell is plain text or a number. Source: [OWASP-CSV] CSV injection;
  /// [RFC4180].
  std::string finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};
/// `format` of a query; nothing for a page.
std::optional<Table::Format> format_of(const Request& request);
/// The file as an attachment called `name` and the format's ending.
Reply attached(Table& table, Table::Format format, std::string_view name);

/// Of a list that shows nothing of anybody.
struct NoTrace {
  void operator()(const Request&) const {}
};

/// `then` is called with the request of every list that was taken away as a file.
template <class Item, class Work, class Then = NoTrace>
void list(Router& router, storage::Store& store, Operation operation, Work work, Then then = {}) {
  operation.method = "GET";
  operation.answer_schema = schema_text<Page<Item>>();
  for (const char* parameter : {"cursor", "limit", "format"}) operation.query.emplace_back(parameter);
  router.add(std::move(operation), [&store, work, then](const Request& request) -> Reply {
    const auto format = format_of(request);
    std::string body;
    std::unique_ptr<Table> table;
    if (format) {
      const auto columns = columns_of<Item>();
      table = std::make_unique<Table>(*format, std::vector<std::string>(columns.begin(), columns.end()));
    }
    std::optional<base::Error> refused;
    store.read([&](storage::Snapshot& snapshot) {
      Request page_request = request;
      if (table) page_request.query["limit"] = std::to_string(page_rows_max);
      for (int rows = 0; rows < export_rows_max; rows += page_rows_max) {
        base::Result<Page<Item>> page = work(snapshot, page_request);
        if (!page) {
          refused = std::move(page).error();
          return;
        }
        const std::string json = write(page.value(), request.language);
        if (!table) {
          body = json;
          return;
        }
        table->add_page(json, columns_of<Item>());
        if (!page.value().next) return;
        page_request.query["cursor"] = *page.value().next;
      }
    });
    if (refused) return problem(*refused, request);
    if (!table) return tagged(request, std::move(body));
    then(request);
    return attached(*table, *format, "list");
  });
}

}  // namespace http
