#include <algorithm>
#include <set>

#include "kernel/base/refusals.h"
#include "kernel/base/unicode.h"
#include "kernel/names/han.h"
#include "kernel/names/index.h"
#include "kernel/names/text.h"
#include "modules/registration/registration.h"
#include "modules/registration/search.h"
#include "store.h"

namespace naming {
namespace {

constexpr std::size_t suggestions_count = 3;
/// Names tried for a suggestion; each costs a comparison.
constexpr std::size_t variations_count = 12;

/// The day `rule`'s span after `from` (or before it), by the rule in force on `on`.
base::Result<calendar::Date> shifted(const catalogue::Rules& rules, std::string_view rule, calendar::Date on,
                                     int direction) {
  TRY(const catalogue::Rule found, rules.on(rule, on));
  const std::int64_t count = direction * std::int64_t{found.value.count};
  const std::int64_t months = found.value.unit == calendar::Unit::years ? 12 * count : count;
  const auto day = found.value.unit == calendar::Unit::calendar_days ? calendar::Date{on.days + count}
                                                                     : calendar::plus_months(on, months).value_or(on);
  return day;
}

/// Collects names near the proposed one, each once, the closest likeness kept.
class Comparison {
 public:
  Comparison(const names::Proposal& proposal, std::string renaming)
      : ours_(names::split(proposal.name)), renaming_(std::move(renaming)) {
    own_name_ = ours_.whole;
  }

  void add(const registration::Bearer& bearer) {
    if (renaming_.empty() || bearer.credit_code != renaming_) add(bearer.name, bearer.status, bearer.industry);
  }

  void add(const std::string& name, const std::string& status, const std::string& industry) {
    const names::Parts theirs = names::split(name);
    names::Likeness likeness = names::likeness(ours_, theirs, industry);
    // The very same name blocks, whatever the industry says.
    if (theirs.whole == own_name_ && status == "open") likeness = names::Likeness::same;
    if (likeness == names::Likeness::none || !seen_.insert(name).second) return;
    conflicts_.push_back(
        {.name = name, .status = status, .likeness = likeness, .is_blocking = likeness == names::Likeness::same});
  }
  const names::Parts& ours() const { return ours_; }

  std::vector<Conflict> take() {
    std::ranges::stable_sort(conflicts_, {}, [](const Conflict& each) { return static_cast<int>(each.likeness); });
    if (conflicts_.size() > conflicts_shown) conflicts_.resize(conflicts_shown);
    return std::move(conflicts_);
  }

