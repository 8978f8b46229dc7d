/// Random block-structured processes, run by random people: every path must end, and replay must equal the live state
/// after every step (the player proves that).
#include "testing.h"

#include <random>
#include <set>

namespace bpmn {
namespace {

using namespace testing;  // NOLINT: the words of the models

/// Draws one process from a seed. Blocks have one way in and one way out, so every run must be able to end.
class Artist {
 public:
  explicit Artist(unsigned seed) : random_(seed) {}

  std::string draw() {
    body_ = start();
    const std::string last = block("start", 4);
    body_ += end() + flow(last, "end");
    return process(body_, roots + "<b:signal id=\"sig\" name=\"alarm\"/>" + called_);
  }

 private:
  int roll(int sides) { return static_cast<int>(random_() % static_cast<unsigned>(sides)); }
  std::string fresh(const std::string& kind) { return kind + std::to_string(++count_); }
  std::string condition() {
    return "=dice " + std::string(roll(2) == 0 ? ">" : "<") + " " + std::to_string(1 + roll(9));
  }

  /// Adds a block after `from`, drawn with flows; returns the element it ends with.
  std::string block(const std::string& from, int depth) {
    if (depth == 0) return activity(from);
    switch (roll(15)) {
      case 0:
        return block(block(from, depth - 1), depth - 1);
      case 7:
        return undone(from);
      case 8:
        return round(from);
      case 9:
        return transaction(from, depth);
      case 10:
        return ad_hoc(from);
      case 11:
        return discriminator(from, depth);
      case 12:
        return listening(from, depth);
      case 13:
        return call(from);
      case 1:
        return split(from, depth, "exclusiveGateway");
      case 2:
        return split(from, depth, "parallelGateway");
      case 3:
        return split(from, depth, "inclusiveGateway");
      case 4:
        return loop(from, depth);
      case 5:
        return sub_process(from, depth);
      case 6:
        return several(from);
      default:
        return activity(from);
    }
  }

  std::string activity(const std::string& from) {
    const std::string id = fresh("t");
    switch (roll(5)) {
      case 0:
        body_ += element("task", id);
        break;
      case 1:
        body_ += element("intermediateCatchEvent", id, timer("timeDuration", "P" + std::to_string(roll(9)) + "D"));
        break;
      case 2:
        body_ += job(id);
        break;
      default:
        body_ += user(id);
        break;
    }
    body_ += flow(from, id);
    if (roll(4) == 0 && body_.find("Task id=\"" + id) != std::string::npos) return with_boundary(id);
    return id;
  }

  /// A boundary event whose way meets the normal one again, or ends.
  std::string with_boundary(const std::string& id) {
    const std::string event = fresh("b");
    const std::string merge = fresh("m");
    const bool interrupting = roll(2) == 0;
    const std::string after = fresh("t");
    body_ += boundary(event, id, timer(interrupting ? "timeDuration" : "timeCycle", interrupting ? "P1D" : "R2/P1D"),
                      interrupting);
    body_ += user(after) + flow(event, after) + element("exclusiveGateway", merge) + flow(id, merge);
    if (interrupting) {
      body_ += flow(after, merge);
    } else {
      const std::string last = fresh("e");
      body_ += end(last) + flow(after, last);
    }
    return merge;
  }

  std::string split(const std::string& from, int depth, const std::string& type) {
    const std::string fork = fresh("f");
    const std::string join = fresh("j");
    const int branches = 2 + roll(2);
    const bool conditional = type != "parallelGateway";
    std::vector<std::string> heads;
    body_ += flow(from, fork);
    std::string flows;
    for (int i = 0; i < branches; ++i) {
      const std::string head = fresh("h");
      body_ += element("task", head) + flow(fork, head, conditional && i > 0 ? condition() : "");
      heads.push_back(head);
    }
    const std::string otherwise = conditional ? "default=\"" + fork + "-" + heads.front() + "\"" : "";
    body_ += element(type, fork, "", otherwise) + element(type, join);
    for (const std::string& head : heads) body_ += flow(block(head, depth - 1), join);
    return join;
  }

