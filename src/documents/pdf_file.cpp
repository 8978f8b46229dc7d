#include "pdf_file.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace documents {
namespace {

constexpr double units = 1000;
/// Outlines hardly shrink further with more effort, and effort is what a file costs most.
constexpr int compression = 1;

std::string packed(const std::string& content) {
  uLongf size = compressBound(static_cast<uLong>(content.size()));
  std::string out(size, '\0');
  const int status =
      compress2(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(content.data()),
                static_cast<uLong>(content.size()), compression);
  CHECK(status == Z_OK);
  out.resize(size);
  return out;
}

void put_hex(std::string& to, unsigned value, int digits) {
  constexpr const char* names = "0123456789ABCDEF";
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) to += names[value >> shift & 15];
}

/// UTF-16, most significant byte first, as hexadecimal digits.
std::string utf16_hex(const std::string& text) {
  std::string all;
  for (std::size_t at = 0; at < text.size();) {
    const unsigned first = static_cast<unsigned char>(text[at]);
    const std::size_t count = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    unsigned code = count == 1 ? first : first & (0x7Fu >> count);
    for (std::size_t index = 1; index < count && at + index < text.size(); ++index)
      code = code << 6 | (static_cast<unsigned char>(text[at + index]) & 0x3F);
    at += count;
    if (code < 0x10000) {
      put_hex(all, code, 4);
    } else {
      put_hex(all, 0xD800 + ((code - 0x10000) >> 10), 4);
      put_hex(all, 0xDC00 + ((code - 0x10000) & 0x3FF), 4);
    }
  }
  return all;
}

/// "2026-11-24T09:30:00+08:00" as "(D:20261124093000+08'00)".
std::string date_of(const std::string& moment) {
  std::string digits;
  for (const char each : moment.substr(0, 19))
    if (each >= '0' && each <= '9') digits += each;
  return "(D:" + digits + "+08'00)";
}

/// The objects of the file, numbered as they come, and the table of where they are.
class Objects {
 public:
  Objects() { bytes_ = "%PDF-1.7\n%\xE4\xB8\x80\xE7\xAA\x97\n"; }
  std::size_t reserve() {
    offsets_.push_back(0);
    return offsets_.size();
  }
  void write(std::size_t number, const std::string& body) {
    offsets_[number - 1] = bytes_.size();
    bytes_ += std::to_string(number) + " 0 obj\n" + body + "\nendobj\n";
  }
  std::size_t add(const std::string& body) {
    const std::size_t number = reserve();
    write(number, body);
    return number;
  }
  std::size_t stream(const std::string& entries, const std::string& content) {
    const std::string small = packed(content);
    return add("<< " + entries + "/Filter /FlateDecode /Length " + std::to_string(small.size()) + " >>\nstream\n" +
               small + "\nendstream");
  }
  std::string finish(std::size_t root, std::size_t info) {
    const std::size_t table = bytes_.size();
    bytes_ += "xref\n0 " + std::to_string(offsets_.size() + 1) + "\n0000000000 65535 f \n";
    for (const std::size_t offset : offsets_) {
      const std::string digits = std::to_string(offset);
      bytes_ += std::string(10 - digits.size(), '0') + digits + " 00000 n \n";
    }
    bytes_ += "trailer\n<< /Size " + std::to_string(offsets_.size() + 1) + " /Root " + std::to_string(root) +
              " 0 R /Info " + std::to_string(info) + " 0 R >>\nstartxref\n" + std::to_string(table) + "\n%%EOF\n";
    return std::move(bytes_);
  }

 private:
  std::string bytes_;
  std::vector<std::size_t> offsets_;
};

std::string reference(std::size_t number) {
  return std::to_string(number) + " 0 R";
}

