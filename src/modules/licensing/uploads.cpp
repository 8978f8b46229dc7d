#include "uploads.h"

#define POINTERHOLDER_TRANSITION 4  // qpdf's newest smart pointers only

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <qpdf/QPDF.hh>
#include <qpdf/QPDFPageDocumentHelper.hh>

namespace licensing {
namespace {

base::Error refused(std::string code, base::Text message) {
  return {.kind = base::Refusal::invalid,
          .code = code,
          .message = message,
          .places = {{.path = "/file", .code = std::move(code), .message = std::move(message)}}};
}

base::Error damaged(std::string_view kind) {
  const std::string name(kind);
  return refused("licensing.file_damaged",
                 {"这个" + name + "文件不完整或已损坏,请重新扫描、拍照或另存后再上传",
                  "This " + name + " file is incomplete or damaged. Please scan, photograph or save it again."});
}

std::uint32_t number_be(std::string_view content, std::size_t at, int bytes) {
  std::uint32_t number = 0;
  for (int i = 0; i < bytes; ++i) number = number << 8 | static_cast<unsigned char>(content[at + i]);
  return number;
}

/// Walks the segments up to the scan, then looks for the end-of-image mark: a cut photo has none.
bool whole_jpeg(std::string_view content) {
  std::size_t at = 2;
  bool has_frame = false;
  while (at + 4 <= content.size()) {
    if (static_cast<unsigned char>(content[at]) != 0xFF) return false;
    const auto mark = static_cast<unsigned char>(content[at + 1]);
    if (mark == 0xFF) {
      ++at;
      continue;
    }
    if (mark == 0xDA) break;
    has_frame |= mark >= 0xC0 && mark <= 0xCF && mark != 0xC4 && mark != 0xC8 && mark != 0xCC;
    const std::uint32_t length = number_be(content, at + 2, 2);
    if (length < 2) return false;
    at += 2 + length;
  }
  if (!has_frame || at + 4 > content.size()) return false;
  const std::size_t end = content.rfind("\xFF\xD9");
  // Some cameras append padding after the end mark; more than a page of it is something else.
  return end != std::string_view::npos && end > at && content.size() - end < 4096;
}

/// Every chunk is whole and its check sum right, and the last one is IEND.
bool whole_png(std::string_view content) {
  std::size_t at = 8;
  bool has_header = false;
  while (at + 12 <= content.size()) {
    const std::size_t length = number_be(content, at, 4);
    if (length > content.size() - at - 12) return false;
    const std::string_view type = content.substr(at + 4, 4);
    const auto* bytes = reinterpret_cast<const Bytef*>(content.data() + at + 4);
    if (crc32(0, bytes, static_cast<uInt>(length + 4)) != number_be(content, at + 8 + length, 4)) return false;
    if (type == "IHDR") {
      constexpr std::uint64_t pixels_max = 100'000'000;
      if (length != 13) return false;
      const std::uint64_t pixels = std::uint64_t{number_be(content, at + 8, 4)} * number_be(content, at + 12, 4);
      if (pixels == 0 || pixels > pixels_max) return false;
      has_header = true;
    }
    if (type == "IEND") return has_header;
    at += 12 + length;
  }
  return false;
}

bool whole_pdf(std::string_view content) {
  try {
    QPDF pdf;
    pdf.setSuppressWarnings(true);
    pdf.setAttemptRecovery(false);  // a cut file would be patched up and its last pages lost
    pdf.processMemoryFile("upload", content.data(), content.size());
    return !QPDFPageDocumentHelper(pdf).getAllPages().empty() && pdf.getWarnings().empty();
  } catch (const std::exception&) {
    return false;
  }
}

struct Kind {
  std::string_view beginning;
  std::string_view name;
  std::string_view content_type;
  bool (*whole)(std::string_view content);
};
constexpr std::array<Kind, 3> kinds = {{
    {"%PDF-", "PDF", "application/pdf", whole_pdf},
    {"\xFF\xD8\xFF", "JPEG", "image/jpeg", whole_jpeg},
    {std::string_view("\x89PNG\r\n\x1A\n", 8), "PNG", "image/png", whole_png},
}};

const Kind* kind_of(std::string_view content) {
  const auto* found =
      std::find_if(kinds.begin(), kinds.end(), [&](const Kind& kind) { return content.starts_with(kind.beginning); });
  return found == kinds.end() ? nullptr : found;
}

}  // namespace

bool is_whole(std::string_view content) {
  const Kind* kind = kind_of(content);
  return kind != nullptr && kind->whole(content);
}

base::Result<std::string> recognise(std::string_view content, const ParseWhole& whole) {
  if (content.empty())
    return refused("licensing.file_empty", {"文件是空的,请重新选择", "The file is empty. Please choose it again."});
  if (content.size() > upload_bytes_max)
    return refused("licensing.file_too_large", {"文件超过20MB,请压缩或分成几个文件上传",
                                                "The file is larger than 20 MB. Please make it smaller or split it."});
  if (const Kind* kind = kind_of(content)) {
    if (!whole(content)) return damaged(kind->name);
    return std::string(kind->content_type);
  }
  return refused("licensing.file_type",
                 {"只能上传PDF、JPEG或PNG文件;这个文件的内容不是其中任何一种",
                  "Only PDF, JPEG or PNG files can be uploaded; the content of this file is none of these."});
}

}  // namespace licensing
