#include <algorithm>

#include "builtin.h"
#include "kernel/feel/range.h"
#include "temporal.h"

// Functions of lists. Source: [DMN-10.3.4.4].
namespace feel {
namespace {

const List* list_of(const Value& argument, List& alone) {
  if (argument.kind() == Kind::list) return &argument.as_list();
  alone = {argument};
  return &alone;
}

bool is_same(const Value& left, const Value& right, Evaluation& evaluation) {
  return evaluation.spend_on(left) && equal(left, right).value_or(false);
}

Value list_contains(const List& arguments, Evaluation& evaluation) {
  if (arguments[0].is_null()) return mismatch(evaluation, 1, "list");
  List alone;
  const List& list = *list_of(arguments[0], alone);
  if (!evaluation.spend(static_cast<std::int64_t>(list.size()))) return {};
  return std::any_of(list.begin(), list.end(),
                     [&](const Value& item) { return is_same(item, arguments[1], evaluation); });
}

Value count(const List& arguments, Evaluation& evaluation) {
  if (arguments[0].is_null()) return mismatch(evaluation, 1, "list");
  List alone;
  return static_cast<std::int64_t>(list_of(arguments[0], alone)->size());
}

Value extreme(const List& arguments, Evaluation& evaluation, int wanted) {
  const List& list = items(arguments);
  if (list.empty()) return out_of_range(evaluation, 1);
  const Value* best = &list.front();
  if (!compare(*best, *best)) return mismatch(evaluation, 1, "list of comparable values");
  for (const Value& item : list) {
    const auto order = compare(item, *best);
    if (!order || !evaluation.spend(1)) return mismatch(evaluation, 1, "list of comparable values");
    if (*order * wanted > 0) best = &item;
  }
  return *best;
}

Value min(const List& arguments, Evaluation& evaluation) {
  return extreme(arguments, evaluation, -1);
}
Value max(const List& arguments, Evaluation& evaluation) {
  return extreme(arguments, evaluation, 1);
}

Value sum(const List& arguments, Evaluation& evaluation) {
  const List& list = items(arguments);
  if (list.empty()) return out_of_range(evaluation, 1);
  Value total = list.front();
  const bool is_addable =
      total.kind() == Kind::number || total.kind() == Kind::days_time || total.kind() == Kind::years_months;
  if (!is_addable) return mismatch(evaluation, 1, "list<number>");
  for (std::size_t i = 1; i < list.size(); ++i) {
    if (list[i].kind() != total.kind() || !evaluation.spend(1)) return mismatch(evaluation, 1, "list<number>");
    total = add_values(total, list[i], evaluation);
    if (total.is_null()) return {};
  }
  return total;
}

bool all_numbers(const List& list, Evaluation& evaluation) {
  if (!evaluation.spend(static_cast<std::int64_t>(list.size()))) return false;
  for (const Value& item : list) {
    if (item.kind() == Kind::number) continue;
    mismatch(evaluation, 1, "list<number>");
    return false;
  }
  return true;
}

Value product(const List& arguments, Evaluation& evaluation) {
  const List& list = items(arguments);
  if (list.empty()) return out_of_range(evaluation, 1);
  if (!all_numbers(list, evaluation)) return {};
  std::optional<Decimal> total = Decimal(1);
  for (const Value& item : list)
    if (total) total = multiply(*total, item.as_number());
  return or_null(total, evaluation);
}

Value mean(const List& arguments, Evaluation& evaluation) {
  const List& list = items(arguments);
  const Value total = sum(arguments, evaluation);
  if (total.is_null()) return {};
  return divide_values(total, Value(static_cast<std::int64_t>(list.size())), evaluation);
}

Value median(const List& arguments, Evaluation& evaluation) {
  List list = items(arguments);
  if (list.empty()) return out_of_range(evaluation, 1);
  if (!all_numbers(list, evaluation)) return {};
  std::sort(list.begin(), list.end(), [](const Value& a, const Value& b) { return a.as_number() < b.as_number(); });
  const std::size_t middle = list.size() / 2;
  if (list.size() % 2 == 1) return list[middle];
  return divide_values(add_values(list[middle - 1], list[middle], evaluation), Value(2), evaluation);
}

Value stddev(const List& arguments, Evaluation& evaluation) {
  const List& list = items(arguments);
  if (list.size() < 2) return out_of_range(evaluation, 1);
  if (!all_numbers(list, evaluation)) return {};
  const Value average = mean(arguments, evaluation);
  if (average.is_null()) return {};
  std::optional<Decimal> squares = Decimal(0);
  for (const Value& item : list) {
    const auto distance = subtract(item.as_number(), average.as_number());
    const auto square = distance ? multiply(*distance, *distance) : std::nullopt;
    squares = squares && square ? add(*squares, *square) : std::nullopt;
  }
  const auto variance = squares ? divide(*squares, Decimal(static_cast<std::int64_t>(list.size() - 1))) : std::nullopt;
  return or_null(variance ? square_root(*variance) : std::nullopt, evaluation);
}

Value mode(const List& arguments, Evaluation& evaluation) {
  List list = items(arguments);
  if (!all_numbers(list, evaluation)) return {};
  std::sort(list.begin(), list.end(), [](const Value& a, const Value& b) { return a.as_number() < b.as_number(); });
  std::size_t most = 0;
  List result;
  for (std::size_t from = 0; from < list.size();) {
    std::size_t to = from;
    while (to < list.size() && list[to] == list[from]) ++to;
    if (to - from > most) result.clear();
    if (to - from >= most) result.push_back(list[from]);
    most = std::max(most, to - from);
    from = to;
  }
  return result;
}

/// `settling` decides at once: false for all, true for any.
Value quantified(const List& arguments, bool settling, Evaluation& evaluation) {
  if (arguments.size() == 1 && arguments[0].is_null()) return mismatch(evaluation, 1, "list<boolean>");
  bool is_certain = true;
  bool is_wrong = false;
  for (const Value& item : items(arguments)) {
    if (item.kind() == Kind::boolean && item.as_boolean() == settling) return settling;
    if (item.kind() != Kind::boolean) is_certain = false;
    if (item.kind() != Kind::boolean && !item.is_null()) is_wrong = true;
  }
  if (is_wrong) return mismatch(evaluation, 1, "list<boolean>");
  return is_certain ? Value(!settling) : mismatch(evaluation, 1, "list<boolean>");
}

Value all(const List& arguments, Evaluation& evaluation) {
  return quantified(arguments, false, evaluation);
}
Value any(const List& arguments, Evaluation& evaluation) {
  return quantified(arguments, true, evaluation);
}

Value sublist(const List& arguments, Evaluation& evaluation) {
  if (arguments[0].is_null()) return mismatch(evaluation, 1, "list");
  List alone;
  const List& list = *list_of(arguments[0], alone);
  const auto size = static_cast<std::int64_t>(list.size());
  const auto start = whole(arguments, 1);
  if (!start || *start == 0 || *start > size || *start < -size) return out_of_range(evaluation, 2);
  const std::int64_t from = *start > 0 ? *start - 1 : size + *start;
  std::int64_t length = size - from;
  if (arguments.size() == 3) {
    const auto wanted = whole(arguments, 2);
    if (!wanted || *wanted < 1 || *wanted > length) return out_of_range(evaluation, 3);
    length = *wanted;
  }
  return List(list.begin() + from, list.begin() + from + length);
}

Value append(const List& arguments, Evaluation& evaluation) {
  if (arguments[0].is_null()) return mismatch(evaluation, 1, "list");
  List alone;
  List list = *list_of(arguments[0], alone);
  list.insert(list.end(), arguments.begin() + 1, arguments.end());
  evaluation.take_bytes(static_cast<std::int64_t>(list.size() * sizeof(Value)));
  return list;
}

Value concatenate(const List& arguments, Evaluation& evaluation) {
  List list;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i].is_null()) return mismatch(evaluation, i + 1, "list");
    List alone;
    const List& more = *list_of(arguments[i], alone);
    list.insert(list.end(), more.begin(), more.end());
  }
  evaluation.take_bytes(static_cast<std::int64_t>(list.size() * sizeof(Value)));
  return list;
}

