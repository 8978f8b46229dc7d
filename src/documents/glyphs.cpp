#include "glyphs.h"

#include <hb-ot.h>

#include <array>
#include <cmath>

namespace documents {
namespace {

constexpr double units = 1000;  // of a size: what PDF and CFF count in

struct Pen {
  Path path;
  double scale = 1;
  Point point(float x, float y) const { return {x * scale, y * scale}; }
};

hb_draw_funcs_t* draw_functions() {
  static hb_draw_funcs_t* functions = [] {
    hb_draw_funcs_t* made = hb_draw_funcs_create();
    hb_draw_funcs_set_move_to_func(
        made,
        [](hb_draw_funcs_t*, void* data, hb_draw_state_t*, float x, float y, void*) {
          auto& pen = *static_cast<Pen*>(data);
          pen.path.move(pen.point(x, y));
        },
        nullptr, nullptr);
    hb_draw_funcs_set_line_to_func(
        made,
        [](hb_draw_funcs_t*, void* data, hb_draw_state_t*, float x, float y, void*) {
          auto& pen = *static_cast<Pen*>(data);
          pen.path.line(pen.point(x, y));
        },
        nullptr, nullptr);
    // Curves with one handle come as curves with two when no function is set for them.
    hb_draw_funcs_set_cubic_to_func(
        made,
        [](hb_draw_funcs_t*, void* data, hb_draw_state_t*, float x1, float y1, float x2, float y2, float x, float y,
           void*) {
          auto& pen = *static_cast<Pen*>(data);
          pen.path.curve(pen.point(x1, y1), pen.point(x2, y2), pen.point(x, y));
        },
        nullptr, nullptr);
    hb_draw_funcs_set_close_path_func(
        made, [](hb_draw_funcs_t*, void* data, hb_draw_state_t*, void*) { static_cast<Pen*>(data)->path.close(); },
        nullptr, nullptr);
    hb_draw_funcs_make_immutable(made);
    return made;
  }();
  return functions;
}

/// Type 2 charstrings. Source: [TN5177].
class Charstring {
 public:
  explicit Charstring(double advance) {
    // The width stands before the first operator, unless it is the usual one.
    if (const long width = std::lround(advance); width != std::lround(units)) number(width);
  }
  std::string of(const Path& path) {
    for (const Path::Step& step : path.steps()) switch (step.kind) {
        case Path::Kind::move:
          to(step.a), code_ += '\x15';
          break;
        case Path::Kind::line:
          to(step.a), code_ += '\x05';
          break;
        case Path::Kind::curve:
          to(step.a), to(step.b), to(step.c), code_ += '\x08';
          break;
        case Path::Kind::close:
          break;  // contours close themselves
        case Path::Kind::rectangle:
          CHECK(false);
          break;
      }
    return code_ + '\x0e';
  }

 private:
  void to(Point point) {
    const long x = std::lround(point.x), y = std::lround(point.y);
    number(x - x_);
    number(y - y_);
    x_ = x;
    y_ = y;
  }
  void number(long value) {
    if (value >= -107 && value <= 107) {
      code_ += static_cast<char>(value + 139);
    } else if (value >= 108 && value <= 1131) {
      code_ += static_cast<char>((value - 108) / 256 + 247);
      code_ += static_cast<char>((value - 108) % 256);
    } else if (value >= -1131 && value <= -108) {
      code_ += static_cast<char>((-value - 108) / 256 + 251);
      code_ += static_cast<char>((-value - 108) % 256);
    } else {
      code_ += '\x1c';
      code_ += static_cast<char>(value >> 8 & 0xFF);
      code_ += static_cast<char>(value & 0xFF);
    }
  }
  std::string code_;
  long x_ = 0, y_ = 0;
};

/// CFF's INDEX. Source: [TN5176-5].
std::string index_of(const std::vector<std::string>& items) {
  std::string all;
  const auto put = [&all](std::size_t value, int width) {
    for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) all += static_cast<char>(value >> shift & 0xFF);
  };
  put(items.size(), 2);
  if (items.empty()) return all;
  std::size_t size = 1;
  for (const std::string& item : items) size += item.size();
  const int width = size < 0x100 ? 1 : size < 0x10000 ? 2 : size < 0x1000000 ? 3 : 4;
  put(static_cast<std::size_t>(width), 1);
  std::size_t offset = 1;
  put(offset, width);
  for (const std::string& item : items) put(offset += item.size(), width);
  for (const std::string& item : items) all += item;
  return all;
}

/// An operand of a DICT in five bytes always, so that offsets do not move what they count.
std::string operand(std::size_t value) {
  std::string text(1, '\x1d');
  for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(value >> shift & 0xFF);
  return text;
}

std::string two_bytes(std::size_t value) {
  return {static_cast<char>(value >> 8 & 0xFF), static_cast<char>(value & 0xFF)};
}

}  // namespace

