// Evaluates a FEEL expression and a DMN decision with the libraries of Yichuang, from nothing to an explained answer.
//
//   decisions fee.dmn
#include <array>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "kernel/dmn/dmn.h"    // decision models
#include "kernel/feel/feel.h"  // the expression language

namespace {

// Nothing is thrown. Whatever can be refused gives a base::Result: a value, or an Error that says why, in Chinese (zh)
// and in English (en), with the places at fault.
int refused(const base::Error& error) {
  std::cerr << error.code << ": " << error.message.en << "\n";
  for (const base::Place& place : error.places) std::cerr << "  " << place.path << ": " << place.message.en << "\n";
  return 1;
}

// An expression is compiled once and evaluated as often as needed, on any number of threads.
int evaluate_an_expression() {
  // FEEL's names may have spaces, so the compiler is told which names there are.
  const feel::Names names = {{.name = "Unit Price"}, {.name = "amount"}};
  const auto expression = feel::compile("Unit Price * amount", names);
  if (!expression) return refused(expression.error());

  // Numbers are decimals of 34 digits: read them from text, and 0.1 stays 0.1. Whole numbers may be written as they
  // are.
  const feel::Context context = {{"Unit Price", *feel::Decimal::parse("19.90")}, {"amount", 3}};

  // What the expression may know of the world: the time for now() and today(), a calendar of working days, and limits
  // on steps, memory and depth. FEEL has no clock of its own; here nothing is needed.
  const feel::World world;
  const feel::Outcome outcome = feel::evaluate(*expression, context, world);
  std::cout << "price: " << feel::to_text(outcome.value) << "\n";

  // What can not be worked out is null, as the standard demands, with a diagnostic that tells where and why.
  const auto wrong = feel::compile("1 + \"one\"");
  if (!wrong) return refused(wrong.error());
  const feel::Outcome nothing = feel::evaluate(*wrong, {}, world);
  std::cout << "1 + \"one\": " << feel::to_text(nothing.value) << ", because of " << nothing.diagnostics.at(0).code
            << "\n";

  // A text that is no expression is refused when it is compiled.
  const auto broken = feel::compile("1 +");
  std::cout << "\"1 +\" is " << (broken ? "an expression" : "refused: " + broken.error().code) << "\n";
  return 0;
}

// A model is compiled once, too; a model with faults is refused as a whole, with every fault and its place.
int evaluate_a_decision(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::cerr << "can not read " << path << "\n";
    return 1;
  }
  // Files that import each other are compiled together; the first is the one meant.
  const std::array sources = {dmn::Source{
      .name = path, .xml = std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>())}};
  const auto model = dmn::compile(sources);
  if (!model) return refused(model.error());

  // Legal, but seldom meant: inputs for which no row is there, rows that overlap, rows that never match.
  for (const dmn::Finding& finding : dmn::analyse(**model))
    std::cout << "finding in " << finding.decision << ": " << finding.message.en << "\n";

  // A decision is asked for by name or id, with its input data by name.
  const auto outcome = dmn::evaluate(**model, "Fee", {{"Shop Area", 80}}, feel::World{});
  if (!outcome) return refused(outcome.error());
  std::cout << "fee: " << feel::to_text(outcome->value) << "\n";

  // Why: each row that matched, what it says its legal basis is, and the inputs that decided it.
  for (const dmn::Match& match : outcome->matches) {
    std::cout << "row " << match.row->number << ": " << match.row->annotations.at(0) << "\n";
    for (std::size_t i = 0; i < match.values.size(); ++i)
      std::cout << "  " << match.row->cells[i].input << " is " << feel::to_text(match.values[i]) << ", which is in "
                << match.row->cells[i].test << "\n";
  }
  // What went wrong inside is told here, with the element it went wrong in.
  for (const dmn::Diagnostic& diagnostic : outcome->diagnostics)
    std::cout << diagnostic.element << ": " << diagnostic.what.message.en << "\n";
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "usage: decisions fee.dmn\n";
    return 2;
  }
  if (const int failed = evaluate_an_expression()) return failed;
  return evaluate_a_decision(arguments[1]);
}
