#include "kernel/tlog/note.h"

#include <sodium.h>

#include <algorithm>
#include <set>

#include "kernel/base/unicode.h"

namespace tlog {
namespace {

constexpr std::string_view dash = "\u2014 ";
constexpr std::string_view separator = "\n\n";
constexpr std::size_t time_bytes = 8;
constexpr std::size_t id_bytes = 4;

base::Error key_malformed() {
  return {.code = "tlog.key_malformed",
          .message = {"公钥的写法不对:应为“名称+编号+Base64”,且编号与内容相符",
                      "The public key is malformed: it must read name+id+base64, and the id must match."}};
}

base::Error note_malformed(const char* zh, const char* en) {
  return {.code = "tlog.note_malformed",
          .message = {std::string("签名文本格式不对:") + zh, std::string("The signed note is malformed: ") + en}};
}

base::Error signature_wrong(const std::string& name) {
  return {.code = "tlog.signature_wrong",
          .message = {name + " 的签名不成立:内容被改动,或不是由该密钥签署",
                      "The signature of " + name + " does not hold: the text was changed or another key signed it."}};
}

std::string big_endian(std::uint64_t number, std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[size - 1 - i] = static_cast<char>(number >> (8 * i) & 255);
  return bytes;
}

std::uint64_t number_of(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char byte : bytes) number = number << 8 | static_cast<unsigned char>(byte);
  return number;
}

std::string key_bytes(const VerifierKey& key) {
  return std::string(1, static_cast<char>(key.kind)) + std::string(key.key.begin(), key.key.end());
}

std::string id_text(std::uint32_t id) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (int shift = 28; shift >= 0; shift -= 4) text += digits[id >> shift & 15];
  return text;
}

std::string cosigned_text(std::string_view text, std::uint64_t at_s) {
  return "cosignature/v1\ntime " + std::to_string(at_s) + "\n" + std::string(text);
}

std::string signature_over(std::string_view message, const SigningKey& key) {
  std::string signature(crypto_sign_BYTES, '\0');
  crypto_sign_detached(reinterpret_cast<unsigned char*>(signature.data()), nullptr,
                       reinterpret_cast<const unsigned char*>(message.data()), message.size(), key.secret.data());
  return signature;
}

bool holds(std::string_view signature, std::string_view message, const VerifierKey& key) {
  return signature.size() == crypto_sign_BYTES &&
         crypto_sign_verify_detached(reinterpret_cast<const unsigned char*>(signature.data()),
                                     reinterpret_cast<const unsigned char*>(message.data()), message.size(),
                                     key.key.data()) == 0;
}

/// The code points that Unicode calls white space, beyond ASCII, as UTF-8.
constexpr std::string_view wide_spaces[] = {"\u00A0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003",
                                            "\u2004", "\u2005", "\u2006", "\u2007", "\u2008", "\u2009",
                                            "\u200A", "\u2028", "\u2029", "\u202F", "\u205F", "\u3000"};

bool is_clean(std::string_view bytes) {
  return base::is_utf8(bytes) && std::none_of(bytes.begin(), bytes.end(),
                                              [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; });
}

/// A line without its newline.
std::optional<SignatureLine> parse_line(std::string_view line) {
  if (!line.starts_with(dash)) return std::nullopt;
  line.remove_prefix(dash.size());
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos || !is_key_name(line.substr(0, space))) return std::nullopt;
  const std::optional<std::string> bytes = parse_base64(line.substr(space + 1));
  if (!bytes || bytes->size() <= id_bytes) return std::nullopt;
  return SignatureLine{.name = std::string(line.substr(0, space)),
                       .id = static_cast<std::uint32_t>(number_of(std::string_view(*bytes).substr(0, id_bytes))),
                       .signature = bytes->substr(id_bytes)};
}

}  // namespace

std::uint32_t VerifierKey::id() const {
  const Hash hash = sha256(name + "\n" + key_bytes(*this));
  return static_cast<std::uint32_t>(number_of(bytes_of(hash).substr(0, id_bytes)));
}

std::string to_text(const VerifierKey& key) {
  return key.name + "+" + id_text(key.id()) + "+" + to_base64(key_bytes(key));
}

bool is_key_name(std::string_view name) {
  if (name.empty() || !is_clean(name) || name.find_first_of(" +\n\x7f") != std::string_view::npos) return false;
  if (name.find("\u0085") != std::string_view::npos) return false;
  return std::none_of(std::begin(wide_spaces), std::end(wide_spaces),
                      [&](std::string_view space) { return name.find(space) != std::string_view::npos; });
}