GlyphSource::GlyphSource(hb_face_t* face) : face_(hb_face_reference(face)), font_(hb_font_create(face)) {
  const unsigned per_em = hb_face_get_upem(face);
  hb_font_set_scale(font_, static_cast<int>(per_em), static_cast<int>(per_em));
  scale_ = units / per_em;
  std::array<char, 128> text{};
  unsigned size = text.size();
  hb_ot_name_get_utf8(face, HB_OT_NAME_ID_POSTSCRIPT_NAME, HB_LANGUAGE_INVALID, &size, text.data());
  name_ = text.data();
  bold_ = name_.find("Bold") != std::string::npos;
  serif_ = name_.find("Serif") != std::string::npos;
}

GlyphSource::~GlyphSource() {
  hb_font_destroy(font_);
  hb_face_destroy(face_);
}

const GlyphSource::Glyph& GlyphSource::glyph(std::uint32_t index) {
  const auto known = glyphs_.find(index);
  if (known != glyphs_.end()) return known->second;
  Pen pen{.path = {}, .scale = scale_};
#if HB_VERSION_ATLEAST(7, 0, 0)
  hb_font_draw_glyph(font_, index, draw_functions(), &pen);
#else
  hb_font_get_glyph_shape(font_, index, draw_functions(), &pen);
#endif
  Glyph glyph{
      .outline = std::move(pen.path), .advance = hb_font_get_glyph_h_advance(font_, index) * scale_, .charstring = {}};
  glyph.charstring = Charstring(glyph.advance).of(glyph.outline);
  return glyphs_.emplace(index, std::move(glyph)).first->second;
}

GlyphSource& GlyphSource::of(PangoFont* font) {
  thread_local std::map<hb_face_t*, std::unique_ptr<GlyphSource>> sources;
  hb_face_t* face = hb_font_get_face(pango_font_get_hb_font(font));
  std::unique_ptr<GlyphSource>& source = sources[face];
  if (!source) source = std::make_unique<GlyphSource>(face);
  return *source;
}

std::vector<GlyphRun> runs_of(PangoLayout* layout, PangoLayoutLine* line, Point at) {
  const char* text = pango_layout_get_text(layout);
  std::vector<GlyphRun> runs;
  for (GSList* each = line->runs; each; each = each->next) {
    const auto& [item, glyphs, y_offset, start_x, end_x] = *static_cast<PangoGlyphItem*>(each->data);
    GlyphRun run{.source = &GlyphSource::of(item->analysis.font), .items = {}};
    for (int index = 0; index < glyphs->num_glyphs; ++index) {
      const PangoGlyphInfo& info = glyphs->glyphs[index];
      const double advance = static_cast<double>(info.geometry.width) / PANGO_SCALE;
      if (info.glyph != PANGO_GLYPH_EMPTY) {
        const int cluster = glyphs->log_clusters[index];
        int next = index + 1;
        while (next < glyphs->num_glyphs && glyphs->log_clusters[next] == cluster) ++next;
        const int end = next < glyphs->num_glyphs ? glyphs->log_clusters[next] : item->length;
        const bool first = index == 0 || glyphs->log_clusters[index - 1] != cluster;
        run.items.push_back(
            {.glyph = info.glyph,
             .at = {at.x + static_cast<double>(info.geometry.x_offset) / PANGO_SCALE,
                    at.y + static_cast<double>(info.geometry.y_offset) / PANGO_SCALE},
             .text = first ? std::string(text + item->offset + cluster, static_cast<std::size_t>(end - cluster)) : "",
             .advance = advance});
      }
      at.x += advance;
    }
    if (!run.items.empty()) runs.push_back(std::move(run));
  }
  return runs;
}

