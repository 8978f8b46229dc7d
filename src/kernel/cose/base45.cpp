#include "kernel/cose/base45.h"

#include <array>
#include <cstdint>

namespace cose {
namespace {

constexpr std::string_view alphabet45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
constexpr std::string_view alphabet32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr unsigned base = 45;

base::Error at_character(std::string code, std::size_t index, std::string zh, std::string en) {
  const std::string place = std::to_string(index + 1);
  return {.code = std::move(code), .message = {"第" + place + "个字符:" + zh, "Character " + place + ": " + en}};
}

}  // namespace

std::string to_base45(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() / 2 * 3 + 2);
  for (std::size_t index = 0; index < bytes.size(); index += 2) {
    const bool pair = index + 1 < bytes.size();
    unsigned value = static_cast<unsigned char>(bytes[index]);
    if (pair) value = value << 8 | static_cast<unsigned char>(bytes[index + 1]);
    for (int digit = 0; digit < (pair ? 3 : 2); ++digit, value /= base) text += alphabet45[value % base];
  }
  return text;
}

base::Result<std::string> from_base45(std::string_view text) {
  if (text.size() % 3 == 1)
    return base::Error{
        .code = "cose.base45_length",
        .message = {"二维码文字不完整:Base45的长度不可能是" + std::to_string(text.size()),
                    "The QR text is incomplete: Base45 is never " + std::to_string(text.size()) + " characters long"}};
  std::string bytes;
  bytes.reserve(text.size() / 3 * 2 + 1);
  for (std::size_t start = 0; start < text.size(); start += 3) {
    const std::size_t count = text.size() - start < 3 ? 2 : 3;
    unsigned value = 0, weight = 1;
    for (std::size_t index = start; index < start + count; ++index, weight *= base) {
      const std::size_t digit = alphabet45.find(text[index]);
      if (digit == std::string_view::npos)
        return at_character("cose.base45_character", index, "不属于Base45字符集", "not a character of Base45");
      value += static_cast<unsigned>(digit) * weight;
    }
    if (value > (count == 3 ? 0xFFFFu : 0xFFu))
      return at_character("cose.base45_value", start, "数值过大,不是规范的Base45", "too large a value for Base45");
    if (count == 3) bytes += static_cast<char>(value >> 8);
    bytes += static_cast<char>(value & 0xFF);
  }
  return bytes;
}

std::string to_base32(std::string_view bytes) {
  std::string text;
  std::uint32_t held = 0;
  int bits = 0;
  for (const char byte : bytes) {
    held = held << 8 | static_cast<unsigned char>(byte);
    for (bits += 8; bits >= 5; bits -= 5) text += alphabet32[held >> (bits - 5) & 31];
    held &= (1u << bits) - 1;
  }
  if (bits > 0) text += alphabet32[held << (5 - bits) & 31];
  return text;
}

base::Result<std::string> from_base32(std::string_view text) {
  const auto refuse = [](std::size_t index) {
    return at_character("cose.base32_invalid", index, "不是规范的Base32", "not proper Base32");
  };
  const std::size_t rest = text.size() % 8;
  if (rest == 1 || rest == 3 || rest == 6) return refuse(text.size() - 1);
  std::string bytes;
  std::uint32_t held = 0;
  int bits = 0;
  for (std::size_t index = 0; index < text.size(); ++index) {
    const std::size_t digit = alphabet32.find(text[index]);
    if (digit == std::string_view::npos) return refuse(index);
    held = held << 5 | static_cast<std::uint32_t>(digit);
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes += static_cast<char>(held >> bits & 0xFF);
    }
    held &= (1u << bits) - 1;
  }
  if (held != 0) return refuse(text.size() - 1);
  return bytes;
}

}  // namespace cose
