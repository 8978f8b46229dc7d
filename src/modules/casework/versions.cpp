/// Which version of a service a case goes on with, and what happens when calendar or rules change under open cases.
#include "catalogue/models.h"
#include "engine.h"
#include "store.h"

namespace casework {
namespace {

/// FNV-1a, 64 bits.
class Fingerprint {
 public:
  void add(std::string_view text) {
    for (const char c : text) {
      hash_ ^= static_cast<unsigned char>(c);
      hash_ *= 1099511628211ull;
    }
    hash_ ^= 0xFF;
    hash_ *= 1099511628211ull;
  }
  std::string text() const { return std::to_string(hash_); }

 private:
  std::uint64_t hash_ = 14695981039346656037ull;
};

}  // namespace

std::string plan_fingerprint(const catalogue::Catalogue& catalogue) {
  Fingerprint fingerprint;
  fingerprint.add("next and legal day beside the promised one");  // what the views hold
  for (const std::int64_t year : catalogue.calendar.years()) {
    std::string days;
    const calendar::Date first = *calendar::date_of({year, 1, 1});
    for (std::int64_t day = 0; day < 365; ++day) {
      const auto working = catalogue.calendar.is_working_day({first.days + day});
      days += working && working.value() ? '1' : '0';
    }
    fingerprint.add(std::to_string(year) + days + (catalogue.calendar.is_provisional(first) ? "p" : ""));
  }
  for (const catalogue::Rule& rule : catalogue.rules.all())
    fingerprint.add(rule.id + "|" + calendar::to_text(rule.valid_from) + "|" +
                    (rule.valid_to ? calendar::to_text(*rule.valid_to) : "") + "|" + std::to_string(rule.value.count) +
                    "|" + std::to_string(static_cast<int>(rule.value.unit)));
  return fingerprint.text();
}

namespace {

std::string files_json(const catalogue::Files& files) {
  feel::Context texts;
  for (const auto& [path, text] : files) texts.put(path, text);
  return feel::to_json(feel::Value(std::move(texts)));
}

}  // namespace

base::Result<void> Engine::deploy(storage::Store& store, base::Instant now) const {
  store.write([&](storage::Transaction& transaction) {
    for (const catalogue::Models& models : catalogue::models_in_force(*catalogue_))
      deploy(transaction, models.id, models.version, *models.files, now);
    return true;
  });
  return {};
}

void Engine::deploy(storage::Transaction& transaction, const std::string& id, const std::string& version,
                    const catalogue::Files& files, base::Instant now) const {
  if (!find_deployed(transaction, id, version)) save_deployed(transaction, id, version, files_json(files), now);
}

std::optional<catalogue::Files> kept_files(storage::Snapshot& snapshot, std::string_view service,
                                           std::string_view version) {
  const auto stored = find_deployed(snapshot, service, version);
  if (!stored) return std::nullopt;
  const auto files = feel::parse_json(*stored);
  CHECK(files && files.value().kind() == feel::Kind::context);
  catalogue::Files texts;
  for (const auto& [path, text] : files.value().as_context().entries()) texts.emplace(path, text.as_string());
  return texts;
}

std::shared_ptr<const catalogue::Service> Engine::find_version(storage::Snapshot& snapshot, const std::string& service,
                                                               const std::string& version) const {
  if (!find_deployed(snapshot, service, version)) return nullptr;
  auto found = pinned(snapshot, service, version);
  return found ? std::move(found).value() : nullptr;
}

base::Result<std::shared_ptr<const catalogue::Service>> Engine::pinned(storage::Snapshot& snapshot,
                                                                       const std::string& id,
                                                                       const std::string& version) const {
  if (auto current = catalogue_->services->find(id); current && current->version == version) return current;
  const std::string key = id + "@" + version;
  {
    const std::scoped_lock lock(pinned_mutex_);
    if (const auto found = pinned_.find(key); found != pinned_.end()) return found->second;
  }
  const auto files = kept_files(snapshot, id, version);
  CHECK(files);  // no case starts with a version that was not deployed
  TRY(auto service, catalogue::read_version(id, *files));
  const std::scoped_lock lock(pinned_mutex_);
  return pinned_.emplace(key, std::move(service)).first->second;
}

bool Engine::replan_one(storage::Store& store, base::Id id, base::Instant now) const {
  const Moment moment{.now = now,
                      .actor = {.person = {}, .name = {}, .staff = false, .roles = {}, .scope = system_scope()}};
  const auto changed = store.write_result([&](storage::Transaction& transaction) -> base::Result<bool> {
    TRY(Case of_case, load(transaction, moment.actor.scope, id));
    if (of_case.head.ended_at) return false;
    std::vector<bpmn::Event> events;
    for (const OpenTimer& timer : timers_of(transaction, id)) {
      TRY(std::vector<bpmn::Event> moved,
          run(transaction, of_case, bpmn::ReplanTimer{.key = timer.key, .opened_at = timer.opened_at}, moment));
      events.insert(events.end(), std::make_move_iterator(moved.begin()), std::make_move_iterator(moved.end()));
    }
    if (events.empty()) return refresh(transaction, of_case, moment);
    TRY(std::ignore,
        finish(transaction, of_case, std::move(events), {.by = "replan", .element = {}, .reason = {}}, moment));
    return true;
  });
  return changed && changed.value();
}

Engine::Replanned Engine::replan(storage::Store& store, base::Instant now, int limit) const {
  const std::string ground = plan_fingerprint(*catalogue_);
  const std::scoped_lock lock(planning_mutex_);
  if (planning_.ground != ground)
    planning_ = {.ground = ground, .after = {}, .is_finished = store.read_value([&](storage::Snapshot& snapshot) {
                   return plan_ground(snapshot) == ground;
                 })};
  if (planning_.is_finished) return {};
  std::vector<base::Id> otherwise;
  const std::vector<base::Id> ids = store.read_value([&](storage::Snapshot& snapshot) {
    const std::vector<base::Id> open = open_cases(snapshot, planning_.after, limit);
    for (const base::Id id : open)
      if (is_planned_otherwise(snapshot, id, now)) otherwise.push_back(id);
    return open;
  });
  Replanned done;
  for (const base::Id id : otherwise) done.changed += replan_one(store, id, now) ? 1 : 0;
  done.has_more = ids.size() == static_cast<std::size_t>(limit);
  if (done.has_more) {
    planning_.after = ids.back();
    return done;
  }
  store.write([&](storage::Transaction& transaction) {
    save_plan_ground(transaction, ground);
    return true;
  });
  planning_.is_finished = true;
  return done;
}

}  // namespace casework
