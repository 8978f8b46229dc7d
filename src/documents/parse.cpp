#include <algorithm>
#include <set>

#include "kernel/base/unicode.h"
#include "node.h"
#include "template.h"

namespace documents {
namespace {

constexpr Range size_range{5, 80};
constexpr Range space_range{0, 200};
constexpr int depth_max = 8;

Style read_style(const Node& node, Style style) {
  style.face =
      node.choice("font", {"serif", "sans"}, style.face == Face::serif ? 0 : 1) == 0 ? Face::serif : Face::sans;
  style.bold = node.flag("bold", style.bold);
  style.size = node.number("size", size_range, style.size);
  style.pitch = node.number("pitch", {1, 4}, style.pitch);
  style.indent = node.number("indent", {0, 10}, style.indent);
  style.align = static_cast<Align>(
      node.choice("align", {"left", "center", "right", "justify"}, static_cast<std::size_t>(style.align)));
  style.color = node.color("color", style.color);
  style.before = node.number("before", space_range, style.before);
  style.after = node.number("after", space_range, style.after);
  return style;
}

std::vector<Block> read_blocks(const Node& parent, const Style& style, int depth);

Rows read_rows(const Node& node, const Style& style) {
  Rows rows;
  rows.label_width = node.number("label_width", {5, 200}, rows.label_width);
  rows.border = node.flag("border", rows.border);
  rows.gap = node.number("gap", space_range, rows.gap);
  rows.label = style;
  rows.label.color = node.color("label_color", style.color);
  rows.label.bold = node.flag("label_bold", style.bold);
  rows.label.size = node.number("label_size", size_range, style.size);
  rows.label.align = Align::left;
  for (const Node& item : node.items("rows", true)) {
    item.only({"label", "label_en", "value", "when"});
    rows.rows.push_back({item.words("label", true), item.phrase("value", true), item.condition()});
  }
  return rows;
}

Table read_table(const Node& node) {
  Table table;
  table.loop = node.loop();
  if (!node.has("each"))
    node.fault("each", "documents.key_missing", {"表格须以“each”给出列表", "A table needs its list in “each”"});
  for (const Node& item : node.items("columns", true)) {
    item.only({"head", "head_en", "value", "weight", "align"});
    table.columns.push_back({.head = item.words("head", true),
                             .value = item.phrase("value", true),
                             .weight = item.number("weight", {0.1, 100}, 1),
                             .align = static_cast<Align>(item.choice("align", {"left", "center", "right"}, 0))});
  }
  return table;
}

Columns read_columns(const Node& node, const Style& style, int depth) {
  Columns columns;
  columns.gap = node.number("gap", space_range, columns.gap);
  for (const Node& item : node.items("columns", true)) {
    item.only({"weight", "blocks"});
    columns.columns.push_back({item.number("weight", {0.1, 100}, 1), read_blocks(item, style, depth + 1)});
  }
  return columns;
}

/// What each kind adds to the keys that every block may have.
void check_keys(const Node& node, const std::string& kind) {
  const auto only = [&](std::initializer_list<std::string_view> own) {
    std::vector<std::string_view> keys = {"kind", "when",  "each",   "as",    "keep",  "font",   "bold",
                                          "size", "pitch", "indent", "align", "color", "before", "after"};
    keys.insert(keys.end(), own.begin(), own.end());
    node.only(keys);
  };
  if (kind == "rows") return only({"rows", "label_width", "border", "gap", "label_color", "label_bold", "label_size"});
  if (kind == "table") return only({"columns"});
  if (kind == "columns") return only({"columns", "gap"});
  if (kind == "qr") return only({"content", "width", "caption", "caption_en"});
  if (kind == "signature") return only({"authority", "authority_en", "date", "date_style", "label", "width"});
  if (kind == "space") return only({"height"});
  if (kind == "line" || kind == "spring") return only({});
  only({"text", "text_en"});
}

Block read_block(const Node& node, const Style& inherited, int depth) {
  Block block{.place = node.place()};
  if (!node.is_map() || depth > depth_max) {
    node.fault("", "documents.block_expected",
               {"此处须为一个文书块，且嵌套不超过8层", "This must be a block, at most 8 deep"});
    return block;
  }
  block.kind = node.text("kind", true);
  Style style = inherited;
  if (block.kind == "heading") {
    style.bold = true;
    style.size = 22;
    style.pitch = 1.45;
    style.align = Align::center;
    style.after = 3;
    block.keep_with_next = true;
  } else if (block.kind == "number") {
    style.align = Align::center;
    style.after = 5;
    block.keep_with_next = true;
  } else if (block.kind == "paragraph") {
    style.align = Align::justify;
    style.indent = 2;
  }
  block.style = read_style(node, style);
  block.keep_with_next = node.flag("keep", block.keep_with_next);
  block.when = node.condition();
  check_keys(node, block.kind);
  if (block.kind != "table") block.loop = node.loop();

  if (block.kind == "heading" || block.kind == "number" || block.kind == "paragraph") {
    block.content = Paragraph{node.words("text", true)};
  } else if (block.kind == "rows") {
    block.content = read_rows(node, block.style);
  } else if (block.kind == "table") {
    block.content = read_table(node);
  } else if (block.kind == "columns") {
    block.content = read_columns(node, block.style, depth);
  } else if (block.kind == "qr") {
    block.content = Qr{node.phrase("content", true), node.number("width", {12, 100}, 28), node.words("caption", false)};
  } else if (block.kind == "signature") {
    block.content = Signature{.authority = node.words("authority", true),
                              .date = node.phrase("date", true),
                              .label = node.text("label", false),
                              .date_in_characters = node.choice("date_style", {"digits", "characters"}, 0) == 1,
                              .width = node.number("width", {40, 200}, 80)};
  } else if (block.kind == "space") {
    block.content = Space{node.number("height", space_range, 5)};
  } else if (block.kind == "line") {
    block.content = Line{};
  } else if (block.kind == "spring") {
    block.content = Spring{};
  } else if (!block.kind.empty()) {
    node.fault("kind", "documents.kind_unknown",
               {"不认识的文书块“" + block.kind + "”", "Unknown kind of block “" + block.kind + "”"});
  }
  return block;
}

std::vector<Block> read_blocks(const Node& parent, const Style& style, int depth) {
  std::vector<Block> blocks;
  for (const Node& item : parent.items("blocks", true)) blocks.push_back(read_block(item, style, depth));
  return blocks;
}

Page read_page(const Node& root) {
  Page page;
  if (!root.has("page")) return page;
  const Node node = root.at("page");
  node.only({"size", "orientation", "margins", "frame", "frame_inset", "frame_color", "number_single", "shrink"});
  if (node.choice("size", {"A4", "A3"}, 0) == 1) {
    page.width = 297;
    page.height = 420;
  }
  if (node.choice("orientation", {"portrait", "landscape"}, 0) == 1) std::swap(page.width, page.height);
  page.frame = static_cast<Frame>(node.choice("frame", {"none", "plain", "meander"}, 0));
  page.frame_inset = node.number("frame_inset", {3, 40}, page.frame_inset);
  page.frame_color = node.color("frame_color", page.frame_color);
  page.number_single = node.flag("number_single", page.number_single);
  page.shrink = node.flag("shrink", page.shrink);
  if (node.has("margins")) {
    const Node margins = node.at("margins");
    margins.only({"top", "right", "bottom", "left"});
    const Range range{14, 80};
    page.top = margins.number("top", range, page.top);
    page.right = margins.number("right", range, page.right);
    page.bottom = margins.number("bottom", range, page.bottom);
    page.left = margins.number("left", range, page.left);
  }
  return page;
}

/// Collects the names that expressions take from the data, less those that loops give.
class Names {
 public:
  void block(const Block& block) {
    if (block.loop) expression(block.loop->list);
    const Scope scope(*this, block.loop);
    if (block.when) expression(block.when->expression);
    if (const auto* paragraph = std::get_if<Paragraph>(&block.content)) words(paragraph->text);
    if (const auto* rows = std::get_if<Rows>(&block.content))
      for (const Rows::Row& row : rows->rows) {
        if (row.when) expression(row.when->expression);
        words(row.label);
        phrase(row.value);
      }
    if (const auto* table = std::get_if<Table>(&block.content)) {
      if (table->loop) expression(table->loop->list);
      const Scope items(*this, table->loop);
      for (const Table::Column& column : table->columns) {
        words(column.head);
        phrase(column.value);
      }
    }
    if (const auto* columns = std::get_if<Columns>(&block.content))
      for (const Columns::Column& column : columns->columns)
        for (const Block& inner : column.blocks) this->block(inner);
    if (const auto* qr = std::get_if<Qr>(&block.content)) {
      phrase(qr->content);
      words(qr->caption);
    }
    if (const auto* signature = std::get_if<Signature>(&block.content)) {
      words(signature->authority);
      phrase(signature->date);
    }
  }
  std::vector<std::string> take() const { return {names_.begin(), names_.end()}; }

