#include <algorithm>
#include <set>

#include "service.h"

namespace catalogue {

namespace {

/// One service's files seen together.
class Check {
 public:
  Check(const Service& service, const Ground& ground, Faults& faults)
      : service_(service), ground_(ground), faults_(faults) {}

  void run() {
    ids();
    guide_and_form();
    subject();
    registrations();
    materials();
    for (std::size_t index = 0; index < service_.clocks.size(); ++index) clock(service_.clocks[index], index);
    for (const Notice& notice : service_.notices) need_document(notice.document, "notices/" + notice.id);
    for (const auto& [id, form] : service_.task_forms) needed_by(form, "tasks/" + id);
    needed_by(service_.form, "form.json");
    if (!service_.process) return;
    for (const bpmn::Element& element : bpmn::elements(*service_.process)) process_element(element);
    for (const bpmn::Finding& finding : bpmn::findings_of(*service_.process))
      if (finding.fatal) fault("process.bpmn#" + finding.place.path, finding.place.code, finding.place.message);
  }

 private:
  void fault(const std::string& place, std::string code, base::Text message) {
    faults_.add(service_.id + "/" + place, std::move(code), std::move(message));
  }
  void unknown(const std::string& place, const std::string& what_zh, const std::string& what_en,
               const std::string& id) {
    fault(place, "catalogue.unknown_reference",
          {"没有" + what_zh + "“" + id + "”", "There is no " + what_en + " “" + id + "”"});
  }

  template <class Item>
  void once(const std::vector<Item>& items, const std::string& list) {
    std::set<std::string> seen;
    for (const Item& item : items)
      if (!seen.insert(item.id).second)
        fault("service.yaml#" + list, "catalogue.id_twice",
              {"id“" + item.id + "”用了两次", "The id “" + item.id + "” is used twice"});
  }

  void ids() {
    once(service_.guide, "guide");
    once(service_.registrations, "registrations");
    once(service_.materials, "materials");
    once(service_.clocks, "clocks");
    once(service_.notices, "notices");
    once(service_.indexes, "indexes");
  }

  /// A field that takes a guide answer over must be able to hold it.
  void guide_and_form() {
    for (const GuideQuestion& question : service_.guide) {
      const Field* field = service_.form.find(question.id);
      if (!field) continue;
      const bool alike = question.kind == "choices"  ? field->kind == FieldKind::checklist
                         : question.kind == "number" ? field->kind == FieldKind::number
                         : question.kind == "yes_no"
                             ? field->kind == FieldKind::checkbox
                             : field->kind == FieldKind::radio || field->kind == FieldKind::select;
      const bool same_options =
          std::equal(question.options.begin(), question.options.end(), field->options.begin(), field->options.end(),
                     [](const Option& option, const FieldOption& other) { return option.value == other.value; });
      if (!alike || !same_options)
        fault("form.json#" + question.id, "catalogue.guide_field_differs",
              {"该字段与同名的引导问题不一致：类型和选项须相同",
               "The field differs from the guide's question of the same name: kind and options must agree"});
    }
  }

  void registrations() {
    const bool establishes = std::any_of(service_.registrations.begin(), service_.registrations.end(),
                                         [](const auto& each) { return each.effect == Effect::establish; });
    for (const Registration& registration : service_.registrations) {
      const std::string place = "service.yaml#registrations/" + registration.id;
      const auto kind = ground_.certificates.find(registration.certificate);
      if (kind == ground_.certificates.end()) {
        unknown(place, "证照类型", "kind of certificate", registration.certificate);
        continue;
      }
      const bool of_register = writes_register(registration.effect);
      if (of_register != (kind->second.number_scheme == "credit_code"))
        fault(place + "/effect", "catalogue.effect_unfit",
              {"该效果与证照“" + registration.certificate + "”的编号方式不相符",
               "This effect does not go with how “" + registration.certificate + "” is numbered"});
      if (needs_subject(registration.effect) && !service_.subject)
        fault(place + "/effect", "catalogue.effect_without_subject",
              {"该效果须有办理对象，请补充 subject", "This effect needs a subject; add one"});
      if (registration.effect == Effect::issue && !service_.subject && !establishes)
        fault(place + "/effect", "catalogue.effect_without_subject",
              {"发给谁不明：须有办理对象，或者由本事项设立主体",
               "Nobody to issue it to: the service needs a subject or an establishment"});
      if (registration.effect == Effect::establish && &registration != &service_.registrations.front())
        fault(place + "/effect", "catalogue.establish_first",
              {"设立只能有一项，且须排在最前", "There can be one establishment only, and it comes first"});
      items(registration, place);
      fee(registration, place);
    }
  }

  void fee(const Registration& registration, const std::string& place) {
    if (registration.fee.empty())
      fault(place + "/fee", "catalogue.fee_missing",
            {"须写明适用哪项收费（fee）；不收费的，也在收费表中写明金额为0",
             "Say which fee applies (fee); what costs nothing has a row of 0 in the table of fees"});
    else if (!ground_.rules.has_fee(registration.fee))
      unknown(place + "/fee", "收费", "fee", registration.fee);
  }

  static bool writes_register(Effect effect) {
    return effect == Effect::establish || effect == Effect::change || effect == Effect::deregister;
  }

