/// Item definitions: from XML to FEEL types.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "document.h"
#include "kernel/feel/function.h"

namespace dmn {

/// A type written out in full has at most this many parts, so that definitions that double each other are refused.
inline constexpr std::size_t type_parts_max = 10'000;
inline constexpr int type_depth_max = 100;

struct Import {
  std::string name;  // empty: the imported names are used as they are
  std::size_t document = 0;
};

/// The types of all documents, resolved when first asked for.
class Types {
 public:
  Types(const std::vector<Document>& documents, const std::vector<std::vector<Import>>& imports, feel::Dialect dialect,
        Faults& faults);

  /// The type called `reference` in `document`; Any, with a fault at `place`, when there is none. Empty means Any.
  feel::Type find(std::size_t document, std::string_view reference, std::string_view place);
  /// The allowed values of the type called `reference`, as written; empty when it has none.
  std::string allowed_values(std::size_t document, std::string_view reference);
  /// Every type that an expression in `document` may name.
  std::vector<std::pair<std::string, feel::Type>> visible(std::size_t document);

 private:
  struct Definition {
    pugi::xml_node node;
    enum class State { untouched, visiting, done } state = State::untouched;
    feel::Type type = {};
  };
  using Key = std::pair<std::size_t, std::string>;

  const Key* locate(std::size_t document, std::string_view reference);
  feel::Type resolve(const Key& key);
  feel::Type type_of(std::size_t document, pugi::xml_node item);
  feel::Type function_type(std::size_t document, pugi::xml_node function);
  void allow(feel::Type& type, std::size_t document, pugi::xml_node constraint);
  feel::Type bounded(std::size_t document, pugi::xml_node item, feel::Type type);

  const std::vector<Document>& documents_;
  const std::vector<std::vector<Import>>& imports_;
  feel::Dialect dialect_;
  Faults& faults_;
  std::map<Key, Definition> definitions_;
  int depth_ = 0;
};

/// The names inside a value of `type`, for FEEL's longest match.
feel::Names names_in(const feel::Type& type);

}  // namespace dmn
