/// The stored forms: JSON arrays, one small array for each event, fields by place.
///
/// Values of FEEL that JSON has no form for are objects whose first key is "": {"":"date","v":20416}. A context that
/// has the key "" itself is written as {"":"context","v":[["key",value],...]}. What is stored is read for ever: numbers
/// of events and places of fields never change; new fields go to the end.
#include <charconv>
#include <cmath>

#include "json.h"
#include "state.h"

namespace bpmn {
namespace {

constexpr int value_depth_max = 100;

// ---- Values ----

void write_value(Writer& out, const feel::Value& value);

void write_time(Writer& out, const feel::Time& time) {
  out.number(time.second_of_day);
  out.number(time.nanosecond);
  out.number(static_cast<int>(time.zone.kind));
  out.number(time.zone.offset_seconds);
  out.text(time.zone.name);
}

template <class F>
void write_tagged(Writer& out, std::string_view tag, F&& content) {
  out.open('{');
  out.key("");
  out.text(tag);
  out.key("v");
  content();
  out.close('}');
}

void write_context(Writer& out, const feel::Context& context) {
  if (context.find("") != nullptr) {
    return write_tagged(out, "context", [&] {
      out.open('[');
      for (const auto& [name, value] : context.entries()) {
        out.open('[');
        out.text(name);
        write_value(out, value);
        out.close(']');
      }
      out.close(']');
    });
  }
  out.open('{');
  for (const auto& [name, value] : context.entries()) {
    out.key(name);
    write_value(out, value);
  }
  out.close('}');
}

void write_value(Writer& out, const feel::Value& value) {
  switch (value.kind()) {
    case feel::Kind::null:
    case feel::Kind::range:
    case feel::Kind::function:
      return out.raw("null");
    case feel::Kind::boolean:
      return out.raw(value.as_boolean() ? "true" : "false");
    case feel::Kind::number:
      return out.raw(value.as_number().to_text());
    case feel::Kind::string:
      return out.text(value.as_string());
    case feel::Kind::date:
      return write_tagged(out, "date", [&] { out.number(value.as_date().days); });
    case feel::Kind::years_months:
      return write_tagged(out, "months", [&] { out.number(value.as_years_months().months); });
    case feel::Kind::time:
      return write_tagged(out, "time", [&] {
        out.open('[');
        write_time(out, value.as_time());
        out.close(']');
      });
    case feel::Kind::date_time:
      return write_tagged(out, "date_time", [&] {
        out.open('[');
        out.number(value.as_date_time().date.days);
        write_time(out, value.as_date_time().time);
        out.close(']');
      });
    case feel::Kind::days_time:
      return write_tagged(out, "seconds", [&] {
        out.open('[');
        out.number(value.as_days_time().seconds);
        out.number(value.as_days_time().nanoseconds);
        out.close(']');
      });
    case feel::Kind::list:
      out.open('[');
      for (const feel::Value& item : value.as_list()) write_value(out, item);
      return out.close(']');
    case feel::Kind::context:
      return write_context(out, value.as_context());
  }
}

feel::Value read_value(Reader& in, int depth);

feel::Time read_time(Reader& in) {
  feel::Time time;
  time.second_of_day = in.number<std::int32_t>(0, 86'400);
  time.nanosecond = in.number<std::int32_t>(0, 999'999'999);
  time.zone.kind = static_cast<feel::Zone::Kind>(in.number<int>(0, 2));
  time.zone.offset_seconds = in.number<std::int32_t>(-100'000, 100'000);
  time.zone.name = in.text();
  return time;
}

calendar::Date read_date(Reader& in) {
  constexpr std::int64_t days_max = 365'250'000'000;  // a milliard years
  return {in.number<std::int64_t>(-days_max, days_max)};
}

feel::Context read_pairs(Reader& in, int depth) {
  feel::Context context;
  in.open('[');
  while (in.more(']')) {
    in.open('[');
    std::string name = in.text();
    context.put(std::move(name), read_value(in, depth + 1));
    in.end(']');
  }
  return context;
}

/// The content of a tagged object, up to and with its closing brace.
feel::Value read_tagged(Reader& in, int depth) {
  const std::string tag = in.text();
  if (in.key() != "v") in.fail();
  feel::Value value;
  if (tag == "date") {
    value = read_date(in);
  } else if (tag == "months") {
    value = feel::YearsMonths{in.number<std::int64_t>()};
  } else if (tag == "context") {
    value = read_pairs(in, depth);
  } else {
    in.open('[');
    if (tag == "time") {
      value = read_time(in);
    } else if (tag == "date_time") {
      feel::DateTime moment;
      moment.date = read_date(in);
      moment.time = read_time(in);
      value = std::move(moment);
    } else if (tag == "seconds") {
      feel::DaysTime length;
      length.seconds = in.number<std::int64_t>();
      length.nanoseconds = in.number<std::int32_t>(-999'999'999, 999'999'999);
      value = length;
    } else {
      in.fail();
    }
    in.end(']');
  }
  in.end('}');
  return value;
}

feel::Value read_value(Reader& in, int depth) {
  if (depth > value_depth_max) in.fail();
  if (in.failed()) return {};
  switch (in.peek()) {
    case 'n':
      in.word("null");
      return {};
    case 't':
      in.word("true");
      return true;
    case 'f':
      in.word("false");
      return false;
    case '"':
      return in.text();
    case '[': {
      feel::List list;
      in.open('[');
      while (in.more(']')) list.push_back(read_value(in, depth + 1));
      return list;
    }
    case '{': {
      feel::Context context;
      in.open('{');
      while (in.more('}')) {
        std::string name = in.key();
        if (name.empty() && context.empty()) return read_tagged(in, depth);
        context.put(std::move(name), read_value(in, depth + 1));
      }
      return context;
    }
    default: {
      const auto number = feel::Decimal::parse(in.number_text());
      if (!number) in.fail();
      return number ? feel::Value(*number) : feel::Value();
    }
  }
}

feel::Context read_context(Reader& in) {
  const feel::Value value = read_value(in, 0);
  if (value.kind() == feel::Kind::context) return value.as_context();
  in.fail();
  return {};
}

// ---- Events ----

void write_texts(Writer& out, const std::vector<std::string>& texts) {
  out.open('[');
  for (const std::string& text : texts) out.text(text);
  out.close(']');
}

void write_moment(Writer& out, const std::optional<base::Instant>& moment) {
  if (moment)
    out.number(moment->us);
  else
    out.raw("null");
}

/// Writes the fields of one event after its number.
struct EventWriter {
  Writer& out;
  void operator()(const ElementEntered& e) const { out.numbers(e.element, e.key, e.scope); }
  void operator()(const ElementCompleted& e) const { out.numbers(e.element, e.key); }
  void operator()(const ElementCancelled& e) const { out.numbers(e.element, e.key); }
  void operator()(const FlowTaken& e) const { out.numbers(e.flow, e.scope); }
  void operator()(const TaskOpened& e) const {
    out.numbers(e.element, e.key);
    out.text(e.assignee);
    write_texts(out, e.candidate_groups);
    write_texts(out, e.candidate_users);
    out.text(e.form);
    write_moment(out, e.due);
    write_moment(out, e.follow_up);
    out.number(e.priority);
  }
  void operator()(const JobOpened& e) const {
    out.numbers(e.element, e.key);
    out.text(e.type);
    out.number(e.retries);
    if (e.listener != 0) out.number(e.listener);
  }
  void operator()(const TimerOpened& e) const {
    out.numbers(e.element, e.key, e.due.us, e.repetitions);
    out.text(e.interval);
    out.number(e.host);
    if (e.spec != 0) out.number(e.spec);
  }
  void operator()(const MessageOpened& e) const {
    out.numbers(e.element, e.key);
    out.text(e.name);
    out.text(e.correlation);
    out.number(e.host);
    if (e.spec != 0) out.number(e.spec);
  }
  void operator()(const WaitClosed& e) const { out.number(e.key); }
  void operator()(const VariablesSet& e) const {
    out.number(e.scope);
    write_context(out, e.variables);
  }
  void operator()(const DecisionMade& e) const {
    out.numbers(e.element, e.key);
    out.text(e.decision);
    write_texts(out, e.basis);
    if (!e.explanation.empty()) out.text(e.explanation);
  }
  void operator()(const IncidentRaised& e) const {
    out.numbers(e.element, e.key);
    out.text(e.code);
    out.text(e.message.zh);
    out.text(e.message.en);
    out.number(static_cast<int>(e.step));
  }
  void operator()(const IncidentResolved& e) const { out.number(e.key); }
  void operator()(const ProcessEnded& e) const { out.number(e.cancelled ? 1 : 0); }
  void operator()(const JoinChanged& e) const {
    out.numbers(e.element, e.scope, e.flow, e.change);
    if (e.spent) out.number(1);
  }
  void operator()(const SignalOpened& e) const {
    out.numbers(e.element, e.key);
    out.text(e.name);
    out.numbers(e.host, e.spec);
  }
  void operator()(const ConditionOpened& e) const { out.numbers(e.element, e.key, e.host, e.spec, e.armed ? 1 : 0); }
  void operator()(const SignalThrown& e) const {
    out.numbers(e.element, e.key);
    out.text(e.name);
  }
  void operator()(const UndoChanged& e) const {
    out.numbers(e.element, e.key, e.scope, static_cast<int>(e.stage), e.by);
  }
  void operator()(const LoopOpened& e) const { out.numbers(e.key, e.count); }
  void operator()(const InstanceMigrated& e) const {
    out.open('[');
    for (const auto& [from, to] : e.elements) out.row(from, to);
    out.close(']');
    out.open('[');
    for (const auto& [from, to] : e.flows) out.row(from, to);
    out.close(']');
  }
  void operator()(const ItemCollected& e) const {
    out.numbers(e.key, e.index);
    write_value(out, e.value);
  }
};

std::vector<std::string> read_texts(Reader& in) {
  std::vector<std::string> texts;
  in.open('[');
  while (in.more(']')) texts.push_back(in.text());
  return texts;
}

std::optional<base::Instant> read_moment(Reader& in) {
  if (in.peek() == 'n') {
    in.word("null");
    return std::nullopt;
  }
  return base::Instant{in.number<std::int64_t>()};
}

ElementIndex element_in(Reader& in) {
  return in.number<ElementIndex>();
}
Key key_in(Reader& in) {
  return in.number<Key>();
}
/// A field that was added later: 0 when it is not there.
std::uint16_t added_in(Reader& in) {
  return in.has_more(']') ? in.number<std::uint16_t>() : std::uint16_t{0};
}

std::vector<std::pair<std::uint16_t, std::uint16_t>> read_pairs(Reader& in) {
  std::vector<std::pair<std::uint16_t, std::uint16_t>> pairs;
  in.open('[');
  while (in.more(']')) {
    in.open('[');
    const auto from = in.number<std::uint16_t>();
    pairs.emplace_back(from, in.number<std::uint16_t>());
    in.end(']');
  }
  return pairs;
}

// Braced lists are evaluated left to right, so fields are read in their order.
Event read_task(Reader& in) {
  return TaskOpened{element_in(in), key_in(in),      in.text(),       read_texts(in),  read_texts(in),
                    in.text(),      read_moment(in), read_moment(in), in.number<int>()};
}

Event read_event(Reader& in) {
  switch (in.number<int>()) {
    case 0:
      return ElementEntered{element_in(in), key_in(in), key_in(in)};
    case 1:
      return ElementCompleted{element_in(in), key_in(in)};
    case 2:
      return ElementCancelled{element_in(in), key_in(in)};
    case 3:
      return FlowTaken{in.number<FlowIndex>(), key_in(in)};
    case 4:
      return read_task(in);
    case 5:
      return JobOpened{element_in(in), key_in(in), in.text(), in.number<int>(), added_in(in)};
    case 6:
      return TimerOpened{element_in(in), key_in(in),  {in.number<std::int64_t>()}, in.number<int>(), in.text(),
                         key_in(in),     added_in(in)};
    case 7:
      return MessageOpened{element_in(in), key_in(in), in.text(), in.text(), key_in(in), added_in(in)};
    case 8:
      return WaitClosed{key_in(in)};
    case 9:
      return VariablesSet{key_in(in), read_context(in)};
    case 10:
      // Decisions stored before explanations were kept have none.
      return DecisionMade{element_in(in), key_in(in), in.text(), read_texts(in),
                          in.has_more(']') ? in.text() : std::string()};
    case 11:
      return IncidentRaised{
          element_in(in), key_in(in), in.text(), {in.text(), in.text()}, static_cast<Step>(in.number<int>(0, 2))};
    case 12:
      return IncidentResolved{key_in(in)};
    case 13:
      return ProcessEnded{in.number<int>(0, 1) == 1};
    case 14:
      return JoinChanged{element_in(in), key_in(in), in.number<FlowIndex>(), in.number<int>(), added_in(in) != 0};
    case 15:
      return SignalOpened{element_in(in), key_in(in), in.text(), key_in(in), in.number<std::uint16_t>()};
    case 16:
      return ConditionOpened{element_in(in), key_in(in), key_in(in), in.number<std::uint16_t>(),
                             in.number<int>(0, 1) == 1};
    case 17:
      return SignalThrown{element_in(in), key_in(in), in.text()};
    case 18:
      return UndoChanged{element_in(in), key_in(in), key_in(in), static_cast<UndoStage>(in.number<int>(0, 3)),
                         key_in(in)};
    case 19:
      return LoopOpened{key_in(in), in.number<std::uint32_t>()};
    case 20:
      return ItemCollected{key_in(in), in.number<std::uint32_t>(), read_value(in, 0)};
    case 21:
      return InstanceMigrated{read_pairs(in), read_pairs(in)};
    default:
      in.fail();
      return WaitClosed{0};
  }
}

base::Error stored_invalid(std::string_view what) {
  return {.kind = base::Refusal::invalid,
          .code = "bpmn.stored_invalid",
          .message = {"存储的流程数据已损坏：" + std::string(what),
                      "the stored process data is damaged: " + std::string(what)}};
}

// ---- Instance ----

constexpr int instance_version = 1;

/// What few instances have: undoing and several instances of an element.
void write_rare_state(Writer& out, const Instance::Data& data) {
  out.open('[');
  for (const Undo& undo : data.undos) {
    out.open('[');
    out.numbers(undo.key, undo.element, undo.scope, static_cast<int>(undo.stage), undo.trigger, undo.handler,
                undo.order);
    if (undo.variables != nullptr) write_context(out, *undo.variables);
    out.close(']');
  }
  out.close(']');
  out.open('[');
  for (const LoopState& loop : data.loops) out.row(loop.key, loop.count, loop.started, loop.completed, loop.cancelled);
  out.close(']');
  out.open('[');
  for (const Collected& item : data.collected) {
    out.open('[');
    out.numbers(item.key, item.index);
    write_value(out, item.value);
    out.close(']');
  }
  out.close(']');
}

void write_state(Writer& out, const Instance::Data& data) {
  out.open('[');
  for (const Instance::Living& one : data.living) out.row(one.key, one.element, one.scope);
  out.close(']');
  out.open('[');
  for (const Wait& wait : data.waits) {
    out.open('[');
    out.numbers(static_cast<int>(wait.kind), wait.key, wait.host, wait.element, wait.retries, wait.due.us,
                wait.repetitions);
    out.text(wait.interval);
    out.text(wait.name);
    out.text(wait.correlation);
    if (wait.spec != 0) out.number(wait.spec);
    out.close(']');
  }
  out.close(']');
  out.open('[');
  for (const JoinCount& join : data.joins) {
    if (join.spent)
      out.row(join.element, join.scope, join.flow, join.count, 1);
    else
      out.row(join.element, join.scope, join.flow, join.count);
  }
  out.close(']');
  out.open('[');
  for (const Incident& incident : data.incidents) {
    out.open('[');
    out.numbers(incident.key, static_cast<int>(incident.step));
    out.text(incident.code);
    out.close(']');
  }
  out.close(']');
  out.open('[');
  for (const ScopeVariables& own : data.variables) {
    out.open('[');
    out.number(own.scope);
    write_context(out, *own.values);
    out.close(']');
  }
  out.close(']');
  if (!data.undos.empty() || !data.loops.empty()) write_rare_state(out, data);
}

template <class F>
void read_rows(Reader& in, F&& row) {
  in.open('[');
  while (in.more(']')) {
    in.open('[');
    row();
    in.end(']');
  }
}

/// Damaged places must not meet: every entry has a place of its own.
template <class T>
void put_in(Reader& in, Series<T>& series, T entry) {
  if (in.failed() || (!series.empty() && !(series.back().place() < entry.place()))) return in.fail();
  series.insert(std::move(entry));
}

void read_rare_state(Reader& in, Instance::Data& data) {
  read_rows(in, [&] {
    Undo undo{.key = key_in(in),
              .element = element_in(in),
              .scope = key_in(in),
              .stage = static_cast<UndoStage>(in.number<int>(0, 2)),
              .trigger = key_in(in),
              .handler = key_in(in),
              .order = in.number<std::uint32_t>()};
    if (in.has_more(']')) undo.variables = std::make_shared<const feel::Context>(read_context(in));
    put_in(in, data.undos, std::move(undo));
  });
  read_rows(in, [&] {
    put_in(in, data.loops,
           LoopState{key_in(in), in.number<std::uint32_t>(), in.number<std::uint32_t>(), in.number<std::uint32_t>(),
                     in.number<std::uint32_t>()});
  });
  read_rows(in, [&] {
    put_in(in, data.collected, Collected{key_in(in), in.number<std::uint32_t>(), read_value(in, 0)});
  });
}

void read_state(Reader& in, Instance::Data& data) {
  read_rows(in, [&] { put_in(in, data.living, Instance::Living{key_in(in), element_in(in), key_in(in)}); });
  read_rows(in, [&] {
    put_in(in, data.waits,
           Wait{static_cast<WaitKind>(in.number<int>(0, 5)),
                key_in(in),
                key_in(in),
                element_in(in),
                in.number<int>(),
                {in.number<std::int64_t>()},
                in.number<int>(),
                in.text(),
                in.text(),
                in.text(),
                added_in(in)});
  });
  read_rows(in, [&] {
    const JoinCount join{element_in(in), key_in(in), in.number<FlowIndex>(), in.number<std::uint32_t>(),
                         added_in(in) != 0};
    if (in.failed() || data.joins.find(join.place()) != nullptr) return in.fail();
    data.joins.insert(join);  // once they were written in another order
  });
  read_rows(in, [&] {
    put_in(in, data.incidents, Incident{key_in(in), static_cast<Step>(in.number<int>(0, 2)), in.text()});
  });
  read_rows(in, [&] {
    const Key scope = key_in(in);
    put_in(in, data.variables, {scope, std::make_shared<const feel::Context>(read_context(in))});
  });
  if (in.has_more(']')) read_rare_state(in, data);
}

/// The invariants of Instance::Data that need no definition; counts the children on the way.
bool restore_invariants(Instance::Data& data) {
  const auto lives = [&](Key key) { return data.find_living(key) != nullptr; };
  std::vector<Key> scopes;
  for (const Instance::Living& one : data.living) {
    if (one.key == 0 || one.key >= data.next_key) return false;
    if ((one.key == process_key) != (one.element == no_element)) return false;
    if (one.key == process_key) continue;
    if (!lives(one.scope) || one.scope >= one.key) return false;
    scopes.push_back(one.scope);
  }
  for (const Key scope : scopes) ++data.living.edit(scope)->children;
  for (const Wait& wait : data.waits) {
    if (!lives(wait.host) || wait.key >= data.next_key) return false;
    if (wait.host != wait.key) ++data.living.edit(wait.host)->listeners;
    if (wait.kind == WaitKind::condition) ++data.conditions;
  }
  for (const JoinCount& join : data.joins)
    if (join.count == 0 || !lives(join.scope)) return false;
  for (const Incident& incident : data.incidents)
    if (!lives(incident.key)) return false;
  for (const ScopeVariables& own : data.variables)
    if (own.scope != process_key && !lives(own.scope)) return false;
  for (const Undo& undo : data.undos) {
    if (undo.key >= data.next_key || lives(undo.key)) return false;
    if (!lives(undo.scope) && data.undos.find(undo.scope) == nullptr) return false;
    if (undo.stage == UndoStage::started && !lives(undo.handler)) return false;
  }
  for (const LoopState& loop : data.loops)
    if (!lives(loop.key)) return false;
  for (const Collected& item : data.collected)
    if (data.loops.find(item.key) == nullptr) return false;
  const bool living = data.started && !data.ended;
  return living != data.living.empty() && (data.started || !data.ended);
}

}  // namespace

std::string encode(const std::vector<Event>& events) {
  Writer out;
  out.open('[');
  for (const Event& event : events) {
    out.open('[');
    out.number(event.index());
    std::visit(EventWriter{out}, event);
    out.close(']');
  }
  out.close(']');
  return out.take();
}

base::Result<std::vector<Event>> decode_events(std::string_view text) {
  Reader in(text);
  std::vector<Event> events;
  in.open('[');
  while (in.more(']')) {
    in.open('[');
    events.push_back(read_event(in));
    in.end(']');
  }
  if (!in.finished()) return stored_invalid("events");
  return events;
}

std::string encode(const Instance& instance) {
  const Instance::Data& data = instance.data();
  Writer out;
  out.open('[');
  out.numbers(instance_version, data.started ? 1 : 0, data.ended ? 1 : 0, data.cancelled ? 1 : 0, data.next_key);
  write_state(out, data);
  out.close(']');
  return out.take();
}

base::Result<Instance> decode_instance(std::string_view text) {
  Reader in(text);
  Instance instance;
  Instance::Data& data = instance.data();
  in.open('[');
  if (in.number<int>() != instance_version) in.fail();
  data.started = in.number<int>(0, 1) == 1;
  data.ended = in.number<int>(0, 1) == 1;
  data.cancelled = in.number<int>(0, 1) == 1;
  data.next_key = key_in(in);
  if (!in.failed()) read_state(in, data);
  in.end(']');
  if (!in.finished() || !restore_invariants(data)) return stored_invalid("instance");
  return instance;
}

}  // namespace bpmn
