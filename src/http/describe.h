/// Reading, writing and the JSON Schema of described C++ types. What a type is made of is told once, by Boost.Describe;
/// the walking is done by plain functions over tables, so that a module's routes stay quick to compile.
///
/// Types: std::string, bool, whole numbers, double (ratios only), std::optional, std::vector, std::map by name,
/// described structs and enums, base::Id, calendar::Date, base::Instant, feel::Value, feel::Context; base::Text in
/// answers only. Where an id may be none, the member is std::optional<base::Id>. A module may teach a type of its own
/// by specialising Codec.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/describe.hpp>
#include <boost/mp11.hpp>

#include "http/http.h"
#include "kernel/base/id.h"
#include "kernel/base/instant.h"
#include "kernel/base/result.h"
#include "kernel/calendar/calendar.h"
#include "kernel/feel/value.h"

namespace http {

inline constexpr std::size_t text_length_max = 10'000;  // code points of one text
inline constexpr std::size_t list_items_max = 10'000;   // of one list or map
inline constexpr std::size_t places_max = 100;          // told in one refusal; more help nobody
inline constexpr std::size_t body_json_bytes_max = 4'000'000;

/// Walks a JSON value and notes everything that is wrong with it, each at its JSON pointer.
class Reader {
 public:
  void enter(std::string_view name);
  void enter(std::size_t index);
  void leave();
  void refuse(std::string code, base::Text message);
  /// `expected` in words: "应为文字".
  void refuse_type(base::Text expected);
  /// False, with a refusal, when `size` passes list_items_max.
  bool fits(std::size_t size);
  std::vector<base::Place> take_places() { return std::move(places_); }

  void read(const feel::Value& value, std::string& to);
  void read(const feel::Value& value, bool& to);
  void read(const feel::Value& value, double& to);
  void read(const feel::Value& value, base::Id& to);
  void read(const feel::Value& value, calendar::Date& to);
  void read(const feel::Value& value, base::Instant& to);
  struct Range {
    std::int64_t least;
    std::int64_t most;
  };
  std::int64_t read_number(const feel::Value& value, Range range);

  struct Member {
    std::string_view name;
    bool nullable;
    void (*read)(Reader&, const feel::Value&, void* object);
  };
  void read_struct(const feel::Value& value, std::span<const Member> members, void* object);
  /// The index of the name in `names`; nothing, with a refusal, when it is none of them.
  std::optional<std::size_t> read_enum(const feel::Value& value, std::span<const std::string_view> names);

 private:
  std::string path_;
  std::vector<std::size_t> marks_;
  std::vector<base::Place> places_;
};

/// Appends JSON; texts come out in the reader's language.
struct Writer {
  std::string out;
  Language language = Language::zh;

  void text(std::string_view text);
  void number(std::int64_t number);
  void ratio(double number);

  struct Member {
    std::string_view name;
    bool (*absent)(const void* object);
    void (*write)(Writer&, const void* object);
  };
  void object(std::span<const Member> members, const void* object);
};

/// Collects the schemas of the named types met on the way.
class Schemas {
 public:
  struct Member {
    std::string_view name;
    bool required;
    std::string (*schema)(Schemas&);
  };
  /// A reference to the component `name`, described now unless it is known.
  std::string object(std::string name, std::span<const Member> members);
  std::string enumeration(std::string name, std::span<const std::string_view> names);
  /// `root` with every collected schema below "$defs".
  std::string document(std::string root) const;

