/// Publishing: tiles, checkpoints, proofs.
#include <algorithm>

#include "chain.h"
#include "kernel/base/refusals.h"
#include "live.h"
#include "storage/files.h"
#include "store.h"

namespace evidence {
namespace {

constexpr int entries_per_read = 2'048;
constexpr std::int64_t anchor_us = 3'600 * base::us_per_second;
constexpr std::string_view anchor_type = "audit.checkpoint";

base::Error log_unknown(std::string_view log) {
  const std::string name(log);
  return base::not_found("evidence.log_unknown",
                         {"没有名为 " + name + " 的日志", "There is no log called " + name + "."});
}

base::Error not_published() {
  return base::not_found(
      "evidence.not_published",
      {"该序号尚未列入检查点,或不存在。新条目约两秒后可查",
       "No checkpoint covers this index yet, or it does not exist. A new entry is covered within about two "
       "seconds."});
}

base::Text leaf_differs(const Live& live, std::int64_t index) {
  return {"日志 " + live.row.name + " 第 " + std::to_string(index) + " 条与其哈希不符,已停止签署",
          "Entry " + std::to_string(index) + " of the log " + live.row.name +
              " does not match its hash: it signs no "
              "more."};
}

/// Reads what was committed after the tiles' end and adds it. Returns false when the database is found changed.
bool extend(storage::Store& store, Live& live) {
  while (true) {
    const auto from = static_cast<std::int64_t>(live.tiles->tree().size());
    const auto entries = store.read_value(
        [&](storage::Snapshot& snapshot) { return load_entries(snapshot, live.row.name, from, entries_per_read); });
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const StoredEntry& entry = entries[i];
      if (entry.index != from + static_cast<std::int64_t>(i) ||
          tlog::to_hex(tlog::leaf_hash(entry.text)) != entry.leaf_hash) {
        live.refuse(leaf_differs(live, from + static_cast<std::int64_t>(i)));
        return false;
      }
      live.tiles->add(entry.text);
    }
    if (entries.size() < static_cast<std::size_t>(entries_per_read)) break;
  }
  live.tiles->flush();
  return true;
}

/// Returns the entries covered anew.
std::int64_t publish_one(storage::Store& store, Live& live, base::Instant now) {
  const std::lock_guard publishing(live.publishing);
  if (live.is_refusing() || live.row.is_closed) return 0;
  const std::uint64_t before = live.served().first.size;
  const std::int64_t size =
      store.read_value([&](storage::Snapshot& snapshot) { return size_of(snapshot, live.row.name); });
  if (static_cast<std::uint64_t>(size) == before && !live.served().second.empty()) return 0;
  if (!extend(store, live)) return 0;
  const tlog::TreeHead head{.size = live.tiles->tree().size(), .root = live.tiles->tree().root()};
  const std::string text = tlog::to_text(tlog::Checkpoint{.origin = live.row.origin, .head = head});
  tlog::Note note{.text = text, .signatures = {}};
  for (const auto& signer : live.keys->signers()) note.signatures.push_back(signer->sign(text));
  const std::string signed_note = tlog::to_text(note);
  // The files outside the database first: they may claim more than the database remembers, never less.
  add_link(store, live, {.size = static_cast<std::int64_t>(head.size), .note = signed_note, .at = now});
  live.keep(signed_note);
  store_link(store, live);
  live.serve(head, signed_note, now);
  return static_cast<std::int64_t>(head.size - before);
}

}  // namespace

std::vector<tlog::VerifierKey> Live::known_keys() const {
  std::vector<tlog::VerifierKey> known = keys->keys();
  for (const tlog::Policy::Witness& witness : policy.witnesses) known.push_back(witness.key);
  return known;
}

std::pair<tlog::TreeHead, std::string> Live::served() const {
  const std::lock_guard guard(mutex);
  return {head, note};
}

void Live::refuse(const base::Text& why) {
  const std::lock_guard guard(mutex);
  if (!refusal) refusal = why;
}

bool Live::is_refusing() const {
  const std::lock_guard guard(mutex);
  return refusal.has_value();
}

void Live::keep(const std::string& new_note) const {
  storage::make_folder(folder);
  storage::write_file(checkpoint_file(), new_note);
}

void Live::serve(const tlog::TreeHead& new_head, const std::string& new_note, base::Instant at) {
  const std::lock_guard guard(mutex);
  head = new_head;
  note = new_note;
  signed_at = at;
}

Logs::Logs(storage::Store& store, Settings settings) : store_(store), settings_(std::move(settings)) {}
Logs::~Logs() = default;

