/// The values of one column of a decision table, cut at every value that its tests name.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/result.h"
#include "program.h"

namespace dmn {

/// A set of regions: one flag a region.
using Mask = std::vector<bool>;

/// One column. With n named values there are 2n + 1 regions: below the first, the first itself, between it and the
/// second, and so on. Values without a meaningful order (strings, booleans) use the regions between as "any other".
class Column {
 public:
  Column(const std::vector<const Tests*>& cells, const Tests& allowed);

  std::size_t size() const { return 2 * cuts_.size() + 1; }
  /// The regions that pass; nothing when the tests are not on fixed values.
  std::optional<Mask> mask(const Tests& tests) const;
  /// The regions that a value can lie in at all.
  const Mask& domain() const { return domain_; }
  /// "15 to 20 (without its ends)", for people.
  base::Text words(std::size_t first, std::size_t last) const;

 private:
  std::optional<Mask> mask_of_one(std::string_view test) const;
  std::optional<std::size_t> region_of(const feel::Value& value) const;
  void cut_at(const Tests& tests);

  std::vector<feel::Value> cuts_;
  Mask domain_;
  bool is_ordered_ = true;
};

}  // namespace dmn
