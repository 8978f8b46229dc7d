/// Plays every scope of a definition with tokens alone, all choices open, and tells where they get stuck, double or
/// never come. Source: [BPMN-13] execution semantics; soundness of workflow nets.
#include <algorithm>
#include <deque>
#include <set>
#include <string>
#include <unordered_set>

#include "definition.h"

namespace bpmn {
namespace {

constexpr std::size_t markings_max = 4'000;
constexpr std::size_t branches_max = 6;  // of a gateway with any number of ways: beyond, one or all

/// Tokens on the ways of one scope: a count of 0 to 2 for each.
using Marking = std::string;

bool is_inclusive_join(const Node& node) {
  return node.joins() && node.type != ElementType::parallel_gateway;
}

/// One scope: its ways are the flows inside, and one more into each element for tokens that begin there.
class Net {
 public:
  Net(const Definition& definition, ElementIndex scope) : definition_(definition) {
    for (std::size_t i = 0; i < definition.nodes.size(); ++i)
      if (definition.nodes[i].scope == scope && definition.nodes[i].type != ElementType::process)
        members_.push_back(static_cast<ElementIndex>(i));
    for (const ElementIndex member : members_) {
      for (const FlowIndex flow : node(member).outgoing) {
        way_of_flow_.emplace(flow, ways_.size());
        ways_.push_back(definition.flows[flow].target);
      }
      begins_.emplace(member, ways_.size());
      ways_.push_back(member);
      complex_ = complex_ || node(member).activation.has_value();
    }
  }

  bool is_complex() const { return complex_; }
  bool is_whole() const { return !cut_; }
  const std::vector<ElementIndex>& members() const { return members_; }
  bool was_entered(ElementIndex element) const { return entered_.contains(element); }
  bool was_left(ElementIndex element) const { return fired_.contains(element); }
  const std::set<ElementIndex>& doubled() const { return doubled_; }
  const std::set<ElementIndex>& waiting() const { return waiting_; }

  /// Everything that can happen when tokens begin at these elements together.
  void explore(const std::vector<ElementIndex>& begins) {
    Marking first(ways_.size(), '\0');
    for (const ElementIndex begin : begins) add(first, begins_.at(begin));
    std::deque<Marking> open{first};
    std::unordered_set<Marking> seen{first};
    while (!open.empty()) {
      const Marking marking = std::move(open.front());
      open.pop_front();
      std::vector<Marking> next = successors(marking, true);
      // Joins that only wait for each other go on although other tokens still wait elsewhere, as in Run::fire_join_in.
      if (!joins_are_ready(marking, true) && joins_are_ready(marking, false))
        for (Marking& one : successors(marking, false)) next.push_back(std::move(one));
      if (next.empty()) note_waiting(marking);
      for (Marking& one : next) {
        if (is_doubled(one) || !seen.insert(one).second) continue;
        if (seen.size() > markings_max) {
          cut_ = true;
          return;
        }
        open.push_back(std::move(one));
      }
    }
  }

 private:
  const Node& node(ElementIndex element) const { return definition_.nodes[element]; }

  static void add(Marking& marking, std::size_t way) {
    if (marking[way] < 2) ++marking[way];
  }

  bool is_doubled(const Marking& marking) {
    bool any = false;
    for (std::size_t way = 0; way < marking.size(); ++way) {
      if (marking[way] < 2) continue;
      any = true;
      doubled_.insert(ways_[way]);
    }
    cut_ = cut_ || any;
    return any;
  }

  void note_waiting(const Marking& marking) {
    for (std::size_t way = 0; way < marking.size(); ++way)
      if (marking[way] != 0) waiting_.insert(ways_[way]);
  }

  std::vector<Marking> successors(const Marking& marking, bool joins_block) {
    std::vector<Marking> next;
    std::set<ElementIndex> judged;
    for (std::size_t way = 0; way < marking.size(); ++way) {
      if (marking[way] == 0) continue;
      const ElementIndex target = ways_[way];
      entered_.insert(target);
      Marking rest = marking;
      if (node(target).joins() && way != begins_.at(target)) {
        if (!judged.insert(target).second || !may_fire(target, marking, joins_block)) continue;
        for (const FlowIndex flow : node(target).incoming) {
          const std::size_t from = way_of_flow_.at(flow);
          if (rest[from] != 0) --rest[from];
        }
      } else {
        --rest[way];
      }
      fired_.insert(target);
      leave(target, rest, next);
    }
    return next;
  }

