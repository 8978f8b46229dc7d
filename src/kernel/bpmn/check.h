/// What must hold of a drawing before it may run.
#pragma once

#include "definition.h"
#include "model.h"

namespace bpmn {

/// Structure: starts, ends, references, gateways, boundary events, event sub-processes. `definition` has its nodes and
/// flows linked. Faults are added.
/// Source: [BPMN-13].
void check(const Drawing& drawing, const Definition& definition, Faults& faults);

}  // namespace bpmn
