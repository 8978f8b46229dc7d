/// The office's routes: blank stock, prints, sendings, kiosks.
#include "http/export.h"
#include "http/query_then.h"
#include "modules/casework/looks.h"
#include "modules/evidence/looks.h"
#include "views.h"

namespace delivery {
namespace {

constexpr std::string_view tag = "delivery";

struct RangeView {
  base::Id id;
  std::string kind;
  base::Text kind_name;
  std::optional<std::string> kiosk_name;
  std::string first;
  std::string last;
  std::int64_t size = 0;
  std::int64_t issued = 0;
  std::int64_t spoiled = 0;
  std::int64_t voided = 0;
  std::int64_t left = 0;
  calendar::Date received_on;
  std::string remark;
};
BOOST_DESCRIBE_STRUCT(RangeView, (),
                      (id, kind, kind_name, kiosk_name, first, last, size, issued, spoiled, voided, left, received_on,
                       remark))

struct KindView {
  std::string id;
  base::Text name;
};
BOOST_DESCRIBE_STRUCT(KindView, (), (id, name))

struct KioskView {
  base::Id id;
  std::string name;
  std::optional<std::string> key;  // only in the answer that makes it
};
BOOST_DESCRIBE_STRUCT(KioskView, (), (id, name, key))

struct StockView {
  std::vector<RangeView> ranges;
  std::vector<KindView> kinds;
  std::vector<KioskView> kiosks;
};
BOOST_DESCRIBE_STRUCT(StockView, (), (ranges, kinds, kiosks))

struct RangeBody {
  std::string kind;
  std::string first;
  std::string last;
  std::optional<base::Id> kiosk;
  std::optional<calendar::Date> received_on;
  std::string remark;
};
BOOST_DESCRIBE_STRUCT(RangeBody, (), (kind, first, last, kiosk, received_on, remark))

struct BlankView {
  std::string kind;
  base::Text kind_name;
  std::string serial;
  std::string state;
  base::Text state_text;
  std::string reason;
  base::Instant at;
  std::string by_name;
};
BOOST_DESCRIBE_STRUCT(BlankView, (), (kind, kind_name, serial, state, state_text, reason, at, by_name))

struct WriteOffBody {
  std::string kind;
  std::string serial;
  std::string state;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(WriteOffBody, (), (kind, serial, state, reason))

struct KioskBody {
  std::string name;
};
BOOST_DESCRIBE_STRUCT(KioskBody, (), (name))

struct HandoverView {
  std::vector<PaperView> certificates;
  std::vector<PrintView> prints;
  std::vector<SendingView> deliveries;
};
BOOST_DESCRIBE_STRUCT(HandoverView, (), (certificates, prints, deliveries))

struct PrintBody {
  base::Id certificate;
};
BOOST_DESCRIBE_STRUCT(PrintBody, (), (certificate))

struct PrintResult {
  bool good = false;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(PrintResult, (), (good, reason))

struct SendingBody {
  std::string way;
  std::string recipient;
  std::string relation;
  std::string identity_end;
  std::string address;
  bool consented = false;
};
BOOST_DESCRIBE_STRUCT(SendingBody, (), (way, recipient, relation, identity_end, address, consented))

struct StepBody {
  std::string step;
  std::string carrier;
  std::string tracking;
  std::string recipient;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(StepBody, (), (step, carrier, tracking, recipient, reason))

base::Text kind_name(const catalogue::Catalogue& catalogue, const std::string& kind) {
  const auto found = catalogue.certificates.find(kind);
  return found == catalogue.certificates.end() ? base::Text{kind, kind} : found->second.name;
}

RangeView view_of(const BlankRange& range, const catalogue::Catalogue& catalogue, const std::vector<Kiosk>& all) {
  RangeView view{.id = range.id,
                 .kind = range.kind,
                 .kind_name = kind_name(catalogue, range.kind),
                 .kiosk_name = {},
                 .first = serial_text(range.range.prefix, range.range.digits, range.range.first),
                 .last = serial_text(range.range.prefix, range.range.digits, range.range.last),
                 .size = range.range.size(),
                 .issued = range.issued,
                 .spoiled = range.spoiled,
                 .voided = range.voided,
                 .left = range.left(),
                 .received_on = range.received_on,
                 .remark = range.remark};
  for (const Kiosk& kiosk : all)
    if (kiosk.id == range.place) view.kiosk_name = kiosk.name;
  return view;
}

NewSending wanted_of(const http::Request& request, const SendingBody& body, base::Id of_case) {
  return {.id = request.make_id(),
          .of_case = of_case,
          .way = body.way,
          .recipient = body.recipient,
          .relation = body.relation,
          .identity_end = body.identity_end,
          .address = body.address,
          .consented = body.consented};
}

void mount_stock(http::Router& router, storage::Store& store, const Delivery& delivery) {
  const catalogue::Catalogue& catalogue = delivery.catalogue();
  http::query<StockView>(
      router, store,
      {.path = "/api/v1/blanks",
       .id = "find_blank_stock",
       .tag = std::string(tag),
       .summary = {"空白证照:登记、使用、作废、剩余", "Blank stock: received, issued, spoiled, void, left"},
       .need = staff("delivery.read")},
      [&catalogue](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<StockView> {
        const access_control::Scope scope = access_control::scope_of(request.caller);
        const std::vector<Kiosk> all = kiosks(snapshot, scope);
        StockView view;
        for (const BlankRange& range : ranges(snapshot, scope)) view.ranges.push_back(view_of(range, catalogue, all));
        for (const auto& [id, kind] : catalogue.certificates) view.kinds.push_back({id, kind.name});
        for (const Kiosk& kiosk : all) view.kiosks.push_back({kiosk.id, kiosk.name, {}});
        return view;
      });
  http::command<RangeBody, RangeView>(
      router, store,
      {.method = "POST",
       .path = "/api/v1/blanks",
       .id = "receive_blanks",
       .tag = std::string(tag),
       .summary = {"登记收到的空白证照", "Enter blank stock that has come"},
       .need = staff("delivery.stock"),
       .answer_status = 201,
       .errors = {"delivery.serial_invalid", "delivery.range_invalid", "delivery.serial_known", "delivery.kind_unknown",
                  "delivery.kiosk_unknown"}},
      [&delivery](storage::Transaction& transaction, const http::Request& request,
                  const RangeBody& body) -> base::Result<RangeView> {
        const casework::Moment moment = moment_of(request);
        TRY(const BlankRange range, delivery.receive(transaction,
                                                     {.id = request.make_id(),
                                                      .division = request.caller.division,
                                                      .office = request.caller.office,
                                                      .kind = body.kind,
                                                      .place = body.kiosk.value_or(base::Id{}),
                                                      .range = {},
                                                      .received_on = body.received_on.value_or(moment.today()),
                                                      .received_by = {},
                                                      .remark = body.remark},
                                                     body.first, body.last, moment));
        return view_of(range, delivery.catalogue(), kiosks(transaction, moment.actor.scope));
      });
}

void mount_serials(http::Router& router, storage::Store& store, const Delivery& delivery) {
  const catalogue::Catalogue& catalogue = delivery.catalogue();
  http::list<BlankView>(
      router, store,
      {.path = "/api/v1/blanks/serials",
       .id = "list_blank_serials",
       .tag = std::string(tag),
       .summary = {"已使用和作废的空白证照编号", "Serials that were used, spoiled or are void"},
       .need = staff("delivery.read"),
       .query = {"kind", "state", "search"}},
      [&catalogue](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<http::Page<BlankView>> {
        const BlankPage found = list_blanks(snapshot, access_control::scope_of(request.caller),
                                            {.kind = std::string(request.query_value("kind")),
                                             .state = parse_blank_state(request.query_value("state")),
                                             .search = std::string(request.query_value("search")),
                                             .limit = http::limit_of(request),
                                             .cursor = std::string(request.query_value("cursor"))});
        http::Page<BlankView> page{.items = {}, .next = found.next, .total = found.total};
        for (const Blank& blank : found.blanks)
          page.items.push_back({blank.kind, kind_name(catalogue, blank.kind), blank.serial,
                                std::string(to_id(blank.state)), name_of(blank.state), blank.reason, blank.at,
                                access_control::name_of_person(snapshot, blank.by)});
        return page;
      });
  http::command<WriteOffBody, BlankView>(
      router, store,
      {.method = "POST",
       .path = "/api/v1/blanks/serials",
       .id = "write_off_blank",
       .tag = std::string(tag),
       .summary = {"作废一张空白证照", "Write a blank off as spoiled or void"},
       .need = staff("delivery.stock"),
       .errors = {"delivery.serial_invalid", "delivery.serial_unknown", "delivery.serial_dead",
                  "delivery.reason_missing", "delivery.state_unknown"}},
      [&delivery](storage::Transaction& transaction, const http::Request& request,
                  const WriteOffBody& body) -> base::Result<BlankView> {
        TRY(const Blank blank,
            delivery.write_off(transaction, body.kind, body.serial, body.state, body.reason, moment_of(request)));
        return BlankView{blank.kind,
                         kind_name(delivery.catalogue(), blank.kind),
                         blank.serial,
                         std::string(to_id(blank.state)),
                         name_of(blank.state),
                         blank.reason,
                         blank.at,
                         access_control::name_of_person(transaction, blank.by)};
      });
}

void mount_kiosks(http::Router& router, storage::Store& store, const Delivery& delivery) {
  http::command<KioskBody, KioskView>(
      router, store,
      {.method = "POST",
       .path = "/api/v1/kiosks",
       .id = "open_kiosk",
       .tag = std::string(tag),
       .summary = {"登记一台自助机,密钥只显示一次", "Register a kiosk; its key is told once"},
       .need = staff("delivery.stock"),
       .answer_status = 201,
       .errors = {"delivery.name_missing"}},
      [&delivery](storage::Transaction& transaction, const http::Request& request,
                  const KioskBody& body) -> base::Result<KioskView> {
        TRY(const Delivery::NewKiosk made,
            delivery.open_kiosk(transaction, request.make_id(), body.name, moment_of(request)));
        return KioskView{made.kiosk.id, made.kiosk.name, made.key};
      });
  http::command<http::Nothing, KioskView>(router, store,
                                          {.method = "DELETE",
                                           .path = "/api/v1/kiosks/{kiosk}",
                                           .id = "close_kiosk",
                                           .tag = std::string(tag),
                                           .summary = {"停用自助机", "Take a kiosk out of use"},
                                           .need = staff("delivery.stock"),
                                           .errors = {"delivery.kiosk_unknown"}},
                                          [&delivery](storage::Transaction& transaction, const http::Request& request,
                                                      const http::Nothing&) -> base::Result<KioskView> {
                                            TRY(const base::Id id, request.id("kiosk"));
                                            TRY(const Kiosk kiosk,
                                                delivery.close_kiosk(transaction, id, moment_of(request)));
                                            return KioskView{kiosk.id, kiosk.name, {}};
                                          });
}

void mount_handover(http::Router& router, storage::Store& store, const Delivery& delivery, evidence::ReadBook& reads) {
  http::query_then<HandoverView>(
      router, store,
      {.path = "/api/v1/cases/{case}/deliveries",
       .id = "find_handover",
       .tag = std::string(tag),
       .summary = {"办件的打印和送达", "Prints and deliveries of a case"},
       .need = staff("delivery.read"),
       .errors = {"casework.case_unknown"}},
      [&delivery](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<HandoverView> {
        TRY(const base::Id id, request.id("case"));
        TRY(std::ignore, delivery.licensing().engine().load(snapshot, access_control::scope_of(request.caller), id));
        HandoverView view{
            .certificates = papers_of(snapshot, delivery.catalogue(), id), .prints = {}, .deliveries = {}};
        const std::vector<Kiosk> all = kiosks(snapshot, access_control::scope_of(request.caller));
        for (const Print& print : prints_of(snapshot, id)) {
          PrintView shown = delivery::view_of(snapshot, print);
          for (const Kiosk& kiosk : all)
            if (kiosk.id == print.kiosk) shown.kiosk_name = kiosk.name;
          view.prints.push_back(std::move(shown));
        }
        for (const Sending& sending : sendings_of(snapshot, id))
          view.deliveries.push_back(delivery::view_of(snapshot, sending));
        return view;
      },
      [&store, &reads](const http::Request& request) {
        casework::note_look(store, reads, request, request.id("case").value(), "delivery");
      });
  http::command<PrintBody, PrintView>(
      router, store,
      {.method = "POST",
       .path = "/api/v1/cases/{case}/prints",
       .id = "start_print",
       .tag = std::string(tag),
       .summary = {"在下一张空白证照上打印", "Print on the next blank"},
       .need = staff("delivery.write"),
       .answer_status = 201,
       .errors = print_errors()},
      [&delivery](storage::Transaction& transaction, const http::Request& request,
                  const PrintBody& body) -> base::Result<PrintView> {
        TRY(const base::Id id, request.id("case"));
        TRY(const Print print,
            delivery.start_print(transaction, request.make_id(), id, body.certificate, moment_of(request)));
        return delivery::view_of(transaction, print);
      });
  http::command<PrintResult, PrintView>(
      router, store,
      {.method = "POST",
       .path = "/api/v1/prints/{print}/result",
       .id = "end_print",
       .tag = std::string(tag),
       .summary = {"登记打印结果;失败的作废空白证照", "How a print came out; a failed one spoils its blank"},
       .need = staff("delivery.write"),
       .errors = {"delivery.print_unknown", "delivery.print_ended", "delivery.reason_missing"}},
      [&delivery](storage::Transaction& transaction, const http::Request& request,
                  const PrintResult& body) -> base::Result<PrintView> {
        TRY(const base::Id id, request.id("print"));
        TRY(const Print print, delivery.end_print(transaction, id, body.good, body.reason, moment_of(request)));
        return delivery::view_of(transaction, print);
      });
}

void mount_sendings(http::Router& router, storage::Store& store, const Delivery& delivery) {
  http::command<SendingBody, SendingView>(
      router, store,
      {.method = "POST",
       .path = "/api/v1/cases/{case}/deliveries",
       .id = "send_certificates",
       .tag = std::string(tag),
       .summary = {"登记领取人、封装快递或电子送达", "Record a collector, pack a parcel or send electronically"},
       .need = staff("delivery.write"),
       .answer_status = 201,
       .errors = {"casework.case_unknown", "delivery.nothing_to_deliver", "delivery.way_unknown",
                  "delivery.sending_invalid", "delivery.open"}},
      [&delivery](storage::Transaction& transaction, const http::Request& request,
                  const SendingBody& body) -> base::Result<SendingView> {
        TRY(const base::Id id, request.id("case"));
        TRY(const Sending sending, delivery.send(transaction, wanted_of(request, body, id), moment_of(request)));
        return delivery::view_of(transaction, sending);
      });
  http::command<StepBody, SendingView>(
      router, store,
      {.method = "POST",
       .path = "/api/v1/deliveries/{delivery}/steps",
       .id = "step_delivery",
       .tag = std::string(tag),
       .summary = {"登记交寄、送达、退回或丢失", "Dispatched, delivered, returned or lost"},
       .need = staff("delivery.write"),
       .errors = {"delivery.unknown", "delivery.step_unknown", "delivery.step_not_now", "delivery.sending_invalid",
                  "delivery.reason_missing"}},
      [&delivery](storage::Transaction& transaction, const http::Request& request,
                  const StepBody& body) -> base::Result<SendingView> {
        TRY(const base::Id id, request.id("delivery"));
        TRY(const Sending sending,
            delivery.take_step(transaction, id, {body.step, body.carrier, body.tracking, body.recipient, body.reason},
                               moment_of(request)));
        return delivery::view_of(transaction, sending);
      });
  http::command<SendingBody, SendingView>(
      router, store,
      {.method = "POST",
       .path = "/api/v1/deliveries/{delivery}/repetition",
       .id = "repeat_delivery",
       .tag = std::string(tag),
       .summary = {"退回或丢失的重新送达,证照编号不变",
                   "Send again what came back or was lost, under the same numbers"},
       .need = staff("delivery.write"),
       .answer_status = 201,
       .errors = {"delivery.unknown", "delivery.not_repeatable", "delivery.sending_invalid", "delivery.way_unknown"}},
      [&delivery](storage::Transaction& transaction, const http::Request& request,
                  const SendingBody& body) -> base::Result<SendingView> {
        TRY(const base::Id id, request.id("delivery"));
        TRY(const Sending sending, delivery.repeat(transaction, id, wanted_of(request, body, {}), moment_of(request)));
        return delivery::view_of(transaction, sending);
      });
}

void mount_lists(http::Router& router, storage::Store& store, const Delivery& delivery, evidence::ReadBook& reads) {
  http::list<SendingView>(
      router, store,
      {.path = "/api/v1/deliveries",
       .id = "list_deliveries",
       .tag = std::string(tag),
       .summary = {"送达台账,退回的可作证据", "All deliveries; those that came back are evidence"},
       .need = staff("delivery.read"),
       .query = {"state", "way"}},
      [](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<http::Page<SendingView>> {
        const SendingPage found = list_sendings(snapshot, access_control::scope_of(request.caller),
                                                {.state = parse_state(request.query_value("state")),
                                                 .way = parse_way(request.query_value("way")),
                                                 .limit = http::limit_of(request),
                                                 .cursor = std::string(request.query_value("cursor"))});
        http::Page<SendingView> page{.items = {}, .next = found.next, .total = found.total};
        for (const Sending& sending : found.sendings) page.items.push_back(delivery::view_of(snapshot, sending));
        return page;
      },
      evidence::note_export(reads, "list_deliveries"));
  router.add({.method = "GET",
              .path = "/api/v1/deliveries/{delivery}/receipt",
              .id = "read_receipt",
              .tag = std::string(tag),
              .summary = {"送达回证(PDF)", "The receipt of delivery (PDF)"},
              .need = staff("delivery.read"),
              .answer_schema = R"({"type":"string","format":"binary"})",
              .answer_type = "application/pdf",
              .errors = {"delivery.unknown", "delivery.not_delivered"}},
             [&store, &delivery, &reads](const http::Request& request) {
               const auto id = request.id("delivery");
               const auto found = store.read_value([&](storage::Snapshot& snapshot) {
                 return id ? find_sending(snapshot, access_control::scope_of(request.caller), id.value())
                           : std::nullopt;
               });
               http::Reply reply = receipt_reply(store, delivery, found, request);
               if (reply.status == 200) casework::note_look(store, reads, request, found->of_case, "delivery");
               return reply;
             });
}

}  // namespace

void mount_office(http::Router& router, storage::Store& store, const Delivery& delivery, evidence::ReadBook& reads) {
  mount_stock(router, store, delivery);
  mount_serials(router, store, delivery);
  mount_kiosks(router, store, delivery);
  mount_handover(router, store, delivery, reads);
  mount_sendings(router, store, delivery);
  mount_lists(router, store, delivery, reads);
}

}  // namespace delivery
