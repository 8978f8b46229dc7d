#include <gtest/gtest.h>

#include "kernel/bpmn/bpmn.h"

namespace {

constexpr const char* model = R"(<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t">
<process id="p" isExecutable="true">
  <startEvent id="s"><outgoing>a</outgoing></startEvent>
  <intermediateCatchEvent id="w"><incoming>a</incoming><outgoing>b</outgoing>
    <timerEventDefinition><timeDate>=add working days(today(), 2)</timeDate></timerEventDefinition>
  </intermediateCatchEvent>
  <endEvent id="e"><incoming>b</incoming></endEvent>
  <sequenceFlow id="a" sourceRef="s" targetRef="w"/><sequenceFlow id="b" sourceRef="w" targetRef="e"/>
</process></definitions>)";

calendar::Date day(int number) {
  return *calendar::date_of({2026, 11, number});
}

calendar::Calendar with_holidays(std::vector<int> days) {
  calendar::YearPlan plan{.year = 2026};
  for (const int number : days) plan.days.push_back({day(number), calendar::DayKind::holiday, "临时放假"});
  return calendar::Calendar::of({plan}).value();
}

const bpmn::TimerOpened* timer_in(const std::vector<bpmn::Event>& events) {
  for (const bpmn::Event& event : events)
    if (const auto* timer = std::get_if<bpmn::TimerOpened>(&event)) return timer;
  return nullptr;
}

TEST(replan_timer, counts_from_the_day_it_was_opened_on_the_new_calendar) {
  const auto definition = bpmn::compile(model).value();
  const calendar::Calendar before = with_holidays({});
  const calendar::Calendar after = with_holidays({26});
  const base::Instant opened = calendar::start_of(day(24)).plus_us(std::int64_t{9} * 3600 * base::us_per_second);
  const base::Instant later = opened.plus_us(std::int64_t{24} * 3600 * base::us_per_second);

  bpmn::Instance instance;
  const auto started =
      bpmn::decide(*definition, instance, bpmn::Start{}, {.feel = {.now = opened, .working_days = &before}}).value();
  for (const bpmn::Event& event : started) bpmn::apply(*definition, instance, event);
  ASSERT_NE(timer_in(started), nullptr);
  EXPECT_EQ(timer_in(started)->due, calendar::start_of(day(27)));

  const bpmn::ReplanTimer replan{.key = timer_in(started)->key, .opened_at = opened};
  EXPECT_TRUE(
      bpmn::decide(*definition, instance, replan, {.feel = {.now = later, .working_days = &before}}).value().empty());
  const auto moved =
      bpmn::decide(*definition, instance, replan, {.feel = {.now = later, .working_days = &after}}).value();
  ASSERT_EQ(moved.size(), 1u);
  EXPECT_EQ(timer_in(moved)->due, calendar::start_of(day(28)));

  for (const bpmn::Event& event : moved) bpmn::apply(*definition, instance, event);
  EXPECT_EQ(bpmn::decode_instance(bpmn::encode(instance)).value(), instance);
  const bpmn::FireTimer fire{.key = replan.key};
  EXPECT_TRUE(bpmn::decide(*definition, instance, fire, {.feel = {.now = later, .working_days = &after}}));
}

TEST(replan_timer, refuses_what_does_not_wait) {
  const auto definition = bpmn::compile(model).value();
  const auto refused = bpmn::decide(*definition, bpmn::Instance(), bpmn::ReplanTimer{.key = 7, .opened_at = {}}, {});
  ASSERT_FALSE(refused);
}

}  // namespace
