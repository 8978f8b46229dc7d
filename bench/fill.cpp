#include "fill.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <random>
#include <stdexcept>
#include <unordered_set>

#include "kernel/names/index.h"
#include "kernel/names/text.h"

namespace bench {
namespace {

constexpr std::size_t trades_kept = 400;
/// Room for the keys of so many entities is taken at once: grown by doubling, those of ten millions (10 GB) would be in
/// memory twice while they are moved.
constexpr std::int64_t postings_each = 64;
constexpr std::int64_t division = 430'211;
/// Ids are times shifted by twenty bits; these begin in 2020.
constexpr std::int64_t first_id = std::int64_t{1'577'836'800'000} << 20;

/// Everyday characters of trade names; the first are picked most often.
const std::u32string letters =
    U"湘江云禾株栗泰嵩晴麦竹石梅枫桂兰松柏荷莲沁澄岳渌雷群霁蓝青橙墨白朝暮春夏秋冬东南西北星月岭原安宁然舟岚川越和昕朗"
    U"溪"
    U"衡初远华兴盛达顺鑫隆丰裕福禄祥瑞康健美佳悦乐欢喜诚信义仁德智勇俊杰豪英雄鹏飞腾翔宇宙天地山水火木金土风雨雪霜雾露"
    U"虹霞"
    U"光明亮辉煌灿烂龙凤虎豹狮象鹤鹰雁燕鱼虾蟹贝珠宝玉翠琳琅瑶琼瑾瑜璟琪琦珍珊瑚玲珑海洋湖泊河流泉瀑涛浪波澜潮汐岸港湾"
    U"桥";

constexpr std::array<const char*, 12> tails = {
    "商贸有限公司", "餐饮店", "科技有限公司",     "便利店",       "小吃店",           "建筑工程有限公司",
    "服装店",       "美容店", "汽车配件有限公司", "物流有限公司", "文化传媒有限公司", "农产品经营部"};
constexpr std::array<const char*, 12> industries = {"5211", "6210", "7590", "5213", "6291", "4710",
                                                    "5232", "8040", "3670", "5810", "8710", "5229"};
constexpr std::array<const char*, 6> roads = {"演示路", "演示大道", "试验街", "演示一路", "试验巷", "演示东路"};

/// One statement, prepared once.
class Prepared {
 public:
  Prepared(sqlite3* database, const char* sql) : database_(database) {
    if (sqlite3_prepare_v2(database, sql, -1, &statement_, nullptr) != SQLITE_OK) fail();
  }
  ~Prepared() { sqlite3_finalize(statement_); }
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;
  Prepared& number(int index, std::int64_t value) {
    sqlite3_bind_int64(statement_, index, value);
    return *this;
  }
  Prepared& text(int index, std::string_view value) {
    sqlite3_bind_text(statement_, index, value.data(), static_cast<int>(value.size()), SQLITE_STATIC);
    return *this;
  }
  void run() {
    if (sqlite3_step(statement_) != SQLITE_DONE) fail();
    sqlite3_reset(statement_);
  }

 private:
  [[noreturn]] void fail() const { throw std::runtime_error(sqlite3_errmsg(database_)); }
  sqlite3* database_;
  sqlite3_stmt* statement_ = nullptr;
};

struct Line {
  std::int64_t gram;
  std::uint32_t index;
  std::uint8_t tier;
  auto operator<=>(const Line& other) const {
    if (const auto order = gram <=> other.gram; order != 0) return order;
    if (const auto order = tier <=> other.tier; order != 0) return order;
    return index <=> other.index;
  }
};
struct Sound {
  std::array<char, 12> start;  // enough to sort by; the rest decides among equals
  std::uint32_t index;
  std::uint8_t which;
};

class Filler {
 public:
  Filler(const std::string& path, std::int64_t count) : path_(path), count_(count) {
    if (sqlite3_open(path.c_str(), &database_) != SQLITE_OK) throw std::runtime_error("cannot open " + path);
    for (const char* pragma : {"PRAGMA synchronous=OFF", "PRAGMA cache_size=-1000000", "PRAGMA journal_mode=WAL"})
      run(pragma);
  }
  ~Filler() { sqlite3_close(database_); }
  Filler(const Filler&) = delete;
  Filler& operator=(const Filler&) = delete;

  Filled work() {
    const std::int64_t before = size();
    add_entities();
    filled_.entities_bytes = size() - before;
    add_grams();
    add_sounds();
    filled_.keys_bytes = size() - before - filled_.entities_bytes;
    return std::move(filled_);
  }

 private:
  struct Firm {
    std::string trade;
    std::size_t tail = 0;
    std::string name() const { return "株洲市天元区" + trade + tails[tail]; }
  };

  void run(const char* sql) {
    if (sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) != SQLITE_OK)
      throw std::runtime_error(sqlite3_errmsg(database_));
  }
  std::int64_t size() {
    run("PRAGMA wal_checkpoint(TRUNCATE)");
    return static_cast<std::int64_t>(std::filesystem::file_size(path_));
  }

