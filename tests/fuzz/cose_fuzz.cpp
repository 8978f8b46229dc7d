/// Texts of QR codes and signed contents, from any bytes: the first byte chooses the reader.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "kernel/base/check.h"
#include "kernel/cose/base45.h"
#include "kernel/cose/cbor.h"
#include "kernel/cose/cose.h"
#include "kernel/cose/licence.h"
#include "kernel/cose/status_list.h"

namespace {

void read_texts(std::string_view text) {
  // One text stands for given bytes: what is read is written the same.
  if (const auto bytes = cose::from_base45(text)) CHECK(cose::to_base45(bytes.value()) == text);
  if (const auto bytes = cose::from_base32(text)) CHECK(cose::to_base32(bytes.value()) == text);
  if (const auto content = cose::from_text(text)) CHECK(cose::from_text(cose::to_qr_text(content.value())).has_value());
}

void read_values(std::string_view bytes) {
  if (const auto value = cbor::decode(bytes)) {
    const std::string written = cbor::encode(value.value());
    const auto again = cbor::decode(written);
    CHECK(again.has_value() && cbor::encode(again.value()) == written);
  }
  if (const auto content = cose::decode_sign1(bytes)) {
    const auto again = cose::decode_sign1(cose::encode(content.value()));
    CHECK(again.has_value() && cose::to_be_signed(again.value()) == cose::to_be_signed(content.value()));
  }
}

void read_claims(std::string_view bytes) {
  if (const auto licence = cose::decode_licence(bytes)) {
    const auto again = cose::decode_licence(cose::encode(licence.value()));
    CHECK(again.has_value() && cose::encode(again.value()) == cose::encode(licence.value()));
  }
  if (const auto list = cose::decode_status_list(bytes))
    for (const std::int64_t index : {-1, 0, 1, 131'071, 131'072}) static_cast<void>(list.value().bits.at(index));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0:
      read_texts(rest);
      break;
    case 1:
      read_values(rest);
      break;
    case 2:
      read_claims(rest);
      break;
    default:
      if (const auto plain = cose::inflate(rest)) CHECK(plain.value().size() <= cose::inflated_bytes_max);
  }
  return 0;
}
