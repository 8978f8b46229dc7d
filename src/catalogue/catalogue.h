/// The services offered, the dated rules, the calendar and the templates: read from catalogue/, checked as a whole,
/// immutable from then on.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalogue/form.h"
#include "catalogue/in_force.h"
#include "catalogue/park.h"
#include "catalogue/statistic.h"
#include "kernel/base/result.h"
#include "kernel/bpmn/bpmn.h"
#include "kernel/calendar/calendar.h"
#include "kernel/dmn/dmn.h"
#include "kernel/feel/feel.h"
#include "kernel/names/check.h"

namespace catalogue {

/// Texts of files by their path within a folder of the catalogue.
using Files = std::map<std::string, std::string, std::less<>>;

/// One version of what the law fixes from day to day.
template <class Value>
struct Dated {
  std::string id;  // "food_permit.decision"
  calendar::Date valid_from;
  std::optional<calendar::Date> valid_to;  // last day in force
  Value value{};
  base::Text basis;       // law and article, in words
  std::string source;     // key of docs/sources.md: "FBP-20"
  char confidence = 'K';  // V read in the text, S secondary source, K to be confirmed
};

/// A limit, a validity.
using Rule = Dated<calendar::Span>;
/// What a registration costs. Units: fen.
using Fee = Dated<std::int64_t>;

/// All versions of all rules, with the files they were read from.
struct RuleSet {
  std::vector<Rule> rules;
  std::vector<Fee> fees = {};
  Files files = {};
  std::string version = {};                      // fingerprint of the files
  std::shared_ptr<const dmn::Model> model = {};  // of limits.dmn, for whoever asks its tables
};

/// The dated rules in force. Copies share them: what is put into one is in force in all.
class Rules : public feel::DatedLimits {
 public:
  explicit Rules(RuleSet delivered = {})
      : sets_(std::make_shared<InForce<RuleSet>>(std::make_shared<const RuleSet>(std::move(delivered)))) {}

  /// The version in force on the day of the triggering event.
  /// Errors: `catalogue.rule_unknown`, `catalogue.rule_not_in_force`.
  base::Result<Rule> on(std::string_view id, calendar::Date trigger) const;
  base::Result<calendar::Span> limit_on(std::string_view id, calendar::Date trigger) const override;
  const std::vector<Rule>& all() const { return sets_->now()->rules; }
  bool has(std::string_view id) const;
  /// The fee on the day of the triggering event. Errors: as `on`.
  base::Result<Fee> fee_on(std::string_view id, calendar::Date trigger) const;
  bool has_fee(std::string_view id) const;

  const InForce<RuleSet>& sets() const { return *sets_; }
  /// From now on these are the rules, for all who hold them.
  void put(std::shared_ptr<const RuleSet> rules) const { sets_->put(std::move(rules)); }