 private:
  std::map<std::string, std::string> components_;
};

/// The component's name of a type, from what the compiler calls it: "licensing.Visit", "Page_licensing.Case".
std::string component_name(std::string_view pretty_function);
template <class T>
std::string component_name_of() {
  return component_name(__PRETTY_FUNCTION__);
}

/// How one type is read, written and described.
template <class T>
struct Codec;

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class T>
concept described_struct = std::is_class_v<T> && boost::describe::has_describe_members<T>::value;
template <class T>
concept described_enum = std::is_enum_v<T> && boost::describe::has_describe_enumerators<T>::value;
template <class T>
concept whole_number = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char>;

template <class T>
using members_of = boost::describe::describe_members<T, boost::describe::mod_public>;

template <class T, class D>
using member_type = std::remove_cvref_t<decltype(std::declval<T&>().*D::pointer)>;

template <described_struct T>
struct Codec<T> {
  static void read(Reader& reader, const feel::Value& value, T& to) {
    static constexpr auto table = []<class... D>(boost::mp11::mp_list<D...>) {
      return std::array<Reader::Member, sizeof...(D)>{
          Reader::Member{D::name, is_optional<member_type<T, D>> || std::same_as<member_type<T, D>, feel::Value>,
                         [](Reader& r, const feel::Value& v, void* object) {
                           Codec<member_type<T, D>>::read(r, v, static_cast<T*>(object)->*D::pointer);
                         }}...};
    }(boost::mp11::mp_rename<members_of<T>, boost::mp11::mp_list>{});
    reader.read_struct(value, table, &to);
  }
  static void write(Writer& writer, const T& value) {
    static constexpr auto table = []<class... D>(boost::mp11::mp_list<D...>) {
      return std::array<Writer::Member, sizeof...(D)>{
          Writer::Member{D::name,
                         [](const void* object) {
                           if constexpr (is_optional<member_type<T, D>>)
                             return Codec<member_type<T, D>>::absent(static_cast<const T*>(object)->*D::pointer);
                           else
                             return object == nullptr;
                         },
                         [](Writer& w, const void* object) {
                           Codec<member_type<T, D>>::write(w, static_cast<const T*>(object)->*D::pointer);
                         }}...};
    }(boost::mp11::mp_rename<members_of<T>, boost::mp11::mp_list>{});
    writer.object(table, &value);
  }
  static std::string schema(Schemas& schemas) {
    static constexpr auto table = []<class... D>(boost::mp11::mp_list<D...>) {
      return std::array<Schemas::Member, sizeof...(D)>{Schemas::Member{
          D::name, !is_optional<member_type<T, D>>, [](Schemas& s) { return Codec<member_type<T, D>>::schema(s); }}...};
    }(boost::mp11::mp_rename<members_of<T>, boost::mp11::mp_list>{});
    return schemas.object(component_name_of<T>(), table);
  }
};

template <described_enum T>
struct Codec<T> {
  static constexpr auto names = []<class... D>(boost::mp11::mp_list<D...>) {
    return std::array<std::string_view, sizeof...(D)>{std::string_view(D::name)...};
  }(boost::mp11::mp_rename<boost::describe::describe_enumerators<T>, boost::mp11::mp_list>{});
  static constexpr auto values = []<class... D>(boost::mp11::mp_list<D...>) {
    return std::array<T, sizeof...(D)>{D::value...};
  }(boost::mp11::mp_rename<boost::describe::describe_enumerators<T>, boost::mp11::mp_list>{});

  static void read(Reader& reader, const feel::Value& value, T& to) {
    if (const auto index = reader.read_enum(value, names)) to = values[*index];
  }
  static void write(Writer& writer, T value) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (values[i] == value) return writer.text(names[i]);
    }
    CHECK(!"an enum value without a name");
  }
  static std::string schema(Schemas& schemas) { return schemas.enumeration(component_name_of<T>(), names); }
};

