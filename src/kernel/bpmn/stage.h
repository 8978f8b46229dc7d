/// Where a play takes place: the processes of one file, their instances, the messages between them, and the clock.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "definition.h"
#include "play.h"
#include "script.h"
#include "state.h"

namespace bpmn {

class Stage {
 public:
  Stage(const PlayOptions& options, const Line& line) : options_(options), line_(line) {}

  base::Result<void> open(std::string_view xml);
  void perform(const Script& script);

 private:
  /// One process instance.
  struct Actor {
    std::size_t process = 0;
    Instance instance = {};
    std::map<Key, std::uint64_t> numbers = {};  // of elements as told in the lines
    std::map<Key, base::Text> troubles = {};    // why an element can not go on
  };
  struct Role {
    std::string id;
    std::shared_ptr<const Definition> definition;
    bool executable = false;
    bool called = false;
    Direction direction = {};
  };
  struct Place {
    std::size_t process;
    ElementIndex element;
  };
  struct StartTimer {
    std::size_t process;
    StartTrigger trigger;
  };

  // stage.cpp: instances and lines
  std::size_t cast(std::size_t process, const std::string& start, const feel::Context& variables);
  base::Result<void> run(std::size_t actor, const Command& command);
  void tell(Actor& actor, const Event& event);
  void tell_line(const char* what, const std::string& element, const std::string& scope, std::uint64_t number);
  bool is_shown(const Actor& actor, const Instance::Living& living) const;
  std::string scope_name(const Actor& actor, Key scope) const;
  World world_of(const Actor& actor) const;
  void settle();
  void pass_on_message(std::size_t process, ElementIndex sender);
  bool receive(const std::string& target);
  void pass_on_signal(std::size_t thrower, const std::string& name, const feel::Context& variables);
  bool auto_task();
  bool is_held(const std::string& element) const;
  void end();

  // direct.cpp: the steps of a script
  void begin(const Script& script);
  void hold(const Script& script);
  void arm_start_timers(std::size_t process);
  base::Result<void> take(const ScriptStep& step);
  base::Result<void> start(const ScriptStep& step);
  base::Result<void> complete(const ScriptStep& step);
  base::Result<void> error(const ScriptStep& step);
  base::Result<void> trigger(const ScriptStep& step);
  base::Result<void> message(const ScriptStep& step);
  base::Result<void> signal(const ScriptStep& step);
  base::Result<void> advance(const ScriptStep& step);
  base::Result<void> set(const ScriptStep& step);
  base::Result<void> cancel(const ScriptStep& step);
  base::Result<void> perform(const ScriptStep& step);
  bool fire_next(base::Instant until);
  void retry();
  std::optional<Place> find(const std::string& id) const;
  struct Waiting {
    std::size_t actor;
    Wait wait;
  };
  std::vector<Waiting> waits_at(const std::string& id) const;
  const Element& face(const Actor& actor, ElementIndex element) const;
  const Definition& definition(const Actor& actor) const { return *roles_[actor.process].definition; }

  const PlayOptions& options_;
  const Line& line_;
  std::vector<Role> roles_;
  std::vector<Outline::MessageFlow> message_flows_;
  std::deque<Actor> actors_;
  base::Instant now_ = {};
  feel::Context variables_;
  std::uint64_t numbers_ = 0;
  std::uint64_t last_completed_ = 0;
  std::vector<StartTimer> start_timers_;
  std::map<std::string, int> undelivered_;  // messages by the element they are for
  struct Note {
    std::size_t actor;
    std::size_t process;
    ElementIndex element;  // the sender of a message; no_element: a signal
    std::string name;
  };
  std::deque<Note> notes_;
  std::vector<std::string> held_;  // elements that the steps to come name
  std::vector<std::string> troubles_;
  int auto_steps_ = 0;
};

}  // namespace bpmn
