/// Rows of a table as entities of the register: which column is what, and what is wrong with a row. Pure.
///
///   checked --apply--> applying --finish--> applied --undo--> undoing --finish--> undone
///      |                  +-----------------undo---------------^
///      |                  +--fail--> failed --discard--> discarded
///      +----discard--> discarded
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/result.h"
#include "kernel/calendar/calendar.h"
#include "modules/registration/model.h"

namespace imports {

/// What a column may be, and the headings under which it is recognised.
struct Item {
  std::string_view id;  // "credit_code"
  base::Text label;
  bool is_required = false;
  std::vector<std::string_view> headings;
};
const std::vector<Item>& items();
const Item* find_item(std::string_view id);
/// The item that a heading stands for; empty when it is not recognised.
std::string recognised(std::string_view heading);

/// Which column holds which item.
using Columns = std::map<std::string, std::size_t>;
/// By the headings, then by what was said: heading -> item ("" leaves the column out).
/// Errors: `imports.columns_wrong` with each place: a heading that is not there, an item that is not known or found
/// twice, a required one that is missing.
base::Result<Columns> columns_of(const std::vector<std::string>& headings,
                                 const std::map<std::string, std::string>& said);

/// An entity as a row tells it.
struct Record {
  std::string credit_code;
  std::string kind;
  calendar::Date established_on;
  std::optional<calendar::Date> ended_on;  // when the status is not open
  registration::Facts facts;
};

/// Why a row is not entered.
struct Reject {
  int line = 0;
  std::string heading;  // of the column; empty: the whole row
  std::string value;
  std::string code;  // "imports.day_wrong"
  base::Text message;
};

/// What rows are read against.
struct Frame {
  const std::vector<std::string>& headings;
  const Columns& columns;
  calendar::Date today;
  std::string division;
};
struct RowRead {
  std::optional<Record> record;  // nothing when there are rejects
  std::vector<Reject> rejects;   // all of the row
};
/// Reads what people write: days in several ways, amounts in 元 or 万元, kinds, statuses and townships in words or
/// codes.
RowRead read_row(const std::vector<std::string>& cells, int line, const Frame& frame);

base::Text state_text(std::string_view state);

}  // namespace imports