Value insert_before(const List& arguments, Evaluation& evaluation) {
  if (arguments[0].is_null()) return mismatch(evaluation, 1, "list");
  List alone;
  List list = *list_of(arguments[0], alone);
  const auto size = static_cast<std::int64_t>(list.size());
  const auto position = whole(arguments, 1);
  if (!position || *position == 0 || *position > size || *position < -size) return out_of_range(evaluation, 2);
  list.insert(list.begin() + (*position > 0 ? *position - 1 : size + *position), arguments[2]);
  return list;
}

Value remove(const List& arguments, Evaluation& evaluation) {
  if (arguments[0].is_null()) return mismatch(evaluation, 1, "list");
  List alone;
  List list = *list_of(arguments[0], alone);
  const auto size = static_cast<std::int64_t>(list.size());
  const auto position = whole(arguments, 1);
  if (!position || *position == 0 || *position > size || *position < -size) return out_of_range(evaluation, 2);
  list.erase(list.begin() + (*position > 0 ? *position - 1 : size + *position));
  return list;
}

Value list_replace(const List& arguments, Evaluation& evaluation) {
  if (arguments[0].is_null()) return mismatch(evaluation, 1, "list");
  List alone;
  List list = *list_of(arguments[0], alone);
  if (arguments[1].kind() == Kind::function) {
    for (Value& item : list) {
      const Value chosen = call(arguments[1].as_function(), List{item, arguments[2]}, evaluation);
      if (chosen.kind() != Kind::boolean) return mismatch(evaluation, 2, "function<Any, Any>->boolean");
      if (chosen.as_boolean()) item = arguments[2];
    }
    return list;
  }
  const auto size = static_cast<std::int64_t>(list.size());
  if (single(arguments[1]).kind() != Kind::number) return mismatch(evaluation, 2, "number");
  const auto position = whole(arguments, 1);
  if (!position || *position == 0 || *position > size || *position < -size) return out_of_range(evaluation, 2);
  list[static_cast<std::size_t>(*position > 0 ? *position - 1 : size + *position)] = arguments[2];
  return list;
}

