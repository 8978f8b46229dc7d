/// What expressions and models take from elsewhere.
#include <algorithm>
#include <regex>

#include "service.h"

namespace catalogue {

namespace {

/// Every match of the pattern's first group in the text.
std::vector<std::string> all_of(const std::string& text, const std::regex& pattern) {
  std::vector<std::string> found;
  for (auto at = std::sregex_iterator(text.begin(), text.end(), pattern); at != std::sregex_iterator(); ++at)
    found.push_back((*at)[1].str());
  return found;
}

class References {
 public:
  References(const Service& service, const Ground& ground, Faults& faults)
      : service_(service), ground_(ground), faults_(faults) {}

  void run() {
    for (const GuideQuestion& question : service_.guide)
      if (question.shown_when) condition(*question.shown_when, "guide/" + question.id, Reach::guide);
    for (std::size_t index = 0; index < service_.guide_stops.size(); ++index)
      condition(service_.guide_stops[index].when, "guide_stops/" + std::to_string(index + 1), Reach::guide);
    for (std::size_t index = 0; index < service_.admissions.size(); ++index)
      condition(service_.admissions[index].require, "admissions/" + std::to_string(index + 1), Reach::subject);
    for (const Registration& registration : service_.registrations) {
      const std::string place = "registrations/" + registration.id;
      if (registration.when) condition(*registration.when, place + "/when", Reach::guide);
      for (const NamedExpression& item : registration.items) members(item.value, place + "/items/" + item.name);
      for (const NamedExpression& detail : registration.details)
        members(detail.value, place + "/details/" + detail.name);
      for (const NamedExpression& term : registration.custody) members(term.value, place + "/custody/" + term.name);
    }
    for (const Material& material : service_.materials)
      if (material.required_when) condition(*material.required_when, "materials/" + material.id, Reach::form);
    rules();
  }

 private:
  void unknown(const std::string& place, const std::string& name) {
    faults_.add(service_.id + "/" + place, "catalogue.unknown_reference",
                {"没有可供使用的“" + name + "”", "There is no “" + name + "” to be used here"});
  }

  bool asked(std::string_view id) const {
    return std::any_of(service_.guide.begin(), service_.guide.end(),
                       [&](const GuideQuestion& question) { return question.id == id; });
  }

  /// What is known when a condition is asked: the subject alone, the guide's answers too, or the form's as well.
  enum class Reach { subject, guide, form };

  /// A condition over the answers so far, flat by their names.
  void condition(const feel::Expression& expression, const std::string& where, Reach reach) {
    const std::string place = "service.yaml#" + where;
    for (const std::string& name : expression.free_names()) {
      const bool known = (name == subject_key && service_.subject) ||
                         (reach != Reach::subject && (asked(name) || name == "guide")) ||
                         (reach == Reach::form && (name == "answers" || service_.form.find(name)));
      if (!known) unknown(place, name);
    }
    members(expression, where);
  }

  /// `answers.name` is a field of the form, `guide.name` a question of the guide.
  void members(const feel::Expression& expression, const std::string& where) {
    static const std::regex answer("(?:^|[^.\\w])answers\\.(\\w+)");
    static const std::regex question("(?:^|[^.\\w])guide\\.(\\w+)");
    const std::string& text = expression.text();
    for (const std::string& name : all_of(text, answer))
      if (!service_.form.find(name)) unknown("service.yaml#" + where, "answers." + name);
    for (const std::string& name : all_of(text, question))
      if (!asked(name)) unknown("service.yaml#" + where, "guide." + name);
  }

  /// `last day("rule", …)` in the process names a rule.
  void rules() {
    static const std::regex rule("last day\\(\\s*(?:\"|&quot;)([^\"&]*)(?:\"|&quot;)");
    const auto process = service_.files.find("process.bpmn");
    if (process == service_.files.end()) return;
    for (const std::string& id : all_of(process->second, rule))
      if (!ground_.rules.has(id)) unknown("process.bpmn#last day", id);
  }

  const Service& service_;
  const Ground& ground_;
  Faults& faults_;
};

}  // namespace

void check_references(const Service& service, const Ground& ground, Faults& faults) {
  References(service, ground, faults).run();
}

}  // namespace catalogue
