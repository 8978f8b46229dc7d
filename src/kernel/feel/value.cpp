#include "kernel/feel/value.h"

#include <atomic>
#include <functional>

#include "kernel/base/check.h"
#include "kernel/feel/function.h"
#include "kernel/feel/range.h"

namespace feel {

// --- Context -----------------------------------------------------------------------------------------------------

namespace {
constexpr std::size_t indexed_from = 17;  // below, a scan is faster than hashing
constexpr std::size_t nowhere = static_cast<std::size_t>(-1);
}  // namespace

Context::Context(std::initializer_list<Entry> entries) {
  for (const Entry& entry : entries) put(entry.first, entry.second);
}

std::size_t Context::place_of(std::string_view key) const {
  if (index_.empty()) {
    for (std::size_t i = 0; i < entries_.size(); ++i)
      if (entries_[i].first == key) return i;
    return nowhere;
  }
  const std::size_t mask = index_.size() - 1;
  for (std::size_t at = std::hash<std::string_view>{}(key)&mask; index_[at] != 0; at = (at + 1) & mask)
    if (entries_[index_[at] - 1].first == key) return index_[at] - 1;
  return nowhere;
}

void Context::index_all() {
  index_.clear();
  if (entries_.size() < indexed_from) return;
  std::size_t size = 64;
  while (size < entries_.size() * 4) size *= 2;
  index_.resize(size);
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    std::size_t at = std::hash<std::string_view>{}(entries_[i].first) & (size - 1);
    while (index_[at] != 0) at = (at + 1) & (size - 1);
    index_[at] = static_cast<std::uint32_t>(i + 1);
  }
}

const Value* Context::find(std::string_view key) const {
  const std::size_t at = place_of(key);
  return at == nowhere ? nullptr : &entries_[at].second;
}

void Context::put(std::string key, Value value) {
  const std::size_t at = place_of(key);
  if (at != nowhere) {
    entries_[at].second = std::move(value);
    return;
  }
  entries_.emplace_back(std::move(key), std::move(value));
  if (index_.empty() ? entries_.size() >= indexed_from : entries_.size() * 2 > index_.size()) {
    index_all();
  } else if (!index_.empty()) {
    const std::size_t mask = index_.size() - 1;
    std::size_t slot = std::hash<std::string_view>{}(entries_.back().first) & mask;
    while (index_[slot] != 0) slot = (slot + 1) & mask;
    index_[slot] = static_cast<std::uint32_t>(entries_.size());
  }
}

void Context::reserve(std::size_t entries) {
  entries_.reserve(entries);
}

bool Context::erase(std::string_view key) {
  const std::size_t at = place_of(key);
  if (at == nowhere) return false;
  entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(at));
  index_all();
  return true;
}

// --- Value -------------------------------------------------------------------------------------------------------

struct Value::Box {
  std::atomic<std::uint32_t> owners{1};
};

template <class T>
struct Value::BoxOf : Box {
  explicit BoxOf(T content_in) : content(std::move(content_in)) {}
  const T content;
};

Value::Value(int number) : Value(static_cast<std::int64_t>(number)) {}
Value::Value(std::int64_t number) : Value(Decimal(number)) {}
Value::Value(Decimal number) : kind_(Kind::number) {
  content_.number = number;
}
Value::Value(std::string string) : kind_(Kind::string) {
  content_.box = new BoxOf<std::string>(std::move(string));
}
Value::Value(std::string_view string) : Value(std::string(string)) {}
Value::Value(const char* string) : Value(std::string(string)) {}
Value::Value(calendar::Date date) : kind_(Kind::date) {
  content_.whole = date.days;
}
Value::Value(Time time) : kind_(Kind::time) {
  content_.box = new BoxOf<Time>(std::move(time));
}
Value::Value(DateTime date_time) : kind_(Kind::date_time) {
  content_.box = new BoxOf<DateTime>(std::move(date_time));
}
Value::Value(YearsMonths duration) : kind_(Kind::years_months) {
  content_.whole = duration.months;
}
Value::Value(DaysTime duration) : kind_(Kind::days_time) {
  content_.days_time = duration;
}
Value::Value(List list) : kind_(Kind::list) {
  content_.box = new BoxOf<List>(std::move(list));
}
Value::Value(Context context) : kind_(Kind::context) {
  content_.box = new BoxOf<Context>(std::move(context));
}
Value::Value(std::shared_ptr<const Range> range) : kind_(Kind::range) {
  CHECK(range != nullptr);
  std::construct_at(&content_.range, std::move(range));
}
Value::Value(std::shared_ptr<const Function> function) : kind_(Kind::function) {
  CHECK(function != nullptr);
  std::construct_at(&content_.function, std::move(function));
}

void Value::copy_shared(const Value& other) {
  kind_ = other.kind_;
  if (kind_ == Kind::range) {
    std::construct_at(&content_.range, other.content_.range);
  } else if (kind_ == Kind::function) {
    std::construct_at(&content_.function, other.content_.function);
  } else {
    other.content_.box->owners.fetch_add(1, std::memory_order_relaxed);
    content_.box = other.content_.box;
  }
}