/// Which text each glyph stands for. Source: [PDF-9.10.3].
std::string unicode_map(const GlyphSubset& subset) {
  constexpr std::size_t block = 100;
  std::string map =
      "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo << /Registry (Adobe) /Ordering "
      "(UCS) "
      "/Supplement 0 >> def\n/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <FFFF>\n"
      "endcodespacerange\n";
  std::vector<std::string> lines;
  for (std::size_t index = 0; index < subset.chosen().size(); ++index) {
    const std::string& text = subset.chosen()[index].second;
    if (text.empty()) continue;
    std::string line = "<";
    put_hex(line, static_cast<unsigned>(index + 1), 4);
    lines.push_back(line + "> <" + utf16_hex(text) + ">\n");
  }
  for (std::size_t start = 0; start < lines.size(); start += block) {
    const std::size_t end = std::min(lines.size(), start + block);
    map += std::to_string(end - start) + " beginbfchar\n";
    for (std::size_t index = start; index < end; ++index) map += lines[index];
    map += "endbfchar\n";
  }
  return map + "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n";
}

/// Source: [PDF-9.7] composite fonts.
std::size_t write_font(Objects& objects, const GlyphSubset& subset) {
  const std::string name = subset.name();
  const std::size_t file = objects.stream("/Subtype /CIDFontType0C ", subset.cff());
  const std::size_t map = objects.stream("", unicode_map(subset));
  const std::size_t descriptor =
      objects.add("<< /Type /FontDescriptor /FontName /" + name +
                  " /Flags 4 /FontBBox [-1000 -1000 3000 2000] /ItalicAngle 0 /Ascent 880 "
                  "/Descent -120 /CapHeight 733 /StemV " +
                  (subset.source().bold() ? "140" : "80") + " /FontFile3 " + reference(file) + " >>");
  std::string widths;
  for (std::size_t index = 0; index < subset.chosen().size(); ++index) {
    const long width = std::lround(subset.source().glyph(subset.chosen()[index].first).advance);
    if (width != std::lround(units)) widths += std::to_string(index + 1) + " [" + std::to_string(width) + "] ";
  }
  const std::size_t descendant =
      objects.add("<< /Type /Font /Subtype /CIDFontType0 /BaseFont /" + name +
                  " /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) "
                  "/Supplement 0 >> /FontDescriptor " +
                  reference(descriptor) + " /DW 1000" + (widths.empty() ? "" : " /W [" + widths + "]") + " >>");
  return objects.add("<< /Type /Font /Subtype /Type0 /BaseFont /" + name + " /Encoding /Identity-H /DescendantFonts [" +
                     reference(descendant) + "] /ToUnicode " + reference(map) + " >>");
}

}  // namespace

PdfFile::Font& PdfFile::font(GlyphSource& source) {
  std::unique_ptr<Font>& found = fonts_[&source];
  if (!found) found = std::make_unique<Font>(source, fonts_.size());
  return *found;
}

void PdfFile::put(double value) {
  std::array<char, 32> text{};
  const double rounded = std::round(value * 1000) / 1000;
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), rounded == 0 ? 0.0 : rounded, std::chars_format::fixed);
  content_.append(text.data(), end.ptr);
  content_ += ' ';
}

void PdfFile::color(Color color, char kind) {
  std::string before;
  std::swap(before, content_);
  put(color.red);
  put(color.green);
  put(color.blue);
  std::swap(before, content_);
  std::string& in_force = kind == 'f' ? fill_ : stroke_;
  if (in_force == before) return;
  content_ += before + (kind == 'f' ? "rg\n" : "RG\n");
  in_force = before;
}

void PdfFile::put(const Path& path) {
  const auto put_point = [this](Point point) {
    put(point.x);
    put(height_ - point.y);
  };
  for (const Path::Step& step : path.steps()) switch (step.kind) {
      case Path::Kind::move:
        put_point(step.a), content_ += "m\n";
        break;
      case Path::Kind::line:
        put_point(step.a), content_ += "l\n";
        break;
      case Path::Kind::curve:
        put_point(step.a), put_point(step.b), put_point(step.c), content_ += "c\n";
        break;
      case Path::Kind::close:
        content_ += "h\n";
        break;
      case Path::Kind::rectangle:
        put_point({step.a.x, step.a.y + step.b.y});
        put(step.b.x);
        put(step.b.y);
        content_ += "re\n";
        break;
    }
}

