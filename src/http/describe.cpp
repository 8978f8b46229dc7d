#include "http/describe.h"

#include <charconv>
#include <cmath>

#include "kernel/base/unicode.h"

namespace http {
namespace {

constexpr std::size_t name_bytes_shown_max = 80;

/// A sender's name for something, short enough to be repeated to them.
std::string shown(std::string_view name) {
  if (name.size() <= name_bytes_shown_max) return std::string(name);
  std::size_t end = name_bytes_shown_max;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0) == 0x80) --end;
  return std::string(name.substr(0, end)) + "…";
}

bool has_control_character(std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\n' && c != '\r' && c != '\t') || byte == 0x7F) return true;
  }
  return false;
}

/// The digits of `text` at `from`, exactly `count` of them; -1 when they are not.
int digits(std::string_view text, std::size_t from, std::size_t count) {
  if (text.size() < from + count) return -1;
  int number = 0;
  for (std::size_t i = from; i < from + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    number = number * 10 + (text[i] - '0');
  }
  return number;
}

/// The offset against UTC in seconds: "Z", "+08:00".
std::optional<std::int64_t> parse_offset(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  const int hours = digits(text, 1, 2);
  const int minutes = digits(text, 4, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
  const std::int64_t seconds = hours * 3600 + minutes * 60;
  return text[0] == '-' ? -seconds : seconds;
}

/// RFC 3339: date, time, fraction of up to nine digits, offset. A leap second counts as the second before it.
std::optional<base::Instant> parse_instant(std::string_view text) {
  if (text.size() < 20 || text.size() > 40 || (text[10] != 'T' && text[10] != 't')) return std::nullopt;
  const auto date = calendar::parse_date(text.substr(0, 10));
  const int hour = digits(text, 11, 2);
  const int minute = digits(text, 14, 2);
  const int second = digits(text, 17, 2);
  if (!date || text[13] != ':' || text[16] != ':' || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 ||
      second > 60)
    return std::nullopt;
  std::size_t at = 19;
  std::int64_t us = 0;
  if (text[at] == '.') {
    std::int64_t unit = 100'000;
    const std::size_t first = ++at;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, unit /= 10) us += (text[at] - '0') * unit;
    if (at == first || at - first > 9) return std::nullopt;
  }
  const auto offset = parse_offset(text.substr(at));
  if (!offset) return std::nullopt;
  const std::int64_t seconds = date->days * 86'400 + hour * 3600 + minute * 60 + (second == 60 ? 59 : second) - *offset;
  return base::Instant{seconds * base::us_per_second + us};
}

std::string joined(std::span<const std::string_view> names, std::string_view between) {
  std::string out;
  for (const std::string_view name : names) {
    if (!out.empty()) out += between;
    out += name;
  }
  return out;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

}  // namespace

void Reader::enter(std::string_view name) {
  marks_.push_back(path_.size());
  path_ += '/';
  for (const char c : shown(name)) {
    if (c == '~')
      path_ += "~0";
    else if (c == '/')
      path_ += "~1";
    else
      path_ += c;
  }
}

void Reader::enter(std::size_t index) {
  marks_.push_back(path_.size());
  path_ += '/';
  path_ += std::to_string(index);
}

void Reader::leave() {
  path_.resize(marks_.back());
  marks_.pop_back();
}

void Reader::refuse(std::string code, base::Text message) {
  if (places_.size() < places_max)
    places_.push_back({.path = path_, .code = std::move(code), .message = std::move(message)});
}

void Reader::refuse_type(base::Text expected) {
  refuse("http.field_type", {"此项" + expected.zh + "，请改正", "this " + expected.en + "; please correct it"});
}

bool Reader::fits(std::size_t size) {
  if (size <= list_items_max) return true;
  const std::string most = std::to_string(list_items_max);
  refuse("http.list_too_long", {"不能超过 " + most + " 项，请分批提交",
                                "must not hold more than " + most + " items; please send it in parts"});
  return false;
}

void Reader::read(const feel::Value& value, std::string& to) {
  if (value.kind() != feel::Kind::string) return refuse_type({"应为文字", "must be text"});
  const std::string& text = value.as_string();
  if (text.size() > text_length_max && base::length(text) > text_length_max) {
    const std::string most = std::to_string(text_length_max);
    return refuse("http.text_too_long", {"不能超过 " + most + " 个字，请缩短",
                                         "must not be longer than " + most + " characters; please shorten it"});
  }
  if (has_control_character(text))
    return refuse("http.text_invalid",
                  {"含有不可见的控制字符，请删去后重新填写", "holds invisible control characters; please remove them"});
  to = text;
}

