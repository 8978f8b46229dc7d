/// People, organisations, roles, and what of the data somebody may see. The namespace is access_control because POSIX
/// has taken the name `access`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/id.h"
#include "kernel/base/instant.h"
#include "kernel/base/result.h"
#include "kernel/calendar/calendar.h"

namespace access_control {

/// What of the data a query may touch: a required argument of every query over cases, entities and people. It comes
/// from the session, never from the request, and the default sees nothing.
struct Scope {
  enum class Kind { nothing, own, office, division } kind = Kind::nothing;
  base::Id person;       // own
  std::string division;  // office, division: code, its leading digits cover what lies below ("4302" covers 430211)
  std::string office;    // office

  static Scope own_of(base::Id person) { return {.kind = Kind::own, .person = person, .division = {}, .office = {}}; }
  static Scope of_office(std::string division, std::string office) {
    return {.kind = Kind::office, .person = {}, .division = std::move(division), .office = std::move(office)};
  }
  static Scope of_division(std::string division) {
    return {.kind = Kind::division, .person = {}, .division = std::move(division), .office = {}};
  }
};

/// The ways a record can belong to somebody.
struct Belonging {
  base::Id person;  // the applicant
  std::string_view division;
  std::string_view office;
};
bool covers(const Scope& scope, const Belonging& record);

/// Who acts. `person` none: the system itself (timers, jobs).
struct Actor {
  base::Id person;
  std::string name;
  bool staff = false;
  std::vector<std::string> roles;
  Scope scope;
  bool has_role(std::string_view role) const;
};

/// A role of staff: the candidate groups of processes are roles.
struct Role {
  std::string_view id;
  base::Text name;
  std::vector<std::string_view> permissions;
  /// Sees the whole division; otherwise the own office only.
  bool whole_division = false;
};
const std::vector<Role>& roles();
const Role* find_role(std::string_view id);

inline constexpr std::size_t grant_length_max = 200;
/// What another system may do beside its role: "job:tax.check", "message:paid".
/// Errors: `access.grants_not_for_people`, `access.grant_invalid`, both at "/grants".
base::Result<void> check_grants(const std::vector<std::string>& roles, const std::vector<std::string>& grants);

/// Every role exists, and nobody who runs or audits the system also works in it, nor does another system.
/// Errors: `access.role_unknown`, `access.roles_not_separate`, both at "/roles".
/// Source: [GB22239-8], system, security and audit administrators are apart.
base::Result<void> check_roles(const std::vector<std::string>& roles);

/// What a person recognises of a User-Agent header: "Android · Chrome". Empty when nothing is known.
std::string device_of(std::string_view user_agent);

/// The permissions of all roles together, each once.
std::vector<std::string> permissions_of(const std::vector<std::string>& roles);
/// What staff with these roles may see: the whole division when one role demands it, else their own office.
Scope scope_of_staff(const std::vector<std::string>& roles, std::string division, std::string office);

inline constexpr std::size_t password_length_min = 8;
inline constexpr std::size_t password_length_max = 256;

/// Length, no common password, nothing that repeats the account or the product. No rule on kinds of characters.
/// Errors: `access.password_weak` at "/password".
/// Source: [ASVS-6.2].
base::Result<void> check_password(std::string_view password, std::string_view account);

/// 4 to 40 letters, digits, dots, hyphens and underscores; compared without case.
/// Errors: `access.account_invalid` at "/account".
base::Result<std::string> check_account(std::string_view account);

}  // namespace access_control