base::Result<void> Logs::add(const LogRow& row, base::Instant now) {
  const auto live = std::make_shared<Live>();
  live->row = row;
  if (live->row.origin.empty()) {
    live->row.origin = settings_.origin + "/" + row.name;
    live->row.opened_at = now;
    store_.write([&](storage::Transaction& transaction) {
      name_log(transaction, row.name, live->row.origin, now);
      return true;
    });
  }
  live->folder = std::filesystem::path(settings_.folder) / row.name;
  live->policy = policy_;
  TRY(live->keys, KeyFile::load_or_make((live->folder / "keys").string(), live->row.origin, settings_.sealing));
  TRY(std::ignore, start(store_, *live));
  const std::lock_guard guard(mutex_);
  logs_[row.name] = live;
  return base::done();
}

base::Result<std::unique_ptr<Logs>> Logs::open(storage::Store& store, const Settings& settings, base::Instant now) {
  std::unique_ptr<Logs> logs(new Logs(store, settings));
  const std::filesystem::path policy = std::filesystem::path(settings.folder) / "policy";
  if (std::filesystem::exists(policy)) {
    TRY(logs->policy_, tlog::parse_policy(storage::read_file(policy)));
  }
  const auto rows = store.read_value([](storage::Snapshot& snapshot) { return list_logs(snapshot); });
  for (const LogRow& row : rows) {
    TRY(std::ignore, logs->add(row, now));
  }
  return logs;
}

void Logs::stop_if_set_back() {
  const std::lock_guard guard(mutex_);
  for (const auto& [name, live] : logs_)
    if (!live->row.is_closed && live->is_refusing() && !store_.stopped()) store_.stop_writing(*live->refusal);
}

