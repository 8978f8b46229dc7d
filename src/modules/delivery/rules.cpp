#include <algorithm>
#include <array>

#include "kernel/base/refusals.h"
#include "kernel/base/unicode.h"
#include "modules/delivery/model.h"

namespace delivery {
namespace {

template <class Value>
struct Name {
  Value value;
  std::string_view id;
  base::Text text;
};

const std::array<Name<Way>, 4>& ways() {
  static const std::array<Name<Way>, 4> all = {{{Way::window, "window", {"窗口领取", "Collected at the window"}},
                                                {Way::kiosk, "kiosk", {"自助打印", "Printed at a kiosk"}},
                                                {Way::courier, "courier", {"快递寄送", "By courier"}},
                                                {Way::electronic, "electronic", {"电子送达", "Electronically"}}}};
  return all;
}

const std::array<Name<State>, 6>& states() {
  static const std::array<Name<State>, 6> all = {
      {{State::packed, "packed", {"已封装", "Packed"}},
       {State::on_the_way, "on_the_way", {"已交寄", "Handed to the courier"}},
       {State::delivered, "delivered", {"已送达", "Delivered"}},
       {State::returned, "returned", {"已退回", "Returned"}},
       {State::lost, "lost", {"已丢失", "Lost"}},
       {State::sent, "sent", {"已发送,待确认", "Sent, not confirmed yet"}}}};
  return all;
}

const std::array<Name<BlankState>, 3>& blank_states() {
  static const std::array<Name<BlankState>, 3> all = {{{BlankState::issued, "issued", {"已使用", "Issued"}},
                                                       {BlankState::spoiled, "spoiled", {"作废(打印损坏)", "Spoiled"}},
                                                       {BlankState::voided, "void", {"作废(遗失、销毁)", "Void"}}}};
  return all;
}

template <class Names, class Value>
const auto& entry_of(const Names& names, Value value) {
  return *std::find_if(names.begin(), names.end(), [&](const auto& each) { return each.value == value; });
}

template <class Names>
auto parse(const Names& names, std::string_view id) -> std::optional<decltype(names[0].value)> {
  for (const auto& each : names)
    if (each.id == id) return each.value;
  return std::nullopt;
}

base::Error at(std::string_view path, std::string code, std::string zh, std::string en) {
  const base::Text message{std::move(zh), std::move(en)};
  return base::invalid_at(std::string(path), code, message);
}

}  // namespace

std::string_view to_id(Way way) {
  return entry_of(ways(), way).id;
}
std::optional<Way> parse_way(std::string_view id) {
  return parse(ways(), id);
}
base::Text name_of(Way way) {
  return entry_of(ways(), way).text;
}
std::string_view to_id(State state) {
  return entry_of(states(), state).id;
}
std::optional<State> parse_state(std::string_view id) {
  return parse(states(), id);
}
base::Text name_of(State state) {
  return entry_of(states(), state).text;
}
std::string_view to_id(BlankState state) {
  return entry_of(blank_states(), state).id;
}
std::optional<BlankState> parse_blank_state(std::string_view id) {
  return parse(blank_states(), id);
}
base::Text name_of(BlankState state) {
  return entry_of(blank_states(), state).text;
}

std::optional<Step> parse_step(std::string_view id) {
  if (id == "dispatch") return Step::dispatch;
  if (id == "deliver") return Step::deliver;
  if (id == "return") return Step::give_back;
  if (id == "lose") return Step::lose;
  if (id == "confirm") return Step::confirm;
  return std::nullopt;
}

base::Result<State> after(State state, Way way, Step step) {
  if (way == Way::courier && state == State::packed && step == Step::dispatch) return State::on_the_way;
  if (way == Way::courier && state == State::on_the_way) {
    if (step == Step::deliver) return State::delivered;
    if (step == Step::give_back) return State::returned;
    if (step == Step::lose) return State::lost;
  }
  if (way == Way::electronic && state == State::sent && step == Step::confirm) return State::delivered;
  return base::conflict("delivery.step_not_now",
                        {"这次送达现在是“" + name_of(state).zh + "”,不能这样登记;请刷新后再看",
                         "This delivery is “" + name_of(state).en + "” now; please reload and look again."});
}

base::Result<void> check_repeat(State state, bool repeated) {
  if ((state == State::returned || state == State::lost) && !repeated) return {};
  return base::conflict("delivery.not_repeatable",
                        {"只有退回或丢失、且还没有重新寄送的,才能重新寄送",
                         "Only what was returned or lost, and not sent again yet, can be sent again."});
}

std::string serial_text(std::string_view prefix, int digits, std::int64_t number) {
  std::string text = std::to_string(number);
  if (static_cast<int>(text.size()) < digits) text.insert(0, static_cast<std::size_t>(digits) - text.size(), '0');
  return std::string(prefix) + text;
}

base::Result<Serial> parse_serial(std::string_view text, std::string_view path) {
  const auto refused = [&] {
    return at(path, "delivery.serial_invalid", "编号应为字母加数字,例如 TY0000101,最长24位",
              "A serial is letters followed by digits, such as TY0000101, at most 24 characters.");
  };
  const std::string plain = base::normal_code(text);
  const std::size_t letters = std::min(plain.find_first_of("0123456789"), plain.size());
  const std::string digits = plain.substr(letters);
  constexpr std::size_t digits_max = 15;  // fits a 64-bit number
  const bool good = plain.size() <= serial_length_max && !digits.empty() && digits.size() <= digits_max &&
                    plain.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ-") >= letters &&
                    digits.find_first_not_of("0123456789") == std::string::npos;
  if (!good) return refused();
  return Serial{
      .prefix = plain.substr(0, letters), .digits = static_cast<int>(digits.size()), .number = std::stoll(digits)};
}

base::Result<Range> parse_range(std::string_view first, std::string_view last) {
  TRY(const Serial from, parse_serial(first, "/first"));
  TRY(const Serial to, parse_serial(last, "/last"));
  if (from.prefix != to.prefix || from.digits != to.digits)
    return at("/last", "delivery.range_invalid", "首尾编号的字母和位数应一致",
              "The first and the last serial must have the same letters and the same number of digits.");
  const Range range{.prefix = from.prefix, .digits = from.digits, .first = from.number, .last = to.number};
  if (range.last < range.first)
    return at("/last", "delivery.range_invalid", "末号不能小于首号", "The last serial comes before the first.");
  if (range.size() > range_size_max)
    return at("/last", "delivery.range_invalid", "一次最多登记10000张,请分次登记",
              "At most 10,000 blanks at once; please enter them in parts.");
  return range;
}

bool overlap(const Range& left, const Range& right) {
  return left.prefix == right.prefix && left.digits == right.digits && left.first <= right.last &&
         right.first <= left.last;
}

base::Result<void> check_pick_up(const PickUp& pick_up) {
  if (pick_up.code_known && !pick_up.expired && pick_up.wrong_tries < wrong_tries_max && pick_up.identity_fits)
    return {};
  return base::Error{
      .kind = base::Refusal::forbidden,
      .code = "delivery.code_refused",
      .message = {"取件码或身份证号末四位不对,或者取件码已失效。连续输错5次取件码即失效,可在“我的办件”中重新获取",
                  "The pick-up code or the last four characters of the identity number are wrong, or the code "
                  "has expired. After five wrong tries a code is dead; get a new one under “My applications”."}};
}

}  // namespace delivery
