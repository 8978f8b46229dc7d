#include "kernel/codes/certificates.h"

#include <tuple>
#include <utility>
#include <vector>

#include "kernel/base/unicode.h"
#include "kernel/codes/check_digits.h"
#include "kernel/codes/entities.h"
#include "reading.h"

namespace codes {
namespace {

const base::Text certificate{"电子证照标识", "certificate identifier"};
const base::Text type_part{"证照类型代码", "certificate type"};
const base::Text issuer_part{"证照颁发机构代码", "certificate issuer"};
const base::Text serial_part{"证照流水号", "certificate serial number"};
const base::Text version_part{"证照版本号", "certificate version"};
const base::Text letter_or_digit{"数字或大写字母", "a digit or a letter"};

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == '.')
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

base::Result<void> expect_part(const std::string& part, std::size_t size, const base::Text& what) {
  TRY(std::ignore, expect_length(part, size, what));
  return expect_letters(part, {0, size, letters_0_z, letter_or_digit}, what);
}

base::Result<void> check_parts(const CertificateId& id) {
  TRY(std::ignore, expect_part(id.type, 21, type_part));
  TRY(std::ignore, expect_letters(id.type, {18, 3, digits_0_9, {"数字", "a digit"}}, type_part));
  TRY(std::ignore, expect_part(id.issuer, 18, issuer_part));
  if (id.serial.empty() || id.serial.size() > certificate_serial_max)
    return refused("length_wrong",
                   {"证照流水号应为1至32位", "the certificate serial number must have 1 to 32 characters"});
  TRY(std::ignore, expect_letters(id.serial, {0, id.serial.size(), letters_0_z, letter_or_digit}, serial_part));
  TRY(std::ignore, expect_length(id.version, 3, version_part));
  return expect_letters(id.version, {0, 3, digits_0_9, {"数字", "a digit"}}, version_part);
}

base::Result<void> check_strictly(const CertificateId& id, char check) {
  // The type is allotted by others, and types in use carry credit codes that do not verify: only the issuer is ours.
  TRY(std::ignore, parse_credit_code(id.issuer));
  return expect_check(id.text, id.text.size() - 1, check, certificate);
}

char check_of(const CertificateId& id) {
  return mod_37_36_check(id.type + id.issuer + id.serial + id.version).value();
}

}  // namespace

base::Result<CertificateId> parse_certificate_id(std::string_view typed, CertificateUse use) {
  const std::string text = base::normal_code(typed);
  const std::string root = std::string(certificate_root) + ".";
  const std::vector<std::string> parts =
      text.starts_with(root) ? split(std::string_view(text).substr(root.size())) : std::vector<std::string>();
  if (parts.size() != 5 || parts[4].size() != 1)
    return refused("format_wrong", {"电子证照标识应为“1.2.156.3005.2.类型.颁发机构.流水号.版本号.校验位”,请核对",
                                    "a certificate identifier is “1.2.156.3005.2.type.issuer.serial.version.check”; "
                                    "check it"});
  CertificateId id{.text = text, .type = parts[0], .issuer = parts[1], .serial = parts[2], .version = parts[3]};
  TRY(std::ignore, check_parts(id));
  const base::Result<void> strict = check_strictly(id, check_of(id));
  if (strict) return id;
  if (use == CertificateUse::issue) return strict.error();
  id.warning = strict.error().message;
  return id;
}

base::Result<std::string> make_certificate_id(const CertificateIdRequest& request) {
  TRY(std::string version, padded(request.version, 3, version_part));
  CertificateId id{.text = {},
                   .type = base::normal_code(request.type),
                   .issuer = base::normal_code(request.issuer),
                   .serial = base::normal_code(request.serial),
                   .version = std::move(version)};
  TRY(std::ignore, check_parts(id));
  const char check = check_of(id);
  id.text = std::string(certificate_root) + "." + id.type + "." + id.issuer + "." + id.serial + "." + id.version + "." +
            check;
  TRY(std::ignore, check_strictly(id, check));
  return id.text;
}

}  // namespace codes
