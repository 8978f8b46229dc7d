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
  std::string division = "430211";
  std::string office;                   // staff
  bool staff = false;
  std::string name;
  std::string citizen_id;               // empty for staff
  std::string phone;
  std::string account;
  std::string password;
  std::vector<std::string> roles;       // staff
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

/// Use cases around accounts. Built once by the server; thread-safe.
class Access {
 public:
  Access(storage::Store& store, Secrets secrets, std::unique_ptr<RealNameCheck> real_name);

  /// Errors: `access.account_taken`, `access.citizen_id_taken`, and what the checks of each field refuse, all at once.
  /// `password_hash` given: the password was hashed before (bulk creation).
  base::Result<Person> create(storage::Transaction& transaction, const NewPerson& person, base::Instant now,
                              const std::string& password_hash = {}) const;

  struct SignedIn {
    std::string token;
    http::Caller caller;
  };
  /// The same answer, after the same time, for an unknown account and a wrong password.
  /// Errors: `access.sign_in_refused` (unauthenticated), `access.sign_in_throttled` (too_many).
  base::Result<SignedIn> sign_in(const std::string& account, const std::string& password, const std::string& remote,
                                 base::Instant now, base::Id session) const;
  void sign_out(std::string_view token) const;

  /// Who holds the session of this request, if it is alive.
  http::Caller authenticate(const http::Request& request) const;

  const RealNameCheck& real_name() const { return *real_name_; }
  storage::Store& store() const { return store_; }

 private:
  storage::Store& store_;
  Secrets secrets_;
  std::unique_ptr<RealNameCheck> real_name_;
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
/// Staff of a division with a role, for choosing a second officer.
std::vector<Person> staff_with_role(storage::Snapshot& snapshot, const Scope& scope, std::string_view role);

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
};
void mount(http::Router& router, Access& access, const Surroundings& surroundings);

std::span<const storage::Migration> migrations();

}  // namespace access_control
