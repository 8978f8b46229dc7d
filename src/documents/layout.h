/// Sets filled blocks as boxes, and boxes on pages.
#pragma once

#include <pango/pango.h>

#include <vector>

#include "box.h"
#include "fill.h"

namespace documents {

/// One thread's fonts: looking a font up costs far more than drawing with it, so each thread keeps its own.
class Fonts {
 public:
  static Fonts& of_this_thread();
  ~Fonts();
  Fonts(const Fonts&) = delete;
  Fonts& operator=(const Fonts&) = delete;

  /// Width in points; below 0: as wide as the text.
  std::shared_ptr<PangoLayout> layout(const std::string& text, const Style& style, double width);

 private:
  Fonts();
  PangoFontMap* map_ = nullptr;
  PangoContext* context_ = nullptr;
  /// By face and weight.
  PangoFontDescription* descriptions_[2][2] = {};
};

/// Units: points.
struct Area {
  double width = 0;
  double height = 0;
};

struct Setting {
  Area area;
  double scale = 1;  // of every letter
};

/// Errors: `documents.glyph_missing`, `documents.qr_too_long`, `documents.qr_empty` with the place.
base::Result<Stack> set(const std::vector<filled::Block>& blocks, const Setting& setting);

/// Errors: `documents.too_tall`, `documents.too_long`.
base::Result<std::vector<Stack>> paginate(Stack stack, const Area& area);

}  // namespace documents