template <whole_number T>
struct Codec<T> {
  static constexpr std::int64_t least =
      std::is_signed_v<T> ? static_cast<std::int64_t>(std::numeric_limits<T>::min()) : 0;
  static constexpr std::int64_t most = std::in_range<std::int64_t>(std::numeric_limits<T>::max())
                                           ? static_cast<std::int64_t>(std::numeric_limits<T>::max())
                                           : std::numeric_limits<std::int64_t>::max();
  static void read(Reader& reader, const feel::Value& value, T& to) {
    to = static_cast<T>(reader.read_number(value, {least, most}));
  }
  static void write(Writer& writer, T value) { writer.number(static_cast<std::int64_t>(value)); }
  static std::string schema(Schemas&) {
    return sizeof(T) > 4 ? R"({"type":"integer","format":"int64"})" : R"({"type":"integer","format":"int32"})";
  }
};

/// The types that Reader and Writer know themselves.
template <>
struct Codec<bool> {
  static void read(Reader& reader, const feel::Value& value, bool& to) { reader.read(value, to); }
  static void write(Writer& writer, bool value) { writer.out += value ? "true" : "false"; }
  static std::string schema(Schemas&) { return R"({"type":"boolean"})"; }
};
template <>
struct Codec<double> {
  static void read(Reader& reader, const feel::Value& value, double& to) { reader.read(value, to); }
  static void write(Writer& writer, double value) { writer.ratio(value); }
  static std::string schema(Schemas&) { return R"({"type":"number"})"; }
};
template <>
struct Codec<std::string> {
  static void read(Reader& reader, const feel::Value& value, std::string& to) { reader.read(value, to); }
  static void write(Writer& writer, const std::string& value) { writer.text(value); }
  static std::string schema(Schemas&) { return R"({"type":"string"})"; }
};
template <>
struct Codec<base::Id> {
  static void read(Reader& reader, const feel::Value& value, base::Id& to) { reader.read(value, to); }
  static void write(Writer& writer, base::Id value);
  static std::string schema(Schemas&) { return R"({"type":"string","pattern":"^[0-9a-hjkmnp-tv-z]{13}$"})"; }
};
template <>
struct Codec<calendar::Date> {
  static void read(Reader& reader, const feel::Value& value, calendar::Date& to) { reader.read(value, to); }
  static void write(Writer& writer, calendar::Date value) { writer.text(calendar::to_text(value)); }
  static std::string schema(Schemas&) { return R"({"type":"string","format":"date"})"; }
};
template <>
struct Codec<base::Instant> {
  static void read(Reader& reader, const feel::Value& value, base::Instant& to) { reader.read(value, to); }
  static void write(Writer& writer, base::Instant value) { writer.text(calendar::to_text_local(value)); }
  static std::string schema(Schemas&) { return R"({"type":"string","format":"date-time"})"; }
};
template <>
struct Codec<base::Text> {  // writing only: what people send is in one language
  static void write(Writer& writer, const base::Text& value) { writer.text(words(value, writer.language)); }
  static std::string schema(Schemas&) { return R"({"type":"string"})"; }
};
template <>
struct Codec<feel::Value> {
  static void read(Reader&, const feel::Value& value, feel::Value& to) { to = value; }
  static void write(Writer& writer, const feel::Value& value) { writer.out += feel::to_json(value); }
  static std::string schema(Schemas&) { return "{}"; }
};
template <>
struct Codec<feel::Context> {
  static void read(Reader& reader, const feel::Value& value, feel::Context& to);
  static void write(Writer& writer, const feel::Context& value) { writer.out += feel::to_json(feel::Value(value)); }
  static std::string schema(Schemas&) { return R"({"type":"object","additionalProperties":true})"; }
};

template <class T>
struct Codec<std::optional<T>> {
  static void read(Reader& reader, const feel::Value& value, std::optional<T>& to) {
    if (value.is_null()) return;
    Codec<T>::read(reader, value, to.emplace());
  }
  static bool absent(const std::optional<T>& value) {
    if constexpr (std::same_as<T, base::Id>) return !value || !*value;
    return !value;
  }
  static void write(Writer& writer, const std::optional<T>& value) {
    if (absent(value))
      writer.out += "null";
    else
      Codec<T>::write(writer, *value);
  }
  static std::string schema(Schemas& schemas) {
    return R"({"anyOf":[)" + Codec<T>::schema(schemas) + R"(,{"type":"null"}]})";
  }
};

