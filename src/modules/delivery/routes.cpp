/// The applicant's routes, and what the views are made of.
#include <algorithm>

#include "kernel/base/refusals.h"
#include "views.h"

namespace delivery {

base::Text print_state_text(std::string_view state) {
  if (state == "started") return {"正在打印", "Printing"};
  if (state == "done") return {"已打印", "Printed"};
  return {"打印失败", "Failed"};
}

casework::Moment moment_of(const http::Request& request) {
  return {.now = request.at, .actor = access_control::actor_of(request.caller)};
}

std::vector<std::string> print_errors() {
  return {"casework.case_unknown", "delivery.certificate_unknown", "delivery.not_valid", "delivery.print_open",
          "delivery.stock_empty"};
}

PrintView view_of(storage::Snapshot& snapshot, const Print& print) {
  PrintView view{.id = print.id,
                 .certificate = print.certificate,
                 .document = print.document,
                 .serial = print.serial,
                 .state = print.state,
                 .state_text = print_state_text(print.state),
                 .reason = print.reason,
                 .kiosk_name = {},
                 .started_at = print.started_at,
                 .by_name = access_control::name_of_person(snapshot, print.by)};
  return view;
}

SendingView view_of(storage::Snapshot& snapshot, const Sending& sending) {
  return {.id = sending.id,
          .of_case = sending.of_case,
          .way = std::string(to_id(sending.way)),
          .way_text = name_of(sending.way),
          .state = std::string(to_id(sending.state)),
          .state_text = name_of(sending.state),
          .attempt = sending.attempt,
          .may_repeat = check_repeat(sending.state, sending.repeated).has_value(),
          .has_receipt = sending.state == State::delivered,
          .recipient = sending.recipient,
          .address = sending.address,
          .carrier = sending.carrier,
          .tracking = sending.tracking,
          .reason = sending.reason,
          .made_at = sending.made_at,
          .dispatched_at = sending.dispatched_at,
          .ended_at = sending.ended_at,
          .by_name = access_control::name_of_person(snapshot, sending.by)};
}

std::vector<PaperView> papers_of(storage::Snapshot& snapshot, const catalogue::Catalogue& catalogue, base::Id of_case) {
  std::vector<PaperView> papers;
  const std::vector<Print> prints = prints_of(snapshot, of_case);
  for (const licensing::Certificate& certificate : licensing::certificates_of(snapshot, of_case)) {
    const auto kind = catalogue.certificates.find(certificate.kind);
    PaperView paper{.id = certificate.id,
                    .kind = certificate.kind,
                    .name = kind == catalogue.certificates.end() ? base::Text{certificate.kind, certificate.kind}
                                                                 : kind->second.name,
                    .number = certificate.number};
    for (const Print& print : prints) {
      if (print.certificate != certificate.id) continue;
      paper.prints += print.state == "done";
      if (print.state == "started") paper.printing = print.id;
    }
    papers.push_back(std::move(paper));
  }
  return papers;
}

http::Reply receipt_reply(storage::Store& store, const Delivery& delivery, const std::optional<Sending>& sending,
                          const http::Request& request) {
  if (!sending)
    return http::problem(base::not_found("delivery.unknown", {"没有这次送达", "There is no such delivery."}), request);
  const auto pdf = store.read_value([&](storage::Snapshot& snapshot) { return delivery.receipt(snapshot, *sending); });
  if (!pdf) return http::problem(pdf.error(), request);
  return {.body = pdf.value(),
          .content_type = "application/pdf",
          .headers = {{"Content-Disposition", "inline; filename=\"receipt-" + base::to_text(sending->id) + ".pdf\""}}};
}

namespace {

constexpr std::string_view tag = "delivery";
const http::Need citizen{http::Need::Kind::citizen};

struct OwnDeliveries {
  std::vector<PaperView> certificates;
  std::vector<SendingView> deliveries;
};
BOOST_DESCRIBE_STRUCT(OwnDeliveries, (), (certificates, deliveries))

struct CodeView {
  std::string code;
  base::Instant expires_at;
};
BOOST_DESCRIBE_STRUCT(CodeView, (), (code, expires_at))

/// The applicant's own sending, or none.
std::optional<Sending> own_sending(storage::Store& store, const http::Request& request) {
  const auto application = request.id("application");
  const auto id = request.id("delivery");
  if (!application || !id) return std::nullopt;
  auto found = store.read_value([&](storage::Snapshot& snapshot) {
    return find_sending(snapshot, access_control::scope_of(request.caller), id.value());
  });
  if (found && found->of_case != application.value()) return std::nullopt;
  return found;
}

void mount_own(http::Router& router, storage::Store& store, const Delivery& delivery) {
  http::query<OwnDeliveries>(
      router, store,
      {.path = "/api/v1/applications/{application}/deliveries",
       .id = "list_own_deliveries",
       .tag = std::string(tag),
       .summary = {"我的证照怎样送达", "How my certificates are handed over"},
       .need = citizen,
       .errors = {"licensing.application_unknown"}},
      [&delivery](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<OwnDeliveries> {
        TRY(const base::Id id, request.id("application"));
        TRY(std::ignore, licensing::load_application(snapshot, access_control::scope_of(request.caller), id));
        OwnDeliveries own{.certificates = papers_of(snapshot, delivery.catalogue(), id), .deliveries = {}};
        for (const Sending& sending : sendings_of(snapshot, id)) own.deliveries.push_back(view_of(snapshot, sending));
        return own;
      });
  http::command<http::Nothing, CodeView>(
      router, store,
      {.method = "POST",
       .path = "/api/v1/applications/{application}/pick-up-codes",
       .id = "make_pick_up_code",
       .tag = std::string(tag),
       .summary = {"获取自助机取件码,之前的取件码随即失效", "A pick-up code for the kiosk; the one before is dead"},
       .need = citizen,
       .answer_status = 201,
       .errors = {"licensing.application_unknown", "delivery.nothing_to_deliver"}},
      [&delivery](storage::Transaction& transaction, const http::Request& request,
                  const http::Nothing&) -> base::Result<CodeView> {
        TRY(const base::Id id, request.id("application"));
        TRY(const Delivery::Code code, delivery.make_code(transaction, id, moment_of(request)));
        return CodeView{code.code, code.expires_at};
      });
  http::command<http::Nothing, SendingView>(
      router, store,
      {.method = "POST",
       .path = "/api/v1/applications/{application}/deliveries/{delivery}/confirmation",
       .id = "confirm_delivery",
       .tag = std::string(tag),
       .summary = {"确认收到电子证照", "Confirm that the electronic certificates have come"},
       .need = citizen,
       .errors = {"delivery.unknown", "delivery.step_not_now"}},
      [&delivery](storage::Transaction& transaction, const http::Request& request,
                  const http::Nothing&) -> base::Result<SendingView> {
        TRY(const base::Id application, request.id("application"));
        TRY(const base::Id id, request.id("delivery"));
        TRY(const Sending sending, delivery.confirm(transaction, application, id, moment_of(request)));
        return view_of(transaction, sending);
      });
  router.add({.method = "GET",
              .path = "/api/v1/applications/{application}/deliveries/{delivery}/receipt",
              .id = "read_own_receipt",
              .tag = std::string(tag),
              .summary = {"送达回证(PDF)", "The receipt of delivery (PDF)"},
              .need = citizen,
              .answer_schema = R"({"type":"string","format":"binary"})",
              .answer_type = "application/pdf",
              .errors = {"delivery.unknown", "delivery.not_delivered"}},
             [&store, &delivery](const http::Request& request) {
               return receipt_reply(store, delivery, own_sending(store, request), request);
             });
}

}  // namespace

void mount(http::Router& router, storage::Store& store, const Delivery& delivery, evidence::ReadBook& reads) {
  mount_own(router, store, delivery);
  mount_office(router, store, delivery, reads);
  mount_kiosk(router, store, delivery);
}

}  // namespace delivery
