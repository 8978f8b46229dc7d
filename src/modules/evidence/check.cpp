/// From end to end: is what the database, the tiles and the checkpoints say one and the same?
#include <algorithm>
#include <set>
#include <utility>

#include "live.h"
#include "storage/files.h"
#include "store.h"

namespace evidence {
namespace {

namespace fs = std::filesystem;
constexpr int entries_per_read = 2'048;
/// Of each kind; a shifted log differs everywhere, and one line of each kind says it.
constexpr int findings_max = 5;
constexpr std::size_t streams_max = 20;

std::string number(std::uint64_t value) {
  return std::to_string(value);
}

/// Goes through one log; what it finds is added to `findings`.
class Examiner {
 public:
  Examiner(storage::Snapshot& snapshot, const Live& live, std::vector<base::Text>& findings)
      : snapshot_(snapshot),
        live_(live),
        findings_(findings),
        head_(live.row.is_closed ? tlog::TreeHead{} : live.served().first) {}

  struct Stream {
    std::int64_t first = INT64_MAX;
    std::int64_t count = 0;
  };
  using Streams = std::map<std::pair<std::string, std::int64_t>, Stream>;

  /// Of a closed log nothing is asked but that each entry is as it was written: it was closed because the rest is lost.
  void examine(Streams& streams) {
    if (!live_.row.is_closed) load_checkpoints();
    while (true) {
      const auto contents =
          load_contents(snapshot_, live_.row.name, static_cast<std::int64_t>(next_), entries_per_read);
      for (const LoggedContent& content : contents) examine_entry(content, streams);
      if (contents.size() < static_cast<std::size_t>(entries_per_read)) break;
    }
    if (live_.row.is_closed) return;
    finish_tiles();
    examine_end();
    examine_files();
  }

 private:
  void add(std::string_view kind, const std::string& zh, const std::string& en) {
    if (++told_[kind] <= findings_max)
      findings_.push_back({"日志 " + live_.row.name + ":" + zh, "Log " + live_.row.name + ": " + en});
  }

  void load_checkpoints() {
    for (const StoredCheckpoint& stored : checkpoints_of(snapshot_, live_.row.name)) {
      const auto opened = tlog::open_checkpoint(stored.note, live_.known_keys());
      if (!opened || opened->checkpoint.origin != live_.row.origin ||
          opened->checkpoint.head.size != static_cast<std::uint64_t>(stored.size))
        add("checkpoint", "第 " + number(static_cast<std::uint64_t>(stored.size)) + " 条处的检查点签名不成立",
            "the checkpoint at size " + number(static_cast<std::uint64_t>(stored.size)) + " is not rightly signed");
      else
        roots_[opened->checkpoint.head.size] = opened->checkpoint.head.root;
    }
    const auto opened = tlog::open_checkpoint(live_.served().second, live_.known_keys());
    if (opened) roots_[opened->checkpoint.head.size] = opened->checkpoint.head.root;
    check_root();
  }

  void check_root() {
    const auto found = roots_.find(tree_.size());
    if (found == roots_.end()) return;
    if (found->second != tree_.root())
      add("root", "前 " + number(tree_.size()) + " 条与已签署的检查点不符:有条目被改动、替换、插入或调换",
          "the first " + number(tree_.size()) +
              " entries do not match the signed checkpoint: entries were changed, replaced, inserted or reordered");
  }

  void examine_entry(const LoggedContent& content, Streams& streams) {
    const StoredEntry& entry = content.entry;
    const auto index = static_cast<std::uint64_t>(entry.index);
    if (index != next_)
      add("missing", "缺少第 " + number(next_) + " 至 " + number(index - 1) + " 条",
          "the entries " + number(next_) + " to " + number(index - 1) + " are missing");
    next_ = index + 1;
    const tlog::Hash leaf = tlog::leaf_hash(entry.text);
    if (tlog::to_hex(leaf) != entry.leaf_hash)
      add("hash", "第 " + number(index) + " 条的内容与其哈希不符",
          "entry " + number(index) + " does not match its hash");
    examine_chain(entry);
    examine_event(content, streams);
    grow(entry.text, leaf);
  }

