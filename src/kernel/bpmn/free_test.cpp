/// Random processes that are not made of blocks: any flow between any elements, loops and joins where nobody would draw
/// them. They need not end; but no token may be lost or doubled, nothing may hang, and what gets stuck is told, as the
/// check at deployment had told it.
#include "testing.h"

#include <random>
#include <set>

namespace bpmn {
namespace {

using namespace testing;  // NOLINT: the words of the models

/// Draws one process from a seed.
class Scribbler {
 public:
  explicit Scribbler(unsigned seed) : random_(seed) {}

  /// Tokens may be ended from outside: by a terminate end event, or a boundary event on a sub-process.
  bool kills() const { return kills_; }
  std::string draw() {
    return process(scope("", roll(4) == 0 ? 0 : 1), roots + "<b:signal id=\"sig\" name=\"alarm\"/>");
  }

 private:
  struct Thing {
    std::string id;
    std::string type;
    std::string inner;
    bool entered_by_flow = true;  // a way may lead to it
    bool left_by_flow = true;
    std::vector<std::size_t> targets;
  };
  using Things = std::vector<Thing>;

  int roll(int sides) { return static_cast<int>(random_() % static_cast<unsigned>(sides)); }

  static std::size_t add(Things& things, Thing thing) {
    things.push_back(std::move(thing));
    return things.size() - 1;
  }
  static void connect(Things& things, std::size_t from, std::size_t to) {
    std::vector<std::size_t>& targets = things[from].targets;
    if (from != to && std::find(targets.begin(), targets.end(), to) == targets.end()) targets.push_back(to);
  }

  std::string fresh(const std::string& kind) { return kind + std::to_string(++count_); }

  Thing any_thing(int depth) {
    switch (roll(depth > 0 ? 15 : 13)) {
      case 0:
        return {fresh("t"), "task", "", true, true, {}};
      case 1:
        return {fresh("j"), "serviceTask", extensions("<z:taskDefinition type=\"work\"/>"), true, true, {}};
      case 2:
        return {fresh("c"), "intermediateCatchEvent", timer("timeDuration", "P1D"), true, true, {}};
      case 3:
        return {fresh("c"), "intermediateCatchEvent", "<b:signalEventDefinition signalRef=\"sig\"/>", true, true, {}};
      case 4:
        return {fresh("i"), "intermediateThrowEvent", "<b:signalEventDefinition signalRef=\"sig\"/>", true, true, {}};
      case 5:
      case 6:
        return {fresh("x"), "exclusiveGateway", "", true, true, {}};
      case 7:
      case 8:
        return {fresh("p"), "parallelGateway", "", true, true, {}};
      case 9:
      case 10:
        return {fresh("o"), "inclusiveGateway", "", true, true, {}};
      case 13:
      case 14: {
        const std::string id = fresh("s");
        return {id, "subProcess", scope(id, depth - 1), true, true, {}};
      }
      default:
        return {fresh("u"), "userTask", "", true, true, {}};
    }
  }

  /// What waits behind an event-based gateway is entered by nothing else.
  void add_event_gateway(Things& things) {
    const std::size_t gateway = add(things, {fresh("v"), "eventBasedGateway", "", true, false, {}});
    for (const std::string& event :
         {timer("timeDuration", "P2D"), std::string("<b:messageEventDefinition messageRef=\"plain\"/>")})
      connect(things, gateway, add(things, {fresh("c"), "intermediateCatchEvent", event, false, true, {}}));
  }

  std::string scope(const std::string& around, int depth) {
    Things things;
    add(things, {around + "start", "startEvent", "", false, true, {}});
    const int count = 3 + roll(depth > 0 ? 9 : 5);
    for (int i = 0; i < count; ++i) add(things, any_thing(depth));
    if (roll(4) == 0) add_event_gateway(things);
    std::string boundaries = add_boundaries(things);
    for (int ends = 1 + roll(2); ends > 0; --ends) {
      const bool all = roll(8) == 0;
      kills_ = kills_ || all;
      add(things, {fresh("e"), "endEvent", all ? "<b:terminateEventDefinition/>" : "", true, false, {}});
    }
    draw_flows(things);
    for (const Thing& thing : things) boundaries += draw(thing, things);
    return boundaries;
  }

  /// Their elements are drawn here already, for they need a reference; their flows come with the others.
  std::string add_boundaries(Things& things) {
    std::string drawn;
    for (std::size_t i = 1; i < things.size() && things.size() < 16; ++i) {
      const bool task = things[i].type == "userTask" || things[i].type == "serviceTask";
      const bool sub_process = things[i].type == "subProcess";
      if ((!task && !sub_process) || roll(5) != 0) continue;
      const bool interrupting = roll(2) == 0;
      kills_ = kills_ || (sub_process && interrupting);
      const std::string event = interrupting ? timer("timeDuration", "P1D") : timer("timeCycle", "R2/P1D");
      const std::string id = fresh("b");
      drawn += boundary(id, things[i].id, event, interrupting);
      add(things, {id, "", "", false, true, {}});
    }
    return drawn;
  }

