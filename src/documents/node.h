/// One YAML node of a template, with all faults noted together.
#pragma once

#include <yaml-cpp/yaml.h>

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "template.h"

namespace documents {

struct Range {
  double min = 0;
  double max = 0;
};

/// A node, where it stands, and the list its faults go to.
class Node {
 public:
  Node(YAML::Node node, std::string place, std::vector<base::Place>& faults)
      : node_(std::move(node)), place_(std::move(place)), faults_(&faults) {}

  const std::string& place() const { return place_; }
  std::string below(std::string_view key) const;
  void fault(std::string_view key, std::string code, base::Text message) const;

  bool is_map() const { return node_.IsMap(); }
  bool has(const char* key) const;
  /// Notes every key not listed: a misspelt key must not be passed over in silence.
  void only(const std::vector<std::string_view>& keys) const;
  Node at(const char* key) const;
  /// Items of a list, counted from 1 as people count. A missing list is a fault when `required`.
  std::vector<Node> items(const char* key, bool required) const;

  std::string text(const char* key, bool required) const;
  double number(const char* key, Range range, double fallback) const;
  bool flag(const char* key, bool fallback) const;
  /// The place of the word in `words`, or `fallback` where the key is absent.
  std::size_t choice(const char* key, std::initializer_list<std::string_view> words, std::size_t fallback) const;
  Color color(const char* key, Color fallback) const;

  Phrase phrase(const char* key, bool required) const;
  /// `key` and its English, `key_en`.
  Words words(const char* key, bool required) const;
  std::optional<feel::Expression> expression(const char* key) const;
  std::optional<Condition> condition() const;
  std::optional<Loop> loop() const;

 private:
  std::optional<feel::Expression> compile(std::string_view key, std::string_view text) const;

  YAML::Node node_;
  std::string place_;
  std::vector<base::Place>* faults_;
};

}  // namespace documents
