/// Signed files from any bytes: PDF, OFD (as a package, and as parts changed inside a package), trust files.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "kernel/base/check.h"
#include "signing/verify.h"

namespace {

const signing::Trust& nobody() {
  static const signing::Trust trust{.authority = {"局", "Bureau"}};
  return trust;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    // With nobody trusted nothing may be accepted.
    case 0:
      CHECK(!signing::verify_pdf(rest, nobody()).accepted());
      break;
    case 1:
      CHECK(!signing::verify_ofd(rest, nobody()).accepted());
      break;
    case 2:
      if (const auto trust = signing::parse_trust(rest))
        CHECK(signing::parse_trust(signing::to_json(trust.value())).has_value());
      break;
    default:
      CHECK(!signing::verify_licence(rest, nobody(), {1'795'620'000'000'000}).accepted());
  }
  return 0;
}