void Value::take_counted(Value& other) noexcept {
  kind_ = other.kind_;
  if (kind_ == Kind::range) {
    std::construct_at(&content_.range, std::move(other.content_.range));
    std::destroy_at(&other.content_.range);
  } else {
    std::construct_at(&content_.function, std::move(other.content_.function));
    std::destroy_at(&other.content_.function);
  }
  other.kind_ = Kind::null;
}

void Value::release() noexcept {
  if (kind_ == Kind::range) {
    std::destroy_at(&content_.range);
  } else if (kind_ == Kind::function) {
    std::destroy_at(&content_.function);
  } else if (is_boxed() && content_.box->owners.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    if (kind_ == Kind::string) delete static_cast<BoxOf<std::string>*>(content_.box);
    if (kind_ == Kind::time) delete static_cast<BoxOf<Time>*>(content_.box);
    if (kind_ == Kind::date_time) delete static_cast<BoxOf<DateTime>*>(content_.box);
    if (kind_ == Kind::list) delete static_cast<BoxOf<List>*>(content_.box);
    if (kind_ == Kind::context) delete static_cast<BoxOf<Context>*>(content_.box);
  }
  kind_ = Kind::null;
}

Value& Value::operator=(const Value& other) {
  if (this != &other) {
    Value copy(other);
    *this = std::move(copy);
  }
  return *this;
}

Value& Value::operator=(Value&& other) noexcept {
  if (this != &other) {
    // What was held may own `other`: take first, let go afterwards.
    Value taken(std::move(other));
    release();
    take_from(taken);
  }
  return *this;
}

const std::string& Value::as_string() const {
  CHECK(kind_ == Kind::string);
  return static_cast<const BoxOf<std::string>*>(content_.box)->content;
}
calendar::Date Value::as_date() const {
  CHECK(kind_ == Kind::date);
  return {content_.whole};
}
const Time& Value::as_time() const {
  CHECK(kind_ == Kind::time);
  return static_cast<const BoxOf<Time>*>(content_.box)->content;
}
const DateTime& Value::as_date_time() const {
  CHECK(kind_ == Kind::date_time);
  return static_cast<const BoxOf<DateTime>*>(content_.box)->content;
}
YearsMonths Value::as_years_months() const {
  CHECK(kind_ == Kind::years_months);
  return {content_.whole};
}
DaysTime Value::as_days_time() const {
  CHECK(kind_ == Kind::days_time);
  return content_.days_time;
}
const List& Value::as_list() const {
  CHECK(kind_ == Kind::list);
  return static_cast<const BoxOf<List>*>(content_.box)->content;
}
const Context& Value::as_context() const {
  CHECK(kind_ == Kind::context);
  return static_cast<const BoxOf<Context>*>(content_.box)->content;
}
const Range& Value::as_range() const {
  return *shared_range();
}
const std::shared_ptr<const Range>& Value::shared_range() const {
  CHECK(kind_ == Kind::range);
  return content_.range;
}
const Function& Value::as_function() const {
  return *shared_function();
}
const std::shared_ptr<const Function>& Value::shared_function() const {
  CHECK(kind_ == Kind::function);
  return content_.function;
}

namespace {

bool same_time(const Time& left, const Time& right) {
  return left.second_of_day == right.second_of_day && left.nanosecond == right.nanosecond && left.zone == right.zone;
}

bool same_range(const Range& left, const Range& right) {
  return left.form == right.form && left.start_included == right.start_included &&
         left.end_included == right.end_included && left.start == right.start && left.end == right.end;
}

}  // namespace

bool operator==(const Value& left, const Value& right) {
  if (left.kind() != right.kind()) return false;
  switch (left.kind()) {
    case Kind::null:
      return true;
    case Kind::boolean:
      return left.as_boolean() == right.as_boolean();
    case Kind::number:
      return left.as_number() == right.as_number();
    case Kind::string:
      return left.as_string() == right.as_string();
    case Kind::date:
      return left.as_date() == right.as_date();
    case Kind::time:
      return same_time(left.as_time(), right.as_time());
    case Kind::date_time:
      return left.as_date_time().date == right.as_date_time().date &&
             same_time(left.as_date_time().time, right.as_date_time().time);
    case Kind::years_months:
      return left.as_years_months().months == right.as_years_months().months;
    case Kind::days_time:
      return left.as_days_time().seconds == right.as_days_time().seconds &&
             left.as_days_time().nanoseconds == right.as_days_time().nanoseconds;
    case Kind::list:
      return left.as_list() == right.as_list();
    case Kind::context: {
      if (left.as_context().size() != right.as_context().size()) return false;
      for (const auto& [key, value] : left.as_context().entries()) {
        const Value* other = right.as_context().find(key);
        if (other == nullptr || !(*other == value)) return false;
      }
      return true;
    }
    case Kind::range:
      return same_range(left.as_range(), right.as_range());
    case Kind::function:
      return &left.as_function() == &right.as_function();
  }
  return false;
}

std::int64_t weight_of(const Value& value, std::int64_t limit) {
  std::int64_t weight = 1;
  if (value.kind() == Kind::list) {
    for (const Value& item : value.as_list()) {
      if (weight >= limit) return limit;
      weight += weight_of(item, limit - weight);
    }
  } else if (value.kind() == Kind::context) {
    for (const auto& [key, entry] : value.as_context().entries()) {
      if (weight >= limit) return limit;
      weight += weight_of(entry, limit - weight);
    }
  }
  return weight;
}

}  // namespace feel
