#include <algorithm>
#include <charconv>
#include <set>

#include "kernel/base/unicode.h"
#include "kernel/codes/entities.h"
#include "kernel/codes/lists.h"
#include "kernel/names/text.h"
#include "modules/imports/model.h"

namespace imports {
namespace {

constexpr std::size_t name_characters_max = 100;
constexpr std::size_t text_characters_max = 4'000;
constexpr std::int64_t capital_fen_max = 1'000'000'000'000'000;
constexpr std::int64_t fen_per_yuan = 100;
constexpr std::int64_t yuan_per_wan = 10'000;

/// Whether it holds what nobody sees: control characters, marks that turn the direction of the letters around,
/// characters without width. Two names that look alike would be two, and a name could be read as another.
bool has_unseen(std::string_view text) {
  return std::ranges::any_of(names::decode(text), [](char32_t c) {
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || c == 0x61C || c == 0x180E ||
           (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) ||
           c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFB) || (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFE) == 0xFFFE ||
           (c >= 0xE0000 && c <= 0xE007F);
  });
}

/// Reads the cells of one row and keeps what is wrong with them.
class RowReader {
 public:
  RowReader(const std::vector<std::string>& cells, int line, const Frame& frame)
      : cells_(cells), line_(line), frame_(frame) {}

  std::string cell(const std::string& item) const {
    const auto column = frame_.columns.find(item);
    if (column == frame_.columns.end() || column->second >= cells_.size()) return {};
    return cells_[column->second];
  }
  void reject(const std::string& item, const char* code, base::Text message) {
    const auto column = frame_.columns.find(item);
    rejects_.push_back({.line = line_,
                        .heading = column == frame_.columns.end() ? "" : frame_.headings[column->second],
                        .value = cell(item),
                        .code = std::string("imports.") + code,
                        .message = std::move(message)});
  }

  Record read() {
    Record record;
    registration::Facts& facts = record.facts;
    read_code(record);
    facts.type = read_type();
    read_kind(record);
    facts.status = read_status();
    facts.name = read_name(record.kind);
    facts.address = text("address", true);
    facts.township = read_township(facts.address);
    facts.operator_name = text("operator_name", true);
    facts.scope = text("scope", false);
    facts.industry = read_industry();
    facts.capital_fen = read_capital();
    read_days(record);
    return record;
  }
  std::vector<Reject> rejects() { return std::move(rejects_); }

 private:
  void check_seen(const std::string& item) {
    if (has_unseen(cell(item)))
      reject(item, "cell_unseen",
             {"含有看不见的字符(控制符、方向符等),请删去后重新填写",
              "It has characters that nobody sees, such as control or direction marks: delete them and type it anew."});
  }

  std::string text(const std::string& item, bool is_required) {
    const std::string value = cell(item);
    check_seen(item);
    if (value.empty() && is_required) reject(item, "cell_missing", {"不能为空", "This may not be empty."});
    if (base::length(value) > text_characters_max) reject(item, "cell_long", {"文字过长", "This is too long."});
    return value;
  }

  void read_code(Record& record) {
    const std::string value = cell("credit_code");
    if (value.empty()) return reject("credit_code", "cell_missing", {"不能为空", "This may not be empty."});
    const auto code = codes::parse_credit_code(value);
    if (!code) return reject("credit_code", "code_wrong", code.error().message);
    record.credit_code = code.value().text;
    if (!code.value().category.starts_with('9'))
      reject("credit_code", "code_foreign",
             {"不是市场监督管理部门登记的代码(应以9开头)",
              "Not a code of a market regulation authority (these begin with 9)."});
  }

  std::string read_type() {
    const std::string value = cell("type");
    if (value.empty() || codes::find_entity_type(value)) return value;
    for (const codes::EntityType& type : codes::entity_types())
      if (names::comparable(type.name.zh) == names::comparable(value)) return std::string(type.code);
    reject("type", "type_unknown",
           {"没有这种主体类型,请填名称或四位代码,如9500",
            "There is no such type: give its name or four-digit code, like 9500."});
    return {};
  }