  /// Each is reached from something drawn before it and leads somewhere; then some more, in any direction.
  void draw_flows(Things& things) {
    const std::size_t count = things.size();
    const auto index = [&] { return static_cast<std::size_t>(roll(static_cast<int>(count))); };
    const auto connect_any = [&](std::size_t from, std::size_t lowest) {
      for (int tries = 0; tries < 50; ++tries) {
        const std::size_t to = index();
        if (to < lowest || to == from || !things[to].entered_by_flow) continue;
        return connect(things, from, to);
      }
      connect(things, from, count - 1);
    };
    for (std::size_t to = 1; to < count; ++to) {
      if (!things[to].entered_by_flow) continue;
      std::size_t from = 0;
      for (int tries = 0; tries < 20; ++tries) {
        const std::size_t other = index();
        if (other >= to || !things[other].left_by_flow) continue;
        from = other;
        break;
      }
      connect(things, from, to);
    }
    for (std::size_t from = 0; from < count; ++from)
      if (things[from].left_by_flow && things[from].targets.empty()) connect_any(from, roll(3) == 0 ? 1 : from);
    for (int more = roll(static_cast<int>(count)); more > 0; --more) {
      const std::size_t from = index();
      if (things[from].left_by_flow && things[from].type.ends_with("Gateway"))
        connect_any(from, roll(3) == 0 ? 1 : from);
    }
  }

  std::string draw(const Thing& thing, const Things& things) {
    const bool choice =
        (thing.type == "exclusiveGateway" || thing.type == "inclusiveGateway") && thing.targets.size() > 1;
    std::string drawn;
    if (!thing.type.empty()) {
      const std::string otherwise =
          choice ? "default=\"" + thing.id + "-" + things[thing.targets.front()].id + "\"" : std::string();
      drawn = element(thing.type, thing.id, thing.inner, otherwise);
    }
    for (std::size_t i = 0; i < thing.targets.size(); ++i)
      drawn += flow(
          thing.id, things[thing.targets[i]].id,
          choice && i > 0 ? "=dice " + std::string(roll(2) == 0 ? ">" : "<") + " " + std::to_string(1 + roll(9)) : "");
    return drawn;
  }

  std::mt19937 random_;
  int count_ = 0;
  bool kills_ = false;
};

/// Counts what happened and compares it with what the drawing allows. Independent of the machine: it knows the rules of
/// tokens only.
class Bookkeeper {
 public:
  Bookkeeper(const Player& play, bool kills) : definition_(play.definition()), kills_(kills) {
    for (const SequenceFlow& flow : flows(definition_)) ++incoming_[flow.target];
  }

  void note(const std::vector<Event>& events) {
    for (const Event& event : events) {
      if (const auto* entered = std::get_if<ElementEntered>(&event)) ++entered_[entered->element];
      if (const auto* completed = std::get_if<ElementCompleted>(&event)) ++completed_[completed->element];
      if (const auto* cancelled = std::get_if<ElementCancelled>(&event)) ++cancelled_[cancelled->element];
      if (const auto* taken = std::get_if<FlowTaken>(&event)) ++taken_[taken->flow];
    }
  }

  void compare(const Player& play) {
    std::map<ElementIndex, int> came, left, most;
    for (std::size_t i = 0; i < flows(definition_).size(); ++i) {
      const SequenceFlow& flow = flows(definition_)[i];
      const auto index = static_cast<std::uint16_t>(i);
      const auto waiting = play.tokens_at_joins().find(index);
      const int taken = taken_[index];
      const int used = taken - (waiting == play.tokens_at_joins().end() ? 0 : waiting->second);
      came[flow.target] += used;
      most[flow.target] = std::max(most[flow.target], used);
      left[flow.source] += taken;
      compare_source(flow, taken);
      if (type_of(flow.target) == ElementType::parallel_gateway && incoming_[flow.target] > 1 && !kills_) {
        EXPECT_EQ(used, entered_[flow.target]) << "parallel join, flow " << flow.id;
      }
    }
    for (const auto& [element, count] : came) compare_target(element, count, most[element]);
    for (const auto& [element, count] : left)
      if (type_of(element) == ElementType::exclusive_gateway || type_of(element) == ElementType::event_gateway) {
        EXPECT_EQ(count, completed_[element]) << "ways out of " << id_of(element);
      }
    std::map<ElementIndex, int> living;
    for (const Instance::Living& one : play.instance.living()) ++living[one.element];
    for (const auto& [element, count] : entered_)
      EXPECT_EQ(count - completed_[element] - cancelled_[element], living[element]) << "living " << id_of(element);
  }

