/// What the use cases of the register share.
#pragma once

#include "modules/evidence/model.h"
#include "modules/registration/registration.h"

namespace registration {

base::Error name_is_taken(std::string_view name);
base::Error not_open();

/// Later than everything that is known or holds.
inline constexpr calendar::Date forever{3'000'000};
/// The entity's row shows what its lists and searches need of the facts.
void show(Entity& entity, const Facts& facts);

/// What everybody may know of a writing: the entity's code, its status, which items changed.
/// Source: [RMR-35] the register is published.
std::vector<evidence::Field> open_fields(const std::string& credit_code, const Writing& writing);
/// "registration.changed": the type of a writing's event.
std::string type_of(std::string_view event);

}  // namespace registration