Value reverse(const List& arguments, Evaluation& evaluation) {
  if (arguments[0].is_null()) return mismatch(evaluation, 1, "list");
  List alone;
  List list = *list_of(arguments[0], alone);
  std::reverse(list.begin(), list.end());
  return list;
}

Value index_of(const List& arguments, Evaluation& evaluation) {
  if (arguments[0].is_null()) return mismatch(evaluation, 1, "list");
  List alone;
  const List& list = *list_of(arguments[0], alone);
  List places;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (!evaluation.spend(1)) return {};
    if (is_same(list[i], arguments[1], evaluation)) places.emplace_back(static_cast<std::int64_t>(i + 1));
  }
  return places;
}

/// The items of `from` that `kept` does not hold yet.
bool add_distinct(List& kept, const List& from, Evaluation& evaluation) {
  for (const Value& item : from) {
    if (!evaluation.spend(static_cast<std::int64_t>(kept.size()) + 1)) return false;
    if (std::none_of(kept.begin(), kept.end(), [&](const Value& other) { return is_same(item, other, evaluation); }))
      kept.push_back(item);
  }
  return true;
}

Value union_(const List& arguments, Evaluation& evaluation) {
  List kept;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i].is_null()) return mismatch(evaluation, i + 1, "list");
    List alone;
    if (!add_distinct(kept, *list_of(arguments[i], alone), evaluation)) return {};
  }
  return kept;
}

