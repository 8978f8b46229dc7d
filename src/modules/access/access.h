/// People, their accounts, sessions and roles. The face for every other module.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/http.h"
#include "modules/access/model.h"
#include "storage/storage.h"

namespace access_control {

/// The keys that protect personal data; made once, kept in a file only the service's user can read.
class Secrets {
 public:
  /// Reads the file, or makes it (mode 0600) when it is not there.
  /// Errors: `access.secrets_unreadable` when it is there but damaged or readable by others.
  static base::Result<Secrets> load_or_make(const std::string& path);

  /// Authenticated encryption, fresh nonce; as hexadecimal text.
  std::string seal(std::string_view plain) const;
  std::optional<std::string> open(std::string_view sealed) const;
  /// Keyed hash: equal plain texts are found, but not guessed by who has the database alone.
  std::string hash(std::string_view plain) const;

 private:
  std::string key_;  // 64 bytes: 32 for sealing, 32 for hashing
};

/// Compares a person with the population register. The one here is a stand-in and says so.
class RealNameCheck {
 public:
  struct Answer {
    std::string method;
    base::Text label;
  };
  virtual ~RealNameCheck() = default;
  /// Errors: `access.real_name_failed`.
  virtual base::Result<Answer> check(const std::string& name, const std::string& citizen_id) const = 0;
};
/// Checks form and check digit only; labelled as what it is.
std::unique_ptr<RealNameCheck> local_stand_in();

struct NewPerson {
  base::Id id;
  std::string division;
  std::string office;  // staff
  bool staff = false;
  std::string name;
  std::string citizen_id;  // empty for staff
  std::string phone;
  std::string account;
  std::string password;
  std::vector<std::string> roles;  // staff
};

/// What others may know of a person.
struct Person {
  base::Id id;
  std::string division;
  std::string office;
  bool staff = false;
  std::string name;
  std::string account;
  std::string citizen_id_masked;
  std::string phone_masked;
  std::vector<std::string> roles;
};

/// A reading of somebody's full numbers.
struct Disclosure {
  base::Id id;
  base::Id person;  // whose
  base::Id reader;
  std::string record_kind;  // "case"
  base::Id record;
  std::string reason;
  base::Instant at;
};

struct PersonalNumbers {
  std::string citizen_id;
  std::string phone;
};

/// What the technician may do to an account. `kind`: "password" (sets it, ends all sessions), "disable", "enable",
/// "roles", "grants" (of another system; all of them), "drop_second_factor".
struct AccountChange {
  std::string kind;
  std::string account;
  std::string password;
  std::vector<std::string> roles;
  std::vector<std::string> grants = {};
};

struct StoredPerson;

/// Whether staff may work without a second factor. Where it is demanded, who has none can do nothing but set it up.
/// Source: [GB22239-n], 8.1.4 (staff prove who they are in two ways).
enum class SecondFactorOfStaff { demanded, offered };

/// Use cases around accounts. Built once by the server; thread-safe.
class Access {
 public:
  Access(storage::Store& store, Secrets secrets, std::unique_ptr<RealNameCheck> real_name,
         SecondFactorOfStaff second_factor);

  /// Errors: `access.account_taken`, `access.citizen_id_taken`, and what the checks of each field refuse, all at once.
  /// `password_hash` given: the password was hashed before (bulk creation).
  base::Result<Person> create(storage::Transaction& transaction, const NewPerson& person, base::Instant now,
                              const std::string& password_hash = {}) const;

  struct SignIn {
    std::string account;
    std::string password;
    std::string code;    // of the second factor, or a recovery code; empty: not asked yet
    std::string remote;  // address
    std::string device;  // as device_of() says
  };
  struct SignedIn {
    std::string token;
    http::Caller caller;
  };
  /// The same answer, after the same time, for an unknown account and a wrong password. `session` names the new
  /// session. Errors: `access.sign_in_refused`, `access.code_needed` (the password is right, the account has a second
  /// factor), `access.code_wrong` (all unauthenticated), `access.sign_in_throttled` (too_many).
  base::Result<SignedIn> sign_in(const SignIn& attempt, base::Instant now, base::Id session) const;
  void sign_out(std::string_view token) const;

  /// Sets a new password after the old one was given again; every other session of the person ends.
  /// Errors: `access.password_wrong` at "/old", `access.password_weak` at "/password", `access.sign_in_throttled`.
  base::Result<void> change_password(const http::Caller& caller, const std::string& old, const std::string& password,
                                     base::Instant now) const;

  struct SecondFactor {
    std::string secret;  // base 32, to be typed where no camera is
    std::string uri;     // for the QR code
  };
  /// Makes a secret that counts once a code of it was entered; asking again replaces it.
  /// Errors: `access.second_factor_on`.
  base::Result<SecondFactor> begin_second_factor(const http::Caller& caller) const;
  /// Switches it on and returns the recovery codes, which are shown this once.
  /// Errors: `access.code_wrong` at "/code", `access.second_factor_not_begun`, `access.sign_in_throttled`.
  base::Result<std::vector<std::string>> confirm_second_factor(const http::Caller& caller, const std::string& code,
                                                               base::Instant now) const;
  /// Errors: `access.password_wrong` at "/password", `access.sign_in_throttled`.
  base::Result<void> drop_second_factor(const http::Caller& caller, const std::string& password,
                                        base::Instant now) const;

