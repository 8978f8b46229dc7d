/// Boxes of set text and graphics, stacked down the page and split where a page ends.
#pragma once

#include <pango/pango.h>

#include <memory>
#include <vector>

#include "canvas.h"
#include "template.h"

namespace documents {

inline constexpr double points_per_mm = 72.0 / 25.4;

/// Units: points, from the box's top left corner.
class Box {
 public:
  Box() = default;
  virtual ~Box() = default;
  Box(const Box&) = delete;
  Box& operator=(const Box&) = delete;

  virtual double height() const = 0;
  virtual void draw(Canvas& canvas, Point at) const = 0;
  /// Takes off the top what fits into `available`, leaving the rest; null when nothing of it can be split off.
  virtual std::unique_ptr<Box> take(double) { return nullptr; }

  bool keep_with_next = false;
  bool is_space = false;  // dropped at the top of a further page
  bool is_spring = false;
};

using Stack = std::vector<std::unique_ptr<Box>>;

double height_of(const Stack& stack);
void draw(const Stack& stack, Canvas& canvas, Point at);
/// Takes off the top what fits. Headings go with what they head, as long as something stays on the page.
Stack take(Stack& stack, double available);

struct Unref {
  void operator()(void* object) const;
};

/// Lines of one size at one pitch; the layout is shared by the parts of a paragraph that a page end divides.
class TextBox : public Box {
 public:
  TextBox(std::shared_ptr<PangoLayout> layout, double size, double pitch, Color color);
  /// A part of `whole`: lines `first` to before `last`.
  TextBox(const TextBox& whole, std::size_t first, std::size_t last);
  double height() const override { return static_cast<double>(last_ - first_) * pitch_; }
  void draw(Canvas& canvas, Point at) const override;
  std::unique_ptr<Box> take(double available) override;

 private:
  struct Line {
    PangoLayoutLine* line = nullptr;  // owned by the layout
    double x = 0;
  };
  std::shared_ptr<PangoLayout> layout_;
  std::shared_ptr<const std::vector<Line>> lines_;
  std::size_t first_ = 0;
  std::size_t last_ = 0;
  double size_ = 0;
  double pitch_ = 0;
  Color color_;
};

class SpaceBox : public Box {
 public:
  explicit SpaceBox(double height, bool spring = false) : height_(height) {
    is_space = true;
    is_spring = spring;
  }
  double height() const override { return height_; }
  void draw(Canvas&, Point) const override {}
  void stretch(double more) { height_ += more; }

 private:
  double height_;
};

/// A thin line across.
class RuleBox : public Box {
 public:
  RuleBox(double width, Color color) : width_(width), color_(color) {}
  double height() const override { return 1; }
  void draw(Canvas& canvas, Point at) const override;

 private:
  double width_;
  Color color_;
};

/// A framed place for a seal, never a likeness of one.
class FrameBox : public Box {
 public:
  FrameBox(Stack inside, double width, double height) : inside_(std::move(inside)), width_(width), height_(height) {}
  double height() const override { return height_; }
  void draw(Canvas& canvas, Point at) const override;

 private:
  Stack inside_;
  double width_;
  double height_;
};

/// A square of modules.
class QrBox : public Box {
 public:
  QrBox(std::vector<bool> modules, double width, double x) : modules_(std::move(modules)), width_(width), x_(x) {}
  double height() const override { return width_; }
  void draw(Canvas& canvas, Point at) const override;

 private:
  std::vector<bool> modules_;
  double width_;
  double x_;
};

/// Cells side by side, each a stack; ruled or not.
class RowBox : public Box {
 public:
  struct Cell {
    double x = 0;
    double width = 0;
    Stack stack;
  };
  struct Shape {
    double padding = 0;
    bool border = false;
    bool middle = false;     // cells centred vertically
    double split_above = 0;  // a lower row moves to the next page whole
    double gap_below = 0;
  };
  RowBox(std::vector<Cell> cells, Shape shape) : cells_(std::move(cells)), shape_(shape) {}
  double height() const override;
  void draw(Canvas& canvas, Point at) const override;
  std::unique_ptr<Box> take(double available) override;

 private:
  std::vector<Cell> cells_;
  Shape shape_;
};

}  // namespace documents