Value distinct_values(const List& arguments, Evaluation& evaluation) {
  if (arguments[0].is_null()) return mismatch(evaluation, 1, "list");
  return union_(arguments, evaluation);
}

bool flatten_into(const List& list, List& out, Evaluation& evaluation) {
  Evaluation::Level level(evaluation);
  if (!level) return false;
  for (const Value& item : list) {
    if (!evaluation.spend(1)) return false;
    if (item.kind() != Kind::list) {
      out.push_back(item);
    } else if (!flatten_into(item.as_list(), out, evaluation)) {
      return false;
    }
  }
  return true;
}

Value flatten(const List& arguments, Evaluation& evaluation) {
  if (arguments[0].is_null()) return mismatch(evaluation, 1, "list");
  List alone;
  List out;
  if (!flatten_into(*list_of(arguments[0], alone), out, evaluation)) return {};
  return out;
}

/// Merge sort: stable, and safe with an order that contradicts itself, as a person may write one.
bool sort_range(List& list, List& spare, std::size_t from, std::size_t to, const Value* precedes,
                Evaluation& evaluation) {
  if (to - from < 2) return true;
  const std::size_t middle = from + (to - from) / 2;
  if (!sort_range(list, spare, from, middle, precedes, evaluation) ||
      !sort_range(list, spare, middle, to, precedes, evaluation))
    return false;
  std::size_t left = from;
  std::size_t right = middle;
  for (std::size_t at = from; at < to; ++at) {
    bool takes_right = left == middle;
    if (left < middle && right < to) {
      if (!evaluation.spend(1)) return false;
      if (precedes != nullptr) {
        const Value answer = call(precedes->as_function(), List{list[right], list[left]}, evaluation);
        if (answer.kind() != Kind::boolean) return false;
        takes_right = answer.as_boolean();
      } else {
        const auto order = compare(list[right], list[left]);
        if (!order) return false;
        takes_right = *order < 0;
      }
    }
    spare[at] = list[takes_right ? right++ : left++];
  }
  for (std::size_t at = from; at < to; ++at) list[at] = std::move(spare[at]);
  return true;
}

Value sort(const List& arguments, Evaluation& evaluation) {
  if (arguments[0].is_null()) return mismatch(evaluation, 1, "list");
  List alone;
  List list = *list_of(arguments[0], alone);
  const Value* precedes = nullptr;
  if (arguments.size() > 1) {
    if (arguments[1].kind() != Kind::function) return mismatch(evaluation, 2, "function");
    precedes = &arguments[1];
  }
  List spare(list.size());
  if (!sort_range(list, spare, 0, list.size(), precedes, evaluation)) return out_of_range(evaluation, 2);
  return list;
}

constexpr BuiltIn table[] = {
    {"list contains", "list, element", list_contains},
    {"count", "list", count},
    {"min", "list | c...", min},
    {"max", "list | c...", max},
    {"sum", "list | n...", sum},
    {"mean", "list | n...", mean},
    {"all", "list | b...", all},
    {"any", "list | b...", any},
    {"sublist", "list, start position, ?length", sublist},
    {"append", "list, item...", append},
    {"concatenate", "list...", concatenate},
    {"insert before", "list, position, newItem", insert_before},
    {"remove", "list, position", remove},
    {"list replace", "list, position: number, newItem | list, match: function, newItem", list_replace},
    {"reverse", "list", reverse},
    {"index of", "list, match", index_of},
    {"union", "list...", union_},
    {"distinct values", "list", distinct_values},
    {"flatten", "list", flatten},
    {"product", "list | n...", product},
    {"median", "list | n...", median},
    {"stddev", "list | n...", stddev},
    {"mode", "list | n...", mode},
    {"sort", "list, ?precedes", sort},
};

}  // namespace

std::span<const BuiltIn> list_functions() {
  return table;
}

}  // namespace feel
