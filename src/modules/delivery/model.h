/// Handing over: blank stock by serials, and the states of a delivery. Pure.
///
///   courier     packed --dispatch--> on_the_way --deliver--> delivered
///                                        |---------return--> returned --repeat--> (a new delivery, packed)
///                                        \---------lose----> lost     --repeat--> (a new delivery, packed)
///   window      delivered at once, to the collector
///   kiosk       delivered with the print
///   electronic  sent --confirm--> delivered
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "kernel/base/result.h"
#include "kernel/calendar/calendar.h"

namespace delivery {

enum class Way { window, kiosk, courier, electronic };
std::string_view to_id(Way way);
std::optional<Way> parse_way(std::string_view id);
base::Text name_of(Way way);

enum class State { packed, on_the_way, delivered, returned, lost, sent };
std::string_view to_id(State state);
std::optional<State> parse_state(std::string_view id);
base::Text name_of(State state);

enum class Step { dispatch, deliver, give_back, lose, confirm };
std::optional<Step> parse_step(std::string_view id);

/// Errors: `delivery.step_not_now` (conflict) when the delivery is not where the step starts.
base::Result<State> after(State state, Way way, Step step);
/// What came back or was lost may be sent again, once.
/// Errors: `delivery.not_repeatable`.
base::Result<void> check_repeat(State state, bool repeated);

/// Serials that follow each other: letters, then digits, "TY0000101" to "TY0000200".
struct Range {
  std::string prefix;
  int digits = 0;
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::int64_t size() const { return last - first + 1; }
  bool operator==(const Range&) const = default;
};
inline constexpr std::int64_t range_size_max = 10'000;
inline constexpr int serial_length_max = 24;

/// Full-width characters are read as ASCII, letters as capitals.
/// Errors: `delivery.serial_invalid` at "/first" or "/last"; `delivery.range_invalid` when both do not belong together,
/// the last comes before the first, or there are more than `range_size_max`.
base::Result<Range> parse_range(std::string_view first, std::string_view last);
/// Errors: `delivery.serial_invalid` at `path`.
struct Serial {
  std::string prefix;
  int digits = 0;
  std::int64_t number = 0;
};
base::Result<Serial> parse_serial(std::string_view text, std::string_view path);
std::string serial_text(std::string_view prefix, int digits, std::int64_t number);
bool overlap(const Range& left, const Range& right);

/// What became of a blank that is no longer plain stock.
enum class BlankState { issued, spoiled, voided };
std::string_view to_id(BlankState state);
std::optional<BlankState> parse_blank_state(std::string_view id);
base::Text name_of(BlankState state);

/// A person at a kiosk: the code and the end of the identity number.
inline constexpr int code_digits = 8;
inline constexpr int code_days = 7;         // a pick-up code lives
inline constexpr int wrong_tries_max = 5;   // then it is dead
inline constexpr int kiosk_prints_max = 2;  // good prints of one certificate at kiosks; more at the window
inline constexpr int ticket_seconds = 300;  // what a kiosk may do for one person

struct PickUp {
  bool code_known = false;
  bool expired = false;
  int wrong_tries = 0;
  bool identity_fits = false;
};
/// The same refusal for an unknown code, a dead one and a wrong identity number.
/// Errors: `delivery.code_refused`.
base::Result<void> check_pick_up(const PickUp& pick_up);

}  // namespace delivery
