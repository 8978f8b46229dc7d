/// Puts data into a template: conditions decided, loops unrolled, expressions replaced by text.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "template.h"

namespace documents::filled {

/// Text ready to be set, and the place in the template it came from.
struct Line {
  std::string place;
  std::string zh;
  std::string en;
};

struct Block;

struct Row {
  Line label;
  Line value;
};
struct Rows {
  const documents::Rows* style = nullptr;
  std::vector<Row> rows;
};
struct Table {
  const documents::Table* style = nullptr;
  std::vector<Line> heads;
  std::vector<std::vector<Line>> rows;
};
struct Columns {
  const documents::Columns* style = nullptr;
  std::vector<std::vector<Block>> columns;
};
struct Qr {
  const documents::Qr* style = nullptr;
  Line content;
  Line caption;
};
struct Signature {
  const documents::Signature* style = nullptr;
  Line authority;
  std::string date;
};

/// `source` borrows from the template.
struct Block {
  const documents::Block* source = nullptr;
  std::variant<Space, Line, Rows, Table, Columns, Qr, Signature, documents::Line, Spring> content = {};
};

}  // namespace documents::filled

namespace documents {

/// All gaps are told together.
base::Result<std::vector<filled::Block>> fill(const Template::Content& content, const feel::Context& data,
                                              const RenderOptions& options);

/// "2026年11月24日" from itself, from "2026-11-24"; "二〇二六年十一月二十四日" in characters. Empty for anything else.
std::string date_text(std::string_view date, bool in_characters);

}  // namespace documents