std::shared_ptr<Live> Logs::find(std::string_view log) const {
  const std::lock_guard guard(mutex_);
  const auto found = logs_.find(log);
  return found == logs_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<Live>> Logs::everyone() const {
  const std::lock_guard guard(mutex_);
  std::vector<std::shared_ptr<Live>> all;
  for (const auto& [name, live] : logs_) all.push_back(live);
  return all;
}

std::int64_t Logs::publish(base::Instant now) {
  const std::vector<std::shared_ptr<Live>> all = everyone();
  std::int64_t covered = 0;
  for (const auto& live : all) covered += publish_one(store_, *live, now);
  stop_if_set_back();
  return covered;
}

int Logs::ask_witnesses(base::Instant now) {
  const std::vector<std::shared_ptr<Live>> all = everyone();
  int cosigned = 0;
  for (const auto& live : all) {
    if (live->row.is_closed || live->is_refusing() || live->served().second.empty()) continue;
    const auto opened = tlog::open_checkpoint(live->served().second, live->known_keys());
    for (const tlog::Policy::Witness& witness : live->policy.witnesses) {
      if (witness.url.empty()) continue;
      const bool has_cosigned = opened && std::any_of(opened->witnesses.begin(), opened->witnesses.end(),
                                                      [&](const tlog::Signed& each) { return each.by == witness.key; });
      if (!has_cosigned) cosigned += ask_witness(*live, witness, now);
    }
  }
  return cosigned;
}

void Logs::anchor_audit_log(base::Instant now) {
  std::optional<Standing> audit;
  for (Standing& standing : standings())
    if (standing.row.kind == "audit" && !standing.row.is_closed) audit = std::move(standing);
  if (!audit || audit->head.size == 0 || audit->refusal || store_.stopped()) return;
  const auto is_early = [&](storage::Snapshot& snapshot) {
    const auto last = last_anchor(snapshot, audit->row.name);
    return last && last->plus_us(anchor_us) > now;
  };
  if (store_.read_value(is_early)) return;
  store_.write([&](storage::Transaction& transaction) {
    if (is_early(transaction)) return false;
    save_anchor(transaction, audit->row.name, now);
    record(transaction, {.type = std::string(anchor_type),
                         .subject = "log/" + audit->row.name,
                         .at = now,
                         .open = {{"checkpoint", audit->checkpoint}}});
    return true;
  });
}

std::vector<Standing> Logs::standings() const {
  std::vector<std::string> names;
  for (const LogRow& row : store_.read_value([](storage::Snapshot& snapshot) { return list_logs(snapshot); }))
    names.push_back(row.name);
  std::vector<Standing> all;
  for (const std::string& name : names)
    if (auto one = standing(name)) all.push_back(std::move(*one));
  return all;
}

std::optional<Standing> Logs::standing(std::string_view log) const {
  const auto live = find(log);
  if (!live) return std::nullopt;
  Standing standing{.row = live->row, .keys = live->keys->keys(), .policy = live->policy};
  {
    const std::lock_guard guard(live->mutex);
    standing.head = live->head;
    standing.checkpoint = live->note;
    standing.signed_at = live->signed_at;
    standing.refusal = live->refusal;
  }
  standing.row.size = static_cast<std::int64_t>(standing.head.size);
  if (const auto opened = tlog::open_checkpoint(standing.checkpoint, live->known_keys())) {
    standing.witnesses = opened->witnesses;
    standing.is_witnessed = standing.policy.quorum != "none" && standing.policy.is_met(opened->witnesses);
  }
  return standing;
}

std::optional<std::string> Logs::tile(std::string_view log, tlog::TileId tile) const {
  const auto live = find(log);
  if (!live) return std::nullopt;
  const auto [head, note] = live->served();
  const auto last = tlog::tile_at(tile.level, tile.index, head.size);
  if (!last || tile.width > last->width) return std::nullopt;
  return read_tile(live->folder, tile);
}

base::Result<tlog::Proof> Logs::proof(std::string_view log, std::uint64_t index) const {
  const auto live = find(log);
  if (!live) return log_unknown(log);
  const auto [head, note] = live->served();
  if (index >= head.size) return not_published();
  tlog::Proof proof{.index = index, .path = {}, .checkpoint = note};
  TRY(proof.path, tlog::inclusion_proof(index, head.size, reader_of(live->folder, head.size)));
  return proof;
}

base::Result<Continuation> Logs::consistency(std::string_view log, std::uint64_t old_size,
                                             std::optional<std::uint64_t> size) const {
  const auto live = find(log);
  if (!live) return log_unknown(log);
  const auto [head, note] = live->served();
  const std::uint64_t end = size.value_or(head.size);
  if (old_size > end || end > head.size) return not_published();
  TRY(std::vector<tlog::Hash> proof, tlog::consistency_proof(old_size, end, reader_of(live->folder, head.size)));
  return Continuation{.proof = std::move(proof), .head = head, .checkpoint = note};
}

base::Result<tlog::Hash> Logs::leaf(std::string_view log, std::uint64_t index) const {
  const auto live = find(log);
  if (!live) return log_unknown(log);
  const auto [head, note] = live->served();
  if (index >= head.size) return not_published();
  return reader_of(live->folder, head.size)({.level = 0, .index = index});
}

base::Result<tlog::VerifierKey> Logs::rotate_key(std::string_view log, base::Instant now) {
  const auto live = find(log);
  if (!live || live->row.is_closed) return log_unknown(log);
  const std::lock_guard publishing(live->publishing);
  const tlog::VerifierKey key = live->keys->add();
  store_.write([&](storage::Transaction& transaction) {
    record(transaction, {.log = live->row.kind == "audit" ? LogKind::audit_log : LogKind::public_log,
                         .type = "log.key",
                         .subject = "log/" + live->row.name,
                         .at = now,
                         .open = {{"vkey", tlog::to_text(key)}}});
    return true;
  });
  return key;
}

base::Result<void> Logs::retire_keys(std::string_view log) {
  const auto live = find(log);
  if (!live || live->row.is_closed) return log_unknown(log);
  const std::lock_guard publishing(live->publishing);
  live->keys->retire_older();
  return base::done();
}

base::Result<std::string> Logs::reopen(std::string_view log, std::string_view reason, base::Instant now) {
  const auto old = find(log);
  if (!old || old->row.is_closed) return log_unknown(log);
  int number = 2;
  while (find(old->row.kind + "-" + std::to_string(number))) ++number;
  LogRow row{.name = old->row.kind + "-" + std::to_string(number),
             .kind = old->row.kind,
             .origin = {},
             .size = 0,
             .opened_at = now,
             .is_closed = false};
  row.origin = settings_.origin + "/" + row.name;
  const auto [head, note] = old->served();
  store_.write([&](storage::Transaction& transaction) {
    close_log(transaction, old->row.name, now);
    open_log(transaction, row);
    record(transaction,
           {.log = row.kind == "audit" ? LogKind::audit_log : LogKind::public_log,
            .type = "log.opened",
            .subject = "log/" + row.name,
            .at = now,
            .open = {
                {"previous_origin", old->row.origin}, {"previous_checkpoint", note}, {"reason", std::string(reason)}}});
    return true;
  });
  old->row.is_closed = true;
  TRY(std::ignore, add(row, now));
  return row.name;
}

}  // namespace evidence
