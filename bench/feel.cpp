// FEEL and DMN, each figure beside a hand-written C++ function that answers the same question.
#include <time.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench.h"
#include "kernel/dmn/dmn.h"
#include "kernel/feel/feel.h"
#include "memory.h"

namespace bench {
namespace {

using feel::Context;
using feel::Value;

double processor_nanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

/// Nanoseconds of processor time for one `run(i)`: the best of many short rounds, so that other work on the machine
/// counts least.
template <class Run>
double nanoseconds(int count, Run run) {
  constexpr int rounds = 60;
  double best = 1e18;
  for (int round = 0; round < rounds; ++round) {
    const double start = processor_nanoseconds();
    for (int i = 0; i < count; ++i) run(i);
    best = std::min(best, (processor_nanoseconds() - start) / count);
  }
  return best;
}

/// What is counted must not be left out by the compiler.
volatile std::int64_t kept = 0;
void keep(std::int64_t number) {
  kept = kept + number;
}

template <class T>
T must(base::Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message.en);
  return std::move(result).value();
}

std::string figure(double ns) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), ns < 1'000 ? "%.0f ns" : "%.2f µs", ns < 1'000 ? ns : ns / 1'000);
  return text.data();
}

std::string beside(double floor, const std::string& bar) {
  return figure(floor) + " hand-written C++; bar: " + bar;
}

// --- A unary test ------------------------------------------------------------------------------------------------

std::optional<bool> is_of_age(const Value& input) {
  static const feel::Decimal low(18);
  static const feel::Decimal high(65);
  if (input.kind() != feel::Kind::number) return std::nullopt;
  return input.as_number() >= low && input.as_number() < high;
}

void unary_test(Table& table) {
  constexpr int count = 100'000;
  const feel::Expression test = must(feel::compile_unary_tests("[18..65)"));
  const feel::World world;
  const Context nothing;
  std::vector<Value> ages;
  for (int age = 0; age < 100; ++age) ages.emplace_back(age);
  const auto age = [&](int i) -> const Value& { return ages[static_cast<std::size_t>(i % 100)]; };
  const double floor = nanoseconds(count, [&](int i) { keep(is_of_age(age(i)).value_or(false)); });
  const double ours = nanoseconds(
      count, [&](int i) { keep(feel::evaluate_unary_tests(test, age(i), nothing, world).value.is_true()); });
  constexpr double bar = 200;
  table.push_back({"a compiled unary test, `[18..65)`", figure(ours), beside(floor, "200 ns"), ours <= bar});
}

// --- Decision tables ---------------------------------------------------------------------------------------------

constexpr std::string_view head =
    R"(<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="bench" namespace="bench">)";

std::string input_data(const std::string& name, const std::string& type) {
  return "<inputData id=\"" + name + "\" name=\"" + name + "\"><variable name=\"" + name + "\" typeRef=\"" + type +
         "\"/></inputData>";
}

std::string requirement(const std::string& name) {
  return "<informationRequirement><requiredInput href=\"#" + name + "\"/></informationRequirement>";
}

std::string column(const std::string& name, const std::string& type) {
  return "<input><inputExpression typeRef=\"" + type + "\"><text>" + name + "</text></inputExpression></input>";
}

std::string cell(const char* element, const std::string& text) {
  return std::string("<") + element + "><text>" + text + "</text></" + element + ">";
}

/// Fee by area of the shop: four rows, one input.
std::string simple_model() {
  std::string xml(head);
  xml += input_data("area", "number") +
         "<decision id=\"fee\" name=\"fee\"><variable name=\"fee\" typeRef=\"number\"/>" + requirement("area") +
         "<decisionTable hitPolicy=\"UNIQUE\">" + column("area", "number") + "<output typeRef=\"number\"/>";
  const std::array<std::array<const char*, 2>, 4> rows{
      {{"&lt; 50", "100"}, {"[50..150)", "200"}, {"[150..500)", "400"}, {"&gt;= 500", "800"}}};
  for (const auto& [test, fee] : rows)
    xml += "<rule>" + cell("inputEntry", test) + cell("outputEntry", fee) + "</rule>";
  return xml + "</decisionTable></decision></definitions>";
}

int simple_fee(const Value& area) {
  static const std::array<feel::Decimal, 3> steps{feel::Decimal(50), feel::Decimal(150), feel::Decimal(500)};
  if (area.kind() != feel::Kind::number) return 0;
  if (area.as_number() < steps[0]) return 100;
  if (area.as_number() < steps[1]) return 200;
  return area.as_number() < steps[2] ? 400 : 800;
}

constexpr std::array kinds{"restaurant", "canteen", "bakery", "grocery", "stall"};

