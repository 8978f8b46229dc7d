#include "layout.h"

#include <pango/pangocairo.h>

#include <algorithm>
#include <stdexcept>

#include "qr.h"

namespace documents {
namespace {

constexpr double table_padding = 4;
/// English under Chinese, in sizes of the Chinese.
constexpr double english_size = 0.72;
constexpr Color english_color{0.35, 0.35, 0.35};

constexpr const char* families[] = {"Noto Serif CJK SC", "Noto Sans CJK SC"};

}  // namespace

Fonts& Fonts::of_this_thread() {
  thread_local Fonts fonts;
  return fonts;
}

Fonts::Fonts() {
  map_ = pango_cairo_font_map_new();
  pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(map_), 72);  // a unit is a point
  context_ = pango_font_map_create_context(map_);
  pango_context_set_language(context_, pango_language_from_string("zh-cn"));
  pango_context_set_base_dir(context_, PANGO_DIRECTION_LTR);
  pango_context_set_round_glyph_positions(context_, FALSE);
  cairo_font_options_t* options = cairo_font_options_create();
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
  pango_cairo_context_set_font_options(context_, options);
  cairo_font_options_destroy(options);
  for (int face = 0; face < 2; ++face)
    for (int bold = 0; bold < 2; ++bold) {
      PangoFontDescription* description = pango_font_description_new();
      pango_font_description_set_family_static(description, families[face]);
      pango_font_description_set_weight(description, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
      descriptions_[face][bold] = description;
      pango_font_description_set_absolute_size(description, 12 * PANGO_SCALE);
      const std::unique_ptr<PangoFont, Unref> font(pango_font_map_load_font(map_, context_, description));
      PangoFontDescription* found = font ? pango_font_describe(font.get()) : nullptr;
      const bool right = found && std::string_view(pango_font_description_get_family(found)) == families[face];
      if (found) pango_font_description_free(found);
      if (!right)
        throw std::runtime_error(std::string("the font ") + families[face] +
                                 " is not installed; install the package fonts-noto-cjk");
    }
}

Fonts::~Fonts() {
  for (auto& faces : descriptions_)
    for (PangoFontDescription* description : faces) pango_font_description_free(description);
  g_object_unref(context_);
  g_object_unref(map_);
}

std::shared_ptr<PangoLayout> Fonts::layout(const std::string& text, const Style& style, double width) {
  std::shared_ptr<PangoLayout> layout(pango_layout_new(context_), Unref());
  PangoFontDescription* description = descriptions_[style.face == Face::serif ? 0 : 1][style.bold ? 1 : 0];
  pango_font_description_set_absolute_size(description, style.size * PANGO_SCALE);
  pango_layout_set_font_description(layout.get(), description);
  pango_layout_set_text(layout.get(), text.data(), static_cast<int>(text.size()));
  if (width >= 0) pango_layout_set_width(layout.get(), static_cast<int>(width * PANGO_SCALE));
  pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
  pango_layout_set_indent(layout.get(), static_cast<int>(style.indent * style.size * PANGO_SCALE));
  pango_layout_set_auto_dir(layout.get(), FALSE);
  switch (style.align) {
    case Align::justify:
      pango_layout_set_justify(layout.get(), TRUE);
      break;
    case Align::left:
      pango_layout_set_alignment(layout.get(), PANGO_ALIGN_LEFT);
      break;
    case Align::center:
      pango_layout_set_alignment(layout.get(), PANGO_ALIGN_CENTER);
      break;
    case Align::right:
      pango_layout_set_alignment(layout.get(), PANGO_ALIGN_RIGHT);
      break;
  }
  return layout;
}

namespace {

class Setter {
 public:
  explicit Setter(const Setting& setting) : setting_(setting), fonts_(Fonts::of_this_thread()) {}

  Stack stack(const std::vector<filled::Block>& blocks, double width) {
    Stack all;
    for (const filled::Block& block : blocks) {
      const Style& style = block.source->style;
      space(all, style.before, block.source->keep_with_next);
      const std::size_t first = all.size();
      add(all, block, width);
      if (block.source->keep_with_next)
        for (std::size_t index = first; index < all.size(); ++index) all[index]->keep_with_next = true;
      space(all, style.after, block.source->keep_with_next);
    }
    return all;
  }

  std::vector<base::Place> take_faults() { return std::move(faults_); }

 private:
  void space(Stack& stack, double mm, bool keep) {
    if (mm <= 0) return;
    stack.push_back(std::make_unique<SpaceBox>(mm * points_per_mm));
    stack.back()->keep_with_next = keep;
  }