  /// What the check at deployment said must hold.
  void compare(const std::vector<Finding>& findings) {
    for (const Finding& finding : findings) {
      const ElementIndex element = find_element(definition_, finding.place.path);
      if (finding.place.code == "bpmn.dead_step") {
        EXPECT_EQ(entered_[element], 0) << finding.place.path;
      }
      if (finding.place.code == "bpmn.deadlock") {
        EXPECT_EQ(completed_[element], 0) << finding.place.path;
      }
    }
  }

 private:
  ElementType type_of(ElementIndex element) const { return elements(definition_)[element].type; }
  std::string id_of(ElementIndex element) const {
    return element == no_element ? "the process" : elements(definition_)[element].id;
  }

  void compare_source(const SequenceFlow& flow, int taken) {
    const ElementType type = type_of(flow.source);
    if (type == ElementType::exclusive_gateway || type == ElementType::event_gateway) return;
    EXPECT_LE(taken, completed_[flow.source]) << "flow " << flow.id;
    if (type != ElementType::inclusive_gateway) {
      EXPECT_EQ(taken, completed_[flow.source]) << "flow " << flow.id;
    }
  }

  void compare_target(ElementIndex element, int came, int most) {
    const int entered = entered_[element];
    const bool joins = incoming_[element] > 1 && (type_of(element) == ElementType::parallel_gateway ||
                                                  type_of(element) == ElementType::inclusive_gateway);
    EXPECT_LE(entered, came) << "entered more often than tokens came: " << id_of(element);
    if (!kills_) {
      EXPECT_GE(entered, joins ? most : came) << "a token was lost before " << id_of(element);
    }
  }

  const Definition& definition_;
  bool kills_;
  std::map<ElementIndex, int> incoming_, entered_, completed_, cancelled_;
  std::map<std::uint16_t, int> taken_;
};

Command next_command(const Player& play, std::mt19937& random) {
  if (random() % 4 == 0) return SetVariables{process_key, {{"dice", static_cast<int>(random() % 11)}}};
  const auto& incidents = play.instance.incidents();
  if (!incidents.empty() && (random() % 8 == 0 || play.instance.waits().empty()))
    return ResolveIncident{incidents[random() % incidents.size()].key};
  const Wait wait = play.instance.waits()[random() % play.instance.waits().size()];
  switch (wait.kind) {
    case WaitKind::task:
      return CompleteTask{wait.key, {}};
    case WaitKind::job:
      return CompleteJob{wait.key, {}};
    case WaitKind::timer:
      return FireTimer{wait.key};
    case WaitKind::message:
      return CorrelateMessage{wait.name, wait.correlation, {}};
    case WaitKind::signal:
    case WaitKind::condition:
      return BroadcastSignal{wait.name};
  }
  return Cancel{};
}

bool announced(const std::vector<Finding>& findings) {
  return std::any_of(findings.begin(), findings.end(), [](const Finding& finding) {
    return finding.place.code !=
           "bpmn.dead_step";  // what comes twice is not followed further, so it may get stuck, too
  });
}

TEST(free_process, loses_and_doubles_no_token_and_tells_when_it_is_stuck) {
  constexpr unsigned drawings = 2500;
  std::map<std::string, int> ends;
  for (unsigned seed = 1; seed <= drawings; ++seed) {
    Scribbler scribbler(seed);
    const std::string xml = scribbler.draw();
    for (unsigned path = 0; path < 2; ++path) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", path " + std::to_string(path));
      std::mt19937 random(seed * 1000 + path);
      Player play(xml);
      play.world.steps_max = 100;
      const std::vector<Finding> findings = findings_of(play.definition());
      Bookkeeper book(play, scribbler.kills());
      ASSERT_EQ(play.start({{"dice", static_cast<int>(random() % 11)}}), "");
      book.note(play.last);
      for (int steps = 0; steps < 20 && !play.instance.ended(); ++steps) {
        if (play.instance.waits().empty() && play.instance.incidents().empty()) break;
        ASSERT_EQ(play.run(next_command(play, random)), "");
        book.note(play.last);
      }
      book.compare(play);
      book.compare(findings);
      if (play.instance.ended())
        ++ends["ended"];
      else if (!play.instance.waits().empty())
        ++ends["waits"];
      else
        ++ends[play.incident()];
      EXPECT_TRUE(play.instance.ended() || !play.instance.waits().empty() || play.instance.has_incident())
          << "neither ended nor waiting, and nothing said";
      for (const Incident& incident : play.instance.incidents())
        if (incident.code == "bpmn.stuck") {
          EXPECT_TRUE(announced(findings)) << "stuck, and the check knew nothing of it";
        }
      if (HasFailure()) {
        ADD_FAILURE() << encode(play.instance) << "\n" << xml;
        return;
      }
    }
  }
  // Otherwise the drawings would prove nothing.
  EXPECT_GT(ends["ended"], 500);
  EXPECT_GT(ends["waits"], 500);
  EXPECT_GT(ends["bpmn.stuck"], 100);
}

}  // namespace
}  // namespace bpmn
