/// Whether the register says what its events say: rows are views, and the events stand in the public log.
#include "modules/evidence/evidence.h"
#include "store.h"

namespace registration {
namespace {

constexpr std::size_t findings_max = 20;
constexpr int rows_per_read = 2'000;
constexpr calendar::Date forever{3'000'000};

/// Goes through the history in the order of entities.
class Examiner {
 public:
  explicit Examiner(storage::Snapshot& snapshot) : snapshot_(snapshot) {}

  std::vector<base::Text> examine() {
    while (findings_.size() < findings_max) {
      const std::vector<ToldWriting> read = told_writings(snapshot_, entity_, sequence_, rows_per_read);
      for (const ToldWriting& told : read) {
        if (told.entity != entity_) finish();
        entity_ = told.entity;
        sequence_ = told.writing.sequence;
        compare(told);
        writings_.push_back(told.writing);
      }
      if (read.size() < static_cast<std::size_t>(rows_per_read)) break;
    }
    finish();
    for (const auto& [entity, sequence] : events_without_writing(snapshot_, rows_per_read))
      add("市场主体 " + base::to_text(entity) + " 的第 " + std::to_string(sequence) + " 次登记不在登记历史里",
          "Writing " + std::to_string(sequence) + " of the entity " + base::to_text(entity) +
              " is gone from the register's history.");
    for (const base::Id entity : entities_without_history(snapshot_, rows_per_read))
      add("市场主体 " + base::to_text(entity) + " 没有登记历史",
          "The entity " + base::to_text(entity) + " has no history.");
    return std::move(findings_);
  }

 private:
  void add(const std::string& zh, const std::string& en) {
    if (findings_.size() < findings_max) findings_.push_back({zh, en});
  }

  void compare(const ToldWriting& told) {
    const Writing& writing = told.writing;
    const bool is_same = told.type == "registration." + writing.event && told.at == writing.known_at &&
                         (told.data == event_data(writing) || told.data == old_event_data(writing));
    if (!is_same)
      add("市场主体 " + base::to_text(told.entity) + " 的第 " + std::to_string(writing.sequence) +
              " 次登记与事件记录不符",
          "Writing " + std::to_string(writing.sequence) + " of the entity " + base::to_text(told.entity) +
              " differs from its event.");
  }

  /// The row shows what the history adds up to; what was taken out has none.
  void finish() {
    if (writings_.empty()) return;
    const std::vector<Writing> writings = std::exchange(writings_, {});
    const auto row = find_row(snapshot_, entity_);
    const bool is_out = writings.back().event == "taken_out";
    const auto facts = facts_as_of(writings, forever, forever);
    const std::string name = base::to_text(entity_);
    if (!row || is_out || !facts) {
      if (row.has_value() == is_out || !facts)
        add("市场主体 " + name + (row ? " 已撤销录入，却还在登记簿里" : " 不在登记簿里了"),
            "The entity " + name +
                (row ? " was taken out, and is in the register still." : " is gone from the register."));
      return;
    }
    const bool is_same = row->name == facts->name && row->status == facts->status && row->township == facts->township &&
                         row->address == facts->address && row->operator_name == facts->operator_name &&
                         row->industry == facts->industry && row->sequence == writings.back().sequence;
    if (!is_same)
      add("市场主体 " + name + " 的登记事项与登记历史不符",
          "What the register shows of the entity " + name + " differs from its history.");
  }

  storage::Snapshot& snapshot_;
  std::vector<base::Text> findings_;
  base::Id entity_{INT64_MIN};
  std::int64_t sequence_ = 0;
  std::vector<Writing> writings_;
};

}  // namespace

std::vector<base::Text> check(storage::Snapshot& snapshot) {
  return Examiner(snapshot).examine();
}

}  // namespace registration