  void read_kind(Record& record) {
    const std::string value = cell("kind");
    for (const char* kind : {"enterprise", "individual_business", "cooperative", "branch"})
      if (value == kind || value == registration::kind_text(kind).zh) record.kind = kind;
    if (!value.empty() && record.kind.empty())
      return reject("kind", "kind_unknown",
                    {"主体类别请填企业、个体工商户、农民专业合作社或分支机构",
                     "The kind is enterprise, individual_business, cooperative or branch."});
    const codes::EntityType* type = codes::find_entity_type(record.facts.type);
    if (record.kind.empty() && type && type->group == codes::EntityGroup::branch) record.kind = "branch";
    const std::string category = record.credit_code.substr(0, 2);
    const std::string by_code = category == "92"   ? "individual_business"
                                : category == "93" ? "cooperative"
                                                   : "enterprise";
    if (record.kind.empty()) record.kind = by_code;
    if (!record.credit_code.empty() && record.kind != by_code && record.kind != "branch")
      reject("kind", "kind_differs",
             {"与统一社会信用代码的前两位" + category + "不符",
              "It does not agree with the credit code's first two " + category + "."});
  }

  std::string read_status() {
    const std::string value = cell("status");
    if (value.empty()) return "open";
    using Words = std::pair<const char*, std::vector<std::string_view>>;
    static const std::vector<Words> statuses = {
        {"open", {"open", "存续", "在营", "开业", "存续(在营、开业)", "在业", "正常", "登记成立"}},
        {"revoked", {"revoked", "吊销", "吊销,未注销", "吊销未注销"}},
        {"moved_out", {"moved_out", "迁出"}},
        {"deregistered", {"deregistered", "注销", "已注销"}}};
    for (const auto& [status, words] : statuses)
      for (const std::string_view word : words)
        if (names::comparable(word) == names::comparable(value)) return status;
    reject("status", "status_unknown",
           {"登记状态请填存续、吊销、迁出或注销", "The status is open, revoked, moved_out or deregistered."});
    return "open";
  }

  std::string read_name(const std::string& kind) {
    const std::string value = cell("name");
    check_seen("name");
    if (value.empty() && kind == "individual_business") return cell("operator_name");
    if (value.empty()) reject("name", "cell_missing", {"不能为空", "This may not be empty."});
    if (base::length(value) > name_characters_max)
      reject("name", "cell_long", {"名称最多100个字", "A name has at most 100 characters."});
    return value;
  }

  std::string read_township(const std::string& address) {
    const std::string value = cell("township");
    const std::u32string words = names::comparable(value.empty() ? address : value);
    for (const codes::Division& division : codes::divisions()) {
      if (division.level != codes::DivisionLevel::town || !division.code.starts_with(frame_.division)) continue;
      const bool fits = value.empty() ? names::contains(words, names::comparable(division.name.zh))
                                      : value == division.code || words == names::comparable(division.name.zh);
      if (fits) return std::string(division.code);
    }
    if (!value.empty())
      reject("township", "township_unknown", {"本区没有这个街道或镇", "The district has no such subdistrict or town."});
    return {};
  }

