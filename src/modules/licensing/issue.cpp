/// What the process asks for by its service tasks: the notices. Certificates are in certificates.cpp.
#include <algorithm>

#include "certificates.h"
#include "documents/documents.h"
#include "modules/access/access.h"
#include "modules/casework/clocks.h"
#include "modules/evidence/evidence.h"
#include "parts.h"
#include "store.h"

namespace licensing {
namespace {

std::string header(const bpmn::Element& element, const char* name) {
  const auto found = element.headers.find(name);
  return found == element.headers.end() ? std::string() : found->second;
}

/// A name, a count, a reason: what notices list.
feel::Value material_list(const catalogue::Service& service, const std::map<std::string, std::int64_t>& counts) {
  feel::List list;
  for (const catalogue::Material& material : service.materials) {
    const auto count = counts.find(material.id);
    if (count == counts.end()) continue;
    feel::Context entry;
    entry.put("name", material.name.zh);
    entry.put("count", feel::Value(count->second));
    list.emplace_back(std::move(entry));
  }
  return feel::Value(std::move(list));
}

feel::Value correction_list(const catalogue::Service& service, const std::vector<Correction>& corrections) {
  feel::List list;
  for (const Correction& correction : corrections) {
    feel::Context entry;
    entry.put("label", place_label(service, correction.place).zh);
    entry.put("reason", correction.reason);
    list.emplace_back(std::move(entry));
  }
  return feel::Value(std::move(list));
}

/// One line for each clock that concerns the applicant: the law's limit beside the promise.
feel::Context limits_of(const std::vector<casework::ClockDue>& clocks) {
  std::string legal, promised, promised_day;
  for (const casework::ClockDue& clock : clocks) {
    if (clock.clock->registration.empty()) {
      if (clock.days.promised) {
        promised_day = calendar::to_text_zh(*clock.days.promised);
        if (clock.days.promised_is_provisional) promised_day += "(暂定)";
      }
      continue;
    }
    const auto line = [&](std::string& to, const std::optional<calendar::Span>& limit) {
      if (!limit) return;
      if (!to.empty()) to += ";";
      to += clock.clock->name.zh + span_text(*limit).zh;
    };
    line(legal, clock.legal_limit);
    line(promised, clock.promised_limit);
  }
  feel::Context limits;
  limits.put("legal_text", legal.empty() ? "依法定期限" : legal);
  limits.put("promised_text", promised.empty() ? "依承诺期限" : promised);
  limits.put("promised_day", promised_day.empty() ? "自营业执照核准后起算" : promised_day);
  return limits;
}

}  // namespace

void Licensing::register_workers() {
  // The application shows what holds now; the case keeps what was filed before.
  engine_.on_corrected([](storage::Transaction& transaction, const casework::Case& of_case,
                          const feel::Context& answers, const casework::Moment& moment) -> base::Result<std::string> {
    TRY(Application application, load_application(transaction, moment.actor.scope, of_case.head.id));
    application.answers = answers;
    application.title = title_of(application, *of_case.service);
    application.updated_at = moment.now;
    ++application.version;
    update_application(transaction, application);
    return application.title;
  });
  engine_.work("licensing.notice", [this](storage::Transaction& transaction, const casework::JobContext& job) {
    return issue_notice(transaction, job);
  });
  engine_.work("licensing.issue", [this](storage::Transaction& transaction, const casework::JobContext& job) {
    return issue_certificates(transaction, job);
  });
}

feel::Context Licensing::document_data(storage::Snapshot& snapshot, const casework::Case& of_case,
                                       const casework::Moment& moment) const {
  const feel::Context& variables = of_case.instance.variables();
  std::string accepted_on;
  for (const casework::Mark& mark : of_case.marks)
    if (mark.element == "accepted") accepted_on = calendar::to_text_zh(calendar::local_date(mark.at));

  feel::Context case_data;
  case_data.put("number", of_case.head.number);
  case_data.put("service", of_case.service->name.zh);
  case_data.put("received_on", calendar::to_text_zh(calendar::local_date(of_case.head.opened_at)));
  case_data.put("accepted_on", accepted_on.empty() ? calendar::to_text_zh(moment.today()) : accepted_on);
  feel::Context applicant;
  applicant.put("name", access_control::name_of_person(snapshot, of_case.head.applicant));
  applicant.put("title", of_case.head.title);

  feel::Context data;
  data.put("authority", bureau().name.zh);
  data.put("contact", bureau().contact.zh);
  data.put("date", calendar::to_text_zh(moment.today()));
  data.put("case", feel::Value(std::move(case_data)));
  data.put("applicant", feel::Value(std::move(applicant)));
  for (const char* part : {"answers", "guide"})
    data.put(part, variables.find(part) ? *variables.find(part) : feel::Value(feel::Context()));
  data.put("query_url", settings_.base_url + "/my/" + base::to_text(of_case.head.id));
  data.put("query_code", of_case.head.number);
  if (const feel::Value* entity = variables.find("entity")) data.put("entity", *entity);
  return data;
}

base::Result<void> Licensing::put_notice_data(storage::Snapshot& snapshot, const casework::Case& of_case,
                                              std::string_view document_template, feel::Context& data) const {
  const feel::Context& variables = of_case.instance.variables();
  const auto& templates = engine_.catalogue().documents;
  const auto text = templates.find(document_template);
  // Looked for as a word of the template: it may be met where it is not meant, but is never missed.
  const auto asks_for = [&](std::string_view name) {
    return text == templates.end() || text->second.find(name) != std::string::npos;
  };
  if (asks_for("materials"))
    data.put("materials", material_list(*of_case.service, count_files(snapshot, of_case.head.id)));
  if (asks_for("limits")) {
    TRY(const auto clocks, casework::due_days(engine_.catalogue(), of_case, casework::Started::all));
    data.put("limits", feel::Value(limits_of(clocks)));
  }
  // The correction notice is written in the step that asks, when the state is not reached yet.
  std::vector<Correction> asked;
  const feel::Context acceptance = context_in(variables, "accept_application");
  if (const feel::Value* list = acceptance.find("corrections"); list && list->kind() == feel::Kind::list)
    for (const feel::Value& item : list->as_list())
      if (item.kind() == feel::Kind::context)
        asked.push_back({text_in(item.as_context(), "place"), text_in(item.as_context(), "reason")});
  data.put("corrections", correction_list(*of_case.service, asked));
  const feel::Context second = context_in(variables, "accept_resubmission");
  data.put("reasons", text_in(second.empty() ? acceptance : second, "reason"));
  return base::done();
}

base::Id Licensing::save_rendered_later(storage::Transaction& transaction, Document document,
                                        const casework::Moment& moment) const {
  insert_document(transaction, document);
  transaction.enqueue("licensing.render", "{\"document\":\"" + base::to_text(document.id) + "\"}", moment.now);
  return document.id;
}

base::Result<feel::Context> Licensing::issue_notice(storage::Transaction& transaction,
                                                    const casework::JobContext& job) const {
  const catalogue::Notice* notice = job.of_case.service->find_notice(header(job.element, "notice"));
  if (!notice)
    return model_fault("流程要求的文书「" + header(job.element, "notice") + "」没有定义",
                       "The process asks for a document that is not defined: " + header(job.element, "notice"));
  feel::Context data = document_data(transaction, job.of_case, job.moment);
  TRY(std::ignore, put_notice_data(transaction, job.of_case, notice->document, data));
  const feel::Context& variables = job.of_case.instance.variables();

  // A decision notice speaks of one registration; one task may serve all registrations of one outcome.
  const std::string wanted = header(job.element, "registration");
  const std::string outcome = header(job.element, "outcome");
  std::vector<const catalogue::Registration*> about;
  for (const catalogue::Registration& registration : job.of_case.service->registrations) {
    if (!wanted.empty() && registration.id != wanted) continue;
    if (!outcome.empty() && outcome_of(variables, registration.id) != outcome) continue;
    about.push_back(&registration);
  }
  const bool per_registration = !wanted.empty() || !outcome.empty();
  if (!per_registration) about.assign(1, nullptr);

  for (const catalogue::Registration* registration : about) {
    base::Text name = notice->name;
    if (registration) {
      const feel::Context result = context_in(context_in(variables, "outcomes"), registration->id);
      feel::Context decision;
      decision.put("registration", registration->name.zh);
      decision.put("outcome", outcome_of(variables, registration->id) == "granted" ? "准予" : "不予");
      decision.put("reasons", text_in(result, "reason"));
      decision.put("basis", registration->basis.zh);
      data.put("decision", feel::Value(std::move(decision)));
      name = {name.zh + "(" + registration->name.zh + ")", name.en + " (" + registration->name.en + ")"};
    }
    std::string number;
    if (!notice->number_word.empty()) {
      const std::string year = std::to_string(calendar::civil_of(job.moment.today()).year);
      number = document_number(
          bureau().document_word, notice->number_word, job.moment.today(),
          transaction.next_number("document/" + job.of_case.head.division + "/" + notice->number_word + "/" + year));
    }
    data.put("number", number);
    save_rendered_later(transaction,
                        {.id = new_id(job.moment.now),
                         .division = job.of_case.head.division,
                         .office = job.of_case.head.office,
                         .of_case = job.of_case.head.id,
                         .applicant = job.of_case.head.applicant,
                         .notice = notice->id,
                         .name = std::move(name),
                         .document_template = notice->document,
                         .number = number,
                         .data = feel::to_json(feel::Value(data)),
                         .issued_at = job.moment.now,
                         .sha256 = {}},
                        job.moment);
  }
  return feel::Context();
}

base::Result<std::shared_ptr<const documents::Template>> Licensing::template_of(const Document& document) const {
  const std::lock_guard lock(templates_mutex_);
  if (const auto known = templates_.find(document.document_template); known != templates_.end()) return known->second;
  const auto text = engine_.catalogue().documents.find(document.document_template);
  if (text == engine_.catalogue().documents.end())
    return model_fault("文书模板「" + document.document_template + "」不存在",
                       "There is no document template " + document.document_template);
  TRY(auto compiled, documents::parse_template(text->second, document.document_template));
  return templates_.emplace(document.document_template, std::move(compiled)).first->second;
}

base::Result<feel::Context> Licensing::data_of(const Document& document) const {
  TRY(const feel::Value data, feel::parse_json(document.data));
  CHECK(data.kind() == feel::Kind::context);
  return data.as_context();
}

namespace {

/// Where the step that brought the document about stands in the public log. It is known once that step is committed,
/// and so when the document is drawn, not when it is written.
void put_receipt(storage::Store& store, const std::string& base_url, const Document& document, feel::Context& data) {
  const auto receipt = store.read_value([&](storage::Snapshot& snapshot) -> std::optional<evidence::EntryReceipt> {
    const auto entry = evidence::entry_as_of(snapshot, "case/" + base::to_text(document.of_case), document.issued_at);
    if (!entry) return std::nullopt;
    return evidence::receipt_of(*entry, evidence::list_logs(snapshot));
  });
  if (!receipt) return;
  const std::string text = evidence::to_text(*receipt);
  feel::Context printed;
  printed.put("text", text);
  printed.put("index", std::to_string(receipt->index));
  printed.put("url", base_url + "/receipt#" + text);
  data.put("receipt", feel::Value(std::move(printed)));
}

}  // namespace

base::Result<std::string> Licensing::document_pdf(storage::Store& store, const Document& document,
                                                  base::Instant now) const {
  if (!document.sha256.empty())
    if (auto content = files_.get(document.sha256)) return std::move(*content);
  std::string pdf;
  if (document.notice == "certificate" && draw_certificate_) {
    TRY(pdf, draw_certificate_(store, document));
  } else {
    TRY(const auto drawn, template_of(document));
    TRY(feel::Context data, data_of(document));
    // Where nobody signs, the code on a certificate is the address of its look-up page.
    if (feel::Context printed = context_in(data, "certificate"); !printed.empty() && !printed.find("qr")) {
      printed.put("qr", text_in(printed, "query_url"));
      data.put("certificate", feel::Value(std::move(printed)));
    }
    put_receipt(store, settings_.base_url, document, data);
    TRY(pdf,
        documents::render_pdf(*drawn, data, {.demonstration = settings_.demonstration, .now = document.issued_at}));
  }
  const std::string sha256 = files_.put(pdf);
  store.write([&](storage::Transaction& transaction) {
    const auto present = find_any_document(transaction, document.id);
    if (!present || present->sha256 == sha256) return false;  // drawn by another request meanwhile
    save_document_hash(transaction, document.id, sha256);
    evidence::record(transaction, {.type = std::string(drawn_type),
                                   .subject = subject_of_document(document.id),
                                   .at = now,
                                   .open = {{"sha256", sha256}},
                                   .sealed = {{"row", row_text(*present)}}});
    return true;
  });
  return pdf;
}

void Licensing::render(storage::Store& store, base::Id id, base::Instant now) const {
  const auto document = store.read_value([&](storage::Snapshot& snapshot) { return find_any_document(snapshot, id); });
  if (!document || !document->sha256.empty()) return;
  const auto pdf = document_pdf(store, *document, now);
  if (!pdf) throw storage::Fault(pdf.error().message.en);
}

}  // namespace licensing