 private:
  std::shared_ptr<InForce<RuleSet>> sets_;
};

struct Option {
  std::string value;
  base::Text label;
};

/// A question asked before anything else is typed: suitability and what will be needed.
struct GuideQuestion {
  std::string id;
  base::Text label;
  base::Text hint;
  std::string kind;  // "choice", "choices", "number", "yes_no"
  std::vector<Option> options;
  std::optional<feel::Expression> shown_when;
};

/// An answer that ends the guide with advice instead of an application.
struct GuideStop {
  feel::Expression when;
  base::Text advice;
};

/// A value that has a name, worked out by FEEL.
struct NamedExpression {
  std::string name;
  feel::Expression value;
};

/// What `items` of a registration may write: the registered items, and `street`, which the register puts behind the
/// full name of the township as the address.
inline constexpr std::string_view registered_items[] = {"kind",          "name", "township", "street",   "address",
                                                        "operator_name", "type", "scope",    "industry", "capital_fen"};

/// What `custody` says, all of it: the host's id in the register, the contract's first and last day, who is reached
/// how.
inline constexpr std::string_view custody_terms[] = {"host", "valid_from", "valid_to", "contact"};

/// What a granted registration does to the register of entities or to a certificate.
///
///   the register:    establish (a new entity), change (its registered items), deregister (it and all its certificates)
///   a certificate:   issue (a new number), amend (same number and validity, other content), renew (same number, new
///                    validity), replace (same number, content and validity), relocate (a new number for the old
///                    one's), cancel
/// The first two of the register issue the entity's certificate anew; whatever is issued anew supersedes the old.
enum class Effect { establish, change, deregister, issue, amend, renew, replace, relocate, cancel };
std::optional<Effect> parse_effect(std::string_view text);
/// Whether the effect needs an entity that is registered already.
bool needs_subject(Effect effect);

/// One registration or permit that the service brings about.
struct Registration {
  std::string id;  // "business_licence", "food_permit"
  base::Text name;
  std::string certificate;  // certificate kind, "business_licence"
  Effect effect = Effect::issue;
  /// What is written into the register (establish, change), by registered item; a value that is null writes nothing.
  /// Over answers, guide, subject.
  std::vector<NamedExpression> items;
  /// What the certificate is to remember besides the register's facts: its fields say `details.…`. Null keeps what the
  /// certificate before it said.
  std::vector<NamedExpression> details;
  /// The contract of an entity that registers at the address of a cluster's host, by `custody_terms`; empty: it has an
  /// address of its own. Over answers, guide, subject.
  std::vector<NamedExpression> custody;
  std::optional<feel::Expression> when;  // over the guide's answers; absent: always
  base::Text basis;
  std::string fee;                // id of the fee; empty in a version that was kept before fees were dated
  std::int64_t fee_fen_kept = 0;  // what such a version says itself

  /// What is written as `name`; nothing when it is not written.
  const feel::Expression* find_item(std::string_view item_name) const;
};

/// The entity or certificate that a service is about: asked first, by credit code or certificate number. What the
/// register knows of it becomes the variable `subject`, so that none of it is asked again.
struct Subject {
  std::string certificate;  // certificate kind whose number is asked; empty: an entity, by its credit code
  base::Text label;
  base::Text hint;
};

/// What must hold for an application to be taken at all; otherwise it is refused before anything is typed.
struct Admission {
  feel::Expression require;  // over subject and the guide's answers
  base::Text message;        // said when it does not hold
};

/// A document that the applicant hands in. One slot however many registrations need it.
struct Material {
  std::string id;
  base::Text name;
  base::Text hint;
  std::vector<std::string> needed_by;             // registrations; not empty
  std::optional<feel::Expression> required_when;  // over guide answers and form answers; absent: always
  int files_max = 5;
  bool deferrable = false;  // may be handed in later, on a promise (容缺受理)
  base::Text basis;
};

/// A clock: what starts, pauses and stops it, and the dated rules that set its limits. Marks are ids of process
/// elements: the clock looks at when the case passed them.
struct Clock {
  struct Pause {
    std::string from;
    std::string to;
    base::Text reason;
  };
  std::string id;  // "acceptance", "licence", "permit", "joint"
  base::Text name;
  std::string registration;         // empty: the whole case
  std::vector<std::string> starts;  // the first of these marks passed
  std::vector<std::string> stops;   // the first of these passed after the start
  std::vector<Pause> pauses;
  std::string legal_rule;               // rule id; may be empty
  std::string promised_rule;            // rule id; may be empty
  std::vector<std::string> extensions;  // marks that add the limit of extension_rule
  std::string extension_rule;
  std::string express_rule;  // the promise on the express lane; empty: the usual one
  int remind_days = 1;       // working days before the day at which the holder is reminded
};

/// A document the office issues: which template, when, to whom.
struct Notice {
  std::string id;  // "acceptance_slip"
  base::Text name;
  std::string document;     // template: catalogue/documents/<document>.yaml
  std::string number_word;  // "受" in 株天市监受〔2026〕12号; empty: not numbered
};

/// A variable that cases of the service are searched by.
struct Index {
  enum class Kind { text, number, day };
  std::string id;        // what a search calls it, in every service alike: "township"
  std::string variable;  // where the case holds it: "answers.township"
  Kind kind = Kind::text;
  base::Text label;
};

struct Service {
  std::string id;       // "open-restaurant"
  std::string version;  // fingerprint of the folder's content
  /// The folder's files by path, as they were read: kept so that a version outlives the folder.
  Files files;
  base::Text name;
  base::Text summary;
  base::Text who_may_apply;
  base::Text where_to_ask;
  std::string wish;                // what people want who look for it: one of Catalogue::wishes
  std::optional<Subject> subject;  // none: a service for those who are not registered yet
  std::vector<Admission> admissions;
  std::vector<GuideQuestion> guide;
  std::vector<GuideStop> guide_stops;
  std::vector<Registration> registrations;
  std::vector<Material> materials;
  std::vector<Clock> clocks;
  std::vector<Notice> notices;
  std::vector<Index> indexes;
  std::vector<base::Text> steps;                        // what will happen, in plain words
  Form form;                                            // what the applicant fills in
  std::map<std::string, Form, std::less<>> task_forms;  // by form id: what staff fill in at a user task
  /// Which variable of the process each answer becomes is plain: the variable `answers` holds them all.
  std::shared_ptr<const bpmn::Definition> process;
  std::shared_ptr<const dmn::Model> decisions;  // may be null
  std::vector<std::string> tags;                // "one_thing", "at_most_one_visit": what statistics count it as
  int rating_days = 30;                         // rated within this many days after the end