base::Result<VerifierKey> parse_verifier_key(std::string_view text) {
  const std::size_t first = text.find('+');
  const std::size_t second = first == std::string_view::npos ? first : text.find('+', first + 1);
  if (second == std::string_view::npos) return key_malformed();
  const std::optional<std::string> bytes = parse_base64(text.substr(second + 1));
  if (!is_key_name(text.substr(0, first)) || !bytes || bytes->size() != 33) return key_malformed();
  VerifierKey key{.name = std::string(text.substr(0, first)), .kind = static_cast<KeyKind>((*bytes)[0]), .key = {}};
  if (key.kind != KeyKind::ed25519 && key.kind != KeyKind::cosignature) return key_malformed();
  std::copy(bytes->begin() + 1, bytes->end(), key.key.begin());
  if (text.substr(first + 1, second - first - 1) != id_text(key.id())) return key_malformed();
  return key;
}

SigningKey make_key(std::string_view name, KeyKind kind, const Seed& seed) {
  CHECK(is_key_name(name));
  SigningKey key{.verifier = {.name = std::string(name), .kind = kind, .key = {}}, .secret = {}};
  CHECK(crypto_sign_seed_keypair(key.verifier.key.data(), key.secret.data(), seed.data()) == 0);
  return key;
}

std::string to_text(const SignatureLine& line) {
  return std::string(dash) + line.name + " " + to_base64(big_endian(line.id, id_bytes) + line.signature) + "\n";
}

std::string to_text(const Note& note) {
  std::string text = note.text + "\n";
  for (const SignatureLine& line : note.signatures) text += to_text(line);
  return text;
}

base::Result<std::vector<SignatureLine>> parse_signature_lines(std::string_view bytes) {
  if (bytes.size() > note_bytes_max) return note_malformed("过长", "it is too long");
  if (!is_clean(bytes)) return note_malformed("含有不允许的字符", "it contains characters that are not allowed");
  if (!bytes.empty() && bytes.back() != '\n') return note_malformed("没有以换行结束", "it does not end with a newline");
  std::vector<SignatureLine> lines;
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    std::optional<SignatureLine> line = parse_line(bytes.substr(0, end));
    if (!line) return note_malformed("签名行的写法不对", "a signature line is malformed");
    if (lines.size() == note_signatures_max) return note_malformed("签名过多", "there are too many signatures");
    lines.push_back(std::move(*line));
    bytes.remove_prefix(end + 1);
  }
  return lines;
}

base::Result<Note> parse_note(std::string_view bytes) {
  if (bytes.size() > note_bytes_max) return note_malformed("过长", "it is too long");
  if (!is_clean(bytes)) return note_malformed("含有不允许的字符", "it contains characters that are not allowed");
  const std::size_t split = bytes.rfind(separator);
  if (split == std::string_view::npos) return note_malformed("没有签名", "there is no signature");
  Note note{.text = std::string(bytes.substr(0, split + 1)), .signatures = {}};
  TRY(note.signatures, parse_signature_lines(bytes.substr(split + separator.size())));
  if (note.signatures.empty()) return note_malformed("没有签名", "there is no signature");
  return note;
}

SignatureLine sign(std::string_view text, const SigningKey& key) {
  CHECK(key.verifier.kind == KeyKind::ed25519);
  return {.name = key.verifier.name, .id = key.verifier.id(), .signature = signature_over(text, key)};
}

SignatureLine cosign(std::string_view text, const SigningKey& key, std::uint64_t at_s) {
  CHECK(key.verifier.kind == KeyKind::cosignature && at_s >> 63 == 0);
  return {.name = key.verifier.name,
          .id = key.verifier.id(),
          .signature = big_endian(at_s, time_bytes) + signature_over(cosigned_text(text, at_s), key)};
}

base::Result<std::vector<Signed>> verify_signatures(const Note& note, const std::vector<VerifierKey>& known) {
  std::vector<Signed> found;
  std::set<std::pair<std::string, std::uint32_t>> seen;
  for (const SignatureLine& line : note.signatures) {
    const auto key = std::find_if(known.begin(), known.end(), [&](const VerifierKey& candidate) {
      return candidate.name == line.name && candidate.id() == line.id;
    });
    // A second line of the same key adds nothing.
    if (key == known.end() || !seen.emplace(line.name, line.id).second) continue;
    std::optional<std::uint64_t> at_s;
    bool is_right = false;
    if (key->kind == KeyKind::ed25519) {
      is_right = holds(line.signature, note.text, *key);
    } else if (line.signature.size() > time_bytes) {
      at_s = number_of(std::string_view(line.signature).substr(0, time_bytes));
      is_right = *at_s >> 63 == 0 &&
                 holds(std::string_view(line.signature).substr(time_bytes), cosigned_text(note.text, *at_s), *key);
    }
    if (!is_right) return signature_wrong(line.name);
    found.push_back({.by = *key, .at_s = at_s});
  }
  return found;
}

}  // namespace tlog
