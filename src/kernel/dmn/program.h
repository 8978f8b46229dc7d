/// A compiled model: what the compiler builds and evaluation walks. Immutable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "kernel/dmn/dmn.h"
#include "kernel/feel/function.h"

namespace dmn {

struct Boxed;
using BoxedPtr = std::shared_ptr<const Boxed>;

/// Logic that was left empty, or is at fault in a model that was compiled tolerantly: null and a diagnostic.
struct Missing {
  std::string code;
  base::Text message;
};

struct Literal {
  feel::Expression expression;
};

/// A named, typed part: a binding, a context's entry, a relation's column.
struct Part {
  std::string name;
  feel::Type type = {};
  BoxedPtr value = {};
};

struct Invocation {
  BoxedPtr callee;
  std::vector<Part> bindings;
};

struct BoxedContext {
  std::vector<Part> entries;
  BoxedPtr result;  // null: the context itself is the result
};

struct BoxedList {
  std::vector<BoxedPtr> items;
};

struct Relation {
  std::vector<Part> columns;
  std::vector<std::vector<BoxedPtr>> rows;
};

struct BoxedFunction {
  std::vector<feel::Parameter> parameters;
  BoxedPtr body;
};

struct Conditional {
  BoxedPtr condition;
  BoxedPtr consequent;
  BoxedPtr alternative;
};

struct Filter {
  BoxedPtr list;
  BoxedPtr match;
};

struct Iteration {
  enum class Kind { each, some, every } kind = Kind::each;
  std::string variable;
  feel::Type list_type = {};
  BoxedPtr list;
  BoxedPtr body;
  /// `partial`, the results so far, is a copy for every item: made only where it is read.
  bool uses_partial = false;
};

enum class HitPolicy { unique, first, priority, any, collect, rule_order, output_order };
enum class Aggregation { none, sum, count, min, max };

/// Unary tests. Without an expression every value passes (`-`), or none when the tests could not be read.
struct Tests {
  std::optional<feel::Expression> expression = {};
  bool is_never = false;
};

struct InputClause {
  std::string label;
  BoxedPtr expression;
  Tests allowed = {};
};

struct OutputClause {
  std::string name;
  feel::Type type = {};
  Tests allowed = {};
  /// The output values in order of priority, the highest first.
  std::vector<feel::Expression> priorities;
  BoxedPtr default_entry;
};

struct Rule {
  std::vector<Tests> tests;
  /// Of each test: 0 when it asks nothing; the same in all rows of a column that say the same, so that it is asked
  /// once.
  std::vector<std::uint32_t> numbers;
  std::vector<BoxedPtr> outputs;
  std::shared_ptr<const Row> text;
};

struct Table {
  std::string decision;
  HitPolicy hit_policy = HitPolicy::unique;
  Aggregation aggregation = Aggregation::none;
  std::vector<InputClause> inputs;
  std::vector<OutputClause> outputs;
  std::vector<Rule> rules;
  std::size_t numbers_end = 1;
};

/// One boxed expression of any kind. Its value is coerced to `type`.
struct Boxed {
  /// For diagnostics: the element of the graph, and the id of the part if it has one ("Fee#cell_3").
  std::string where;
  feel::Type type = {};
  std::variant<Missing, Literal, Invocation, BoxedContext, BoxedList, Relation, BoxedFunction, Conditional, Filter,
               Iteration, Table>
      content = {};
};

/// One node of the requirements graph.
struct Element {
  enum class Kind { input_data, decision, knowledge_model, service };
  struct Requirement {
    std::size_t element = 0;
    std::string import_name;  // empty: of the same source, or imported without a name
  };

  Kind kind = Kind::decision;
  std::size_t source = 0;
  std::string id;
  std::string name;
  std::string variable;  // the name under which others see it
  feel::Type type = {};  // of its value; for knowledge models and services, of the result
  std::vector<Requirement> information = {};
  std::vector<Requirement> knowledge = {};
  BoxedPtr logic = {};
  std::vector<feel::Parameter> parameters = {};
  bool is_external = false;  // a knowledge model whose logic gives the function itself
  /// For input data of an imported source: the import names leading to it from the first source.
  std::vector<std::vector<std::string>> import_paths = {};
  /// Of a service: the elements that its parameters stand for, and its output decisions.
  std::vector<std::size_t> service_inputs = {};
  std::vector<std::size_t> service_outputs = {};
};

class Model {
 public:
  struct File {
    std::string name;
    std::string model_namespace;
  };
  std::vector<File> files;
  std::vector<Element> elements;
  std::vector<Fault> faults;
  /// `for item in list return item`: FEEL's own way to walk a list or a range.
  std::optional<feel::Expression> each_item;

  /// By id, by name, or as "namespace#name"; the first source wins. Nothing when there is no such element.
  std::optional<std::size_t> find(Invocable::Kind kind, std::string_view name) const;
};

}  // namespace dmn
