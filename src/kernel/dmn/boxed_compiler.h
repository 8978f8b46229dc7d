/// Boxed expressions: from XML to compiled logic.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "document.h"
#include "program.h"
#include "types.h"

namespace dmn {

/// Compiles the boxed expressions of one document. Names are pushed and popped as scopes open and close.
class BoxedCompiler {
 public:
  BoxedCompiler(const Document& document, std::size_t index, Types& types, feel::Dialect dialect, Faults& faults);

  /// The logic found among the children of `parent`; Missing when there is none. `owner` is the graph's element.
  BoxedPtr logic_in(pugi::xml_node parent, const std::string& owner);
  /// The function definition of a knowledge model: its body compiled with the parameters in scope.
  BoxedFunction function(pugi::xml_node definition, const std::string& owner);

  /// A function that lies outside the model; its value is the function.
  BoxedPtr external(pugi::xml_node definition, const std::string& owner) {
    owner_ = owner;
    return function_expression(definition);
  }

  /// Makes names known until `close` is called with the mark that `open` gave.
  std::size_t open() const { return scope_.names.size(); }
  void know(std::string name, feel::Names components);
  void close(std::size_t mark) { scope_.names.resize(mark); }

 private:
  BoxedPtr compile(pugi::xml_node node);
  BoxedPtr only_child(pugi::xml_node parent, const char* role);
  BoxedPtr literal(pugi::xml_node node);
  BoxedPtr invocation(pugi::xml_node node);
  BoxedPtr context(pugi::xml_node node);
  BoxedPtr list(pugi::xml_node node);
  BoxedPtr relation(pugi::xml_node node);
  BoxedPtr function_expression(pugi::xml_node node);
  BoxedPtr external_function(pugi::xml_node node);
  BoxedPtr conditional(pugi::xml_node node);
  BoxedPtr filter(pugi::xml_node node);
  BoxedPtr iteration(pugi::xml_node node);
  BoxedPtr table(pugi::xml_node node);
  InputClause input_clause(pugi::xml_node node);
  OutputClause output_clause(pugi::xml_node node, pugi::xml_node table, bool is_ranked);
  Rule rule(pugi::xml_node node, const Table& table);

  BoxedPtr compiled_text(pugi::xml_node node, const std::string& text);
  Tests tests(pugi::xml_node node);
  /// Cells of a table that say the same are compiled once and shared.
  Tests cell_tests(pugi::xml_node node);
  std::uint32_t number_of(std::size_t column, const std::string& text);
  std::vector<feel::Expression> priorities(pugi::xml_node place, const std::string& values);
  std::vector<feel::Parameter> parameters_of(pugi::xml_node definition);
  feel::Type type_of(pugi::xml_node node);
  BoxedPtr made(pugi::xml_node node, decltype(Boxed::content) content);
  BoxedPtr missing(pugi::xml_node node, std::string_view code, base::Text message, bool is_fault = true);
  bool is_feel(pugi::xml_node node);

  const Document& document_;
  std::size_t index_;
  Types& types_;
  Faults& faults_;
  feel::Scope scope_;
  std::string owner_;
  std::map<std::string, Tests> cells_;
  std::map<std::pair<std::size_t, std::string>, std::uint32_t> numbers_;
};

/// The names that a value of this logic is seen to have, when no type says so.
feel::Names names_in(pugi::xml_node logic);
/// The first child that is a boxed expression; empty when there is none.
pugi::xml_node expression_in(pugi::xml_node parent);

/// "a, [1,2], \"x,y\"" → its parts, split at the commas outside quotes and brackets.
std::vector<std::string> split_values(std::string_view text);

}  // namespace dmn