  std::string loop(const std::string& from, int depth) {
    const std::string merge = fresh("m");
    const std::string again = fresh("x");
    const std::string exit = fresh("t");
    body_ += element("exclusiveGateway", merge) + flow(from, merge);
    const std::string last = block(merge, depth - 1);
    // Someone acts in every round, so that the dice are cast anew.
    const std::string review = fresh("t");
    body_ += user(review) + flow(last, review) +
             element("exclusiveGateway", again, "", "default=\"" + again + "-" + exit + "\"") + flow(review, again) +
             flow(again, merge, "=dice > 7") + element("task", exit) + flow(again, exit);
    return exit;
  }

  std::string sub_process(const std::string& from, int depth) {
    const std::string id = fresh("s");
    const std::string outer = std::move(body_);
    body_ = start(id + "start");
    const std::string last = block(id + "start", depth - 1);
    body_ += end(id + "end") + flow(last, id + "end");
    body_ = outer + element("subProcess", id, std::move(body_)) + flow(from, id);
    return id;
  }

  std::string several(const std::string& from) {
    const std::string id = fresh("t");
    body_ +=
        user(id, "<b:multiInstanceLoopCharacteristics isSequential=\"" + std::string(roll(2) == 0 ? "true" : "false") +
                     "\"><b:extensionElements><z:loopCharacteristics inputCollection=\"=[1,2,3]\"/>"
                     "</b:extensionElements></b:multiInstanceLoopCharacteristics>") +
        flow(from, id);
    return id;
  }

  /// An activity with a handler, and an event that asks to undo it.
  std::string undone(const std::string& from) {
    const std::string id = fresh("t");
    const std::string handler = fresh("h");
    const std::string event = fresh("b");
    const std::string undo = fresh("u");
    const std::string waits = roll(2) == 0 ? "true" : "false";
    body_ +=
        user(id) + flow(from, id) + boundary(event, id, "<b:compensateEventDefinition/>") +
        element("userTask", handler, "", "isForCompensation=\"true\"") + "<b:association id=\"" + fresh("as") +
        "\" sourceRef=\"" + event + "\" targetRef=\"" + handler + "\"/>" +
        element("intermediateThrowEvent", undo, "<b:compensateEventDefinition waitForCompletion=\"" + waits + "\"/>") +
        flow(id, undo);
    return undo;
  }

  std::string round(const std::string& from) {
    const std::string id = fresh("t");
    body_ += user(id, "<b:standardLoopCharacteristics testBefore=\"" + std::string(roll(2) == 0 ? "true" : "false") +
                          "\" loopMaximum=\"3\"><b:loopCondition>=dice &lt; 5</b:loopCondition>"
                          "</b:standardLoopCharacteristics>") +
             flow(from, id);
    return id;
  }

  /// What stands in a scope of its own, between a start and an end.
  std::string scope(const std::string& id, int depth, const std::string& more = "") {
    const std::string outer = std::move(body_);
    body_ = start(id + "start") + more;
    const std::string last = block(id + "start", depth - 1);
    body_ += end(id + "end") + flow(last, id + "end");
    std::string inside = std::move(body_);
    body_ = outer;
    return inside;
  }

  std::string transaction(const std::string& from, int depth) {
    const std::string id = fresh("s");
    const std::string event = fresh("b");
    const std::string merge = fresh("m");
    const std::string choice = id + "x";
    const std::string stop = element("exclusiveGateway", choice, "", "default=\"" + choice + "-" + id + "ok\"") +
                             element("task", id + "ok") + flow(choice, id + "ok") +
                             end(id + "stop", "<b:cancelEventDefinition/>") + flow(choice, id + "stop", condition());
    const std::string outer = std::move(body_);
    body_ = start(id + "start") + stop;
    const std::string last = undone(block(id + "start", depth - 1));
    body_ += flow(last, choice) + end(id + "end") + flow(id + "ok", id + "end");
    std::string inside = std::move(body_);
    body_ = outer + element("transaction", id, inside) + flow(from, id) +
            boundary(event, id, "<b:cancelEventDefinition/>") + element("exclusiveGateway", merge) + flow(id, merge) +
            flow(event, merge);
    return merge;
  }