  void examine_chain(const StoredEntry& entry) {
    const auto last = last_of_subject_.find(entry.subject);
    const std::string prev = last == last_of_subject_.end() ? "null" : std::to_string(last->second);
    if (entry.text.find("\"prev\":" + prev + ",\"subj\":" + json_string(entry.subject) + ",") == std::string::npos)
      add("chain", "第 " + std::to_string(entry.index) + " 条没有接上同一事项的前一条(" + prev + ")",
          "entry " + std::to_string(entry.index) + " does not continue its subject's entry before it (" + prev + ")");
    last_of_subject_[entry.subject] = entry.index;
  }

  void examine_event(const LoggedContent& content, Streams& streams) {
    const StoredEntry& entry = content.entry;
    if (entry.event.kind.empty()) return;
    Stream& stream = streams[{entry.event.kind, entry.event.id}];
    stream.first = std::min(stream.first, entry.event.sequence);
    ++stream.count;
    const std::string name = entry.subject + " " + std::to_string(entry.event.sequence);
    if (content.type.empty()) {
      add("gone", "事件 " + name + " 已记入第 " + std::to_string(entry.index) + " 条,但事件表中没有",
          "the event " + name + " of entry " + std::to_string(entry.index) + " is gone from the events");
      return;
    }
    if (entry.text.find("\"type\":" + json_string(content.type)) == std::string::npos)
      add("kind", "事件 " + name + " 的种类与第 " + std::to_string(entry.index) + " 条不符",
          "the event " + name + " is of another kind than entry " + std::to_string(entry.index) + " says");
    const auto salt = parse_salt(entry.salt);
    if (!salt) return;  // erased: nobody can tell any more
    for (const Field& field : {Field{"content", content.data}, Field{"by", base::to_text(content.actor)}})
      if (entry.text.find("\"" + field.name + "\":\"" + tlog::to_hex(seal(*salt, field)) + "\"") == std::string::npos)
        add("content", "事件 " + name + " 的内容或经办人与第 " + std::to_string(entry.index) + " 条不符",
            "the event " + name + " has another content or actor than entry " + std::to_string(entry.index) + " says");
  }

  void grow(const std::string& text, const tlog::Hash& leaf) {
    if (tree_.size() < head_.size) {
      bundle_.push_back(text);
      if (bundle_.size() == tlog::tile_width) compare_bundle();
      add_hash(0, leaf);
    }
    tree_.add(leaf);
    check_root();
  }

  void add_hash(std::size_t level, const tlog::Hash& hash) {
    if (levels_.size() <= level) levels_.resize(level + 1);
    levels_[level].bytes += tlog::bytes_of(hash);
    if (levels_[level].bytes.size() < tlog::tile_width * sizeof(tlog::Hash)) return;
    compare_tile(level);
    const std::string bytes = std::exchange(levels_[level].bytes, {});
    ++levels_[level].index;
    tlog::Frontier tile;
    for (std::size_t i = 0; i < bytes.size(); i += sizeof(tlog::Hash))
      tile.add(*tlog::hash_of_bytes(std::string_view(bytes).substr(i, sizeof(tlog::Hash))));
    add_hash(level + 1, tile.root());
  }

  void compare(tlog::TileId tile, const std::string& bytes) {
    const auto stored = read_tile(live_.folder, tile);
    if (!stored)
      add("tile_missing", "数据块 " + tlog::to_path(tile) + " 缺失", "the tile " + tlog::to_path(tile) + " is missing");
    else if (*stored != bytes)
      add("tile", "数据块 " + tlog::to_path(tile) + " 与数据库不符",
          "the tile " + tlog::to_path(tile) + " does not match the database");
  }
  void compare_tile(std::size_t level) {
    const std::string& bytes = levels_[level].bytes;
    compare(
        {.level = static_cast<int>(level), .index = levels_[level].index, .width = bytes.size() / sizeof(tlog::Hash)},
        bytes);
  }
  void compare_bundle() {
    compare({.level = tlog::entries_level, .index = bundle_index_++, .width = bundle_.size()},
            tlog::to_bundle(bundle_));
    bundle_.clear();
  }

  void finish_tiles() {
    for (std::size_t level = 0; level < levels_.size(); ++level)
      if (!levels_[level].bytes.empty()) compare_tile(level);
    if (!bundle_.empty()) compare_bundle();
  }

