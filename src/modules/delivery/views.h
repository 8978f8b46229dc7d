/// What the screens get of deliveries.
#pragma once

#include "http/api.h"
#include "modules/access/access.h"
#include "modules/delivery/delivery.h"

namespace delivery {

struct PrintView {
  base::Id id;
  base::Id certificate;
  base::Id document;
  std::string serial;
  std::string state;
  base::Text state_text;
  std::string reason;
  std::optional<std::string> kiosk_name;
  base::Instant started_at;
  std::string by_name;
};
BOOST_DESCRIBE_STRUCT(PrintView, (),
                      (id, certificate, document, serial, state, state_text, reason, kiosk_name, started_at, by_name))

struct SendingView {
  base::Id id;
  base::Id of_case;
  std::string way;
  base::Text way_text;
  std::string state;
  base::Text state_text;
  std::int64_t attempt = 1;
  bool may_repeat = false;
  bool has_receipt = false;
  std::string recipient;
  std::string address;
  std::string carrier;
  std::string tracking;
  std::string reason;
  base::Instant made_at;
  std::optional<base::Instant> dispatched_at;
  std::optional<base::Instant> ended_at;
  std::string by_name;
};
BOOST_DESCRIBE_STRUCT(SendingView, (),
                      (id, of_case, way, way_text, state, state_text, attempt, may_repeat, has_receipt, recipient,
                       address, carrier, tracking, reason, made_at, dispatched_at, ended_at, by_name))

struct PaperView {
  base::Id id;
  std::string kind;
  base::Text name;
  std::string number;
  std::int64_t prints = 0;
  std::optional<base::Id> printing;  // the print that is on its way
};
BOOST_DESCRIBE_STRUCT(PaperView, (), (id, kind, name, number, prints, printing))

base::Text print_state_text(std::string_view state);
PrintView view_of(storage::Snapshot& snapshot, const Print& print);
SendingView view_of(storage::Snapshot& snapshot, const Sending& sending);
std::vector<PaperView> papers_of(storage::Snapshot& snapshot, const catalogue::Catalogue& catalogue, base::Id of_case);
http::Reply receipt_reply(storage::Store& store, const Delivery& delivery, const std::optional<Sending>& sending,
                          const http::Request& request);
casework::Moment moment_of(const http::Request& request);
inline http::Need staff(std::string permission) {
  return {http::Need::Kind::staff, std::move(permission)};
}
std::vector<std::string> print_errors();

void mount_office(http::Router& router, storage::Store& store, const Delivery& delivery, evidence::ReadBook& reads);
void mount_kiosk(http::Router& router, storage::Store& store, const Delivery& delivery);

}  // namespace delivery
