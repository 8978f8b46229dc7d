/// The demonstration district: fictional people, firms and cases, made through the same use cases as real life on a
/// virtual clock.
///
/// Nobody in it is real: given names and trade names contain 演 or 试, phone numbers begin with 1300000, firms stand at
/// street numbers above 900.
#pragma once

#include <random>
#include <set>

#include "demo_names.h"
#include "modules/registration/intake.h"
#include "parts.h"

namespace server {

inline constexpr std::string_view demo_division = "430211";
inline constexpr int demo_citizens_count = 24;

/// One person of the bureau: account, office and roles.
struct DemoStaff {
  const char* account;
  const char* name;
  const char* office;
  std::vector<std::string> roles;
};
const std::vector<DemoStaff>& demo_staff();

feel::Context entries(std::initializer_list<feel::Context::Entry> list);
/// Fictional, with a right check digit.
std::string demo_citizen_id(int index);
std::string demo_phone(int index);

calendar::Date day_of(int year, int month, int day);

/// Everything the driver needs to act as somebody on some day.
class District {
 public:
  District(Program::Parts& parts, unsigned seed);

  base::Result<void> people();
  /// A few hundred entities with some history: for tests.
  base::Result<void> small_register();
  /// The whole register: on 30 September 2018 and 2019 exactly as large as reported, with what went before and came
  /// after. Source: [ART] F-06 to F-08; how it splits into kinds is invented.
  base::Result<void> full_register();
  /// The 204 joint cases of 2019.
  /// Source: [ART] F-09 to F-11.
  base::Result<void> cases_of_2019();
  /// A few cases in every state.
  base::Result<void> cases();
  /// Blank certificates at the window.
  base::Result<void> blank_stock();
  /// Two hosts of shared addresses, with members.
  base::Result<void> cluster_hosts();
  /// A few hundred more, of the last months.
  base::Result<void> more_cases();
  /// Drafts and cases of every other service; a few: a draft and a case of each.
  base::Result<void> other_services(bool few);
  /// Suspended, waiting for a second signature, on the express lane, accepted on a promise.
  base::Result<void> turned_cases();
  /// Cases that can not go on: a published version of a service has left a gap, which the next one has closed.
  base::Result<void> failed_cases();

 private:
  using Moment = casework::Moment;
  /// One entity's life as planned, before it is written into the register.
  struct Life {
    calendar::Date opened;
    std::optional<calendar::Date> ended;
    std::string kind;
    int number = 0;  // of its kind
  };
  /// How many of a kind were in business on the two days that are reported.
  struct Stock {
    const char* kind;
    int in_2018;
    int in_2019;
  };
  /// Runs in the transaction that is open, or in one of its own.
  template <class Work>
  auto write(Work&& work) {
    if (transaction_) return work(*transaction_);
    return parts_.store->write_result(std::forward<Work>(work));
  }
  /// All that `work` does commits together.
  base::Result<void> together(const std::function<base::Result<void>()>& work);

  base::Id new_id(base::Instant at) { return base::make_id(at, static_cast<std::uint32_t>(random_())); }
  std::size_t pick(std::size_t count) { return random_() % count; }
  bool chance(std::size_t percent) { return pick(100) < percent; }
  /// A weekday from `first` to `last`.
  calendar::Date weekday(calendar::Date first, calendar::Date last);
  base::Instant at_hour(calendar::Date day, int hour);
  /// The day `count` working days before the anchor.
  calendar::Date working_days_ago(int count) const;
  Moment as_staff(const char* account, int days_ago, int hour);
  Moment as_citizen(std::size_t citizen, int days_ago, int hour);

  /// The whole of a kind; `by_cases` are there already on the second day, established by the cases of 2019.
  std::vector<Life> lives_of(const Stock& stock, int by_cases);
  base::Result<void> add(registration::Intake& intake, const Life& life, int index);
  base::Result<void> enter(const registration::Intake& intake);
  registration::NewEntity describe(const Life& life, int index);
  std::vector<registration::PastWriting> past_of(const Life& life, int index);
  registration::PastWriting change_of(calendar::Date on, int index);
  registration::PastWriting ending_of(const Life& life);
  std::string person() { return demo_person_name(static_cast<int>(pick(768))); }

  /// A business of today's citizens with its licence, and a food permit if it is a restaurant.
  struct Firm {
    std::size_t citizen = 0;
    std::string credit_code;
    std::string permit;
  };
  base::Result<Firm> firm(bool with_permit, calendar::Date opened);
  /// A case of the service that has taken so many of its turns; -1: a draft.
  base::Result<void> one_of(const std::string& service, int stage, int days_ago);
  base::Result<void> take(const std::string& service, base::Id of_case, int turn, int days_ago);
  base::Result<void> operate(base::Id of_case, const char* operation, feel::Context data, const Moment& moment);
  feel::Context answers_for(const std::string& service, std::size_t citizen, calendar::Date day);
  /// The models are changed by the rule owner and approved by the leader on that day.
  base::Result<void> publish(const std::string& service, const std::map<std::string, std::string>& texts,
                             const char* reason, int days_ago);
  base::Result<base::Id> submit_for(const std::string& service, const std::string& subject, std::size_t citizen,
                                    int days_ago);
  base::Result<base::Id> apply_for(const std::string& service, const feel::Context& guide, const feel::Context& answers,
                                   std::size_t citizen, int days_ago);
  base::Result<base::Id> apply(std::size_t citizen, int days_ago, bool company);
  base::Result<base::Id> submit(std::size_t citizen, int days_ago, bool company);
  base::Result<void> upload(base::Id application, const std::string& slot, const Moment& moment);
  base::Result<void> complete(base::Id of_case, const char* element, feel::Context answers, const Moment& moment);
  base::Result<void> accept(base::Id of_case, int days_ago);
  base::Result<void> not_accept(base::Id of_case, int days_ago);
  base::Result<void> register_entity(base::Id of_case, int days_ago, bool grant);
  base::Result<void> review_food(base::Id of_case, int days_ago);
  base::Result<void> inspect(base::Id of_case, int days_ago, const char* result);
  base::Result<void> decide_food(base::Id of_case, int days_ago, bool grant);
  base::Result<void> hand_over(base::Id of_case, int days_ago, bool in_person);
  base::Result<void> ask_correction(base::Id of_case, int days_ago);
  base::Result<void> withdraw(base::Id of_case, std::size_t citizen, int days_ago);
  base::Result<void> finished_case(std::size_t citizen, int days_ago, bool company, bool permit, const char* grade);
  /// A case that has come as far as `stage` says; see cases().
  base::Result<void> case_at(int stage, std::size_t citizen, int days_ago, bool company);
  feel::Context guide(bool company) const;
  feel::Context answers(std::size_t citizen, bool company);
  /// The number of a citizen, by which name and identity number go.
  int citizen_of(base::Id person) const;
  std::size_t next_citizen() { return citizen_++ % citizens_.size(); }

  Program::Parts& parts_;
  std::mt19937 random_;
  calendar::Date today_;
  /// "Days ago" count back from here.
  calendar::Date anchor_;
  storage::Transaction* transaction_ = nullptr;
  std::map<std::string, base::Id> staff_ids_;
  std::vector<base::Id> citizens_;
  std::vector<std::string> citizen_names_;
  /// By slot: the drawn material, which is the same for every case.
  std::map<std::string, std::pair<std::string, std::int64_t>> materials_;
  std::vector<std::string> host_codes_;  // of the hosts of shared addresses
  int firms_ = 0;
  std::size_t citizen_ = 0;
};

}  // namespace server
