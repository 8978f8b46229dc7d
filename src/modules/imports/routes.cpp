#include <charconv>

#include "http/api.h"
#include "http/export.h"
#include "kernel/base/refusals.h"
#include "kernel/base/unicode.h"
#include "kernel/feel/value.h"
#include "modules/access/access.h"
#include "modules/evidence/looks.h"
#include "store.h"

namespace imports {
namespace {

constexpr std::size_t file_bytes_max = 20'000'000;
constexpr std::size_t file_name_bytes_max = 200;
constexpr std::size_t samples_count = 3;

const http::Need need{http::Need::Kind::staff, "entity.import"};

struct BatchView {
  base::Id id;
  std::string file_name;
  std::string person_name;
  std::string state;
  base::Text state_text;
  std::int64_t rows_total = 0;
  std::int64_t rows_accepted = 0;
  std::int64_t rows_rejected = 0;
  std::int64_t rows_done = 0;  // while it is being imported or undone
  base::Instant created_at;
  base::Instant changed_at;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(BatchView, (),
                      (id, file_name, person_name, state, state_text, rows_total, rows_accepted, rows_rejected,
                       rows_done, created_at, changed_at, reason))

struct RejectView {
  int line = 0;
  std::string heading;
  std::string value;
  base::Text message;
  std::string code;
};
BOOST_DESCRIBE_STRUCT(RejectView, (), (line, heading, value, message, code))

struct ColumnView {
  std::string heading;
  std::string item;
  std::vector<std::string> samples;
};
BOOST_DESCRIBE_STRUCT(ColumnView, (), (heading, item, samples))

struct ItemView {
  std::string id;
  base::Text label;
  bool is_required = false;
};
BOOST_DESCRIBE_STRUCT(ItemView, (), (id, label, is_required))

struct Preview {
  std::int64_t rows_total = 0;
  std::vector<ColumnView> columns;
  std::vector<ItemView> items;
};
BOOST_DESCRIBE_STRUCT(Preview, (), (rows_total, columns, items))

struct Reason {
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(Reason, (), (reason))

BatchView view_of(const Batch& batch) {
  return {.id = batch.id,
          .file_name = batch.file_name,
          .person_name = batch.person_name,
          .state = batch.state,
          .state_text = state_text(batch.state),
          .rows_total = batch.rows_total,
          .rows_accepted = batch.rows_accepted,
          .rows_rejected = batch.rows_rejected,
          .rows_done = batch.rows_done,
          .created_at = batch.created_at,
          .changed_at = batch.changed_at,
          .reason = batch.reason};
}

Moment moment_of(const http::Request& request) {
  return {.actor = access_control::actor_of(request.caller),
          .division = request.caller.division,
          .office = request.caller.office,
          .now = request.at};
}

base::Error query_wrong(const char* path, base::Text message) {
  return {.kind = base::Refusal::invalid,
          .code = "imports.query_wrong",
          .message = message,
          .places = {{path, "imports.query_wrong", std::move(message)}}};
}

/// `file_name`, `encoding` and `columns` of the query, and the file.
base::Result<NewBatch> batch_of(const http::Request& request) {
  NewBatch batch{.id = request.make_id(),
                 .file_name = base::tidy(request.query_value("file_name").substr(0, file_name_bytes_max)),
                 .bytes = request.body};
  if (batch.file_name.empty() || !base::is_utf8(batch.file_name))
    return query_wrong("/file_name", {"缺少文件名", "The name of the file is missing."});
  if (const std::string_view encoding = request.query_value("encoding"); !encoding.empty()) batch.encoding = encoding;
  if (batch.encoding != "detect" && batch.encoding != "utf8" && batch.encoding != "gb18030")
    return query_wrong("/encoding", {"编码请选detect、utf8或gb18030", "The encoding is detect, utf8 or gb18030."});
  const std::string_view columns = request.query_value("columns");
  if (columns.empty()) return batch;
  const auto said = feel::parse_json(std::string(columns));
  const base::Error wrong = query_wrong(
      "/columns", {"列的对应关系应是JSON对象:表头→登记事项", "The columns are a JSON object: heading to item."});
  if (!said || said.value().kind() != feel::Kind::context) return wrong;
  for (const auto& [heading, item] : said.value().as_context().entries()) {
    if (item.kind() != feel::Kind::string) return wrong;
    batch.said[heading] = item.as_string();
  }
  return batch;
}

base::Result<Preview> preview_of(const http::Request& request, const ReadTable& read) {
  TRY(const tables::Table table, read(request.body, encoding_of(request.query_value("encoding"))));
  Preview preview{.rows_total = static_cast<std::int64_t>(table.rows.size()), .columns = {}, .items = {}};
  for (const Item& item : items()) preview.items.push_back({std::string(item.id), item.label, item.is_required});
  for (std::size_t column = 0; column < table.headings.size(); ++column) {
    ColumnView view{.heading = table.headings[column], .item = recognised(table.headings[column]), .samples = {}};
    for (const tables::Row& row : table.rows) {
      if (view.samples.size() == samples_count) break;
      if (column < row.cells.size() && !row.cells[column].empty())
        view.samples.push_back(row.cells[column].substr(0, row.cells[column].find('\n')));
    }
    preview.columns.push_back(std::move(view));
  }
  return preview;
}

void mount_files(http::Router& router, storage::Store& store, Imports& imports) {
  http::Operation preview{.method = "POST",
                          .path = "/api/v1/import-previews",
                          .id = "preview_import",
                          .tag = "imports",
                          .summary = {"查看表格的列", "Look at the columns of a table"},
                          .need = need,
                          .query = {"encoding"},
                          .body_schema = "{\"type\":\"string\",\"format\":\"binary\"}",
                          .body_type = "application/octet-stream",
                          .answer_schema = http::schema_text<Preview>(),
                          .errors = {"tables.empty", "tables.encoding_wrong", "tables.quote_open", "tables.too_large",
                                     "tables.heading_twice", "tables.xlsx_unreadable", "tables.unreadable"},
                          .body_bytes_max = file_bytes_max};
  router.add(std::move(preview), [&imports](const http::Request& request) -> http::Reply {
    const auto view = preview_of(request, imports.read_table());
    if (!view) return http::problem(view.error(), request);
    return {.body = http::write(view.value(), request.language)};
  });
  http::Operation check{.method = "POST",
                        .path = "/api/v1/imports",
                        .id = "check_import",
                        .tag = "imports",
                        .summary = {"上传登记簿表格并试导入", "Upload a register and try the import"},
                        .need = need,
                        .query = {"file_name", "encoding", "columns"},
                        .body_schema = "{\"type\":\"string\",\"format\":\"binary\"}",
                        .body_type = "application/octet-stream",
                        .answer_schema = http::schema_text<BatchView>(),
                        .answer_status = 201,
                        .errors = {"imports.query_wrong", "imports.columns_wrong", "imports.nothing_in_it"},
                        .idempotency_key = true,
                        .body_bytes_max = file_bytes_max};
  router.add(std::move(check), [&store, &imports](const http::Request& request) -> http::Reply {
    const auto wanted = batch_of(request);
    if (!wanted) return http::problem(wanted.error(), request);
    // Read and held against the register beside other work; only what is kept waits for the writer.
    const auto checked = store.read_value(
        [&](storage::Snapshot& snapshot) { return imports.check(snapshot, wanted.value(), moment_of(request)); });
    if (!checked) return http::problem(checked.error(), request);
    return http::once(store, request, {.status = 201},
                      [&](storage::Transaction& transaction) -> base::Result<std::string> {
                        return http::write(view_of(imports.keep(transaction, checked.value(), wanted.value().bytes)),
                                           request.language);
                      });
  });
}

void mount_reading(http::Router& router, storage::Store& store, evidence::ReadBook& reads) {
  http::list<BatchView>(
      router, store,
      {.path = "/api/v1/imports",
       .id = "list_imports",
       .tag = "imports",
       .summary = {"导入批次", "Imports"},
       .need = need},
      [](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<http::Page<BatchView>> {
        const BatchPage page = list_batches(snapshot, access_control::scope_of(request.caller), http::limit_of(request),
                                            request.query_value("cursor"));
        http::Page<BatchView> answer{.items = {}, .next = page.next, .total = page.total};
        for (const Batch& batch : page.batches) answer.items.push_back(view_of(batch));
        return answer;
      });
  const auto load = [](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<Batch> {
    TRY(const base::Id id, request.id("import"));
    auto batch = find_batch(snapshot, access_control::scope_of(request.caller), id);
    if (batch) return *std::move(batch);
    return base::not_found("imports.batch_unknown", {"没有这个导入批次", "There is no such import."});
  };
  http::query<BatchView>(router, store,
                         {.path = "/api/v1/imports/{import}",
                          .id = "find_import",
                          .tag = "imports",
                          .summary = {"一个导入批次", "One import"},
                          .need = need,
                          .errors = {"imports.batch_unknown"}},
                         [load](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<BatchView> {
                           TRY(const Batch batch, load(snapshot, request));
                           return view_of(batch);
                         });
  http::list<RejectView>(
      router, store,
      {.path = "/api/v1/imports/{import}/rejects",
       .id = "list_import_rejects",
       .tag = "imports",
       .summary = {"没有通过的行", "The rows that did not pass"},
       .need = need,
       .errors = {"imports.batch_unknown"}},
      [load](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<http::Page<RejectView>> {
        TRY(const Batch batch, load(snapshot, request));
        const int limit = http::limit_of(request);
        std::int64_t after = 0;
        const std::string_view cursor = request.query_value("cursor");
        std::from_chars(cursor.data(), cursor.data() + cursor.size(), after);
        http::Page<RejectView> answer{.items = {}, .next = {}, .total = count_rejects(snapshot, batch.id)};
        for (const Reject& reject : rejects_of(snapshot, batch.id, after, limit))
          answer.items.push_back({reject.line, reject.heading, reject.value, reject.message, reject.code});
        after += static_cast<std::int64_t>(answer.items.size());
        if (after < answer.total) answer.next = std::to_string(after);
        return answer;
      },
      evidence::note_export(reads, "list_import_rejects"));
}

}  // namespace

void mount(http::Router& router, storage::Store& store, Imports& imports, evidence::ReadBook& reads) {
  mount_files(router, store, imports);
  mount_reading(router, store, reads);
  const std::vector<std::string> errors = {"imports.batch_unknown", "imports.state_wrong"};
  http::command<http::Nothing, BatchView>(router, store,
                                          {.method = "POST",
                                           .path = "/api/v1/imports/{import}/application",
                                           .id = "apply_import",
                                           .tag = "imports",
                                           .summary = {"正式导入", "Enter the rows that passed"},
                                           .need = need,
                                           .answer_status = 202,
                                           .errors = errors},
                                          [&imports](storage::Transaction& transaction, const http::Request& request,
                                                     const http::Nothing&) -> base::Result<BatchView> {
                                            TRY(const base::Id id, request.id("import"));
                                            TRY(const Batch batch, imports.start(transaction, id, moment_of(request)));
                                            return view_of(batch);
                                          });
  http::command<Reason, BatchView>(
      router, store,
      {.method = "POST",
       .path = "/api/v1/imports/{import}/undo",
       .id = "undo_import",
       .tag = "imports",
       .summary = {"撤销整批导入;正在导入的先停下", "Undo the whole import; one that is being entered stops"},
       .need = need,
       .answer_status = 202,
       .errors = {"imports.batch_unknown", "imports.state_wrong", "imports.reason_missing", "imports.changed_since"}},
      [&imports](storage::Transaction& transaction, const http::Request& request,
                 const Reason& body) -> base::Result<BatchView> {
        TRY(const base::Id id, request.id("import"));
        TRY(const Batch batch, imports.undo(transaction, id, body.reason, moment_of(request)));
        return view_of(batch);
      });
  http::command<http::Nothing, BatchView>(router, store,
                                          {.method = "DELETE",
                                           .path = "/api/v1/imports/{import}",
                                           .id = "discard_import",
                                           .tag = "imports",
                                           .summary = {"放弃试导入", "Discard a checked import"},
                                           .need = need,
                                           .errors = errors},
                                          [&imports](storage::Transaction& transaction, const http::Request& request,
                                                     const http::Nothing&) -> base::Result<BatchView> {
                                            TRY(const base::Id id, request.id("import"));
                                            TRY(const Batch batch,
                                                imports.discard(transaction, id, moment_of(request)));
                                            return view_of(batch);
                                          });
}

}  // namespace imports
