// Every one of these answers and changes nothing; those that take a model or inputs are POST because of their size.
#include "http/api.h"
#include "kernel/base/refusals.h"
#include "modules/access/access.h"
#include "modules/decisions/decisions.h"

namespace decisions {

/// The text of a model: longer than other texts may be.
struct ModelText {
  std::string xml;
};

}  // namespace decisions

template <>
struct http::Codec<decisions::ModelText> {
  static void read(Reader& reader, const feel::Value& value, decisions::ModelText& to) {
    if (value.kind() == feel::Kind::string)
      to.xml = value.as_string();
    else
      reader.refuse_type({"应为 DMN 模型的文本", "must be the text of a DMN model"});
  }
  static std::string schema(Schemas&) { return R"({"type":"string"})"; }
};

namespace decisions {
namespace {

struct DecisionView {
  std::string model;
  base::Text model_name;
  std::string version;
  std::optional<base::Instant> valid_from;
  std::string decision;
  std::string name;
  std::vector<std::string> inputs;
};
BOOST_DESCRIBE_STRUCT(DecisionView, (), (model, model_name, version, valid_from, decision, name, inputs))

struct DecisionList {
  std::vector<DecisionView> items;
};
BOOST_DESCRIBE_STRUCT(DecisionList, (), (items))

struct ElementView {
  std::string kind;
  std::string id;
  std::string name;
  std::vector<std::string> needs;
};
BOOST_DESCRIBE_STRUCT(ElementView, (), (kind, id, name, needs))

struct VersionView {
  std::string version;
  base::Instant deployed_at;
};
BOOST_DESCRIBE_STRUCT(VersionView, (), (version, deployed_at))

struct FindingView {
  std::string kind;
  std::string decision;
  std::vector<int> rows;
  base::Text message;
};
BOOST_DESCRIBE_STRUCT(FindingView, (), (kind, decision, rows, message))

struct ModelView {
  std::string model;
  base::Text name;
  std::string version;
  std::optional<base::Instant> valid_from;
  std::string text;
  std::vector<ElementView> elements;
  std::vector<VersionView> versions;
  std::vector<FindingView> findings;
};
BOOST_DESCRIBE_STRUCT(ModelView, (), (model, name, version, valid_from, text, elements, versions, findings))

struct ReasonView {
  std::string input;
  std::string test;
  feel::Value value;
};
BOOST_DESCRIBE_STRUCT(ReasonView, (), (input, test, value))

struct MatchView {
  std::string decision;
  int row = 0;
  std::string rule;
  std::vector<ReasonView> inputs;
  std::vector<std::string> basis;
};
BOOST_DESCRIBE_STRUCT(MatchView, (), (decision, row, rule, inputs, basis))

struct DiagnosticView {
  std::string element;
  std::string code;
  base::Text message;
};
BOOST_DESCRIBE_STRUCT(DiagnosticView, (), (element, code, message))

struct OutcomeView {
  feel::Value value;
  std::vector<MatchView> matches;
  std::vector<DiagnosticView> diagnostics;
  bool limit_passed = false;
};
BOOST_DESCRIBE_STRUCT(OutcomeView, (), (value, matches, diagnostics, limit_passed))

struct EvaluationBody {
  std::string decision;
  feel::Context inputs;
  std::optional<std::string> version;
  std::optional<ModelText> text;
};
BOOST_DESCRIBE_STRUCT(EvaluationBody, (), (decision, inputs, version, text))

struct BatchBody {
  std::string decision;
  std::vector<feel::Context> inputs;
  std::optional<std::string> version;
  std::optional<ModelText> text;
};
BOOST_DESCRIBE_STRUCT(BatchBody, (), (decision, inputs, version, text))

struct BatchView {
  std::vector<OutcomeView> items;
};
BOOST_DESCRIBE_STRUCT(BatchView, (), (items))

struct ComparisonBody {
  std::optional<std::string> from;
  std::optional<std::string> to;
  std::optional<ModelText> text;
};
BOOST_DESCRIBE_STRUCT(ComparisonBody, (), (from, to, text))

struct RowView {
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  std::vector<std::string> basis;
};
BOOST_DESCRIBE_STRUCT(RowView, (), (inputs, outputs, basis))

struct ChangeView {
  std::string kind;
  std::string element;
  std::string name;
  std::optional<int> row_before;
  std::optional<int> row_after;
  std::optional<RowView> before;
  std::optional<RowView> after;
};
BOOST_DESCRIBE_STRUCT(ChangeView, (), (kind, element, name, row_before, row_after, before, after))

struct ComparisonView {
  std::vector<ChangeView> changes;
  std::vector<FindingView> findings;  // of the later one
};
BOOST_DESCRIBE_STRUCT(ComparisonView, (), (changes, findings))

struct ReplayBody {
  std::string decision;
  ModelText text;
  std::optional<calendar::Date> from;
  std::optional<calendar::Date> to;
  std::optional<int> limit;
  std::optional<base::Id> after;
};
BOOST_DESCRIBE_STRUCT(ReplayBody, (), (decision, text, from, to, limit, after))

struct DifferenceView {
  base::Id of_case;
  std::string case_number;
  std::string case_title;
  std::string case_state;
  std::string element;
  base::Instant decided_at;
  feel::Value before;
  std::vector<std::string> basis_before;  // as recorded
  feel::Value explanation_before;         // as recorded: the rows that matched, what decided them, their basis
  OutcomeView reasons_before;             // the case's own version, asked again
  OutcomeView after;
  bool record_differs = false;
};
BOOST_DESCRIBE_STRUCT(DifferenceView, (),
                      (of_case, case_number, case_title, case_state, element, decided_at, before, basis_before,
                       explanation_before, reasons_before, after, record_differs))

struct UnreadView {
  base::Id of_case;
  std::string case_number;
  std::string code;
  base::Text message;
};
BOOST_DESCRIBE_STRUCT(UnreadView, (), (of_case, case_number, code, message))

struct ReplayView {
  std::int64_t cases = 0;
  std::int64_t decisions = 0;
  std::vector<DifferenceView> differences;
  std::vector<UnreadView> unread;
  std::optional<base::Id> next;
};
BOOST_DESCRIBE_STRUCT(ReplayView, (), (cases, decisions, differences, unread, next))

OutcomeView view_of(const dmn::Outcome& outcome) {
  OutcomeView view{.value = outcome.value, .matches = {}, .diagnostics = {}, .limit_passed = outcome.limit_passed};
  for (const dmn::Match& match : outcome.matches) {
    MatchView shown{.decision = match.row->decision,
                    .row = match.row->number,
                    .rule = match.row->rule_id,
                    .inputs = {},
                    .basis = match.row->annotations};
    for (std::size_t cell = 0; cell < match.row->cells.size(); ++cell)
      shown.inputs.push_back({match.row->cells[cell].input, match.row->cells[cell].test, match.values[cell]});
    view.matches.push_back(std::move(shown));
  }
  for (const dmn::Diagnostic& each : outcome.diagnostics)
    view.diagnostics.push_back({each.element, each.what.code, each.what.message});
  return view;
}

const char* name_of(dmn::Finding::Kind kind) {
  switch (kind) {
    case dmn::Finding::Kind::gap:
      return "gap";
    case dmn::Finding::Kind::overlap:
      return "overlap";
    case dmn::Finding::Kind::never_matches:
      return "never_matches";
    case dmn::Finding::Kind::not_judged:
      return "not_judged";
  }
  return "";
}

std::vector<FindingView> findings_of(const dmn::Model& model) {
  std::vector<FindingView> views;
  for (const dmn::Finding& finding : dmn::analyse(model))
    views.push_back({name_of(finding.kind), finding.decision, finding.rows, finding.message});
  return views;
}

ChangeView view_of(const dmn::Change& change) {
  const auto row = [](const dmn::Written::Row& is) { return RowView{is.inputs, is.outputs, is.annotations}; };
  ChangeView view{.kind = std::string(dmn::to_text(change.kind)), .element = change.element, .name = change.name};
  if (change.row_before > 0) {
    view.row_before = change.row_before;
    view.before = row(change.before);
  }
  if (change.row_after > 0) {
    view.row_after = change.row_after;
    view.after = row(change.after);
  }
  return view;
}

std::vector<DecisionView> decisions_in(const Model& model) {
  std::vector<DecisionView> views;
  for (const dmn::Invocable& each : dmn::invocables(*model.compiled))
    if (each.kind == dmn::Invocable::Kind::decision)
      views.push_back({.model = model.id,
                       .model_name = model.name,
                       .version = model.version,
                       .valid_from = model.valid_from,
                       .decision = each.id,
                       .name = each.name,
                       .inputs = dmn::inputs_of(*model.compiled, each.id.empty() ? each.name : each.id)});
  return views;
}

base::Result<ModelView> view_of(storage::Snapshot& snapshot, const Model& model) {
  ModelView view{.model = model.id,
                 .name = model.name,
                 .version = model.version,
                 .valid_from = model.valid_from,
                 .text = model.text,
                 .elements = {},
                 .versions = {},
                 .findings = findings_of(*model.compiled)};
  TRY(const auto written, dmn::outline({.name = model.id, .xml = model.text}));
  for (const dmn::Written& element : written)
    view.elements.push_back({element.kind, element.id, element.name, element.needs});
  for (const casework::DeployedVersion& version : casework::versions_of(snapshot, model.id))
    view.versions.push_back({version.version, version.deployed_at});
  return view;
}

/// The model that a request means: a text of its own, a version, or the one in force.
base::Result<Model> meant(storage::Snapshot& snapshot, const catalogue::Catalogue& catalogue,
                          const http::Request& request, const std::optional<std::string>& version,
                          const std::optional<ModelText>& text) {
  if (version && text)
    return base::invalid_at("/version", "decisions.model_twice",
                            {"版本和模型文本只能给出一个", "Give a version or the text of a model, not both."});
  const std::string& id = request.parameters.find("model")->second;
  TRY(Model model, find_model(snapshot, catalogue, id, version.value_or("")));
  if (!text) return model;
  return read_draft(model, text->xml);
}

base::Result<ComparisonView> compared(storage::Snapshot& snapshot, const catalogue::Catalogue& catalogue,
                                      const http::Request& request, const ComparisonBody& body) {
  if (!body.from && !body.to && !body.text)
    return base::invalid_at(
        "/text", "decisions.nothing_to_compare",
        {"请给出要比较的版本或修改后的模型文本", "Give a version to compare with, or the changed text."});
  TRY(const Model before, meant(snapshot, catalogue, request, body.from, std::nullopt));
  TRY(const Model after, meant(snapshot, catalogue, request, body.to, body.text));
  TRY(const auto old, dmn::outline({.name = "/from", .xml = before.text}));
  TRY(const auto later, dmn::outline({.name = "/text", .xml = after.text}));
  ComparisonView view{.changes = {}, .findings = findings_of(*after.compiled)};
  for (const dmn::Change& change : dmn::compare(old, later)) view.changes.push_back(view_of(change));
  return view;
}

DifferenceView view_of(const Difference& difference) {
  return {.of_case = difference.of_case.id,
          .case_number = difference.of_case.number,
          .case_title = difference.of_case.title,
          .case_state = difference.of_case.state,
          .element = difference.taken.element,
          .decided_at = difference.taken.at,
          .before = difference.before,
          .basis_before = difference.taken.basis,
          .explanation_before = feel::Value(difference.taken.explanation),
          .reasons_before = view_of(difference.now),
          .after = view_of(difference.changed),
          .record_differs = difference.is_record_other};
}

base::Result<ReplayView> replayed(storage::Snapshot& snapshot, const casework::Engine& engine,
                                  const http::Request& request, const ReplayBody& body) {
  const int limit = body.limit.value_or(replay_cases_usual);
  if (limit < 1 || limit > replay_cases_max)
    return base::invalid_at("/limit", "decisions.limit_invalid",
                            {"一次可检验1至500件", "One request looks at 1 to 500 cases."});
  if (body.from && body.to && *body.to < *body.from)
    return base::invalid_at("/to", "decisions.period_invalid",
                            {"截止日期早于起始日期", "The last day lies before the first."});
  TRY(const Model changed, meant(snapshot, engine.catalogue(), request, std::nullopt, body.text));
  TRY(const Replay found, replay(snapshot, engine, access_control::scope_of(request.caller), changed,
                                 {.decision = body.decision,
                                  .from = body.from,
                                  .to = body.to,
                                  .after = body.after.value_or(base::Id{}),
                                  .limit = limit}));
  ReplayView view{.cases = found.cases_count,
                  .decisions = found.decisions_count,
                  .differences = {},
                  .unread = {},
                  .next = found.next};
  for (const Difference& each : found.differences) view.differences.push_back(view_of(each));
  for (const Unread& each : found.unread)
    view.unread.push_back({each.of_case.id, each.of_case.number, each.why.code, each.why.message});
  return view;
}

feel::World world_of(const catalogue::Catalogue& catalogue, const http::Request& request, const feel::Limits& limits) {
  feel::World world = catalogue.world_at(request.at);
  world.limits = limits;
  return world;
}

http::Operation operation(std::string path, std::string id, base::Text summary, std::string permission,
                          std::vector<std::string> errors) {
  return {.method = "GET",
          .path = "/api/v1/decisions" + std::move(path),
          .id = std::move(id),
          .tag = "decisions",
          .summary = std::move(summary),
          .need = {http::Need::Kind::staff, std::move(permission)},
          .errors = std::move(errors)};
}

/// A question whose terms stand in the body: answered from a snapshot, nothing is written.
template <class Body, class Answer, class Work>
void ask(http::Router& router, storage::Store& store, http::Operation operation, Work work) {
  operation.method = "POST";
  operation.body_schema = http::schema_text<Body>();
  operation.answer_schema = http::schema_text<Answer>();
  router.add(std::move(operation), [&store, work](const http::Request& request) -> http::Reply {
    const auto body = http::read<Body>(request.body, request.language);
    if (!body) return http::problem(body.error(), request);
    const auto answer = store.read_value(
        [&](storage::Snapshot& snapshot) -> base::Result<Answer> { return work(snapshot, request, body.value()); });
    if (!answer) return http::problem(answer.error(), request);
    return {.body = http::write(answer.value(), request.language)};
  });
}

void mount_reading(http::Router& router, storage::Store& store, const catalogue::Catalogue& catalogue) {
  http::query<DecisionList>(
      router, store,
      operation("", "list_decisions", {"目录中的全部决策", "The decisions of the catalogue"}, "decision.read", {}),
      [&catalogue](storage::Snapshot& snapshot, const http::Request&) -> base::Result<DecisionList> {
        DecisionList list;
        for (const Model& model : models(snapshot, catalogue))
          for (DecisionView& view : decisions_in(model)) list.items.push_back(std::move(view));
        return list;
      });
  http::Operation find = operation(
      "/{model}", "find_decision_model",
      {"一个决策模型:文本、依赖关系、版本、检查结果", "A decision model: text, requirements, versions, findings"},
      "decision.read", {"decisions.model_unknown", "decisions.version_unknown"});
  find.query = {"version"};
  http::query<ModelView>(
      router, store, std::move(find),
      [&catalogue](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<ModelView> {
        TRY(const Model model,
            find_model(snapshot, catalogue, request.parameters.find("model")->second, request.query_value("version")));
        return view_of(snapshot, model);
      });
}

void mount_evaluation(http::Router& router, storage::Store& store, const catalogue::Catalogue& catalogue) {
  ask<EvaluationBody, OutcomeView>(
      router, store,
      operation("/{model}/evaluation", "evaluate_decision",
                {"作出一次决策并说明理由,不记入办件", "One decision with its reasons; no case is touched"},
                "decision.read",
                {"decisions.model_unknown", "decisions.version_unknown", "decisions.model_twice",
                 "decisions.limit_passed", "dmn.invalid", "dmn.not_found"}),
      [&catalogue](storage::Snapshot& snapshot, const http::Request& request,
                   const EvaluationBody& body) -> base::Result<OutcomeView> {
        TRY(const Model model, meant(snapshot, catalogue, request, body.version, body.text));
        TRY(const dmn::Outcome outcome,
            dmn::evaluate(*model.compiled, body.decision, body.inputs, world_of(catalogue, request, limits_alone)));
        if (outcome.limit_passed)
          return base::Error{
              .kind = base::Refusal::rule_not_met,
              .code = "decisions.limit_passed",
              .message = {"计算量超过限制,请简化模型", "The model takes too much to evaluate; simplify it."}};
        return view_of(outcome);
      });
  ask<BatchBody, BatchView>(
      router, store,
      operation("/{model}/evaluations", "evaluate_decisions",
                {"对多组输入逐一作出决策,最多1000组", "The same decision for up to 1000 inputs"}, "decision.read",
                {"decisions.model_unknown", "decisions.version_unknown", "decisions.model_twice", "decisions.too_many",
                 "dmn.invalid", "dmn.not_found"}),
      [&catalogue](storage::Snapshot& snapshot, const http::Request& request,
                   const BatchBody& body) -> base::Result<BatchView> {
        if (body.inputs.size() > batch_inputs_max)
          return base::invalid_at("/inputs", "decisions.too_many",
                                  {"一次最多1000组输入", "One request takes up to 1000 inputs."});
        TRY(const Model model, meant(snapshot, catalogue, request, body.version, body.text));
        const feel::World world = world_of(catalogue, request, limits_of_many);
        BatchView view;
        for (const feel::Context& inputs : body.inputs) {
          TRY(const dmn::Outcome outcome, dmn::evaluate(*model.compiled, body.decision, inputs, world));
          view.items.push_back(view_of(outcome));
        }
        return view;
      });
}

}  // namespace

void mount(http::Router& router, storage::Store& store, const casework::Engine& engine) {
  const catalogue::Catalogue& catalogue = engine.catalogue();
  mount_reading(router, store, catalogue);
  mount_evaluation(router, store, catalogue);
  ask<ComparisonBody, ComparisonView>(
      router, store,
      operation("/{model}/comparison", "compare_decisions",
                {"逐行比较两个版本,或现行版本与修改稿", "Two versions, or the one in force and a draft, row by row"},
                "decision.read",
                {"decisions.model_unknown", "decisions.version_unknown", "decisions.model_twice",
                 "decisions.nothing_to_compare", "dmn.invalid"}),
      [&catalogue](storage::Snapshot& snapshot, const http::Request& request, const ComparisonBody& body) {
        return compared(snapshot, catalogue, request, body);
      });
  ask<ReplayBody, ReplayView>(router, store,
                              operation("/{model}/replay", "replay_decision",
                                        {"用修改稿重算已办件,列出结果会不同的办件",
                                         "A draft over past cases: those that would be decided otherwise"},
                                        "decision.replay",
                                        {"decisions.model_unknown", "decisions.no_cases", "decisions.limit_invalid",
                                         "decisions.period_invalid", "dmn.invalid", "dmn.not_found"}),
                              [&engine](storage::Snapshot& snapshot, const http::Request& request,
                                        const ReplayBody& body) { return replayed(snapshot, engine, request, body); });
}

}  // namespace decisions
