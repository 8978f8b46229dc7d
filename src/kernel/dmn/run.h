/// One evaluation of a model: what is known so far, what went wrong, which rows matched.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "program.h"

namespace dmn {

/// Values of elements as seen from one place: the whole model, or the inside of a decision service.
struct Frame {
  struct Entry {
    feel::Value value;
    bool is_known = false;
  };
  std::vector<Entry> entries;
  explicit Frame(std::size_t elements) : entries(elements) {}
  bool is_known(std::size_t element) const { return entries[element].is_known; }
  const feel::Value& value(std::size_t element) const { return entries[element].value; }
  void set(std::size_t element, feel::Value value) { entries[element] = {std::move(value), true}; }
};

class Run {
 public:
  Run(const Model& model, const feel::World& world);
  ~Run();
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  /// The value of a decision, with everything that it needs evaluated before, each once a frame.
  feel::Value decide(std::size_t decision, Frame& frame);
  /// A knowledge model or service as a function.
  feel::Value function(std::size_t element);
  /// Runs a service on arguments in the order of its parameters, in a frame of its own.
  feel::Value serve(const Element& service, const std::vector<feel::Value>& arguments);

  feel::Value evaluate(const Boxed& boxed, const feel::Context& scope);
  /// `value` coerced to `type`, or null and a diagnostic.
  feel::Value fit(feel::Value value, const feel::Type& type, std::string_view where);
  feel::Value fail(std::string_view where, std::string_view code, base::Text message);

  feel::Evaluation& evaluation() { return evaluation_; }
  const Model& model() const { return model_; }
  void matched(Match match) { matches_.push_back(std::move(match)); }
  /// What was found out besides the value; the run is used up.
  Outcome outcome(feel::Value value);

 private:
  friend class Tables;
  /// Functions made during a run reach it through this, and find null once it is over.
  struct Link {
    Run* run = nullptr;
  };

  feel::Value apply(const Element& knowledge_model, const std::vector<feel::Value>& arguments);
  feel::Value value_of(std::size_t decision, Frame& frame);
  void put(feel::Context& scope, const Element::Requirement& requirement, feel::Value value) const;
  void attribute(std::string_view where);

  feel::Value evaluate_content(const Boxed& boxed, const feel::Context& scope);
  feel::Value choose(const Conditional& conditional, const feel::Context& scope, std::string_view where);
  feel::Value invoke(const Invocation& invocation, const Boxed& boxed, const feel::Context& scope);
  feel::Value build(const BoxedContext& context, const feel::Context& scope, std::string_view where);
  feel::Value build(const BoxedList& list, const feel::Context& scope);
  feel::Value build(const Relation& relation, const feel::Context& scope, std::string_view where);
  feel::Value close_over(const BoxedFunction& function, const feel::Context& scope);
  feel::Value filter(const Filter& filter, const feel::Context& scope, std::string_view where);
  feel::Value iterate(const Iteration& iteration, const feel::Context& scope, std::string_view where);
  feel::Value quantify(const Iteration& iteration, const feel::List& items, feel::Context& scope,
                       std::string_view where);
  /// The items of a list or range; nothing, with a diagnostic, for any other value.
  std::optional<feel::Value> items_of(feel::Value list, std::string_view where);
  feel::Value judge(const Table& table, const feel::Context& scope, std::string_view where);

  const Model& model_;
  feel::Evaluation evaluation_;
  const std::shared_ptr<Link>& link();

  std::shared_ptr<Link> link_;  // made when the first function is
  std::vector<feel::Value> functions_;
  std::vector<Match> matches_;
  std::vector<std::string_view> places_;  // of the evaluation's diagnostics, in the same order
};

}  // namespace dmn
