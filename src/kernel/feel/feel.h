/// FEEL, the expression language of DMN 1.5: compile once, evaluate often.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/instant.h"
#include "kernel/base/result.h"
#include "kernel/calendar/calendar.h"
#include "kernel/feel/value.h"

namespace feel {

/// `standard` is DMN 1.5 to the letter; `camunda` reads models drawn in Camunda tools as their authors saw them:
/// plain identifiers, back-ticked names, the extra functions.
enum class Dialect { standard, camunda };

/// The names an expression may use, for the longest match of names with spaces and signs ("Applicant Age", "a-b").
/// A name may have a shape of its own (the components of an item definition), so that `Order.unit price` is read right.
struct Name {
  std::string name;
  std::vector<Name> components = {};
};
using Names = std::vector<Name>;

/// What went wrong while evaluating, and where. The value there became null; nothing was thrown.
struct Diagnostic {
  std::string code;        // "feel.type_mismatch"
  std::size_t offset = 0;  // byte in the expression's text
  base::Text message;
};

/// What an evaluation may use up; passing a limit is `limit_passed`, never a hang.
struct Limits {
  std::int64_t steps_max = 10'000'000;
  std::int64_t bytes_max = 256'000'000;
  int depth_max = 256;
};

/// The dated limits of the law, asked by their id and the day of the event that sets them off.
class DatedLimits {
 public:
  virtual ~DatedLimits() = default;
  /// Errors: those of whoever keeps the limits: there is none with this id, or none was in force on that day.
  virtual base::Result<calendar::Span> limit_on(std::string_view rule, calendar::Date trigger) const = 0;
};

/// What the world hands in: FEEL itself has no clock, calendar or randomness.
struct World {
  base::Instant now = {};                            // now(), today() (in China)
  const calendar::Calendar* working_days = nullptr;  // add working days(), working days between(), is working day()
  const DatedLimits* rules = nullptr;                // last day()
  std::uint64_t random = 0;                          // seed of uuid() and random number() in the Camunda dialect
  Limits limits = {};
};

struct Outcome {
  Value value;
  std::vector<Diagnostic> diagnostics = {};
  bool limit_passed = false;
  bool used_java = false;  // an external Java function was called, which is emulated from a whitelist (docs/feel.md)
};

/// A compiled expression: immutable, shared between threads.
class Expression {
 public:
  const std::string& text() const;
  struct Program;
  explicit Expression(std::shared_ptr<const Program> program) : program_(std::move(program)) {}
  const Program& program() const { return *program_; }
  /// The names the expression takes from its context, each once (longest match already applied).
  const std::vector<std::string>& free_names() const;

 private:
  std::shared_ptr<const Program> program_;
};

/// Errors: `feel.syntax` with the place (byte offset) and a sentence a rule owner understands; `feel.too_deep`,
/// `feel.too_long`. A name that is not in `names` is no error: it evaluates to null with a diagnostic.
/// Source: [DMN-10.3].
base::Result<Expression> compile(std::string_view text, const Names& names = {}, Dialect dialect = Dialect::standard);

/// Unary tests, as in a decision table's input entry: `< 18`, `"a","b"`, `not(1)`, `-`; the input value is `?`.
base::Result<Expression> compile_unary_tests(std::string_view text, const Names& names = {},
                                             Dialect dialect = Dialect::standard);

/// Never throws: errors are null with diagnostics. Names resolve in `context`. Source: [DMN-10.3.2].
Outcome evaluate(const Expression& expression, const Context& context, const World& world);

/// Value is true, false or null. Never throws. Source: [DMN-10.3.1.2], [DMN-8] input entries.
Outcome evaluate_unary_tests(const Expression& tests, const Value& input, const Context& context, const World& world);

}  // namespace feel
