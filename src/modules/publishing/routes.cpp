#include <algorithm>
#include <charconv>

#include "catalogue/models.h"
#include "http/api.h"
#include "kernel/base/refusals.h"
#include "modules/access/access.h"
#include "modules/publishing/publishing.h"
#include "store.h"

namespace publishing {

/// The text of a model: longer than other texts may be.
struct ModelText {
  std::string text;
};

}  // namespace publishing

template <>
struct http::Codec<publishing::ModelText> {
  static void read(Reader& reader, const feel::Value& value, publishing::ModelText& to) {
    if (value.kind() == feel::Kind::string)
      to.text = value.as_string();
    else
      reader.refuse_type({"应为模型文本", "must be the text of a model"});
  }
  static std::string schema(Schemas&) { return R"({"type":"string"})"; }
};

namespace publishing {
namespace {

constexpr std::size_t body_bytes_max = 4'000'000;

struct FileView {
  std::string file;
  std::string kind;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(FileView, (), (file, kind, name))

/// A draft, proposal or version as lists show it.
struct DraftSummary {
  base::Id id;
  std::string service;
  base::Text service_name;
  std::string state;
  std::vector<std::string> files;
  std::string edited_by;
  base::Instant edited_at;
  std::string reason;
  std::optional<calendar::Date> applies_from;
  std::string proposed_by;
  std::optional<base::Instant> proposed_at;
  std::string decided_by;
  std::optional<base::Instant> decided_at;
  std::string remark;
  std::optional<std::int64_t> number;
  std::string version;
  bool in_force = false;    // this version, or a later one that stands upon it, is what new cases begin with
  bool may_decide = false;  // the reader may approve it
};
BOOST_DESCRIBE_STRUCT(DraftSummary, (),
                      (id, service, service_name, state, files, edited_by, edited_at, reason, applies_from, proposed_by,
                       proposed_at, decided_by, decided_at, remark, number, version, in_force, may_decide))

struct ServiceModels {
  std::string service;
  base::Text name;
  std::string version;
  std::vector<FileView> files;
  std::vector<DraftSummary> drafts;  // being written, proposed, approved for a day to come
};
BOOST_DESCRIBE_STRUCT(ServiceModels, (), (service, name, version, files, drafts))

struct ModelList {
  std::vector<ServiceModels> items;
};
BOOST_DESCRIBE_STRUCT(ModelList, (), (items))

struct ServiceView {
  std::string service;
  base::Text name;
  std::string version;
  std::vector<FileView> files;
  std::vector<DraftSummary> drafts;
  std::vector<DraftSummary> versions;       // approved and revoked, the latest first
  std::vector<std::string> delivered_anew;  // files whose delivered text has changed since it was replaced
};
BOOST_DESCRIBE_STRUCT(ServiceView, (), (service, name, version, files, drafts, versions, delivered_anew))

struct TextView {
  std::string file;
  std::string kind;
  std::string text;
};
BOOST_DESCRIBE_STRUCT(TextView, (), (file, kind, text))

struct DraftView {
  DraftSummary draft;
  std::int64_t edition = 0;
  std::vector<TextView> files;
  std::vector<std::string> authors;
  std::vector<std::string> overtaken;
};
BOOST_DESCRIBE_STRUCT(DraftView, (), (draft, edition, files, authors, overtaken))

struct BeginBody {
  std::string file;
  ModelText text;
};
BOOST_DESCRIBE_STRUCT(BeginBody, (), (file, text))

struct EditBody {
  std::string file;
  std::optional<ModelText> text;
  std::optional<bool> takes_over;
};
BOOST_DESCRIBE_STRUCT(EditBody, (), (file, text, takes_over))

struct UnsavedBody {
  std::optional<std::string> file;
  std::optional<ModelText> text;
};
BOOST_DESCRIBE_STRUCT(UnsavedBody, (), (file, text))

struct PlayBody {
  std::optional<std::string> file;
  std::optional<ModelText> text;
  std::optional<ModelText> script;
  std::optional<bool> auto_tasks;
};
BOOST_DESCRIBE_STRUCT(PlayBody, (), (file, text, script, auto_tasks))

struct FindingView {
  std::string file;
  std::string element;
  bool fatal = false;
  std::string code;
  base::Text message;
};
BOOST_DESCRIBE_STRUCT(FindingView, (), (file, element, fatal, code, message))

struct CheckView {
  std::vector<FindingView> findings;
  bool may_be_proposed = false;
};
BOOST_DESCRIBE_STRUCT(CheckView, (), (findings, may_be_proposed))

struct DetailView {
  std::string what;
  std::string before;
  std::string after;
};
BOOST_DESCRIBE_STRUCT(DetailView, (), (what, before, after))

struct DifferenceView {
  std::string file;
  std::string kind;
  std::string element;
  std::string type;
  std::string name;
  std::optional<int> row_before;
  std::optional<int> row_after;
  std::vector<DetailView> details;
};
BOOST_DESCRIBE_STRUCT(DifferenceView, (), (file, kind, element, type, name, row_before, row_after, details))

struct ComparisonView {
  std::vector<DifferenceView> changes;
};
BOOST_DESCRIBE_STRUCT(ComparisonView, (), (changes))

struct PlayView {
  std::vector<feel::Context> steps;
};
BOOST_DESCRIBE_STRUCT(PlayView, (), (steps))

struct ProposalBody {
  std::string reason;
  std::optional<calendar::Date> applies_from;
};
BOOST_DESCRIBE_STRUCT(ProposalBody, (), (reason, applies_from))

enum class Verdict { approve, send_back };
BOOST_DESCRIBE_ENUM(Verdict, approve, send_back)

struct DecisionBody {
  Verdict outcome = Verdict::send_back;
  std::optional<std::string> reason;
};
BOOST_DESCRIBE_STRUCT(DecisionBody, (), (outcome, reason))

struct ReasonBody {
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(ReasonBody, (), (reason))

casework::Moment moment_of(const http::Request& request) {
  return {.now = request.at, .actor = access_control::actor_of(request.caller)};
}

std::string name_in(storage::Snapshot& snapshot, base::Id person) {
  return person == base::Id{} ? std::string() : access_control::name_of_person(snapshot, person);
}

/// The name that a model gives itself, for lists: of the form's first page, the process, the service's decisions.
std::string name_of_file(const catalogue::Models& models, const std::string& file) {
  if (!models.service) return "";
  const catalogue::Service& service = *models.service;
  if (file == "process.bpmn" && service.process) return bpmn::process_name(*service.process);
  if (!file.starts_with("tasks/") || !service.process) return "";
  const std::size_t from = std::string_view("tasks/").size();
  const std::string form = file.substr(from, file.size() - from - std::string_view(".form.json").size());
  for (const bpmn::Element& element : bpmn::elements(*service.process))
    if (element.form == form) return element.name;
  return "";
}

std::vector<FileView> files_of(const catalogue::Models& models) {
  std::vector<FileView> views;
  for (const ModelKind kind : {ModelKind::process, ModelKind::decision, ModelKind::form})
    for (const auto& [path, text] : *models.files)
      if (kind_of(path) == kind) views.push_back({path, std::string(name_of(kind)), name_of_file(models, path)});
  return views;
}

struct Shown {
  storage::Snapshot& snapshot;
  const Publishing& publishing;
  const http::Request& request;
  std::map<std::string, std::int64_t, std::less<>> due = due_numbers(snapshot, calendar::local_date(request.at));
};

DraftSummary summary_of(const Shown& shown, const Draft& draft) {
  const auto models = catalogue::find_models(shown.publishing.catalogue(), draft.service);
  DraftSummary view{.id = draft.id,
                    .service = draft.service,
                    .service_name = models ? models.value().name : base::Text{draft.service, draft.service},
                    .state = std::string(name_of(draft.state)),
                    .files = {},
                    .edited_by = name_in(shown.snapshot, draft.edited_by),
                    .edited_at = draft.edited_at,
                    .reason = draft.reason,
                    .applies_from = draft.applies_from,
                    .proposed_by = name_in(shown.snapshot, draft.proposed_by),
                    .proposed_at = draft.proposed_at,
                    .decided_by = name_in(shown.snapshot, draft.decided_by),
                    .decided_at = draft.decided_at,
                    .remark = draft.remark,
                    .number = {},
                    .version = draft.version};
  for (const auto& [path, text] : draft.files) view.files.push_back(path);
  if (draft.number > 0) view.number = draft.number;
  const auto due = shown.due.find(draft.service);
  view.in_force = draft.state == State::approved && due != shown.due.end() && draft.number == due->second;
  view.may_decide = draft.state == State::proposed && shown.request.caller.may("model.approve") &&
                    !has_written(draft, shown.request.caller.person);
  return view;
}

DraftView view_of(storage::Snapshot& snapshot, const Publishing& publishing, const http::Request& request,
                  const Draft& draft) {
  DraftView view{.draft = summary_of({snapshot, publishing, request}, draft), .edition = draft.edition};
  for (const auto& [path, text] : draft.files)
    if (const auto kind = kind_of(path)) view.files.push_back({path, std::string(name_of(*kind)), text});
  for (const base::Id author : draft.authors) view.authors.push_back(name_in(snapshot, author));
  if (draft.state == State::drafted || draft.state == State::proposed)
    if (const auto head = publishing.head(snapshot, draft.service)) view.overtaken = publishing.overtaken(draft, *head);
  return view;
}

std::vector<DraftSummary> summaries(const Shown& shown, std::string_view service, std::span<const State> states,
                                    bool to_come_only) {
  std::vector<DraftSummary> views;
  const calendar::Date today = calendar::local_date(shown.request.at);
  for (const Draft& draft : drafts_in(shown.snapshot, service, states))
    if (!to_come_only || draft.state != State::approved || *draft.applies_from > today)
      views.push_back(summary_of(shown, draft));
  return views;
}

constexpr std::array pending_states = {State::drafted, State::proposed, State::approved};
constexpr std::array version_states = {State::approved, State::revoked};

http::Operation operation(std::string method, std::string path, std::string id, base::Text summary,
                          std::string permission, std::vector<std::string> errors) {
  return {.method = std::move(method),
          .path = "/api/v1/" + std::move(path),
          .id = std::move(id),
          .tag = "publishing",
          .summary = std::move(summary),
          .need = {http::Need::Kind::staff, std::move(permission)},
          .errors = std::move(errors),
          .body_bytes_max = body_bytes_max};
}

base::Result<std::int64_t> edition_in(const http::Request& request) {
  TRY(const std::string tag, http::version_edited(request));
  std::int64_t edition = 0;
  const auto read = std::from_chars(tag.data(), tag.data() + tag.size(), edition);
  if (read.ec == std::errc() && read.ptr == tag.data() + tag.size()) return edition;
  return std::int64_t{-1};  // no edition is called so: it is stale
}

base::Result<std::optional<Unsaved>> unsaved_in(const std::optional<std::string>& file,
                                                const std::optional<ModelText>& text) {
  if (!text) return std::optional<Unsaved>();
  if (!file || !kind_of(*file) || text->text.empty() || text->text.size() > file_bytes_max) {
    const base::Text message{"请写明文本所属的模型文件", "Say which model file the text belongs to."};
    return base::invalid_at("/file", "publishing.file_unknown", message);
  }
  return std::optional(Unsaved{*file, text->text});
}

/// A command on a draft: its answer is the draft; afterwards this process renews what it offers.
template <class Body, class Work>
void act(http::Router& router, storage::Store& store, const Publishing& publishing, http::Operation operation,
         Work work) {
  if constexpr (!std::is_same_v<Body, http::Nothing>) operation.body_schema = http::schema_text<Body>();
  operation.answer_schema = http::schema_text<DraftView>();
  operation.idempotency_key = true;
  const http::Once how{.status = operation.answer_status};
  router.add(std::move(operation), [&store, &publishing, work, how](const http::Request& request) -> http::Reply {
    Body body{};
    if constexpr (!std::is_same_v<Body, http::Nothing>) {
      auto parsed = http::read<Body>(request.body, request.language);
      if (!parsed) return http::problem(parsed.error(), request);
      body = std::move(parsed).value();
    }
    http::Reply reply =
        http::once(store, request, how, [&](storage::Transaction& transaction) -> base::Result<std::string> {
          TRY(const Draft draft, work(transaction, request, body));
          return http::write(view_of(transaction, publishing, request, draft), request.language);
        });
    publishing.renew(store, request.at);
    return reply;
  });
}

/// A question about a draft whose terms stand in the body: nothing is written.
template <class Body, class Answer, class Work>
void ask(http::Router& router, storage::Store& store, const Publishing& publishing, http::Operation operation,
         Work work) {
  operation.body_schema = http::schema_text<Body>();
  operation.answer_schema = http::schema_text<Answer>();
  router.add(std::move(operation), [&store, &publishing, work](const http::Request& request) -> http::Reply {
    const auto body = http::read<Body>(request.body, request.language);
    if (!body) return http::problem(body.error(), request);
    const auto answer = store.read_value([&](storage::Snapshot& snapshot) -> base::Result<Answer> {
      TRY(const base::Id id, request.id("draft"));
      TRY(const Draft draft, publishing.load(snapshot, id, moment_of(request)));
      TRY(const auto unsaved, unsaved_in(body.value().file, body.value().text));
      return work(snapshot, draft, unsaved, body.value());
    });
    if (!answer) return http::problem(answer.error(), request);
    return {.body = http::write(answer.value(), request.language)};
  });
}

void mount_reading(http::Router& router, storage::Store& store, const Publishing& publishing) {
  http::query<ModelList>(
      router, store,
      operation(
          "GET", "models", "list_models",
          {"各事项和共用规则的模型、修改稿和待审批", "Models by service, and shared rules, with drafts and proposals"},
          "model.read", {}),
      [&publishing](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<ModelList> {
        ModelList list;
        const Shown shown{snapshot, publishing, request};
        for (const catalogue::Models& models : catalogue::models_in_force(publishing.catalogue()))
          list.items.push_back({models.id, models.name, models.version, files_of(models),
                                summaries(shown, models.id, pending_states, true)});
        return list;
      });
  http::query<ServiceView>(
      router, store,
      operation("GET", "models/{service}", "find_service_models",
                {"一个事项的模型和全部版本", "A service's models and all its versions"}, "model.read",
                {"catalogue.service_unknown"}),
      [&publishing](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<ServiceView> {
        TRY(const catalogue::Models models,
            catalogue::find_models(publishing.catalogue(), request.parameters.find("service")->second));
        const Shown shown{snapshot, publishing, request};
        return ServiceView{.service = models.id,
                           .name = models.name,
                           .version = models.version,
                           .files = files_of(models),
                           .drafts = summaries(shown, models.id, pending_states, true),
                           .versions = summaries(shown, models.id, version_states, false),
                           .delivered_anew = publishing.delivered_anew(snapshot, models.id)};
      });
  http::Operation text =
      operation("GET", "models/{service}/text", "read_model",
                {"一个模型现行的文本,新的修改稿由此开始", "A model's text, what a new draft starts from"}, "model.read",
                {"catalogue.service_unknown", "publishing.file_unknown"});
  text.query = {"file"};
  http::query<TextView>(
      router, store, std::move(text),
      [&publishing](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<TextView> {
        TRY(const Files files, publishing.head(snapshot, request.parameters.find("service")->second));
        const std::string file(request.query_value("file"));
        const auto found = files.find(file);
        if (found == files.end() || !kind_of(file))
          return base::not_found("publishing.file_unknown", {"这个事项没有这个模型", "The service has no such model."});
        return TextView{file, std::string(name_of(*kind_of(file))), found->second};
      });
  http::Operation find =
      operation("GET", "model-drafts/{draft}", "find_model_draft", {"一份修改稿", "A draft with its texts"},
                "model.read", {"publishing.draft_unknown"});
  find.answer_schema = http::schema_text<DraftView>();
  router.add(std::move(find), [&store, &publishing](const http::Request& request) -> http::Reply {
    std::int64_t edition = 0;
    const auto view = store.read_value([&](storage::Snapshot& snapshot) -> base::Result<DraftView> {
      TRY(const base::Id id, request.id("draft"));
      TRY(const Draft draft, publishing.load(snapshot, id, moment_of(request)));
      edition = draft.edition;
      return view_of(snapshot, publishing, request, draft);
    });
    if (!view) return http::problem(view.error(), request);
    return http::tagged(request, http::write(view.value(), request.language), std::to_string(edition));
  });
}

void mount_questions(http::Router& router, storage::Store& store, const Publishing& publishing) {
  ask<UnsavedBody, CheckView>(
      router, store, publishing,
      operation("POST", "model-drafts/{draft}/check", "check_model_draft",
                {"检查修改稿,可以连同尚未保存的文本", "Check a draft, with a text not saved yet"}, "model.read",
                {"publishing.draft_unknown", "publishing.file_unknown"}),
      [&publishing](storage::Snapshot& snapshot, const Draft& draft, const std::optional<Unsaved>& unsaved,
                    const UnsavedBody&) -> base::Result<CheckView> {
        TRY(const auto findings, publishing.check(snapshot, draft, unsaved));
        CheckView view{.findings = {}, .may_be_proposed = true};
        for (const Finding& each : findings) {
          view.findings.push_back({each.file, each.element, each.fatal, each.code, each.message});
          if (each.fatal) view.may_be_proposed = false;
        }
        return view;
      });
  ask<UnsavedBody, ComparisonView>(
      router, store, publishing,
      operation("POST", "model-drafts/{draft}/comparison", "compare_model_draft",
                {"与所替换的文本逐项比较", "What is different to what it replaces"}, "model.read",
                {"publishing.draft_unknown", "publishing.file_unknown", "dmn.invalid", "bpmn.invalid",
                 "catalogue.form_invalid"}),
      [&publishing](storage::Snapshot& snapshot, const Draft& draft, const std::optional<Unsaved>& unsaved,
                    const UnsavedBody&) -> base::Result<ComparisonView> {
        TRY(const auto differences, publishing.compare(snapshot, draft, unsaved));
        ComparisonView view;
        for (const Difference& each : differences) {
          view.changes.push_back(
              {each.file, each.kind, each.element, each.type, each.name, each.row_before, each.row_after, {}});
          for (const auto& detail : each.details)
            view.changes.back().details.push_back({detail.what, detail.before, detail.after});
        }
        return view;
      });
  ask<PlayBody, PlayView>(
      router, store, publishing,
      operation("POST", "model-drafts/{draft}/play", "play_model_draft",
                {"在虚拟时钟上试走流程", "Play the draft's process on a virtual clock"}, "model.read",
                {"publishing.draft_unknown", "publishing.file_unknown", "publishing.nothing_to_play", "bpmn.invalid",
                 "bpmn.script_invalid", "json.invalid"}),
      [&publishing](storage::Snapshot& snapshot, const Draft& draft, const std::optional<Unsaved>& unsaved,
                    const PlayBody& body) -> base::Result<PlayView> {
        TRY(const auto lines, publishing.play(snapshot, draft, unsaved,
                                              {.script = body.script ? body.script->text : "",
                                               .auto_tasks = body.auto_tasks.value_or(true)}));
        PlayView view;
        for (const std::string& line : lines) {
          TRY(const feel::Value step, feel::parse_json(line));
          view.steps.push_back(step.as_context());
        }
        return view;
      });
}

void mount_writing(http::Router& router, storage::Store& store, const Publishing& publishing) {
  http::Operation begin =
      operation("POST", "models/{service}/drafts", "begin_model_draft", {"起草修改稿", "Begin a draft"}, "model.draft",
                {"catalogue.service_unknown", "publishing.file_unknown", "publishing.text_unfit"});
  begin.answer_status = 201;
  act<BeginBody>(router, store, publishing, std::move(begin),
                 [&publishing](storage::Transaction& transaction, const http::Request& request, const BeginBody& body) {
                   return publishing.begin(transaction,
                                           {.id = request.make_id(),
                                            .service = request.parameters.find("service")->second,
                                            .file = body.file,
                                            .text = body.text.text},
                                           moment_of(request));
                 });
  http::Operation edit = operation(
      "PUT", "model-drafts/{draft}/files", "edit_model_draft",
      {"保存一个模型的文本,或者把它移出修改稿", "Keep a model's text, or take it out of the draft"}, "model.draft",
      {"publishing.draft_unknown", "publishing.stale", "publishing.closed", "publishing.file_unknown",
       "publishing.text_unfit", "http.version_missing"});
  edit.if_match = true;
  act<EditBody>(router, store, publishing, std::move(edit),
                [&publishing](storage::Transaction& transaction, const http::Request& request,
                              const EditBody& body) -> base::Result<Draft> {
                  TRY(const base::Id id, request.id("draft"));
                  TRY(const std::int64_t edition, edition_in(request));
                  return publishing.edit(transaction,
                                         {.draft = id,
                                          .edition = edition,
                                          .file = body.file,
                                          .text = body.text ? std::optional(body.text->text) : std::nullopt,
                                          .takes_over = body.takes_over.value_or(false)},
                                         moment_of(request));
                });
  http::Operation drop =
      operation("POST", "model-drafts/{draft}/drop", "drop_model_draft", {"放弃修改稿", "Drop a draft"}, "model.draft",
                {"publishing.draft_unknown", "publishing.not_drafted"});
  act<http::Nothing>(router, store, publishing, std::move(drop),
                     [&publishing](storage::Transaction& transaction, const http::Request& request,
                                   const http::Nothing&) -> base::Result<Draft> {
                       TRY(const base::Id id, request.id("draft"));
                       return publishing.drop(transaction, id, moment_of(request));
                     });
}

void mount_deciding(http::Router& router, storage::Store& store, const Publishing& publishing) {
  http::Operation propose = operation(
      "POST", "model-drafts/{draft}/proposal", "propose_model_draft", {"送审", "Propose a draft"}, "model.draft",
      {"publishing.draft_unknown", "publishing.stale", "publishing.not_drafted", "publishing.empty",
       "publishing.reason_missing", "publishing.day_past", "publishing.day_far", "publishing.check_failed",
       "publishing.overtaken", "publishing.day_before_other", "http.version_missing"});
  propose.if_match = true;
  act<ProposalBody>(router, store, publishing, std::move(propose),
                    [&publishing](storage::Transaction& transaction, const http::Request& request,
                                  const ProposalBody& body) -> base::Result<Draft> {
                      TRY(const base::Id id, request.id("draft"));
                      TRY(const std::int64_t edition, edition_in(request));
                      const casework::Moment moment = moment_of(request);
                      return publishing.propose(
                          transaction, id, edition,
                          {.reason = body.reason, .applies_from = body.applies_from.value_or(moment.today())}, moment);
                    });
  act<http::Nothing>(router, store, publishing,
                     operation("POST", "model-drafts/{draft}/withdrawal", "withdraw_model_proposal",
                               {"撤回送审", "Take a proposal back"}, "model.draft",
                               {"publishing.draft_unknown", "publishing.not_proposed"}),
                     [&publishing](storage::Transaction& transaction, const http::Request& request,
                                   const http::Nothing&) -> base::Result<Draft> {
                       TRY(const base::Id id, request.id("draft"));
                       return publishing.take_back(transaction, id, moment_of(request));
                     });
  http::Operation decide =
      operation("POST", "model-drafts/{draft}/decision", "decide_model_proposal",
                {"批准或退回送审的修改稿,须由另一人办理", "Approve a proposal or send it back; by another person"},
                "model.approve",
                {"publishing.draft_unknown", "publishing.stale", "publishing.not_proposed", "publishing.same_person",
                 "publishing.reason_missing", "publishing.day_past", "publishing.check_failed", "publishing.overtaken",
                 "publishing.day_before_other", "http.version_missing"});
  decide.if_match = true;
  act<DecisionBody>(router, store, publishing, std::move(decide),
                    [&publishing](storage::Transaction& transaction, const http::Request& request,
                                  const DecisionBody& body) -> base::Result<Draft> {
                      TRY(const base::Id id, request.id("draft"));
                      TRY(const std::int64_t edition, edition_in(request));
                      return publishing.decide(transaction,
                                               {.draft = id,
                                                .edition = edition,
                                                .approves = body.outcome == Verdict::approve,
                                                .remark = body.reason.value_or("")},
                                               moment_of(request));
                    });
  act<ReasonBody>(router, store, publishing,
                  operation("POST", "model-drafts/{draft}/revocation", "revoke_model_version",
                            {"撤销尚未施行的版本", "Revoke a version before its day"}, "model.approve",
                            {"publishing.draft_unknown", "publishing.not_scheduled", "publishing.reason_missing",
                             "publishing.built_upon"}),
                  [&publishing](storage::Transaction& transaction, const http::Request& request,
                                const ReasonBody& body) -> base::Result<Draft> {
                    TRY(const base::Id id, request.id("draft"));
                    return publishing.revoke(transaction, id, body.reason, moment_of(request));
                  });
}

}  // namespace

void mount(http::Router& router, storage::Store& store, const Publishing& publishing) {
  mount_reading(router, store, publishing);
  mount_questions(router, store, publishing);
  mount_writing(router, store, publishing);
  mount_deciding(router, store, publishing);
}

}  // namespace publishing
