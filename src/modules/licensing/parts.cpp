#include "parts.h"

#include <algorithm>

namespace licensing {

feel::Context context_in(const feel::Context& context, std::string_view key) {
  const feel::Value* value = context.find(key);
  return value && value->kind() == feel::Kind::context ? value->as_context() : feel::Context();
}

std::string text_in(const feel::Context& context, std::string_view key) {
  const feel::Value* value = context.find(key);
  return value && !value->is_null() ? feel::to_text(*value) : std::string();
}

base::Result<std::vector<RegistrationView>> registration_views(
    const std::vector<const catalogue::Registration*>& registrations, const catalogue::Rules& rules,
    calendar::Date applied_on) {
  std::vector<RegistrationView> views;
  for (const catalogue::Registration* registration : registrations) {
    TRY(catalogue::Fee fee, catalogue::fee_of(*registration, rules, applied_on));
    views.push_back({registration->id, registration->name, registration->basis, fee.value, std::move(fee.basis)});
  }
  return views;
}

std::vector<const catalogue::Registration*> registrations_of(const catalogue::Service& service,
                                                             const feel::Context& variables) {
  std::vector<const catalogue::Registration*> planned;
  const feel::Value* ids = variables.find("registrations");
  if (ids && ids->kind() == feel::Kind::list)
    for (const feel::Value& id : ids->as_list())
      if (const auto* registration = service.find_registration(feel::to_text(id))) planned.push_back(registration);
  return planned;
}

std::vector<base::Text> registration_names(const catalogue::Service& service, const std::vector<std::string>& ids) {
  std::vector<base::Text> names;
  for (const std::string& id : ids)
    if (const auto* registration = service.find_registration(id)) names.push_back(registration->name);
  return names;
}

std::vector<MaterialView> material_views(const catalogue::Service& service,
                                         const std::vector<const catalogue::Material*>& needed,
                                         const std::vector<MaterialFile>& files,
                                         const std::vector<Correction>& corrections) {
  std::vector<MaterialView> views;
  for (const catalogue::Material& material : service.materials) {
    MaterialView view{.id = material.id,
                      .name = material.name,
                      .hint = material.hint,
                      .basis = material.basis,
                      .needed_by = registration_names(service, material.needed_by),
                      .required = std::find(needed.begin(), needed.end(), &material) != needed.end()};
    for (const Correction& correction : corrections)
      if (correction.place == "/materials/" + material.id) {
        view.opened = true;
        view.correction_reason = correction.reason;
      }
    for (const MaterialFile& file : files)
      if (file.slot == material.id)
        view.files.push_back(
            {file.id, file.slot, file.filename, file.size, file.content_type, file.sha256, file.uploaded_at});
    if (view.required || !view.files.empty()) views.push_back(std::move(view));
  }
  return views;
}

std::string outcome_of(const feel::Context& variables, const std::string& registration) {
  const std::string outcome = text_in(context_in(context_in(variables, "outcomes"), registration), "outcome");
  return outcome == "granted" || outcome == "refused" ? outcome : "pending";
}

std::vector<OutcomeView> outcome_views(const catalogue::Service& service, const feel::Context& variables) {
  const feel::Context outcomes = context_in(variables, "outcomes");
  std::vector<OutcomeView> views;
  for (const catalogue::Registration* registration : registrations_of(service, variables)) {
    const feel::Context result = context_in(outcomes, registration->id);
    OutcomeView view{.registration = registration->id,
                     .name = registration->name,
                     .outcome = outcome_of(variables, registration->id)};
    if (const std::string reason = text_in(result, "reason"); !reason.empty()) view.reason = reason;
    views.push_back(std::move(view));
  }
  return views;
}

std::vector<DocumentView> document_views(const std::vector<Document>& documents) {
  std::vector<DocumentView> views;
  for (const Document& document : documents) {
    DocumentView view{.id = document.id,
                      .name = document.name,
                      .issued_on = calendar::local_date(document.issued_at),
                      .ready = !document.sha256.empty()};
    if (!document.number.empty()) view.number = document.number;
    views.push_back(std::move(view));
  }
  return views;
}

std::vector<CertificateView> certificate_views(const std::vector<Certificate>& certificates,
                                               const catalogue::Catalogue& catalogue, calendar::Date today) {
  std::vector<CertificateView> views;
  for (const Certificate& certificate : certificates) {
    const auto kind = catalogue.certificates.find(certificate.kind);
    const std::string status = status_on(certificate.status, certificate.valid_to, today);
    views.push_back({.id = certificate.id,
                     .kind = certificate.kind,
                     .name = kind == catalogue.certificates.end() ? base::Text{} : kind->second.name,
                     .number = certificate.number,
                     .status = status,
                     .status_text = status_text(status),
                     .issued_on = certificate.issued_on,
                     .valid_to = certificate.valid_to,
                     .token = certificate.token,
                     .document = certificate.document});
  }
  return views;
}

base::Text place_label(const catalogue::Service& service, const std::string& place) {
  constexpr std::string_view answers = "/answers/", materials = "/materials/";
  if (place.starts_with(answers))
    if (const catalogue::Field* field = service.form.find(place.substr(answers.size()))) return field->label;
  if (place.starts_with(materials))
    if (const catalogue::Material* material = service.find_material(place.substr(materials.size())))
      return material->name;
  return {place, place};
}

base::Text span_text(const calendar::Span& span) {
  const std::string count = std::to_string(span.count);
  const std::string s = span.count == 1 ? "" : "s";
  switch (span.unit) {
    case calendar::Unit::working_days:
      return {count + "个工作日", count + " working day" + s};
    case calendar::Unit::calendar_days:
      return {count + "日(自然日)", count + " calendar day" + s};
    case calendar::Unit::months:
      return {count + "个月", count + " month" + s};
    case calendar::Unit::years:
      return {count + "年", count + " year" + s};
  }
  return {};
}

base::Text left_text(const casework::Side& side) {
  if (!side.due) return {"期限暂停计算", "The clock is paused"};
  const bool working = side.limit.span.unit == calendar::Unit::working_days;
  const int days = std::abs(side.left);
  const std::string count = std::to_string(days);
  const std::string zh = count + (working ? "个工作日" : "天");
  const std::string en = count + (working ? " working day" : " day") + (days == 1 ? "" : "s");
  if (side.overdue && side.left == 0) return {"已逾期", "Late"};  // only rest days have passed since
  if (side.overdue) return {"逾期" + zh, "Late by " + en};
  if (side.left == 0) return {"今天到期", "Due today"};
  return {"剩" + zh, en + " left"};
}

base::Text group_name(std::string_view group) {
  if (group == "applicant") return {"申请人", "Applicant"};
  const access_control::Role* role = access_control::find_role(group);
  return role ? role->name : base::Text{std::string(group), std::string(group)};
}

base::Text element_name(const catalogue::Catalogue& catalogue, const std::string& service_id,
                        const std::string& element) {
  const auto service = catalogue.service(service_id);
  if (!service) return {element, element};
  const auto index = bpmn::find_element(*service.value()->process, element);
  if (index == bpmn::no_element) return {element, element};
  return casework::name_of(bpmn::elements(*service.value()->process)[index]);
}

}  // namespace licensing
