/// What the tests of this room share: small models written as XML, and a player that proves replay after every step.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "kernel/bpmn/bpmn.h"

namespace bpmn::testing {

inline std::string definitions(const std::string& content) {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
         "<b:definitions xmlns:b=\"http://www.omg.org/spec/BPMN/20100524/MODEL\""
         " xmlns:z=\"http://camunda.org/schema/zeebe/1.0\" id=\"d\" targetNamespace=\"t\">" +
         content + "</b:definitions>";
}

inline std::string process(const std::string& body, const std::string& roots = "") {
  return definitions("<b:process id=\"p\" name=\"P\" isExecutable=\"true\">" + body + "</b:process>" + roots);
}

/// An element: type, id, what stands inside, more attributes.
inline std::string element(const std::string& type, const std::string& id, const std::string& inner = "",
                           const std::string& attributes = "") {
  return "<b:" + type + " id=\"" + id + "\" " + attributes + ">" + inner + "</b:" + type + ">";
}

inline std::string start(const std::string& id = "start", const std::string& inner = "") {
  return element("startEvent", id, inner);
}
inline std::string end(const std::string& id = "end", const std::string& inner = "") {
  return element("endEvent", id, inner);
}
inline std::string user(const std::string& id, const std::string& inner = "") {
  return element("userTask", id, inner);
}
inline std::string extensions(const std::string& content) {
  return "<b:extensionElements>" + content + "</b:extensionElements>";
}
inline std::string job(const std::string& id, const std::string& more = "", const std::string& inner = "") {
  return element("serviceTask", id, extensions("<z:taskDefinition type=\"work\"/>" + more) + inner);
}
inline std::string io(const std::string& content) {
  return "<z:ioMapping>" + content + "</z:ioMapping>";
}
inline std::string input(const std::string& source, const std::string& target) {
  return "<z:input source=\"" + source + "\" target=\"" + target + "\"/>";
}
inline std::string output(const std::string& source, const std::string& target) {
  return "<z:output source=\"" + source + "\" target=\"" + target + "\"/>";
}
/// A flow "a-b"; its condition may be empty.
inline std::string flow(const std::string& from, const std::string& to, const std::string& condition = "") {
  const std::string inner =
      condition.empty() ? "" : "<b:conditionExpression><![CDATA[" + condition + "]]></b:conditionExpression>";
  return element("sequenceFlow", from + "-" + to, inner, "sourceRef=\"" + from + "\" targetRef=\"" + to + "\"");
}
/// Flows along a line of elements.
inline std::string line(const std::vector<std::string>& ids) {
  std::string flows;
  for (std::size_t i = 1; i < ids.size(); ++i) flows += flow(ids[i - 1], ids[i]);
  return flows;
}
inline std::string timer(const std::string& kind, const std::string& value) {
  return "<b:timerEventDefinition><b:" + kind + ">" + value + "</b:" + kind + "></b:timerEventDefinition>";
}
inline std::string boundary(const std::string& id, const std::string& on, const std::string& inner,
                            bool interrupting = true) {
  return element("boundaryEvent", id, inner,
                 "attachedToRef=\"" + on + "\" cancelActivity=\"" + (interrupting ? "true" : "false") + "\"");
}
inline const std::string message_event = "<b:messageEventDefinition messageRef=\"m\"/>";
inline const std::string error_event = "<b:errorEventDefinition errorRef=\"e\"/>";
inline const std::string roots =
    "<b:message id=\"m\" name=\"paid\"><b:extensionElements><z:subscription correlationKey=\"=number\"/>"
    "</b:extensionElements></b:message><b:message id=\"plain\" name=\"plain\"/>"
    "<b:error id=\"e\" errorCode=\"E1\"/><b:error id=\"e2\" errorCode=\"E2\"/>";

struct FixedDecision : Decisions {
  feel::Value value = feel::Value("yes");
  base::Result<Answer> decide(std::string_view decision, const feel::Context&, const feel::World&) const override {
    if (decision != "known") return base::Error{.code = "dmn.not_found", .message = {"没有", "none"}};
    return Answer{.value = value, .basis = {"[ALL-34]"}};
  }
};

/// Plays one instance. After each command the events are stored, read back and replayed: the result must equal the
/// state they came from, and so must the instance that is stored and read back.
class Player {
 public:
  explicit Player(const std::string& xml, const CompileOptions& options = {}) {
    auto compiled = compile(xml, options);
    if (!compiled) {
      for (const auto& place : compiled.error().places)
        ADD_FAILURE() << place.path << " " << place.code << " " << place.message.en;
      throw std::runtime_error("the model of the test is wrong");
    }
    definition_ = std::move(compiled).value();
    world.feel.now = {1'795'478'400'000'000};  // 2026-11-24T08:00:00+08:00
    world.decisions = &decision;
  }

  /// The code of the refusal, or empty.
  std::string run(const Command& command) {
    auto decided = decide(*definition_, instance, command, world);
    if (!decided) return decided.error().code;
    last = std::move(decided).value();
    const auto stored = decode_events(encode(last));
    EXPECT_TRUE(stored.has_value());
    for (const Event& event : last) apply(*definition_, instance, event);
    for (const Event& event : stored.value()) apply(*definition_, replayed_, event);
    EXPECT_TRUE(instance == replayed_) << encode(instance) << "\n" << encode(replayed_);
    const auto read = decode_instance(encode(instance));
    EXPECT_TRUE(read.has_value() && read.value() == instance) << encode(instance);
    for (const Event& event : last) note(event);
    return "";
  }

  std::string start(feel::Context variables = {}) { return run(Start{.variables = std::move(variables)}); }

  /// Key of the n-th wait at the element; 0 when none.
  Key wait_at(const std::string& id, std::size_t index = 0) const {
    for (const Wait& wait : instance.waits())
      if (elements(*definition_)[wait.element].id == id && index-- == 0) return wait.key;
    return 0;
  }
  std::string complete(const std::string& id, feel::Context variables = {}, std::size_t index = 0) {
    const Key key = wait_at(id, index);
    const auto is_task = [&](const Wait& wait) { return wait.key == key && wait.kind == WaitKind::task; };
    const bool task = std::any_of(instance.waits().begin(), instance.waits().end(), is_task);
    if (task) return run(CompleteTask{key, std::move(variables)});
    return run(CompleteJob{key, std::move(variables)});
  }
  std::string fire(const std::string& id) { return run(FireTimer{wait_at(id)}); }
  std::string fail(const std::string& id, const std::string& code) { return run(ThrowError{wait_at(id), code, {}}); }

  /// Ids of what waits, in the order of their keys: "a b".
  std::string waiting() const {
    std::string out;
    for (const Wait& wait : instance.waits()) out += (out.empty() ? "" : " ") + elements(*definition_)[wait.element].id;
    return out;
  }
  std::string incident() const { return instance.incidents().empty() ? "" : instance.incidents().front().code; }
  Key incident_key() const { return instance.incidents().empty() ? 0 : instance.incidents().front().key; }
  const feel::Value variable(const std::string& name) const {
    const feel::Value* value = instance.variables().find(name);
    return value == nullptr ? feel::Value("(unset)") : *value;
  }
  /// How often the element was entered, completed, cancelled.
  int entered(const std::string& id) { return entered_[id]; }
  int completed(const std::string& id) { return completed_[id]; }
  int cancelled(const std::string& id) { return cancelled_[id]; }
  const std::map<int, int>& tokens_at_joins() const { return tokens_at_joins_; }
  const Definition& definition() const { return *definition_; }

  template <class T>
  const T* last_of() const {
    for (auto at = last.rbegin(); at != last.rend(); ++at)
      if (const T* event = std::get_if<T>(&*at)) return event;
    return nullptr;
  }

  World world;
  FixedDecision decision;
  Instance instance;
  std::vector<Event> last;

 private:
  std::string id_of(ElementIndex index) const { return index == no_element ? "" : elements(*definition_)[index].id; }
  void note(const Event& event) {
    if (const auto* e = std::get_if<ElementEntered>(&event)) ++entered_[id_of(e->element)];
    if (const auto* e = std::get_if<ElementCompleted>(&event)) ++completed_[id_of(e->element)];
    if (const auto* e = std::get_if<ElementCancelled>(&event)) ++cancelled_[id_of(e->element)];
    if (const auto* e = std::get_if<JoinChanged>(&event)) tokens_at_joins_[e->flow] += e->change;
  }

  std::shared_ptr<const Definition> definition_;
  Instance replayed_;
  std::map<std::string, int> entered_, completed_, cancelled_;
  std::map<int, int> tokens_at_joins_;
};

}  // namespace bpmn::testing
