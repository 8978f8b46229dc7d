/// What a template says, read and compiled.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "documents.h"

namespace documents {

enum class Align { left, center, right, justify };
enum class Face { serif, sans };

struct Color {
  double red = 0.1, green = 0.1, blue = 0.1;
};

/// Units: `size` points, `pitch` (from one line to the next) and `indent` (of the first line) in sizes, spaces in mm.
struct Style {
  Face face = Face::serif;
  bool bold = false;
  double size = 12;
  double pitch = 1.75;
  double indent = 0;
  Align align = Align::left;
  Color color = {};
  double before = 0;
  double after = 0;
};

/// Text with {{ expressions }}.
struct Phrase {
  struct Segment {
    std::string literal;
    std::optional<feel::Expression> expression = std::nullopt;
  };
  std::string place;
  std::vector<Segment> segments = {};
  bool empty() const { return segments.empty(); }
};

struct Words {
  Phrase zh;
  Phrase en;
};

struct Condition {
  std::string place;
  feel::Expression expression;
};

/// Repeats what it stands at for each item of a list; `as` names the item, `index` counts from 1.
struct Loop {
  std::string place;
  feel::Expression list;
  std::string as;
};

struct Block;

struct Paragraph {
  Words text;
};

/// Label beside value, one below the other.
struct Rows {
  struct Row {
    Words label;
    Phrase value;
    std::optional<Condition> when;
  };
  double label_width = 32;  // mm
  bool border = true;
  Style label;
  double gap = 0;  // mm between rows without border
  std::vector<Row> rows;
};

/// A head line and one line for each item.
struct Table {
  struct Column {
    Words head;
    Phrase value;
    double weight = 1;
    Align align = Align::left;
  };
  std::optional<Loop> loop;
  std::vector<Column> columns;
};

struct Columns {
  struct Column {
    double weight = 1;
    std::vector<Block> blocks;
  };
  double gap = 6;  // mm
  std::vector<Column> columns;
};

struct Qr {
  Phrase content;
  double size = 28;  // mm, quiet zone included
  Words caption;
};

/// Authority, date and the place of the seal.
struct Signature {
  Words authority;
  Phrase date;
  std::string label;  // "登记机关"; empty: none
  bool date_in_characters = false;
  double width = 80;  // mm
};

struct Space {
  double height = 0;  // mm
};
struct Line {};
/// Takes what is left of the page.
struct Spring {};

struct Block {
  std::string place;
  std::string kind;
  std::optional<Condition> when = std::nullopt;
  std::optional<Loop> loop = std::nullopt;
  bool keep_with_next = false;
  Style style = {};
  std::variant<Space, Paragraph, Rows, Table, Columns, Qr, Signature, Line, Spring> content = {};
};

enum class Frame { none, plain, meander };

/// Units: mm.
struct Page {
  double width = 210;
  double height = 297;
  double top = 25, right = 26, bottom = 25, left = 26;
  Frame frame = Frame::none;
  double frame_inset = 10;
  Color frame_color = {0.60, 0.47, 0.22};
  bool number_single = true;  // write 第1页 共1页 as well
  bool shrink = false;        // one page where smaller letters achieve it
};

struct Template::Content {
  std::string source;
  std::string title;
  Page page;
  std::vector<Block> blocks;
  std::vector<std::string> needed;
};

}  // namespace documents
