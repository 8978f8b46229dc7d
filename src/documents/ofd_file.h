/// An OFD package (GB/T 33190), written page by page: letters as text, everything else as paths. Not signed yet.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "canvas.h"
#include "glyphs.h"

namespace documents {

struct OfdProperties {
  std::string id;  // 32 hexadecimal digits
  std::string title;
  std::string creator;
  std::string day;  // 2026-11-24
};

class OfdFile : public Canvas {
 public:
  /// Units: points.
  OfdFile(double width, double height) : width_(width), height_(height) {}

  void text(PangoLayout* layout, PangoLayoutLine* line, Point at, double size, Color color) override;
  void fill(const Path& path, Color color) override;
  void stroke(const Path& path, Color color, double width) override;
  void end_page();
  /// The parts by name. OFD.xml names the list of signatures, which whoever seals the package adds.
  /// Source: [GB33190].
  std::map<std::string, std::string> finish(const OfdProperties& properties);

 private:
  std::string next_id() { return std::to_string(++last_id_); }
  std::string font(const GlyphSource& source);
  void path(const Path& path, Color color, double width);

  double width_;
  double height_;
  int last_id_ = 100;  // pages and resources have lower numbers
  std::string content_;
  std::vector<std::string> pages_;
};

}  // namespace documents
