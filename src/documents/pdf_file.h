/// A PDF file, written page by page: letters that can be selected, fonts embedded as subsets.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "canvas.h"
#include "glyphs.h"

namespace documents {

struct PdfProperties {
  std::string title;
  std::string creator;
  std::string moment;  // RFC 3339, +08:00
};

class PdfFile : public Canvas {
 public:
  /// Units: points.
  PdfFile(double width, double height) : width_(width), height_(height) {}

  void text(PangoLayout* layout, PangoLayoutLine* line, Point at, double size, Color color) override;
  void fill(const Path& path, Color color) override;
  void stroke(const Path& path, Color color, double width) override;
  void end_page();
  /// The whole file. Source: [PDF].
  std::string finish(const PdfProperties& properties);

 private:
  struct Font {
    explicit Font(GlyphSource& source, std::size_t index) : subset(source), number(index) {}
    GlyphSubset subset;
    std::size_t number;
  };
  Font& font(GlyphSource& source);
  void put(double value);
  void put(const Path& path);
  void color(Color color, char kind);

  double width_;
  double height_;
  std::string content_;             // of the page being drawn
  std::string fill_, stroke_;       // colours in force
  std::vector<std::string> pages_;  // finished contents
  std::map<GlyphSource*, std::unique_ptr<Font>> fonts_;
};

}  // namespace documents