template <class T>
struct Codec<std::vector<T>> {
  static void read(Reader& reader, const feel::Value& value, std::vector<T>& to) {
    if (value.kind() != feel::Kind::list) return reader.refuse_type({"应为列表", "must be a list"});
    const feel::List& list = value.as_list();
    if (!reader.fits(list.size())) return;
    to.reserve(list.size());
    for (std::size_t i = 0; i < list.size(); ++i) {
      T item{};
      reader.enter(i);
      Codec<T>::read(reader, list[i], item);
      reader.leave();
      to.push_back(std::move(item));
    }
  }
  static void write(Writer& writer, const std::vector<T>& value) {
    writer.out += '[';
    bool first = true;
    for (const auto& item : value) {
      if (!std::exchange(first, false)) writer.out += ',';
      Codec<T>::write(writer, item);
    }
    writer.out += ']';
  }
  static std::string schema(Schemas& schemas) {
    return R"({"type":"array","items":)" + Codec<T>::schema(schemas) + "}";
  }
};

template <class T, class Less>
struct Codec<std::map<std::string, T, Less>> {
  static void read(Reader& reader, const feel::Value& value, std::map<std::string, T, Less>& to) {
    if (value.kind() != feel::Kind::context) return reader.refuse_type({"应为对象", "must be an object"});
    if (!reader.fits(value.as_context().size())) return;
    for (const auto& [key, content] : value.as_context().entries()) {
      T item{};
      reader.enter(key);
      std::string name;
      reader.read(feel::Value(key), name);
      Codec<T>::read(reader, content, item);
      reader.leave();
      to.emplace(key, std::move(item));
    }
  }
  static void write(Writer& writer, const std::map<std::string, T, Less>& value) {
    writer.out += '{';
    bool first = true;
    for (const auto& [key, item] : value) {
      if (!std::exchange(first, false)) writer.out += ',';
      writer.text(key);
      writer.out += ':';
      Codec<T>::write(writer, item);
    }
    writer.out += '}';
  }
  static std::string schema(Schemas& schemas) {
    return R"({"type":"object","additionalProperties":)" + Codec<T>::schema(schemas) + "}";
  }
};

/// Parses what was sent. Errors: `http.text_not_utf8`, `json.too_large`, and those of feel::parse_json.
base::Result<feel::Value> read_json(std::string_view text);
/// Nothing wrong: nothing; otherwise `http.body_invalid` with the places.
std::optional<base::Error> body_error(Reader& reader);

/// Reads `T` from JSON. `language` is who reads; the refusal is in both languages all the same.
/// Errors: `http.body_invalid` with every place at fault (`http.field_unknown`, `http.field_missing`,
/// `http.field_type`, `http.enum_unknown`, `http.text_too_long`, `http.text_invalid`, `http.number_out_of_range`,
/// `http.date_invalid`, `http.instant_invalid`, `http.id_invalid`, `http.list_too_long`); `http.text_not_utf8`;
/// `json.…` when it is no JSON.
template <class T>
base::Result<T> read(std::string_view text, [[maybe_unused]] Language language) {
  TRY(const feel::Value value, read_json(text));
  Reader reader;
  T to{};
  Codec<T>::read(reader, value, to);
  if (auto error = body_error(reader)) return *std::move(error);
  return to;
}

template <class T>
std::string write(const T& value, Language language) {
  Writer writer{.out = {}, .language = language};
  Codec<T>::write(writer, value);
  return std::move(writer.out);
}

/// JSON Schema 2020-12 of `T`; described types are named below "$defs" and become components of the OpenAPI document.
template <class T>
std::string schema_text() {
  Schemas schemas;
  std::string root = Codec<T>::schema(schemas);
  return schemas.document(std::move(root));
}

}  // namespace http