  std::string read_industry() {
    std::string value = cell("industry");
    if (value.empty()) return value;
    for (const codes::Industry& industry : codes::industries())
      if (value == industry.name.zh) return std::string(industry.code);
    value = base::normal_code(value);
    if (value.size() == 5 && value[0] >= 'A' && value[0] <= 'T') value.erase(0, 1);
    if (value.size() == 4 && std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; })) return value;
    reject("industry", "industry_wrong",
           {"行业请填GB/T 4754的四位代码,如6210或H6210", "Give the four digits of GB/T 4754, like 6210 or H6210."});
    return {};
  }

  std::int64_t read_capital() {
    std::string value = base::normal_code(cell("capital"));
    if (value.empty()) return 0;
    std::erase(value, ',');
    for (const std::string_view word : {"人民币", "RMB", "¥"})
      if (value.starts_with(word)) value.erase(0, word.size());
    std::int64_t unit = 1;
    for (const auto& [word, times] :
         {std::pair<std::string_view, std::int64_t>{"万元", yuan_per_wan}, {"万", yuan_per_wan}, {"元", 1}})
      if (value.ends_with(word)) {
        value.resize(value.size() - word.size());
        unit = times;
        break;
      }
    const std::size_t dot = std::min(value.find('.'), value.size());
    std::string digits = value.substr(0, dot);
    std::string places = dot < value.size() ? value.substr(dot + 1) : "";
    const std::size_t places_max = unit == yuan_per_wan ? 6 : 2;
    const bool plain = !digits.empty() && places.size() <= places_max && (dot == value.size() || !places.empty()) &&
                       std::ranges::all_of(digits + places, [](char c) { return c >= '0' && c <= '9'; });
    places.resize(places_max, '0');
    std::int64_t fen = 0;
    const std::string whole = digits + places;
    const auto read = std::from_chars(whole.data(), whole.data() + whole.size(), fen);
    if (!plain || read.ec != std::errc() || fen > capital_fen_max) {
      reject(
          "capital", "capital_wrong",
          {"注册资本请填数字,单位元或万元,如100万元", "Give the capital as a number in yuan or 万元, like 100万元."});
      return 0;
    }
    static_assert(fen_per_yuan == 100 && fen_per_yuan * yuan_per_wan == 1'000'000, "as many places as are read");
    return fen;
  }

  std::optional<calendar::Date> day(const std::string& item, bool is_required) {
    std::string value = base::normal_code(cell(item));
    if (value.empty()) {
      if (is_required) reject(item, "cell_missing", {"不能为空", "This may not be empty."});
      return std::nullopt;
    }
    for (const auto& [word, sign] :
         {std::pair<std::string_view, std::string_view>{"年", "-"}, {"月", "-"}, {"日", ""}, {"/", "-"}, {".", "-"}})
      for (std::size_t at = value.find(word); at != std::string::npos; at = value.find(word, at))
        value.replace(at, word.size(), sign);
    if (value.size() > 10 && value.size() >= 15) value.resize(10);  // a time of day stands behind
    if (value.size() == 8 && value.find('-') == std::string::npos) value.insert(6, "-").insert(4, "-");
    std::string full;
    for (std::size_t from = 0; from <= value.size();) {
      const std::size_t dash = std::min(value.find('-', from), value.size());
      const std::string part = value.substr(from, dash - from);
      full += (full.empty() ? "" : "-") + std::string(part.size() == 1 ? "0" : "") + part;
      from = dash + 1;
    }
    const auto date = calendar::parse_date(full);
    if (!date) {
      reject(item, "day_wrong", {"日期无效,请按2019-09-30这样填写", "Not a day: write it like 2019-09-30."});
      return std::nullopt;
    }
    if (*date > frame_.today) {
      reject(item, "day_future", {"日期在今天之后", "The day has not come yet."});
      return std::nullopt;
    }
    return date;
  }

  void read_days(Record& record) {
    const auto established = day("established_on", true);
    if (established) record.established_on = *established;
    const bool has_ended = record.facts.status != "open";
    record.ended_on = day("ended_on", has_ended);
    if (record.ended_on && !has_ended)
      reject("ended_on", "end_without_status",
             {"登记状态是存续,不能有终止日期", "An open entity has no day of ending."});
    if (record.ended_on && established && *record.ended_on < *established)
      reject("ended_on", "end_before_start", {"终止日期早于成立日期", "It ends before it was established."});
  }

  const std::vector<std::string>& cells_;
  int line_;
  const Frame& frame_;
  std::vector<Reject> rejects_;
};

}  // namespace

