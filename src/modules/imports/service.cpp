#include <algorithm>
#include <functional>

#include "kernel/base/refusals.h"
#include "kernel/base/unicode.h"
#include "modules/registration/registration.h"
#include "modules/registration/search.h"
#include "store.h"

namespace imports {
namespace {

constexpr std::size_t value_bytes_max = 300;
/// Rows entered, or entities taken out, in one transaction: others wait for it no longer than a moment.
constexpr std::size_t rows_together = 500;
/// More batches than this at a time read their tables again for each piece.
constexpr std::size_t opened_max = 2;

base::Error batch_unknown() {
  return base::not_found("imports.batch_unknown", {"没有这个导入批次", "There is no such import."});
}

base::Error state_wrong(const Batch& batch) {
  return base::conflict("imports.state_wrong",
                        {"这个批次现在是“" + state_text(batch.state).zh + "”,不能这样做",
                         "The import is in the state: " + state_text(batch.state).en + ". This cannot be done now."});
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

tables::Encoding encoding_of(std::string_view encoding) {
  if (encoding == "utf8") return tables::Encoding::utf8;
  if (encoding == "gb18030") return tables::Encoding::gb18030;
  return tables::Encoding::detect;
}

/// The rows of a table, each held against those before it and against the register.
class Imports::Rows {
 public:
  using Accept = std::function<base::Result<void>(const Record& record, std::size_t index)>;
  struct Piece {
    std::int64_t accepted = 0;
    std::int64_t rejected = 0;
    std::vector<Reject> rejects;
  };

  static base::Result<Rows> of(tables::Table table, const Batch& batch, calendar::Date today) {
    TRY(Columns columns, columns_of(table.headings, batch.said));
    return Rows(std::move(table), std::move(columns), batch.division, today);
  }
  std::size_t count() const { return table_.rows.size(); }

  /// What passes goes to `accept`, which may refuse it, too. A piece may be gone over again: its transaction was
  /// rolled back, or it was entered before the program stopped.
  Piece go(storage::Snapshot& snapshot, std::size_t from, std::size_t to, const Accept& accept) {
    remember(from);
    const Frame frame{.headings = table_.headings, .columns = columns_, .today = today_, .division = division_};
    Piece piece;
    for (std::size_t index = from; index < to; ++index) {
      const tables::Row& row = table_.rows[index];
      RowRead read = read_row(row.cells, row.line, frame);
      if (read.record) hold_against(snapshot, *read.record, row.line, frame, read.rejects);
      if (read.rejects.empty()) {
        const auto entered = accept(*read.record, index);
        if (entered) {
          ++piece.accepted;
          continue;
        }
        read.rejects.push_back({.line = row.line, .code = entered.error().code, .message = entered.error().message});
      }
      ++piece.rejected;
      keep(piece, std::move(read.rejects));
    }
    known_ = std::max(known_, to);
    return piece;
  }

 private:
  /// Rows that were gone over before the program stopped, or by another one: only what later rows are compared with.
  void remember(std::size_t to) {
    const Frame frame{.headings = table_.headings, .columns = columns_, .today = today_, .division = division_};
    for (; known_ < to; ++known_) {
      const tables::Row& row = table_.rows[known_];
      const RowRead read = read_row(row.cells, row.line, frame);
      if (!read.record) continue;
      codes_.emplace(read.record->credit_code, row.line);
      if (read.record->facts.status == "open") names_.emplace(base::tidy(read.record->facts.name), row.line);
    }
  }

  Rows(tables::Table table, Columns columns, std::string division, calendar::Date today)
      : table_(std::move(table)), columns_(std::move(columns)), division_(std::move(division)), today_(today) {}

  /// The line on which the key stands first; nothing when that is this one.
  static std::optional<int> seen(std::map<std::string, int>& lines, const std::string& key, int line) {
    const auto [at, is_new] = lines.emplace(key, line);
    return is_new || at->second == line ? std::nullopt : std::optional(at->second);
  }

  void hold_against(storage::Snapshot& snapshot, const Record& record, int line, const Frame& frame,
                    std::vector<Reject>& found) {
    const auto reject = [&](const char* item, const std::string& value, const char* code, base::Text message) {
      found.push_back({.line = line,
                       .heading = frame.headings[frame.columns.at(item)],
                       .value = value,
                       .code = std::string("imports.") + code,
                       .message = std::move(message)});
    };
    const std::string& code = record.credit_code;
    const std::string name = base::tidy(record.facts.name);
    if (const auto first = seen(codes_, code, line))
      reject("credit_code", code, "code_twice",
             {"与第" + std::to_string(*first) + "行的代码相同",
              "The same code as on line " + std::to_string(*first) + "."});
    else if (registration::find_by_code(snapshot, code))
      reject("credit_code", code, "code_taken", {"登记簿中已有这个代码", "This code is in the register already."});
    if (record.facts.status != "open") return;
    if (const auto first = seen(names_, name, line))
      reject("name", name, "name_twice",
             {"与第" + std::to_string(*first) + "行的名称相同",
              "The same name as on line " + std::to_string(*first) + "."});
    else if (registration::is_name_taken(snapshot, division_, name))
      reject("name", name, "name_taken",
             {"登记簿中已有同名的在营主体", "An open entity of this name is in the register already."});
  }

  static void keep(Piece& piece, std::vector<Reject> more) {
    for (Reject& reject : more) {
      if (piece.rejects.size() == rejects_max) return;
      if (reject.value.size() > value_bytes_max) {
        reject.value.resize(value_bytes_max);
        while (!base::is_utf8(reject.value)) reject.value.pop_back();
      }
      piece.rejects.push_back(std::move(reject));
    }
  }

  tables::Table table_;
  Columns columns_;
  std::string division_;
  calendar::Date today_;
  std::size_t known_ = 0;  // rows whose codes and names are in the next two
  std::map<std::string, int> codes_;
  std::map<std::string, int> names_;
};

Imports::Imports(storage::FileStore& files) : files_(files) {}
Imports::~Imports() = default;

base::Result<Checked> Imports::check(storage::Snapshot& snapshot, const NewBatch& request, const Moment& moment) const {
  TRY(tables::Table table, read_(request.bytes, encoding_of(request.encoding)));
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
  batch.rows_total = static_cast<std::int64_t>(table.rows.size());
  TRY(Rows rows, Rows::of(std::move(table), batch, calendar::local_date(moment.now)));
  Rows::Piece all = rows.go(snapshot, 0, rows.count(), [](const Record&, std::size_t) { return base::Result<void>(); });
  batch.rows_accepted = all.accepted;
  batch.rows_rejected = all.rejected;
  return Checked{.batch = std::move(batch), .rejects = std::move(all.rejects)};
}

Batch Imports::keep(storage::Transaction& transaction, const Checked& checked, std::string_view bytes) {
  CHECK(files_.put(bytes) == checked.batch.sha256);
  insert_batch(transaction, checked.batch);
  add_rejects(transaction, checked.batch, checked.rejects);
  return checked.batch;
}

base::Result<Batch> Imports::start(storage::Transaction& transaction, base::Id id, const Moment& moment) {
  std::optional<Batch> batch = find_batch(transaction, moment.actor.scope, id);
  if (!batch) return batch_unknown();
  if (batch->state != "checked" || batch->rows_accepted == 0) return state_wrong(*batch);
  batch->state = "applying";
  batch->rows_done = batch->rows_accepted = batch->rows_rejected = 0;  // checked again: the register may have moved on
  batch->changed_at = moment.now;
  if (!move_batch(transaction, *batch, "checked")) return state_wrong(*batch);
  drop_rejects(transaction, id);
  transaction.enqueue("imports.apply", "{\"batch\":\"" + base::to_text(id) + "\"}", moment.now);
  return *batch;
}

base::Result<Batch> Imports::work(storage::Store& store, base::Id id, base::Instant now) {
  while (true) {
    TRY(Batch batch, go_on(store, id, now));
    if (!is_under_way(batch)) return batch;
  }
}

base::Result<Batch> Imports::go_on(storage::Store& store, base::Id id, base::Instant now) {
  const std::lock_guard guard(working_);
  const auto found = store.read_value(
      [&](storage::Snapshot& snapshot) { return find_batch(snapshot, access_control::Scope::of_division(""), id); });
  if (!found) return batch_unknown();
  // A clock that was set back meanwhile must not give an id, or a place in history, a second time.
  now = std::max(now, found->changed_at);
  if (found->state != "applying") opened_.erase(id);
  if (found->state == "undoing") return take_back(store, *found, now);
  if (found->state != "applying") return *found;
  auto entered = enter(store, *found, now);
  if (entered) return entered;
  return give_up(store, id, entered.error(), now);
}

base::Result<bool> Imports::enter_piece(storage::Transaction& transaction, Batch& batch, Rows& rows, std::size_t to,
                                        base::Instant now) {
  const std::size_t from = static_cast<std::size_t>(batch.rows_done);
  batch.rows_done = static_cast<std::int64_t>(to);
  if (!advance_batch(transaction, batch, static_cast<std::int64_t>(from))) return false;
  std::vector<Entered> entered;
  const auto accept = [&](const Record& record, std::size_t index) -> base::Result<void> {
    // A batch has fewer rows than an id has random values, and rows of a batch get neighbouring ids.
    const base::Id id = base::make_id(now.plus_us(1'000 * static_cast<std::int64_t>(index / 1'000)),
                                      static_cast<std::uint32_t>((index % 1'000) << 10 | (batch.id.number & 1023)));
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
  const Rows::Piece piece = rows.go(transaction, from, to, accept);
  registration::index_waiting(transaction);
  batch.rows_accepted += piece.accepted;
  batch.rows_rejected += piece.rejected;
  batch.changed_at = now;
  if (to == rows.count()) batch.state = "applied";
  CHECK(move_batch(transaction, batch, "applying"));
  add_rejects(transaction, batch, piece.rejects);
  insert_entities(transaction, batch, entered);
  return true;
}

base::Result<std::unique_ptr<Imports::Rows>> Imports::open(const Batch& batch, base::Instant now) {
  if (const auto found = opened_.find(batch.id); found != opened_.end()) {
    std::unique_ptr<Rows> rows = std::move(found->second);
    opened_.erase(found);
    return rows;
  }
  const auto bytes = files_.get(batch.sha256);
  if (!bytes)
    return base::conflict("imports.file_lost",
                          {"找不到上传的文件,请重新上传", "The uploaded file is gone: upload it again."});
  TRY(tables::Table table, read_(*bytes, encoding_of(batch.encoding)));
  TRY(Rows rows, Rows::of(std::move(table), batch, calendar::local_date(now)));
  return std::make_unique<Rows>(std::move(rows));
}

base::Result<Batch> Imports::enter(storage::Store& store, const Batch& batch, base::Instant now) {
  TRY(std::unique_ptr<Rows> rows, open(batch, now));
  const std::size_t to = std::min(rows->count(), static_cast<std::size_t>(batch.rows_done) + rows_together);
  Batch next;
  TRY(const bool is_ours, store.write_result([&](storage::Transaction& transaction) {
    next = batch;
    return enter_piece(transaction, next, *rows, to, now);
  }));
  if (!is_ours) return batch;
  if (next.state != "applying") return next;
  if (opened_.size() == opened_max) opened_.erase(opened_.begin());
  opened_.emplace(batch.id, std::move(rows));
  return next;
}

base::Result<Batch> Imports::give_up(storage::Store& store, base::Id id, const base::Error& error, base::Instant now) {
  const std::string reason = error.message.zh + " / " + error.message.en;
  return store.write_result([&](storage::Transaction& transaction) -> base::Result<Batch> {
    std::optional<Batch> batch = find_batch(transaction, access_control::Scope::of_division(""), id);
    if (!batch) return batch_unknown();
    if (batch->rows_done > 0) return begin_undo(transaction, *batch, reason, now);
    batch->state = "failed";
    batch->reason = reason;
    batch->changed_at = now;
    move_batch(transaction, *batch, "applying");
    return *batch;
  });
}

base::Result<Batch> Imports::begin_undo(storage::Transaction& transaction, Batch batch, const std::string& reason,
                                        base::Instant now) const {
  const std::string from = batch.state;
  batch.state = "undoing";
  batch.reason = reason;
  batch.rows_done = 0;
  batch.changed_at = now;
  if (!move_batch(transaction, batch, from)) return state_wrong(batch);
  const auto held = registration::hold(transaction, entities_of(transaction, batch.id, 0, rows_max));
  if (!held)
    return base::Error{.kind = base::Refusal::rule_not_met,
                       .code = "imports.changed_since",
                       .message = {"批次中有主体在导入后又办理了登记,整批都没有撤销",
                                   "Entities of this import have been written about since: nothing was undone."},
                       .places = held.error().places};
  return batch;
}

base::Result<Batch> Imports::take_back(storage::Store& store, const Batch& batch, base::Instant now) {
  return store.write_result([&](storage::Transaction& transaction) -> base::Result<Batch> {
    Batch next = batch;
    const std::vector<Entered> entities =
        entities_of(transaction, batch.id, static_cast<std::size_t>(batch.rows_done), rows_together);
    next.rows_done += static_cast<std::int64_t>(entities.size());
    if (!advance_batch(transaction, next, batch.rows_done)) return batch;  // another process was faster
    next.changed_at = now;
    if (entities.size() < rows_together) next.state = "undone";
    CHECK(move_batch(transaction, next, "undoing"));
    for (const auto& [entity, sequence] : entities) {
      TRY(std::ignore,
          registration::take_out(
              transaction, access_control::Scope::of_division(batch.division), entity, sequence, batch.reason,
              {.id = entity, .as_of = calendar::local_date(now), .now = now, .actor = batch.person}));
    }
    return next;
  });
}

base::Result<Batch> Imports::undo(storage::Transaction& transaction, base::Id id, const std::string& reason,
                                  const Moment& moment) {
  const std::optional<Batch> batch = find_batch(transaction, moment.actor.scope, id);
  if (!batch) return batch_unknown();
  if (batch->state != "applied" && batch->state != "applying") return state_wrong(*batch);
  if (base::tidy(reason).empty())
    return base::invalid_at("/reason", "imports.reason_missing", {"请写明撤销的原因", "Say why it is undone."});
  TRY(const Batch undoing, begin_undo(transaction, *batch, base::tidy(reason), moment.now));
  transaction.enqueue("imports.apply", "{\"batch\":\"" + base::to_text(id) + "\"}", moment.now);
  return undoing;
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

}  // namespace imports