 private:
  names::Parts ours_;
  std::string renaming_;
  std::u32string own_name_;
  std::set<std::string> seen_;
  std::vector<Conflict> conflicts_;
};

/// The trade name's sound as the register's index has it: "xiangyan ".
std::string sound_of(std::u32string_view trade) {
  std::string sound;
  for (const char32_t c : trade) {
    const std::vector<std::string> readings = names::readings_of(c);
    if (readings.empty()) return {};
    sound += readings.front();
  }
  return sound.empty() ? sound : sound + ' ';
}

void compare_with_register(storage::Snapshot& snapshot, const std::string& division, calendar::Date kept_since,
                           Comparison& comparison) {
  const std::u32string& trade = comparison.ours().trade;
  const auto add = [&](const std::vector<registration::Bearer>& bearers) {
    for (const registration::Bearer& bearer : bearers) comparison.add(bearer);
  };
  add(registration::bearers_of_trade(snapshot, division, names::trade_key(trade), kept_since));
  if (const std::string sound = sound_of(trade); !sound.empty())
    add(registration::bearers_of_sound(snapshot, division, sound));
  // Those that are part of ours; long ago ended ones matter only when they are the same.
  for (const std::string& part : names::trade_parts(trade))
    for (const registration::Bearer& bearer : registration::bearers_of_trade(snapshot, division, part, kept_since))
      if (bearer.status == "open") comparison.add(bearer);
  if (trade.size() < 2) return;
  // Ours is part of theirs: they have each of our pairs, so that one of them leads to them all.
  add(registration::bearers_of_pair(snapshot, division, names::gram_of(trade[trade.size() - 2], trade.back())));
}

void compare_with_reservations(storage::Snapshot& snapshot, const std::string& division, const Asking& asking,
                               Comparison& comparison) {
  for (const Reservation& reservation : current_reservations(snapshot, division, asking.today))
    if (reservation.person != asking.person) comparison.add(reservation.name, "reserved", "");
}

Verdict verdict_of(const Check& check) {
  const bool blocked =
      std::ranges::any_of(check.issues, [](const auto& issue) { return issue.weight == names::Weight::blocked; }) ||
      std::ranges::any_of(check.conflicts, &Conflict::is_blocking);
  if (blocked) return Verdict::blocked;
  return check.issues.empty() && check.conflicts.empty() ? Verdict::passes : Verdict::warned;
}

base::Text conflict_text(const Conflict& conflict) {
  const base::Text like = names::likeness_text(conflict.likeness);
  return {"与“" + conflict.name + "”" + like.zh, conflict.name + ": " + like.en};
}

}  // namespace

std::vector<base::Place> blocking_places(const Check& check, const std::string& path) {
  std::vector<base::Place> places;
  for (const names::Issue& issue : check.issues)
    if (issue.weight == names::Weight::blocked) places.push_back({path, issue.code, issue.message});
  for (const Conflict& conflict : check.conflicts)
    if (conflict.is_blocking) places.push_back({path, "naming.same", conflict_text(conflict)});
  return places;
}

base::Result<Check> check(storage::Snapshot& snapshot, const catalogue::Catalogue& catalogue,
                          const names::Proposal& proposal, const Asking& asking) {
  Check done{.parts = names::split(proposal.name),
             .issues = names::check_composition(proposal, catalogue.lexicon),
             .conflicts = {}};
  if (!done.parts.trade.empty()) {
    TRY(const calendar::Date kept_since, shifted(catalogue.rules, "names.kept", asking.today, -1));
    Comparison comparison(proposal, asking.renaming);
    compare_with_register(snapshot, proposal.division, kept_since, comparison);
    compare_with_reservations(snapshot, proposal.division, asking, comparison);
    done.conflicts = comparison.take();
  }
  done.verdict = verdict_of(done);
  return done;
}

base::Result<std::vector<std::string>> suggest(storage::Snapshot& snapshot, const catalogue::Catalogue& catalogue,
                                               const names::Proposal& proposal, const Asking& asking) {
  std::vector<std::string> passing;
  for (const std::string& name : names::variations(proposal, catalogue.lexicon, variations_count)) {
    names::Proposal other = proposal;
    other.name = name;
    TRY(const Check checked, check(snapshot, catalogue, other, asking));
    if (checked.verdict == Verdict::passes && name != proposal.name) passing.push_back(name);
    if (passing.size() == suggestions_count) break;
  }
  return passing;
}

std::string state_of(storage::Snapshot& snapshot, const Reservation& reservation, calendar::Date today) {
  if (registration::is_name_taken(snapshot, reservation.division, reservation.name)) return "used";
  if (reservation.released_on) return "released";
  return reservation.expires_on < today ? "expired" : "reserved";
}

base::Text state_text(std::string_view state) {
  if (state == "used") return {"已登记使用", "Registered by now"};
  if (state == "released") return {"已放弃", "Given up"};
  if (state == "expired") return {"保留期已过", "Expired"};
  return {"保留中", "Reserved"};
}

base::Result<Reservation> reserve(storage::Transaction& transaction, const catalogue::Catalogue& catalogue,
                                  const NewReservation& request, const access_control::Actor& actor,
                                  base::Instant now) {
  const calendar::Date today = calendar::local_date(now);
  names::Proposal proposal = request.proposal;
  proposal.name = base::tidy(proposal.name);
  TRY(const Check checked, check(transaction, catalogue, proposal, {actor.person, today}));
  if (checked.verdict == Verdict::blocked)
    return base::Error{.kind = base::Refusal::rule_not_met,
                       .code = "naming.blocked",
                       .message = {"这个名称不能申报", "This name cannot be declared."},
                       .places = blocking_places(checked, "/name")};
  std::string undertaking;
  for (const Conflict& conflict : checked.conflicts) undertaking += conflict_text(conflict).zh + "\n";
  for (const names::Issue& issue : checked.issues) undertaking += issue.message.zh + "\n";
  const base::Text promise{"名称与他人相近或有待核对之处,请勾选承诺:因名称引起的责任由申报人承担",
                           "The name is like another or has to be looked at: undertake to answer for it."};
  if (checked.verdict == Verdict::warned && !request.undertakes)
    return base::invalid_at("/undertakes", "naming.undertaking_missing", promise);
  int held = 0;
  for (const Reservation& each : current_reservations(transaction, proposal.division, today)) {
    if (each.person != actor.person) continue;
    if (each.name == proposal.name) return each;
    if (state_of(transaction, each, today) == "reserved") ++held;
  }
  if (held >= reservations_max)
    return base::Error{.kind = base::Refusal::rule_not_met,
                       .code = "naming.too_many",
                       .message = {"同时最多保留5个名称,请先放弃不用的",
                                   "At most five names are kept at a time: give up one you do not need."}};
  TRY(const calendar::Date expires_on,
      shifted(catalogue.rules, request.needs_approval ? "names.reservation_approval" : "names.reservation", today, 1));
  const Reservation reservation{.id = request.id,
                                .division = proposal.division,
                                .person = actor.person,
                                .person_name = actor.name,
                                .name = proposal.name,
                                .kind = proposal.kind,
                                .needs_approval = request.needs_approval,
                                .undertaking = undertaking,
                                .reserved_on = today,
                                .expires_on = expires_on,
                                .released_on = std::nullopt};
  insert_reservation(transaction, reservation, now);
  return reservation;
}

base::Result<Reservation> release(storage::Transaction& transaction, const access_control::Scope& scope, base::Id id,
                                  calendar::Date today) {
  std::optional<Reservation> reservation = find_reservation(transaction, scope, id);
  if (!reservation)
    return base::not_found("naming.reservation_unknown", {"没有这个保留名称", "There is no such reservation."});
  if (const std::string state = state_of(transaction, *reservation, today); state != "reserved")
    return base::conflict("naming.not_reserved", {"这个名称现在是“" + state_text(state).zh + "”,不必放弃",
                                                  "There is nothing to give up: " + state_text(state).en + "."});
  reservation->released_on = today;
  release_reservation(transaction, id, today);
  return *reservation;
}

bool is_reserved_for_another(storage::Snapshot& snapshot, const std::string& division, const std::string& name,
                             const Asking& asking) {
  const std::u32string whole = names::comparable(name);
  return std::ranges::any_of(current_reservations(snapshot, division, asking.today), [&](const Reservation& each) {
    return each.person != asking.person && names::comparable(each.name) == whole;
  });
}

}  // namespace naming
