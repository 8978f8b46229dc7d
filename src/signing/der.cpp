#include "der.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "kernel/calendar/calendar.h"

namespace signing::der {
namespace {

base::Error broken(std::string_view what) {
  return {
      .code = "signing.asn1_broken",
      .message = {"签名结构损坏:" + std::string(what), "The signature's structure is broken: " + std::string(what)}};
}

}  // namespace

std::string tlv(unsigned tag, std::string_view content) {
  std::string all(1, static_cast<char>(tag));
  const std::size_t size = content.size();
  if (size < 0x80) {
    all += static_cast<char>(size);
  } else {
    int width = 1;
    while (size >> (8 * width) != 0) ++width;
    all += static_cast<char>(0x80 | width);
    for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) all += static_cast<char>(size >> shift & 0xFF);
  }
  all += content;
  return all;
}

std::string sequence(std::initializer_list<std::string> parts) {
  std::string content;
  for (const std::string& part : parts) content += part;
  return tlv(tag_sequence, content);
}

std::string set_of(std::vector<std::string> parts) {
  std::sort(parts.begin(), parts.end());
  std::string content;
  for (const std::string& part : parts) content += part;
  return tlv(tag_set, content);
}

std::string integer(std::int64_t number) {
  std::string content;
  for (int shift = 56; shift >= 0; shift -= 8) content += static_cast<char>(number >> shift & 0xFF);
  while (content.size() > 1 &&
         ((content[0] == 0 && !(content[1] & 0x80)) || (content[0] == static_cast<char>(0xFF) && (content[1] & 0x80))))
    content.erase(0, 1);
  return tlv(tag_integer, content);
}

std::string octets(std::string_view content) {
  return tlv(tag_octets, content);
}
std::string bits(std::string_view content) {
  return tlv(tag_bits, std::string(1, '\0') + std::string(content));
}
std::string utf8(std::string_view text) {
  return tlv(tag_utf8, text);
}
std::string ia5(std::string_view text) {
  return tlv(tag_ia5, text);
}
std::string explicit_tag(unsigned number, std::string_view content) {
  return tlv(0xA0 | number, content);
}

std::string oid(std::string_view dotted) {
  std::vector<std::uint64_t> arcs;
  for (const char* at = dotted.data(); at < dotted.data() + dotted.size();) {
    std::uint64_t arc = 0;
    const auto read = std::from_chars(at, dotted.data() + dotted.size(), arc);
    CHECK(read.ec == std::errc());
    arcs.push_back(arc);
    at = read.ptr + 1;
  }
  CHECK(arcs.size() >= 2);
  arcs[1] += arcs[0] * 40;
  std::string content;
  for (std::size_t index = 1; index < arcs.size(); ++index) {
    int groups = 1;
    while (arcs[index] >> (7 * groups) != 0) ++groups;
    for (int group = groups - 1; group >= 0; --group)
      content += static_cast<char>((arcs[index] >> (7 * group) & 0x7F) | (group > 0 ? 0x80 : 0));
  }
  return tlv(tag_oid, content);
}

std::string generalized_time(base::Instant moment) {
  constexpr std::int64_t day_s = 86'400;
  const std::int64_t seconds = moment.us / base::us_per_second;
  const calendar::Civil civil = calendar::civil_of(calendar::Date{static_cast<int>(seconds / day_s)});
  const int of_day = static_cast<int>(seconds % day_s);
  char text[32];
  std::snprintf(text, sizeof text, "%04d%02d%02d%02d%02d%02dZ", static_cast<int>(civil.year),
                static_cast<int>(civil.month), static_cast<int>(civil.day), of_day / 3600, of_day / 60 % 60,
                of_day % 60);
  return tlv(tag_time, text);
}

base::Result<Item> Reader::take() {
  if (rest_.size() < 2) return broken("truncated");
  const unsigned tag = static_cast<unsigned char>(rest_[0]);
  if ((tag & 0x1F) == 0x1F) return broken("long tag");
  std::size_t size = static_cast<unsigned char>(rest_[1]), head = 2;
  if (size >= 0x80) {
    const std::size_t width = size & 0x7F;
    if (width == 0 || width > 4 || rest_.size() < 2 + width) return broken("length");
    size = 0;
    for (std::size_t index = 0; index < width; ++index) size = size << 8 | static_cast<unsigned char>(rest_[2 + index]);
    if (size < 0x80 || size >> (8 * (width - 1)) == 0) return broken("length is not in its shortest form");
    head += width;
  }
  if (rest_.size() - head < size) return broken("truncated");
  const Item item{tag, rest_.substr(head, size), rest_.substr(0, head + size)};
  rest_.remove_prefix(head + size);
  return item;
}

base::Result<Item> Reader::take(unsigned tag, std::string_view what) {
  if (next_tag() != tag) return broken(what);
  return take();
}

base::Result<void> Reader::finish(std::string_view what) const {
  if (!rest_.empty()) return broken(std::string(what) + ": data after the end");
  return {};
}

base::Result<std::string_view> bits_of(const Item& item) {
  if (item.tag != tag_bits || item.content.empty() || item.content[0] != 0) return broken("BIT STRING");
  return item.content.substr(1);
}

base::Result<std::int64_t> integer_of(const Item& item) {
  if (item.tag != tag_integer || item.content.empty() || item.content.size() > 7 || (item.content[0] & 0x80))
    return broken("INTEGER");
  std::int64_t number = 0;
  for (const char byte : item.content) number = number << 8 | static_cast<unsigned char>(byte);
  return number;
}

std::string dotted_of(const Item& item) {
  std::string text;
  std::uint64_t arc = 0;
  bool first = true;
  for (const char byte : item.content) {
    arc = arc << 7 | (static_cast<unsigned char>(byte) & 0x7F);
    if (byte & 0x80) continue;
    if (first) {
      const std::uint64_t root = arc < 40 ? 0 : arc < 80 ? 1 : 2;
      text = std::to_string(root) + "." + std::to_string(arc - root * 40);
    } else {
      text += "." + std::to_string(arc);
    }
    first = false;
    arc = 0;
  }
  return text;
}

std::optional<base::Instant> moment_of(const Item& item) {
  constexpr std::size_t length = 15;
  if (item.tag != tag_time || item.content.size() != length || item.content.back() != 'Z') return std::nullopt;
  int part[6] = {};
  constexpr std::size_t widths[] = {4, 2, 2, 2, 2, 2};
  const char* at = item.content.data();
  for (std::size_t index = 0; index < 6; at += widths[index++]) {
    const auto read = std::from_chars(at, at + widths[index], part[index]);
    if (read.ec != std::errc() || read.ptr != at + widths[index]) return std::nullopt;
  }
  const auto date = calendar::date_of({part[0], part[1], part[2]});
  if (!date || part[3] > 23 || part[4] > 59 || part[5] > 59) return std::nullopt;
  return base::Instant{(std::int64_t{date->days} * 86'400 + part[3] * 3600 + part[4] * 60 + part[5]) *
                       base::us_per_second};
}

}  // namespace signing::der