/// Twenty rows: five kinds of shop, areas in two steps, by new or renewed; four inputs.
std::string wide_model() {
  std::string xml(head);
  const std::array<std::array<const char*, 2>, 4> inputs{
      {{"kind", "string"}, {"area", "number"}, {"staff", "number"}, {"renewal", "boolean"}}};
  for (const auto& [name, type] : inputs) xml += input_data(name, type);
  xml += "<decision id=\"risk\" name=\"risk\"><variable name=\"risk\" typeRef=\"string\"/>";
  for (const auto& [name, type] : inputs) xml += requirement(name);
  xml += "<decisionTable hitPolicy=\"UNIQUE\">";
  for (const auto& [name, type] : inputs) xml += column(name, type);
  xml += "<output typeRef=\"string\"/>";
  int row = 0;
  for (const char* kind : kinds)
    for (const char* area : {"&lt; 100", "&gt;= 100"})
      for (const char* renewal : {"true", "false"})
        xml += "<rule>" + cell("inputEntry", "\"" + std::string(kind) + "\"") + cell("inputEntry", area) +
               cell("inputEntry", "[0..500]") + cell("inputEntry", renewal) +
               cell("outputEntry", "\"class " + std::to_string(++row) + "\"") + "</rule>";
  return xml + "</decisionTable></decision></definitions>";
}

int wide_row(const Value& kind, const Value& area, const Value& staff, const Value& renewal) {
  static const feel::Decimal hundred(100);
  static const feel::Decimal none(0);
  static const feel::Decimal most(500);
  if (staff.as_number() < none || staff.as_number() > most) return 0;
  for (std::size_t i = 0; i < kinds.size(); ++i)
    if (kind.as_string() == kinds[i])
      return static_cast<int>(i) * 4 + (area.as_number() < hundred ? 0 : 2) + (renewal.as_boolean() ? 1 : 2);
  return 0;
}

std::shared_ptr<const dmn::Model> compiled(const std::string& xml) {
  const dmn::Source source{"bench.dmn", xml};
  return must(dmn::compile(std::span(&source, 1)));
}

void wide_table(Table& table) {
  constexpr int count = 4'000;
  const auto model = compiled(wide_model());
  std::vector<Context> cases;
  for (int i = 0; i < 40; ++i)
    cases.push_back({{"kind", kinds[static_cast<std::size_t>(i % 5)]},
                     {"area", Value(i * 5)},
                     {"staff", Value(i)},
                     {"renewal", Value(i % 2 == 0)}});
  const auto given = [&](int i) -> const Context& { return cases[static_cast<std::size_t>(i % 40)]; };
  const double floor = nanoseconds(count, [&](int i) {
    const Context& one = given(i);
    keep(wide_row(*one.find("kind"), *one.find("area"), *one.find("staff"), *one.find("renewal")));
  });
  const feel::World world;
  const double ours = nanoseconds(count, [&](int i) {
    keep(must(dmn::evaluate(*model, "risk", given(i), world)).value.kind() == feel::Kind::string);
  });
  constexpr double bar = 2'000;
  table.push_back(
      {"a table of 20 rows and 4 inputs, with its explanation", figure(ours), beside(floor, "2 µs"), ours <= bar});
}

void simple_table(Table& table) {
  constexpr int count = 10'000;
  const auto model = compiled(simple_model());
  std::vector<Context> cases;
  for (int i = 0; i < 40; ++i) cases.push_back({{"area", Value(i * 15)}});
  const auto given = [&](int i) -> const Context& { return cases[static_cast<std::size_t>(i % 40)]; };
  const double floor = nanoseconds(count, [&](int i) { keep(simple_fee(*given(i).find("area"))); });
  const feel::World world;
  const double ours = nanoseconds(count, [&](int i) {
    keep(must(dmn::evaluate(*model, "fee", given(i), world)).value.kind() == feel::Kind::number);
  });
  constexpr double bar = 1'000'000;
  const double rate = 1e9 / ours;
  table.push_back({"decisions of a simple table (4 rows, 1 input) on one core", grouped(rate) + " /s",
                   grouped(1e9 / floor) + " /s hand-written C++; bar: 1,000,000 /s", rate >= bar});
}

void model_memory(Table& table) {
  constexpr std::size_t count = 200;
  std::vector<std::shared_ptr<const dmn::Model>> models;
  models.reserve(count);
  compiled(wide_model());
  const CountedMemory memory;
  for (std::size_t i = 0; i < count; ++i) models.push_back(compiled(wide_model()));
  const auto bytes = static_cast<std::size_t>(memory.bytes()) / count;
  table.push_back({"memory of a compiled model with a table of 20 rows and 5 columns",
                   std::to_string(bytes / 1'024) + " KB", std::to_string(wide_model().size() / 1'024) + " KB of XML"});
}

}  // namespace

Table feel() {
  Table table;
  unary_test(table);
  wide_table(table);
  simple_table(table);
  model_memory(table);
  return table;
}

}  // namespace bench
