/// Plays a drawing on a virtual clock, as a script says, and tells every step: `yichuang bpmn play`.
/// The script's format and the lines are described in docs/bpmn.md.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "kernel/bpmn/bpmn.h"

namespace bpmn {

struct PlayOptions {
  /// Completes every task and job as it is entered, but those that a later step of the script names.
  bool auto_tasks = false;
  const Decisions* decisions = nullptr;
  const calendar::Calendar* working_days = nullptr;
};

/// Takes one line of JSON, without its end.
using Line = std::function<void(const std::string&)>;

/// `script` may be empty. Steps that can not be done are told as incidents in the last line; the play goes on.
/// Errors: `bpmn.invalid` when the model can not be read, `json.invalid` and `bpmn.script_invalid` for the script.
base::Result<void> play(std::string_view xml, std::string_view script, const PlayOptions& options, const Line& line);

}  // namespace bpmn
