#include "kernel/cose/cbor.h"

#include <algorithm>
#include <set>

#include "kernel/base/unicode.h"

namespace cbor {
namespace {

enum Major : unsigned { number = 0, negative = 1, bytes = 2, text = 3, array = 4, map = 5, tag = 6, simple = 7 };

constexpr unsigned simple_false = 20, simple_true = 21, simple_null = 22;

void put_head(std::string& to, Major major, std::uint64_t argument) {
  const auto head = [&](unsigned low) { to += static_cast<char>(major << 5 | low); };
  int width = 0;
  if (argument < 24) {
    head(static_cast<unsigned>(argument));
    return;
  }
  if (argument <= 0xFF)
    head(24), width = 1;
  else if (argument <= 0xFFFF)
    head(25), width = 2;
  else if (argument <= 0xFFFFFFFF)
    head(26), width = 4;
  else
    head(27), width = 8;
  for (int shift = (width - 1) * 8; shift >= 0; shift -= 8) to += static_cast<char>(argument >> shift & 0xFF);
}

void put_string(std::string& to, Major major, const std::string& content) {
  put_head(to, major, content.size());
  to += content;
}

void put(std::string& to, const Value& value) {
  if (const auto* integer = value.as_number()) {
    if (*integer >= 0)
      put_head(to, number, static_cast<std::uint64_t>(*integer));
    else
      put_head(to, negative, static_cast<std::uint64_t>(-(*integer + 1)));
  } else if (const auto* words = value.as_text()) {
    put_string(to, text, *words);
  } else if (const auto* content = value.as_bytes()) {
    put_string(to, bytes, *content);
  } else if (const auto* items = value.as_array()) {
    put_head(to, array, items->size());
    for (const Value& item : *items) put(to, item);
  } else if (const auto* entries = value.as_map()) {
    std::vector<std::pair<std::string, std::string>> sorted;
    for (const auto& [key, content_of] : *entries) sorted.emplace_back(encode(key), encode(content_of));
    std::sort(sorted.begin(), sorted.end());
    put_head(to, map, sorted.size());
    for (const auto& [key, content_of] : sorted) to += key + content_of;
  } else if (const auto* inside = value.as_tagged()) {
    put_head(to, tag, inside->tag);
    put(to, inside->content);
  } else if (const auto* flag = value.as_flag()) {
    put_head(to, simple, *flag ? simple_true : simple_false);
  } else {
    put_head(to, simple, simple_null);
  }
}

class Reader {
 public:
  explicit Reader(std::string_view all) : all_(all) {}

  base::Result<Value> whole() {
    TRY(Value value, read(0));
    if (at_ != all_.size()) return refuse("cbor.trailing", "后面还有多余的数据", "there is data after the end");
    return value;
  }

 private:
  struct Head {
    unsigned major = 0;
    std::uint64_t argument = 0;
  };

  base::Error refuse(std::string code, const std::string& zh, const std::string& en) const {
    const std::string place = std::to_string(at_);
    return {.code = std::move(code),
            .message = {"数据第" + place + "字节:" + zh, "Byte " + place + " of the data: " + en}};
  }
  base::Error truncated() const { return refuse("cbor.truncated", "数据不完整", "the data ends too early"); }

  base::Result<Head> head() {
    if (at_ >= all_.size()) return truncated();
    const unsigned first = static_cast<unsigned char>(all_[at_]);
    const unsigned low = first & 31;
    if (low == 31) return refuse("cbor.indefinite", "不允许不定长度", "indefinite lengths are not allowed");
    if (low > 27) return refuse("cbor.unsupported", "保留的编码", "a reserved encoding");
    ++at_;
    if (low < 24) return Head{first >> 5, low};
    const std::size_t width = std::size_t{1} << (low - 24);
    if (all_.size() - at_ < width) return truncated();
    std::uint64_t argument = 0;
    for (std::size_t index = 0; index < width; ++index)
      argument = argument << 8 | static_cast<unsigned char>(all_[at_ + index]);
    const bool is_float = first >> 5 == simple;
    constexpr std::uint64_t least[] = {24, 0x100, 0x10000, 0x100000000};
    if (!is_float && argument < least[low - 24])
      return refuse("cbor.not_shortest", "数值没有用最短形式编码", "a number is not in its shortest form");
    if (is_float) return refuse("cbor.unsupported", "不允许浮点数和其他简单值", "floating point is not allowed here");
    at_ += width;
    return Head{first >> 5, argument};
  }

