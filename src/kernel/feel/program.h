/// What an expression is compiled to: a tree whose names are already slots.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "kernel/feel/function.h"
#include "kernel/feel/range.h"

namespace feel {

enum class Op : std::uint8_t {
  constant,       // constant
  local,          // slot
  free_name,      // slot = index into free_names
  filtered_name,  // name, slots = items of the enclosing filters (innermost first), children[0] = meaning outside
  negate,
  add,
  subtract,
  multiply,
  divide,
  power,
  and_,
  or_,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  between,      // value, low, high
  in,           // value, tests…; slot = `?`
  instance_of,  // type
  path,         // name
  filter,       // list, condition; slot = `item`
  call,         // callee, arguments…
  call_named,   // callee, arguments…; names
  if_,          // condition, then, else
  for_,         // domains…, body; slots = iterators…, partial; flag = partial is used
  some,
  every,  // domains…, condition; slots = iterators…
  list,
  context,  // names, slots, children
  range,    // start, end (either may be missing); form, start_included, end_included; flag = bare, as in `1..3`
  lambda,   // code
  tests     // unary tests; flag = negated; no children = `-`; slot = `?`
};

struct Node;
using NodePtr = std::unique_ptr<Node>;

/// A value that a lambda takes along from where it was written.
struct Capture {
  enum class Source { local, free_name } source = Source::local;
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::string name;  // of the free name
};

/// The body of a lambda: parameters in the first slots, then captures and locals as they come.
struct Code {
  NodePtr body;
  std::uint32_t slot_count = 0;
  std::vector<Parameter> parameters;
  std::vector<Capture> captures;
  Type result = {};  // as far as it can be seen from the text
};

struct Node {
  Op op = Op::constant;
  bool flag = false;
  bool start_included = false;
  bool end_included = false;
  bool uses_input = false;  // a test that speaks of `?` is a condition, not a value to compare with
  Range::Form form = Range::Form::interval;
  std::uint32_t slot = 0;
  std::size_t offset = 0;
  std::vector<NodePtr> children;
  Value constant;
  std::string name;
  std::vector<std::string> names;
  std::vector<std::uint32_t> slots;
  std::shared_ptr<const Type> type;
  std::shared_ptr<Code> code;
  std::shared_ptr<const Names> shape;  // what is known of the value's entries; used while parsing only
};

/// A test on fixed values, taken out of the tree: most cells of decision tables are nothing else.
struct QuickTest {
  Range::Form form = Range::Form::interval;
  bool has_low = false;
  bool has_high = false;
  bool low_included = false;
  bool high_included = false;
  Value low;  // what to be equal to, when the form is no interval
  Value high;
};

struct Expression::Program {
  std::string text;
  NodePtr root;
  /// Not empty when every test of `root` is one; they answer for inputs of `quick_kind`, without any walk.
  std::vector<QuickTest> quick_tests;
  Kind quick_kind = Kind::null;
  std::uint32_t slot_count = 0;
  std::vector<std::string> free_names;
};

}  // namespace feel
