#include "box.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "qr.h"

namespace documents {
namespace {

/// Rounding of points must not push a line that fits onto the next page.
constexpr double slack = 0.01;
constexpr double rule_width = 0.6;
/// How far above the baseline the square of a Chinese character reaches, in sizes.
constexpr double ascent = 0.88;

Path rectangle(Point corner, double width, double height) {
  Path path;
  path.rectangle(corner, {width, height});
  return path;
}

}  // namespace

void Unref::operator()(void* object) const {
  g_object_unref(object);
}

double height_of(const Stack& stack) {
  double height = 0;
  for (const auto& box : stack) height += box->height();
  return height;
}

void draw(const Stack& stack, Canvas& canvas, Point at) {
  for (const auto& box : stack) {
    box->draw(canvas, at);
    at.y += box->height();
  }
}

Stack take(Stack& stack, double available) {
  double left = available;
  std::size_t count = 0;
  while (count < stack.size() && stack[count]->height() <= left + slack) left -= stack[count++]->height();
  std::unique_ptr<Box> part = count < stack.size() ? stack[count]->take(left) : nullptr;
  if (!part && count < stack.size()) {
    // What heads the next box goes with it, unless nothing else would stay here.
    std::size_t staying = count;
    while (staying > 0 && (stack[staying - 1]->keep_with_next || stack[staying - 1]->is_space)) --staying;
    if (staying > 0) count = staying;
  }
  const auto end = stack.begin() + static_cast<std::ptrdiff_t>(count);
  Stack taken(std::make_move_iterator(stack.begin()), std::make_move_iterator(end));
  stack.erase(stack.begin(), end);
  if (part) taken.push_back(std::move(part));
  while (!stack.empty() && stack.front()->is_space) stack.erase(stack.begin());
  return taken;
}

TextBox::TextBox(std::shared_ptr<PangoLayout> layout, double size, double pitch, Color color)
    : layout_(std::move(layout)), size_(size), pitch_(pitch * size), color_(color) {
  auto lines = std::make_shared<std::vector<Line>>();
  PangoLayoutIter* iterator = pango_layout_get_iter(layout_.get());
  do {
    PangoRectangle logical;
    pango_layout_iter_get_line_extents(iterator, nullptr, &logical);
    lines->push_back({pango_layout_iter_get_line_readonly(iterator), logical.x / static_cast<double>(PANGO_SCALE)});
  } while (pango_layout_iter_next_line(iterator));
  pango_layout_iter_free(iterator);
  last_ = lines->size();
  lines_ = std::move(lines);
}

TextBox::TextBox(const TextBox& whole, std::size_t first, std::size_t last)
    : layout_(whole.layout_),
      lines_(whole.lines_),
      first_(first),
      last_(last),
      size_(whole.size_),
      pitch_(whole.pitch_),
      color_(whole.color_) {}

void TextBox::draw(Canvas& canvas, Point at) const {
  double baseline = at.y + (pitch_ - size_) / 2 + ascent * size_;
  for (std::size_t index = first_; index < last_; ++index) {
    const Line& line = (*lines_)[index];
    canvas.text(layout_.get(), line.line, {at.x + line.x, baseline}, size_, color_);
    baseline += pitch_;
  }
}

std::unique_ptr<Box> TextBox::take(double available) {
  const std::size_t count = last_ - first_;
  std::size_t fitting = static_cast<std::size_t>(std::max(0.0, std::floor((available + slack) / pitch_)));
  if (fitting >= count) fitting = count - 1;
  // No single line is left behind or sent ahead alone.
  if (count - fitting == 1 && fitting > 0) --fitting;
  if (fitting < 2) return nullptr;
  auto part = std::make_unique<TextBox>(*this, first_, first_ + fitting);
  first_ += fitting;
  return part;
}

void RuleBox::draw(Canvas& canvas, Point at) const {
  Path path;
  path.move({at.x, at.y + 0.5});
  path.line({at.x + width_, at.y + 0.5});
  canvas.stroke(path, color_, rule_width);
}

void FrameBox::draw(Canvas& canvas, Point at) const {
  canvas.stroke(rectangle(at, width_, height_), {0.55, 0.55, 0.55}, rule_width);
  documents::draw(inside_, canvas, {at.x, at.y + (height_ - height_of(inside_)) / 2});
}

void QrBox::draw(Canvas& canvas, Point at) const {
  const std::size_t count = static_cast<std::size_t>(std::lround(std::sqrt(static_cast<double>(modules_.size()))));
  const double module = width_ / static_cast<double>(count + 2 * qr_quiet_modules);
  const double margin = module * qr_quiet_modules;
  canvas.fill(rectangle({at.x + x_, at.y}, width_, width_), {1, 1, 1});
  Path black;
  for (std::size_t row = 0; row < count; ++row)
    for (std::size_t column = 0; column < count;) {
      std::size_t end = column;
      while (end < count && modules_[row * count + end]) ++end;
      if (end > column)
        black.rectangle({at.x + x_ + margin + static_cast<double>(column) * module,
                         at.y + margin + static_cast<double>(row) * module},
                        {static_cast<double>(end - column) * module, module});
      column = end + 1;
    }
  canvas.fill(black, {0, 0, 0});
}

double RowBox::height() const {
  double height = 0;
  for (const Cell& cell : cells_) height = std::max(height, height_of(cell.stack));
  return height + 2 * shape_.padding + shape_.gap_below;
}

void RowBox::draw(Canvas& canvas, Point at) const {
  const double inner = height() - shape_.gap_below;
  for (const Cell& cell : cells_) {
    if (shape_.border)
      canvas.stroke(rectangle({at.x + cell.x, at.y}, cell.width, inner), {0.25, 0.25, 0.25}, rule_width);
    const double spare = shape_.middle ? (inner - 2 * shape_.padding - height_of(cell.stack)) / 2 : 0;
    const double side = shape_.border ? shape_.padding * 1.5 : 0;
    documents::draw(cell.stack, canvas, {at.x + cell.x + side, at.y + shape_.padding + spare});
  }
}

std::unique_ptr<Box> RowBox::take(double available) {
  if (height() <= shape_.split_above) return nullptr;
  std::vector<Cell> parts;
  bool any = false;
  for (Cell& cell : cells_) {
    parts.push_back({cell.x, cell.width, documents::take(cell.stack, available - 2 * shape_.padding)});
    any = any || !parts.back().stack.empty();
  }
  shape_.middle = false;
  if (!any) return nullptr;
  return std::make_unique<RowBox>(std::move(parts), shape_);
}

}  // namespace documents
