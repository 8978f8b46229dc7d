/// What pages are drawn on: a PDF or an OFD file. Units: points, from the page's upper left corner.
#pragma once

#include <pango/pango.h>

#include <string>
#include <vector>

#include "template.h"

namespace documents {

struct Point {
  double x = 0;
  double y = 0;
};

/// Moves points: x' = xx·x + xy·y + x0, y' = yx·x + yy·y + y0.
struct Affine {
  double xx = 1, xy = 0, x0 = 0;
  double yx = 0, yy = 1, y0 = 0;
  Point operator()(Point point) const { return {xx * point.x + xy * point.y + x0, yx * point.x + yy * point.y + y0}; }
  /// First `inner`, then this.
  Affine after(const Affine& inner) const;
  static Affine shift(Point by) { return {.x0 = by.x, .y0 = by.y}; }
  static Affine turn(double radians);
  static Affine stretch(double x, double y) { return {.xx = x, .yy = y}; }
};

/// Lines and curves; rectangles are kept as such, because both formats have a short word for them.
class Path {
 public:
  enum class Kind { move, line, curve, close, rectangle };
  struct Step {
    Kind kind = Kind::move;
    Point a, b, c;  // curve: two handles and the end; rectangle: corner and size
  };
  void move(Point to) { steps_.push_back({Kind::move, to, {}, {}}); }
  void line(Point to) { steps_.push_back({Kind::line, to, {}, {}}); }
  void curve(Point first, Point second, Point to) { steps_.push_back({Kind::curve, first, second, to}); }
  void close() { steps_.push_back({Kind::close, {}, {}, {}}); }
  void rectangle(Point corner, Point size) { steps_.push_back({Kind::rectangle, corner, size, {}}); }
  /// All points moved; a rectangle becomes four lines.
  Path moved(const Affine& by) const;
  void append(const Path& other) { steps_.insert(steps_.end(), other.steps_.begin(), other.steps_.end()); }
  const std::vector<Step>& steps() const { return steps_; }
  bool empty() const { return steps_.empty(); }

 private:
  std::vector<Step> steps_;
};

class Canvas {
 public:
  Canvas() = default;
  virtual ~Canvas() = default;
  Canvas(const Canvas&) = delete;
  Canvas& operator=(const Canvas&) = delete;

  /// Letters that can be selected and searched; `at` is where the baseline begins.
  virtual void text(PangoLayout* layout, PangoLayoutLine* line, Point at, double size, Color color) = 0;
  virtual void fill(const Path& path, Color color) = 0;
  virtual void stroke(const Path& path, Color color, double width) = 0;
};

}  // namespace documents
