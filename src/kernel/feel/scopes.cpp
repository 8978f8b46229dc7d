#include "scopes.h"

#include <algorithm>

#include "builtin.h"

namespace feel {
namespace {

bool spells(std::span<const Token> tokens, const std::vector<std::string>& lexemes) {
  if (lexemes.empty() || lexemes.size() > tokens.size()) return false;
  for (std::size_t i = 0; i < lexemes.size(); ++i) {
    if (tokens[i].kind == Token::Kind::string || tokens[i].kind == Token::Kind::end) return false;
    if (tokens[i].text != lexemes[i]) return false;
  }
  return true;
}

void keep_longer(Scopes::Match& best, std::span<const Token> tokens, const std::vector<std::string>& lexemes,
                 const std::string& name) {
  if (lexemes.size() > best.count && spells(tokens, lexemes)) best = {.count = lexemes.size(), .name = name};
}

const Name* find_name(const Shape& shape, const std::string& name) {
  if (!shape) return nullptr;
  for (const Name& each : *shape)
    if (each.name == name) return &each;
  return nullptr;
}

Shape shape_of(const Name* name) {
  return name == nullptr || name->components.empty() ? nullptr : std::make_shared<const Names>(name->components);
}

}  // namespace

Scopes::Scopes(const Names& names, Dialect dialect)
    : dialect_(dialect), globals_(std::make_shared<const Names>(names)) {
  const auto index = [&](const std::string& name, bool is_plain_only) {
    auto lexemes = lexemes_of(name);
    if (lexemes.empty() || (is_plain_only && lexemes.size() > 1)) return;
    std::string first = lexemes.front();
    global_index_.emplace(std::move(first), std::pair(std::move(lexemes), name));
  };
  // In the Camunda dialect `a-b` is a subtraction: names with signs or spaces must stand in back-ticks.
  for (const Name& name : names) index(name.name, dialect == Dialect::camunda);
  for (const std::string& name : built_in_names(dialect)) index(name, false);
  functions_.emplace_back().blocks.emplace_back();
}

Scopes::Match Scopes::longest_match(std::span<const Token> tokens) const {
  Match best;
  for (auto function = functions_.rbegin(); function != functions_.rend(); ++function) {
    for (auto block = function->blocks.rbegin(); block != function->blocks.rend(); ++block) {
      for (const Variable& variable : block->variables) keep_longer(best, tokens, variable.lexemes, variable.name);
      if (!block->shape) continue;
      const Match inner = longest_match(tokens, *block->shape);
      if (inner.count > best.count) best = inner;
    }
  }
  const auto [from, to] = global_index_.equal_range(tokens.front().text);
  for (auto each = from; each != to; ++each) keep_longer(best, tokens, each->second.first, each->second.second);
  return best;
}

Scopes::Match Scopes::longest_match(std::span<const Token> tokens, const Names& among) {
  Match best;
  for (const Name& name : among)
    if (name.name.starts_with(tokens.front().text)) keep_longer(best, tokens, lexemes_of(name.name), name.name);
  return best;
}

std::uint32_t Scopes::new_slot() {
  FunctionScope& function = functions_.back();
  function.used.push_back(false);
  return function.slot_count++;
}

std::uint32_t Scopes::declare(const std::string& name, Shape shape) {
  const std::uint32_t slot = new_slot();
  functions_.back().blocks.back().variables.push_back(
      {.name = name, .lexemes = lexemes_of(name), .slot = slot, .shape = std::move(shape)});
  return slot;
}

std::uint32_t Scopes::open_filter(Shape shape) {
  open_block();
  const std::uint32_t slot = declare("item", shape);
  Block& block = functions_.back().blocks.back();
  block.is_filter = true;
  block.item = slot;
  block.shape = std::move(shape);
  return slot;
}

Scopes::Mark Scopes::mark() const {
  const auto& blocks = functions_.back().blocks;
  return {.functions = functions_.size(), .blocks = blocks.size(), .variables = blocks.back().variables.size()};
}

void Scopes::return_to(Mark mark) {
  functions_.resize(mark.functions);
  functions_.back().blocks.resize(mark.blocks);
  functions_.back().blocks.back().variables.resize(mark.variables);
}

void Scopes::close_block() {
  functions_.back().blocks.pop_back();
}

void Scopes::close_function(Code& code) {
  code.slot_count = functions_.back().slot_count;
  code.captures = std::move(functions_.back().captures);
  functions_.pop_back();
}

std::uint32_t Scopes::capture(std::size_t function, Capture::Source source, std::uint32_t from,
                              const std::string& name) {
  FunctionScope& scope = functions_[function];
  for (const Capture& each : scope.captures)
    if (each.source == source && each.from == from) return each.to;
  scope.used.push_back(false);
  const std::uint32_t to = scope.slot_count++;
  scope.captures.push_back({.source = source, .from = from, .to = to, .name = name});
  return to;
}

Scopes::Found Scopes::find(const std::string& name, std::size_t at, bool called) {
  Found found;
  FunctionScope& function = functions_[at];
  for (auto block = function.blocks.rbegin(); block != function.blocks.rend(); ++block) {
    // A filter's item may have an entry of this name; only the running evaluation knows.
    if (block->is_filter) {
      found.filters.push_back(block->item);
      if (!found.shape) found.shape = shape_of(find_name(block->shape, name));
    }
    for (auto variable = block->variables.rbegin(); variable != block->variables.rend(); ++variable) {
      if (variable->name != name) continue;
      found.where = Found::Where::local;
      found.slot = variable->slot;
      function.used[variable->slot] = true;
      if (!found.shape) found.shape = variable->shape;
      return found;
    }
  }
  if (at > 0) {
    Found outer = find(name, at - 1, called);
    for (const std::uint32_t slot : outer.filters)
      found.filters.push_back(capture(at, Capture::Source::local, slot, {}));
    if (!found.shape) found.shape = outer.shape;
    found.where = outer.where;
    found.function = outer.function;
    if (outer.where != Found::Where::built_in) {
      const bool is_free = outer.where == Found::Where::free_name;
      found.slot = capture(at, is_free ? Capture::Source::free_name : Capture::Source::local, outer.slot, name);
      found.where = Found::Where::local;
    }
    return found;
  }
  const Name* global = find_name(globals_, name);
  if (global == nullptr && (called || dialect_ == Dialect::standard)) found.function = built_in(name, dialect_);
  if (found.function) {
    found.where = Found::Where::built_in;
    return found;
  }
  if (!found.shape) found.shape = shape_of(global);
  const auto place = std::find(free_names_.begin(), free_names_.end(), name);
  found.slot = static_cast<std::uint32_t>(place - free_names_.begin());
  if (place == free_names_.end()) free_names_.push_back(name);
  return found;
}

NodePtr Scopes::resolve(const std::string& name, std::size_t offset, bool called) {
  // A free name seen by a lambda inside a lambda is captured twice: `find` walks outwards, captures come back inwards.
  Found found = find(name, functions_.size() - 1, called);
  auto node = std::make_unique<Node>();
  node->offset = offset;
  node->name = name;
  node->shape = found.shape;
  switch (found.where) {
    case Found::Where::local:
      node->op = Op::local;
      break;
    case Found::Where::free_name:
      node->op = Op::free_name;
      break;
    case Found::Where::built_in:
      node->op = Op::constant;
      node->constant = Value(found.function);
      break;
  }
  node->slot = found.slot;
  if (found.filters.empty()) return node;
  auto filtered = std::make_unique<Node>();
  filtered->op = Op::filtered_name;
  filtered->offset = offset;
  filtered->name = name;
  filtered->slots = std::move(found.filters);
  filtered->shape = node->shape;
  filtered->children.push_back(std::move(node));
  return filtered;
}

}  // namespace feel
