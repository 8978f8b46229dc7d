/// Whom or what a service is about: looked up once, so that what the office knows is not asked again.
#include "certificates.h"
#include "kernel/base/refusals.h"
#include "kernel/base/unicode.h"
#include "kernel/codes/entities.h"
#include "kernel/codes/lists.h"
#include "parts.h"

namespace licensing {
namespace {

constexpr calendar::Date forever{3'000'000};

base::Error subject_unknown(const std::string& typed, const catalogue::Subject& subject) {
  const bool entity = subject.certificate.empty();
  const base::Text message =
      entity ? base::Text{"登记簿中没有统一社会信用代码为「" + typed + "」的市场主体，请对照营业执照核对",
                          "No business with the credit code “" + typed +
                              "” is registered here; compare it with the licence"}
             : base::Text{"没有查到编号为「" + typed + "」的证件，请对照证件核对",
                          "No certificate has the number “" + typed + "”; compare it with the certificate"};
  return base::invalid_at("/" + std::string(catalogue::subject_key), "licensing.subject_unknown", message);
}

/// Whatever people type: the code or number, or the facts found by it before.
std::string typed_of(const feel::Value& value) {
  if (value.kind() == feel::Kind::string) return base::normal_code(value.as_string());
  if (value.kind() == feel::Kind::context) return text_in(value.as_context(), "key");
  return {};
}

struct Found {
  registration::Entity entity;
  std::optional<Certificate> certificate;
};

std::optional<Found> find_subject(storage::Snapshot& snapshot, const catalogue::Subject& subject,
                                  const std::string& division, const std::string& typed) {
  if (subject.certificate.empty()) {
    const auto entity = registration::find_by_code(snapshot, typed);
    if (!entity || entity->division != division) return std::nullopt;
    return Found{*entity, std::nullopt};
  }
  std::optional<Certificate> certificate;
  for (Certificate& each : certificates_by_number(snapshot, typed))
    if (each.kind == subject.certificate) certificate = std::move(each);
  if (!certificate) return std::nullopt;
  const auto entity =
      registration::find_entity(snapshot, access_control::Scope::of_division(division), certificate->entity);
  if (!entity) return std::nullopt;
  return Found{*entity, std::move(certificate)};
}

}  // namespace

std::optional<Certificate> in_force(const std::vector<Certificate>& certificates, std::string_view kind) {
  std::optional<Certificate> newest;
  for (const Certificate& certificate : certificates)
    if (certificate.kind == kind && (certificate.status == "valid" || certificate.status == "suspended"))
      newest = certificate;
  return newest;
}

feel::Context certificate_facts(const Certificate& certificate, calendar::Date today) {
  feel::Context facts;
  facts.put("kind", certificate.kind);
  facts.put("number", certificate.number);
  facts.put("status", status_on(certificate.status, certificate.valid_to, today));
  facts.put("issued_on", calendar::to_text(certificate.issued_on));
  facts.put("valid_to", certificate.valid_to ? feel::Value(calendar::to_text(*certificate.valid_to)) : feel::Value());
  // Certificates issued before details were kept still say what is printed on them.
  feel::Context details = certificate.details;
  if (details.empty())
    for (const Certificate::Field& field : certificate.fields)
      if (!field.value.empty()) details.put(field.id, field.value);
  facts.put("details", feel::Value(std::move(details)));
  return facts;
}

feel::Context entity_facts(storage::Snapshot& snapshot, const registration::Entity& entity,
                           const std::vector<Certificate>& certificates, calendar::Date today) {
  feel::Context facts;
  facts.put("id", base::to_text(entity.id));
  facts.put("credit_code", entity.credit_code);
  facts.put("kind", entity.kind);
  facts.put("established_on", calendar::to_text(entity.established_on));
  const auto written = registration::facts_as_of(registration::history_of(snapshot, entity.id), forever, forever);
  CHECK(written);
  for (const auto& [item, value] : registration::items_of(*written)) facts.put(item, value);
  facts.put("capital_fen", feel::Value(written->capital_fen));
  const codes::EntityType* type = codes::find_entity_type(written->type);
  facts.put("type_text", type ? std::string(type->name.zh) : written->type);
  facts.put("status_text", registration::status_text(written->status).zh);
  feel::Context holds;
  for (const Certificate& certificate : certificates)
    if (certificate.status == "valid" || certificate.status == "suspended")
      holds.put(certificate.kind, feel::Value(certificate_facts(certificate, today)));
  facts.put("holds", feel::Value(std::move(holds)));
  return facts;
}

base::Result<feel::Context> Licensing::with_subject(storage::Snapshot& snapshot, const catalogue::Service& service,
                                                    const feel::Context& guide, base::Instant now) const {
  if (!service.subject) return guide;
  const feel::Value* given = guide.find(catalogue::subject_key);
  const std::string typed = given ? typed_of(*given) : std::string();
  if (typed.empty()) return guide;
  const auto found = find_subject(snapshot, *service.subject, bureau().division, typed);
  if (!found) return subject_unknown(typed, *service.subject);
  const calendar::Date today = calendar::local_date(now);
  feel::Context facts =
      entity_facts(snapshot, found->entity, certificates_of_entity(snapshot, found->entity.id), today);
  facts.put("key", typed);
  if (found->certificate) facts.put("certificate", feel::Value(certificate_facts(*found->certificate, today)));
  feel::Context complete = guide;
  complete.put(catalogue::subject_key, feel::Value(std::move(facts)));
  if (const auto reason = catalogue::not_admitted(service, complete, engine_.catalogue().world_at(now)))
    return base::Error{.kind = base::Refusal::rule_not_met, .code = "licensing.not_admitted", .message = *reason};
  return complete;
}

}  // namespace licensing
