#include "uploads.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <string>

namespace {

/// A PDF of one empty page with a right cross-reference table.
std::string pdf() {
  std::string text = "%PDF-1.4\n";
  std::vector<std::size_t> offsets;
  for (const char* object : {"1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n",
                             "2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n",
                             "3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] >>\nendobj\n"}) {
    offsets.push_back(text.size());
    text += object;
  }
  const std::size_t table = text.size();
  text += "xref\n0 4\n0000000000 65535 f \n";
  for (const std::size_t offset : offsets) {
    char line[32];
    std::snprintf(line, sizeof line, "%010zu 00000 n \n", offset);
    text += line;
  }
  return text + "trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n" + std::to_string(table) + "\n%%EOF\n";
}

std::string be32(std::uint32_t number) {
  return {static_cast<char>(number >> 24), static_cast<char>(number >> 16), static_cast<char>(number >> 8),
          static_cast<char>(number)};
}

std::string chunk(const std::string& type, const std::string& data) {
  const std::string body = type + data;
  return be32(static_cast<std::uint32_t>(data.size())) + body +
         be32(static_cast<std::uint32_t>(
             crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()))));
}

std::string png() {
  return std::string("\x89PNG\r\n\x1A\n", 8) + chunk("IHDR", be32(2) + be32(2) + std::string("\x08\x02\0\0\0", 5)) +
         chunk("IDAT", "not looked into") + chunk("IEND", "");
}

std::string jpeg() {
  const auto segment = [](char mark, const std::string& data) {
    const auto length = static_cast<std::uint16_t>(data.size() + 2);
    return std::string("\xFF") + mark + static_cast<char>(length >> 8) + static_cast<char>(length) + data;
  };
  return "\xFF\xD8" + segment('\xE0', "JFIF") + segment('\xC0', "frame") + segment('\xDA', "scan") + "picture" +
         "\xFF\xD9";
}

std::string code(const std::string& content, const licensing::ParseWhole& whole = licensing::is_whole) {
  const auto type = licensing::recognise(content, whole);
  return type ? type.value() : type.error().code;
}

TEST(recognise, tells_whole_files_by_their_content) {
  EXPECT_EQ(code(pdf()), "application/pdf");
  EXPECT_EQ(code(png()), "image/png");
  EXPECT_EQ(code(jpeg()), "image/jpeg");
}

TEST(recognise, refuses_disguised_files) {
  EXPECT_EQ(code("<html><script>alert(1)</script>"), "licensing.file_type");
  EXPECT_EQ(code("MZ\x90 this program cannot be run"), "licensing.file_type");
  EXPECT_EQ(code("PK\x03\x04 word"), "licensing.file_type");
}

TEST(recognise, refuses_files_that_were_cut_off) {
  for (const std::string& whole : {pdf(), png(), jpeg()})
    for (const std::size_t size : {whole.size() / 2, whole.size() - 8, std::size_t{12}})
      EXPECT_EQ(code(whole.substr(0, size)), "licensing.file_damaged") << whole.substr(0, 4) << " " << size;
}

TEST(recognise, refuses_a_png_with_a_broken_check_sum_or_too_many_pixels) {
  std::string broken = png();
  broken[20] ^= 1;
  EXPECT_EQ(code(broken), "licensing.file_damaged");
  const std::string bomb = std::string("\x89PNG\r\n\x1A\n", 8) +
                           chunk("IHDR", be32(60'000) + be32(60'000) + std::string("\x08\x02\0\0\0", 5)) +
                           chunk("IEND", "");
  EXPECT_EQ(code(bomb), "licensing.file_damaged");
}

TEST(recognise, refuses_what_the_parser_does_not_vouch_for) {
  EXPECT_EQ(code(pdf(), [](std::string_view) { return false; }), "licensing.file_damaged");
}

TEST(recognise, refuses_empty_and_oversized_files) {
  EXPECT_EQ(code(""), "licensing.file_empty");
  EXPECT_EQ(code(std::string(licensing::upload_bytes_max + 1, 'x')), "licensing.file_too_large");
}

}  // namespace
