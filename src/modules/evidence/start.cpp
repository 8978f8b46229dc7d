/// Before a log signs again: is the database still the one that was signed?
#include "chain.h"
#include "live.h"
#include "storage/files.h"
#include "store.h"

namespace evidence {
namespace {

constexpr int entries_per_read = 2'048;

base::Text set_back(const Live& live, const std::string& zh, const std::string& en) {
  return {"日志 " + live.row.name + " 与已签署的检查点不符(" + zh +
              "),已停止签署并停止写入。数据库可能是从旧备份恢复的;请恢复最新数据,或由管理员用 yichuang log reopen "
              "另开新日志",
          "The log " + live.row.name + " does not match what was signed (" + en +
              "). It signs no more and writing has stopped. The database may have been restored from an old backup: "
              "restore the latest data, or open a new log with yichuang log reopen."};
}

/// The tiles of the first `size` entries, made anew out of the database.
base::Result<TileWriter> rebuild(storage::Store& store, const Live& live, std::uint64_t size) {
  TileWriter writer(live.folder);
  while (writer.tree().size() < size) {
    const auto from = static_cast<std::int64_t>(writer.tree().size());
    const int wanted = static_cast<int>(std::min<std::uint64_t>(entries_per_read, size - writer.tree().size()));
    const auto entries = store.read_value(
        [&](storage::Snapshot& snapshot) { return load_entries(snapshot, live.row.name, from, wanted); });
    if (entries.empty()) break;
    for (const StoredEntry& entry : entries) writer.add(entry.text);
  }
  writer.flush();
  return writer;
}

/// Whether the database's last entries before `size` are those of the tiles.
bool matches_end(storage::Store& store, const Live& live, std::uint64_t size) {
  const std::uint64_t from = (size - 1) / tlog::tile_width * tlog::tile_width;
  const auto tile = tlog::tile_at(0, from / tlog::tile_width, size);
  const auto bytes = read_tile(live.folder, *tile);
  const auto entries = store.read_value([&](storage::Snapshot& snapshot) {
    return load_entries(snapshot, live.row.name, static_cast<std::int64_t>(from), static_cast<int>(size - from));
  });
  if (!bytes || entries.size() != size - from) return false;
  for (std::size_t i = 0; i < entries.size(); ++i)
    if (bytes->substr(i * sizeof(tlog::Hash), sizeof(tlog::Hash)) != tlog::bytes_of(tlog::leaf_hash(entries[i].text)))
      return false;
  return true;
}

}  // namespace

base::Result<void> start(storage::Store& store, Live& live) {
  load_link(live);
  const bool was_signed =
      store.read_value([&](storage::Snapshot& snapshot) { return has_checkpoints(snapshot, live.row.name); });
  if (!std::filesystem::exists(live.checkpoint_file())) {
    if (was_signed)
      live.refuse(set_back(live, "数据库记得签过检查点,但本机没有高水位文件",
                           "the database remembers checkpoints, but this machine has no high-water file"));
    live.tiles.emplace(live.folder);
    return base::done();
  }
  const std::string note = storage::read_file(live.checkpoint_file());
  const auto opened = tlog::open_checkpoint(note, live.known_keys());
  if (!opened || opened->checkpoint.origin != live.row.origin) {
    live.refuse(set_back(live, "高水位文件损坏或不是本日志的", "the high-water file is damaged or of another log"));
    return base::done();
  }
  const tlog::TreeHead head = opened->checkpoint.head;
  live.head = head;
  live.note = note;
  // A program killed between the two files has signed what the chain ends with.
  const std::int64_t signed_size = std::max(static_cast<std::int64_t>(head.size), live.link ? live.link->size : 0);
  if (live.row.size < signed_size) {
    live.refuse(set_back(
        live, "数据库只有 " + std::to_string(live.row.size) + " 条,已签到 " + std::to_string(signed_size),
        "the database has " + std::to_string(live.row.size) + " entries, signed were " + std::to_string(signed_size)));
    return base::done();
  }
  auto resumed = TileWriter::resume(live.folder, head.size);
  if (!resumed || resumed->tree().root() != head.root) resumed = rebuild(store, live, head.size);
  if (!resumed || resumed->tree().size() != head.size || resumed->tree().root() != head.root ||
      (head.size > 0 && !matches_end(store, live, head.size))) {
    live.refuse(set_back(live, "数据库中的条目与已签署的根哈希不符", "the entries do not give the signed root"));
    return base::done();
  }
  live.tiles.emplace(std::move(resumed).value());
  if (!live.row.is_closed) store_link(store, live);
  return base::done();
}

}  // namespace evidence
