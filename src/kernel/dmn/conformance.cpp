#include "kernel/dmn/conformance.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <pugixml.hpp>

#include "document.h"

namespace dmn {
namespace {

using feel::Kind;
using feel::Value;

constexpr int value_depth_max = 64;

std::string_view local_name(const char* name) {
  const std::string_view all = name;
  const std::size_t colon = all.find(':');
  return colon == std::string_view::npos ? all : all.substr(colon + 1);
}

pugi::xml_node child(pugi::xml_node node, std::string_view name) {
  for (const pugi::xml_node each : node.children())
    if (each.type() == pugi::node_element && local_name(each.name()) == name) return each;
  return {};
}

std::string_view attribute_of(pugi::xml_node node, std::string_view name) {
  for (const pugi::xml_attribute each : node.attributes())
    if (local_name(each.name()) == name) return each.value();
  return {};
}

std::string all_text(pugi::xml_node node) {
  std::string text;
  for (const pugi::xml_node part : node.children())
    if (part.type() == pugi::node_pcdata || part.type() == pugi::node_cdata) text += part.value();
  return text;
}

/// FEEL reads the kit's dates, times and durations itself.
Value temporal(const char* function, const std::string& text) {
  const base::Result<feel::Expression> expression =
      feel::compile(std::string(function) + "(text)", feel::Names{{"text", {}}});
  if (!expression) return {};
  const feel::World world = {};
  return feel::evaluate(*expression, feel::Context({{"text", Value(text)}}), world).value;
}

std::optional<Value> simple_value(pugi::xml_node node) {
  const std::string_view nil = attribute_of(node, "nil");
  if (nil == "true" || nil == "1") return Value();
  const std::string text = all_text(node);
  const std::string plain(trimmed(text));
  std::string_view type = attribute_of(node, "type");
  if (const std::size_t colon = type.find(':'); colon != std::string_view::npos) type = type.substr(colon + 1);
  if (type.empty() || type == "string") return Value(text);
  if (type == "boolean") return Value(plain == "true" || plain == "1");
  if (type == "decimal" || type == "double" || type == "float" || type == "integer" || type == "int" ||
      type == "long") {
    const std::optional<feel::Decimal> number = feel::Decimal::parse(plain);
    return number ? std::optional<Value>(*number) : std::nullopt;
  }
  Value value;
  if (type == "date") value = temporal("date", plain);
  if (type == "time") value = temporal("time", plain);
  if (type == "dateTime") value = temporal("date and time", plain);
  if (type == "duration" || type == "dayTimeDuration" || type == "yearMonthDuration")
    value = temporal("duration", plain);
  return value.is_null() ? std::nullopt : std::optional<Value>(std::move(value));
}

/// A value as the kit writes it: `value`, `component`s or a `list`. Nothing when it cannot be read.
std::optional<Value> read_value(pugi::xml_node node, int depth = 0) {
  if (depth > value_depth_max) return std::nullopt;
  if (const pugi::xml_node value = child(node, "value")) return simple_value(value);
  if (const pugi::xml_node list = child(node, "list")) {
    if (attribute_of(list, "nil") == "true") return Value();
    feel::List items;
    for (const pugi::xml_node item : list.children()) {
      if (item.type() != pugi::node_element) continue;
      std::optional<Value> value = read_value(item, depth + 1);
      if (!value) return std::nullopt;
      items.push_back(*std::move(value));
    }
    return Value(std::move(items));
  }
  if (!child(node, "component")) return Value();
  feel::Context components;
  for (const pugi::xml_node component : node.children()) {
    if (component.type() != pugi::node_element || local_name(component.name()) != "component") continue;
    std::optional<Value> value = read_value(component, depth + 1);
    if (!value) return std::nullopt;
    components.put(std::string(attribute_of(component, "name")), *std::move(value));
  }
  return Value(std::move(components));
}

bool close_enough(const feel::Decimal& left, const feel::Decimal& right) {
  if (left == right) return true;
  static const feel::Decimal tolerance = *feel::Decimal::parse("0.00000001");
  const std::optional<feel::Decimal> difference = subtract(left, right);
  if (!difference) return false;
  return (difference->is_negative() ? difference->negated() : *difference) <= tolerance;
}

bool same(const Value& actual, const Value& expected) {
  if (actual.kind() != expected.kind()) return false;
  if (actual.kind() == Kind::number) return close_enough(actual.as_number(), expected.as_number());
  if (actual.kind() == Kind::list) {
    const feel::List& left = actual.as_list();
    const feel::List& right = expected.as_list();
    return std::equal(left.begin(), left.end(), right.begin(), right.end(), same);
  }
  if (actual.kind() == Kind::context) {
    const feel::Context& left = actual.as_context();
    const feel::Context& right = expected.as_context();
    return left.size() == right.size() &&
           std::all_of(right.entries().begin(), right.entries().end(), [&](const feel::Context::Entry& entry) {
             const Value* found = left.find(entry.first);
             return found && same(*found, entry.second);
           });
  }
  return feel::to_text(actual) == feel::to_text(expected);
}

std::string words(const Value& value) {
  return value.kind() == Kind::string ? "\"" + value.as_string() + "\"" : feel::to_text(value);
}

std::string first_diagnostic(const Outcome& outcome) {
  if (outcome.diagnostics.empty()) return {};
  const Diagnostic& first = outcome.diagnostics.front();
  return " [" + first.element + ": " + first.what.code + ": " + first.what.message.en + "]";
}

/// One test file against its compiled model.
class Judge {
 public:
  Judge(const Model& model, Reading reading, const feel::World& world)
      : model_(model), reading_(reading), world_(world) {}

