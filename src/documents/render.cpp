#include <cairo.h>

#include <cmath>
#include <numbers>
#include <stdexcept>

#include "layout.h"
#include "ofd_file.h"
#include "pdf_file.h"

namespace documents {
namespace {

constexpr const char* demonstration_words = "演示件，不具法律效力 / Demonstration copy, not legally valid";
constexpr const char* creator = "Yichuang 一窗";

/// What stands on every page around its content: mark, frame, foot.
class Sheet {
 public:
  Sheet(Canvas& canvas, const Template::Content& content, const RenderOptions& options)
      : canvas_(canvas),
        content_(content),
        options_(options),
        width_(content.page.width * points_per_mm),
        height_(content.page.height * points_per_mm) {}

  void page(const Stack& stack, std::size_t number, std::size_t count) {
    if (options_.demonstration) mark();
    frame();
    draw(stack, canvas_, {content_.page.left * points_per_mm, content_.page.top * points_per_mm});
    foot(number, count);
  }

 private:
  /// The light diagonal mark, drawn below everything and as outlines, so that it does not mix into the text people
  /// copy.
  void mark() {
    const double size = width_ > height_ ? height_ * 0.3 : width_ * 0.3;
    const Style style{.face = Face::sans, .bold = true, .size = size};
    const auto layout = Fonts::of_this_thread().layout("演示件", style, -1);
    const Path letters = outlines_of(runs_of(layout.get(), pango_layout_get_line_readonly(layout.get(), 0), {}), size);
    Point low{1e9, 1e9}, high{-1e9, -1e9};
    const auto reach = [&](Point point) {
      low = {std::min(low.x, point.x), std::min(low.y, point.y)};
      high = {std::max(high.x, point.x), std::max(high.y, point.y)};
    };
    for (const Path::Step& step : letters.steps()) {
      if (step.kind == Path::Kind::close) continue;
      reach(step.a);
      if (step.kind == Path::Kind::curve) reach(step.b), reach(step.c);
    }
    const Affine middle = Affine::shift({-(low.x + high.x) / 2, -(low.y + high.y) / 2});
    const Affine turned = Affine::turn(-std::atan2(height_, width_) * 0.85).after(middle);
    canvas_.fill(letters.moved(Affine::shift({width_ / 2, height_ / 2}).after(turned)), {0.925, 0.925, 0.925});
  }

  void rectangle(double inset, double line) {
    Path path;
    path.rectangle({inset, inset}, {width_ - 2 * inset, height_ - 2 * inset});
    canvas_.stroke(path, content_.page.frame_color, line);
  }

  /// One key of the meander, `side` square, running to the right from its lower left corner.
  static void key(Path& path, Point at, double side) {
    const double step = side / 4;
    const auto to = [&](double x, double y) { path.line({at.x + x * step, at.y + y * step}); };
    path.move({at.x, at.y + side});
    to(0, 0);
    to(3, 0);
    to(3, 3);
    to(1.5, 3);
    to(1.5, 1.5);
    path.move({at.x, at.y + side});
    to(4, 4);
  }

  /// A band of keys along one side, which begins at the origin and runs to the right.
  static Path band(double length, double side) {
    const int count = static_cast<int>(std::floor(length / side));
    Path path;
    for (int index = 0; index < count; ++index) key(path, {index * side, 0}, side);
    return path.moved(Affine::stretch(length / count / side, 1));
  }

  void meander(double inset) {
    constexpr double side = 2.6 * points_per_mm;
    const double outer = inset + 1.4 * points_per_mm;
    const double inner_width = width_ - 2 * outer, inner_height = height_ - 2 * outer;
    Path all;
    for (int turn = 0; turn < 4; ++turn) {
      const double length = turn % 2 == 0 ? inner_width : inner_height;
      const Affine corner = Affine::shift({width_ / 2, height_ / 2})
                                .after(Affine::turn(turn * std::numbers::pi / 2))
                                .after(Affine::shift({-length / 2, -(turn % 2 == 0 ? inner_height : inner_width) / 2}));
      all.append(band(length - 2.8 * side, side).moved(corner.after(Affine::shift({side * 1.4, 0}))));
      Path squares;
      squares.rectangle({0, 0}, {side * 1.1, side * 1.1});
      squares.rectangle({side * 0.3, side * 0.3}, {side * 0.5, side * 0.5});
      all.append(squares.moved(corner));
    }
    canvas_.stroke(all, content_.page.frame_color, 0.7);
    rectangle(outer + side + 1.4 * points_per_mm, 0.5);
  }

  void frame() {
    const Page& page = content_.page;
    if (page.frame == Frame::none) return;
    const double inset = page.frame_inset * points_per_mm;
    rectangle(inset, 2.2);
    if (page.frame == Frame::meander)
      meander(inset);
    else
      rectangle(inset + 1.5 * points_per_mm, 0.6);
  }

  void centered(const std::string& text, double y, double size, Color color) {
    const Style style{.face = Face::sans, .size = size, .align = Align::center, .color = color};
    const TextBox box(Fonts::of_this_thread().layout(text, style, width_), size, 1.4, color);
    box.draw(canvas_, {0, y});
  }

