/// Functions as values, and evaluations that share one budget: what DMN needs to plug its invocables into FEEL.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernel/feel/feel.h"
#include "kernel/feel/type.h"

namespace feel {

/// One run of expressions with a common budget, world and list of diagnostics. Belongs to one thread.
class Evaluation {
 public:
  explicit Evaluation(const World& world);
  Evaluation(const Evaluation&) = delete;
  Evaluation& operator=(const Evaluation&) = delete;

  const World& world() const { return world_; }
  const std::vector<Diagnostic>& diagnostics() const { return diagnostics_; }
  std::vector<Diagnostic> take_diagnostics() { return std::move(diagnostics_); }
  bool limit_passed() const { return limit_passed_; }

  /// Records what went wrong; only the first `diagnostics_max` are kept. Gives null, so that one can write
  /// `return evaluation.fail(...)`.
  Value fail(std::string_view code, base::Text message);

  /// Counts work; false when the budget is used up (everything then evaluates to null as fast as it can).
  /// Counts a look at a whole value, such as a comparison of lists.
  bool spend_on(const Value& value) {
    const bool is_whole = value.kind() != Kind::list && value.kind() != Kind::context;
    return spend(is_whole ? 1 : weight_of(value, std::max<std::int64_t>(1, steps_max_ - steps_ + 1)));
  }
  /// Whether a value can be written out within the budget; false passes the limit.
  bool can_write(const Value& value) {
    if (value.kind() != Kind::list && value.kind() != Kind::context) return true;
    const std::int64_t limit = world_.limits.bytes_max / static_cast<std::int64_t>(sizeof(Value)) + 1;
    return weight_of(value, limit) < limit || pass_limit();
  }
  bool spend(std::int64_t steps) {
    steps_ += steps;
    return steps_ <= steps_max_ || pass_limit();
  }
  /// Counts memory that a built value takes; false when the budget is used up.
  bool take_bytes(std::int64_t bytes) {
    bytes_ += bytes;
    return bytes_ <= bytes_max_ || pass_limit();
  }
  /// One level of nesting as long as it lives.
  class Level {
   public:
    explicit Level(Evaluation& evaluation) : evaluation_(evaluation) {
      ok_ = ++evaluation_.depth_ <= evaluation_.depth_max_ || evaluation_.pass_limit();
    }
    ~Level() { --evaluation_.depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;
    explicit operator bool() const { return ok_; }

   private:
    Evaluation& evaluation_;
    bool ok_ = false;
  };

  /// Whether an external Java function was called: it is emulated from a whitelist, which an outcome must say openly.
  bool used_java = false;
  /// The place in the text that diagnostics name; set by the evaluator as it goes.
  std::size_t offset = 0;
  /// Next pseudo-random 64 bits from the world's seed (Camunda's uuid and random number).
  std::uint64_t next_random();

  static constexpr std::size_t diagnostics_max = 100;

 private:
  bool pass_limit();
  const World& world_;
  std::vector<Diagnostic> diagnostics_;
  std::int64_t steps_ = 0;
  std::int64_t bytes_ = 0;
  std::int64_t steps_max_ = 0;
  std::int64_t bytes_max_ = 0;
  int depth_ = 0;
  int depth_max_ = 0;
  bool limit_passed_ = false;
  std::uint64_t random_ = 0;
};

struct Parameter {
  std::string name;
  Type type = {};
};

/// What can be called. Arguments arrive in the order of the parameters, already coerced to their types.
class Function {
 public:
  using Body = std::function<Value(const std::vector<Value>& arguments, Evaluation& evaluation)>;

  Function(std::string name, std::vector<Parameter> parameters, Body body, Type result = {});

  /// Empty for a lambda.
  const std::string& name() const { return name_; }
  const std::vector<Parameter>& parameters() const { return parameters_; }
  const Type& result() const { return result_; }
  const Body& body() const { return body_; }

  /// One way to call it. Built-ins may have several ("from", "year, month, day"), all others have one.
  struct Signature {
    std::size_t required = 0;
    bool is_variadic = false;  // the last parameter takes all further arguments
    std::vector<Parameter> parameters = {};
  };
  const std::vector<Signature>& signatures() const { return signatures_; }
  /// Built-ins pay for the size of what they read and make; others pay step by step as they run.
  bool is_built_in() const { return is_built_in_; }

 private:
  friend struct BuiltInMaker;
  std::string name_;
  std::vector<Parameter> parameters_;
  Body body_;
  Type result_;
  std::vector<Signature> signatures_;
  bool is_built_in_ = false;
};

Value make_function(std::string name, std::vector<Parameter> parameters, Function::Body body, Type result = {});

/// Calls with arguments in order: their number is checked, each is coerced to its parameter's type, the result to the
/// result type; what does not fit gives null and a diagnostic.
Value call(const Function& function, std::vector<Value> arguments, Evaluation& evaluation);

/// Calls with named arguments; missing ones are null, unknown names are refused.
Value call(const Function& function, std::vector<std::pair<std::string, Value>> arguments, Evaluation& evaluation);

/// As the free functions of feel.h, inside a running evaluation.
Value evaluate(const Expression& expression, const Context& context, Evaluation& evaluation);
Value evaluate_unary_tests(const Expression& tests, const Value& input, const Context& context, Evaluation& evaluation);

/// What an expression may refer to: names with shapes, and the types of the model's item definitions by name.
struct Scope {
  Names names = {};
  std::vector<std::pair<std::string, Type>> types = {};
  Dialect dialect = Dialect::standard;
};
base::Result<Expression> compile(std::string_view text, const Scope& scope);
base::Result<Expression> compile_unary_tests(std::string_view text, const Scope& scope);

/// Reads a type as FEEL writes it: "list<number>", "function<number, string> -> boolean", or a name in `scope.types`.
/// Errors: `feel.syntax`, `feel.unknown_type`.
base::Result<Type> parse_type(std::string_view text, const Scope& scope = {});

/// FEEL's comparison. Nothing when the two cannot be compared (kinds differ and neither is null).
std::optional<bool> equal(const Value& left, const Value& right);
/// Negative, 0, positive; nothing when there is no order between the two.
std::optional<int> compare(const Value& left, const Value& right);

}  // namespace feel