const std::vector<Item>& items() {
  static const std::vector<Item> all = {
      {"credit_code",
       {"统一社会信用代码", "credit code"},
       true,
       {"统一社会信用代码", "信用代码", "社会信用代码", "credit_code"}},
      {"name",
       {"名称", "name"},
       true,
       {"名称", "企业名称", "市场主体名称", "主体名称", "字号名称", "单位名称", "name"}},
      {"kind", {"主体类别", "kind"}, false, {"主体类别", "类别", "kind"}},
      {"type", {"主体类型", "type"}, false, {"主体类型", "类型", "企业类型", "市场主体类型", "type"}},
      {"status", {"登记状态", "status"}, false, {"登记状态", "状态", "经营状态", "status"}},
      {"operator_name",
       {"法定代表人(经营者、负责人)", "person in charge"},
       true,
       {"法定代表人", "经营者", "负责人", "法定代表人(负责人)", "法定代表人(经营者、负责人)", "operator_name"}},
      {"address",
       {"住所(经营场所)", "address"},
       true,
       {"住所", "经营场所", "住所(经营场所)", "地址", "注册地址", "address"}},
      {"township", {"街道或镇", "subdistrict or town"}, false, {"街道", "乡镇", "街道或镇", "所属街道", "township"}},
      {"industry", {"行业代码", "industry"}, false, {"行业", "行业代码", "国民经济行业代码", "industry"}},
      {"scope", {"经营范围", "scope"}, false, {"经营范围", "scope"}},
      {"capital", {"注册资本", "capital"}, false, {"注册资本", "资金数额", "出资额", "注册资本(元)", "capital"}},
      {"established_on",
       {"成立日期", "established on"},
       true,
       {"成立日期", "注册日期", "登记日期", "设立日期", "established_on"}},
      {"ended_on",
       {"注销(吊销、迁出)日期", "ended on"},
       false,
       {"注销日期", "吊销日期", "终止日期", "注销(吊销、迁出)日期", "ended_on"}}};
  return all;
}

const Item* find_item(std::string_view id) {
  const auto found = std::ranges::find(items(), id, &Item::id);
  return found == items().end() ? nullptr : &*found;
}

std::string recognised(std::string_view heading) {
  const std::u32string words = names::comparable(heading);
  if (words.empty()) return {};
  for (const Item& item : items())
    for (const std::string_view known : item.headings)
      if (names::comparable(known) == words) return std::string(item.id);
  return {};
}

base::Result<Columns> columns_of(const std::vector<std::string>& headings,
                                 const std::map<std::string, std::string>& said) {
  Columns columns;
  std::vector<base::Place> places;
  const auto fault = [&](const std::string& place, base::Text message) {
    places.push_back({"/columns/" + place, "imports.columns_wrong", std::move(message)});
  };
  for (const auto& [heading, item] : said) {
    if (std::ranges::find(headings, heading) == headings.end())
      fault(heading, {"表头中没有“" + heading + "”", "There is no heading " + heading + "."});
    if (!item.empty() && !find_item(item))
      fault(heading, {"没有“" + item + "”这一项", "There is no item " + item + "."});
  }
  for (std::size_t column = 0; column < headings.size(); ++column) {
    const std::string& heading = headings[column];
    std::string item;
    if (const auto given = said.find(heading); given != said.end()) {
      item = given->second;
    } else {
      item = recognised(heading);
      // What was said wins over what was recognised.
      for (const auto& [other, taken] : said)
        if (taken == item) item.clear();
    }
    if (item.empty()) continue;
    if (!columns.emplace(item, column).second)
      fault(heading, {"“" + heading + "”与另一列都是" + item + ",请指明用哪一列",
                      heading + " and another column are both " + item + ": say which one to take."});
  }
  for (const Item& item : items())
    if (item.is_required && !columns.contains(std::string(item.id)))
      fault(std::string(item.id), {"缺少“" + item.label.zh + "”一列", "The column " + item.label.en + " is missing."});
  if (!places.empty())
    return base::Error{.kind = base::Refusal::invalid,
                       .code = "imports.columns_wrong",
                       .message = {"表格的列对不上,请改正后再试", "The columns do not fit: correct what is listed."},
                       .places = std::move(places)};
  return columns;
}

RowRead read_row(const std::vector<std::string>& cells, int line, const Frame& frame) {
  RowReader reader(cells, line, frame);
  Record record = reader.read();
  RowRead read{.record = std::nullopt, .rejects = reader.rejects()};
  if (read.rejects.empty()) read.record = std::move(record);
  return read;
}

base::Text state_text(std::string_view state) {
  if (state == "checked") return {"已检查,未导入", "Checked, not imported"};
  if (state == "applying") return {"正在导入", "Being imported"};
  if (state == "applied") return {"已导入", "Imported"};
  if (state == "undoing") return {"正在撤销", "Being undone"};
  if (state == "undone") return {"已撤销", "Undone"};
  if (state == "discarded") return {"已放弃", "Discarded"};
  return {"导入失败", "Failed"};
}

}  // namespace imports
