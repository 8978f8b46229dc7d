#include "node.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "kernel/base/unicode.h"

namespace documents {

std::string Node::below(std::string_view key) const {
  if (key.empty()) return place_;
  return place_ + (place_.find('#') == std::string::npos ? "#" : "/") + std::string(key);
}

void Node::fault(std::string_view key, std::string code, base::Text message) const {
  const YAML::Mark mark = node_.IsDefined() ? node_.Mark() : YAML::Mark::null_mark();
  if (!mark.is_null()) {
    const std::string line = std::to_string(mark.line + 1);
    message.zh += "（第" + line + "行起）";
    message.en += " (from line " + line + ")";
  }
  faults_->push_back({.path = below(key), .code = std::move(code), .message = std::move(message)});
}

bool Node::has(const char* key) const {
  const YAML::Node& node = node_;
  return node.IsMap() && node[key].IsDefined() && !node[key].IsNull();
}

void Node::only(const std::vector<std::string_view>& keys) const {
  if (!node_.IsMap()) return fault("", "documents.not_a_mapping", {"此处须为“键: 值”的映射", "This must be a mapping"});
  std::vector<std::string> seen;
  for (const auto& entry : node_) {
    const std::string key = entry.first.Scalar();
    if (std::find(keys.begin(), keys.end(), key) == keys.end())
      fault(key, "documents.key_unknown", {"不认识的键“" + key + "”", "Unknown key “" + key + "”"});
    if (std::find(seen.begin(), seen.end(), key) != seen.end())
      fault(key, "documents.key_twice", {"键“" + key + "”出现了两次", "The key “" + key + "” is there twice"});
    seen.push_back(key);
  }
}

Node Node::at(const char* key) const {
  const YAML::Node& node = node_;
  return {has(key) ? YAML::Node(node[key]) : YAML::Node(), below(key), *faults_};
}

std::vector<Node> Node::items(const char* key, bool required) const {
  std::vector<Node> all;
  if (!has(key)) {
    if (required)
      fault(key, "documents.key_missing", {"缺少“" + std::string(key) + "”", std::string(key) + " is missing"});
    return all;
  }
  const Node list = at(key);
  if (!list.node_.IsSequence() || list.node_.size() == 0) {
    fault(key, "documents.list_expected", {"此处须为不为空的列表", "This must be a list that is not empty"});
    return all;
  }
  for (std::size_t index = 0; index < list.node_.size(); ++index)
    all.emplace_back(list.node_[index], list.below(std::to_string(index + 1)), *faults_);
  return all;
}

std::string Node::text(const char* key, bool required) const {
  if (!has(key)) {
    if (required)
      fault(key, "documents.key_missing", {"缺少“" + std::string(key) + "”", std::string(key) + " is missing"});
    return {};
  }
  const YAML::Node value = at(key).node_;
  if (!value.IsScalar() || value.Scalar().empty()) {
    fault(key, "documents.text_expected", {"此处须为不为空的文字", "This must be a text that is not empty"});
    return {};
  }
  return value.Scalar();
}

double Node::number(const char* key, Range range, double fallback) const {
  if (!has(key)) return fallback;
  const std::string digits = text(key, true);
  double number = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (problem == std::errc() && end == digits.data() + digits.size() && std::isfinite(number) && range.min <= number &&
      number <= range.max)
    return number;
  const auto plain = [](double limit) { return std::to_string(static_cast<int>(limit)); };
  const std::string span = plain(range.min) + "–" + plain(range.max);
  fault(key, "documents.number_expected", {"此处须为" + span + "之间的数", "This must be a number within " + span});
  return fallback;
}

bool Node::flag(const char* key, bool fallback) const {
  return choice(key, {"false", "true"}, fallback ? 1 : 0) == 1;
}

std::size_t Node::choice(const char* key, std::initializer_list<std::string_view> words, std::size_t fallback) const {
  if (!has(key)) return fallback;
  const std::string word = text(key, true);
  const auto found = std::find(words.begin(), words.end(), word);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  std::string list;
  for (const std::string_view possible : words) list += (list.empty() ? "" : ", ") + std::string(possible);
  fault(key, "documents.choice_unknown", {"此处须为以下之一：" + list, "This must be one of: " + list});
  return fallback;
}

Color Node::color(const char* key, Color fallback) const {
  if (!has(key)) return fallback;
  const std::string code = text(key, true);
  unsigned value = 0;
  const char* begin = code.data() + 1;
  const char* end = code.data() + code.size();
  if (code.size() == 7 && code[0] == '#' && std::from_chars(begin, end, value, 16).ptr == end)
    return {(value >> 16) / 255.0, (value >> 8 & 255) / 255.0, (value & 255) / 255.0};
  fault(key, "documents.color_expected", {"颜色须写作“#rrggbb”", "A colour is written “#rrggbb”"});
  return fallback;
}

std::optional<feel::Expression> Node::compile(std::string_view key, std::string_view text) const {
  auto compiled = feel::compile(text, {}, feel::Dialect::camunda);
  if (compiled) return std::move(compiled).value();
  base::Text message = compiled.error().message;
  if (!compiled.error().places.empty()) message = compiled.error().places.front().message;
  fault(key, compiled.error().code,
        {"表达式“" + std::string(text) + "”有误：" + message.zh, "In “" + std::string(text) + "”: " + message.en});
  return std::nullopt;
}

Phrase Node::phrase(const char* key, bool required) const {
  Phrase phrase{.place = below(key)};
  const std::string whole = text(key, required);
  if (!base::is_utf8(whole)) {
    fault(key, "documents.not_utf8", {"文字不是 UTF-8 编码", "The text is not UTF-8"});
    return phrase;
  }
  std::string_view rest = whole;
  while (!rest.empty()) {
    const std::size_t open = rest.find("{{");
    if (open != 0) phrase.segments.push_back({.literal = std::string(rest.substr(0, open))});
    if (open == std::string_view::npos) break;
    const std::size_t close = rest.find("}}", open);
    if (close == std::string_view::npos) {
      fault(key, "documents.brace_open", {"“{{”没有对应的“}}”", "“{{” has no “}}”"});
      break;
    }
    if (auto compiled = compile(key, rest.substr(open + 2, close - open - 2)))
      phrase.segments.push_back({.literal = {}, .expression = std::move(compiled)});
    rest.remove_prefix(close + 2);
  }
  return phrase;
}

Words Node::words(const char* key, bool required) const {
  const std::string english = std::string(key) + "_en";
  return {phrase(key, required), phrase(english.c_str(), false)};
}

std::optional<feel::Expression> Node::expression(const char* key) const {
  if (!has(key)) return std::nullopt;
  const std::string source = text(key, true);
  if (source.empty()) return std::nullopt;
  return compile(key, source);
}

std::optional<Condition> Node::condition() const {
  auto compiled = expression("when");
  if (!compiled) return std::nullopt;
  return Condition{below("when"), *std::move(compiled)};
}

std::optional<Loop> Node::loop() const {
  if (!has("each")) {
    if (has("as")) fault("as", "documents.key_unknown", {"没有“each”便不能有“as”", "“as” stands only beside “each”"});
    return std::nullopt;
  }
  auto compiled = expression("each");
  const std::string as = has("as") ? text("as", true) : "item";
  if (!compiled) return std::nullopt;
  return Loop{below("each"), *std::move(compiled), as};
}

}  // namespace documents
