/// `yichuang user`: accounts for the technician, through the running server or alone.
#include <random>

#include "http/api.h"
#include "parts.h"

namespace server {
namespace {

// Described here, so that the heavy header stays in this file.
struct Line : AccountCommand {};
BOOST_DESCRIBE_STRUCT(Line, (), (verb, account, name, office, password, roles, grants))

std::string line_of(const access_control::Person& person, bool is_disabled) {
  std::string line = person.account + "\t" + person.name + "\t" + person.division + "/" + person.office + "\t";
  for (std::size_t i = 0; i < person.roles.size(); ++i) line += (i == 0 ? "" : ",") + person.roles[i];
  return line + (is_disabled ? "\t停用 disabled" : "");
}

std::string granted(storage::Snapshot& snapshot, base::Id person) {
  std::string text;
  for (const std::string& one : access_control::grants_of(snapshot, person)) text += (text.empty() ? "\t" : ",") + one;
  return text;
}

std::string list(storage::Snapshot& snapshot, const std::string& account) {
  std::string text;
  for (const auto& [person, is_disabled] : access_control::list_accounts(snapshot, account))
    text += (text.empty() ? "" : "\n") + line_of(person, is_disabled) + granted(snapshot, person.id);
  return text;
}

base::Result<access_control::Person> add(Program::Parts& parts, storage::Transaction& transaction,
                                         const AccountCommand& command) {
  TRY(std::ignore, access_control::check_roles(command.roles));
  const catalogue::Bureau& bureau = parts.catalogue->bureau;
  if (!bureau.find_office(command.office))
    return base::Error{.kind = base::Refusal::invalid,
                       .code = "access.office_unknown",
                       .message = {"bureau.yaml 中没有科室“" + command.office + "”",
                                   "bureau.yaml has no office “" + command.office + "”."}};
  return parts.access->create(transaction,
                              {.id = base::make_id(parts.now(), std::random_device{}()),
                               .division = bureau.division,
                               .office = command.office,
                               .staff = true,
                               .name = command.name,
                               .account = command.account,
                               .password = command.password,
                               .roles = command.roles},
                              parts.now());
}

}  // namespace

std::string account_command(const AccountCommand& command) {
  return http::write(Line{command}, http::Language::zh);
}

base::Result<std::string> run_account_command(Program::Parts& parts, const std::string& text) {
  TRY(const Line command, http::read<Line>(text, http::Language::zh));
  if (command.verb == "list")
    return parts.store->read_value([&](storage::Snapshot& snapshot) { return list(snapshot, command.account); });
  return parts.store->write_result([&](storage::Transaction& transaction) -> base::Result<std::string> {
    if (command.verb == "add") {
      TRY(const access_control::Person added, add(parts, transaction, command));
      return line_of(added, false);
    }
    TRY(const access_control::Person changed, parts.access->administer(transaction,
                                                                       {.kind = command.verb,
                                                                        .account = command.account,
                                                                        .password = command.password,
                                                                        .roles = command.roles,
                                                                        .grants = command.grants},
                                                                       parts.now()));
    return line_of(changed, command.verb == "disable");
  });
}

}  // namespace server
