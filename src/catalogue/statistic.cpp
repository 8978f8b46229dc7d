#include <algorithm>
#include <array>

#include "reader.h"
#include "statistic_reader.h"

namespace catalogue {
namespace {

constexpr std::int64_t decimals_max = 4;
constexpr std::int64_t visits_max = 100;

struct MeasureName {
  std::string_view name;
  Measure measure;
};
constexpr std::array<MeasureName, 7> measures = {{{"stock", Measure::stock},
                                                  {"stock_growth", Measure::stock_growth},
                                                  {"growth_rate", Measure::growth_rate},
                                                  {"finished_cases", Measure::finished_cases},
                                                  {"satisfaction", Measure::satisfaction},
                                                  {"list_length", Measure::list_length},
                                                  {"promise", Measure::promise}}};

Measure read_measure(const Reader& from) {
  const std::string word = from.text("measure");
  const auto found =
      std::find_if(measures.begin(), measures.end(), [&](const MeasureName& each) { return each.name == word; });
  if (found != measures.end()) return found->measure;
  from.fault_at("measure", "catalogue.measure_unknown",
                {"没有这种统计方法“" + word + "”", "There is no measure called “" + word + "”"});
  return Measure::stock;
}

Statistic::Reported read_reported(const Reader& from) {
  from.only({"value", "day", "from", "to"});
  return {.value = from.text("value"), .day = from.date("day"), .from = from.date("from"), .to = from.date("to")};
}

/// What a measure needs to be worked out at all.
void check_statistic(const Statistic& statistic, const Reader& from, const Catalogue& catalogue) {
  if (statistic.measure == Measure::finished_cases || statistic.measure == Measure::satisfaction) {
    const Services::Map& services = catalogue.services->now();
    if (std::none_of(services.begin(), services.end(), [&](const auto& each) {
          const auto& tags = each.second->tags;
          return std::find(tags.begin(), tags.end(), statistic.tag) != tags.end();
        }))
      from.fault_at("tag", "catalogue.unknown_reference",
                    {"没有事项带有标签“" + statistic.tag + "”", "No service carries the tag “" + statistic.tag + "”"});
  }
  if (statistic.measure == Measure::promise && !catalogue.rules.has(statistic.rule))
    from.fault_at("rule", "catalogue.unknown_reference",
                  {"没有规则“" + statistic.rule + "”", "There is no rule “" + statistic.rule + "”"});
  if (statistic.measure == Measure::list_length && statistic.items.empty())
    from.fault_at("items", "catalogue.missing", {"缺少列表内容", "The list has no items"});
}

}  // namespace

void read_statistics(const std::string& text, const std::string& file, Catalogue& catalogue, Faults& faults) {
  const std::optional<Reader> root = Reader::parse(text, file, faults);
  if (!root) return;
  for (const auto& [id, from] : root->entries()) {
    from.only({"figure", "title", "unit", "scope", "definition", "exclusions", "source", "public", "measure", "kinds",
               "tag", "office", "visits_max", "items", "rule", "decimals", "reported"});
    Statistic statistic{.id = id,
                        .figure = from.text("figure"),
                        .title = from.words("title"),
                        .unit = from.words("unit"),
                        .scope = from.words("scope"),
                        .definition = from.words("definition"),
                        .exclusions = from.words("exclusions"),
                        .source = from.text("source"),
                        .is_public = from.flag_or("public", true),
                        .measure = read_measure(from),
                        .kinds = from.texts("kinds"),
                        .tag = from.text_or("tag", ""),
                        .office = from.text_or("office", ""),
                        .items = from.many_words("items"),
                        .rule = from.text_or("rule", ""),
                        .decimals = static_cast<int>(from.number_or("decimals", 0, decimals_max, 0))};
    if (from.has("visits_max")) statistic.visits_max = static_cast<int>(from.number("visits_max", 0, visits_max));
    if (from.has("reported")) statistic.reported = read_reported(from.at("reported"));
    check_statistic(statistic, from, catalogue);
    catalogue.statistics.push_back(std::move(statistic));
  }
}

}  // namespace catalogue
