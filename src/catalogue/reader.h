/// Reads one YAML node with all its faults noted, where the library would throw at the first.
#pragma once

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "faults.h"
#include "kernel/feel/feel.h"

namespace catalogue {

/// Compiles a condition or value of the catalogue: the dialect of the processes, a leading "=" allowed as in forms.
base::Result<feel::Expression> compile_expression(std::string_view text);

/// A node and where it stands. Items of lists are counted from 1, as people count.
class Reader {
 public:
  Reader(YAML::Node node, std::string place, Faults& faults)
      : node_(std::move(node)), place_(std::move(place)), faults_(&faults) {}

  /// The root of a file; nothing (and a fault) when the text is no YAML or no mapping.
  static std::optional<Reader> parse(const std::string& text, const std::string& file, Faults& faults);

  bool has(const char* key) const;
  /// Notes every key that is not in the list: a misspelt key must not be silently ignored.
  void only(std::initializer_list<std::string_view> keys) const;

  std::string text(const char* key) const;  // required
  std::string text_or(const char* key, std::string_view fallback) const;
  base::Text words(const char* key) const;  // required, {zh, en} both not empty
  base::Text words_or_none(const char* key) const;
  std::int64_t number(const char* key, std::int64_t min, std::int64_t max) const;  // required
  std::int64_t number_or(const char* key, std::int64_t min, std::int64_t max, std::int64_t fallback) const;
  bool flag_or(const char* key, bool fallback) const;
  std::vector<std::string> texts(const char* key) const;  // absent: empty
  std::vector<base::Text> many_words(const char* key) const;
  std::optional<feel::Expression> expression(const char* key) const;  // absent: nothing
  std::optional<calendar::Date> date(const char* key) const;          // absent: nothing
  Reader at(const char* key) const;
  std::vector<Reader> items(const char* key) const;  // absent: empty
  /// The entries of the mapping itself, in the file's order.
  std::vector<std::pair<std::string, Reader>> entries() const;
  /// The items of the node itself, which must be a list.
  std::vector<Reader> items() const;

  const std::string& place() const { return place_; }
  void fault(std::string code, base::Text message) const { faults_->add(place_, std::move(code), std::move(message)); }
  void fault_at(const char* key, std::string code, base::Text message) const;
  Faults& faults() const { return *faults_; }
  YAML::Node node() const { return node_; }

 private:
  std::string below(std::string_view key) const;

  YAML::Node node_;
  std::string place_;
  Faults* faults_;
};

}  // namespace catalogue
