#include "certificates.h"

#include <openssl/rand.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <random>

#include "kernel/codes/lists.h"
#include "modules/evidence/evidence.h"
#include "parts.h"
#include "store.h"

namespace licensing {

base::Error model_fault(std::string zh, std::string en) {
  return {
      .kind = base::Refusal::rule_not_met, .code = "licensing.model_fault", .message = {std::move(zh), std::move(en)}};
}

/// A counter from a random start, stirred by an odd factor, as requests have it: a million ids of one millisecond are
/// all different. Twenty random bits alone meet each other under load.
base::Id new_id(base::Instant now) {
  static std::atomic<std::uint32_t> counter{std::random_device{}()};
  return base::make_id(now, counter.fetch_add(1, std::memory_order_relaxed) * 0x9E3779B1u);
}

namespace {

/// What becomes of a certificate, for its stream and the public log.
struct Change {
  std::string_view type;
  std::string_view status;
  std::string_view reason = {};
};

/// What anybody may know of a certificate; its fields are in the event, and sealed.
void tell(storage::Transaction& transaction, const Certificate& certificate, const Change& change, feel::Context data,
          base::Instant now, base::Id by) {
  const std::string valid_to = certificate.valid_to ? calendar::to_text(*certificate.valid_to) : std::string();
  data.put("kind", certificate.kind);
  data.put("number", certificate.number);
  data.put("status", std::string(change.status));
  data.put("valid_to", valid_to);
  const storage::Stream stream{"certificate", certificate.id};
  evidence::append(transaction, stream, storage::last_sequence(transaction, stream),
                   {.type = change.type, .at = now, .actor = by, .data = feel::to_json(feel::Value(std::move(data)))},
                   certificate.division,
                   {{"kind", certificate.kind},
                    {"number", certificate.number},
                    {"status", std::string(change.status)},
                    {"valid_to", valid_to}});
}

void tell_status(storage::Transaction& transaction, const Certificate& certificate, const Change& change,
                 base::Instant now, base::Id by) {
  feel::Context data;
  data.put("reason", std::string(change.reason));
  tell(transaction, certificate, change, std::move(data), now, by);
}

void tell_issue(storage::Transaction& transaction, const Certificate& certificate, const casework::Moment& moment) {
  feel::Context data, printed;
  data.put("case", base::to_text(certificate.of_case));
  data.put("entity", base::to_text(certificate.entity));
  data.put("issued_on", calendar::to_text(certificate.issued_on));
  for (const Certificate::Field& field : certificate.fields) printed.put(field.id, field.value);
  data.put("fields", feel::Value(std::move(printed)));
  data.put("division", certificate.division);
  data.put("applicant", base::to_text(certificate.applicant));
  data.put("token", certificate.token);
  data.put("document", base::to_text(certificate.document));
  data.put("fields_sha256", storage::sha256_hex(fields_json(certificate)));
  data.put("details_sha256", storage::sha256_hex(details_json(certificate)));
  tell(transaction, certificate, {.type = "licensing.certificate_issued", .status = certificate.status},
       std::move(data), moment.now, moment.actor.person);
}

/// 128 random bits as 26 letters and digits: the certificate's address in the QR code can not be guessed.
std::string new_token() {
  unsigned char bytes[16];
  CHECK(RAND_bytes(bytes, sizeof bytes) == 1);
  std::int64_t high = 0, low = 0;
  for (int i = 0; i < 8; ++i) {
    high = high << 8 | bytes[i];
    low = low << 8 | bytes[i + 8];
  }
  return base::to_text(base::Id{high & INT64_MAX}) + base::to_text(base::Id{low & INT64_MAX});
}

/// The values that are not null, as the register keeps them: text.
std::map<std::string, std::string> items_of(const catalogue::Registration& registration, const feel::Context& data,
                                            const feel::World& world) {
  std::map<std::string, std::string> items;
  for (const catalogue::NamedExpression& item : registration.items) {
    const feel::Value value = feel::evaluate(item.value, data, world).value;
    if (!value.is_null()) items[item.name] = feel::to_text(value);
  }
  return items;
}

/// "株洲市天元区泰山路街道" and the street and number, where the items have a street.
void put_address(std::map<std::string, std::string>& items, const std::string& township_now) {
  const auto street = items.find("street");
  if (street == items.end()) return;
  const auto moved = items.find("township");
  const codes::Division* township = codes::find_division(moved == items.end() ? township_now : moved->second);
  items["address"] = (township ? codes::full_name(*township).zh : std::string()) + street->second;
  items.erase("street");
}

registration::NewEntity new_entity(const casework::CaseHead& head, std::map<std::string, std::string>& items) {
  std::int64_t capital_fen = 0;
  const std::string& digits = items["capital_fen"];
  std::from_chars(digits.data(), digits.data() + digits.size(), capital_fen);
  return {.division = head.division,
          .office = head.office,
          .kind = items["kind"],
          .name = items["name"],
          .township = items["township"],
          .address = items["address"],
          .operator_name = items["operator_name"],
          .type = items["type"],
          .scope = items["scope"],
          .industry = items["industry"],
          .capital_fen = capital_fen};
}

/// Valid to the day before the corresponding day: five years from 24 November end on 23 November.
/// Source: [MFD-202].
base::Result<calendar::Date> last_valid_day(const calendar::Span& validity, calendar::Date from) {
  const int months = validity.unit == calendar::Unit::years    ? validity.count * 12
                     : validity.unit == calendar::Unit::months ? validity.count
                                                               : 0;
  if (months == 0) return calendar::Date{from.days + validity.count};
  const calendar::Civil start = calendar::civil_of(from);
  const std::int64_t month = start.month - 1 + months;
  const calendar::Civil end{start.year + month / 12, static_cast<int>(month % 12) + 1, start.day};
  if (const auto day = calendar::date_of(end)) return calendar::Date{day->days - 1};
  const auto whole = calendar::plus_months(from, months);  // no such day: the last of that month
  if (!whole) return model_fault("证照有效期过长", "The validity is too long");
  return *whole;
}

std::vector<Certificate>& held_by(storage::Snapshot& snapshot, Carrying& carrying) {
  if (!carrying.held) carrying.held = certificates_of_entity(snapshot, carrying.entity->id);
  return *carrying.held;
}

void end(storage::Transaction& transaction, Carrying& carrying, const Certificate& certificate, const char* status,
         const std::string& reason, const casework::Moment& moment) {
  end_certificate(transaction, certificate, status, reason, moment.today());
  tell_status(transaction, certificate, {.type = "licensing.certificate_ended", .status = status, .reason = reason},
              moment.now, moment.actor.person);
  for (Certificate& one : held_by(transaction, carrying))
    if (one.id == certificate.id) one.status = status;
  feel::Context entry;
  entry.put("kind", certificate.kind);
  entry.put("number", certificate.number);
  entry.put("status", status);
  carrying.ended.emplace_back(std::move(entry));
}

void end_all(storage::Transaction& transaction, Carrying& carrying, const std::string& reason,
             const casework::Moment& moment) {
  for (const Certificate& certificate : held_by(transaction, carrying))
    if (certificate.status == "valid" || certificate.status == "suspended")
      end(transaction, carrying, certificate, "cancelled", reason, moment);
}

registration::Entry entry_of(const casework::JobContext& job, base::Id id) {
  return {.id = id, .as_of = job.moment.today(), .now = job.moment.now, .actor = job.moment.actor.person};
}

base::Result<std::string> next_number(storage::Transaction& transaction, const catalogue::CertificateKind& kind,
                                      const Carrying& carrying, const feel::World& world) {
  if (kind.number_scheme == "credit_code") return carrying.entity->credit_code;
  const feel::Value form = feel::evaluate(*kind.number_form, carrying.data, world).value;
  const auto digit = form.kind() == feel::Kind::number ? form.as_number().to_int64() : std::nullopt;
  if (!digit)
    return model_fault("证照「" + kind.id + "」的编号首位无法确定",
                       "The first digit of the number of “" + kind.id + "” can not be worked out");
  const std::string& division = carrying.entity->division;
  return kind.number_scheme == "food_filing"
             ? registration::next_filing_number(transaction, static_cast<int>(*digit), division)
             : registration::next_permit_number(transaction, static_cast<int>(*digit), division);
}

/// The certificate the effect is about: the subject itself, or the newest in force of its kind.
std::optional<Certificate> current_of(storage::Snapshot& snapshot, Carrying& carrying, const std::string& kind) {
  return in_force(held_by(snapshot, carrying), kind);
}

void put_entity(storage::Snapshot& snapshot, const casework::JobContext& job, Carrying& carrying) {
  carrying.data.put(
      "entity", feel::Value(entity_facts(snapshot, *carrying.entity, held_by(snapshot, carrying), job.moment.today())));
}

bool keeps_number(catalogue::Effect effect) {
  return effect == catalogue::Effect::amend || effect == catalogue::Effect::renew ||
         effect == catalogue::Effect::replace;
}

bool keeps_validity(catalogue::Effect effect) {
  return effect == catalogue::Effect::amend || effect == catalogue::Effect::replace;
}

}  // namespace

base::Result<void> Licensing::write_register(storage::Transaction& transaction, const casework::JobContext& job,
                                             const catalogue::Registration& registration, Carrying& carrying) const {
  const feel::World world = engine_.catalogue().world_at(job.moment.now);
  const std::string reason = job.of_case.service->name.zh + "（" + job.of_case.head.number + "）";
  auto items = items_of(registration, carrying.data, world);
  if (registration.effect == catalogue::Effect::establish) {
    put_address(items, {});
    for (const char* needed : {"kind", "name"})
      if (items[needed].empty())
        return model_fault(std::string("设立登记缺少") + needed, std::string("The establishment lacks ") + needed);
    TRY(carrying.entity, registration::establish(transaction, new_entity(job.of_case.head, items),
                                                 entry_of(job, new_id(job.moment.now))));
    carrying.held.emplace();  // it is new: it has none
    TRY(std::ignore, enter_cluster(transaction, job, registration, carrying));
  } else {
    const bool ends = registration.effect == catalogue::Effect::deregister;
    if (ends) items["status"] = "deregistered";
    put_address(items, carrying.entity->township);
    TRY(carrying.entity,
        registration::write(transaction, access_control::Scope::of_division(carrying.entity->division),
                            carrying.entity->id, ends ? "deregistered" : "changed", items, reason, entry_of(job, {})));
    if (ends) end_all(transaction, carrying, "市场主体已注销", job.moment);
  }
  put_entity(transaction, job, carrying);
  return {};
}

base::Result<void> Licensing::issue_anew(storage::Transaction& transaction, const casework::JobContext& job,
                                         const catalogue::Registration& registration, Carrying& carrying) const {
  const catalogue::Catalogue& catalogue = engine_.catalogue();
  const catalogue::CertificateKind& kind = catalogue.certificates.find(registration.certificate)->second;
  const feel::World world = catalogue.world_at(job.moment.now);
  const calendar::Date today = job.moment.today();
  const std::optional<Certificate> before = current_of(transaction, carrying, kind.id);
  Certificate certificate{.id = {}, .kind = kind.id, .number = {}, .issued_on = today, .valid_to = {}, .document = {}};

  if (before) certificate.details = certificate_facts(*before, today).find("details")->as_context();
  for (const catalogue::NamedExpression& detail : registration.details)
    if (feel::Value value = feel::evaluate(detail.value, carrying.data, world).value; !value.is_null())
      certificate.details.put(detail.name, std::move(value));
  carrying.data.put("details", feel::Value(certificate.details));

  if (before && keeps_number(registration.effect)) {
    certificate.number = before->number;
  } else {
    TRY(certificate.number, next_number(transaction, kind, carrying, world));
  }
  if (before && keeps_validity(registration.effect)) {
    certificate.valid_to = before->valid_to;
  } else if (!kind.validity_rule.empty()) {
    TRY(const catalogue::Rule validity, catalogue.rules.on(kind.validity_rule, today));
    TRY(certificate.valid_to, last_valid_day(validity.value, today));
  }
  if (before) end(transaction, carrying, *before, "superseded", job.of_case.service->name.zh, job.moment);
  for (const std::string& other : kind.ends)
    if (const auto ended = current_of(transaction, carrying, other))
      end(transaction, carrying, *ended, "cancelled", "已取得" + kind.name.zh, job.moment);

  TRY(const Certificate issued, issue_one(transaction, job, kind, std::move(certificate), carrying));
  feel::Context entry;
  entry.put("registration", registration.id);
  entry.put("kind", issued.kind);
  entry.put("number", issued.number);
  carrying.issued.emplace_back(std::move(entry));
  return {};
}

base::Result<void> Licensing::carry_out(storage::Transaction& transaction, const casework::JobContext& job,
                                        const catalogue::Registration& registration, Carrying& carrying) const {
  using catalogue::Effect;
  if (!engine_.catalogue().certificates.contains(registration.certificate))
    return model_fault("证照种类「" + registration.certificate + "」没有定义",
                       "This kind of certificate is not defined: " + registration.certificate);
  if (!carrying.entity && registration.effect != Effect::establish)
    return model_fault("没有可以办理「" + registration.name.zh + "」的市场主体",
                       "There is no entity to carry this out on: " + registration.name.en);
  const bool of_register = registration.effect == Effect::establish || registration.effect == Effect::change ||
                           registration.effect == Effect::deregister;
  if (of_register) {
    TRY(std::ignore, write_register(transaction, job, registration, carrying));
    if (registration.effect == Effect::deregister) return {};
    return issue_anew(transaction, job, registration, carrying);
  }
  if (registration.effect == Effect::issue) return issue_anew(transaction, job, registration, carrying);
  const auto current = current_of(transaction, carrying, registration.certificate);
  if (!current) {
    // A deregistration beside it in the same case has ended it already.
    if (registration.effect == Effect::cancel) return {};
    return base::Error{.kind = base::Refusal::rule_not_met,
                       .code = "licensing.no_certificate",
                       .message = {"该主体已没有有效的" + registration.name.zh + "，不能办理；请核对登记簿",
                                   "The entity holds no certificate in force for this any more (" +
                                       registration.name.en + "); look at the register."}};
  }
  if (registration.effect != Effect::cancel) return issue_anew(transaction, job, registration, carrying);
  end(transaction, carrying, *current, "cancelled", job.of_case.service->name.zh, job.moment);
  return {};
}

base::Result<Certificate> Licensing::issue_one(storage::Transaction& transaction, const casework::JobContext& job,
                                               const catalogue::CertificateKind& kind, Certificate certificate,
                                               Carrying& carrying) const {
  const calendar::Date today = job.moment.today();
  certificate.id = new_id(job.moment.now);
  certificate.division = job.of_case.head.division;
  certificate.of_case = job.of_case.head.id;
  certificate.applicant = job.of_case.head.applicant;
  certificate.entity = carrying.entity->id;
  certificate.token = new_token();
  certificate.status = "valid";
  certificate.document = new_id(job.moment.now);
  feel::Context about;
  about.put("number", certificate.number);
  about.put("token", certificate.token);
  about.put("issued_on", feel::Value(today));
  about.put("valid_to", certificate.valid_to ? feel::Value(*certificate.valid_to) : feel::Value());
  about.put("query_url", settings_.base_url + "/c/" + certificate.token);
  carrying.data.put("certificate", feel::Value(about));

  const feel::World world = engine_.catalogue().world_at(job.moment.now);
  feel::Context printed;
  for (const catalogue::CertificateKind::Field& field : kind.fields) {
    const feel::Outcome outcome = feel::evaluate(field.value, carrying.data, world);
    std::string value = outcome.value.kind() == feel::Kind::date ? calendar::to_text_zh(outcome.value.as_date())
                        : outcome.value.is_null()                ? std::string()
                                                                 : feel::to_text(outcome.value);
    printed.put(field.id, value);
    certificate.fields.push_back({field.id, field.label, std::move(value), field.is_public});
  }
  // What is stored is text: days as they are printed.
  about.put("issued_on", calendar::to_text_zh(today));
  about.put("valid_to", certificate.valid_to ? calendar::to_text_zh(*certificate.valid_to) : std::string());
  for (const auto& [key, value] : printed.entries()) about.put(key, value);
  carrying.data.put("certificate", feel::Value(std::move(about)));
  insert_certificate(transaction, certificate);
  tell_issue(transaction, certificate, job.moment);
  held_by(transaction, carrying).push_back(certificate);
  save_rendered_later(transaction,
                      {.id = certificate.document,
                       .division = certificate.division,
                       .office = job.of_case.head.office,
                       .of_case = certificate.of_case,
                       .applicant = certificate.applicant,
                       .notice = "certificate",
                       .name = kind.name,
                       .document_template = kind.document,
                       .number = certificate.number,
                       .data = feel::to_json(feel::Value(carrying.data)),
                       .issued_at = job.moment.now,
                       .sha256 = {}},
                      job.moment);
  return certificate;
}

int tell_expired(storage::Store& store, base::Instant now, int limit) {
  const calendar::Date today = calendar::local_date(now);
  const auto expired =
      store.read_value([&](storage::Snapshot& snapshot) { return certificates_expired(snapshot, today, limit); });
  if (expired.empty()) return 0;
  int told = 0;
  store.write([&](storage::Transaction& transaction) {
    told = 0;
    for (const Certificate& certificate : expired)
      if (mark_expiry_told(transaction, certificate.id)) {
        tell_status(transaction, certificate, {.type = "licensing.certificate_expired", .status = "expired"}, now, {});
        ++told;
      }
    return true;
  });
  return told;
}

base::Result<feel::Context> Licensing::issue_certificates(storage::Transaction& transaction,
                                                          const casework::JobContext& job) const {
  const feel::Context& variables = job.of_case.instance.variables();
  feel::Context data = document_data(transaction, job.of_case, job.moment);
  data.put("number", "");
  const feel::Context subject = context_in(variables, catalogue::subject_key);
  data.put(catalogue::subject_key, feel::Value(subject));
  Carrying carrying{.entity = {}, .data = std::move(data)};
  if (const auto id = base::parse_id(text_in(subject, "id"))) {
    carrying.entity =
        registration::find_entity(transaction, access_control::Scope::of_division(job.of_case.head.division), *id);
    if (carrying.entity) put_entity(transaction, job, carrying);
  }
  // A step may carry out one registration alone; otherwise everything granted is carried out together.
  const auto only = job.element.headers.find("registration");
  for (const catalogue::Registration& registration : job.of_case.service->registrations)
    if (outcome_of(variables, registration.id) == "granted" &&
        (only == job.element.headers.end() || only->second == registration.id)) {
      TRY(std::ignore, carry_out(transaction, job, registration, carrying));
    }
  feel::Context result;
  if (const feel::Value* entity = carrying.data.find("entity")) result.put("entity", *entity);
  result.put("certificates", feel::Value(std::move(carrying.issued)));
  result.put("certificates_ended", feel::Value(std::move(carrying.ended)));
  return result;
}

}  // namespace licensing