  void examine_end() {
    const auto size = static_cast<std::uint64_t>(size_of(snapshot_, live_.row.name));
    if (next_ != size)
      add("size", "应有 " + number(size) + " 条,实有 " + number(next_) + " 条",
          number(size) + " entries were written, " + number(next_) + " are there");
    const std::uint64_t signed_size = std::max(head_.size, roots_.empty() ? 0 : roots_.rbegin()->first);
    if (next_ < signed_size)
      add("rolled_back", "已签署到第 " + number(signed_size) + " 条,数据库只有 " + number(next_) + " 条:数据库被回退",
          number(signed_size) + " entries were signed, the database has " + number(next_) + ": it was rolled back");
  }

  /// Every file in the folder of tiles is the beginning of the tile at its place.
  void examine_files() {
    const fs::path folder = live_.folder / "tile";
    if (!fs::exists(folder)) return;
    for (const auto& file : fs::recursive_directory_iterator(folder)) {
      // What a killed program left half written was never a tile, and is never served.
      if (!file.is_regular_file() || file.path().extension() == ".part") continue;
      const std::string path = fs::relative(file.path(), live_.folder).string();
      const auto tile = tlog::parse_tile_path(path);
      if (!tile) {
        add("foreign", "数据块目录中有不属于日志的文件 " + path, "there is a file that is no tile: " + path);
        continue;
      }
      const auto last = tlog::tile_at(tile->level, tile->index, head_.size);
      if (!last || tile->width >= last->width) continue;  // compared before, or written ahead of the next checkpoint
      const auto longer = read_tile(live_.folder, *last);
      if (!longer || !longer->starts_with(storage::read_file(file.path())))
        add("old_tile", "数据块 " + path + " 与后来的数据块不符",
            "the tile " + path + " is not the beginning of the later one");
    }
  }

  struct Level {
    std::uint64_t index = 0;
    std::string bytes;
  };
  storage::Snapshot& snapshot_;
  const Live& live_;
  std::vector<base::Text>& findings_;
  const tlog::TreeHead head_;
  std::map<std::string_view, int> told_;
  std::map<std::uint64_t, tlog::Hash> roots_;
  std::map<std::string, std::int64_t, std::less<>> last_of_subject_;
  std::uint64_t next_ = 0;
  tlog::Frontier tree_;
  std::vector<Level> levels_;
  std::vector<std::string> bundle_;
  std::uint64_t bundle_index_ = 0;
};

/// Streams of the kinds that are logged: each event after a stream's first entry has its own.
void examine_streams(storage::Snapshot& snapshot, const Examiner::Streams& streams, base::Instant since,
                     std::vector<base::Text>& findings) {
  const std::size_t first = findings.size();
  std::set<std::string> kinds;
  for (const auto& [key, stream] : streams) kinds.insert(key.first);
  for (const StreamEnd& end : stream_ends(snapshot)) {
    if (findings.size() >= first + streams_max) return;
    if (!kinds.contains(end.kind)) continue;
    const std::string name = end.kind + "/" + base::to_text(base::Id{end.id});
    const auto found = streams.find({end.kind, end.id});
    if (found == streams.end()) {
      // Streams begun before there was a log have none.
      if (end.first_at >= since)
        findings.push_back({"事件流 " + name + " 没有记入日志", "The events of " + name + " are in no log."});
      continue;
    }
    const Examiner::Stream& stream = found->second;
    if (end.sequence - stream.first + 1 != stream.count)
      findings.push_back({"事件流 " + name + " 有 " + std::to_string(end.sequence - stream.first + 1) +
                              " 个事件应有日志条目,实有 " + std::to_string(stream.count) + " 条",
                          "Of the events of " + name + ", " + std::to_string(end.sequence - stream.first + 1) +
                              " should have an entry, " + std::to_string(stream.count) + " have."});
  }
}

}  // namespace

std::vector<base::Text> Logs::check() const {
  std::vector<base::Text> findings;
  const auto all = everyone();
  store_.read([&](storage::Snapshot& snapshot) {
    Examiner::Streams streams;
    std::optional<base::Instant> since;
    for (const auto& live : all) {
      const std::lock_guard publishing(live->publishing);
      if (live->is_refusing() && !live->row.is_closed) findings.push_back(*live->refusal);
      Examiner(snapshot, *live, findings).examine(streams);
      if (!since || live->row.opened_at < *since) since = live->row.opened_at;
    }
    if (since) examine_streams(snapshot, streams, *since, findings);
  });
  return findings;
}

}  // namespace evidence