void PdfFile::fill(const Path& path, Color with) {
  if (path.empty()) return;
  color(with, 'f');
  put(path);
  content_ += "f\n";
}

void PdfFile::stroke(const Path& path, Color with, double width) {
  if (path.empty()) return;
  color(with, 's');
  put(width);
  content_ += "w\n";
  put(path);
  content_ += "S\n";
}

void PdfFile::text(PangoLayout* layout, PangoLayoutLine* line, Point at, double size, Color with) {
  constexpr double exact = 0.005;  // points
  for (const GlyphRun& run : runs_of(layout, line, at)) {
    Font& used = font(*run.source);
    color(with, 'f');
    content_ += "BT /F" + std::to_string(used.number) + " ";
    put(size);
    content_ += "Tf 1 0 0 1 ";
    put(run.items.front().at.x);
    put(height_ - run.items.front().at.y);
    content_ += "Tm [<";
    double x = run.items.front().at.x;
    const double baseline = run.items.front().at.y;
    for (const GlyphRun::Item& item : run.items) {
      CHECK(std::abs(item.at.y - baseline) < 1);  // horizontal writing
      if (std::abs(item.at.x - x) > exact) {
        content_ += ">";
        put((x - item.at.x) / size * units);
        content_.back() = '<';
        x = item.at.x;
      }
      put_hex(content_, used.subset.number(item), 4);
      x += run.source->glyph(item.glyph).advance * size / units;
    }
    content_ += ">] TJ ET\n";
  }
}

void PdfFile::end_page() {
  pages_.push_back(std::move(content_));
  content_.clear();
  fill_.clear();
  stroke_.clear();
}

std::string PdfFile::finish(const PdfProperties& properties) {
  Objects objects;
  const std::size_t root = objects.reserve(), tree = objects.reserve();
  std::vector<std::size_t> pages;
  for (std::size_t index = 0; index < pages_.size(); ++index) pages.push_back(objects.reserve());
  std::vector<const Font*> in_order(fonts_.size());
  for (const auto& [source, each] : fonts_) in_order[each->number - 1] = each.get();
  std::string resources = "<< /ProcSet [/PDF /Text] /Font <<";
  for (const Font* each : in_order)
    resources += " /F" + std::to_string(each->number) + " " + reference(write_font(objects, each->subset));
  const std::size_t shared = objects.add(resources + " >> >>");
  std::array<char, 64> box{};
  std::snprintf(box.data(), box.size(), "[0 0 %.3f %.3f]", width_, height_);
  std::string kids;
  for (std::size_t index = 0; index < pages_.size(); ++index) {
    const std::size_t content = objects.stream("", pages_[index]);
    objects.write(pages[index], "<< /Type /Page /Parent " + reference(tree) + " /MediaBox " + box.data() +
                                    " /Resources " + reference(shared) + " /Contents " + reference(content) + " >>");
    kids += reference(pages[index]) + " ";
  }
  objects.write(tree, "<< /Type /Pages /Kids [" + kids + "] /Count " + std::to_string(pages.size()) + " >>");
  objects.write(root, "<< /Type /Catalog /Pages " + reference(tree) + " /Lang (zh-CN) >>");
  const std::string date = date_of(properties.moment);
  const std::size_t info =
      objects.add("<< /Title <FEFF" + utf16_hex(properties.title) + "> /Creator <FEFF" + utf16_hex(properties.creator) +
                  "> /Producer (Yichuang) /CreationDate " + date + " /ModDate " + date + " >>");
  return objects.finish(root, info);
}

}  // namespace documents
