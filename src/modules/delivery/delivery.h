/// Handing over certificates: blank stock, prints, the kiosk, couriers, electronic delivery, receipts. The face for the
/// server and for modules downstream.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "modules/access/model.h"
#include "modules/casework/casework.h"
#include "modules/delivery/model.h"
#include "modules/licensing/licensing.h"
#include "storage/storage.h"

namespace http {
class Router;
}
namespace evidence {
class ReadBook;
}

namespace delivery {

/// Blank stock of one kind of certificate, at the window (`place` none) or in a kiosk.
struct BlankRange {
  base::Id id;
  std::string division;
  std::string office;
  std::string kind;  // of certificate: "business_licence"
  base::Id place;    // a kiosk, or none: the window
  Range range;
  std::int64_t next = 0;  // the first number that was never touched
  calendar::Date received_on;
  base::Id received_by;
  std::string remark;
  std::int64_t issued = 0, spoiled = 0, voided = 0;
  std::int64_t left() const { return range.size() - issued - spoiled - voided; }
};

struct Blank {
  std::string kind;
  std::string serial;
  BlankState state = BlankState::issued;
  base::Id print;
  std::string reason;
  base::Instant at;
  base::Id by;
};

/// One printing of a certificate on a blank.
struct Print {
  base::Id id;
  std::string division;
  std::string office;
  base::Id of_case;
  base::Id certificate;
  base::Id document;
  std::string kind;
  std::string serial;
  base::Id kiosk;     // none: at the window
  std::string state;  // started, done, failed
  std::string reason;
  base::Instant started_at;
  std::optional<base::Instant> ended_at;
  base::Id by;
};

struct Kiosk {
  base::Id id;
  std::string division;
  std::string office;
  std::string name;
  std::optional<base::Instant> closed_at;
};

struct Sending {
  base::Id id;
  std::string division;
  std::string office;
  base::Id of_case;
  base::Id applicant;
  base::Id entity;
  Way way = Way::window;
  State state = State::packed;
  int attempt = 1;
  base::Id previous;  // the delivery that this one repeats
  bool repeated = false;
  std::vector<base::Id> certificates;
  std::string recipient;
  std::string relation;      // "self", "agent", "family", "colleague"
  std::string identity_end;  // last four characters of the collector's identity number
  std::string address;
  bool consented = false;  // to being served at this address or electronically
  std::string carrier;
  std::string tracking;
  std::string reason;  // why it came back or was lost
  base::Instant made_at;
  std::optional<base::Instant> dispatched_at;
  std::optional<base::Instant> ended_at;
  base::Id by;
  std::int64_t sequence = 0;
};

/// What is said of a sending when it is made.
struct NewSending {
  base::Id id;
  base::Id of_case;
  std::string way;
  std::string recipient;
  std::string relation;
  std::string identity_end;
  std::string address;
  bool consented = false;
  std::vector<base::Id> certificates = {};  // none: all of the case
};
struct StepTaken {
  std::string step;
  std::string carrier;
  std::string tracking;
  std::string recipient;  // who signed for it
  std::string reason;
};

/// A letter that came back: evidence that an address does not reach the entity.
struct ReturnedMail {
  base::Id sending;
  base::Id of_case;
  base::Id entity;
  std::string address;
  std::string recipient;
  std::string reason;
  base::Instant at;
};

/// The use cases. Built once by the server; thread-safe.
class Delivery {
 public:
  /// From here on the hand-over of a case that brought certificates is completed by their delivery alone: who tries it
  /// by hand before is refused with `delivery.not_recorded`.
  Delivery(casework::Engine& engine, const licensing::Licensing& licensing);

  // Blank stock.
  /// Errors: `delivery.serial_invalid`, `delivery.range_invalid`, `delivery.serial_known` when one was received before,
  /// `delivery.kind_unknown`, `delivery.kiosk_unknown`.
  base::Result<BlankRange> receive(storage::Transaction& transaction, BlankRange range, std::string_view first,
                                   std::string_view last, const casework::Moment& moment) const;
  /// A blank that is lost, damaged or destroyed before or after it was used.
  /// Errors: `delivery.serial_unknown`, `delivery.serial_dead`, `delivery.reason_missing`, `delivery.state_unknown`.
  base::Result<Blank> write_off(storage::Transaction& transaction, const std::string& kind, std::string_view serial,
                                std::string_view state, const std::string& reason,
                                const casework::Moment& moment) const;

  // Prints.
  /// Takes the next blank of the place. Errors: `delivery.certificate_unknown`, `delivery.not_valid` (revoked,
  /// cancelled, superseded), `delivery.stock_empty`, `delivery.print_open` when one is on its way.
  base::Result<Print> start_print(storage::Transaction& transaction, base::Id id, base::Id of_case,
                                  base::Id certificate, const casework::Moment& moment) const;
  /// A print that failed spoils its blank; printing again takes another blank for the same certificate.
  /// Errors: `delivery.print_unknown`, `delivery.print_ended`, `delivery.reason_missing`.
  base::Result<Print> end_print(storage::Transaction& transaction, base::Id id, bool good, const std::string& reason,
                                const casework::Moment& moment) const;