  Verdict judge(pugi::xml_node test_case) {
    Verdict verdict{.kind = Verdict::Kind::success, .test_case = std::string(attribute_of(test_case, "id"))};
    std::vector<Input> inputs;
    for (const pugi::xml_node node : test_case.children()) {
      if (local_name(node.name()) != "inputNode") continue;
      std::optional<Value> value = read_value(node);
      const std::string name(attribute_of(node, "name"));
      if (!value) return failed(verdict, "the input " + name + " cannot be read");
      inputs.push_back({std::string(attribute_of(node, "namespace")), name, *std::move(value)});
    }
    for (const pugi::xml_node node : test_case.children())
      if (local_name(node.name()) == "resultNode")
        if (std::string why = fault_of(test_case, node, inputs, verdict); !why.empty())
          return failed(verdict, std::move(why));
    return verdict;
  }

 private:
  static Verdict failed(Verdict verdict, std::string why) {
    verdict.kind = Verdict::Kind::error;
    verdict.detail = std::move(why);
    return verdict;
  }

  base::Result<Outcome> outcome_of(pugi::xml_node test_case, std::string_view result, std::span<const Input> inputs) {
    const std::string_view type = attribute_of(test_case, "type");
    const std::string_view invocable = attribute_of(test_case, "invocableName");
    if (type == "decisionService")
      return evaluate(model_, Invocable::Kind::service, invocable.empty() ? result : invocable, inputs, world_);
    if (type == "bkm")
      return evaluate(model_, Invocable::Kind::knowledge_model, invocable.empty() ? result : invocable, inputs, world_);
    return evaluate(model_, Invocable::Kind::decision, result, inputs, world_);
  }

