#include "modules/registration/intake.h"

#include <deque>
#include <set>
#include <utility>

#include "kernel/base/refusals.h"
#include "kernel/base/unicode.h"
#include "kernel/codes/entities.h"
#include "kernel/names/index.h"
#include "modules/evidence/bulk.h"
#include "parts.h"
#include "search/store.h"
#include "storage/rows.h"
#include "store.h"

namespace registration {
namespace {

/// The block of organisation codes this register counts in; a real authority is allotted its own.
/// Source: [GB11714].
constexpr std::string_view code_block = "4TYA01";

codes::CreditCategory category_of(std::string_view kind) {
  if (kind == "individual_business") return codes::CreditCategory::individual;
  if (kind == "cooperative") return codes::CreditCategory::cooperative;
  return codes::CreditCategory::enterprise;
}

/// Codes whose being taken is asked with one statement.
constexpr std::size_t codes_together = 64;

base::Error kind_unknown(const std::string& kind) {
  return base::Error{.kind = base::Refusal::invalid,
                     .code = "registration.kind_unknown",
                     .message = {"没有这种市场主体类型:" + kind, "There is no such kind of entity: " + kind}};
}

base::Error code_taken(const std::string& code) {
  return base::conflict("registration.code_taken", {"统一社会信用代码" + code + "已在登记簿中",
                                                    "The credit code " + code + " is in the register already."});
}

/// All writings of an entity, its establishment first.
/// Errors: `registration.item_unknown`, `registration.not_open`.
base::Result<std::vector<Writing>> writings_of(const Facts& first, const Entry& entry,
                                               const std::vector<PastWriting>& past) {
  std::vector<Writing> writings = {{.sequence = 1,
                                    .as_of = entry.as_of,
                                    .known_at = entry.now,
                                    .event = "established",
                                    .reason = {},
                                    .items = items_of(first)}};
  std::string status = first.status;
  for (const PastWriting& writing : past) {
    if (status == "deregistered" && writing.event != "corrected") return not_open();
    Facts checked;
    TRY(std::ignore, write_items(checked, writing.items));
    if (const auto item = writing.items.find("status"); item != writing.items.end()) status = item->second;
    writings.push_back({.sequence = static_cast<std::int64_t>(writings.size()) + 1,
                        .as_of = writing.as_of,
                        .known_at = writing.known_at,
                        .event = writing.event,
                        .reason = writing.reason,
                        .items = writing.items});
  }
  return writings;
}

}  // namespace

struct Intake::Item {
  Entity entity;  // as its row will be; without a code it gets the next one of its division
  base::Id actor;
  std::vector<Writing> writings;
  std::vector<std::string> facts;  // of each writing, as stored
  std::string trade;
  Keys keys;
};

IntakeKeys::IntakeKeys() : lines_(std::make_unique<KeyLines>()) {}
IntakeKeys::~IntakeKeys() = default;

void IntakeKeys::take(Intake& intake) {
  for (Intake::Item& item : intake.items_) lines_->add(std::exchange(item.keys, Keys{.entity = item.entity.id}));
}

void IntakeKeys::arrange() {
  lines_->arrange();
}

void IntakeKeys::enter(storage::Transaction& transaction) const {
  lines_->insert(transaction);
}

Intake::Intake(Indexing indexing) : indexing_(indexing) {}
Intake::~Intake() = default;
Intake::Intake(Intake&&) noexcept = default;
Intake& Intake::operator=(Intake&&) noexcept = default;

std::size_t Intake::size() const {
  return items_.size();
}

base::Result<void> Intake::add(const NewEntity& request, const Entry& entry, const std::vector<PastWriting>& past) {
  if (!is_kind(request.kind)) return kind_unknown(request.kind);
  const Facts first{.name = base::tidy(request.name),
                    .township = request.township,
                    .address = request.address,
                    .operator_name = request.operator_name,
                    .type = request.type,
                    .scope = request.scope,
                    .industry = request.industry,
                    .capital_fen = request.capital_fen};
  TRY(std::vector<Writing> writings, writings_of(first, entry, past));
  Item item{.entity = {.id = entry.id,
                       .division = request.division,
                       .office = request.office,
                       .credit_code = request.credit_code,
                       .name = {},
                       .kind = request.kind,
                       .status = {},
                       .township = {},
                       .address = {},
                       .established_on = entry.as_of,
                       .sequence = static_cast<std::int64_t>(writings.size())},
            .actor = entry.actor,
            .writings = std::move(writings),
            .facts = {},
            .trade = {},
            .keys = {}};
  show(item.entity, facts_as_of(item.writings, forever, forever).value());
  for (const Writing& writing : item.writings) item.facts.push_back(items_json(writing.items));
  item.trade = names::trade_key_of(item.entity.name);
  if (indexing_ == Indexing::now) item.keys = keys_of(item.entity);
  items_.push_back(std::move(item));
  return base::done();
}

base::Result<void> Intake::check_names(storage::Snapshot& snapshot) const {
  std::set<std::pair<std::string_view, std::string_view>> among_themselves;
  for (const Item& item : items_) {
    const Entity& entity = item.entity;
    if (entity.status != "open") continue;
    if (!among_themselves.emplace(entity.division, entity.name).second ||
        name_taken(snapshot, entity.division, entity.name, {}))
      return name_is_taken(entity.name);
  }
  return base::done();
}

base::Result<std::vector<std::string>> Intake::codes_for(storage::Transaction& transaction) const {
  std::vector<std::string> codes, brought;
  for (const Item& item : items_) {
    codes.push_back(item.entity.credit_code);
    if (!codes.back().empty()) brought.push_back(codes.back());
  }
  std::set<std::string> used = codes_taken(transaction, brought);
  for (std::size_t i = 0; i < items_.size();) {
    if (!codes[i].empty()) {
      if (!used.insert(codes[i]).second) return code_taken(codes[i]);
      ++i;
      continue;
    }
    // As many as are asked for with one statement; all of one division.
    std::size_t end = i + 1;
    while (end < items_.size() && end - i < codes_together && codes[end].empty() &&
           items_[end].entity.division == items_[i].entity.division)
      ++end;
    TRY(std::ignore, next_codes(transaction, used, i, std::span(codes).subspan(i, end - i)));
    for (; i < end; ++i) used.insert(codes[i]);
  }
  return codes;
}

base::Result<void> Intake::next_codes(storage::Transaction& transaction, const std::set<std::string>& used,
                                      std::size_t first, std::span<std::string> codes) const {
  TRY(const std::int64_t block, codes::credit_sequence_of(code_block));
  std::deque<std::int64_t> numbers;
  for (std::size_t done = 0; done < codes.size();) {
    if (const std::size_t missing = codes.size() - done - numbers.size(); missing > 0) {
      const std::int64_t next =
          storage::next_numbers(transaction, "credit_code/" + items_[first].entity.division, missing);
      for (std::size_t i = 0; i < missing; ++i) numbers.push_back(next + static_cast<std::int64_t>(i));
    }
    for (std::size_t i = done; i < codes.size(); ++i) {
      const Entity& entity = items_[first + i].entity;
      TRY(codes[i], codes::make_credit_code({.category = category_of(entity.kind),
                                             .division = entity.division,
                                             .sequence = block + numbers[i - done] - 1}));
    }
    const std::set<std::string> taken = codes_taken(transaction, codes.subspan(done));
    const auto is_free = [&](const std::string& code) { return !taken.contains(code) && !used.contains(code); };
    for (; done < codes.size() && is_free(codes[done]); ++done) numbers.pop_front();
    // A register taken over may hold codes of our block: they are stepped over.
    if (done < codes.size()) numbers.pop_front();
  }
  return base::done();
}

base::Result<std::vector<Entity>> Intake::enter(storage::Transaction& transaction) const {
  TRY(std::ignore, check_names(transaction));
  TRY(const std::vector<std::string> codes, codes_for(transaction));
  std::vector<Entity> entities;
  std::vector<EntityRow> rows;
  std::vector<WritingRow> writings;
  std::vector<storage::PlacedEvent> events;
  std::vector<std::vector<evidence::Field>> open;
  std::vector<Keys> keys;
  entities.reserve(items_.size());
  for (std::size_t i = 0; i < items_.size(); ++i) {
    const Item& item = items_[i];
    Entity& entity = entities.emplace_back(item.entity);
    entity.credit_code = codes[i];
    rows.push_back({.entity = &entity, .trade = item.trade, .indexing = indexing_});
    for (std::size_t k = 0; k < item.writings.size(); ++k) {
      const Writing& writing = item.writings[k];
      writings.push_back(
          {.entity = entity.id, .division = entity.division, .writing = &writing, .facts = item.facts[k]});
      events.push_back({.stream_kind = "entity",
                        .stream_id = entity.id,
                        .sequence = writing.sequence,
                        .type = type_of(writing.event),
                        .at = writing.known_at,
                        .actor = item.actor,
                        .data = event_data(entity, writing, item.facts[k]),
                        .division = entity.division});
      open.push_back(open_fields(entity.credit_code, writing));
    }
    if (indexing_ == Indexing::now) keys.push_back(item.keys);
  }
  evidence::append_all(transaction, events, std::move(open));
  insert_writings(transaction, writings);
  insert_entities(transaction, rows);
  insert_keys(transaction, keys);
  return entities;
}

}  // namespace registration