  std::string ad_hoc(const std::string& from) {
    const std::string id = fresh("s");
    const std::string inside = user(id + "a") + user(id + "b") + element("task", id + "c") + flow(id + "b", id + "c");
    const std::string completion = roll(2) == 0 ? "" : "<b:completionCondition>=dice &gt;= 0</b:completionCondition>";
    body_ +=
        element("adHocSubProcess", id, inside + completion, roll(2) == 0 ? "cancelRemainingInstances=\"false\"" : "") +
        flow(from, id);
    return id;
  }

  /// The first two of three go on, the third is swallowed.
  std::string discriminator(const std::string& from, int depth) {
    const std::string fork = fresh("f");
    const std::string join = fresh("j");
    body_ += element("parallelGateway", fork) + flow(from, fork) +
             element("complexGateway", join, "<b:activationCondition>=activationCount >= 2</b:activationCondition>");
    for (int i = 0; i < 3; ++i) {
      const std::string head = fresh("h");
      body_ += element("task", head) + flow(fork, head);
      body_ += flow(block(head, depth - 2 > 0 ? depth - 2 : 0), join);
    }
    return join;
  }

  /// A sub-process with an event sub-process that listens to a signal or a condition, and tells it itself.
  std::string listening(const std::string& from, int depth) {
    const std::string id = fresh("s");
    const std::string e = id + "e";
    const std::string trigger = roll(2) == 0 ? "<b:signalEventDefinition signalRef=\"sig\"/>"
                                             : "<b:conditionalEventDefinition><b:condition>=dice = 7</b:condition>"
                                               "</b:conditionalEventDefinition>";
    const std::string heard = element("startEvent", e + "s", trigger,
                                      std::string("isInterrupting=\"") + (roll(2) == 0 ? "true\"" : "false\"")) +
                              user(e + "t") + end(e + "e") + line({e + "s", e + "t", e + "e"});
    const std::string more = element("subProcess", e, heard, "triggeredByEvent=\"true\"");
    std::string inside = scope(id, depth, more);
    body_ += element("subProcess", id, inside) + flow(from, id) +
             element("intermediateThrowEvent", id + "x", "<b:signalEventDefinition signalRef=\"sig\"/>") +
             flow(id, id + "x");
    return id + "x";
  }

  std::string call(const std::string& from) {
    const std::string id = fresh("c");
    body_ += element("callActivity", id, extensions("<z:calledElement processId=\"called\"/>")) + flow(from, id);
    if (called_.empty())
      called_ = "<b:process id=\"called\">" + start("cs") + user("ct") + end("ce") + line({"cs", "ct", "ce"}) +
                "</b:process>";
    return id;
  }

