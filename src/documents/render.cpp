#include <cairo-pdf.h>
#include <pango/pangocairo.h>

#include <cmath>
#include <numbers>
#include <stdexcept>

#include "layout.h"

namespace documents {
namespace {

constexpr const char* demonstration_words = "演示件，不具法律效力 / Demonstration copy, not legally valid";

class Pdf {
 public:
  Pdf(const Template::Content& content, const RenderOptions& options) : content_(content), options_(options) {
    width_ = content.page.width * points_per_mm;
    height_ = content.page.height * points_per_mm;
    surface_ = cairo_pdf_surface_create_for_stream(&Pdf::write, &bytes_, width_, height_);
    cairo_pdf_surface_restrict_to_version(surface_, CAIRO_PDF_VERSION_1_5);
    // The file's own dates come from the caller, so that equal input gives equal bytes.
    const std::string moment = calendar::to_text_local(options.now);
    metadata(CAIRO_PDF_METADATA_CREATE_DATE, moment);
    metadata(CAIRO_PDF_METADATA_MOD_DATE, moment);
    metadata(CAIRO_PDF_METADATA_TITLE, content.title);
    metadata(CAIRO_PDF_METADATA_CREATOR, "Yichuang 一窗");
    cairo_ = cairo_create(surface_);
  }
  ~Pdf() {
    cairo_destroy(cairo_);
    cairo_surface_destroy(surface_);
  }
  Pdf(const Pdf&) = delete;
  Pdf& operator=(const Pdf&) = delete;

  void page(const Stack& stack, std::size_t number, std::size_t count) {
    if (options_.demonstration) mark();
    frame();
    draw(stack, cairo_, {content_.page.left * points_per_mm, content_.page.top * points_per_mm});
    foot(number, count);
    cairo_show_page(cairo_);
  }

  std::string take() {
    cairo_surface_finish(surface_);
    if (const cairo_status_t status = cairo_surface_status(surface_); status != CAIRO_STATUS_SUCCESS)
      throw std::runtime_error(std::string("cairo can not write the document: ") + cairo_status_to_string(status));
    return std::move(bytes_);
  }

 private:
  static cairo_status_t write(void* closure, const unsigned char* data, unsigned length) {
    static_cast<std::string*>(closure)->append(reinterpret_cast<const char*>(data), length);
    return CAIRO_STATUS_SUCCESS;
  }

  void metadata(cairo_pdf_metadata_t kind, const std::string& text) {
    cairo_pdf_surface_set_metadata(surface_, kind, text.c_str());
  }

  /// The light diagonal mark, drawn below everything and as outlines, so that it does not mix into the text people copy.
  void mark() {
    const double size = width_ > height_ ? height_ * 0.3 : width_ * 0.3;
    const Style style{.face = Face::sans, .bold = true, .size = size};
    const auto layout = Fonts::of_this_thread().layout("演示件", style, -1);
    PangoRectangle ink;
    pango_layout_get_extents(layout.get(), &ink, nullptr);
    cairo_save(cairo_);
    cairo_translate(cairo_, width_ / 2, height_ / 2);
    cairo_rotate(cairo_, -std::atan2(height_, width_) * 0.85);
    cairo_translate(cairo_, -(ink.x + ink.width / 2.0) / PANGO_SCALE, -(ink.y + ink.height / 2.0) / PANGO_SCALE);
    cairo_move_to(cairo_, 0, 0);
    pango_cairo_layout_path(cairo_, layout.get());
    cairo_set_source_rgb(cairo_, 0.925, 0.925, 0.925);
    cairo_fill(cairo_);
    cairo_restore(cairo_);
  }

  void rectangle(double inset, double line) {
    cairo_set_line_width(cairo_, line);
    cairo_rectangle(cairo_, inset, inset, width_ - 2 * inset, height_ - 2 * inset);
    cairo_stroke(cairo_);
  }

  /// One key of the meander, `side` square, running to the right from its lower left corner.
  void key(Point at, double side) {
    const double step = side / 4;
    const auto to = [&](double x, double y) { cairo_line_to(cairo_, at.x + x * step, at.y + y * step); };
    cairo_move_to(cairo_, at.x, at.y + side);
    to(0, 0);
    to(3, 0);
    to(3, 3);
    to(1.5, 3);
    to(1.5, 1.5);
    cairo_move_to(cairo_, at.x, at.y + side);
    to(4, 4);
  }

