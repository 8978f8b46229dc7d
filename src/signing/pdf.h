/// The structure of a signed PDF: what is signed, and where the signature stands.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "kernel/base/result.h"

namespace signing {

/// The parts that /ByteRange names, and the signature between them.
struct PdfParts {
  std::string_view before;
  std::string_view after;
  std::string signature;  // DER, without the padding behind it
};

/// Errors: `signing.pdf_unsigned`; `signing.pdf_range` when the signature leaves a part of the file out, bytes were
/// appended, or there is more than one signature; `signing.pdf_signature_broken`.
/// Source: [PDF-12.8.1]. A later change of a licence is a new licence, so nothing may follow the signature.
base::Result<PdfParts> signed_parts(std::string_view pdf);

}  // namespace signing
