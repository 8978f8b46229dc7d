#include "pdf.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <optional>

#include "der.h"
#include "kernel/calendar/calendar.h"
#include "key.h"

namespace signing {
namespace {

/// Room for the signature. Units: bytes; each takes two hexadecimal digits.
constexpr std::size_t signature_bytes = 4'096, signature_bytes_stamped = 12'288;
constexpr std::size_t range_digits = 10;

base::Error not_ours(const char* what) {
  return {.code = "signing.pdf_not_ours",
          .message = {std::string("不是本系统绘制的PDF,无法签名:") + what,
                      std::string("It is not a PDF of our own drawing and cannot be signed: ") + what}};
}

std::optional<std::size_t> number_after(std::string_view text, std::string_view key) {
  std::size_t at = text.find(key);
  if (at == std::string_view::npos) return std::nullopt;
  at += key.size();
  while (at < text.size() && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '[')) ++at;
  std::size_t number = 0;
  const auto read = std::from_chars(text.data() + at, text.data() + text.size(), number);
  if (read.ec != std::errc()) return std::nullopt;
  return number;
}

/// Cairo's file: one classic cross-reference table.
class Original {
 public:
  explicit Original(std::string_view pdf) : pdf_(pdf) {}

  base::Result<void> read() {
    const std::size_t start = pdf_.rfind("startxref");
    const auto table = start == std::string_view::npos ? std::nullopt : number_after(pdf_.substr(start), "startxref");
    if (!table || *table >= pdf_.size() || !pdf_.substr(*table).starts_with("xref")) return not_ours("xref");
    table_ = *table;
    const std::size_t trailer = pdf_.find("trailer", table_);
    if (trailer == std::string_view::npos) return not_ours("trailer");
    const std::string_view tail = pdf_.substr(trailer, start - trailer);
    const auto size = number_after(tail, "/Size"), root = number_after(tail, "/Root"),
               info = number_after(tail, "/Info");
    const auto first = number_after(pdf_.substr(table_), "xref");
    if (!size || !root || !info || !first || *first != 0) return not_ours("trailer");
    size_ = *size;
    root_ = *root;
    info_ = *info;
    rows_ = pdf_.find('\n', pdf_.find('\n', table_) + 1) + 1;
    TRY(catalog_, object(root_));
    const auto pages = number_after(catalog_, "/Pages");
    if (!pages) return not_ours("/Pages");
    TRY(const std::string tree, object(*pages));
    const auto page = number_after(tree, "/Kids");
    if (!page) return not_ours("/Kids");
    page_ = *page;
    TRY(page_object_, object(page_));
    if (page_object_.find("/Type /Page") == std::string::npos || page_object_.find("/Annots") != std::string::npos)
      return not_ours("/Page");
    return {};
  }

  std::size_t table() const { return table_; }
  std::size_t size() const { return size_; }
  std::size_t root() const { return root_; }
  std::size_t info() const { return info_; }
  std::size_t page() const { return page_; }
  /// Each without the brackets that close it.
  const std::string& catalog() const { return catalog_; }
  const std::string& page_object() const { return page_object_; }

 private:
  base::Result<std::string> object(std::size_t number) const {
    constexpr std::size_t row_bytes = 20;
    const std::size_t row = rows_ + number * row_bytes;
    if (number >= size_ || row + row_bytes > pdf_.size()) return not_ours("object number");
    std::size_t offset = 0;
    std::from_chars(pdf_.data() + row, pdf_.data() + row + range_digits, offset);
    const std::string head = std::to_string(number) + " 0 obj";
    if (offset >= pdf_.size() || !pdf_.substr(offset).starts_with(head)) return not_ours("object");
    const std::size_t end = pdf_.find("endobj", offset);
    if (end == std::string_view::npos) return not_ours("endobj");
    const std::string_view body = pdf_.substr(offset, end - offset);
    const std::size_t open = body.find("<<"), close = body.rfind(">>");
    if (open == std::string_view::npos || close == std::string_view::npos || close < open)
      return not_ours("dictionary");
    return std::string(body.substr(open, close - open));
  }

