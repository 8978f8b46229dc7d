/// From end to end: is what the database, the tiles and the checkpoints say one and the same?
#include <algorithm>
#include <utility>

#include "chain.h"
#include "kernel/calendar/calendar.h"
#include "live.h"
#include "modules/evidence/views.h"
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

/// The entry's time, as it is written: times of one zone and form follow each other as their texts do.
std::string time_of(const std::string& entry) {
  constexpr std::string_view mark = "\"ts\":\"";
  const std::size_t at = entry.find(mark);
  if (at == std::string::npos) return {};
  return entry.substr(at + mark.size(), entry.find('"', at + mark.size()) - at - mark.size());
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
  /// What all logs together tell.
  struct Seen {
    std::map<std::pair<std::string, std::int64_t>, Stream> streams;
    std::map<std::string, std::int64_t> first_positions;  // of the kinds of streams that are logged
    std::map<std::string, std::string> erased_at;         // of a subject, the last time
    struct Unsalted {
      std::string subject;
      std::string log;
      std::int64_t index = 0;
      std::string at;
    };
    std::map<std::pair<std::string, std::string>, Unsalted> unsalted;  // the last of each log and subject
  };

  /// Of a closed log nothing is asked but that each entry is as it was written: it was closed because the rest is lost.
  void examine(Seen& seen) {
    if (!live_.row.is_closed) load_checkpoints();
    while (true) {
      const auto contents =
          load_contents(snapshot_, live_.row.name, static_cast<std::int64_t>(next_), entries_per_read);
      if (!contents.empty()) take_reads(contents.back().entry.index);
      for (const LoggedContent& content : contents) examine_entry(content, seen);
      if (contents.size() < static_cast<std::size_t>(entries_per_read)) break;
    }
    take_reads(INT64_MAX);
    for (const auto& [index, read] : reads_) tell_unwritten(index);
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
    const std::vector<StoredCheckpoint> all = checkpoints_of(snapshot_, live_.row.name);
    examine_links(all);
    for (const StoredCheckpoint& stored : all) {
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

  /// Rows of before there was a chain are taken as they are; the first one that has it begins it.
  void examine_links(const std::vector<StoredCheckpoint>& all) {
    std::string before;
    bool is_end_there = !live_.link;
    for (const StoredCheckpoint& stored : all) {
      const std::string name = std::to_string(stored.size);
      if (before.empty() && stored.chain.empty()) continue;
      if (stored.chain != chain_hash(before, live_.row.name, stored))
        add("link", "第 " + name + " 条处的检查点没有接上前一个:它被改动、插入,或者前面缺了检查点",
            "the checkpoint at size " + name +
                " does not continue the one before it: it was changed or put in, or one before it is gone");
      before = stored.chain.empty() ? "none" : stored.chain;
      is_end_there = is_end_there || (stored.size == live_.link->size && stored.chain == live_.link->chain);
    }
    if (!is_end_there)
      add("link_end", "检查点链的末端(第 " + std::to_string(live_.link->size) + " 条处)与数据库不符",
          "the end of the chain of checkpoints, at size " + std::to_string(live_.link->size) +
              ", is not what the database has");
    if (!live_.link && !before.empty())
      add("link_end", "检查点链的末端文件 chain 不见了或损坏", "the file with the chain's end is gone or damaged");
  }

  void check_root() {
    const auto found = roots_.find(tree_.size());
    if (found == roots_.end()) return;
    if (found->second != tree_.root())
      add("root", "前 " + number(tree_.size()) + " 条与已签署的检查点不符:有条目被改动、替换、插入或调换",
          "the first " + number(tree_.size()) +
              " entries do not match the signed checkpoint: entries were changed, replaced, inserted or reordered");
  }

  void examine_entry(const LoggedContent& content, Seen& seen) {
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
    examine_event(content, seen);
    examine_read(entry);
    if (says(entry.text, "type", erasure_type)) seen.erased_at[entry.subject] = time_of(entry.text);
    if (entry.salt.empty() && entry.text.find("\"sealed\":{") != std::string::npos)
      seen.unsalted[{entry.log, entry.subject}] = {entry.subject, entry.log, entry.index, time_of(entry.text)};
    grow(entry.text, leaf);
  }

  /// The looks up to an index, from the list that people are shown.
  void take_reads(std::int64_t last) {
    for (PastRead& read : load_reads(snapshot_, live_.row.name, next_read_, entries_per_read)) {
      if (read.index > last) return;
      next_read_ = read.index + 1;
      reads_.emplace(read.index, std::move(read));
    }
  }

  void tell_unwritten(std::int64_t index) {
    add("look", "查阅名单里第 " + std::to_string(index) + " 条没有对应的日志条目",
        "the list of looks has one at " + std::to_string(index) + " that the log does not tell of");
  }

  void examine_read(const StoredEntry& entry) {
    const auto found = reads_.find(entry.index);
    if (!says(entry.text, "type", read_type)) {
      if (found != reads_.end()) tell_unwritten(entry.index);
      reads_.erase(entry.index);
      return;
    }
    const std::string name = std::to_string(entry.index);
    if (found == reads_.end()) {
      add("look_gone", "第 " + name + " 条记下的查阅不在查阅名单里",
          "the look of entry " + name + " is gone from the list of looks");
      return;
    }
    const Read& read = found->second.read;
    bool is_same = says(entry.text, "subj", read.subject) && says(entry.text, "what", read.what) &&
                   time_of(entry.text) == calendar::to_text_local(read.at);
    if (const auto salt = parse_salt(entry.salt))
      for (const Field& field : sealed_of(read))
        // Before there were tasks, none was sealed.
        is_same =
            is_same && (says(entry.text, field.name, tlog::to_hex(seal(*salt, field))) ||
                        (field.value.empty() && entry.text.find(json_string(field.name) + ":") == std::string::npos));
    if (!is_same)
      add("look_differs", "第 " + name + " 条记下的查阅与查阅名单不符(谁、何时、看了什么、为什么)",
          "the list of looks differs from entry " + name + " (who, when, what or why)");
    reads_.erase(entry.index);
  }

  void examine_chain(const StoredEntry& entry) {
    const auto last = last_of_subject_.find(entry.subject);
    const std::string prev = last == last_of_subject_.end() ? "null" : std::to_string(last->second);
    if (entry.text.find("\"prev\":" + prev + ",\"subj\":" + json_string(entry.subject) + ",") == std::string::npos)
      add("chain", "第 " + std::to_string(entry.index) + " 条没有接上同一事项的前一条(" + prev + ")",
          "entry " + std::to_string(entry.index) + " does not continue its subject's entry before it (" + prev + ")");
    last_of_subject_[entry.subject] = entry.index;
  }

  void examine_event(const LoggedContent& content, Seen& seen) {
    const StoredEntry& entry = content.entry;
    if (entry.event.kind.empty()) return;
    Stream& stream = seen.streams[{entry.event.kind, entry.event.id}];
    stream.first = std::min(stream.first, entry.event.sequence);
    ++stream.count;
    const std::string name = entry.subject + " " + std::to_string(entry.event.sequence);
    if (content.type.empty()) {
      add("gone", "事件 " + name + " 已记入第 " + std::to_string(entry.index) + " 条,但事件表中没有",
          "the event " + name + " of entry " + std::to_string(entry.index) + " is gone from the events");
      return;
    }
    const auto [first, is_new] = seen.first_positions.emplace(entry.event.kind, content.position);
    if (!is_new) first->second = std::min(first->second, content.position);
    if (!says(entry.text, "type", content.type))
      add("kind", "事件 " + name + " 的种类与第 " + std::to_string(entry.index) + " 条不符",
          "the event " + name + " is of another kind than entry " + std::to_string(entry.index) + " says");
    const auto salt = parse_salt(entry.salt);
    if (!salt) return;  // erased: nobody can tell any more
    for (const Field& field : {Field{"content", content.data}, Field{"by", base::to_text(content.actor)}})
      if (!says(entry.text, field.name, tlog::to_hex(seal(*salt, field))))
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
  std::map<std::int64_t, PastRead> reads_;
  std::int64_t next_read_ = 0;
  std::uint64_t next_ = 0;
  tlog::Frontier tree_;
  std::vector<Level> levels_;
  std::vector<std::string> bundle_;
  std::uint64_t bundle_index_ = 0;
};

/// Streams of the kinds that are logged: each event after a stream's first entry has its own.
void examine_streams(storage::Snapshot& snapshot, const Examiner::Seen& seen, std::vector<base::Text>& findings) {
  const std::size_t first = findings.size();
  for (const StreamEnd& end : stream_ends(snapshot)) {
    if (findings.size() >= first + streams_max) return;
    const auto logged = seen.first_positions.find(end.kind);
    if (logged == seen.first_positions.end()) continue;
    const std::string name = end.kind + "/" + base::to_text(base::Id{end.id});
    const auto found = seen.streams.find({end.kind, end.id});
    if (found == seen.streams.end()) {
      // Streams begun before their kind was logged have none.
      if (end.first_position >= logged->second)
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

/// Salts are dropped to erase, and then the audit log tells of it.
void examine_salts(const Examiner::Seen& seen, std::vector<base::Text>& findings) {
  const std::size_t first = findings.size();
  for (const auto& [key, entry] : seen.unsalted) {
    if (findings.size() >= first + findings_max) return;
    const auto erased = seen.erased_at.find(entry.subject);
    if (erased != seen.erased_at.end() && entry.at <= erased->second) continue;
    const std::string name = std::to_string(entry.index);
    findings.push_back(
        {"日志 " + entry.log + ":第 " + name + " 条的盐值不见了,而审计日志没有记载过清除",
         "Log " + entry.log + ": the salt of entry " + name + " is gone, and the audit log tells of no erasure."});
  }
}

}  // namespace

std::vector<base::Text> Logs::check() const {
  std::vector<base::Text> findings;
  const auto all = everyone();
  // Before the database is looked at: what is signed meanwhile would not be found there.
  std::vector<std::unique_lock<std::mutex>> publishing;
  for (const auto& live : all) publishing.emplace_back(live->publishing);
  store_.read([&](storage::Snapshot& snapshot) {
    Examiner::Seen seen;
    for (const auto& live : all) {
      if (live->is_refusing() && !live->row.is_closed) findings.push_back(*live->refusal);
      Examiner(snapshot, *live, findings).examine(seen);
    }
    examine_streams(snapshot, seen, findings);
    examine_salts(seen, findings);
  });
  return findings;
}

}  // namespace evidence