  /// The same firm for the same number, in every pass.
  Firm firm(std::mt19937_64& random) {
    for (;;) {
      const auto letter = [&] {
        // The square of an even pick favours the first letters.
        const double even = static_cast<double>(random() >> 11) / 9007199254740992.0;
        return letters[static_cast<std::size_t>(even * even * static_cast<double>(letters.size()))];
      };
      std::u32string trade;
      const std::size_t length = random() % 4 == 0 ? 2 : (random() % 3 == 0 ? 4 : 3);
      while (trade.size() < length) trade += letter();
      Firm made{.trade = names::encode(trade), .tail = random() % tails.size()};
      const std::size_t hash = std::hash<std::string>{}(made.trade) * 31 + made.tail;
      if (taken_.insert(hash).second) return made;
    }
  }

  /// Indexes are made afterwards, in one go each, from the words they were made with.
  std::vector<std::string> drop_indexes() {
    std::vector<std::string> made;
    std::vector<std::string> drops;
    const auto keep = [](void* to, int, char** values, char**) {
      auto& [all, names] = *static_cast<std::pair<std::vector<std::string>*, std::vector<std::string>*>*>(to);
      all->emplace_back(values[1]);
      names->push_back("DROP INDEX " + std::string(values[0]));
      return 0;
    };
    std::pair<std::vector<std::string>*, std::vector<std::string>*> both{&made, &drops};
    sqlite3_exec(
        database_,
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'entities' AND sql IS NOT NULL", keep,
        &both, nullptr);
    for (const std::string& drop : drops) run(drop.c_str());
    return made;
  }

  void add_entities() {
    const std::vector<std::string> indexes = drop_indexes();
    lines_.reserve(static_cast<std::size_t>(count_ * postings_each));
    names_.reserve(static_cast<std::size_t>(count_));
    run("BEGIN");
    {
      Prepared insert(database_,
                      "INSERT INTO entities (id, division, office, credit_code, name, kind, status, township, address, "
                      "established_on, sequence, operator_name, industry, trade, is_indexed) VALUES (?, '430211', "
                      "'centre', ?, ?, ?, ?, '430211001', ?, '2021-03-04', 1, '柳演安', ?, ?, 1)");
      std::mt19937_64 random(20261124);
      for (std::int64_t i = 0; i < count_; ++i) {
        const Firm made = firm(random);
        const bool open = i % 8 != 0;
        const std::string code = "9X430211" + std::to_string(1'000'000'000 + i);
        const std::string name = made.name();
        const std::string street =
            std::string(roads[static_cast<std::size_t>(i) % roads.size()]) + std::to_string(900 + i % 900) + "号";
        const std::string address = "湖南省株洲市天元区嵩山路街道" + street;
        insert.number(1, first_id + i * 1'000'003)
            .text(2, code)
            .text(3, name)
            .text(4, made.tail % 2 == 0 ? "enterprise" : "individual_business")
            .text(5, open ? "open" : "deregistered")
            .text(6, address)
            .text(7, industries[made.tail])
            .text(8, made.trade)
            .run();
        if (filled_.trades.size() < trades_kept && i % 101 == 0) filled_.trades.push_back(made.trade);
        for (const names::Posting& posting :
             names::postings_of({.name = name, .address = address, .person = "柳演安", .open = open}))
          lines_.push_back({posting.gram, static_cast<std::uint32_t>(i), static_cast<std::uint8_t>(posting.tier)});
        const std::vector<std::string> sounds = names::sounds_of(name);
        for (std::size_t which = 0; which < sounds.size(); ++which) {
          Sound& sound =
              sounds_.emplace_back(Sound{{}, static_cast<std::uint32_t>(i), static_cast<std::uint8_t>(which)});
          std::copy_n(sounds[which].begin(), std::min(sounds[which].size(), sound.start.size()), sound.start.begin());
        }
        names_.push_back(name);
      }
    }
    for (const std::string& index : indexes) run(index.c_str());
    run("COMMIT");
  }

  void add_grams() {
    std::sort(lines_.begin(), lines_.end());
    run("BEGIN");
    {
      Prepared insert(database_, "INSERT INTO entity_grams (gram, tier, entity, division) VALUES (?, ?, ?, ?)");
      for (const Line& line : lines_)
        insert.number(1, line.gram)
            .number(2, line.tier)
            .number(3, first_id + std::int64_t{line.index} * 1'000'003)
            .number(4, division)
            .run();
    }
    run("COMMIT");
    filled_.postings_count = static_cast<std::int64_t>(lines_.size());
    lines_ = {};
  }

  void add_sounds() {
    std::sort(sounds_.begin(), sounds_.end(), [](const Sound& left, const Sound& right) {
      return std::tie(left.start, left.index) < std::tie(right.start, right.index);
    });
    run("BEGIN");
    {
      Prepared insert(database_, "INSERT INTO entity_sounds (sound, entity, division) VALUES (?, ?, ?)");
      for (const Sound& sound : sounds_) {
        const std::string text = names::sounds_of(names_[sound.index])[sound.which];
        insert.text(1, text).number(2, first_id + std::int64_t{sound.index} * 1'000'003).number(3, division).run();
      }
    }
    run("COMMIT");
  }

  std::string path_;
  std::int64_t count_;
  sqlite3* database_ = nullptr;
  std::unordered_set<std::size_t> taken_;
  std::vector<Line> lines_;
  std::vector<Sound> sounds_;
  std::vector<std::string> names_;
  Filled filled_;
};

}  // namespace

Filled fill_register(const std::string& path, std::int64_t count) {
  return Filler(path, count).work();
}

}  // namespace bench
