/// Who looked at files of firms and people, when and why: noted as it happens, told to whom the file belongs.
#include <algorithm>

#include "http/api.h"
#include "kernel/base/refusals.h"
#include "modules/access/access.h"
#include "modules/registration/registration.h"
#include "office_routes.h"
#include "parts.h"
#include "store.h"

namespace licensing {
namespace {

constexpr std::string_view tag = "evidence";
constexpr int reads_per_page = 50;
/// Of one person: cases and entities that are looked through for looks, newest first.
constexpr int subjects_max = 200;

struct ReadView {
  base::Instant at;
  std::string reader;
  base::Text office;
  std::string what;
  base::Text what_text;
  std::string subject;
  base::Text subject_text;
  base::Text why;
  bool stated = false;
  std::string receipt;
};
BOOST_DESCRIBE_STRUCT(ReadView, (), (at, reader, office, what, what_text, subject, subject_text, why, stated, receipt))

struct PurposeBody {
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(PurposeBody, (), (reason))

struct PurposeView {
  base::Instant at;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(PurposeView, (), (at, reason))

base::Text what_text(std::string_view what) {
  if (what == "case") return {"办件的全部内容", "The whole case"};
  if (what == "material") return {"上传的材料", "An uploaded file"};
  if (what == "document") return {"文书或证照", "A document or certificate"};
  if (what == "numbers") return {"完整的证件号码和电话", "The full identity and telephone numbers"};
  if (what == "delivery") return {"打印和送达", "Prints and deliveries"};
  if (what == "entity") return {"登记事项", "The registered items"};
  if (what == "certificates") return {"持有的证照", "The certificates held"};
  return {std::string(what), std::string(what)};
}

/// Something of a person's that is looked at, and what to call it.
struct Subject {
  std::string name;  // "case/…"
  base::Text text;
  std::string service;  // of a case: its steps are called as this service does
};

std::string subject_of(std::string_view kind, base::Id id) {
  return std::string(kind) + "/" + base::to_text(id);
}

base::Text service_name(const catalogue::Catalogue& catalogue, const std::string& id) {
  const auto service = catalogue.service(id);
  return service ? service.value()->name : base::Text{id, id};
}

Subject subject_of(const Application& application, const catalogue::Catalogue& catalogue) {
  const base::Text name = service_name(catalogue, application.service);
  const std::string& title = application.title;
  return {.name = subject_of("case", application.id),
          .text = {name.zh + (title.empty() ? "" : "：" + title), name.en + (title.empty() ? "" : ": " + title)},
          .service = application.service};
}

/// The looks of several subjects in one list, newest first.
class Teller {
 public:
  Teller(storage::Snapshot& snapshot, const catalogue::Catalogue& catalogue)
      : snapshot_(snapshot), catalogue_(catalogue), logs_(evidence::list_logs(snapshot)) {}

  http::Page<ReadView> page(const std::vector<Subject>& subjects, const http::Request& request) {
    const auto cursor = tlog::parse_decimal(request.query_value("cursor"));
    const auto before = cursor ? std::optional(base::Instant{static_cast<std::int64_t>(*cursor)}) : std::nullopt;
    std::vector<std::pair<evidence::PastRead, const Subject*>> all;
    for (const Subject& subject : subjects)
      for (evidence::PastRead& read : evidence::reads_of(snapshot_, subject.name, reads_per_page + 1, before))
        all.emplace_back(std::move(read), &subject);
    std::stable_sort(all.begin(), all.end(),
                     [](const auto& left, const auto& right) { return right.first.read.at < left.first.read.at; });
    http::Page<ReadView> page;
    for (const auto& [read, subject] : all) {
      // Looks of one moment stay together: the cursor is a moment.
      const bool is_full = page.items.size() >= reads_per_page;
      if (is_full && read.read.at != page.items.back().at) {
        page.next = std::to_string(page.items.back().at.us);
        break;
      }
      page.items.push_back(view_of(read, *subject));
    }
    page.total = static_cast<std::int64_t>(page.items.size());
    page.has_more = page.next.has_value();
    return page;
  }

 private:
  ReadView view_of(const evidence::PastRead& past, const Subject& subject) {
    const evidence::Read& read = past.read;
    const auto& [name, office] = reader_of(read.person);
    ReadView view{.at = read.at,
                  .reader = name,
                  .office = office,
                  .what = read.what,
                  .what_text = what_text(read.what),
                  .subject = subject.name,
                  .subject_text = subject.text,
                  .stated = true};
    if (!read.reason.empty()) {
      view.why = {read.reason, read.reason};
    } else if (!read.task.empty()) {
      const base::Text step = element_name(catalogue_, subject.service, read.task);
      view.why = {"办理“" + step.zh + "”", "For the step “" + step.en + "”"};
    } else {
      view.why = {"没有说明理由", "No reason was stated"};
      view.stated = false;
    }
    if (const auto entry = evidence::find_entry(snapshot_, past.log, past.index))
      view.receipt = evidence::to_text(evidence::receipt_of(*entry, logs_));
    return view;
  }

  const std::pair<std::string, base::Text>& reader_of(base::Id person) {
    const auto [found, is_new] = readers_.try_emplace(person);
    if (is_new)
      if (const auto known = access_control::find_person(snapshot_, person))
        found->second = {known->name, access_control::office_name(snapshot_, known->division, known->office)};
    return found->second;
  }

