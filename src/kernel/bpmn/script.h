/// The script of a play, read and checked.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/bpmn/bpmn.h"

namespace bpmn {

struct ScriptStep {
  enum class Kind { start, complete, error, trigger, message, signal, take, advance, set, cancel };
  Kind kind = Kind::start;
  std::string name = {};                // element, message or signal; the duration or moment to advance to
  std::string code = {};                // error
  std::optional<std::string> key = {};  // message
  std::size_t index = 0;
  feel::Context variables = {};
  std::map<std::string, std::vector<std::string>> ways = {};  // take: flows by gateway
};

struct Script {
  std::string process = {};
  feel::Context variables = {};
  std::vector<ScriptStep> steps = {};
  std::optional<base::Instant> now = {};
};

/// An empty text is a script without steps.
/// Errors: `json.invalid` and its kin, `bpmn.script_invalid` with every place at fault.
base::Result<Script> parse_script(std::string_view text);

}  // namespace bpmn
