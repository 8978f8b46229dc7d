// What anybody may send as a body: reading never crashes, its refusals are complete, and what is read survives writing.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "http/describe.h"

namespace fuzzed {

enum class Colour { red, green };
BOOST_DESCRIBE_ENUM(Colour, red, green)

struct Leaf {
  std::string name;
  std::optional<int> shares;
  std::vector<Leaf> leaves;
};
BOOST_DESCRIBE_STRUCT(Leaf, (), (name, shares, leaves))

struct Everything {
  std::optional<std::string> text;
  std::optional<std::int64_t> number;
  std::optional<double> ratio;
  std::optional<bool> truth;
  std::optional<Colour> colour;
  std::optional<base::Id> id;
  std::optional<calendar::Date> date;
  std::optional<base::Instant> moment;
  std::optional<std::map<std::string, int>> counts;
  std::optional<feel::Context> context;
  feel::Value any;
  std::optional<Leaf> leaf;
};
BOOST_DESCRIBE_STRUCT(Everything, (),
                      (text, number, ratio, truth, colour, id, date, moment, counts, context, any, leaf))

void demand(bool condition) {
  if (!condition) std::abort();
}

}  // namespace fuzzed

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using fuzzed::demand;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto first = http::read<fuzzed::Everything>(text, http::Language::zh);
  if (!first) {
    demand(!first.error().code.empty() && !first.error().message.zh.empty() && !first.error().message.en.empty());
    demand(first.error().places.size() <= http::places_max);
    for (const base::Place& place : first.error().places) demand(place.path.empty() || place.path.front() == '/');
    return 0;
  }
  const std::string written = http::write(*first, http::Language::zh);
  const auto second = http::read<fuzzed::Everything>(written, http::Language::zh);
  demand(second.has_value());
  demand(http::write(*second, http::Language::zh) == written);
  return 0;
}