  // The kiosk.
  struct NewKiosk {
    Kiosk kiosk;
    std::string key;  // told once
  };
  /// Errors: `delivery.name_missing`.
  base::Result<NewKiosk> open_kiosk(storage::Transaction& transaction, base::Id id, const std::string& name,
                                    const casework::Moment& moment) const;
  base::Result<Kiosk> close_kiosk(storage::Transaction& transaction, base::Id id, const casework::Moment& moment) const;
  struct Code {
    std::string code;
    base::Instant expires_at;
  };
  /// A new code for the applicant's case; the one before is dead.
  /// Errors: `licensing.application_unknown`, `delivery.nothing_to_deliver`.
  base::Result<Code> make_code(storage::Transaction& transaction, base::Id application,
                               const casework::Moment& moment) const;
  struct Ticket {
    std::string token;
    base::Id of_case;
    base::Instant expires_at;
  };
  /// Wrong tries are counted even though the answer is a refusal: that is what the second member of the pair is for.
  /// Errors (inside): `delivery.kiosk_refused`, `delivery.code_refused`.
  base::Result<base::Result<Ticket>> identify(storage::Transaction& transaction, const std::string& key,
                                              const std::string& code, const std::string& identity_end,
                                              base::Instant now) const;
  /// What a ticket is good for. Errors: `delivery.ticket_expired`.
  struct Visitor {
    Kiosk kiosk;
    base::Id of_case;
  };
  base::Result<Visitor> visitor(storage::Snapshot& snapshot, std::string_view token, base::Instant now) const;
  /// Errors: those of `start_print`; `delivery.printed_already` after `kiosk_prints_max` good prints.
  base::Result<Print> start_kiosk_print(storage::Transaction& transaction, base::Id id, const Visitor& visitor,
                                        base::Id certificate, base::Instant now) const;
  /// A good print is a delivery, too.
  base::Result<Print> end_kiosk_print(storage::Transaction& transaction, base::Id id, base::Id sending, bool good,
                                      const std::string& reason, const Visitor& visitor, base::Instant now) const;

  // Sendings.
  /// Errors: `casework.case_unknown`, `delivery.nothing_to_deliver`, `delivery.way_unknown`,
  /// `delivery.sending_invalid` with each field that is missing or wrong; `delivery.open` when one is under way.
  base::Result<Sending> send(storage::Transaction& transaction, const NewSending& wanted,
                             const casework::Moment& moment) const;
  /// Errors: `delivery.unknown`, `delivery.step_unknown`, `delivery.step_not_now`, `delivery.sending_invalid`.
  base::Result<Sending> take_step(storage::Transaction& transaction, base::Id id, const StepTaken& step,
                                  const casework::Moment& moment) const;
  /// Packed again after it came back or was lost; the certificates and their numbers stay as they are.
  /// Errors: `delivery.unknown`, `delivery.not_repeatable`, `delivery.sending_invalid`.
  base::Result<Sending> repeat(storage::Transaction& transaction, base::Id id, const NewSending& wanted,
                               const casework::Moment& moment) const;
  /// The applicant says that it has come. Errors: `delivery.unknown`, `delivery.step_not_now`.
  base::Result<Sending> confirm(storage::Transaction& transaction, base::Id application, base::Id id,
                                const casework::Moment& moment) const;

  /// 送达回证 as PDF. Errors: `delivery.not_delivered`, those of documents::render_pdf.
  base::Result<std::string> receipt(storage::Snapshot& snapshot, const Sending& sending) const;

  const catalogue::Catalogue& catalogue() const { return engine_.catalogue(); }
  const licensing::Licensing& licensing() const { return licensing_; }

 private:
  base::Result<Print> print_on(storage::Transaction& transaction, Print print, base::Id place, base::Instant now) const;
  base::Result<Print> finish(storage::Transaction& transaction, Print print, bool good, const std::string& reason,
                             const casework::Moment& moment) const;
  base::Result<Sending> make(storage::Transaction& transaction, const casework::CaseHead& of_case,
                             const NewSending& wanted, int attempt, base::Id previous,
                             const casework::Moment& moment) const;
  /// The hand-over of the case is done when every certificate of it has reached somebody: its task is completed, in
  /// the same transaction and by the same person.
  base::Result<void> tell_case(storage::Transaction& transaction, const Sending& sending,
                               const casework::Moment& moment) const;

  const casework::Engine& engine_;
  const licensing::Licensing& licensing_;
};

std::vector<BlankRange> ranges(storage::Snapshot& snapshot, const access_control::Scope& scope);
struct BlankFilter {
  std::string kind;
  std::optional<BlankState> state = {};
  std::string search;  // the end of a serial
  int limit = 50;
  std::string cursor;
};
struct BlankPage {
  std::vector<Blank> blanks;
  std::optional<std::string> next;
  std::int64_t total = 0;
};
BlankPage list_blanks(storage::Snapshot& snapshot, const access_control::Scope& scope, const BlankFilter& filter);
std::vector<Kiosk> kiosks(storage::Snapshot& snapshot, const access_control::Scope& scope);
std::vector<Print> prints_of(storage::Snapshot& snapshot, base::Id of_case);
std::vector<Sending> sendings_of(storage::Snapshot& snapshot, base::Id of_case);
std::optional<Sending> find_sending(storage::Snapshot& snapshot, const access_control::Scope& scope, base::Id id);
std::optional<Print> find_print(storage::Snapshot& snapshot, base::Id id);
struct SendingFilter {
  std::optional<State> state = {};
  std::optional<Way> way = {};
  int limit = 50;
  std::string cursor;
};
struct SendingPage {
  std::vector<Sending> sendings;
  std::optional<std::string> next;
  std::int64_t total = 0;
};
SendingPage list_sendings(storage::Snapshot& snapshot, const access_control::Scope& scope, const SendingFilter& filter);
/// Mail to an entity that came back, the latest first; `entity` none: of all within scope.
std::vector<ReturnedMail> returned_mail(storage::Snapshot& snapshot, const access_control::Scope& scope,
                                        base::Id entity, int limit);

void mount(http::Router& router, storage::Store& store, const Delivery& delivery, evidence::ReadBook& reads);

std::span<const storage::Migration> migrations();

}  // namespace delivery
