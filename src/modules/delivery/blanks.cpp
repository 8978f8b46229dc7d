/// Blank stock: received in ranges, used one by one, written off.
#include <openssl/rand.h>

#include "kernel/base/refusals.h"
#include "kernel/base/unicode.h"
#include "kernel/feel/value.h"
#include "parts.h"
#include "store.h"

namespace delivery {

base::Result<std::string> reason_of(const std::string& text) {
  constexpr std::size_t reason_length_max = 500;
  std::string plain = base::tidy(text);
  if (plain.empty() || base::length(plain) > reason_length_max)
    return base::invalid_at("/reason", "delivery.reason_missing",
                            {"请写明原因(500字以内)", "Please say why (up to 500 characters)."});
  return plain;
}

std::string json_of(std::initializer_list<std::pair<const char*, std::string>> entries) {
  feel::Context data;
  for (const auto& [key, value] : entries) data.put(key, value);
  return feel::to_json(feel::Value(std::move(data)));
}

std::string new_secret() {
  unsigned char bytes[16];
  CHECK(RAND_bytes(bytes, sizeof bytes) == 1);
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

std::string hash_of(std::string_view purpose, std::string_view secret) {
  return storage::sha256_hex(std::string(purpose) + ":" + std::string(secret));
}

base::Result<BlankRange> Delivery::receive(storage::Transaction& transaction, BlankRange range, std::string_view first,
                                           std::string_view last, const casework::Moment& moment) const {
  TRY(range.range, parse_range(first, last));
  if (!catalogue().certificates.contains(range.kind))
    return base::invalid_at("/kind", "delivery.kind_unknown",
                            {"没有这种证照", "There is no such kind of certificate."});
  if (range.place) {
    const auto kiosk = find_kiosk(transaction, range.place);
    if (!kiosk || kiosk->closed_at || !access_control::covers(moment.actor.scope, {{}, kiosk->division, kiosk->office}))
      return base::invalid_at("/place", "delivery.kiosk_unknown", {"没有这台自助机", "There is no such kiosk."});
    range.office = kiosk->office;
  }
  // Taking the counter's row makes others that enter serials of the same letters wait: no two ranges overlap.
  transaction.next_number("blanks/" + range.kind + "/" + range.range.prefix);
  if (any_overlap(transaction, range.kind, range.range))
    return base::conflict("delivery.serial_known",
                          {"这些编号中有的已经登记过,请核对首尾编号",
                           "Some of these serials were received before; please check the first and the last one."});
  range.next = range.range.first;
  range.received_by = moment.actor.person;
  insert_range(transaction, range);
  transaction.append(
      {"blanks", range.id}, 0,
      {.type = "blanks.received",
       .at = moment.now,
       .actor = moment.actor.person,
       .data = json_of({{"kind", range.kind},
                        {"first", serial_text(range.range.prefix, range.range.digits, range.range.first)},
                        {"last", serial_text(range.range.prefix, range.range.digits, range.range.last)}})},
      range.division);
  return range;
}

base::Result<Blank> Delivery::write_off(storage::Transaction& transaction, const std::string& kind,
                                        std::string_view serial_typed, std::string_view state_typed,
                                        const std::string& reason, const casework::Moment& moment) const {
  TRY(const Serial serial, parse_serial(serial_typed, "/serial"));
  const auto state = parse_blank_state(state_typed);
  if (!state || *state == BlankState::issued)
    return base::invalid_at("/state", "delivery.state_unknown",
                            {"请选择损坏作废,或者遗失、销毁作废", "Choose spoiled, or void (lost, destroyed)."});
  TRY(const std::string why, reason_of(reason));
  const auto range = range_with(transaction, moment.actor.scope, kind, serial);
  if (!range)
    return base::not_found("delivery.serial_unknown", {"没有登记过这个编号", "This serial was never received."});
  const auto known = find_blank(transaction, kind, serial);
  if (known && known->state != BlankState::issued)
    return base::conflict("delivery.serial_dead", {"这个编号已经作废", "This serial is spoiled or void already."});
  const Blank blank{.kind = kind,
                    .serial = serial_text(serial.prefix, serial.digits, serial.number),
                    .state = *state,
                    .print = known ? known->print : base::Id{},
                    .reason = why,
                    .at = moment.now,
                    .by = moment.actor.person};
  save_blank(transaction, *range, serial.number, blank);
  const storage::Stream stream{"blanks", range->id};
  transaction.append(
      stream, storage::last_sequence(transaction, stream),
      {.type = "blanks.written_off",
       .at = moment.now,
       .actor = moment.actor.person,
       .data = json_of({{"serial", blank.serial}, {"state", std::string(to_id(*state))}, {"reason", why}})},
      range->division);
  return blank;
}

}  // namespace delivery
