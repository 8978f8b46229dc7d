/// Two drawings of a process, told apart element by element: for those who approve a changed one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/result.h"

namespace bpmn {

struct Change {
  /// `redrawn`: nothing but positions and lines of the picture differ; told once for the whole file.
  enum class Kind { added, removed, changed, redrawn } kind = Kind::changed;
  std::string element;  // its id
  std::string type;     // of BPMN: "userTask", "sequenceFlow"
  std::string name;
  /// What an element says otherwise, by its path: "conditionExpression", "extensionElements/taskDefinition@type".
  struct Detail {
    std::string what;
    std::string before;  // empty: was not there
    std::string after;
  };
  std::vector<Detail> details = {};
};

/// Elements are recognised by their ids; all that stands in the file counts, foreign extensions too. The order of
/// elements in the file says nothing and is not compared.
/// Errors: `bpmn.invalid` when one of them is no BPMN 2.0 file.
base::Result<std::vector<Change>> compare(std::string_view before, std::string_view after);

}  // namespace bpmn
