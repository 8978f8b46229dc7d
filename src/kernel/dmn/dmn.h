/// DMN models: read, checked and compiled once; decisions evaluated with an explanation.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/result.h"
#include "kernel/feel/feel.h"

namespace dmn {

/// One file of a model. Imports are resolved by namespace among the sources compiled together.
struct Source {
  std::string name;  // for messages: "decision.dmn"
  std::string xml;
};

/// One thing wrong with a model, for its owner.
struct Fault {
  std::string source;
  std::string element;  // element id or name
  std::string code;     // "dmn.unknown_reference"
  base::Text message;
};

/// One row of a decision table as it was written. Cells with `-` ask nothing and are left out.
struct Row {
  struct Cell {
    std::string input;  // the column's label, else its expression
    std::string test;   // "[18..65)"
  };
  std::string decision;
  std::string rule_id;
  int number = 0;                        // 1 is the first
  std::vector<std::string> annotations;  // the row's annotation entries: legal basis, remarks
  std::vector<Cell> cells = {};
};

/// A row that matched, and what decided it: the values that passed its cells, in the order of `row->cells`.
struct Match {
  std::shared_ptr<const Row> row;
  std::vector<feel::Value> values = {};
};

struct Diagnostic {
  std::string element;
  feel::Diagnostic what;
};

struct Outcome {
  feel::Value value;
  std::vector<Diagnostic> diagnostics = {};
  std::vector<Match> matches = {};
  bool limit_passed = false;
  bool used_java = false;  // an external Java function was called, which is emulated from a whitelist (docs/feel.md)
};

/// A compiled set of models: immutable, shared between threads.
class Model;

struct CompileOptions {
  feel::Dialect dialect = feel::Dialect::standard;
  /// True: logic at fault does not refuse the model but evaluates to null with a diagnostic; `faults` lists it. For
  /// trying out drafts and for the conformance kit, never for publishing.
  bool tolerate_faults = false;
};

/// Reads DMN 1.1 to 1.6. The first source is the one meant; the others are there to be imported.
/// Errors: `dmn.invalid` with a place for each fault (path = "source#element"). Source: [DMN-6] to [DMN-10], [DMN-12].
base::Result<std::shared_ptr<const Model>> compile(std::span<const Source> sources, const CompileOptions& options = {});

/// The faults of a model compiled with `tolerate_faults`.
const std::vector<Fault>& faults(const Model& model);

/// What the model offers. Source: [DMN-6] the elements that can be invoked.
struct Invocable {
  enum class Kind { decision, knowledge_model, service } kind = Kind::decision;
  std::string id;
  std::string name;
  std::string model_namespace;
};
std::vector<Invocable> invocables(const Model& model);
/// The decision's needed inputs, by name; none when there is no such decision. Source: [DMN-6] requirements.
std::vector<std::string> inputs_of(const Model& model, std::string_view decision);

/// Evaluates a decision, by name, id or "namespace#name". `inputs` holds the input data by name; those of an imported
/// model lie in a context named as the import ("Model B": {"Person name": ...}) or, when no other input has that name,
/// directly beside the others. A function in the outcome's value can no longer be called.
/// Errors: `dmn.not_found` when the model has no such decision. Faults while evaluating are diagnostics. Source:
/// [DMN-10].
base::Result<Outcome> evaluate(const Model& model, std::string_view decision, const feel::Context& inputs,
                               const feel::World& world);

/// Something in a decision table that its owner should look at: legal to publish, but seldom meant.
struct Finding {
  enum class Kind { gap, overlap, never_matches, not_judged } kind = Kind::gap;
  std::string decision;
  std::vector<int> rows = {};  // 1 is the first; a gap has none
  base::Text message;
};

/// Looks for inputs that no row covers (where there is no default), rows that overlap although the hit policy lets only
/// one match, and rows that can never match. Only tests on fixed values are judged; where a test says more (a call, a
/// name), nothing is claimed.
/// At most 20 findings a table; a table too large to judge wholly within a second or so says so (`not_judged`). Source:
/// [DMN-8].
std::vector<Finding> analyse(const Model& model);

/// One element of a model as its author wrote it, for those who read and compare models.
struct Written {
  /// One row of a decision table. Cells that say nothing are "-".
  struct Row {
    std::string id;
    std::vector<std::string> inputs = {};
    std::vector<std::string> outputs = {};
    std::vector<std::string> annotations = {};
  };
  std::string kind;  // of DMN: "inputData", "decision", "businessKnowledgeModel", "decisionService", "itemDefinition"
  std::string id;
  std::string name;
  std::vector<std::string> needs = {};    // ids of the elements it requires, as written
  std::string logic;                      // all the rest in XML, without rows, ids, remarks and diagrams
  std::vector<std::string> inputs = {};   // of its decision table: what each column asks, an expression
  std::vector<std::string> outputs = {};  // of its decision table: what each result is called
  std::vector<Row> rows = {};
};
/// Reads one source without compiling it. Errors: `dmn.invalid` when it is no DMN file.
base::Result<std::vector<Written>> outline(const Source& source);

/// What is different between two models, element by element and, in decision tables, row by row.
struct Change {
  /// `reordered`: the rows that both have stand in another order. `changed` without a row: requirements or logic.
  enum class Kind { added, removed, changed, reordered } kind = Kind::changed;
  std::string element;  // its id, else its name
  std::string name;
  int row_before = 0;  // 1 is the first; 0: none
  int row_after = 0;
  Written::Row before = {};
  Written::Row after = {};
};
/// "added", "removed", "changed", "reordered": as the API says it.
std::string_view to_text(Change::Kind kind);
/// Elements and rows are recognised by their ids, those without by what they say.
std::vector<Change> compare(const std::vector<Written>& before, const std::vector<Written>& after);

/// Input data for models where names alone are not enough: an empty namespace means any.
struct Input {
  std::string model_namespace;
  std::string name;
  feel::Value value;
};

/// Evaluates a decision, knowledge model or decision service by name or id. The inputs of a service or knowledge model
/// are its parameters; a service with several output decisions gives a context of them.
/// Errors: `dmn.not_found`.
base::Result<Outcome> evaluate(const Model& model, Invocable::Kind kind, std::string_view name,
                               std::span<const Input> inputs, const feel::World& world);

}  // namespace dmn
