#include <algorithm>
#include <functional>
#include <set>

#include "kernel/base/unicode.h"
#include "modules/registration/registration.h"
#include "modules/registration/search.h"
#include "store.h"

namespace imports {
namespace {

/// Entities that stand in the way of an undo, named in the refusal.
constexpr std::size_t named_max = 20;
constexpr std::size_t value_bytes_max = 300;
constexpr std::int64_t entities_indexed_together = 2'000;

base::Error batch_unknown() {
  return {.kind = base::Refusal::not_found,
          .code = "imports.batch_unknown",
          .message = {"没有这个导入批次", "There is no such import."}};
}

base::Error state_wrong(const Batch& batch) {
  return {.kind = base::Refusal::conflict,
          .code = "imports.state_wrong",
          .message = {"这个批次现在是“" + state_text(batch.state).zh + "”,不能这样做",
                      "The import is in the state: " + state_text(batch.state).en + ". This cannot be done now."}};
}

tables::Encoding encoding_of(std::string_view encoding) {
  if (encoding == "utf8") return tables::Encoding::utf8;
  if (encoding == "gb18030") return tables::Encoding::gb18030;
  return tables::Encoding::detect;
}

/// Goes through the rows, holds each against those before it and against the register; what passes goes to `accept`.
class Rows {
 public:
  Rows(storage::Snapshot& snapshot, const Batch& batch, calendar::Date today)
      : snapshot_(snapshot), batch_(batch), today_(today) {}

  using Accept = std::function<base::Result<void>(const Record& record, int line)>;
  base::Result<void> go(const tables::Table& table, const Accept& accept, Progress* progress) {
    TRY(const Columns columns, columns_of(table.headings, batch_.said));
    const Frame frame{.headings = table.headings, .columns = columns, .today = today_, .division = batch_.division};
    if (progress) progress->rows_total = static_cast<std::int64_t>(table.rows.size());
    for (const tables::Row& row : table.rows) {
      ++total;
      if (progress) progress->rows_done = total;
      RowRead read = read_row(row.cells, row.line, frame);
      if (read.record) hold_against(*read.record, row.line, frame, read.rejects);
      if (read.rejects.empty()) {
        const auto entered = accept(*read.record, row.line);
        if (entered) {
          ++accepted;
          continue;
        }
        read.rejects.push_back({.line = row.line, .code = entered.error().code, .message = entered.error().message});
      }
      ++rejected;
      keep(std::move(read.rejects));
    }
    return {};
  }

  std::int64_t total = 0;
  std::int64_t accepted = 0;
  std::int64_t rejected = 0;
  std::vector<Reject> rejects;

 private:
  void hold_against(const Record& record, int line, const Frame& frame, std::vector<Reject>& found) {
    const auto reject = [&](const char* item, const std::string& value, const char* code, base::Text message) {
      found.push_back({.line = line,
                       .heading = frame.headings[frame.columns.at(item)],
                       .value = value,
                       .code = std::string("imports.") + code,
                       .message = std::move(message)});
    };
    const std::string& code = record.credit_code;
    const std::string name = base::tidy(record.facts.name);
    if (const auto seen = codes_.emplace(code, line); !seen.second)
      reject("credit_code", code, "code_twice",
             {"与第" + std::to_string(seen.first->second) + "行的代码相同",
              "The same code as on line " + std::to_string(seen.first->second) + "."});
    else if (registration::find_by_code(snapshot_, code))
      reject("credit_code", code, "code_taken", {"登记簿中已有这个代码", "This code is in the register already."});
    if (record.facts.status != "open") return;
    if (const auto seen = names_.emplace(name, line); !seen.second)
      reject("name", name, "name_twice",
             {"与第" + std::to_string(seen.first->second) + "行的名称相同",
              "The same name as on line " + std::to_string(seen.first->second) + "."});
    else if (registration::is_name_taken(snapshot_, batch_.division, name))
      reject("name", name, "name_taken",
             {"登记簿中已有同名的在营主体", "An open entity of this name is in the register already."});
  }

  void keep(std::vector<Reject> more) {
    for (Reject& reject : more) {
      if (rejects.size() == rejects_max) return;
      if (reject.value.size() > value_bytes_max) {
        reject.value.resize(value_bytes_max);
        while (!base::is_utf8(reject.value)) reject.value.pop_back();
      }
      rejects.push_back(std::move(reject));
    }
  }