  storage::Snapshot& snapshot_;
  const catalogue::Catalogue& catalogue_;
  std::vector<evidence::LogRow> logs_;
  std::map<base::Id, std::pair<std::string, base::Text>> readers_;
};

/// All that is the person's own: the cases applied for, and the entities whose certificates in force were issued to
/// them.
std::vector<Subject> subjects_of(storage::Snapshot& snapshot, const catalogue::Catalogue& catalogue, base::Id person) {
  std::vector<Subject> subjects;
  for (const Application& application :
       list_applications(snapshot, access_control::Scope::own_of(person), {}, subjects_max))
    if (application.submitted_at) subjects.push_back(subject_of(application, catalogue));
  for (const HeldEntity& entity : entities_held_by(snapshot, person, subjects_max))
    if (const auto found =
            registration::find_entity(snapshot, access_control::Scope::of_division(entity.division), entity.id))
      subjects.push_back({.name = subject_of("entity", entity.id), .text = {found->name, found->name}, .service = {}});
  return subjects;
}

base::Result<base::Id> own_subject(storage::Snapshot& snapshot, const http::Request& request, Subject& subject,
                                   const catalogue::Catalogue& catalogue) {
  TRY(const base::Id id, request.id("application"));
  TRY(const Application application, load_application(snapshot, access_control::scope_of(request.caller), id));
  subject = subject_of(application, catalogue);
  return id;
}

void mount_lists(http::Router& router, storage::Store& store, const Licensing& licensing) {
  http::query<http::Page<ReadView>>(
      router, store,
      {.path = "/api/v1/applications/{application}/reads",
       .id = "list_application_reads",
       .tag = std::string(tag),
       .summary = {"谁看过这份办件、何时、为什么", "Who looked at this application, when and why"},
       .need = {http::Need::Kind::citizen},
       .query = {"cursor"},
       .errors = {"licensing.application_unknown"}},
      [&licensing](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<http::Page<ReadView>> {
        Subject subject;
        TRY(std::ignore, own_subject(snapshot, request, subject, licensing.engine().catalogue()));
        return Teller(snapshot, licensing.engine().catalogue()).page({subject}, request);
      });
  http::query<http::Page<ReadView>>(
      router, store,
      {.path = "/api/v1/people/me/reads",
       .id = "list_own_reads",
       .tag = std::string(tag),
       .summary = {"谁看过我的办件和我名下的市场主体", "Who looked at my cases and at the entities that are mine"},
       .need = {http::Need::Kind::citizen},
       .query = {"cursor"}},
      [&licensing](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<http::Page<ReadView>> {
        const catalogue::Catalogue& catalogue = licensing.engine().catalogue();
        return Teller(snapshot, catalogue).page(subjects_of(snapshot, catalogue, request.caller.person), request);
      });
}

/// Staff who open what is not their task say why; it is told to whom it belongs.
template <class Find>
void mount_purpose(http::Router& router, storage::Store& store, http::Operation operation, Find find) {
  operation.method = "POST";
  operation.tag = tag;
  operation.answer_status = 201;
  operation.errors.emplace_back("evidence.purpose_missing");
  http::command<PurposeBody, PurposeView>(
      router, store, std::move(operation),
      [find](storage::Transaction& transaction, const http::Request& request,
             const PurposeBody& body) -> base::Result<PurposeView> {
        evidence::Read read{
            .division = {}, .subject = {}, .person = request.caller.person, .what = {}, .reason = {}, .at = request.at};
        TRY(std::ignore, find(transaction, request, read));
        TRY(read.reason, evidence::check_purpose(body.reason));
        evidence::record_read(transaction, read);
        return PurposeView{read.at, read.reason};
      });
}

}  // namespace

void mount_reads(http::Router& router, storage::Store& store, const Licensing& licensing) {
  mount_lists(router, store, licensing);
  mount_purpose(
      router, store,
      {.path = "/api/v1/cases/{case}/reads",
       .id = "state_case_purpose",
       .summary = {"写明为什么查阅这份办件", "State why one looks at this case"},
       .need = {http::Need::Kind::staff, "case.read"},
       .errors = {"licensing.application_unknown"}},
      [](storage::Snapshot& snapshot, const http::Request& request, evidence::Read& read) -> base::Result<void> {
        TRY(const base::Id id, request.id("case"));
        TRY(const Application application, load_application(snapshot, access_control::scope_of(request.caller), id));
        read.division = application.division;
        read.subject = subject_of("case", id);
        read.what = "case";
        return base::done();
      });
  mount_purpose(
      router, store,
      {.path = "/api/v1/entities/{entity}/reads",
       .id = "state_entity_purpose",
       .summary = {"写明为什么查阅这个市场主体", "State why one looks at this entity"},
       .need = {http::Need::Kind::staff, "entity.read"},
       .errors = {"registration.entity_unknown"}},
      [](storage::Snapshot& snapshot, const http::Request& request, evidence::Read& read) -> base::Result<void> {
        TRY(const base::Id id, request.id("entity"));
        const auto entity = registration::find_entity(snapshot, access_control::scope_of(request.caller), id);
        if (!entity)
          return base::not_found("registration.entity_unknown",
                                 {"登记簿中没有这个市场主体", "There is no such entity in the register."});
        read.division = entity->division;
        read.subject = subject_of("entity", id);
        read.what = "entity";
        return base::done();
      });
}

}  // namespace licensing
