#include "kernel/cose/cose.h"

#include <zlib.h>

#include "kernel/cose/base45.h"
#include "kernel/cose/cbor.h"

namespace cose {
namespace {

constexpr std::int64_t header_algorithm = 1, header_kid = 4, header_type = 16;
constexpr std::uint64_t tag_sign1 = 18;

std::string header_of(const Sign1& content) {
  if (!content.protected_header.empty()) return content.protected_header;
  cbor::Map header{{header_algorithm, es256}, {header_kid, cbor::Bytes{content.kid}}};
  if (!content.type.empty()) header.emplace_back(header_type, content.type);
  return cbor::encode(header);
}

base::Error refuse(std::string code, std::string zh, std::string en) {
  return {.code = std::move(code), .message = {std::move(zh), std::move(en)}};
}

base::Result<void> read_header(Sign1& content) {
  TRY(const cbor::Value header, cbor::decode(content.protected_header));
  if (!header.as_map()) return refuse("cose.not_sign1", "签名头不是映射", "The signed header is not a map");
  const cbor::Value* algorithm = header.find(header_algorithm);
  if (!algorithm || !algorithm->as_number() || *algorithm->as_number() != es256)
    return refuse("cose.algorithm_refused", "签名算法不是ES256,不予接受", "The signature's algorithm is not ES256");
  const cbor::Value* kid = header.find(header_kid);
  if (!kid || !kid->as_bytes() || kid->as_bytes()->size() != kid_bytes)
    return refuse("cose.kid_missing", "没有写明由哪一把密钥签名", "It does not say which key signed it");
  content.kid = *kid->as_bytes();
  std::size_t known = 2;
  if (const cbor::Value* type = header.find(header_type)) {
    if (!type->as_text()) return refuse("cose.header_unknown", "内容类型不是文字", "The type of content is not a text");
    content.type = *type->as_text();
    ++known;
  }
  if (header.as_map()->size() != known)
    return refuse("cose.header_unknown", "签名头含有不认识的内容", "The signed header has an entry that is not known");
  return {};
}

}  // namespace

std::string to_be_signed(const Sign1& content) {
  return cbor::encode(
      cbor::Array{"Signature1", cbor::Bytes{header_of(content)}, cbor::Bytes{}, cbor::Bytes{content.payload}});
}

std::string encode(const Sign1& content) {
  return cbor::encode(
      cbor::Value::tagged(tag_sign1, cbor::Array{cbor::Bytes{header_of(content)}, cbor::Map{},
                                                 cbor::Bytes{content.payload}, cbor::Bytes{content.signature}}));
}

base::Result<Sign1> decode_sign1(std::string_view bytes) {
  TRY(const cbor::Value whole, cbor::decode(bytes));
  const cbor::Tagged* tagged = whole.as_tagged();
  const cbor::Array* parts = tagged && tagged->tag == tag_sign1 ? tagged->content.as_array() : nullptr;
  if (!parts || parts->size() != 4 || !(*parts)[0].as_bytes() || !(*parts)[1].as_map() || !(*parts)[2].as_bytes() ||
      !(*parts)[3].as_bytes())
    return refuse("cose.not_sign1", "不是COSE_Sign1签名内容", "It is not a COSE_Sign1 content");
  if (!(*parts)[1].as_map()->empty())
    return refuse("cose.header_unsigned", "有未被签名保护的头", "There is a header that the signature does not cover");
  Sign1 content{.kid = {},
                .type = {},
                .payload = *(*parts)[2].as_bytes(),
                .signature = *(*parts)[3].as_bytes(),
                .protected_header = *(*parts)[0].as_bytes()};
  TRY(std::ignore, read_header(content));
  if (content.signature.size() != es256_signature_bytes)
    return refuse("cose.signature_length", "签名的长度不对", "The signature's length is wrong");
  return content;
}

std::string deflate(std::string_view bytes) {
  uLongf size = compressBound(static_cast<uLong>(bytes.size()));
  std::string packed(size, '\0');
  const int status = compress2(reinterpret_cast<Bytef*>(packed.data()), &size,
                               reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uLong>(bytes.size()), 9);
  CHECK(status == Z_OK);
  packed.resize(size);
  return packed;
}

base::Result<std::string> inflate(std::string_view bytes) {
  std::string plain(inflated_bytes_max, '\0');
  uLongf size = plain.size();
  uLong used = static_cast<uLong>(bytes.size());
  const int status =
      uncompress2(reinterpret_cast<Bytef*>(plain.data()), &size, reinterpret_cast<const Bytef*>(bytes.data()), &used);
  if (status == Z_BUF_ERROR && size == plain.size())
    return refuse("cose.inflated_too_long", "解压后超过64 KiB,不予接受", "It unpacks to more than 64 KiB");
  if (status != Z_OK || used != bytes.size())
    return refuse("cose.compression_broken", "压缩数据损坏", "The compressed data is damaged");
  plain.resize(size);
  return plain;
}

std::string to_qr_text(const Sign1& content) {
  return std::string(licence_prefix) + to_base45(deflate(encode(content)));
}

std::string to_address(const Sign1& content, std::string_view site) {
  return std::string(site) + std::string(address_mark) + to_base32(deflate(encode(content)));
}

base::Result<Sign1> from_text(std::string_view text) {
  constexpr std::string_view space = " \t\r\n";
  // A space is a digit of Base45: only line ends are taken off there.
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  while (!text.empty() && space.find(text.front()) != std::string_view::npos) text.remove_prefix(1);
  std::string packed;
  if (text.starts_with(licence_prefix)) {
    TRY(packed, from_base45(text.substr(licence_prefix.size())));
  } else if (const std::size_t mark = text.find(address_mark); mark != std::string_view::npos) {
    std::string_view code = text.substr(mark + address_mark.size());
    while (!code.empty() && space.find(code.back()) != std::string_view::npos) code.remove_suffix(1);
    TRY(packed, from_base32(code));
  } else {
    return refuse("cose.not_licence_text", "不是证照二维码的文字(应以LC1:开头)",
                  "It is not the text of a licence's QR code, which begins with LC1:");
  }
  TRY(const std::string plain, inflate(packed));
  return decode_sign1(plain);
}

}  // namespace cose
