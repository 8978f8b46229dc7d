/// What the room's source files check alike.
#pragma once

#include <string>
#include <string_view>

#include "modules/exchange/exchange.h"

namespace exchange {

struct Naming {
  std::string_view code;
  std::string_view zh;
  std::string_view en;
  bool may_be_empty = false;
};
/// The text without spaces around it.
base::Result<std::string> name_in(std::string_view path, const std::string& text, const Naming& naming);

struct Range {
  std::int64_t least = 0;
  std::int64_t most = 0;
};
base::Result<void> check_number(std::string_view path, std::string_view code, std::int64_t number, Range range);

/// `kind`: "job" or "message". Errors: `exchange.not_granted`.
base::Result<void> check_granted(storage::Snapshot& snapshot, const Moment& moment, std::string_view kind,
                                 const std::string& name);
/// `process`: of the case they are for; its user tasks' names are reserved. Null pointer: not known yet.
/// Errors: `exchange.variables_too_large`, `exchange.variable_reserved`.
base::Result<void> check_variables(const feel::Context& variables, const bpmn::Definition* process);
/// Of a message that starts a case: it may bring the answers of the guide and the form, as whoever files it.
/// Errors: as above; `exchange.answers_invalid` when they are no objects.
base::Result<void> check_starting_variables(const feel::Context& variables, const bpmn::Definition* process);

}  // namespace exchange
