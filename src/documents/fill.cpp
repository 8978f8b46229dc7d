#include "fill.h"

#include <array>
#include <charconv>

#include "kernel/base/unicode.h"

namespace documents {
namespace {

constexpr std::size_t items_max = 2000;

class Filler {
 public:
  Filler(const feel::World& world, bool english) : world_(world), english_(english) {}

  std::vector<filled::Block> blocks(const std::vector<Block>& sources, const feel::Context& data) {
    std::vector<filled::Block> all;
    for (const Block& source : sources) {
      if (!source.loop) {
        add(all, source, data);
        continue;
      }
      for (const feel::Context& scope : scopes(*source.loop, data)) add(all, source, scope);
    }
    return all;
  }

  std::vector<base::Place> take_faults() { return std::move(faults_); }

 private:
  void fault(const std::string& place, std::string code, base::Text message) {
    faults_.push_back({.path = place, .code = std::move(code), .message = std::move(message)});
  }

  bool holds(const std::optional<Condition>& condition, const feel::Context& data) {
    if (!condition) return true;
    const feel::Outcome outcome = feel::evaluate(condition->expression, data, world_);
    if (outcome.value.kind() == feel::Kind::boolean) return outcome.value.as_boolean();
    const std::string text = condition->expression.text();
    fault(condition->place, "documents.condition_unclear",
          {"条件“" + text + "”既不成立也非不成立，请检查所给数据",
           "The condition “" + text + "” is neither true nor false"});
    return false;
  }

  std::vector<feel::Context> scopes(const Loop& loop, const feel::Context& data) {
    std::vector<feel::Context> all;
    const feel::Outcome outcome = feel::evaluate(loop.list, data, world_);
    if (outcome.value.kind() != feel::Kind::list || outcome.value.as_list().size() > items_max) {
      const std::string text = loop.list.text();
      fault(loop.place, "documents.not_a_list",
            {"“" + text + "”须为不超过2000项的列表", "“" + text + "” must be a list of at most 2,000 items"});
      return all;
    }
    int index = 0;
    for (const feel::Value& item : outcome.value.as_list()) {
      feel::Context scope = data;
      scope.put(loop.as, item);
      scope.put("index", feel::Value(++index));
      all.push_back(std::move(scope));
    }
    return all;
  }

  std::string value(const Phrase& phrase, const feel::Expression& expression, const feel::Context& data) {
    const feel::Value value = feel::evaluate(expression, data, world_).value;
    const std::string& source = expression.text();
    switch (value.kind()) {
      case feel::Kind::date:
        return calendar::to_text_zh(value.as_date());
      case feel::Kind::string:
      case feel::Kind::number: {
        std::string text = base::is_utf8(feel::to_text(value)) ? feel::to_text(value) : std::string();
        if (!base::tidy(text).empty()) return text;
        break;
      }
      case feel::Kind::null:
        break;
      case feel::Kind::boolean:
      case feel::Kind::time:
      case feel::Kind::date_time:
      case feel::Kind::years_months:
      case feel::Kind::days_time:
      case feel::Kind::list:
      case feel::Kind::context:
      case feel::Kind::range:
      case feel::Kind::function:
        fault(phrase.place, "documents.value_not_text",
              {"“" + source + "”的值不是文字、数字或日期，不能印在文书上",
               "“" + source + "” is no text, number or date and can not be printed"});
        return {};
    }
    fault(phrase.place, "documents.value_missing",
          {"文书缺少“" + source + "”的内容，请补全后再制作",
           "The document lacks “" + source + "”; supply it and try again"});
    return {};
  }

  std::string text(const Phrase& phrase, const feel::Context& data) {
    std::string all;
    for (const Phrase::Segment& segment : phrase.segments)
      all += segment.expression ? value(phrase, *segment.expression, data) : segment.literal;
    // Control characters other than the line end would be drawn as boxes.
    for (char& letter : all)
      if (static_cast<unsigned char>(letter) < 0x20 && letter != '\n') letter = ' ';
    while (!all.empty() && (all.back() == '\n' || all.back() == ' ')) all.pop_back();
    return all;
  }

  filled::Line line(const Words& words, const feel::Context& data) {
    return {words.zh.place, text(words.zh, data), english_ ? text(words.en, data) : std::string()};
  }
  filled::Line line(const Phrase& phrase, const feel::Context& data) { return {phrase.place, text(phrase, data), {}}; }

  filled::Rows rows(const Rows& source, const feel::Context& data) {
    filled::Rows rows{&source, {}};
    for (const Rows::Row& row : source.rows)
      if (holds(row.when, data)) rows.rows.push_back({line(row.label, data), line(row.value, data)});
    return rows;
  }

