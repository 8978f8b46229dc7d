/// The values of one column of a decision table, cut at every value that its tests name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/result.h"
#include "program.h"

namespace dmn {

/// A set of regions: one bit a region, so that large tables are judged by words.
class Mask {
 public:
  explicit Mask(std::size_t size = 0, bool value = false)
      : words_((size + 63) / 64, value ? ~std::uint64_t{0} : 0), size_(size) {
    trim();
  }

  std::size_t size() const { return size_; }
  std::size_t words() const { return words_.size(); }
  bool operator[](std::size_t region) const { return (words_[region / 64] >> (region % 64) & 1) != 0; }
  void set(std::size_t region, bool value = true) {
    const std::uint64_t bit = std::uint64_t{1} << (region % 64);
    words_[region / 64] = value ? words_[region / 64] | bit : words_[region / 64] & ~bit;
  }
  void add(const Mask& other) {
    for (std::size_t word = 0; word < words_.size(); ++word) words_[word] |= other.words_[word];
  }
  void keep(const Mask& other) {
    for (std::size_t word = 0; word < words_.size(); ++word) words_[word] &= other.words_[word];
  }
  void flip() {
    for (std::uint64_t& word : words_) word = ~word;
    trim();
  }
  bool meets(const Mask& other) const {
    for (std::size_t word = 0; word < words_.size(); ++word)
      if ((words_[word] & other.words_[word]) != 0) return true;
    return false;
  }
  bool is_empty() const { return !meets(*this); }

 private:
  /// The bits behind the last region stay 0.
  void trim() {
    if (size_ % 64 != 0) words_.back() &= (std::uint64_t{1} << (size_ % 64)) - 1;
  }

  std::vector<std::uint64_t> words_;
  std::size_t size_;
};

/// One column. With n named values there are 2n + 1 regions: below the first, the first itself, between it and the
/// second, and so on. Where order says nothing (booleans; strings without a range) the first region is "any other", and
/// no value lies in the regions between.
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
  bool has_range_ = false;
  bool is_ordered_ = true;
};

}  // namespace dmn