  storage::Snapshot& snapshot_;
  const Batch& batch_;
  calendar::Date today_;
  std::map<std::string, int> codes_;
  std::map<std::string, int> names_;
};

void take_over(Batch& batch, const Rows& rows) {
  batch.rows_total = rows.total;
  batch.rows_accepted = rows.accepted;
  batch.rows_rejected = rows.rejected;
}

registration::NewEntity entity_of(const Record& record, const Batch& batch) {
  const registration::Facts& facts = record.facts;
  return {.division = batch.division,
          .office = batch.office,
          .kind = record.kind,
          .name = facts.name,
          .township = facts.township,
          .address = facts.address,
          .operator_name = facts.operator_name,
          .type = facts.type,
          .scope = facts.scope,
          .industry = facts.industry,
          .capital_fen = facts.capital_fen,
          .credit_code = record.credit_code};
}

}  // namespace

base::Result<Checked> Imports::check(storage::Snapshot& snapshot, const NewBatch& request, const Moment& moment) const {
  TRY(const tables::Table table, tables::read(request.bytes, encoding_of(request.encoding)));
  if (table.rows.empty())
    return base::Error{.kind = base::Refusal::invalid,
                       .code = "imports.nothing_in_it",
                       .message = {"表格只有表头,没有数据", "The table has headings but no rows."}};
  Batch batch{.id = request.id,
              .division = moment.division,
              .office = moment.office,
              .person = moment.actor.person,
              .person_name = moment.actor.name,
              .file_name = request.file_name,
              .sha256 = storage::sha256_hex(request.bytes),
              .encoding = request.encoding,
              .said = request.said,
              .state = "checked",
              .created_at = moment.now,
              .changed_at = moment.now,
              .reason = {}};
  Rows rows(snapshot, batch, calendar::local_date(moment.now));
  TRY(std::ignore, rows.go(
                       table, [](const Record&, int) { return base::Result<void>(); }, nullptr));
  take_over(batch, rows);
  return Checked{.batch = std::move(batch), .rejects = std::move(rows.rejects)};
}

Batch Imports::keep(storage::Transaction& transaction, const Checked& checked, std::string_view bytes) {
  CHECK(files_.put(bytes) == checked.batch.sha256);
  insert_batch(transaction, checked.batch);
  replace_rejects(transaction, checked.batch, checked.rejects);
  return checked.batch;
}

base::Result<Batch> Imports::start(storage::Transaction& transaction, base::Id id, const Moment& moment) {
  std::optional<Batch> batch = find_batch(transaction, moment.actor.scope, id);
  if (!batch) return batch_unknown();
  if (batch->state != "checked" || batch->rows_accepted == 0) return state_wrong(*batch);
  batch->state = "applying";
  batch->changed_at = moment.now;
  move_batch(transaction, *batch, "checked");
  transaction.enqueue("imports.apply", "{\"batch\":\"" + base::to_text(id) + "\"}", moment.now);
  return *batch;
}

base::Result<Batch> Imports::work(storage::Store& store, base::Id id, base::Instant now) {
  const access_control::Scope everywhere = access_control::Scope::of_division("");
  const auto progress = std::make_shared<Progress>();
  {
    const std::lock_guard guard(mutex_);
    progress_[id] = progress;
  }
  const auto forget = [&] {
    const std::lock_guard guard(mutex_);
    progress_.erase(id);
  };
  base::Result<Batch> done = batch_unknown();
  try {
    done = store.write_result([&](storage::Transaction& transaction) -> base::Result<Batch> {
      const std::optional<Batch> batch = find_batch(transaction, everywhere, id);
      if (!batch) return batch_unknown();
      if (batch->state != "applying") return *batch;
      return enter(transaction, *batch, now, *progress);
    });
  } catch (...) {
    forget();
    throw;
  }
  forget();
  if (done || done.error().code == "imports.batch_unknown") return done;
  // Refused as a whole: said so in the batch, so that nobody waits for it.
  return store.write_result([&](storage::Transaction& transaction) -> base::Result<Batch> {
    std::optional<Batch> batch = find_batch(transaction, everywhere, id);
    if (!batch) return batch_unknown();
    batch->state = "failed";
    batch->reason = done.error().message.zh + " / " + done.error().message.en;
    batch->changed_at = now;
    move_batch(transaction, *batch, "applying");
    return *batch;
  });
}

base::Result<Batch> Imports::enter(storage::Transaction& transaction, const Batch& started, base::Instant now,
                                   Progress& progress) {
  Batch batch = started;
  const auto bytes = files_.get(batch.sha256);
  if (!bytes)
    return base::Error{.kind = base::Refusal::conflict,
                       .code = "imports.file_lost",
                       .message = {"找不到上传的文件,请重新上传", "The uploaded file is gone: upload it again."}};
  TRY(const tables::Table table, tables::read(*bytes, encoding_of(batch.encoding)));
  Rows rows(transaction, batch, calendar::local_date(now));
  std::vector<Entered> entered;
  std::uint32_t count = 0;
  const auto accept = [&](const Record& record, int) -> base::Result<void> {
    // A batch has fewer rows than an id has random values, and rows of a batch get neighbouring ids.
    const base::Id id =
        base::make_id(now.plus_us(1'000 * (count / 1'000)), (count % 1'000) << 10 | (batch.id.number & 1023));
    ++count;
    std::vector<registration::PastWriting> past;
    if (record.ended_on)
      past.push_back({.event = record.facts.status,
                      .items = {{"status", record.facts.status}},
                      .reason = "导入",
                      .as_of = *record.ended_on,
                      .known_at = now});
    TRY(const registration::Entity entity,
        registration::establish_with_past(transaction, entity_of(record, batch),
                                          {.id = id, .as_of = record.established_on, .now = now, .actor = batch.person},
                                          past, registration::Indexing::later));
    entered.push_back({entity.id, entity.sequence});
    return {};
  };
  TRY(std::ignore, rows.go(table, accept, &progress));
  while (registration::index_waiting(transaction) == entities_indexed_together) {
  }
  take_over(batch, rows);
  batch.state = "applied";
  batch.changed_at = now;
  CHECK(move_batch(transaction, batch, "applying"));
  replace_rejects(transaction, batch, rows.rejects);
  insert_entities(transaction, batch, entered);
  return batch;
}

base::Result<Batch> Imports::undo(storage::Transaction& transaction, base::Id id, const std::string& reason,
                                  const Moment& moment) {
  std::optional<Batch> batch = find_batch(transaction, moment.actor.scope, id);
  if (!batch) return batch_unknown();
  if (batch->state != "applied") return state_wrong(*batch);
  if (base::tidy(reason).empty())
    return base::Error{
        .kind = base::Refusal::invalid,
        .code = "imports.reason_missing",
        .message = {"请写明撤销的原因", "Say why it is undone."},
        .places = {{"/reason", "imports.reason_missing", {"请写明撤销的原因", "Say why it is undone."}}}};
  std::vector<base::Place> places;
  for (const auto& [entity, sequence] : entities_of(transaction, id)) {
    const auto out = registration::take_out(
        transaction, moment.actor.scope, entity, sequence, base::tidy(reason),
        {.id = entity, .as_of = calendar::local_date(moment.now), .now = moment.now, .actor = moment.actor.person});
    if (out) continue;
    places.push_back({"/entities/" + base::to_text(entity), out.error().code, out.error().message});
    if (places.size() == named_max) break;
  }
  if (!places.empty())
    return base::Error{.kind = base::Refusal::rule_not_met,
                       .code = "imports.changed_since",
                       .message = {"批次中有主体在导入后又办理了登记,整批都没有撤销",
                                   "Entities of this import have been written about since: nothing was undone."},
                       .places = std::move(places)};
  batch->state = "undone";
  batch->reason = base::tidy(reason);
  batch->changed_at = moment.now;
  CHECK(move_batch(transaction, *batch, "applied"));
  return *batch;
}

base::Result<Batch> Imports::discard(storage::Transaction& transaction, base::Id id, const Moment& moment) {
  std::optional<Batch> batch = find_batch(transaction, moment.actor.scope, id);
  if (!batch) return batch_unknown();
  if (batch->state != "checked" && batch->state != "failed") return state_wrong(*batch);
  const std::string from = batch->state;
  batch->state = "discarded";
  batch->changed_at = moment.now;
  CHECK(move_batch(transaction, *batch, from));
  return *batch;
}

std::shared_ptr<const Progress> Imports::progress_of(base::Id batch) const {
  const std::lock_guard guard(mutex_);
  const auto found = progress_.find(batch);
  return found == progress_.end() ? nullptr : found->second;
}

}  // namespace imports