  void text_box(Stack& stack, const std::string& text, const std::string& place, Style style, double width) {
    style.size *= setting_.scale;
    const auto layout = fonts_.layout(text, style, width);
    if (pango_layout_get_unknown_glyphs_count(layout.get()) > 0)
      faults_.push_back({.path = place,
                         .code = "documents.glyph_missing",
                         .message = {"“" + text + "”中有字体里没有的字，不能印出",
                                     "“" + text + "” has a character that no installed font can draw"}});
    stack.push_back(std::make_unique<TextBox>(layout, style.size, style.pitch, style.color));
  }

  void words(Stack& stack, const filled::Line& line, const Style& style, double width) {
    if (!line.zh.empty()) text_box(stack, line.zh, line.place, style, width);
    if (line.en.empty()) return;
    Style english = style;
    english.size *= english_size;
    english.pitch = 1.4;
    english.bold = false;
    english.color = english_color;
    text_box(stack, line.en, line.place, english, width);
  }

  Stack words(const filled::Line& line, const Style& style, double width) {
    Stack stack;
    words(stack, line, style, width);
    return stack;
  }

  void rows(Stack& stack, const filled::Rows& rows, const Style& style, double width) {
    const double label_width = rows.style->label_width * points_per_mm;
    const double padding = rows.style->border ? table_padding : 0;
    const double inset = 3 * padding;
    Style value = style;
    value.align = Align::left;
    for (const filled::Row& row : rows.rows) {
      // Labels stand on the first line of their values, also where they are smaller.
      Style label = rows.style->label;
      label.pitch = style.pitch * style.size / label.size;
      std::vector<RowBox::Cell> cells;
      cells.push_back({0, label_width, words(row.label, label, label_width - inset)});
      cells.push_back({label_width, width - label_width, words(row.value, value, width - label_width - inset)});
      stack.push_back(
          std::make_unique<RowBox>(std::move(cells), RowBox::Shape{.padding = padding,
                                                                   .border = rows.style->border,
                                                                   .middle = rows.style->border,
                                                                   .split_above = setting_.area.height / 2,
                                                                   .gap_below = rows.style->gap * points_per_mm}));
    }
  }

  void table(Stack& stack, const filled::Table& table, const Style& style, double width) {
    double weights = 0;
    for (const Table::Column& column : table.style->columns) weights += column.weight;
    const auto line = [&](const std::vector<filled::Line>& texts, bool head) {
      std::vector<RowBox::Cell> cells;
      double x = 0;
      for (std::size_t index = 0; index < texts.size(); ++index) {
        const Table::Column& column = table.style->columns[index];
        const double cell = width * column.weight / weights;
        Style text = style;
        text.align = head ? Align::center : column.align;
        text.bold = head || style.bold;
        cells.push_back({x, cell, words(texts[index], text, cell - 3 * table_padding)});
        x += cell;
      }
      stack.push_back(std::make_unique<RowBox>(
          std::move(cells),
          RowBox::Shape{
              .padding = table_padding, .border = true, .middle = true, .split_above = setting_.area.height / 2}));
      stack.back()->keep_with_next = head;
    };
    line(table.heads, true);
    for (const auto& row : table.rows) line(row, false);
  }

  void columns(Stack& stack, const filled::Columns& columns, double width) {
    const double gap = columns.style->gap * points_per_mm;
    double weights = 0;
    for (const Columns::Column& column : columns.style->columns) weights += column.weight;
    const double all = width - gap * static_cast<double>(columns.columns.size() - 1);
    std::vector<RowBox::Cell> cells;
    double x = 0;
    for (std::size_t index = 0; index < columns.columns.size(); ++index) {
      const double cell = all * columns.style->columns[index].weight / weights;
      cells.push_back({x, cell, this->stack(columns.columns[index], cell)});
      x += cell + gap;
    }
    stack.push_back(
        std::make_unique<RowBox>(std::move(cells), RowBox::Shape{.split_above = setting_.area.height * 0.6}));
  }

  void qr(Stack& stack, const filled::Qr& qr, const Style& style, double width) {
    auto modules = qr_modules(qr.content.zh);
    if (!modules) {
      faults_.push_back({.path = qr.content.place, .code = modules.error().code, .message = modules.error().message});
      return;
    }
    const double side = std::min(qr.style->size * points_per_mm, width);
    const double x = style.align == Align::right ? width - side : style.align == Align::center ? (width - side) / 2 : 0;
    stack.push_back(std::make_unique<QrBox>(std::move(modules).value(), side, x));
    if (qr.caption.zh.empty()) return;
    stack.back()->keep_with_next = true;
    words(stack, qr.caption, style, width);
  }

