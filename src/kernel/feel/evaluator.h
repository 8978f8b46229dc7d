/// Walks a program's tree with the slots of one call.
#pragma once

#include "program.h"

namespace feel {

class Evaluator {
 public:
  Evaluator(Value* slots, const Context* context, const std::vector<std::string>* free_names, Evaluation& evaluation)
      : slots_(slots), context_(context), free_names_(free_names), evaluation_(evaluation) {}

  Value run(const Node& node);
  /// Whether `input` passes one test; null when that cannot be said.
  Value passes(const Node& test, const Value& input);
  Value run_tests(const Node& tests, const Value& input);

 private:
  Value run_at(const Node& node);
  Value run_binary(const Node& node);
  Value run_equality(const Node& node);
  Value run_order(const Node& node);
  Value run_logic(const Node& node);
  Value run_negation(const Node& node);
  Value run_free_name(const Node& node);
  Value run_filtered_name(const Node& node);
  Value run_between(const Node& node);
  Value run_in(const Node& node);
  Value run_filter(const Node& node);
  Value run_call(const Node& node);
  Value run_named_call(const Node& node);
  Value run_for(const Node& node);
  Value run_quantified(const Node& node);
  Value run_list(const Node& node);
  Value run_context(const Node& node);
  Value run_range(const Node& node);
  Value run_lambda(const Node& node);
  bool next_round(const Node& node, std::size_t iterator, List& results);
  bool run_over(const Node& node, std::size_t iterator, const Value& from, const Value& to, List& results);
  bool one_round(const Node& node, std::size_t iterator, Value item, List& results);
  Value passes_comparison(const Node& test, const Value& input);
  Value free_value(const std::string& name, std::size_t offset);
  Value is_descending(const Node& node);
  Value cannot_compare(const Node& node, const Value& left, const Value& right);

  Value* slots_;
  const Context* context_;
  const std::vector<std::string>* free_names_;
  Evaluation& evaluation_;
};

}  // namespace feel
