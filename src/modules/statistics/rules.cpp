#include "kernel/base/check.h"
#include "modules/statistics/model.h"

namespace statistics {

std::string percent(std::int64_t part, std::int64_t whole, int decimals) {
  CHECK(whole >= 0 && decimals >= 0 && decimals <= 4);
  if (whole == 0) return no_value;
  std::int64_t unit = 1;
  for (int i = 0; i < decimals; ++i) unit *= 10;
  // floor(x + 1/2) in whole numbers, also below nought.
  const std::int64_t twice = 2 * part * 100 * unit + whole;
  std::int64_t rounded = twice / (2 * whole);
  if (twice < 0 && twice % (2 * whole) != 0) --rounded;
  const std::int64_t size = rounded < 0 ? -rounded : rounded;
  std::string text = (rounded < 0 ? "-" : "") + std::to_string(size / unit);
  if (decimals == 0) return text;
  const std::string fraction = std::to_string(size % unit);
  return text + "." + std::string(static_cast<std::size_t>(decimals) - fraction.size(), '0') + fraction;
}

calendar::Date year_before(calendar::Date day) {
  const auto before = calendar::plus_months(day, -12);
  CHECK(before);
  return *before;
}

base::Text grade_text(const std::string& grade) {
  if (grade == "very_satisfied") return {"非常满意", "Very satisfied"};
  if (grade == "satisfied") return {"满意", "Satisfied"};
  if (grade == "fairly_satisfied") return {"基本满意", "Fairly satisfied"};
  if (grade == "dissatisfied") return {"不满意", "Dissatisfied"};
  if (grade == "very_dissatisfied") return {"非常不满意", "Very dissatisfied"};
  return {grade, grade};
}

}  // namespace statistics
