#include "request.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdlib>
#include <random>

#include "kernel/base/unicode.h"

namespace http {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_plain_text(std::string_view text) {
  return base::is_utf8(text) && std::none_of(text.begin(), text.end(),
                                             [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

bool starts_with_dots(std::string_view segment) {
  return segment == "." || segment == "..";
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Calls `use` with each part of a list.
template <class Use>
void split(std::string_view text, char separator, Use use) {
  while (true) {
    const std::size_t end = text.find(separator);
    use(text.substr(0, end));
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

std::optional<Language> language_named(std::string_view tag) {
  const auto is = [&](std::string_view primary) {
    return tag.size() >= 2 && (tag[0] | 0x20) == primary[0] && (tag[1] | 0x20) == primary[1] &&
           (tag.size() == 2 || tag[2] == '-');
  };
  if (is("zh")) return Language::zh;
  if (is("en")) return Language::en;
  return std::nullopt;
}

/// The weight of ";q=0.8"; 1 when it says nothing, 0 when it can not be read.
double weight_of(std::string_view parameters) {
  const std::size_t at = parameters.find("q=");
  if (at == std::string_view::npos) return 1;
  const std::string digits(trimmed(parameters.substr(at + 2)).substr(0, 5));
  double weight = 0;
  const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), weight);
  return end.ec == std::errc() ? std::clamp(weight, 0.0, 1.0) : 0;
}

base::Error target_error() {
  return {.kind = base::Refusal::invalid,
          .code = "http.target_invalid",
          .message = {"网址格式不正确，请核对后重试", "the address is malformed; please check it and try again"}};
}

base::Result<void> read_query(std::string_view text, Request& request) {
  bool good = true;
  split(text, '&', [&](std::string_view pair) {
    if (pair.empty() || !good) return;
    const std::size_t equals = pair.find('=');
    const auto name = percent_decoded(pair.substr(0, equals), true);
    const auto value =
        equals == std::string_view::npos ? std::string() : percent_decoded(pair.substr(equals + 1), true);
    good = name && value && is_plain_text(*name) && is_plain_text(*value) && request.query.size() < query_values_max &&
           request.query.emplace(*name, *value).second;
  });
  if (!good) return target_error();
  return base::done();
}

}  // namespace

bool Caller::may(std::string_view permission) const {
  return std::find(permissions.begin(), permissions.end(), permission) != permissions.end();
}

std::string_view Request::header(std::string_view name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

std::string_view Request::query_value(std::string_view name) const {
  const auto found = query.find(name);
  return found == query.end() ? std::string_view() : std::string_view(found->second);
}

std::string_view Request::cookie(std::string_view name) const {
  std::string_view found;
  split(header("cookie"), ';', [&](std::string_view pair) {
    pair = trimmed(pair);
    if (found.empty() && pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=')
      found = pair.substr(name.size() + 1);
  });
  return found;
}

base::Result<base::Id> Request::id(std::string_view parameter) const {
  const auto found = parameters.find(parameter);
  const auto id = found == parameters.end() ? std::nullopt : base::parse_id(found->second);
  if (!id)
    return base::Error{
        .kind = base::Refusal::not_found,
        .code = "http.not_found",
        .message = {"没有找到您要的内容，请核对网址", "what you asked for was not found; please check the address"}};
  return *id;
}

base::Id Request::make_id() const {
  // A counter from a random start, stirred by an odd factor: a million ids of one millisecond are all different.
  static std::atomic<std::uint32_t> counter{std::random_device{}()};
  return base::make_id(at, counter.fetch_add(1, std::memory_order_relaxed) * 0x9E3779B1u);
}

std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return out;
}

base::Result<void> read_target(std::string_view target, Request& request) {
  if (target.empty() || target.front() != '/' || target.size() > target_bytes_max) return target_error();
  const std::size_t question = target.find('?');
  bool good = true;
  split(target.substr(1, question == std::string_view::npos ? question : question - 1), '/', [&](std::string_view raw) {
    const auto segment = percent_decoded(raw, false);
    good = good && segment && is_plain_text(*segment) && !starts_with_dots(*segment) &&
           segment->find_first_of("/\\") == std::string::npos;
    if (good) request.path += '/' + *segment;
  });
  if (!good) return target_error();
  if (question == std::string_view::npos) return base::done();
  return read_query(target.substr(question + 1), request);
}

Language language_of(const Request& request) {
  if (const auto asked = language_named(request.query_value("lang"))) return *asked;
  if (const auto chosen = language_named(request.cookie("yichuang_lang"))) return *chosen;
  Language best = Language::zh;
  double best_weight = 0;
  split(request.header("accept-language"), ',', [&](std::string_view part) {
    part = trimmed(part);
    const std::size_t semicolon = part.find(';');
    const auto language = language_named(trimmed(part.substr(0, semicolon)));
    const double weight = semicolon == std::string_view::npos ? 1 : weight_of(part.substr(semicolon));
    if (!language || weight <= best_weight) return;
    best = *language;
    best_weight = weight;
  });
  return best;
}

bool from_another_site(const Request& request) {
  const std::string_view site = request.header("sec-fetch-site");
  if (!site.empty() && site != "same-origin" && site != "none") return true;
  std::string_view origin = request.header("origin");
  if (origin.empty()) return false;
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (origin.starts_with(scheme)) return origin.substr(scheme.size()) != request.header("host");
  }
  return true;  // "null": a sandboxed page, a file, another scheme
}

bool equal_constant_time(std::string_view left, std::string_view right) {
  if (left.size() != right.size()) return false;
  volatile unsigned char difference = 0;
  for (std::size_t i = 0; i < left.size(); ++i)
    difference = static_cast<unsigned char>(difference | (left[i] ^ right[i]));
  return difference == 0;
}

}  // namespace http
