/// Which names are in sight at a place of the text, and where their values will be.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lexer.h"
#include "program.h"

namespace feel {

using Shape = std::shared_ptr<const Names>;

class Scopes {
 public:
  Scopes(const Names& names, Dialect dialect);

  /// The longest name in sight that the tokens from `at` on spell; the number of tokens, 0 for none.
  struct Match {
    std::size_t count = 0;
    std::string name;
  };
  Match longest_match(std::span<const Token> tokens) const;
  /// As above, among the entries of a value only.
  static Match longest_match(std::span<const Token> tokens, const Names& among);

  /// The node that reads `name`. In the Camunda dialect functions and variables do not meet: a name that is not
  /// `called` is a variable even when a built-in function has that name (`number`, `date`, `count`).
  NodePtr resolve(const std::string& name, std::size_t offset, bool called = false);

  void open_block() { functions_.back().blocks.emplace_back(); }
  void close_block();
  /// Declares a local in the innermost block; gives its slot.
  std::uint32_t declare(const std::string& name, Shape shape = {});
  /// Opens a block for the condition of a filter; gives the slot of its item.
  std::uint32_t open_filter(Shape shape);
  void open_function() { functions_.emplace_back().blocks.emplace_back(); }
  void close_function(Code& code);
  /// Whether the innermost local called `name` was read.
  bool was_used(std::uint32_t slot) const { return functions_.back().used.at(slot); }
  void forget_use(std::uint32_t slot) { functions_.back().used.at(slot) = false; }
  void mark_used(std::uint32_t slot) { functions_.back().used.at(slot) = true; }

  /// Where a reading stands, to come back to when it turns out to be the wrong one.
  struct Mark {
    std::size_t functions = 0;
    std::size_t blocks = 0;
    std::size_t variables = 0;
  };
  Mark mark() const;
  void return_to(Mark mark);

  std::uint32_t slot_count() const { return functions_.front().slot_count; }
  std::vector<std::string> take_free_names() { return std::move(free_names_); }

 private:
  struct Variable {
    std::string name;
    std::vector<std::string> lexemes;
    std::uint32_t slot = 0;
    Shape shape;
  };
  struct Block {
    std::vector<Variable> variables;
    bool is_filter = false;
    std::uint32_t item = 0;
    Shape shape;
  };
  struct FunctionScope {
    std::vector<Block> blocks;
    std::vector<Capture> captures;
    std::vector<bool> used;
    std::uint32_t slot_count = 0;
  };
  struct Found {
    std::vector<std::uint32_t> filters;
    enum class Where { local, free_name, built_in } where = Where::free_name;
    std::uint32_t slot = 0;
    Shape shape;
    std::shared_ptr<const Function> function;
  };
  Found find(const std::string& name, std::size_t function, bool called);
  std::uint32_t capture(std::size_t function, Capture::Source source, std::uint32_t from, const std::string& name);
  std::uint32_t new_slot();

  Dialect dialect_;
  Shape globals_;
  std::multimap<std::string, std::pair<std::vector<std::string>, std::string>, std::less<>> global_index_;
  std::vector<FunctionScope> functions_;
  std::vector<std::string> free_names_;
};

}  // namespace feel
