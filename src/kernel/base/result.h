/// Result<T>: a value, or a refusal that the sender can do something about.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "kernel/base/check.h"

namespace base {

/// What people read, in both languages of the product; both are always complete.
struct Text {
  std::string zh;
  std::string en;
  bool operator==(const Text&) const = default;
};

/// Why the sender is refused. `http` maps each kind to a status: invalid 422, unauthenticated 401, forbidden 403,
/// not_found 404, conflict and rule_not_met 409, stale 412, too_many 429.
enum class Refusal { invalid, unauthenticated, forbidden, not_found, conflict, rule_not_met, stale, too_many };

/// One place at fault in what was sent: `path` is a JSON pointer ("/answers/area") or a model's element id.
struct Place {
  std::string path;
  std::string code;
  Text message;
  bool operator==(const Place&) const = default;
};

/// A refusal: stable `code` ("licensing.not_submitted"), words for people with the remedy, all places at fault
/// together.
struct Error {
  Refusal kind = Refusal::invalid;
  std::string code;
  Text message;
  std::vector<Place> places = {};
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : content_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : content_(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const { return content_.index() == 0; }
  bool has_value() const { return content_.index() == 0; }

  T& value() & {
    CHECK(has_value());
    return *std::get_if<0>(&content_);
  }
  const T& value() const& {
    CHECK(has_value());
    return *std::get_if<0>(&content_);
  }
  T&& value() && {
    CHECK(has_value());
    return std::move(*std::get_if<0>(&content_));
  }
  const Error& error() const& {
    CHECK(!has_value());
    return *std::get_if<1>(&content_);
  }
  Error&& error() && {
    CHECK(!has_value());
    return std::move(*std::get_if<1>(&content_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  std::variant<T, Error> content_;
};

/// The answer of something that yields no value: `return base::done();`
struct Done {};
template <>
class [[nodiscard]] Result<void> : public Result<Done> {
 public:
  Result() : Result<Done>(Done{}) {}
  Result(Done value) : Result<Done>(value) {}
  Result(Error error) : Result<Done>(std::move(error)) {}
};
inline Done done() {
  return {};
}

}  // namespace base

#define YICHUANG_JOIN_(a, b) a##b
#define YICHUANG_JOIN(a, b) YICHUANG_JOIN_(a, b)
#define YICHUANG_TRY_(name, declaration, ...) \
  auto name = (__VA_ARGS__);                  \
  if (!name) return std::move(name).error();  \
  declaration = std::move(name).value()

/// TRY(const Date day, parse(text)); returns the error to the caller, or declares `day`.
/// TRY(std::ignore, check(x)); only passes the error on.
#define TRY(declaration, ...) YICHUANG_TRY_(YICHUANG_JOIN(try_result_, __LINE__), declaration, __VA_ARGS__)
