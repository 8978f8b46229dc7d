/// Taking many entities into the register at once.
#pragma once

#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "modules/registration/registration.h"

namespace registration {

/// Entities that will be entered together. What needs no database is done as they are added, in any thread: the rules,
/// their history, the keys they are found by. What is written then goes with few statements.
class Intake {
 public:
  explicit Intake(Indexing indexing = Indexing::now);
  ~Intake();
  Intake(Intake&&) noexcept;
  Intake& operator=(Intake&&) noexcept;

  /// An entity with its past, oldest writing first: the same rules as `establish` and `write` one after the other.
  /// Errors: `registration.kind_unknown`, `registration.item_unknown`, `registration.not_open`.
  base::Result<void> add(const NewEntity& entity, const Entry& entry, const std::vector<PastWriting>& past);
  std::size_t size() const;

  /// Writes them all, in the order in which they were added; what the register then says is what it would say had they
  /// been entered one by one. Errors: `registration.name_taken`, `registration.code_taken`.
  base::Result<std::vector<Entity>> enter(storage::Transaction& transaction) const;

 private:
  friend class IntakeKeys;
  struct Item;
  base::Result<void> check_names(storage::Snapshot& snapshot) const;
  base::Result<std::vector<std::string>> codes_for(storage::Transaction& transaction) const;
  /// The next codes of the division for the items from `first` on.
  base::Result<void> next_codes(storage::Transaction& transaction, const std::set<std::string>& used, std::size_t first,
                                std::span<std::string> codes) const;

  Indexing indexing_;
  std::vector<Item> items_;
};

struct KeyLines;

/// The search keys of many intakes, written in one go. Written intake by intake they go to the same pages again and
/// again. Until they are entered nobody finds the entities by text: for a register that nobody uses yet.
class IntakeKeys {
 public:
  IntakeKeys();
  ~IntakeKeys();
  IntakeKeys(const IntakeKeys&) = delete;
  IntakeKeys& operator=(const IntakeKeys&) = delete;

  /// Takes over the keys: `intake.enter` then writes none. In any thread, one at a time.
  void take(Intake& intake);
  /// Puts them in the order of their tables, after the last one was taken.
  void arrange();
  void enter(storage::Transaction& transaction) const;

 private:
  std::unique_ptr<KeyLines> lines_;
};

}  // namespace registration