  void signature(Stack& stack, const filled::Signature& signature, const Style& style, double width) {
    const double side = std::min(signature.style->width * points_per_mm, width);
    Style text = style;
    text.align = Align::center;
    text.indent = 0;
    Stack inside;
    if (!signature.style->label.empty())
      text_box(inside, signature.style->label, signature.authority.place, text, side);
    words(inside, signature.authority, text, side);
    // The place of the seal is a plain frame with words: a seal's likeness is never drawn.
    Style seal = text;
    seal.size = std::min(9.0, style.size);
    seal.color = {0.45, 0.45, 0.45};
    seal.face = Face::sans;
    seal.bold = false;
    const double seal_width = 34 * points_per_mm;
    Stack mark;
    text_box(mark, "（盖章处 · 演示）", signature.authority.place, seal, seal_width);
    std::vector<RowBox::Cell> frame;
    frame.push_back({(side - seal_width) / 2, seal_width, {}});
    frame[0].stack.push_back(std::make_unique<FrameBox>(std::move(mark), seal_width, 13 * points_per_mm));
    space(inside, 1.5, false);
    inside.push_back(std::make_unique<RowBox>(std::move(frame), RowBox::Shape{.split_above = setting_.area.height}));
    space(inside, 1.5, false);
    text_box(inside, signature.date, signature.authority.place, text, side);
    const double x = style.align == Align::left ? 0 : style.align == Align::center ? (width - side) / 2 : width - side;
    std::vector<RowBox::Cell> cells;
    cells.push_back({x, side, std::move(inside)});
    stack.push_back(std::make_unique<RowBox>(std::move(cells), RowBox::Shape{.split_above = setting_.area.height}));
  }

  void add(Stack& stack, const filled::Block& block, double width) {
    const Style& style = block.source->style;
    if (const auto* blank = std::get_if<Space>(&block.content)) space(stack, blank->height, false);
    if (const auto* line = std::get_if<filled::Line>(&block.content)) words(stack, *line, style, width);
    if (const auto* some = std::get_if<filled::Rows>(&block.content)) rows(stack, *some, style, width);
    if (const auto* some = std::get_if<filled::Table>(&block.content)) table(stack, *some, style, width);
    if (const auto* some = std::get_if<filled::Columns>(&block.content)) columns(stack, *some, width);
    if (const auto* some = std::get_if<filled::Qr>(&block.content)) qr(stack, *some, style, width);
    if (const auto* some = std::get_if<filled::Signature>(&block.content)) signature(stack, *some, style, width);
    if (std::holds_alternative<documents::Line>(block.content))
      stack.push_back(std::make_unique<RuleBox>(width, style.color));
    if (std::holds_alternative<Spring>(block.content)) stack.push_back(std::make_unique<SpaceBox>(0, true));
  }

  const Setting& setting_;
  Fonts& fonts_;
  std::vector<base::Place> faults_;
};

/// Shares what is left of the page among its springs.
void stretch(Stack& page, double height) {
  const auto springs = std::count_if(page.begin(), page.end(), [](const auto& box) { return box->is_spring; });
  if (springs == 0) return;
  const double share = std::max(0.0, height - height_of(page)) / static_cast<double>(springs);
  for (auto& box : page)
    if (box->is_spring) static_cast<SpaceBox&>(*box).stretch(share);
}

}  // namespace

base::Result<Stack> set(const std::vector<filled::Block>& blocks, const Setting& setting) {
  Setter setter(setting);
  Stack stack = setter.stack(blocks, setting.area.width);
  std::vector<base::Place> faults = setter.take_faults();
  if (faults.empty()) return stack;
  const base::Place first = faults.front();
  return base::Error{
      .kind = base::Refusal::invalid,
      .code = first.code,
      .message = {"文书不能制作：" + first.message.zh, "The document can not be made: " + first.message.en},
      .places = std::move(faults)};
}

base::Result<std::vector<Stack>> paginate(Stack stack, const Area& area) {
  std::vector<Stack> pages;
  while (!stack.empty()) {
    Stack page = take(stack, area.height);
    if (page.empty())
      return base::Error{
          .code = "documents.too_tall",
          .message = {"文书中有一块内容比一页还高，不能制作", "A part of the document is taller than a page"}};
    if (pages.size() == pages_max)
      return base::Error{.code = "documents.too_long",
                         .message = {"文书超过200页，不能制作", "The document would be longer than 200 pages"}};
    pages.push_back(std::move(page));
    if (stack.empty()) stretch(pages.back(), area.height);
  }
  return pages;
}

}  // namespace documents
