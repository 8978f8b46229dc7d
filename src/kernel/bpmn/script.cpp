#include "script.h"

#include <algorithm>
#include <array>

#include "timer.h"

namespace bpmn {
namespace {

struct Word {
  std::string_view name;
  ScriptStep::Kind kind;
};
constexpr std::array words{Word{"start", ScriptStep::Kind::start},     Word{"complete", ScriptStep::Kind::complete},
                           Word{"error", ScriptStep::Kind::error},     Word{"trigger", ScriptStep::Kind::trigger},
                           Word{"message", ScriptStep::Kind::message}, Word{"signal", ScriptStep::Kind::signal},
                           Word{"take", ScriptStep::Kind::take},       Word{"advance", ScriptStep::Kind::advance},
                           Word{"set", ScriptStep::Kind::set},         Word{"cancel", ScriptStep::Kind::cancel}};

class ScriptReader {
 public:
  base::Result<Script> run(const feel::Value& root) {
    if (root.kind() != feel::Kind::context) {
      fault("", "剧本应当是一个对象", "the script must be an object");
    } else {
      for (const auto& [name, value] : root.as_context().entries()) read_entry(name, value);
    }
    if (places_.empty()) return std::move(script_);
    return base::Error{.kind = base::Refusal::invalid,
                       .code = "bpmn.script_invalid",
                       .message = {"剧本有误，请改正后再演", "the script is wrong; correct it and play again"},
                       .places = places_};
  }

 private:
  void fault(const std::string& path, std::string zh, std::string en) {
    places_.push_back({.path = path, .code = "bpmn.script_invalid", .message = {std::move(zh), std::move(en)}});
  }

  void read_entry(const std::string& name, const feel::Value& value) {
    const std::string path = "/" + name;
    if (name == "process") {
      if (!value.is_null()) script_.process = text_of(value, path);
    } else if (name == "variables") {
      script_.variables = context_of(value, path);
    } else if (name == "now") {
      script_.now = parse_moment(text_of(value, path), DayEnd::begins);
      if (!script_.now) fault(path, "不是日期或时间", "no date or date and time");
    } else if (name == "steps") {
      if (value.kind() != feel::Kind::list) return fault(path, "应当是一个列表", "must be a list");
      for (std::size_t i = 0; i < value.as_list().size(); ++i)
        read_step(value.as_list()[i], path + "/" + std::to_string(i));
    } else {
      fault(path, "不认识“" + name + "”", "'" + name + "' is not known here");
    }
  }

  std::string text_of(const feel::Value& value, const std::string& path) {
    if (value.kind() == feel::Kind::string) return value.as_string();
    if (value.kind() == feel::Kind::number) return feel::to_text(value);
    fault(path, "应当是文本", "must be a text");
    return {};
  }

  feel::Context context_of(const feel::Value& value, const std::string& path) {
    if (value.is_null()) return {};
    if (value.kind() == feel::Kind::context) return value.as_context();
    fault(path, "应当是一个对象", "must be an object");
    return {};
  }

  void read_step(const feel::Value& value, const std::string& path) {
    if (value.kind() != feel::Kind::context) return fault(path, "步骤应当是一个对象", "a step must be an object");
    ScriptStep step;
    int kinds = 0;
    for (const auto& [name, content] : value.as_context().entries()) {
      const auto& wanted = name;  // Clang 14 captures no structured binding
      const auto word = std::find_if(words.begin(), words.end(), [&](const Word& one) { return one.name == wanted; });
      if (word != words.end()) {
        ++kinds;
        step.kind = word->kind;
        read_kind(step, content, path + "/" + name);
      } else {
        read_detail(step, name, content, path + "/" + name);
      }
    }
    if (kinds != 1)
      fault(path,
            "步骤应当恰有一种动作（start、complete、error、trigger、message、signal、take、advance、set、cancel）",
            "a step must have exactly one of start, complete, error, trigger, message, signal, take, advance, set, "
            "cancel");
    script_.steps.push_back(std::move(step));
  }

  void read_kind(ScriptStep& step, const feel::Value& content, const std::string& path) {
    if (step.kind == ScriptStep::Kind::set) {
      step.variables = context_of(content, path);
    } else if (step.kind == ScriptStep::Kind::cancel) {
      if (!content.is_true()) fault(path, "应当是true", "must be true");
    } else if (step.kind == ScriptStep::Kind::take) {
      const feel::Context ways = context_of(content, path);
      for (const auto& [gateway, flows] : ways.entries()) step.ways[gateway] = texts_of(flows, path + "/" + gateway);
    } else {
      step.name = text_of(content, path);
      const bool moment = parse_period(step.name) || parse_moment(step.name, DayEnd::begins);
      if (step.kind == ScriptStep::Kind::advance && !moment)
        fault(path, "不是ISO 8601时长或时间", "no ISO 8601 duration or date and time");
    }
  }

  std::vector<std::string> texts_of(const feel::Value& value, const std::string& path) {
    if (value.kind() != feel::Kind::list) return {text_of(value, path)};
    std::vector<std::string> texts;
    for (const feel::Value& item : value.as_list()) texts.push_back(text_of(item, path));
    return texts;
  }

  void read_detail(ScriptStep& step, const std::string& name, const feel::Value& content, const std::string& path) {
    if (name == "variables") {
      const feel::Context variables = context_of(content, path);
      for (const auto& [key, value] : variables.entries()) step.variables.put(key, value);
    } else if (name == "code") {
      step.code = text_of(content, path);
    } else if (name == "key") {
      if (!content.is_null()) step.key = text_of(content, path);
    } else if (name == "index") {
      const auto index = content.kind() == feel::Kind::number ? content.as_number().to_int64() : std::nullopt;
      if (!index || *index < 0) return fault(path, "应当是从0数起的序号", "must be a number from 0");
      step.index = static_cast<std::size_t>(*index);
    } else {
      fault(path, "不认识“" + name + "”", "'" + name + "' is not known here");
    }
  }

  Script script_;
  std::vector<base::Place> places_;
};

}  // namespace

base::Result<Script> parse_script(std::string_view text) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return Script{};
  TRY(const feel::Value root, feel::parse_json(text));
  return ScriptReader().run(root);
}

}  // namespace bpmn