  std::string_view pdf_;
  std::size_t table_ = 0, rows_ = 0, size_ = 0, root_ = 0, info_ = 0, page_ = 0;
  std::string catalog_, page_object_;
};

/// A text string as UTF-16 in hexadecimal digits: any character, nothing to escape.
std::string pdf_text(std::string_view text) {
  constexpr const char* digits = "0123456789ABCDEF";
  std::string all = "<FEFF";
  const auto put = [&](unsigned unit) {
    for (int shift = 12; shift >= 0; shift -= 4) all += digits[unit >> shift & 15];
  };
  for (std::size_t at = 0; at < text.size();) {
    const unsigned first = static_cast<unsigned char>(text[at]);
    const std::size_t count = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    unsigned code = count == 1 ? first : first & (0x7Fu >> count);
    for (std::size_t index = 1; index < count && at + index < text.size(); ++index)
      code = code << 6 | (static_cast<unsigned char>(text[at + index]) & 0x3F);
    at += count;
    if (code >= 0x10000) {
      put(0xD800 + ((code - 0x10000) >> 10));
      put(0xDC00 + ((code - 0x10000) & 0x3FF));
    } else {
      put(code);
    }
  }
  return all + ">";
}

/// "D:20261124093000+08'00'".
std::string pdf_time(base::Instant at) {
  const std::string local = calendar::to_text_local(at);  // 2026-11-24T09:30:00+08:00
  std::string digits;
  for (const char each : local.substr(0, 19))
    if (each >= '0' && each <= '9') digits += each;
  return "(D:" + digits + "+08'00')";
}

std::string padded(std::size_t number) {
  std::string text = std::to_string(number);
  return std::string(range_digits - text.size(), '0') + text;
}

/// The file with an empty signature, and where its parts begin.
struct Prepared {
  std::string pdf;
  std::size_t range = 0;     // of the digits in /ByteRange
  std::size_t contents = 0;  // of the "<"
};

Prepared append_signature(std::string pdf, const Original& original, const PdfWords& words, std::size_t room) {
  const std::size_t field = original.size(), signature = field + 1;
  if (!pdf.ends_with('\n')) pdf += '\n';
  std::vector<std::pair<std::size_t, std::size_t>> offsets;
  const auto object = [&](std::size_t number, const std::string& body) {
    offsets.emplace_back(number, pdf.size());
    pdf += std::to_string(number) + " 0 obj\n" + body + "\nendobj\n";
  };
  const std::string field_reference = std::to_string(field) + " 0 R";
  object(original.root(),
         original.catalog() + "   /Version /1.7\n   /AcroForm << /Fields [" + field_reference + "] /SigFlags 3 >>\n>>");
  object(original.page(), original.page_object() + "   /Annots [" + field_reference + "]\n>>");
  object(field, "<< /Type /Annot /Subtype /Widget /FT /Sig /T (Signature1) /F 132 /Rect [0 0 0 0] /P " +
                    std::to_string(original.page()) + " 0 R /V " + std::to_string(signature) + " 0 R >>");
  Prepared prepared;
  const std::string start = "<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /M " +
                            pdf_time(words.at) + " /Name " + pdf_text(words.signer) + " /Reason " +
                            pdf_text(words.reason) + "\n/ByteRange [0 ";
  const std::string number_line = std::to_string(signature) + " 0 obj\n";
  const std::size_t body = pdf.size() + number_line.size();
  prepared.range = body + start.size();
  const std::string blank(range_digits, '0');
  const std::string middle = blank + " " + blank + " " + blank + "]\n/Contents ";
  prepared.contents = prepared.range + middle.size();
  object(signature, start + middle + "<" + std::string(2 * room, '0') + "> >>");
  std::sort(offsets.begin(), offsets.end());
  const std::size_t table = pdf.size();
  pdf += "xref\n";
  for (const auto& [number, offset] : offsets) pdf += std::to_string(number) + " 1\n" + padded(offset) + " 00000 n \n";
  const std::string id = "<" + hex_of(sha256(pdf).substr(0, 16)) + ">";
  pdf += "trailer\n<< /Size " + std::to_string(signature + 1) + " /Root " + std::to_string(original.root()) +
         " 0 R /Info " + std::to_string(original.info()) + " 0 R /Prev " + std::to_string(original.table()) + " /ID [" +
         id + " " + id + "] >>\nstartxref\n" + std::to_string(table) + "\n%%EOF\n";
  prepared.pdf = std::move(pdf);
  return prepared;
}

base::Error range_refused(const char* zh, const char* en) {
  return {.code = "signing.pdf_range", .message = {zh, en}};
}

}  // namespace

