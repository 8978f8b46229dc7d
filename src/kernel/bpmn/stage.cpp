#include "stage.h"

#include <algorithm>

#include "json.h"
#include "kernel/calendar/calendar.h"

namespace bpmn {
namespace {

constexpr int auto_steps_max = 20'000;

/// "2026-01-01T00:00:00Z", with microseconds when there are any.
std::string text_of(base::Instant moment) {
  constexpr std::int64_t us_a_day = 86'400 * base::us_per_second;
  std::int64_t days = moment.us / us_a_day;
  if (moment.us % us_a_day < 0) --days;
  const std::int64_t rest = moment.us - days * us_a_day;
  const std::int64_t seconds = rest / base::us_per_second;
  const auto digits = [](std::int64_t number, std::size_t width) {
    std::string text = std::to_string(number);
    return std::string(width > text.size() ? width - text.size() : 0, '0') + text;
  };
  std::string text = calendar::to_text(calendar::Date{days}) + "T" + digits(seconds / 3600, 2) + ":" +
                     digits(seconds / 60 % 60, 2) + ":" + digits(seconds % 60, 2);
  if (const std::int64_t us = rest % base::us_per_second; us != 0) text += "." + digits(us, 6);
  return text + "Z";
}

const char* name_of(WaitKind kind) {
  switch (kind) {
    case WaitKind::task:
      return "task";
    case WaitKind::job:
      return "job";
    case WaitKind::timer:
      return "timer";
    case WaitKind::message:
      return "message";
    case WaitKind::signal:
      return "signal";
    case WaitKind::condition:
      return "condition";
  }
  return "";
}

}  // namespace

base::Result<void> Stage::open(std::string_view xml) {
  TRY(Outline outline, outline_of(xml));
  for (const Outline::Process& process : outline.processes) {
    TRY(auto definition, compile(xml, {.process = process.id, .tolerant = true}));
    roles_.push_back({.id = process.id,
                      .definition = std::move(definition),
                      .executable = process.executable,
                      .called = process.called});
  }
  message_flows_ = std::move(outline.message_flows);
  if (!roles_.empty()) return base::done();
  return base::Error{.kind = base::Refusal::invalid,
                     .code = "bpmn.process_missing",
                     .message = {"文件中没有可以执行的流程", "the file holds no process with elements"}};
}

const Element& Stage::face(const Actor& actor, ElementIndex element) const {
  return elements(definition(actor))[element];
}

World Stage::world_of(const Actor& actor) const {
  return {.feel = {.now = now_, .working_days = options_.working_days},
          .decisions = options_.decisions,
          .direction = &roles_[actor.process].direction};
}

/// A new instance. Returns its place.
std::size_t Stage::cast(std::size_t process, const std::string& start, const feel::Context& variables) {
  actors_.push_back({.process = process});
  const std::size_t actor = actors_.size() - 1;
  if (const auto started = run(actor, Start{.variables = variables, .start_event = start}); !started) {
    actors_.pop_back();
    troubles_.push_back(started.error().message.en);
  }
  return actor;
}

base::Result<void> Stage::run(std::size_t index, const Command& command) {
  Actor& actor = actors_[index];
  TRY(const std::vector<Event> events, decide(definition(actor), actor.instance, command, world_of(actor)));
  for (const Event& event : events) {
    tell(actor, event);
    const auto* thrown = std::get_if<SignalThrown>(&event);
    if (thrown != nullptr) notes_.push_back({index, actor.process, no_element, thrown->name});
    const auto* completed = std::get_if<ElementCompleted>(&event);
    if (completed != nullptr && completed->element != no_element)
      notes_.push_back({index, actor.process, completed->element, {}});
  }
  return base::done();
}

/// The process itself, called processes and the bodies of several instances are no lines of their own.
bool Stage::is_shown(const Actor& actor, const Instance::Living& living) const {
  if (living.element == no_element) return false;
  const Node& node = definition(actor).node(living.element);
  if (node.type == ElementType::process) return false;
  if (!node.loop.present) return true;
  const Instance::Living* scope = actor.instance.data().find_living(living.scope);
  return scope != nullptr && scope->element == living.element;
}

/// The id of the sub-process, called process or process that a scope is.
std::string Stage::scope_name(const Actor& actor, Key key) const {
  const Instance::Living* scope = actor.instance.data().find_living(key);
  while (scope != nullptr && scope->element != no_element) {
    const Node& node = definition(actor).node(scope->element);
    const Instance::Living* around = actor.instance.data().find_living(scope->scope);
    const bool body = node.loop.present && (around == nullptr || around->element != scope->element);
    if (!body) return face(actor, scope->element).id;
    scope = around;
  }
  return process_id(definition(actor));
}

void Stage::tell_line(const char* what, const std::string& element, const std::string& scope, std::uint64_t number) {
  Writer out;
  out.open('{');
  out.key("event");
  out.text(what);
  out.key("element");
  out.text(element);
  out.key("scope");
  out.text(scope);
  out.key("instance");
  out.number(number);
  out.key("at");
  out.text(text_of(now_));
  out.close('}');
  line_(out.take());
}

/// Applies an event and tells what is to be told of it.
void Stage::tell(Actor& actor, const Event& event) {
  const auto ended = [&](const char* what, ElementIndex element, Key key) {
    const Instance::Living* living = actor.instance.data().find_living(key);
    if (living == nullptr || !is_shown(actor, *living)) return;
    last_completed_ = actor.numbers[key];
    tell_line(what, face(actor, element).id, scope_name(actor, living->scope), last_completed_);
  };
  if (const auto* completed = std::get_if<ElementCompleted>(&event)) ended("exit", completed->element, completed->key);
  if (const auto* cancelled = std::get_if<ElementCancelled>(&event))
    ended("cancel", cancelled->element, cancelled->key);
  apply(definition(actor), actor.instance, event);
  if (const auto* entered = std::get_if<ElementEntered>(&event)) {
    const Instance::Living* living = actor.instance.data().find_living(entered->key);
    if (!is_shown(actor, *living)) return;
    actor.numbers[entered->key] = ++numbers_;
    tell_line("enter", face(actor, entered->element).id, scope_name(actor, entered->scope), numbers_);
  } else if (const auto* taken = std::get_if<FlowTaken>(&event)) {
    tell_line("take", flows(definition(actor))[taken->flow].id, scope_name(actor, taken->scope), last_completed_);
  } else if (const auto* raised = std::get_if<IncidentRaised>(&event)) {
    actor.troubles[raised->key] = raised->message;
  }
}

/// Passes on messages and signals and does what is done by itself, until nothing moves.
void Stage::settle() {
  while (true) {
    if (!notes_.empty()) {
      const Note note = notes_.front();
      notes_.pop_front();
      if (note.element == no_element)
        pass_on_signal(note.actor, note.name, {});
      else
        pass_on_message(note.process, note.element);
      continue;
    }
    bool received = false;
    for (auto& [target, count] : undelivered_) {
      if (count == 0 || !receive(target)) continue;
      --count;
      received = true;
      break;
    }
    if (!received && !auto_task()) return;
  }
}

/// What is completed sends the messages that leave it. Where none is drawn, a throwing event's message goes to whoever
/// waits for its name.
void Stage::pass_on_message(std::size_t process, ElementIndex sender) {
  const Definition& own = *roles_[process].definition;
  const std::string& id = elements(own)[sender].id;
  bool drawn = false;
  for (const Outline::MessageFlow& flow : message_flows_) {
    if (flow.source != id) continue;
    const auto target = find(flow.target);
    drawn = true;
    if (!target || !roles_[target->process].definition->node(target->element).has(Trigger::message)) continue;
    if (!receive(flow.target)) ++undelivered_[flow.target];
  }
  const Node& node = own.node(sender);
  const bool throws = node.type == ElementType::intermediate_throw || node.type == ElementType::end_event ||
                      node.type == ElementType::send_task;
  if (drawn || !throws) return;
  for (const EventSpec& spec : node.specs) {
    if (spec.trigger != Trigger::message || spec.name.text.empty()) continue;
    ScriptStep step{.kind = ScriptStep::Kind::message, .name = spec.name.text};
    static_cast<void>(message(step));  // nobody has to wait for it
  }
}

/// Gives a message to an element: to one that waits, or to a new instance where it starts one.
bool Stage::receive(const std::string& target) {
  const auto place = find(target);
  if (!place) return false;
  for (const Waiting& waiting : waits_at(target)) {
    if (waiting.wait.kind != WaitKind::message) continue;
    return run(waiting.actor, TriggerEvent{.element = waiting.wait.element, .host = waiting.wait.key}).has_value();
  }
  const Definition& definition = *roles_[place->process].definition;
  const Node& node = definition.node(place->element);
  const bool starts =
      node.scope == no_element &&
      (node.type == ElementType::start_event || (node.instantiates && node.incoming.empty()) ||
       (node.incoming.size() == 1 && definition.node(definition.flows[node.incoming.front()].source).instantiates));
  if (!starts) return false;
  cast(place->process, target, {});
  return true;
}

/// To all other instances, and to the start events of that name.
void Stage::pass_on_signal(std::size_t thrower, const std::string& name, const feel::Context& variables) {
  const std::size_t count = actors_.size();
  for (std::size_t i = 0; i < count; ++i)
    if (i != thrower && actors_[i].instance.started() && !actors_[i].instance.ended())
      static_cast<void>(run(i, BroadcastSignal{.name = name, .variables = variables}));
  for (std::size_t process = 0; process < roles_.size(); ++process) {
    const Definition& definition = *roles_[process].definition;
    for (const ElementIndex start : definition.starts)
      for (const EventSpec& spec : definition.node(start).specs)
        if (spec.trigger == Trigger::signal && spec.name.text == name)
          cast(process, definition.elements[start].id, variables);
  }
}

bool Stage::is_held(const std::string& element) const {
  return std::find(held_.begin(), held_.end(), element) != held_.end();
}

bool Stage::auto_task() {
  if (!options_.auto_tasks) return false;
  for (std::size_t i = 0; i < actors_.size(); ++i) {
    for (const Wait& wait : actors_[i].instance.waits()) {
      if (wait.kind != WaitKind::task && wait.kind != WaitKind::job) continue;
      if (is_held(face(actors_[i], wait.element).id)) continue;
      if (++auto_steps_ > auto_steps_max) {
        if (auto_steps_ == auto_steps_max + 1)
          troubles_.push_back("tasks were completed " + std::to_string(auto_steps_max) + " times without an end");
        return false;
      }
      const Key key = wait.key;
      const bool task = wait.kind == WaitKind::task;
      return (task ? run(i, CompleteTask{key, {}}) : run(i, CompleteJob{key, {}})).has_value();
    }
  }
  return false;
}

/// The last line.
void Stage::end() {
  Writer out;
  const auto field = [&](const char* name, const std::string& text) {
    out.key(name);
    out.text(text);
  };
  bool done = !actors_.empty();
  for (const Actor& actor : actors_) done = done && actor.instance.ended();
  out.open('{');
  out.key("done");
  out.raw(done ? "true" : "false");
  out.key("waiting");
  out.open('[');
  for (const Actor& actor : actors_) {
    for (const Wait& wait : actor.instance.waits()) {
      const auto number = actor.numbers.find(wait.host);
      const bool own = wait.host == wait.key;
      const Instance::Living* host = actor.instance.data().find_living(wait.host);
      out.open('{');
      field("element", face(actor, wait.element).id);
      const bool listens = !own && definition(actor).node(wait.element).type == ElementType::start_event;
      field("scope", scope_name(actor, listens ? host->key : host->scope));
      field("kind", name_of(wait.kind));
      if (number != actor.numbers.end()) {
        out.key("instance");
        out.number(number->second);
      }
      if (wait.kind == WaitKind::timer) field("due", text_of(wait.due));
      if (!wait.name.empty()) field("name", wait.name);
      if (!wait.correlation.empty()) field("key", wait.correlation);
      out.close('}');
    }
  }
  out.close(']');
  out.key("incidents");
  out.open('[');
  for (const Actor& actor : actors_) {
    for (const Incident& incident : actor.instance.incidents()) {
      const ElementIndex element = actor.instance.data().find_living(incident.key)->element;
      const auto trouble = actor.troubles.find(incident.key);
      out.open('{');
      field("element", element == no_element ? process_id(definition(actor)) : face(actor, element).id);
      field("code", incident.code);
      if (trouble != actor.troubles.end()) {
        field("message", trouble->second.en);
        field("message_zh", trouble->second.zh);
      }
      out.close('}');
    }
  }
  for (const std::string& trouble : troubles_) {
    out.open('{');
    field("element", "");
    field("code", "bpmn.step_refused");
    field("message", trouble);
    out.close('}');
  }
  out.close(']');
  out.close('}');
  line_(out.take());
}

void Stage::perform(const Script& script) {
  now_ = script.now.value_or(base::Instant{1'767'225'600 * base::us_per_second});  // 2026-01-01T00:00:00Z
  variables_ = script.variables;
  begin(script);
  for (std::size_t i = 0; i < script.steps.size(); ++i) {
    held_.clear();
    for (std::size_t later = i; later < script.steps.size(); ++later)
      if (script.steps[later].kind == ScriptStep::Kind::complete || script.steps[later].kind == ScriptStep::Kind::error)
        held_.push_back(script.steps[later].name);
    settle();
    if (const auto done = perform(script.steps[i]); !done)
      troubles_.push_back("step " + std::to_string(i) + ": " + done.error().message.en);
    held_.clear();
    for (std::size_t later = i + 1; later < script.steps.size(); ++later)
      if (script.steps[later].kind == ScriptStep::Kind::complete || script.steps[later].kind == ScriptStep::Kind::error)
        held_.push_back(script.steps[later].name);
    settle();
  }
  settle();
  end();
}

base::Result<void> play(std::string_view xml, std::string_view script, const PlayOptions& options, const Line& line) {
  TRY(const Script read, parse_script(script));
  Stage stage(options, line);
  TRY(std::ignore, stage.open(xml));
  stage.perform(read);
  return base::done();
}

}  // namespace bpmn
