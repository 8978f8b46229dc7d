#include "checks.h"

#include <algorithm>
#include <vector>

#include "kernel/base/unicode.h"
#include "kernel/codes/entities.h"
#include "kernel/codes/people.h"

namespace catalogue {

namespace {

constexpr std::size_t corrections_max = 100;
constexpr std::size_t reason_points_max = 500;

Checked accept(std::string text) {
  return {.value = feel::Value(std::move(text)), .fault = {}};
}

Checked refuse(const Field& field, std::string code, std::string zh, std::string en) {
  return {.value = {},
          .fault = base::Place{.path = {},
                               .code = std::move(code),
                               .message = {field.label.zh + std::move(zh), field.label.en + std::move(en)}}};
}

Checked refuse(const Field& field, const base::Error& error) {
  return refuse(field, error.code, "：" + error.message.zh, ": " + error.message.en);
}

/// The code points of well-formed UTF-8.
std::vector<char32_t> points_of(std::string_view text) {
  std::vector<char32_t> points;
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t point = size == 1 ? lead : lead & (0x7Fu >> size);
    for (std::size_t next = 1; next < size; ++next)
      point = (point << 6) | (static_cast<unsigned char>(text[at + next]) & 0x3Fu);
    points.push_back(point);
    at += size;
  }
  return points;
}

bool is_chinese(char32_t point) {
  return (0x4E00 <= point && point <= 0x9FFF) || (0x3400 <= point && point <= 0x4DBF) ||
         (0x20000 <= point && point <= 0x3134F);
}

Checked check_person_name(const Field& field, const std::string& text) {
  const std::vector<char32_t> points = points_of(text);
  const bool letters = std::all_of(points.begin(), points.end(), [](char32_t point) {
    return point >= 0x80 || point == ' ' || point == '-' || point == '.' || point == '\'' ||
           (U'A' <= point && point <= U'Z') || (U'a' <= point && point <= U'z');
  });
  if (letters && points.size() >= 2) return accept(text);
  return refuse(field, "catalogue.person_name", "须为两个字以上的真实姓名，请按身份证件填写",
                " must be a full name of two characters or more; enter it as on the identity document");
}

Checked check_trade_name(const Field& field, const std::string& text) {
  const std::vector<char32_t> points = points_of(text);
  if (points.size() < 2 || !std::all_of(points.begin(), points.end(), is_chinese))
    return refuse(field, "catalogue.trade_name", "须由两个以上汉字组成，请改正",
                  " must consist of two or more Chinese characters; correct it");
  return accept(text);
}

Checked check_entity_name(const Field& field, const std::string& text) {
  const std::vector<char32_t> points = points_of(text);
  const auto chinese = static_cast<std::size_t>(std::count_if(points.begin(), points.end(), is_chinese));
  if (chinese < 4)
    return refuse(field, "catalogue.entity_name", "须包括行政区划、字号、行业和组织形式，请写全",
                  " must hold the division, trade name, industry and form of organisation; write it in full");
  if (text.find("天元区") != std::string::npos && text.find("株洲市天元区") == std::string::npos)
    return refuse(field, "catalogue.entity_name_division", "中的“天元区”前须冠以“株洲市”，请改为“株洲市天元区……”",
                  " must put the city before the district; begin with 株洲市天元区");
  return accept(text);
}

Checked check_email(const Field& field, const std::string& typed) {
  const std::string text = base::tidy(typed);
  const std::size_t at = text.find('@');
  const bool good = at != std::string::npos && at > 0 && text.find('.', at + 2) != std::string::npos &&
                    !text.ends_with('.') && text.find(' ') == std::string::npos &&
                    text.find('@', at + 1) == std::string::npos;
  if (good) return accept(text);
  return refuse(field, "catalogue.email", "须形如 name@example.com，请核对",
                " must look like name@example.com; check it");
}

/// "2026年1月5日", "2026/1/5", "2026.1.5" as 2026-01-05; other text as it is.
std::string normal_date(const std::string& typed) {
  std::string code = base::normal_code(typed);
  for (const std::string_view sign : {"年", "月", "/", "."})
    for (std::size_t at = code.find(sign); at != std::string::npos; at = code.find(sign, at))
      code.replace(at, sign.size(), "-");
  if (code.ends_with("日")) code.resize(code.size() - std::string_view("日").size());
  std::string normal;
  std::string part;
  for (const char c : code + "-") {
    if (c != '-') {
      part += c;
      continue;
    }
    if (part.size() == 1) part.insert(0, "0");
    normal += normal.empty() ? part : "-" + part;
    part.clear();
  }
  return normal;
}

const std::string* member(const feel::Value& value, std::string_view key) {
  if (value.kind() != feel::Kind::context) return nullptr;
  const feel::Value* found = value.as_context().find(key);
  return found && found->kind() == feel::Kind::string ? &found->as_string() : nullptr;
}

}  // namespace