void Reader::read(const feel::Value& value, bool& to) {
  if (value.kind() != feel::Kind::boolean) return refuse_type({"应为 true 或 false", "must be true or false"});
  to = value.as_boolean();
}

void Reader::read(const feel::Value& value, double& to) {
  if (value.kind() != feel::Kind::number) return refuse_type({"应为数字", "must be a number"});
  to = value.as_number().to_double();
}

std::int64_t Reader::read_number(const feel::Value& value, Range range) {
  if (value.kind() != feel::Kind::number) {
    refuse_type({"应为整数", "must be a whole number"});
    return 0;
  }
  const auto number = value.as_number().to_int64();
  if (number && *number >= range.least && *number <= range.most) return *number;
  const bool too_far =
      number || value.as_number() > feel::Decimal(range.most) || value.as_number() < feel::Decimal(range.least);
  const std::string least = std::to_string(range.least);
  const std::string most = std::to_string(range.most);
  if (too_far)
    refuse("http.number_out_of_range", {"应在 " + least + " 到 " + most + " 之间，请改正",
                                        "must lie between " + least + " and " + most + "; please correct it"});
  else
    refuse_type({"应为整数", "must be a whole number"});
  return 0;
}

void Reader::read(const feel::Value& value, base::Id& to) {
  const auto id = value.kind() == feel::Kind::string ? base::parse_id(value.as_string()) : std::nullopt;
  if (!id)
    return refuse("http.id_invalid", {"编号应为 13 位字母和数字，请核对后重新填写",
                                      "an id is 13 letters and digits; please check it and enter it again"});
  to = *id;
}

void Reader::read(const feel::Value& value, calendar::Date& to) {
  const auto date = value.kind() == feel::Kind::string ? calendar::parse_date(value.as_string()) : std::nullopt;
  if (!date)
    return refuse("http.date_invalid",
                  {"应为存在的日期，请按“2026-11-24”的格式填写", "must be a day that exists, written like 2026-11-24"});
  to = *date;
}

void Reader::read(const feel::Value& value, base::Instant& to) {
  const auto moment = value.kind() == feel::Kind::string ? parse_instant(value.as_string()) : std::nullopt;
  if (!moment)
    return refuse("http.instant_invalid", {"应为带时区的时间，请按“2026-11-24T09:30:00+08:00”的格式填写",
                                           "must be a time with its offset, written like 2026-11-24T09:30:00+08:00"});
  to = *moment;
}

void Reader::read_struct(const feel::Value& value, std::span<const Member> members, void* object) {
  if (value.kind() != feel::Kind::context) return refuse_type({"应为对象", "must be an object"});
  const feel::Context& context = value.as_context();
  for (const auto& [key, content] : context.entries()) {
    bool known = false;
    for (const Member& member : members) known = known || member.name == key;
    if (known) continue;
    enter(key);
    const std::string name = shown(key);
    refuse("http.field_unknown", {"没有“" + name + "”这一项，请删去或核对名称",
                                  "there is no field “" + name + "”; remove it or check its name"});
    leave();
  }
  for (const Member& member : members) {
    const feel::Value* content = context.find(member.name);
    if (!content && member.nullable) continue;
    enter(member.name);
    const std::string name(member.name);
    if (!content || (content->is_null() && !member.nullable))
      refuse("http.field_missing", {"缺少“" + name + "”，请填写", "“" + name + "” is missing; please fill it in"});
    else
      member.read(*this, *content, object);
    leave();
  }
}

std::optional<std::size_t> Reader::read_enum(const feel::Value& value, std::span<const std::string_view> names) {
  if (value.kind() != feel::Kind::string) {
    refuse_type({"应为文字", "must be text"});
    return std::nullopt;
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == value.as_string()) return i;
  }
  refuse("http.enum_unknown", {"应为以下之一：" + joined(names, "、"), "must be one of: " + joined(names, ", ")});
  return std::nullopt;
}

void Writer::text(std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef";
  out += '"';
  std::size_t done = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
    out.append(text, done, i - done);
    done = i + 1;
    out += '\\';
    switch (text[i]) {
      case '"':
        out += '"';
        break;
      case '\\':
        out += '\\';
        break;
      case '\n':
        out += 'n';
        break;
      case '\r':
        out += 'r';
        break;
      case '\t':
        out += 't';
        break;
      default:
        out += "u00";
        out += hex[byte >> 4];
        out += hex[byte & 15];
    }
  }
  out.append(text, done);
  out += '"';
}