 private:
  struct Scope {
    Scope(Names& owner, const std::optional<Loop>& loop) : names(owner), count(owner.bound_.size()) {
      if (!loop) return;
      names.bound_.push_back(loop->as);
      names.bound_.emplace_back("index");
    }
    ~Scope() { names.bound_.resize(count); }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    Names& names;
    std::size_t count;
  };
  void words(const Words& both) {
    phrase(both.zh);
    phrase(both.en);
  }
  void phrase(const Phrase& text) {
    for (const Phrase::Segment& segment : text.segments)
      if (segment.expression) expression(*segment.expression);
  }
  void expression(const feel::Expression& compiled) {
    for (const std::string& name : compiled.free_names())
      if (std::find(bound_.begin(), bound_.end(), name) == bound_.end()) names_.insert(name);
  }

  std::vector<std::string> bound_;
  std::set<std::string> names_;
};

base::Error invalid(std::string_view source, std::vector<base::Place> faults) {
  const std::string count = std::to_string(faults.size());
  return {.kind = base::Refusal::invalid,
          .code = "documents.template_invalid",
          .message = {"文书模板“" + std::string(source) + "”有" + count + "处错误，请逐处改正",
                      "The document template " + std::string(source) + " has " + count + " fault(s); correct each"},
          .places = std::move(faults)};
}

}  // namespace

base::Result<std::shared_ptr<const Template>> parse_template(std::string_view text, std::string_view source) {
  std::vector<base::Place> faults;
  const auto whole = [&](std::string code, base::Text message) {
    faults.push_back({.path = std::string(source), .code = std::move(code), .message = std::move(message)});
    return invalid(source, std::move(faults));
  };
  if (text.size() > template_bytes_max)
    return whole("documents.template_too_large", {"模板超过256 KB", "The template is larger than 256 KB"});
  if (!base::is_utf8(text)) return whole("documents.not_utf8", {"模板不是 UTF-8 编码", "The template is not UTF-8"});
  YAML::Node tree;
  try {
    tree = YAML::Load(std::string(text));
  } catch (const YAML::Exception& problem) {
    const std::string line = std::to_string(problem.mark.line + 1);
    return whole("documents.not_yaml", {"第" + line + "行不是有效的 YAML：" + problem.msg,
                                        "Line " + line + " is not valid YAML: " + problem.msg});
  }
  if (!tree.IsMap()) return whole("documents.not_a_mapping", {"文件顶层须为映射", "The file must be a mapping"});

  const Node root(tree, std::string(source), faults);
  root.only({"title", "page", "text", "blocks"});
  auto content = std::make_shared<Template::Content>();
  content->source = source;
  content->title = root.text("title", true);
  content->page = read_page(root);
  Style style;
  if (root.has("text")) {
    const Node node = root.at("text");
    node.only({"font", "bold", "size", "pitch", "color"});
    style = read_style(node, style);
  }
  content->blocks = read_blocks(root, style, 1);
  if (!faults.empty()) return invalid(source, std::move(faults));
  Names names;
  for (const Block& block : content->blocks) names.block(block);
  content->needed = names.take();
  return std::shared_ptr<const Template>(std::make_shared<Template>(std::move(content)));
}

std::vector<std::string> needed_names(const Template& document) {
  return document.content().needed;
}

}  // namespace documents
