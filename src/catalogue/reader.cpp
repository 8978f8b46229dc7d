#include "reader.h"

#include <algorithm>
#include <charconv>

namespace catalogue {

base::Result<feel::Expression> compile_expression(std::string_view text) {
  if (text.starts_with('=')) text.remove_prefix(1);
  return feel::compile(text, {}, feel::Dialect::camunda);
}

std::optional<Reader> Reader::parse(const std::string& text, const std::string& file, Faults& faults) {
  try {
    YAML::Node root = YAML::Load(text);
    if (root.IsMap()) return Reader(root, file, faults);
    faults.add(file, "catalogue.not_a_mapping",
               {"文件顶层须为“键: 值”的映射", "The file must be a mapping of keys to values"});
  } catch (const YAML::Exception& problem) {
    const std::string line = std::to_string(problem.mark.line + 1);
    faults.add(
        file, "catalogue.not_yaml",
        {"第" + line + "行不是有效的 YAML：" + problem.msg, "Line " + line + " is not valid YAML: " + problem.msg});
  }
  return std::nullopt;
}

std::string Reader::below(std::string_view key) const {
  const bool marked = place_.find('#') != std::string::npos;
  return place_ + (marked ? "/" : "#") + std::string(key);
}

bool Reader::has(const char* key) const {
  const YAML::Node& node = node_;
  return node.IsMap() && node[key].IsDefined() && !node[key].IsNull();
}

void Reader::only(std::initializer_list<std::string_view> keys) const {
  if (!node_.IsMap()) return fault("catalogue.not_a_mapping", {"此处须为映射", "This must be a mapping"});
  for (const auto& entry : node_) {
    const std::string key = entry.first.Scalar();
    if (std::find(keys.begin(), keys.end(), key) == keys.end())
      faults_->add(below(key), "catalogue.key_unknown", {"不认识的键“" + key + "”", "Unknown key “" + key + "”"});
  }
}

void Reader::fault_at(const char* key, std::string code, base::Text message) const {
  faults_->add(below(key), std::move(code), std::move(message));
}

Reader Reader::at(const char* key) const {
  const YAML::Node& node = node_;
  return {has(key) ? YAML::Node(node[key]) : YAML::Node(), below(key), *faults_};
}

std::string Reader::text(const char* key) const {
  if (!has(key)) {
    fault_at(key, "catalogue.missing", {"缺少此项", "This is missing"});
    return {};
  }
  const YAML::Node node = at(key).node();
  if (!node.IsScalar() || node.Scalar().empty()) {
    fault_at(key, "catalogue.not_text", {"此处须为不为空的文字", "This must be a text that is not empty"});
    return {};
  }
  return node.Scalar();
}

std::string Reader::text_or(const char* key, std::string_view fallback) const {
  return has(key) ? text(key) : std::string(fallback);
}

base::Text Reader::words(const char* key) const {
  if (!has(key)) {
    fault_at(key, "catalogue.missing", {"缺少此项", "This is missing"});
    return {};
  }
  const Reader both = at(key);
  both.only({"zh", "en"});
  return {both.text("zh"), both.text("en")};
}

base::Text Reader::words_or_none(const char* key) const {
  return has(key) ? words(key) : base::Text{};
}

std::int64_t Reader::number(const char* key, std::int64_t min, std::int64_t max) const {
  const std::string digits = text(key);
  if (digits.empty()) return min;
  std::int64_t number = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (problem == std::errc() && end == digits.data() + digits.size() && min <= number && number <= max) return number;
  const std::string range = std::to_string(min) + "–" + std::to_string(max);
  fault_at(key, "catalogue.not_a_number",
           {"此处须为" + range + "之间的整数", "This must be a whole number within " + range});
  return min;
}

std::int64_t Reader::number_or(const char* key, std::int64_t min, std::int64_t max, std::int64_t fallback) const {
  return has(key) ? number(key, min, max) : fallback;
}

bool Reader::flag_or(const char* key, bool fallback) const {
  if (!has(key)) return fallback;
  const std::string word = text(key);
  if (word != "true" && word != "false")
    fault_at(key, "catalogue.not_a_flag", {"此处须为 true 或 false", "This must be true or false"});
  return word == "true";
}

std::vector<Reader> Reader::items() const {
  std::vector<Reader> all;
  if (!node_.IsSequence()) {
    fault("catalogue.not_a_list", {"此处须为列表", "This must be a list"});
    return all;
  }
  for (std::size_t index = 0; index < node_.size(); ++index)
    all.emplace_back(node_[index], below(std::to_string(index + 1)), *faults_);
  return all;
}

std::vector<Reader> Reader::items(const char* key) const {
  return has(key) ? at(key).items() : std::vector<Reader>{};
}

std::vector<std::pair<std::string, Reader>> Reader::entries() const {
  std::vector<std::pair<std::string, Reader>> all;
  if (!node_.IsMap()) {
    fault("catalogue.not_a_mapping", {"此处须为映射", "This must be a mapping"});
    return all;
  }
  for (const auto& entry : node_) {
    const std::string key = entry.first.Scalar();
    all.emplace_back(key, Reader(entry.second, below(key), *faults_));
  }
  return all;
}

std::vector<std::string> Reader::texts(const char* key) const {
  std::vector<std::string> all;
  for (const Reader& item : items(key)) {
    if (!item.node_.IsScalar() || item.node_.Scalar().empty())
      item.fault("catalogue.not_text", {"此处须为不为空的文字", "This must be a text that is not empty"});
    else
      all.push_back(item.node_.Scalar());
  }
  return all;
}

std::vector<base::Text> Reader::many_words(const char* key) const {
  std::vector<base::Text> all;
  for (const Reader& item : items(key)) {
    item.only({"zh", "en"});
    all.push_back({item.text("zh"), item.text("en")});
  }
  return all;
}

std::optional<feel::Expression> Reader::expression(const char* key) const {
  if (!has(key)) return std::nullopt;
  base::Result<feel::Expression> compiled = compile_expression(text(key));
  if (compiled) return std::move(compiled).value();
  faults_->add(below(key), compiled.error());
  return std::nullopt;
}

std::optional<calendar::Date> Reader::date(const char* key) const {
  if (!has(key)) return std::nullopt;
  const std::optional<calendar::Date> date = calendar::parse_date(text(key));
  if (!date)
    fault_at(key, "catalogue.not_a_date", {"此处须为日期，如 2023-12-01", "This must be a date such as 2023-12-01"});
  return date;
}

}  // namespace catalogue
