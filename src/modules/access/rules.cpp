#include <algorithm>

#include "modules/access/model.h"

namespace access {

bool covers(const Scope& scope, const Belonging& record) {
  switch (scope.kind) {
    case Scope::Kind::nothing:
      return false;
    case Scope::Kind::own:
      return scope.person && scope.person == record.person;
    case Scope::Kind::office:
      return record.division == scope.division && record.office == scope.office;
    case Scope::Kind::division:
      return record.division.starts_with(scope.division);
  }
  return false;
}

bool Actor::has_role(std::string_view role) const { return std::find(roles.begin(), roles.end(), role) != roles.end(); }

}  // namespace access