  /// Empty when the result is as expected.
  std::string fault_of(pugi::xml_node test_case, pugi::xml_node result, std::span<const Input> inputs,
                       Verdict& verdict) {
    const std::string name(attribute_of(result, "name"));
    const std::string_view error = attribute_of(result, "errorResult");
    const bool wants_error = error == "true" || error == "1";
    const std::optional<Value> expected = read_value(child(result, "expected"));
    if (!expected) return name + ": the expected value cannot be read";
    const base::Result<Outcome> outcome = outcome_of(test_case, name, inputs);
    if (!outcome) return name + ": " + outcome.error().message.en;
    verdict.is_emulated = verdict.is_emulated || outcome->used_java;
    Value actual = outcome->value;
    // A service with several output decisions gives them in one context; the result names one of them.
    if (attribute_of(test_case, "type") == "decisionService" && actual.kind() == Kind::context &&
        result_count(test_case) > 1)
      if (const Value* found = actual.as_context().find(name)) actual = Value(*found);
    const Value wanted = wants_error ? Value() : *expected;
    if (!same(actual, wanted))
      return name + ": expected " + words(wanted) + ", got " + words(actual) + first_diagnostic(*outcome);
    if (wants_error && reading_ == Reading::strict && outcome->diagnostics.empty())
      return name + ": null as expected, but no diagnostic tells why";
    return {};
  }

  static int result_count(pugi::xml_node test_case) {
    int count = 0;
    for (const pugi::xml_node node : test_case.children()) count += local_name(node.name()) == "resultNode";
    return count;
  }

  const Model& model_;
  Reading reading_;
  const feel::World& world_;
};

base::Error invalid(std::string_view why) {
  return {.kind = base::Refusal::invalid,
          .code = "conformance.invalid",
          .message = {"测试文件无法读取", "the test file cannot be read: " + std::string(why)}};
}

}  // namespace

base::Result<std::vector<Verdict>> judge_suite(std::span<const Source> models, std::string_view main_model,
                                               std::string_view test_cases, Reading reading, const feel::World& world) {
  pugi::xml_document document;
  const pugi::xml_parse_result parsed =
      document.load_buffer(test_cases.data(), test_cases.size(), pugi::parse_default | pugi::parse_ws_pcdata_single);
  if (!parsed) return invalid(parsed.description());
  const pugi::xml_node root = document.document_element();
  if (local_name(root.name()) != "testCases") return invalid("its root is not testCases");

  const std::string named(trimmed(child(root, "modelName").child_value()));
  const auto is_named = [&](std::string_view name) {
    return std::any_of(models.begin(), models.end(), [&](const Source& source) { return source.name == name; });
  };
  const std::string meant = is_named(named) ? named : std::string(main_model);
  std::vector<Source> ordered(models.begin(), models.end());
  std::stable_partition(ordered.begin(), ordered.end(), [&](const Source& source) { return source.name == meant; });
  const auto model = compile(ordered, {.dialect = feel::Dialect::standard, .tolerate_faults = true});

  std::vector<Verdict> verdicts;
  for (const pugi::xml_node test_case : root.children()) {
    if (test_case.type() != pugi::node_element || local_name(test_case.name()) != "testCase") continue;
    if (model) {
      verdicts.push_back(Judge(**model, reading, world).judge(test_case));
      continue;
    }
    Verdict verdict{.kind = Verdict::Kind::error,
                    .test_case = std::string(attribute_of(test_case, "id")),
                    .detail = model.error().message.en};
    for (const base::Place& place : model.error().places) verdict.detail += "; " + place.path + " " + place.message.en;
    verdicts.push_back(std::move(verdict));
  }
  return verdicts;
}

std::string csv_row(std::string_view suite, std::string_view test_file, const Verdict& verdict) {
  const auto quoted = [](std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
      if (c == '"') out += '"';
      out += c == '\n' || c == '\r' ? ' ' : c;
    }
    return out + "\"";
  };
  const char* result = verdict.kind == Verdict::Kind::success   ? "SUCCESS"
                       : verdict.kind == Verdict::Kind::ignored ? "IGNORED"
                                                                : "ERROR";
  return quoted(suite) + "," + quoted(test_file) + "," + quoted(verdict.test_case) + "," + quoted(result) + "," +
         quoted(verdict.detail) + "\n";
}

}  // namespace dmn