  filled::Table table(const Table& source, const feel::Context& data) {
    filled::Table table{&source, {}, {}};
    for (const Table::Column& column : source.columns) table.heads.push_back(line(column.head, data));
    for (const feel::Context& scope : scopes(*source.loop, data)) {
      std::vector<filled::Line>& row = table.rows.emplace_back();
      for (const Table::Column& column : source.columns) row.push_back(line(column.value, scope));
    }
    return table;
  }

  filled::Signature signature(const Signature& source, const feel::Context& data) {
    filled::Signature signature{&source, line(source.authority, data), {}};
    const std::size_t faults_before = faults_.size();
    const std::string given = text(source.date, data);
    signature.date = date_text(given, source.date_in_characters);
    if (signature.date.empty() && faults_.size() == faults_before)
      fault(source.date.place, "documents.not_a_date",
            {"“" + given + "”不是日期，应如“2026年11月24日”", "“" + given + "” is no date such as 2026年11月24日"});
    return signature;
  }

  void add(std::vector<filled::Block>& all, const Block& source, const feel::Context& data) {
    if (!holds(source.when, data)) return;
    filled::Block block{&source};
    if (const auto* space = std::get_if<Space>(&source.content)) block.content = *space;
    if (const auto* paragraph = std::get_if<Paragraph>(&source.content)) block.content = line(paragraph->text, data);
    if (const auto* some = std::get_if<Rows>(&source.content)) block.content = rows(*some, data);
    if (const auto* some = std::get_if<Table>(&source.content)) block.content = table(*some, data);
    if (const auto* columns = std::get_if<Columns>(&source.content)) {
      filled::Columns inner{columns, {}};
      for (const Columns::Column& column : columns->columns) inner.columns.push_back(blocks(column.blocks, data));
      block.content = std::move(inner);
    }
    if (const auto* qr = std::get_if<Qr>(&source.content))
      block.content = filled::Qr{qr, line(qr->content, data), line(qr->caption, data)};
    if (const auto* some = std::get_if<Signature>(&source.content)) block.content = signature(*some, data);
    if (std::holds_alternative<Line>(source.content)) block.content = Line{};
    if (std::holds_alternative<Spring>(source.content)) block.content = Spring{};
    all.push_back(std::move(block));
  }

  const feel::World& world_;
  bool english_;
  std::vector<base::Place> faults_;
};

/// 24 -> "二十四"; 1 to 31.
std::string day_in_characters(int number) {
  static constexpr std::array<const char*, 10> digits = {"", "一", "二", "三", "四", "五", "六", "七", "八", "九"};
  const auto digit = [](int place) { return std::string(digits[static_cast<std::size_t>(place)]); };
  if (number < 10) return digit(number);
  return (number < 20 ? std::string() : digit(number / 10)) + "十" + digit(number % 10);
}

std::string year_in_characters(std::int64_t year) {
  static constexpr std::array<const char*, 10> digits = {"〇", "一", "二", "三", "四", "五", "六", "七", "八", "九"};
  std::string all;
  for (const char digit : std::to_string(year)) all += digits[static_cast<std::size_t>(digit - '0')];
  return all;
}

/// Reads "2026年11月24日".
std::optional<calendar::Date> parse_chinese_date(std::string_view text) {
  std::array<int, 3> parts{};
  static constexpr std::array<std::string_view, 3> marks = {"年", "月", "日"};
  for (std::size_t part = 0; part < 3; ++part) {
    const char* end = text.data() + text.size();
    const auto [stop, problem] = std::from_chars(text.data(), end, parts[part]);
    if (problem != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
    if (!text.starts_with(marks[part])) return std::nullopt;
    text.remove_prefix(marks[part].size());
  }
  if (!text.empty() || parts[0] < 1000 || parts[0] > 9999) return std::nullopt;
  return calendar::date_of({parts[0], parts[1], parts[2]});
}

}  // namespace

std::string date_text(std::string_view date, bool in_characters) {
  std::optional<calendar::Date> day = parse_chinese_date(date);
  if (!day) day = calendar::parse_date(date);
  if (!day) return {};
  if (!in_characters) return calendar::to_text_zh(*day);
  const calendar::Civil civil = calendar::civil_of(*day);
  return year_in_characters(civil.year) + "年" + day_in_characters(civil.month) + "月" + day_in_characters(civil.day) +
         "日";
}

base::Result<std::vector<filled::Block>> fill(const Template::Content& content, const feel::Context& data,
                                              const RenderOptions& options) {
  const feel::World world{.now = options.now};
  Filler filler(world, options.language == "zh-en");
  std::vector<filled::Block> blocks = filler.blocks(content.blocks, data);
  std::vector<base::Place> faults = filler.take_faults();
  if (faults.empty()) return blocks;
  const base::Place first = faults.front();
  return base::Error{.kind = base::Refusal::invalid,
                     .code = first.code,
                     .message = {"文书“" + content.title + "”不能制作：" + first.message.zh,
                                 "The document " + content.source + " can not be made: " + first.message.en},
                     .places = std::move(faults)};
}

}  // namespace documents