  /// What is written into the register must be items it has, and all it needs for a new entity.
  void items(const Registration& registration, const std::string& place) {
    const bool writes = registration.effect == Effect::establish || registration.effect == Effect::change;
    if (writes == registration.items.empty())
      fault(place + "/items", "catalogue.items",
            {"设立和变更须写明登记事项，其他效果不得有",
             "Establishment and change need registered items, others must have none"});
    for (const NamedExpression& item : registration.items)
      if (std::find(std::begin(registered_items), std::end(registered_items), item.name) == std::end(registered_items))
        unknown(place + "/items/" + item.name, "登记事项", "registered item", item.name);
    if (registration.effect != Effect::establish) return;
    for (const std::string_view needed : {"kind", "name", "township", "operator_name", "type", "scope", "industry"})
      if (std::none_of(registration.items.begin(), registration.items.end(),
                       [&](const NamedExpression& item) { return item.name == needed; }))
        fault(place + "/items", "catalogue.item_missing",
              {"设立登记缺少登记事项“" + std::string(needed) + "”",
               "The establishment lacks the registered item “" + std::string(needed) + "”"});
  }

  void subject() {
    if (service_.subject && !service_.subject->certificate.empty() &&
        !ground_.certificates.contains(service_.subject->certificate))
      unknown("service.yaml#subject/certificate", "证照类型", "kind of certificate", service_.subject->certificate);
    for (const GuideQuestion& question : service_.guide)
      if (question.id == subject_key)
        fault("service.yaml#guide", "catalogue.subject_question",
              {"subject 由办理对象占用，问题须另取 id",
               "The id “subject” belongs to the subject; call the question otherwise"});
    if (!ground_.wishes.empty() && std::none_of(ground_.wishes.begin(), ground_.wishes.end(),
                                                [&](const Option& wish) { return wish.value == service_.wish; }))
      unknown("service.yaml#wish", "办事意愿", "wish", service_.wish);
  }

  void materials() {
    for (const Material& material : service_.materials)
      for (const std::string& id : material.needed_by)
        if (!service_.find_registration(id))
          unknown("service.yaml#materials/" + material.id, "登记或许可", "registration", id);
  }

  void needed_by(const Form& form, const std::string& place) {
    for (const FieldGroup& group : form.groups)
      for (const Field& field : group.fields)
        for (const std::string& id : field.needed_by)
          if (!service_.find_registration(id)) unknown(place + "#" + field.key, "登记或许可", "registration", id);
  }

  void mark(const std::string& id, const std::string& place) {
    if (service_.process && bpmn::find_element(*service_.process, id) == bpmn::no_element)
      unknown(place, "流程节点", "process element", id);
  }

  void rule(const std::string& id, const std::string& place) {
    if (!id.empty() && !ground_.rules.has(id)) unknown(place, "规则", "rule", id);
  }

  void clock(const Clock& clock, std::size_t index) {
    const std::string place = "service.yaml#clocks/" + std::to_string(index + 1);
    if (!clock.registration.empty() && !service_.find_registration(clock.registration))
      unknown(place + "/registration", "登记或许可", "registration", clock.registration);
    for (const std::string& id : clock.starts) mark(id, place + "/starts");
    for (const std::string& id : clock.stops) mark(id, place + "/stops");
    for (const std::string& id : clock.extensions) mark(id, place + "/extensions");
    for (const Clock::Pause& pause : clock.pauses) {
      mark(pause.from, place + "/pauses");
      mark(pause.to, place + "/pauses");
    }
    rule(clock.legal_rule, place + "/legal_rule");
    rule(clock.promised_rule, place + "/promised_rule");
    rule(clock.extension_rule, place + "/extension_rule");
    rule(clock.express_rule, place + "/express_rule");
  }

  void need_document(const std::string& id, const std::string& place) {
    // A catalogue without any templates can still be checked by itself; nothing is drawn from it.
    if (!ground_.documents.empty() && !ground_.documents.contains(id))
      unknown("service.yaml#" + place, "文书模板", "document template", id);
  }

  void process_element(const bpmn::Element& element) {
    const std::string place = "process.bpmn#" + element.id;
    if (element.type == bpmn::ElementType::user_task) {
      if (element.form.empty())
        fault(place, "catalogue.form_missing", {"该办理环节没有表单", "This task names no form"});
      else if (!service_.task_forms.contains(element.form))
        unknown(place, "表单", "form", element.form);
    }
    if (service_.subject && element.type == bpmn::ElementType::start_event && element.scope == bpmn::no_element &&
        element.trigger == bpmn::Trigger::message)
      fault(place, "catalogue.message_start_with_subject",
            {"有办理对象的事项须先在登记簿查明对象，不能由消息启动",
             "A service with a subject looks it up in the register first; a message can not start it"});
    if (element.job_type == "licensing.notice") {
      const auto notice = element.headers.find("notice");
      if (notice == element.headers.end() || !service_.find_notice(notice->second))
        unknown(place, "文书", "notice", notice == element.headers.end() ? "" : notice->second);
    }
    const auto registration = element.headers.find("registration");
    if (registration != element.headers.end() && !service_.find_registration(registration->second))
      unknown(place, "登记或许可", "registration", registration->second);
    if (element.type == bpmn::ElementType::business_rule_task && element.job_type.empty() && !service_.decisions)
      fault(place, "catalogue.decision_missing", {"该节点需要 decision.dmn", "This element needs a decision.dmn"});
    if (!element.decision.empty() && service_.decisions && !decides(service_, element.decision))
      unknown(place, "决策", "decision", element.decision);
  }

  const Service& service_;
  const Ground& ground_;
  Faults& faults_;
};

}  // namespace

bool decides(const Service& service, std::string_view decision) {
  if (!service.decisions) return false;
  const auto offered = dmn::invocables(*service.decisions);
  return std::any_of(offered.begin(), offered.end(), [&](const dmn::Invocable& each) {
    return each.kind == dmn::Invocable::Kind::decision && (each.id == decision || each.name == decision);
  });
}

void check_service(const Service& service, const Ground& ground, Faults& faults) {
  Check(service, ground, faults).run();
  check_references(service, ground, faults);
}

}  // namespace catalogue