  /// Shows the numbers of a person in full, once, for a reason that the person can read afterwards. The caller has
  /// checked that the reader may see the record; the reading becomes part of the event log. Errors:
  /// `access.reason_missing` at "/reason" (fewer than 4 characters), `access.person_unknown`. Source: [PIPL-6] and
  /// [PIPL-28].
  base::Result<PersonalNumbers> disclose(storage::Transaction& transaction, const Disclosure& disclosure) const;

  /// What the technician does to an account; each becomes an event of the person's stream.
  /// Errors: `access.account_unknown`, `access.role_unknown`, `access.password_weak`, `access.change_unknown`, those of
  /// check_grants.
  base::Result<Person> administer(storage::Transaction& transaction, const AccountChange& change,
                                  base::Instant now) const;

  /// Who holds the session of this request, if it is alive.
  http::Caller authenticate(const http::Request& request) const;

  const RealNameCheck& real_name() const { return *real_name_; }
  storage::Store& store() const { return store_; }

 private:
  base::Result<StoredPerson> check_again(const http::Caller& caller, const std::string& password,
                                         std::string_view place, base::Instant now) const;
  http::Caller caller_of(const StoredPerson& holder, base::Id session, const std::string& csrf) const;
  base::Result<void> check_code(const StoredPerson& person, const std::string& code, base::Instant now) const;

  storage::Store& store_;
  Secrets secrets_;
  std::unique_ptr<RealNameCheck> real_name_;
  SecondFactorOfStaff second_factor_;
  std::string decoy_hash_;
};

/// Argon2id, bounded in how many run at once.
/// Source: [ASVS-11.4.2].
std::string hash_password(const std::string& password);

Actor actor_of(const http::Caller& caller);
Scope scope_of(const http::Caller& caller);

/// "" for nobody.
std::string name_of_person(storage::Snapshot& snapshot, base::Id person);
/// Masked data of one person; the caller has checked that the reader may see the record this person belongs to.
std::optional<Person> find_person(storage::Snapshot& snapshot, base::Id person);
/// Who acts when somebody's order is carried out later: as the person stands then. Nothing when the account is gone or
/// disabled.
std::optional<Actor> find_actor(storage::Snapshot& snapshot, base::Id person);
/// Whether another system was granted this: "job:tax.check".
bool is_granted(storage::Snapshot& snapshot, base::Id person, std::string_view granted);
std::vector<std::string> grants_of(storage::Snapshot& snapshot, base::Id person);
/// Staff of a division with a role, for choosing a second officer.
std::vector<Person> staff_with_role(storage::Snapshot& snapshot, const Scope& scope, std::string_view role);

/// A session of somebody, for the page on which they end it.
struct OwnSession {
  base::Id id;
  std::string device;
  std::string remote;
  base::Instant created_at;
  base::Instant seen_at;
};
/// Newest first; only those still alive at `now`.
std::vector<OwnSession> sessions_of(storage::Snapshot& snapshot, base::Id person, base::Instant now);
/// Errors: `access.session_unknown`, also for somebody else's.
base::Result<void> end_session(storage::Transaction& transaction, base::Id person, base::Id session);

struct SecondFactorState {
  bool on = false;
  std::int64_t recovery_codes_left = 0;
};
SecondFactorState second_factor_of(storage::Snapshot& snapshot, base::Id person);

/// Who has read somebody's full numbers, newest first.
struct DisclosureRecord {
  Disclosure disclosure;
  std::string reader_name;
  base::Text reader_office;
};
std::vector<DisclosureRecord> disclosures_of(storage::Snapshot& snapshot, base::Id person, base::Id before, int limit);

/// Every account of staff, and of citizens only when an account's exact name is asked for.
std::vector<std::pair<Person, bool>> list_accounts(storage::Snapshot& snapshot, std::string_view account);

/// The scope as a condition on `table`, which has the columns division and office, and for `own` the column named.
struct Within {
  std::string sql;
  std::vector<storage::Datum> parameters;
  /// Appends " AND (…)" with its parameters.
  void add(std::string_view more, std::initializer_list<storage::Datum> values = {});
};
Within within(const Scope& scope, const std::string& table, const std::string& owner = "applicant");

/// Whether anybody has an account yet.
bool has_people(storage::Snapshot& snapshot);

void save_office(storage::Transaction& transaction, std::string_view division, std::string_view code,
                 const base::Text& name);
base::Text office_name(storage::Snapshot& snapshot, std::string_view division, std::string_view code);

/// What the session page tells besides the caller.
struct Surroundings {
  bool demonstration = false;
  std::string division;  // of those who register
};
void mount(http::Router& router, Access& access, const Surroundings& surroundings);

std::span<const storage::Migration> migrations();

}  // namespace access_control