  const Registration* find_registration(std::string_view id) const;
  const Material* find_material(std::string_view id) const;
  const Notice* find_notice(std::string_view id) const;
};

/// How certificates can be numbered: the entity's credit code, or the next number of a permit or a filing.
inline constexpr std::string_view number_schemes[] = {"credit_code", "food_permit", "food_filing"};

/// A kind of certificate: how it is numbered and drawn.
struct CertificateKind {
  std::string id;  // "business_licence"
  base::Text name;
  std::string document;       // template
  std::string number_scheme;  // one of `number_schemes`
  /// The digit that the number begins with, over the case's variables and `details`; absent: the scheme has none.
  std::optional<feel::Expression> number_form;
  std::string validity_rule;      // rule id; empty: no end
  std::vector<std::string> ends;  // kinds that the same entity no longer needs once this one is issued
  /// Type in the electronic identifier [GB36904]: defining authority's credit code and three digits; empty: of the
  /// bureau.
  std::string identifier_type = {};
  /// FEEL over the case's variables (answers, entity, …) for each field printed and shown; in this order.
  struct Field {
    std::string id;
    base::Text label;
    feel::Expression value;
    bool is_public = true;
  };
  std::vector<Field> fields;
};

struct Office {
  std::string code;  // "centre"
  base::Text name;
};

/// The authority that runs this installation.
struct Bureau {
  std::string division;       // six digits
  base::Text name;            // printed on every document
  std::string document_word;  // begins document numbers: "株天市监"
  base::Text contact;         // where an applicant asks
  std::string window;         // code of the office that receives applications
  std::vector<Office> offices;

  const Office* find_office(std::string_view code) const;
};

struct Opening;

/// The services in force, by id. A published version takes the place of the former one while the program runs.
/// Thread-safe.
class Services {
 public:
  using Map = std::map<std::string, std::shared_ptr<const Service>, std::less<>>;
  explicit Services(Map delivered) : maps_(std::make_shared<const Map>(std::move(delivered))) {}

  /// All of one moment.
  const Map& now() const { return *maps_.now(); }
  /// As the folder holds them.
  const Map& delivered() const { return *maps_.delivered(); }
  /// Null when there is none.
  std::shared_ptr<const Service> find(std::string_view id) const;
  /// From now on this is the service of its id.
  void put(std::shared_ptr<const Service> service);

