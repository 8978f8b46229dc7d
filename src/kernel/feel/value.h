/// The values of FEEL: immutable, cheap to copy, safe to share between threads.
#pragma once

#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernel/base/check.h"
#include "kernel/base/result.h"
#include "kernel/calendar/calendar.h"
#include "kernel/feel/decimal.h"

namespace feel {

enum class Kind {
  null,
  boolean,
  number,
  string,
  date,
  time,
  date_time,
  years_months,
  days_time,
  list,
  context,
  range,
  function
};

class Value;
using List = std::vector<Value>;

/// Entries in the order they were put; keys are unique.
class Context {
 public:
  using Entry = std::pair<std::string, Value>;
  Context() = default;
  Context(std::initializer_list<Entry> entries);
  /// Null pointer when there is no such key. Large contexts keep an index.
  const Value* find(std::string_view key) const;
  /// Replaces the value of an existing key in its place, or appends.
  void put(std::string key, Value value);
  void reserve(std::size_t entries);
  bool erase(std::string_view key);
  const std::vector<Entry>& entries() const { return entries_; }
  std::size_t size() const;
  bool empty() const;

 private:
  std::size_t place_of(std::string_view key) const;
  void index_all();

  std::vector<Entry> entries_;
  std::vector<std::uint32_t> index_;  // open hash table of entry number + 1; empty while there are few entries
};

/// Where a time or date-time stands against UTC. An offset and a zone name are distinct even when they agree.
struct Zone {
  enum class Kind : std::uint8_t { none, offset, named } kind = Kind::none;
  std::int32_t offset_seconds = 0;
  std::string name;  // IANA, when named
  bool operator==(const Zone&) const = default;
};

struct Time {
  std::int32_t second_of_day = 0;
  std::int32_t nanosecond = 0;
  Zone zone;
};

struct DateTime {
  calendar::Date date;
  Time time;
};

/// Units: months.
struct YearsMonths {
  std::int64_t months = 0;
};

/// Units: whole seconds and nanoseconds of the same sign.
struct DaysTime {
  std::int64_t seconds = 0;
  std::int32_t nanoseconds = 0;
};

struct Range;    // range.h
class Function;  // function.h: a lambda, a built-in, a business knowledge model or a decision service

/// One FEEL value. Reading it as a kind that it is not is a bug (CHECK): ask `kind()` first.
class Value {
 public:
  Value() {}  // null
  Value(bool boolean) : kind_(Kind::boolean) { content_.boolean = boolean; }
  Value(int number);
  Value(std::int64_t number);
  Value(Decimal number);
  Value(std::string string);
  Value(std::string_view string);
  Value(const char* string);
  Value(calendar::Date date);
  Value(Time time);
  Value(DateTime date_time);
  Value(YearsMonths duration);
  Value(DaysTime duration);
  Value(List list);
  Value(Context context);
  Value(std::shared_ptr<const Range> range);
  Value(std::shared_ptr<const Function> function);

  Value(const Value& other) { copy_from(other); }
  Value(Value&& other) noexcept { take_from(other); }
  Value& operator=(const Value& other);
  Value& operator=(Value&& other) noexcept;
  ~Value() {
    if (!is_trivial()) release();
  }

  Kind kind() const { return kind_; }
  bool is_null() const { return kind() == Kind::null; }
  bool is_true() const { return kind() == Kind::boolean && as_boolean(); }

  bool as_boolean() const {
    CHECK(kind_ == Kind::boolean);
    return content_.boolean;
  }
  const Decimal& as_number() const {
    CHECK(kind_ == Kind::number);
    return content_.number;
  }
  const std::string& as_string() const;
  calendar::Date as_date() const;
  const Time& as_time() const;
  const DateTime& as_date_time() const;
  YearsMonths as_years_months() const;
  DaysTime as_days_time() const;
  const List& as_list() const;
  const Context& as_context() const;
  const Range& as_range() const;
  const std::shared_ptr<const Range>& shared_range() const;
  const Function& as_function() const;
  const std::shared_ptr<const Function>& shared_function() const;

  /// Same kind and same content. This is identity for storage and tests, not FEEL's `=`, which has three answers.
  friend bool operator==(const Value& left, const Value& right);

 private:
  // Small kinds lie inline; large ones in a shared, immutable box with an atomic count. 24 bytes in all.
  struct Box;
  template <class T>
  struct BoxOf;
  union Content {
    Content() : whole(0) {}
    ~Content() {}
    bool boolean;
    Decimal number;
    std::int64_t whole;
    DaysTime days_time;
    Box* box;
    std::shared_ptr<const Range> range;
    std::shared_ptr<const Function> function;
  };
  static constexpr unsigned bit(Kind kind) { return 1u << static_cast<unsigned>(kind); }
  bool is_boxed() const {
    constexpr unsigned boxed =
        bit(Kind::string) | bit(Kind::time) | bit(Kind::date_time) | bit(Kind::list) | bit(Kind::context);
    return (boxed & bit(kind_)) != 0;
  }
  bool is_counted() const { return kind_ == Kind::range || kind_ == Kind::function; }
  bool is_trivial() const { return !is_boxed() && !is_counted(); }
  /// The bits of what lies inline, or of the pointer to the box.
  void copy_bits(const Value& other) { std::memcpy(static_cast<void*>(&content_), &other.content_, sizeof content_); }
  void copy_from(const Value& other) {
    if (!other.is_trivial()) return copy_shared(other);
    kind_ = other.kind_;
    copy_bits(other);
  }
  void take_from(Value& other) noexcept {
    if (other.is_counted()) return take_counted(other);
    kind_ = other.kind_;
    copy_bits(other);
    other.kind_ = Kind::null;
  }
  void copy_shared(const Value& other);
  void take_counted(Value& other) noexcept;
  void release() noexcept;

  Content content_;
  Kind kind_ = Kind::null;
};

// Here, where Value is complete.
inline std::size_t Context::size() const {
  return entries_.size();
}
inline bool Context::empty() const {
  return entries_.empty();
}

/// How many values it is made of when written out, items and entries counted at every place where they stand; counting
/// ends at `limit`. What lies in it twice is stored once, so a small value can be a huge text.
std::int64_t weight_of(const Value& value, std::int64_t limit);

/// FEEL's text of a value, as the built-in `string()` gives it; strings are not quoted.
std::string to_text(const Value& value);

/// JSON as the API and the store write it: numbers exact, dates, times and durations as ISO 8601 strings.
std::string to_json(const Value& value);

/// Reads JSON: numbers stay exact (34 digits), objects become contexts in their order.
/// Errors: `json.invalid` with the byte offset, `json.too_deep` (limit 64), `json.too_large`, `json.key_twice`.
base::Result<Value> parse_json(std::string_view text);

}  // namespace feel