  bool joins_are_ready(const Marking& marking, bool joins_block) const {
    for (std::size_t way = 0; way < marking.size(); ++way) {
      const ElementIndex target = ways_[way];
      if (marking[way] != 0 && is_inclusive_join(node(target)) && way != begins_.at(target) &&
          may_fire(target, marking, joins_block))
        return true;
    }
    return false;
  }

  bool may_fire(ElementIndex join, const Marking& marking, bool joins_block) const {
    const Node& at = node(join);
    std::vector<bool> marked;
    for (const FlowIndex flow : at.incoming) marked.push_back(marking[way_of_flow_.at(flow)] != 0);
    const bool all = std::all_of(marked.begin(), marked.end(), [](bool one) { return one; });
    if (all || !is_inclusive_join(at)) return all;
    for (std::size_t way = 0; way < marking.size(); ++way) {
      const ElementIndex token = ways_[way];
      if (marking[way] == 0 || token == join) continue;
      if (!joins_block && is_inclusive_join(node(token))) continue;
      bool may_come = false;
      bool relieved = false;
      for (std::size_t i = 0; i < marked.size(); ++i) {
        if (!at.reaches[i][token]) continue;
        (marked[i] ? relieved : may_come) = true;
      }
      if (may_come && !relieved) return false;
    }
    return true;
  }

  /// Every way an element can be left.
  void leave(ElementIndex element, const Marking& rest, std::vector<Marking>& next) {
    const Node& at = node(element);
    for (const EventSpec& spec : at.specs)
      if (at.type == ElementType::end_event &&
          (spec.trigger == Trigger::terminate || spec.trigger == Trigger::error || spec.trigger == Trigger::cancel)) {
        next.emplace_back(rest.size(), '\0');
        return;
      }
    for (const auto& ways : ways_out(at)) {
      Marking after = rest;
      for (const FlowIndex flow : ways) add(after, way_of_flow_.at(flow));
      if (at.link_target != no_element) add(after, begins_.at(at.link_target));
      next.push_back(after);
      for (const ElementIndex boundary : at.boundaries)
        if (!node(boundary).interrupting && !node(boundary).has(Trigger::compensation)) {
          Marking beside = after;
          add(beside, begins_.at(boundary));
          next.push_back(std::move(beside));
        }
    }
    for (const ElementIndex boundary : at.boundaries) {
      if (!node(boundary).interrupting || node(boundary).has(Trigger::compensation)) continue;
      Marking instead = rest;
      add(instead, begins_.at(boundary));
      next.push_back(std::move(instead));
    }
  }

  std::vector<std::vector<FlowIndex>> ways_out(const Node& at) const {
    if (at.outgoing.empty()) return {{}};
    std::vector<std::vector<FlowIndex>> all;
    if (at.type == ElementType::exclusive_gateway || (at.type == ElementType::event_gateway && !at.parallel)) {
      for (const FlowIndex flow : at.outgoing) all.push_back({flow});
      return all;
    }
    std::vector<FlowIndex> sure;
    std::vector<FlowIndex> perhaps;
    const bool parallel = at.type == ElementType::parallel_gateway || at.type == ElementType::event_gateway;
    for (const FlowIndex flow : at.outgoing) {
      const bool open = definition_.flows[flow].is_conditional || flow == at.default_flow;
      (open && !parallel ? perhaps : sure).push_back(flow);
    }
    if (perhaps.empty()) return {sure};
    if (perhaps.size() > branches_max) {
      for (const FlowIndex flow : perhaps) {
        all.push_back(sure);
        all.back().push_back(flow);
      }
      all.push_back(at.outgoing);
      return all;
    }
    for (std::size_t chosen = 0; chosen < (std::size_t{1} << perhaps.size()); ++chosen) {
      std::vector<FlowIndex> ways = sure;
      for (std::size_t i = 0; i < perhaps.size(); ++i)
        if ((chosen >> i & 1) != 0) ways.push_back(perhaps[i]);
      if (!ways.empty()) all.push_back(std::move(ways));
    }
    return all;
  }