Path outlines_of(const std::vector<GlyphRun>& runs, double size) {
  Path all;
  for (const GlyphRun& run : runs)
    for (const GlyphRun::Item& item : run.items)
      all.append(run.source->glyph(item.glyph)
                     .outline.moved(Affine::shift(item.at).after(Affine::stretch(size / units, -size / units))));
  return all;
}

std::uint32_t GlyphSubset::number(const GlyphRun::Item& item) {
  const auto [found, fresh] =
      numbers_.emplace(std::pair(item.glyph, item.text), static_cast<std::uint32_t>(chosen_.size() + 1));
  if (fresh) chosen_.emplace_back(item.glyph, item.text);
  return found->second;
}

std::string GlyphSubset::name() const {
  std::uint64_t hash = 14695981039346656037ull;
  for (const auto& [glyph, text] : chosen_) hash = (hash ^ glyph) * 1099511628211ull;
  std::string tag;
  for (int letter = 0; letter < 6; ++letter, hash /= 26) tag += static_cast<char>('A' + hash % 26);
  return tag + "+" + source_.name();
}

/// Source: [TN5176-18] CID-keyed fonts.
std::string GlyphSubset::cff() const {
  constexpr std::size_t sid_registry = 391;      // the first string of our own: 391 are standard
  std::vector<std::string> charstrings{"\x0e"};  // what stands for a missing glyph is empty
  for (const auto& [glyph, text] : chosen_) charstrings.push_back(source_.glyph(glyph).charstring);
  const std::size_t count = charstrings.size();
  const std::string header("\x01\x00\x04\x04", 4),
      names = index_of({name()}), strings = index_of({"Adobe", "Identity"}), subroutines = index_of({});
  const std::string charset = std::string(1, '\x02') + two_bytes(1) + two_bytes(count - 2);
  const std::string choice = std::string(1, '\x03') + two_bytes(1) + two_bytes(0) + '\0' + two_bytes(count);
  const std::string glyphs = index_of(charstrings);
  const std::string private_part = operand(static_cast<std::size_t>(units)) + '\x14' + operand(0) + '\x15';
  const auto top = [&](std::size_t charset_at) {
    const std::size_t choice_at = charset_at + charset.size(), glyphs_at = choice_at + choice.size();
    const std::size_t private_at = glyphs_at + glyphs.size(), fonts_at = private_at + private_part.size();
    const std::string escape(1, '\x0c');
    return index_of({operand(sid_registry) + operand(sid_registry + 1) + operand(0) + escape + '\x1e' + operand(count) +
                     escape + '\x22' + operand(charset_at) + '\x0f' + operand(choice_at) + escape + '\x25' +
                     operand(glyphs_at) + '\x11' + operand(fonts_at) + escape + '\x24'});
  };
  const std::size_t charset_at = header.size() + names.size() + top(0).size() + strings.size() + subroutines.size();
  const std::size_t private_at = charset_at + charset.size() + choice.size() + glyphs.size();
  const std::string fonts = index_of({operand(private_part.size()) + operand(private_at) + '\x12'});
  return header + names + top(charset_at) + strings + subroutines + charset + choice + glyphs + private_part + fonts;
}

}  // namespace documents