  /// A band of keys along one side, which begins at the origin and runs to the right.
  void band(double length, double side) {
    const int count = static_cast<int>(std::floor(length / side));
    const double width = length / count;
    cairo_save(cairo_);
    cairo_scale(cairo_, width / side, 1);
    for (int index = 0; index < count; ++index) key({index * side, 0}, side);
    cairo_restore(cairo_);
    cairo_stroke(cairo_);
  }

  void meander(double inset) {
    constexpr double side = 2.6 * points_per_mm;
    const double outer = inset + 1.4 * points_per_mm;
    const double inner_width = width_ - 2 * outer, inner_height = height_ - 2 * outer;
    cairo_set_line_width(cairo_, 0.7);
    for (int turn = 0; turn < 4; ++turn) {
      const double length = turn % 2 == 0 ? inner_width : inner_height;
      cairo_save(cairo_);
      cairo_translate(cairo_, width_ / 2, height_ / 2);
      cairo_rotate(cairo_, turn * std::numbers::pi / 2);
      cairo_translate(cairo_, -length / 2, -(turn % 2 == 0 ? inner_height : inner_width) / 2);
      cairo_translate(cairo_, side * 1.4, 0);
      band(length - 2.8 * side, side);
      cairo_translate(cairo_, -side * 1.4, 0);
      cairo_rectangle(cairo_, 0, 0, side * 1.1, side * 1.1);
      cairo_rectangle(cairo_, side * 0.3, side * 0.3, side * 0.5, side * 0.5);
      cairo_stroke(cairo_);
      cairo_restore(cairo_);
    }
    rectangle(outer + side + 1.4 * points_per_mm, 0.5);
  }

  void frame() {
    const Page& page = content_.page;
    if (page.frame == Frame::none) return;
    const double inset = page.frame_inset * points_per_mm;
    cairo_set_source_rgb(cairo_, page.frame_color.red, page.frame_color.green, page.frame_color.blue);
    rectangle(inset, 2.2);
    if (page.frame == Frame::meander)
      meander(inset);
    else
      rectangle(inset + 1.5 * points_per_mm, 0.6);
  }

  void centered(const std::string& text, double y, double size, Color color) {
    const Style style{.face = Face::sans, .size = size, .align = Align::center, .color = color};
    const TextBox box(Fonts::of_this_thread().layout(text, style, width_), size, 1.4, color);
    box.draw(cairo_, {0, y});
  }

  /// Page number and the demonstration's line, inside the lower margin and inside the frame.
  void foot(std::size_t number, std::size_t count) {
    const Page& page = content_.page;
    const double frame = page.frame == Frame::none ? 0 : (page.frame_inset + (page.frame == Frame::meander ? 6.5 : 2)) * points_per_mm;
    const double bottom = height_ - std::max(frame, 6 * points_per_mm);
    double y = bottom - 13;
    if (options_.demonstration) {
      centered(demonstration_words, y, 8, {0.55, 0.1, 0.1});
      y -= 12;
    }
    if (count > 1 || page.number_single)
      centered("第" + std::to_string(number) + "页 共" + std::to_string(count) + "页", y, 9, {0.25, 0.25, 0.25});
  }

  const Template::Content& content_;
  const RenderOptions& options_;
  double width_ = 0;
  double height_ = 0;
  std::string bytes_;
  cairo_surface_t* surface_ = nullptr;
  cairo_t* cairo_ = nullptr;
};

/// The pages with full-size letters, or with the largest that bring everything on one page.
base::Result<std::vector<Stack>> pages_of(const Page& page, const std::vector<filled::Block>& blocks) {
  const Area area{(page.width - page.left - page.right) * points_per_mm,
                  (page.height - page.top - page.bottom) * points_per_mm};
  const double smallest = page.shrink ? 0.7 : 1;
  for (double scale = 1;; scale -= 0.05) {
    TRY(Stack stack, set(blocks, {.area = area, .scale = scale}));
    if (height_of(stack) <= area.height || scale - 0.05 < smallest) return paginate(std::move(stack), area);
  }
}

}  // namespace

base::Result<std::string> render_pdf(const Template& document, const feel::Context& data, const RenderOptions& options) {
  const Template::Content& content = document.content();
  TRY(const std::vector<filled::Block> blocks, fill(content, data, options));
  TRY(const std::vector<Stack> pages, pages_of(content.page, blocks));
  Pdf pdf(content, options);
  for (std::size_t index = 0; index < pages.size(); ++index) pdf.page(pages[index], index + 1, pages.size());
  return pdf.take();
}

}  // namespace documents
