// The requirements graph at work. Source: [DMN-10.4] execution semantics of decisions, knowledge models and services.
#include "run.h"

#include <algorithm>
#include <utility>

#include "kernel/feel/function.h"

namespace dmn {

using feel::Value;

Run::Run(const Model& model, const feel::World& world) : model_(model), evaluation_(world) {}

Run::~Run() {
  if (link_) link_->run = nullptr;
}

const std::shared_ptr<Run::Link>& Run::link() {
  if (!link_) link_ = std::make_shared<Link>(Link{this});
  return link_;
}

/// Diagnostics without a place are of what has just been evaluated; inner parts have taken theirs already.
void Run::attribute(std::string_view where) {
  while (places_.size() < evaluation_.diagnostics().size()) places_.push_back(where);
}

Value Run::fail(std::string_view where, std::string_view code, base::Text message) {
  attribute(where);
  evaluation_.offset = 0;
  evaluation_.fail(code, std::move(message));
  attribute(where);
  return {};
}

namespace {

/// The innermost part of a value that does not fit its type: "age" of {age: 200}, "[2]" of a list.
struct Misfit {
  std::string path;
  const feel::Type* type;
  const Value* value;
  std::string missing = {};  // an entry that its context lacks
};

Misfit misfit_of(const feel::Type& type, const Value& value) {
  Misfit found{.path = {}, .type = &type, .value = &value};
  const auto inside = [&](const std::string& step, const feel::Type& part_type, const Value& part) {
    Misfit inner = misfit_of(part_type, part);
    const bool joined = inner.path.empty() || inner.path.front() == '[';
    inner.path.insert(0, step + (joined ? "" : "."));
    return inner;
  };
  if (type.kind == feel::Type::Kind::context && value.kind() == feel::Kind::context) {
    for (const auto& [name, part_type] : type.fields) {
      const Value* part = value.as_context().find(name);
      if (part && !part->is_null() && !feel::may_hold(part_type, *part)) return inside(name, part_type, *part);
      if (!part && found.missing.empty()) found.missing = name;
    }
  } else if (type.kind == feel::Type::Kind::list && type.element && value.kind() == feel::Kind::list) {
    for (std::size_t index = 0; index < value.as_list().size(); ++index) {
      const Value& part = value.as_list()[index];
      if (!part.is_null() && !feel::may_hold(*type.element, part))
        return inside("[" + std::to_string(index + 1) + "]", *type.element, part);
    }
  }
  return found;
}

/// What does not fit, as a sentence about the part at fault.
base::Text misfit_text(const feel::Type& type, const Value& value) {
  constexpr std::size_t shown_max = 60;
  const Misfit found = misfit_of(type, value);
  const bool is_small = found.value->kind() != feel::Kind::list && found.value->kind() != feel::Kind::context &&
                        found.value->kind() != feel::Kind::function;
  std::string shown = is_small ? feel::to_text(*found.value) : "";
  if (shown.size() > shown_max) shown.clear();
  const base::Text what{
      (found.path.empty() ? "" : "“" + found.path + "”的") + ("取值" + (shown.empty() ? "" : " " + shown + " ")),
      "the value" + (shown.empty() ? "" : " " + shown) + (found.path.empty() ? "" : " of \"" + found.path + "\"")};
  if (!found.missing.empty())
    return {what.zh + "缺少“" + found.missing + "”，按空值处理",
            what.en + " lacks \"" + found.missing + "\"; null is used instead"};
  feel::Type without_condition = *found.type;
  without_condition.allowed = nullptr;
  const std::string name = feel::to_text(*found.type);
  if (found.type->allowed && feel::may_hold(without_condition, *found.value))
    return {what.zh + "不在其数据类型（" + name + "）允许的取值之内，按空值处理",
            what.en + " is not among those that its type (" + name + ") allows; null is used instead"};
  return {what.zh + "不符合所定的数据类型 " + name + "，按空值处理",
          what.en + " does not fit the type " + name + "; null is used instead"};
}

}  // namespace

Value Run::fit(Value value, const feel::Type& type, std::string_view where) {
  if (value.is_null() || (type.kind == feel::Type::Kind::any && !type.allowed)) return value;
  if (feel::may_hold(type, value)) return value;
  if (std::optional<Value> fitting = feel::coerced(value, type)) return *std::move(fitting);
  return fail(where, "dmn.type_mismatch", misfit_text(type, value));
}

/// Decisions needed are evaluated before the one that needs them, without recursion: a model may be a long chain.
Value Run::decide(std::size_t decision, Frame& frame) {
  const std::vector<Element::Requirement>& needs = model_.elements[decision].information;
  const bool is_ready = std::all_of(
      needs.begin(), needs.end(), [&frame](const Element::Requirement& each) { return frame.is_known(each.element); });
  if (is_ready && !frame.is_known(decision)) frame.set(decision, value_of(decision, frame));
  std::vector<std::size_t> open;
  if (!frame.is_known(decision)) open.push_back(decision);
  while (!open.empty()) {
    const std::size_t at = open.back();
    if (frame.is_known(at)) {
      open.pop_back();
      continue;
    }
    const std::size_t size = open.size();
    for (const Element::Requirement& requirement : model_.elements[at].information)
      if (!frame.is_known(requirement.element)) open.push_back(requirement.element);
    if (open.size() > size) continue;
    open.pop_back();
    frame.set(at, value_of(at, frame));
  }
  return frame.value(decision);
}

/// Everything that it needs is known.
Value Run::value_of(std::size_t decision, Frame& frame) {
  const Element& element = model_.elements[decision];
  // Input data that nobody gave is null.
  if (element.kind != Element::Kind::decision) return {};
  const feel::Evaluation::Level level(evaluation_);
  if (!level || !evaluation_.spend(1)) return {};
  feel::Context scope;
  scope.reserve(element.information.size() + element.knowledge.size());
  for (const Element::Requirement& requirement : element.information)
    put(scope, requirement, frame.value(requirement.element));
  for (const Element::Requirement& requirement : element.knowledge)
    put(scope, requirement, function(requirement.element));
  Value value = evaluate(*element.logic, scope);
  return fit(std::move(value), element.type, element.name);
}

/// Names that came through a named import are entries of a context called as the import.
void Run::put(feel::Context& scope, const Element::Requirement& requirement, Value value) const {
  const std::string& name = model_.elements[requirement.element].variable;
  if (requirement.import_name.empty()) {
    scope.put(name, std::move(value));
    return;
  }
  const Value* known = scope.find(requirement.import_name);
  feel::Context imported = known ? known->as_context() : feel::Context();
  imported.put(name, std::move(value));
  scope.put(requirement.import_name, std::move(imported));
}

Value Run::function(std::size_t index) {
  if (functions_.empty()) functions_.resize(model_.elements.size());
  if (!functions_[index].is_null()) return functions_[index];
  const Element& element = model_.elements[index];
  if (element.is_external) return functions_[index] = evaluate(*element.logic, {});
  auto body = [link = link(), &element](const std::vector<Value>& arguments, feel::Evaluation& evaluation) -> Value {
    if (!link->run)
      return evaluation.fail("dmn.run_over", {"决策已经结束，函数不能再调用",
                                              "the decision is over; its function can no longer be called"});
    return element.kind == Element::Kind::service ? link->run->serve(element, arguments)
                                                  : link->run->apply(element, arguments);
  };
  functions_[index] = feel::make_function(element.name, element.parameters, std::move(body), element.type);
  return functions_[index];
}

Value Run::apply(const Element& element, const std::vector<Value>& arguments) {
  const feel::Evaluation::Level level(evaluation_);
  if (!level || !evaluation_.spend(1)) return {};
  feel::Context scope;
  for (const Element::Requirement& requirement : element.knowledge)
    put(scope, requirement, function(requirement.element));
  const auto self = static_cast<std::size_t>(&element - model_.elements.data());
  scope.put(element.variable, function(self));
  for (std::size_t index = 0; index < element.parameters.size() && index < arguments.size(); ++index)
    scope.put(element.parameters[index].name, arguments[index]);
  return evaluate(*element.logic, scope);
}

Value Run::serve(const Element& service, const std::vector<Value>& arguments) {
  const feel::Evaluation::Level level(evaluation_);
  if (!level || !evaluation_.spend(1)) return {};
  Frame frame(model_.elements.size());
  for (std::size_t index = 0; index < service.service_inputs.size() && index < arguments.size(); ++index)
    frame.set(service.service_inputs[index], arguments[index]);
  if (service.service_outputs.size() == 1) return decide(service.service_outputs[0], frame);
  feel::Context outputs;
  for (const std::size_t output : service.service_outputs)
    outputs.put(model_.elements[output].variable, decide(output, frame));
  return outputs;
}

Outcome Run::outcome(Value value) {
  if (!evaluation_.can_write(value)) value = Value();
  attribute({});
  Outcome outcome{.value = std::move(value),
                  .diagnostics = {},
                  .matches = std::move(matches_),
                  .limit_passed = evaluation_.limit_passed(),
                  .used_java = evaluation_.used_java};
  std::vector<feel::Diagnostic> found = evaluation_.take_diagnostics();
  for (std::size_t index = 0; index < found.size(); ++index)
    outcome.diagnostics.push_back({std::string(places_[index]), std::move(found[index])});
  return outcome;
}

}  // namespace dmn
