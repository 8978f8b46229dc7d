#include "catalogue/park.h"

#include "faults.h"
#include "reader.h"

namespace catalogue {

std::vector<BarredTrade> read_barred_trades(const std::string& text, const std::string& file, Faults& faults) {
  std::vector<BarredTrade> all;
  const std::optional<Reader> root = Reader::parse(text, file, faults);
  if (!root) return all;
  root->only({"bars"});
  for (const Reader& item : root->items("bars")) {
    item.only({"trades", "permits", "basis"});
    BarredTrade barred{.trades = item.texts("trades"), .permits = item.texts("permits"), .basis = item.words("basis")};
    if (barred.trades.empty() && barred.permits.empty())
      item.fault_at("trades", "catalogue.missing", {"须写明行业或者许可", "Name the trades or the permits"});
    all.push_back(std::move(barred));
  }
  return all;
}

}  // namespace catalogue
