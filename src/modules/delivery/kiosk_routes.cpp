/// The kiosk's routes: nobody is signed in; the machine has a key, the person a code and the end of the identity
/// number.
#include <algorithm>
#include <memory>

#include "kernel/base/refusals.h"
#include "views.h"

namespace delivery {
namespace {

constexpr std::string_view tag = "kiosk";
/// At one machine: a person types slowly. Units: tries per second, tries at once.
constexpr double tries_per_second = 0.2;
constexpr double tries_at_once = 6;

struct IdentifyBody {
  std::string key;
  std::string code;
  std::string identity_end;
};
BOOST_DESCRIBE_STRUCT(IdentifyBody, (), (key, code, identity_end))

struct KioskPaper {
  base::Id id;
  base::Text name;
  std::string number;
  bool may_print = false;
};
BOOST_DESCRIBE_STRUCT(KioskPaper, (), (id, name, number, may_print))

struct TicketView {
  std::string ticket;
  std::int64_t seconds = 0;
  std::string title;
  std::vector<KioskPaper> certificates;
};
BOOST_DESCRIBE_STRUCT(TicketView, (), (ticket, seconds, title, certificates))

struct KioskPrintBody {
  std::string ticket;
  base::Id certificate;
};
BOOST_DESCRIBE_STRUCT(KioskPrintBody, (), (ticket, certificate))

struct KioskPrintView {
  base::Id id;
  std::string serial;
  std::string state;
};
BOOST_DESCRIBE_STRUCT(KioskPrintView, (), (id, serial, state))

struct KioskResultBody {
  std::string ticket;
  bool good = false;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(KioskResultBody, (), (ticket, good, reason))

http::Operation operation(std::string method, std::string path, std::string id, base::Text summary) {
  return {.method = std::move(method),
          .path = std::move(path),
          .id = std::move(id),
          .tag = std::string(tag),
          .summary = std::move(summary),
          .need = {http::Need::Kind::anyone}};
}

TicketView view_of(storage::Snapshot& snapshot, const Delivery& delivery, const Delivery::Ticket& ticket) {
  TicketView view{.ticket = ticket.token, .seconds = ticket_seconds, .title = {}, .certificates = {}};
  const std::vector<Print> prints = prints_of(snapshot, ticket.of_case);
  for (const PaperView& paper : papers_of(snapshot, delivery.catalogue(), ticket.of_case)) {
    const auto printed = std::count_if(prints.begin(), prints.end(), [&](const Print& print) {
      return print.certificate == paper.id && print.kiosk && print.state == "done";
    });
    view.certificates.push_back({paper.id, paper.name, paper.number, printed < kiosk_prints_max});
  }
  return view;
}

/// Not a command: a wrong try is refused and counted all the same, so the transaction is kept.
void mount_tickets(http::Router& router, storage::Store& store, const Delivery& delivery) {
  http::Operation identify =
      operation("POST", "/api/v1/kiosk/tickets", "identify_at_kiosk",
                {"在自助机上核对取件码和身份证号末四位", "Identify at a kiosk by code and identity number"});
  identify.body_schema = http::schema_text<IdentifyBody>();
  identify.answer_schema = http::schema_text<TicketView>();
  identify.errors = {"delivery.kiosk_refused", "delivery.code_refused", "http.too_many"};
  const auto throttle =
      std::make_shared<http::Throttle>(http::Throttle::Rule{.per_second = tries_per_second, .burst = tries_at_once});
  router.add(std::move(identify), [&store, &delivery, throttle](const http::Request& request) -> http::Reply {
    const auto body = http::read<IdentifyBody>(request.body, request.language);
    if (!body) return http::problem(body.error(), request);
    // By machine and by address: a stolen key does not open the way for many tries elsewhere.
    for (const std::string& key : {"key:" + storage::sha256_hex(body.value().key), "from:" + request.remote})
      if (const auto wait = throttle->take(key)) return http::too_many(request, *wait);
    const auto found = store.write_result([&](storage::Transaction& transaction) {
      return delivery.identify(transaction, body.value().key, body.value().code, body.value().identity_end, request.at);
    });
    if (!found) return http::problem(found.error(), request);
    if (!found.value()) return http::problem(found.value().error(), request);
    const TicketView view = store.read_value(
        [&](storage::Snapshot& snapshot) { return view_of(snapshot, delivery, found.value().value()); });
    return {.body = http::write(view, request.language)};
  });
}

void mount_prints(http::Router& router, storage::Store& store, const Delivery& delivery) {
  http::Operation start = operation("POST", "/api/v1/kiosk/prints", "start_kiosk_print",
                                    {"在自助机上打印一份证照", "Print a certificate at a kiosk"});
  start.answer_status = 201;
  start.errors = print_errors();
  start.errors.insert(start.errors.end(), {"delivery.ticket_expired", "delivery.printed_already"});
  http::command<KioskPrintBody, KioskPrintView>(
      router, store, std::move(start),
      [&delivery](storage::Transaction& transaction, const http::Request& request,
                  const KioskPrintBody& body) -> base::Result<KioskPrintView> {
        TRY(const Delivery::Visitor visitor, delivery.visitor(transaction, body.ticket, request.at));
        TRY(const Print print,
            delivery.start_kiosk_print(transaction, request.make_id(), visitor, body.certificate, request.at));
        return KioskPrintView{print.id, print.serial, print.state};
      });
  http::Operation result =
      operation("POST", "/api/v1/kiosk/prints/{print}/result", "end_kiosk_print",
                {"自助打印的结果;失败的可以重新打印", "How a kiosk print came out; a failed one may be repeated"});
  result.errors = {"delivery.ticket_expired", "delivery.print_unknown", "delivery.print_ended",
                   "delivery.reason_missing"};
  http::command<KioskResultBody, KioskPrintView>(
      router, store, std::move(result),
      [&delivery](storage::Transaction& transaction, const http::Request& request,
                  const KioskResultBody& body) -> base::Result<KioskPrintView> {
        TRY(const base::Id id, request.id("print"));
        TRY(const Delivery::Visitor visitor, delivery.visitor(transaction, body.ticket, request.at));
        TRY(const Print print,
            delivery.end_kiosk_print(transaction, id, request.make_id(), body.good, body.reason, visitor, request.at));
        return KioskPrintView{print.id, print.serial, print.state};
      });
}

void mount_content(http::Router& router, storage::Store& store, const Delivery& delivery) {
  http::Operation content = operation("GET", "/api/v1/kiosk/prints/{print}/content", "read_kiosk_print",
                                      {"要打印的证照(PDF)", "The certificate to be printed (PDF)"});
  content.query = {"ticket"};
  content.answer_schema = R"({"type":"string","format":"binary"})";
  content.answer_type = "application/pdf";
  content.errors = {"delivery.ticket_expired", "delivery.print_unknown"};
  router.add(std::move(content), [&store, &delivery](const http::Request& request) -> http::Reply {
    using Found = base::Result<licensing::Document>;
    const Found found = store.read_value([&](storage::Snapshot& snapshot) -> Found {
      TRY(const base::Id id, request.id("print"));
      TRY(const Delivery::Visitor visitor, delivery.visitor(snapshot, request.query_value("ticket"), request.at));
      const auto print = find_print(snapshot, id);
      const auto document =
          print && print->kiosk == visitor.kiosk.id && print->of_case == visitor.of_case && print->state == "started"
              ? licensing::find_document(snapshot, access_control::Scope::of_division(visitor.kiosk.division),
                                         print->document)
              : std::nullopt;
      if (document) return *document;
      return base::not_found("delivery.print_unknown", {"没有这次打印", "There is no such print."});
    });
    if (!found) return http::problem(found.error(), request);
    const auto pdf = delivery.licensing().document_pdf(store, found.value(), request.at);
    if (!pdf) return http::problem(pdf.error(), request);
    // Shown in a frame of the kiosk's own page.
    return {.body = pdf.value(),
            .content_type = "application/pdf",
            .headers = {{"X-Frame-Options", "SAMEORIGIN"},
                        {"Content-Security-Policy", "default-src 'none'; object-src 'self'; frame-ancestors 'self'"}}};
  });
}

}  // namespace

void mount_kiosk(http::Router& router, storage::Store& store, const Delivery& delivery) {
  mount_tickets(router, store, delivery);
  mount_prints(router, store, delivery);
  mount_content(router, store, delivery);
}

}  // namespace delivery
