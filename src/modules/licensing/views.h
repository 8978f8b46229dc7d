/// What the screens get: an application for its applicant, a case for the office.
#pragma once

#include "http/api.h"
#include "modules/licensing/licensing.h"

namespace licensing {

struct RegistrationView {
  std::string id;
  base::Text name;
  base::Text basis;
  std::int64_t fee_fen = 0;  // on the day of the application
  base::Text fee_basis;
};
BOOST_DESCRIBE_STRUCT(RegistrationView, (), (id, name, basis, fee_fen, fee_basis))

struct FileView {
  base::Id id;
  std::string material;
  std::string filename;
  std::int64_t size = 0;
  std::string content_type;
  std::string sha256;
  base::Instant uploaded_at;
};
BOOST_DESCRIBE_STRUCT(FileView, (), (id, material, filename, size, content_type, sha256, uploaded_at))

struct MaterialView {
  std::string id;
  base::Text name;
  base::Text hint;
  base::Text basis;
  std::vector<base::Text> needed_by;
  bool required = false;
  bool opened = false;
  bool changed = false;
  std::optional<std::string> correction_reason;
  std::vector<FileView> files;
};
BOOST_DESCRIBE_STRUCT(MaterialView, (),
                      (id, name, hint, basis, needed_by, required, opened, changed, correction_reason, files))

struct CorrectionView {
  std::string place;
  base::Text label;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(CorrectionView, (), (place, label, reason))

struct ProgressView {
  std::string id;
  base::Text label;
  std::string state;  // done, current, next
  std::optional<base::Instant> at;
  std::optional<base::Text> note;
};
BOOST_DESCRIBE_STRUCT(ProgressView, (), (id, label, state, at, note))

struct OutcomeView {
  std::string registration;
  base::Text name;
  std::string outcome;  // pending, granted, refused
  std::optional<std::string> reason;
};
BOOST_DESCRIBE_STRUCT(OutcomeView, (), (registration, name, outcome, reason))

struct DocumentView {
  base::Id id;
  base::Text name;
  std::optional<std::string> number;
  calendar::Date issued_on;
  bool ready = false;
};
BOOST_DESCRIBE_STRUCT(DocumentView, (), (id, name, number, issued_on, ready))

struct CertificateView {
  base::Id id;
  std::string kind;
  base::Text name;
  std::string number;
  std::string status;
  base::Text status_text;
  calendar::Date issued_on;
  std::optional<calendar::Date> valid_to;
  std::string token;
  base::Id document;
};
BOOST_DESCRIBE_STRUCT(CertificateView, (),
                      (id, kind, name, number, status, status_text, issued_on, valid_to, token, document))

struct RatingView {
  std::string grade;
  std::string comment;
  base::Instant at;
};
BOOST_DESCRIBE_STRUCT(RatingView, (), (grade, comment, at))

/// A name that is typed into the form, and how `/api/v1/name-checks` is asked about it.
struct NameView {
  std::string place;
  std::string kind;
  std::string renaming;
};
BOOST_DESCRIBE_STRUCT(NameView, (), (place, kind, renaming))

struct ApplicationView {
  base::Id id;
  std::optional<std::string> number;
  std::string service;
  base::Text service_name;
  std::string title;
  std::string state;
  base::Text state_text;
  std::int64_t version = 0;
  feel::Context guide;
  feel::Context answers;
  std::vector<RegistrationView> registrations;
  std::vector<MaterialView> materials;
  std::vector<CorrectionView> corrections;
  base::Instant created_at;
  std::optional<base::Instant> submitted_at;
  std::optional<base::Text> holder_text;
  std::optional<calendar::Date> promised_day;
  std::optional<base::Text> promised_text;
  bool provisional = false;
  std::vector<ProgressView> progress;
  std::vector<OutcomeView> outcomes;
  std::vector<DocumentView> documents;
  std::vector<CertificateView> certificates;
  std::int64_t visits = 0;
  std::optional<RatingView> rating;
  std::vector<NameView> names;
  std::vector<std::string> may;
};
BOOST_DESCRIBE_STRUCT(ApplicationView, (),
                      (id, number, service, service_name, title, state, state_text, version, guide, answers,
                       registrations, materials, corrections, created_at, submitted_at, holder_text, promised_day,
                       promised_text, provisional, progress, outcomes, documents, certificates, visits, rating, names,
                       may))

struct ApplicationSummary {
  base::Id id;
  std::optional<std::string> number;
  base::Text service_name;
  std::string title;
  std::string state;
  base::Text state_text;
  std::optional<base::Text> holder_text;
  std::optional<calendar::Date> promised_day;
  base::Instant updated_at;
  bool needs_you = false;
};
BOOST_DESCRIBE_STRUCT(ApplicationSummary, (),
                      (id, number, service_name, title, state, state_text, holder_text, promised_day, updated_at,
                       needs_you))

/// The whole application as its applicant sees it.
base::Result<ApplicationView> application_view(storage::Snapshot& snapshot, const Licensing& licensing,
                                               const access_control::Scope& scope, base::Id id, base::Instant now);
base::Result<ApplicationSummary> application_summary(storage::Snapshot& snapshot, const Licensing& licensing,
                                                     const access_control::Scope& scope,
                                                     const Application& application);

struct SideView {
  base::Text limit_text;
  base::Text basis;
  std::optional<calendar::Date> due_day;
  base::Text left_text;
  bool overdue = false;
  bool provisional = false;
  std::vector<base::Text> derivation;
};
BOOST_DESCRIBE_STRUCT(SideView, (), (limit_text, basis, due_day, left_text, overdue, provisional, derivation))

struct ClockView {
  std::string id;
  base::Text name;
  std::optional<base::Text> registration_name;
  std::string state;
  base::Text state_text;
  std::optional<SideView> legal;
  std::optional<SideView> promised;
};
BOOST_DESCRIBE_STRUCT(ClockView, (), (id, name, registration_name, state, state_text, legal, promised))

struct ApplicantView {
  std::string name;
  std::string citizen_id_masked;
  std::string phone_masked;
};
BOOST_DESCRIBE_STRUCT(ApplicantView, (), (name, citizen_id_masked, phone_masked))

struct FieldView {
  std::string key;
  base::Text label;
  base::Text value_text;
  std::vector<base::Text> needed_by;
  bool changed = false;
  std::optional<std::string> correction_reason;
};
BOOST_DESCRIBE_STRUCT(FieldView, (), (key, label, value_text, needed_by, changed, correction_reason))

struct GroupView {
  std::string id;
  base::Text label;
  std::vector<FieldView> fields;
};
BOOST_DESCRIBE_STRUCT(GroupView, (), (id, label, fields))

struct OpenTaskView {
  std::string id;
  std::string element;
  base::Text name;
  base::Text group_name;
  std::optional<std::string> assignee_name;
  bool mine = false;
  bool may_claim = false;
  bool may_complete = false;
  std::optional<calendar::Date> due_day;
  std::optional<base::Text> left_text;
  bool overdue = false;
  feel::Value form;
};
BOOST_DESCRIBE_STRUCT(OpenTaskView, (),
                      (id, element, name, group_name, assignee_name, mine, may_claim, may_complete, due_day, left_text,
                       overdue, form))

struct TimelineView {
  base::Instant at;
  std::string actor_name;
  base::Text text;
  std::optional<std::string> reason;
};
BOOST_DESCRIBE_STRUCT(TimelineView, (), (at, actor_name, text, reason))

struct VisitView {
  calendar::Date on;
  std::string reason;
  std::string by_name;
};
BOOST_DESCRIBE_STRUCT(VisitView, (), (on, reason, by_name))

struct StepView {
  std::string id;
  base::Text name;
  std::string type;
  std::string state;
};
BOOST_DESCRIBE_STRUCT(StepView, (), (id, name, type, state))

struct ProcessSteps {
  std::vector<StepView> steps;
};
BOOST_DESCRIBE_STRUCT(ProcessSteps, (), (steps))

struct CasePageView {
  base::Id id;
  std::string number;
  std::string service;
  std::string service_version;  // the version of the service that the case runs on
  base::Text service_name;
  std::string title;
  std::string state;
  base::Text state_text;
  std::int64_t sequence = 0;
  base::Instant submitted_at;
  ApplicantView applicant;
  std::vector<RegistrationView> registrations;
  std::vector<OutcomeView> outcomes;
  std::vector<GroupView> groups;
  std::vector<MaterialView> materials;
  std::vector<ClockView> clocks;
  std::vector<OpenTaskView> tasks;
  std::vector<TimelineView> timeline;
  std::vector<DocumentView> documents;
  std::vector<CertificateView> certificates;
  std::vector<VisitView> visits;
  std::int64_t visit_count = 0;
  ProcessSteps process;
  std::vector<std::string> may;
  std::optional<base::Text> read_for;  // the reader's step; none: a purpose is asked for
};
BOOST_DESCRIBE_STRUCT(CasePageView, (),
                      (id, number, service, service_version, service_name, title, state, state_text, sequence,
                       submitted_at, applicant, registrations, outcomes, groups, materials, clocks, tasks, timeline,
                       documents, certificates, visits, visit_count, process, may, read_for))

struct ProcessView {
  std::string xml;
  std::vector<std::string> current;
  std::vector<std::string> done;
  std::vector<std::string> taken;
};
BOOST_DESCRIBE_STRUCT(ProcessView, (), (xml, current, done, taken))

/// A case on one screen, for staff.
base::Result<CasePageView> case_page(storage::Snapshot& snapshot, const Licensing& licensing,
                                     const access_control::Actor& actor, base::Id id, base::Instant now);
base::Result<ProcessView> process_view(storage::Snapshot& snapshot, const Licensing& licensing,
                                       const access_control::Scope& scope, base::Id id);

/// "剩2个工作日" / "2 working days left", "逾期1天".
base::Text left_text(const casework::Side& side);
base::Text group_name(std::string_view group);
base::Text span_text(const calendar::Span& span);

}  // namespace licensing