Checked run_check(const Field& field, const std::string& text, const feel::World& world) {
  if (field.check == "citizen_id") {
    base::Result<codes::CitizenId> read = codes::parse_citizen_id(text);
    return read ? accept(read->text) : refuse(field, read.error());
  }
  if (field.check == "phone") {
    base::Result<codes::Phone> read = codes::parse_phone(text);
    return read ? accept(read->text) : refuse(field, read.error());
  }
  if (field.check == "credit_code") {
    base::Result<codes::CreditCode> read = codes::parse_credit_code(text);
    return read ? accept(read->text) : refuse(field, read.error());
  }
  if (field.check == "person_name") return check_person_name(field, text);
  if (field.check == "trade_name") return check_trade_name(field, text);
  if (field.check == "entity_name") return check_entity_name(field, text);
  if (field.check == "email") return check_email(field, text);
  if (!field.check.empty()) return check_date(field, text, world);  // not_past, not_future, within_5_years
  return accept(text);
}

Checked check_date(const Field& field, const std::string& typed, const feel::World& world) {
  const std::optional<calendar::Date> date = calendar::parse_date(normal_date(typed));
  if (!date)
    return refuse(field, "catalogue.answer_not_a_date", "须为真实日期，例如 2026-11-24，请核对",
                  " must be a real date such as 2026-11-24; check it");
  const calendar::Date today = calendar::local_date(world.now);
  if (field.check == "not_past" && *date < today)
    return refuse(field, "catalogue.date_past", "不得早于今天，请核对", " must not lie in the past; check it");
  if (field.check == "not_future" && *date > today)
    return refuse(field, "catalogue.date_future", "不得晚于今天，请核对", " must not lie in the future; check it");
  const std::optional<calendar::Date> latest = calendar::plus_months(today, 5 * 12);
  if (field.check == "within_5_years" && (*date < today || (latest && *date > *latest)))
    return refuse(field, "catalogue.date_within_5_years", "须在今天起五年以内，请改正",
                  " must lie within five years from today; correct it");
  return accept(calendar::to_text(*date));
}

Checked check_corrections(const Field& field, const feel::Value& answer) {
  if (answer.kind() != feel::Kind::list || answer.as_list().size() > corrections_max)
    return refuse(field, "catalogue.corrections", "须为不超过100处的列表", " must be a list of at most 100 places");
  feel::List read;
  for (const feel::Value& item : answer.as_list()) {
    const std::string* place = member(item, "place");
    const std::string* reason = member(item, "reason");
    const bool named = place && (place->starts_with("/answers/") || place->starts_with("/materials/"));
    if (!named || !reason || base::tidy(*reason).empty() || base::length(*reason) > reason_points_max)
      return refuse(field, "catalogue.corrections", "的每一处都须选定字段或材料，并写明理由（500字以内）",
                    ": each place needs a field or document and a reason of at most 500 characters");
    read.emplace_back(feel::Context{{"place", *place}, {"reason", base::tidy(*reason)}});
  }
  return {.value = feel::Value(std::move(read)), .fault = {}};
}

Checked check_officers(const Field& field, const feel::Value& answer) {
  feel::List officers;
  if (answer.kind() == feel::Kind::list)
    for (const feel::Value& item : answer.as_list()) {
      const std::string account = item.kind() == feel::Kind::string ? base::tidy(item.as_string()) : std::string();
      if (!account.empty() && std::find(officers.begin(), officers.end(), feel::Value(account)) == officers.end())
        officers.emplace_back(account);
    }
  if (officers.size() >= 2) return {.value = feel::Value(std::move(officers)), .fault = {}};
  return refuse(field, "catalogue.officers", "须为两名以上不同的执法人员，请补选",
                " must be two different officers or more; add the missing one");
}

std::string tidy_lines(std::string_view text) {
  std::string lines;
  std::string waiting;
  std::string line;
  for (std::size_t at = 0; at <= text.size(); ++at) {
    if (at < text.size() && text[at] != '\n') {
      line += text[at];
      continue;
    }
    const std::string tidy = base::tidy(line);
    if (!tidy.empty()) {
      lines += (lines.empty() ? "" : waiting) + tidy;
      waiting.clear();
    }
    waiting += "\n";
    line.clear();
  }
  return lines;
}

}  // namespace catalogue