base::Result<std::string> KeyRing::sign_pdf(std::string pdf, const PdfWords& words,
                                            const TimeStampSource* source) const {
  Original original(pdf);
  TRY(std::ignore, original.read());
  const std::size_t room = source ? signature_bytes_stamped : signature_bytes;
  Prepared prepared = append_signature(std::move(pdf), original, words, room);
  std::string& whole = prepared.pdf;
  const std::size_t after = prepared.contents + 2 * room + 2;
  const std::string range = padded(prepared.contents) + " " + padded(after) + " " + padded(whole.size() - after);
  std::copy(range.begin(), range.end(), whole.begin() + static_cast<std::ptrdiff_t>(prepared.range));

  const Owned<EVP_MD_CTX> digest(EVP_MD_CTX_new());
  std::string hash(32, '\0');
  if (EVP_DigestInit_ex(digest.get(), EVP_sha256(), nullptr) != 1 ||
      EVP_DigestUpdate(digest.get(), whole.data(), prepared.contents) != 1 ||
      EVP_DigestUpdate(digest.get(), whole.data() + after, whole.size() - after) != 1 ||
      EVP_DigestFinal_ex(digest.get(), reinterpret_cast<unsigned char*>(hash.data()), nullptr) != 1)
    openssl_failed("digest");
  const auto now = state();
  const std::string signature =
      hex_of(detached_cms(now->active(Purpose::document), now->active(Purpose::authority), hash, source));
  CHECK(signature.size() <= 2 * room);
  std::copy(signature.begin(), signature.end(), whole.begin() + static_cast<std::ptrdiff_t>(prepared.contents + 1));
  return std::move(whole);
}

base::Result<PdfParts> signed_parts(std::string_view pdf) {
  constexpr std::string_view key = "/ByteRange";
  const std::size_t found = pdf.find(key);
  if (found == std::string_view::npos)
    return base::Error{.code = "signing.pdf_unsigned",
                       .message = {"这份PDF没有电子签名", "This PDF has no electronic signature"}};
  if (pdf.find(key, found + 1) != std::string_view::npos)
    return range_refused("文件里有不止一个签名,或签名之后又改动过",
                         "There is more than one signature, or a change after it");
  std::size_t at = found + key.size();
  std::size_t numbers[4] = {};
  const auto skip = [&](std::string_view allowed) {
    while (at < pdf.size() && allowed.find(pdf[at]) != std::string_view::npos) ++at;
  };
  for (std::size_t& number : numbers) {
    skip(" \r\n[");
    const auto read = std::from_chars(pdf.data() + at, pdf.data() + pdf.size(), number);
    if (read.ec != std::errc())
      return range_refused("签名范围写得不对", "The range of the signature is not written properly");
    at = static_cast<std::size_t>(read.ptr - pdf.data());
  }
  const auto [start, open, close, rest] = numbers;
  if (start != 0 || open >= close || close > pdf.size() || rest > pdf.size() - close)
    return range_refused("签名范围写得不对", "The range of the signature is not written properly");
  if (close + rest != pdf.size())
    return range_refused("签名之后又附加了内容", "Something was appended after the signature");
  if (pdf[open] != '<' || pdf[close - 1] != '>' || open < found)
    return range_refused("签名没有覆盖整份文件", "The signature does not cover the whole file");
  PdfParts parts{.before = pdf.substr(0, open), .after = pdf.substr(close), .signature = {}};
  const base::Error damaged{.code = "signing.pdf_signature_broken",
                            .message = {"PDF里的签名数据损坏", "The signature inside the PDF is damaged"}};
  const std::string_view digits = pdf.substr(open + 1, close - open - 2);
  if (digits.size() % 2 != 0) return damaged;
  for (std::size_t index = 0; index < digits.size(); index += 2) {
    unsigned byte = 0;
    const auto read = std::from_chars(digits.data() + index, digits.data() + index + 2, byte, 16);
    if (read.ec != std::errc() || read.ptr != digits.data() + index + 2) return damaged;
    parts.signature += static_cast<char>(byte);
  }
  der::Reader reader(parts.signature);
  const auto item = reader.take(der::tag_sequence, "SignedData");
  if (!item) return damaged;
  const std::size_t length = item.value().whole.size();
  if (parts.signature.find_first_not_of('\0', length) != std::string::npos) return damaged;
  parts.signature.resize(length);
  return parts;
}

}  // namespace signing
