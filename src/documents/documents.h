/// Notices and certificates: templates of the catalogue filled with data and drawn as PDF.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/instant.h"
#include "kernel/base/result.h"
#include "kernel/feel/feel.h"

namespace documents {

/// A template, checked and compiled: immutable, shared between threads.
class Template {
 public:
  struct Content;
  explicit Template(std::shared_ptr<const Content> content) : content_(std::move(content)) {}
  const Content& content() const { return *content_; }

 private:
  std::shared_ptr<const Content> content_;
};

inline constexpr std::size_t template_bytes_max = 262'144;
inline constexpr std::size_t pages_max = 200;

/// Reads the YAML described in the README of catalogue/documents. `source` names the file in places ("grant_decision").
/// Errors: `documents.template_invalid` with every fault at once, each with its place ("grant_decision#blocks/3/text").
base::Result<std::shared_ptr<const Template>> parse_template(std::string_view text, std::string_view source);

/// The names the caller must supply, each once, sorted. A name that only a `when` guards is in it too.
std::vector<std::string> needed_names(const Template& document);

struct RenderOptions {
  /// Draws the light diagonal mark 演示件 and the line that says so at the foot of every page.
  bool demonstration = true;
  /// The date of the file, and FEEL's now() and today().
  base::Instant now = {};
  /// "zh": Chinese alone; "zh-en": with the template's English lines below.
  std::string language = "zh";
};

/// The PDF's bytes: A4 or A3, fonts embedded and subset, text selectable; the same bytes for the same input.
///
/// A value that is missing or empty refuses the document: an official paper never has a gap.
/// Errors: `documents.value_missing`, `documents.value_not_text`, `documents.condition_unclear`,
/// `documents.not_a_list`, `documents.not_a_date`, `documents.glyph_missing` (a character no font here can draw),
/// `documents.qr_too_long`, each with the block and the expression; `documents.too_tall`, `documents.too_long` when the
/// content fits no page. Faults: throws std::runtime_error when the fonts are not installed.
base::Result<std::string> render_pdf(const Template& document, const feel::Context& data, const RenderOptions& options);

/// The same pages as the parts of an OFD package, without its signatures; fonts are those that every reader of OFD has.
/// `id`: 32 hexadecimal digits of the document's own. Errors and faults: as of render_pdf.
/// Source: [GB33190].
base::Result<std::map<std::string, std::string>> render_ofd(const Template& document, const feel::Context& data,
                                                            const RenderOptions& options, const std::string& id);

/// Units: millimetres.
struct PageSize {
  double width = 0;
  double height = 0;
};
PageSize page_size(const Template& document);

/// A plain frame with words in it, as PNG: what an electronic seal shows. Never the likeness of a real seal.
std::string seal_picture(const std::vector<std::string>& lines, double width_mm, double height_mm);

/// A QR code as SVG, error correction M, with its quiet zone; black on white.
/// Errors: `documents.qr_too_long` (limit 2,331 bytes), `documents.qr_empty`.
/// Source: [GB18284] ISO/IEC 18004.
base::Result<std::string> qr_svg(std::string_view content);

}  // namespace documents
