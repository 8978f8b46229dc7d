/// Glyphs of the fonts that Pango chose: their outlines, and the runs of a line.
#pragma once

#include <hb.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "canvas.h"

namespace documents {

/// One font file's glyphs, each read once for as long as the thread lives.
class GlyphSource {
 public:
  struct Glyph {
    Path outline;            // thousandths of the size, y upwards
    double advance = 0;      // thousandths of the size
    std::string charstring;  // Type 2, of the outline
  };

  explicit GlyphSource(hb_face_t* face);
  ~GlyphSource();
  GlyphSource(const GlyphSource&) = delete;
  GlyphSource& operator=(const GlyphSource&) = delete;

  const Glyph& glyph(std::uint32_t index);
  /// PostScript name.
  const std::string& name() const { return name_; }
  bool bold() const { return bold_; }
  bool serif() const { return serif_; }

  /// The source of a font as Pango loaded it.
  static GlyphSource& of(PangoFont* font);

 private:
  hb_face_t* face_;
  hb_font_t* font_;
  double scale_ = 1;
  std::string name_;
  bool bold_ = false;
  bool serif_ = false;
  std::unordered_map<std::uint32_t, Glyph> glyphs_;
};

/// Glyphs of one font in a row, with the text each stands for.
struct GlyphRun {
  struct Item {
    std::uint32_t glyph = 0;
    Point at;
    std::string text;  // UTF-8; empty for a further glyph of the same letter
    double advance = 0;
  };
  GlyphSource* source = nullptr;
  std::vector<Item> items;
};

/// Left to right. Units: points; `at` is where the baseline begins.
std::vector<GlyphRun> runs_of(PangoLayout* layout, PangoLayoutLine* line, Point at);

/// The outlines of a whole line.
Path outlines_of(const std::vector<GlyphRun>& runs, double size);

/// Which glyphs of a source a file needs, and under which numbers.
class GlyphSubset {
 public:
  explicit GlyphSubset(GlyphSource& source) : source_(source) {}
  /// The number in the file, from 1. One glyph standing for two texts gets two numbers.
  std::uint32_t number(const GlyphRun::Item& item);
  std::size_t count() const { return chosen_.size(); }
  GlyphSource& source() const { return source_; }
  /// "ABCDEF+NotoSerifCJKsc-Regular": the letters are a hash of the choice.
  std::string name() const;
  /// A CID-keyed CFF font of these glyphs.
  std::string cff() const;
  const std::vector<std::pair<std::uint32_t, std::string>>& chosen() const { return chosen_; }

 private:
  GlyphSource& source_;
  std::map<std::pair<std::uint32_t, std::string>, std::uint32_t> numbers_;
  std::vector<std::pair<std::uint32_t, std::string>> chosen_;  // glyph and text, by number - 1
};

}  // namespace documents