  base::Result<std::string> string(std::uint64_t size) {
    if (all_.size() - at_ < size) return truncated();
    std::string content(all_.substr(at_, static_cast<std::size_t>(size)));
    at_ += static_cast<std::size_t>(size);
    return content;
  }

  base::Result<Value> items(std::uint64_t count, int depth) {
    // Each item takes a byte at least: what claims more is cut short, and nothing is reserved for it.
    if (count > all_.size() - at_) return truncated();
    Array all;
    for (std::uint64_t index = 0; index < count; ++index) {
      TRY(Value item, read(depth + 1));
      all.push_back(std::move(item));
    }
    return Value(std::move(all));
  }

  base::Result<Value> entries(std::uint64_t count, int depth) {
    if (count > (all_.size() - at_) / 2) return truncated();
    Map all;
    std::set<std::string_view> keys;
    for (std::uint64_t index = 0; index < count; ++index) {
      const std::size_t start = at_;
      TRY(Value key, read(depth + 1));
      if (!keys.insert(all_.substr(start, at_ - start)).second)
        return refuse("cbor.key_twice", "同一个键出现两次", "a key occurs twice");
      TRY(Value content, read(depth + 1));
      all.emplace_back(std::move(key), std::move(content));
    }
    return Value(std::move(all));
  }

  base::Result<Value> read(int depth) {
    if (depth > depth_max) return refuse("cbor.too_deep", "嵌套过深", "nested too deeply");
    TRY(const Head found, head());
    switch (static_cast<Major>(found.major)) {
      case number:
      case negative:
        if (found.argument > INT64_MAX) return refuse("cbor.number_too_large", "数值过大", "the number is too large");
        if (found.major == number) return Value(static_cast<std::int64_t>(found.argument));
        return Value(-1 - static_cast<std::int64_t>(found.argument));
      case bytes: {
        TRY(std::string content, string(found.argument));
        return Value(Bytes{std::move(content)});
      }
      case text: {
        TRY(std::string content, string(found.argument));
        if (!base::is_utf8(content)) return refuse("cbor.not_utf8", "文字不是UTF-8", "a text is not UTF-8");
        return Value(std::move(content));
      }
      case array:
        return items(found.argument, depth);
      case map:
        return entries(found.argument, depth);
      case tag: {
        TRY(Value content, read(depth + 1));
        return Value::tagged(found.argument, std::move(content));
      }
      case simple:
        break;
    }
    if (found.argument == simple_false || found.argument == simple_true) return Value(found.argument == simple_true);
    if (found.argument == simple_null) return Value();
    return refuse("cbor.unsupported", "不允许浮点数和其他简单值", "a simple value that is not allowed here");
  }

  std::string_view all_;
  std::size_t at_ = 0;
};

}  // namespace

Value Value::tagged(std::uint64_t tag, Value content) {
  Value value;
  value.content_ = std::make_shared<const Tagged>(Tagged{tag, std::move(content)});
  return value;
}

const std::string* Value::as_bytes() const {
  const auto* found = std::get_if<Bytes>(&content_);
  return found ? &found->content : nullptr;
}

const Array* Value::as_array() const {
  const auto* found = std::get_if<std::shared_ptr<const Array>>(&content_);
  return found ? found->get() : nullptr;
}

const Map* Value::as_map() const {
  const auto* found = std::get_if<std::shared_ptr<const Map>>(&content_);
  return found ? found->get() : nullptr;
}

const Tagged* Value::as_tagged() const {
  const auto* found = std::get_if<std::shared_ptr<const Tagged>>(&content_);
  return found ? found->get() : nullptr;
}

const Value* Value::find(std::int64_t key) const {
  if (const Map* all = as_map())
    for (const auto& [name, value] : *all)
      if (const auto* found = name.as_number(); found && *found == key) return &value;
  return nullptr;
}

const Value* Value::find(std::string_view key) const {
  if (const Map* all = as_map())
    for (const auto& [name, value] : *all)
      if (const auto* found = name.as_text(); found && *found == key) return &value;
  return nullptr;
}

std::string encode(const Value& value) {
  std::string content;
  put(content, value);
  return content;
}

base::Result<Value> decode(std::string_view bytes) {
  return Reader(bytes).whole();
}

}  // namespace cbor