 private:
  InForce<Map> maps_;
};

/// All that is offered, and all it stands on.
struct Catalogue {
  Bureau bureau;
  Rules rules;
  calendar::Calendar calendar;
  std::shared_ptr<Services> services = std::make_shared<Services>(Services::Map{});
  std::map<std::string, CertificateKind, std::less<>> certificates;
  std::map<std::string, std::string, std::less<>> documents;  // template id -> text of its file
  names::Lexicon lexicon;                                     // words that the law keeps out of names
  std::vector<Statistic> statistics;                          // in the order of the published figures
  std::shared_ptr<InForce<Opening>> openings = std::make_shared<InForce<Opening>>(nullptr);
  std::vector<BarredTrade> barred_trades;  // at a cluster address
  std::vector<Option> wishes;              // by which the public home page groups the services

  /// What conditions and values are worked out in.
  feel::World world_at(base::Instant now) const { return {.now = now, .working_days = &calendar, .rules = &rules}; }

  /// Errors: `catalogue.service_unknown` (not_found).
  base::Result<std::shared_ptr<const Service>> service(std::string_view id) const;
  /// What opening a business can need; null when the folder says nothing of it.
  const Opening* opening() const { return openings->now(); }
  /// Nothing when there is none.
  const Statistic* find_statistic(std::string_view id) const;
};

/// Reads and checks the folder. Every fault of every file is listed at once: path =
/// "open-restaurant/service.yaml#clocks/2" (items of a list are counted from 1). Errors: `catalogue.invalid`.
base::Result<std::shared_ptr<const Catalogue>> load(const std::string& folder);

/// FNV-1a 64 over paths and contents, as 16 hexadecimal digits: what tells versions of a service apart.
std::string fingerprint(const Files& files);

/// A service as it was when its files were kept: for cases that started with that version. What it names outside its
/// folder is not checked again. Errors: `catalogue.invalid`.
base::Result<std::shared_ptr<const Service>> read_version(const std::string& id, const Files& files);

/// The guide's answer that names the subject: a text as typed, or the facts found by it.
inline constexpr const char* subject_key = "subject";

/// What forbids the application from the start; nothing when it may be made. Over `guide`, which holds the subject.
std::optional<base::Text> not_admitted(const Service& service, const feel::Context& guide, const feel::World& world);

/// What a set of guide answers leads to: registrations and materials with the reason for each.
struct Requirement {
  const Registration* registration = nullptr;
  const Material* material = nullptr;
};
struct Plan {
  std::optional<base::Text> advice;  // set: this service does not fit
  std::vector<const Registration*> registrations;
  std::vector<const Material*> materials;  // merged: each once
};
/// Errors: `catalogue.guide_incomplete` with each question that is unanswered or answered with what is not offered.
base::Result<Plan> plan(const Service& service, const feel::Context& guide_answers, const feel::World& world);

/// What the registration costs when it is applied for on the day. Errors: `catalogue.rule_unknown`,
/// `catalogue.rule_not_in_force`.
base::Result<Fee> fee_of(const Registration& registration, const Rules& rules, calendar::Date day);

/// The questions that apply so far: those without condition, and those whose condition holds over the answers given.
std::vector<const GuideQuestion*> questions_shown(const Service& service, const feel::Context& guide_answers,
                                                  const feel::World& world);

/// What a new application starts with: a form field with the key of a guide question takes its answer over, so that
/// nothing is typed twice.
feel::Context initial_answers(const Service& service, const feel::Context& guide_answers);

/// The materials asked for once the form is filled in too: those of the plan whose condition holds.
std::vector<const Material*> materials_needed(const Service& service, const feel::Context& guide_answers,
                                              const feel::Context& answers, const feel::World& world);

}  // namespace catalogue