  const Definition& definition_;
  std::vector<ElementIndex> members_;
  std::vector<ElementIndex> ways_;  // by way: where it leads
  std::unordered_map<FlowIndex, std::size_t> way_of_flow_;
  std::unordered_map<ElementIndex, std::size_t> begins_;
  std::set<ElementIndex> entered_;
  std::set<ElementIndex> fired_;
  std::set<ElementIndex> doubled_;
  std::set<ElementIndex> waiting_;
  bool complex_ = false;
  bool cut_ = false;
};

class Judge {
 public:
  explicit Judge(const Definition& definition) : definition_(definition) {}

  std::vector<Finding> run() {
    judge(no_element);
    for (std::size_t i = 0; i < definition_.nodes.size(); ++i)
      if (definition_.nodes[i].behaviour == Behaviour::scope) judge(static_cast<ElementIndex>(i));
    return std::move(findings_);
  }

 private:
  void judge(ElementIndex scope) {
    Net net(definition_, scope);
    if (net.is_complex()) return;
    const Node& around = definition_.node(scope);
    for (const auto& begins : beginnings(net, around)) net.explore(begins);
    for (const ElementIndex element : net.doubled()) tell_doubled(element);
    for (const ElementIndex element : net.waiting()) tell_waiting(net, element);
    if (!net.is_whole()) return;
    for (const ElementIndex element : net.members()) {
      const Node& at = definition_.node(element);
      const bool aside = at.type == ElementType::event_sub_process || at.type == ElementType::boundary_event ||
                         at.for_compensation || at.incoming.empty();
      if (!aside && !net.was_entered(element))
        add(element, "bpmn.dead_step", false, "从任何开始都走不到这一步", "no way from any start leads to this step");
    }
  }

  /// Each start event of a process begins alone; the entries of a sub-process begin together, those of an ad-hoc
  /// sub-process in any number, so one by one is enough to see what they lead to.
  std::vector<std::vector<ElementIndex>> beginnings(const Net& net, const Node& around) const {
    std::vector<std::vector<ElementIndex>> all;
    const bool together = around.type == ElementType::sub_process || around.type == ElementType::transaction;
    if (together && !around.entries.empty()) all.push_back(around.entries);
    if (together) return all;
    for (const ElementIndex element : net.members()) {
      const Node& at = definition_.node(element);
      const bool entry = std::find(around.entries.begin(), around.entries.end(), element) != around.entries.end();
      if (at.type == ElementType::start_event || entry) all.push_back({element});
    }
    return all;
  }

  void add(ElementIndex element, std::string code, bool fatal, std::string zh, std::string en) {
    const std::string& name = definition_.elements[element].name;
    const std::string zh_name = name.empty() ? "" : "“" + name + "”";
    const std::string en_name = name.empty() ? "" : " '" + name + "'";
    findings_.push_back({.place = {.path = definition_.elements[element].id,
                                   .code = std::move(code),
                                   .message = {zh_name + zh, (en_name.empty() ? "" : en_name.substr(1) + ": ") + en}},
                         .fatal = fatal});
  }

  void tell_doubled(ElementIndex element) {
    add(element, "bpmn.not_synchronised", false, "可能被并行的分支重复执行：前面分开的分支没有汇合就走到这里",
        "may be done more than once: branches that run side by side arrive here without being joined before");
  }

  void tell_waiting(const Net& net, ElementIndex element) {
    if (net.was_left(element))
      add(element, "bpmn.deadlock_possible", false, "可能一直等待：有的走法只到达一部分分支",
          "may wait for ever: some ways through the process reach only a part of its branches");
    else
      add(element, "bpmn.deadlock", true, "永远不会继续：它等待的分支不可能全部到达",
          "can never go on: the branches it waits for can not all arrive");
  }

  const Definition& definition_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> findings_of(const Definition& definition) {
  return Judge(definition).run();
}

}  // namespace bpmn