  std::mt19937 random_;
  int count_ = 0;
  std::string body_;
  std::string called_;
};

/// Does something that waits, chosen by lot, and casts the dice first.
void step(Player& play, std::mt19937& random) {
  play.run(SetVariables{process_key, {{"dice", static_cast<int>(random() % 11)}}});
  const auto& waits = play.instance.waits();
  const Wait wait = waits[random() % waits.size()];
  std::string refused;
  switch (wait.kind) {
    case WaitKind::task:
      refused = play.run(CompleteTask{wait.key, {}});
      break;
    case WaitKind::job:
      refused = play.run(CompleteJob{wait.key, {}});
      break;
    case WaitKind::timer:
      refused = play.run(FireTimer{wait.key});
      break;
    case WaitKind::message:
      refused = play.run(CorrelateMessage{wait.name, wait.correlation, {}});
      break;
    case WaitKind::signal:
      refused = play.run(BroadcastSignal{wait.name});
      break;
    case WaitKind::condition:
      refused = play.run(TriggerEvent{.element = wait.element, .host = wait.host});
      break;
  }
  EXPECT_EQ(refused, "");
}

TEST(random_process, ends_on_every_path_with_no_token_lost) {
  constexpr unsigned models = 2500;
  constexpr unsigned paths = 4;
  for (unsigned seed = 1; seed <= models; ++seed) {
    const std::string xml = Artist(seed).draw();
    for (unsigned path = 0; path < paths; ++path) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", path " + std::to_string(path));
      std::mt19937 random(seed * 1000 + path);
      Player play(xml);
      play.start({{"dice", static_cast<int>(random() % 11)}});
      int steps = 0;
      while (!play.instance.ended() && !play.instance.waits().empty() && ++steps < 2000) step(play, random);
      ASSERT_TRUE(play.instance.ended()) << "waiting: " << play.waiting() << " incident: " << play.incident() << "\n"
                                         << encode(play.instance) << "\n"
                                         << xml;
      for (const auto& [flow, tokens] : play.tokens_at_joins()) ASSERT_EQ(tokens, 0) << "flow " << flow;
      if (HasFailure()) return;
    }
  }
}

/// Anything an office may do, sensible or not.
Command any_command(const Player& play, std::mt19937& random) {
  const auto& living = play.instance.living();
  const auto& waits = play.instance.waits();
  const Key key = living[random() % living.size()].key;
  const Key wait = waits.empty() ? key : waits[random() % waits.size()].key;
  const auto count = static_cast<unsigned>(elements(play.definition()).size());
  switch (random() % 11) {
    case 8:
      return BroadcastSignal{.name = "alarm"};
    case 9:
      return TriggerEvent{.element = static_cast<ElementIndex>(random() % count)};
    case 10:
      return CorrelateMessage{.name = "plain", .correlation = "", .variables = {}};
    case 0:
      return Move{key, static_cast<ElementIndex>(random() % count)};
    case 1:
      return FailJob{wait, static_cast<int>(random() % 2), {"坏", "broken"}};
    case 2:
      return ThrowError{wait, "E1", {{"x", 1}}};
    case 3:
      return ResolveIncident{play.instance.has_incident() ? play.incident_key() : key};
    case 4:
      return FireTimer{wait};
    case 5:
      return SetVariables{key, {{"dice", static_cast<int>(random() % 11)}}};
    case 6:
      return CompleteJob{wait, {}};
    default:
      return CompleteTask{wait, {{"x", feel::List{1, "two"}}}};
  }
}

TEST(random_process, survives_every_command_in_every_order) {
  int accepted = 0;
  for (unsigned seed = 1; seed <= 1000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    Player play(Artist(seed).draw());
    play.world.steps_max = 500;
    play.start({{"dice", 5}});
    for (int steps = 0; steps < 60 && !play.instance.ended(); ++steps)
      if (play.run(any_command(play, random)).empty()) ++accepted;
    if (!play.instance.ended()) {
      ASSERT_EQ(play.run(Cancel{}), "");
    }
    ASSERT_TRUE(play.instance.ended());
    if (HasFailure()) return;
  }
  EXPECT_GT(accepted, 7000);
}

TEST(random_process, is_cancelled_clean_at_any_moment) {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    Player play(Artist(seed).draw());
    play.start({{"dice", 5}});
    for (unsigned steps = random() % 6; steps > 0 && !play.instance.waits().empty(); --steps) step(play, random);
    if (play.instance.ended()) continue;
    ASSERT_EQ(play.run(Cancel{}), "");
    ASSERT_TRUE(play.instance.cancelled());
    ASSERT_TRUE(play.instance.living().empty() && play.instance.waits().empty());
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace bpmn