  /// Page number and the demonstration's line, inside the lower margin and inside the frame.
  void foot(std::size_t number, std::size_t count) {
    const Page& page = content_.page;
    const double frame =
        page.frame == Frame::none ? 0 : (page.frame_inset + (page.frame == Frame::meander ? 6.5 : 2)) * points_per_mm;
    const double bottom = height_ - std::max(frame, 6 * points_per_mm);
    double y = bottom - 13;
    if (options_.demonstration) {
      centered(demonstration_words, y, 8, {0.55, 0.1, 0.1});
      y -= 12;
    }
    if (count > 1 || page.number_single)
      centered("第" + std::to_string(number) + "页 共" + std::to_string(count) + "页", y, 9, {0.25, 0.25, 0.25});
  }

  Canvas& canvas_;
  const Template::Content& content_;
  const RenderOptions& options_;
  double width_;
  double height_;
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

/// Draws every page on `file`.
template <class File>
base::Result<void> draw_pages(File& file, const Template::Content& content, const feel::Context& data,
                              const RenderOptions& options) {
  TRY(const std::vector<filled::Block> blocks, fill(content, data, options));
  TRY(const std::vector<Stack> pages, pages_of(content.page, blocks));
  Sheet sheet(file, content, options);
  for (std::size_t index = 0; index < pages.size(); ++index) {
    sheet.page(pages[index], index + 1, pages.size());
    file.end_page();
  }
  return {};
}

cairo_status_t append(void* closure, const unsigned char* data, unsigned length) {
  static_cast<std::string*>(closure)->append(reinterpret_cast<const char*>(data), length);
  return CAIRO_STATUS_SUCCESS;
}

}  // namespace

base::Result<std::string> render_pdf(const Template& document, const feel::Context& data,
                                     const RenderOptions& options) {
  const Template::Content& content = document.content();
  PdfFile file(content.page.width * points_per_mm, content.page.height * points_per_mm);
  TRY(std::ignore, draw_pages(file, content, data, options));
  return file.finish({.title = content.title, .creator = creator, .moment = calendar::to_text_local(options.now)});
}

base::Result<std::map<std::string, std::string>> render_ofd(const Template& document, const feel::Context& data,
                                                            const RenderOptions& options, const std::string& id) {
  const Template::Content& content = document.content();
  OfdFile file(content.page.width * points_per_mm, content.page.height * points_per_mm);
  TRY(std::ignore, draw_pages(file, content, data, options));
  return file.finish({.id = id,
                      .title = content.title,
                      .creator = creator,
                      .day = calendar::to_text_local(options.now).substr(0, 10)});
}

PageSize page_size(const Template& document) {
  return {document.content().page.width, document.content().page.height};
}

std::string seal_picture(const std::vector<std::string>& lines, double width_mm, double height_mm) {
  constexpr double dots_per_mm = 12;
  const double width = width_mm * points_per_mm, height = height_mm * points_per_mm,
               scale = dots_per_mm / points_per_mm;
  cairo_surface_t* surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, static_cast<int>(width_mm * dots_per_mm),
                                                        static_cast<int>(height_mm * dots_per_mm));
  cairo_t* cairo = cairo_create(surface);
  cairo_scale(cairo, scale, scale);
  cairo_set_source_rgb(cairo, 0.7, 0.1, 0.1);
  cairo_set_line_width(cairo, 1.2);
  cairo_rectangle(cairo, 1, 1, width - 2, height - 2);
  cairo_stroke(cairo);
  const double pitch = height / (static_cast<double>(lines.size()) + 0.6);
  double baseline = pitch;
  for (const std::string& line : lines) {
    Style style{.face = Face::sans, .size = pitch * 0.62};
    auto layout = Fonts::of_this_thread().layout(line, style, -1);
    int extent = 0;
    pango_layout_get_size(layout.get(), &extent, nullptr);
    if (const double wide = static_cast<double>(extent) / PANGO_SCALE; wide > width - 6) {
      style.size *= (width - 6) / wide;
      layout = Fonts::of_this_thread().layout(line, style, -1);
      pango_layout_get_size(layout.get(), &extent, nullptr);
    }
    const double left = (width - static_cast<double>(extent) / PANGO_SCALE) / 2;
    const Path letters = outlines_of(
        runs_of(layout.get(), pango_layout_get_line_readonly(layout.get(), 0), {left, baseline}), style.size);
    for (const Path::Step& step : letters.steps()) switch (step.kind) {
        case Path::Kind::move:
          cairo_move_to(cairo, step.a.x, step.a.y);
          break;
        case Path::Kind::line:
          cairo_line_to(cairo, step.a.x, step.a.y);
          break;
        case Path::Kind::curve:
          cairo_curve_to(cairo, step.a.x, step.a.y, step.b.x, step.b.y, step.c.x, step.c.y);
          break;
        case Path::Kind::close:
          cairo_close_path(cairo);
          break;
        case Path::Kind::rectangle:
          cairo_rectangle(cairo, step.a.x, step.a.y, step.b.x, step.b.y);
          break;
      }
    cairo_fill(cairo);
    baseline += pitch;
  }
  std::string png;
  cairo_surface_write_to_png_stream(surface, append, &png);
  cairo_destroy(cairo);
  cairo_surface_destroy(surface);
  if (png.empty()) throw std::runtime_error("cairo can not write a picture");
  return png;
}

}  // namespace documents
