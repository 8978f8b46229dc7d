#include <algorithm>
#include <utility>

#include "kernel/base/json_text.h"
#include "kernel/base/unicode.h"
#include "kernel/calendar/calendar.h"
#include "modules/evidence/model.h"

namespace evidence {
namespace {

constexpr int entry_version = 1;

/// Each part with its length as four bytes before it: no two lists of parts give the same bytes.
std::string encode(std::initializer_list<std::string_view> parts) {
  std::string bytes;
  for (const std::string_view part : parts) {
    CHECK(part.size() <= UINT32_MAX);
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(part.size() >> shift & 255);
    bytes += part;
  }
  return bytes;
}

std::string_view bytes_of(const Salt& salt) {
  return {reinterpret_cast<const char*>(salt.data()), salt.size()};
}

void append_string(std::string& json, std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  constexpr std::string_view plain = "\b\t\n\f\r\"\\";
  constexpr std::string_view letters = "btnfr\"\\";
  json += '"';
  for (;;) {
    const std::size_t length = base::unescaped_length(text);
    json.append(text.substr(0, length));
    if (length == text.size()) break;
    const char c = text[length];
    if (const std::size_t at = plain.find(c); at != std::string_view::npos) {
      json += '\\';
      json += letters[at];
    } else {
      json += "\\u00";
      json += digits[static_cast<unsigned char>(c) >> 4];
      json += digits[static_cast<unsigned char>(c) & 15];
    }
    text.remove_prefix(length + 1);
  }
  json += '"';
}

/// An object of texts, ordered as canonical JSON orders keys (ours are ASCII). A name that is there twice is a bug
/// (CHECK).
void append_object(std::string& json, std::vector<std::pair<std::string_view, std::string>> members) {
  std::sort(members.begin(), members.end());
  json += '{';
  for (std::size_t i = 0; i < members.size(); ++i) {
    CHECK(i == 0 || members[i - 1].first != members[i].first);
    if (i > 0) json += ',';
    append_string(json, members[i].first);
    json += ':';
    json += members[i].second;
  }
  json += '}';
}

base::Error receipt_malformed() {
  return {.code = "evidence.receipt_malformed",
          .message = {"回执的写法不对:应为“日志名称#序号.哈希”,请原样复制或扫描回执上的二维码",
                      "The receipt is malformed: it must read origin#index.hash. Copy it as printed, or scan its QR "
                      "code."}};
}

/// Base 64 for addresses, without padding.
std::string address_base64(const tlog::Hash& hash) {
  std::string text = tlog::to_base64(hash);
  while (text.back() == '=') text.pop_back();
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  return text;
}

std::optional<tlog::Hash> parse_address_base64(std::string_view text) {
  if (text.find_first_of("+/=") != std::string_view::npos) return std::nullopt;
  std::string plain(text);
  std::replace(plain.begin(), plain.end(), '-', '+');
  std::replace(plain.begin(), plain.end(), '_', '/');
  return tlog::parse_hash(plain + "=");
}

constexpr std::string_view receipt_page = "/receipt#";

}  // namespace

std::string_view to_text(LogKind kind) {
  switch (kind) {
    case LogKind::public_log:
      return "public";
    case LogKind::audit_log:
      return "audit";
  }
  return "";
}

Salt salt_of_field(const Salt& salt, std::string_view name) {
  const tlog::Hash hash = tlog::sha256(encode({"yichuang/salt", bytes_of(salt), name}));
  Salt own{};
  std::copy_n(hash.begin(), own.size(), own.begin());
  return own;
}

tlog::Hash sealed_hash(const Salt& field_salt, std::string_view value) {
  return tlog::sha256(encode({bytes_of(field_salt), value}));
}

tlog::Hash seal(const Salt& salt, const Field& field) {
  return sealed_hash(salt_of_field(salt, field.name), field.value);
}

std::string to_hex(const Salt& salt) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : salt) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

std::optional<Salt> parse_salt(std::string_view hex) {
  constexpr std::string_view digits = "0123456789abcdef";
  Salt salt{};
  if (hex.size() != salt.size() * 2) return std::nullopt;
  for (std::size_t i = 0; i < salt.size(); ++i) {
    const std::size_t high = digits.find(hex[2 * i]);
    const std::size_t low = digits.find(hex[2 * i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    salt[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return salt;
}

std::string json_string(std::string_view text) {
  std::string json;
  append_string(json, text);
  return json;
}

std::string entry_text(const NewEntry& entry, std::optional<std::int64_t> prev, const Salt& salt) {
  constexpr std::size_t usual = 512;
  std::vector<std::pair<std::string_view, std::string>> sealed, body;
  for (const Field& field : entry.sealed) sealed.emplace_back(field.name, '"' + tlog::to_hex(seal(salt, field)) + '"');
  for (const Field& field : entry.open) {
    CHECK(base::is_utf8(field.value));
    body.emplace_back(field.name, json_string(field.value));
  }
  if (!sealed.empty()) append_object(body.emplace_back("sealed", std::string()).second, std::move(sealed));
  std::string text;
  text.reserve(usual);
  text += "{\"body\":";
  append_object(text, std::move(body));
  text += ",\"prev\":" + (prev ? std::to_string(*prev) : "null") + ",\"subj\":";
  append_string(text, entry.subject);
  text += ",\"ts\":";
  append_string(text, calendar::to_text_local(entry.at));
  text += ",\"type\":";
  append_string(text, entry.type);
  text += ",\"v\":" + std::to_string(entry_version) + "}";
  return text;
}

std::string to_text(const EntryReceipt& receipt) {
  return receipt.origin + "#" + std::to_string(receipt.index) + "." + address_base64(receipt.leaf);
}

base::Result<EntryReceipt> parse_receipt(std::string_view written) {
  if (written.size() > 1000) return receipt_malformed();
  // On paper the text runs over two lines.
  std::string line(written);
  std::erase_if(line, [](char c) { return c == '\n' || c == '\r'; });
  std::string_view text = line;
  const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  if (const std::size_t page = text.find(receipt_page); page != std::string_view::npos)
    text.remove_prefix(page + receipt_page.size());
  const std::size_t hash = text.rfind('#');
  const std::size_t dot = text.rfind('.');
  if (hash == std::string_view::npos || dot == std::string_view::npos || dot < hash || hash == 0)
    return receipt_malformed();
  const auto index = tlog::parse_decimal(text.substr(hash + 1, dot - hash - 1));
  const auto leaf = parse_address_base64(text.substr(dot + 1));
  const std::string_view origin = text.substr(0, hash);
  const bool is_plain =
      std::all_of(origin.begin(), origin.end(), [](char c) { return c > ' ' && c < 0x7f && c != '#'; });
  if (!index || !leaf || !is_plain) return receipt_malformed();
  return EntryReceipt{.origin = std::string(origin), .index = *index, .leaf = *leaf};
}

}  // namespace evidence