void Writer::number(std::int64_t number) {
  char buffer[24];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, number);
  out.append(buffer, end.ptr);
}

void Writer::ratio(double number) {
  if (!std::isfinite(number)) {
    out += "null";
    return;
  }
  char buffer[40];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, number);
  out.append(buffer, end.ptr);
}

void Writer::object(std::span<const Member> members, const void* object) {
  out += '{';
  bool first = true;
  for (const Member& member : members) {
    if (member.absent(object)) continue;
    if (!std::exchange(first, false)) out += ',';
    text(member.name);
    out += ':';
    member.write(*this, object);
  }
  out += '}';
}

std::string Schemas::object(std::string name, std::span<const Member> members) {
  const std::string reference = R"({"$ref":"#/$defs/)" + name + R"("})";
  if (!components_.emplace(name, "").second) return reference;  // known, or being described further up
  std::string properties;
  std::string required;
  for (const Member& member : members) {
    const std::string quoted = '"' + std::string(member.name) + '"';
    properties += (properties.empty() ? "" : ",") + quoted + ":" + member.schema(*this);
    if (member.required) required += (required.empty() ? "" : ",") + quoted;
  }
  std::string schema = R"({"type":"object","properties":{)" + properties + "}";
  if (!required.empty()) schema += R"(,"required":[)" + required + "]";
  components_[name] = schema + R"(,"additionalProperties":false})";
  return reference;
}

std::string Schemas::enumeration(std::string name, std::span<const std::string_view> names) {
  components_[name] = R"({"type":"string","enum":[")" + joined(names, R"(",")") + R"("]})";
  return R"({"$ref":"#/$defs/)" + name + R"("})";
}

std::string Schemas::document(std::string root) const {
  if (components_.empty()) return root;
  root.pop_back();
  root += root == "{" ? R"("$defs":{)" : R"(,"$defs":{)";
  bool first = true;
  for (const auto& [name, schema] : components_) {
    if (!std::exchange(first, false)) root += ',';
    root += '"' + name + "\":" + schema;
  }
  return root + "}}";
}

std::string component_name(std::string_view pretty_function) {
  // GCC: "… component_name_of() [with T = x::Y; std::string = …]"; Clang: "… component_name_of() [T = x::Y]".
  const std::size_t begin = pretty_function.find("T = ");
  CHECK(begin != std::string_view::npos);
  std::string name(pretty_function.substr(begin + 4));
  name.resize(std::min(name.find(';'), name.rfind(']')));
  for (const std::string_view noise : {"{anonymous}::", "(anonymous namespace)::", "http::"})
    replace_all(name, noise, "");
  replace_all(name, "::", ".");
  for (char& c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.';
    if (!plain) c = '_';
  }
  while (!name.empty() && name.back() == '_') name.pop_back();
  return name;
}

void Codec<base::Id>::write(Writer& writer, base::Id value) {
  if (value)
    writer.text(base::to_text(value));
  else
    writer.out += "null";
}

void Codec<feel::Context>::read(Reader& reader, const feel::Value& value, feel::Context& to) {
  if (value.kind() != feel::Kind::context) return reader.refuse_type({"应为对象", "must be an object"});
  to = value.as_context();
}

base::Result<feel::Value> read_json(std::string_view text) {
  if (text.size() > body_json_bytes_max)
    return base::Error{
        .code = "json.too_large",
        .message = {"提交的内容过大，请分批提交", "what was sent is too large; please send it in parts"}};
  if (!base::is_utf8(text))
    return base::Error{.code = "http.text_not_utf8",
                       .message = {"提交的内容不是 UTF-8 编码，请转换编码后重新提交",
                                   "what was sent is not UTF-8; please convert it and send it again"}};
  auto parsed = feel::parse_json(text);
  if (parsed) return parsed;
  base::Error error = std::move(parsed).error();
  // The parser's places are byte offsets, which are no JSON pointers; its message says where.
  for (base::Place& place : error.places) place.path.clear();
  return error;
}

std::optional<base::Error> body_error(Reader& reader) {
  std::vector<base::Place> places = reader.take_places();
  if (places.empty()) return std::nullopt;
  const std::string count = std::to_string(places.size());
  return base::Error{
      .kind = base::Refusal::invalid,
      .code = "http.body_invalid",
      .message = {"提交的内容有 " + count + " 处需要改正，请逐项修改后重新提交",
                  "what was sent needs correcting in " + count + " place(s); please mend each and send again"},
      .places = std::move(places)};
}

}  // namespace http
