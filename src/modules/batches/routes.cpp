/// Batches: JSON -> request -> use case -> JSON.
#include "http/export.h"
#include "kernel/feel/lookup.h"
#include "modules/access/access.h"
#include "modules/batches/batches.h"

namespace batches {
namespace {

constexpr std::string_view tag = "batches";

struct BatchBody {
  std::string kind;
  std::string service;
  std::optional<std::string> from_version;
  std::optional<std::string> element;
  std::optional<std::string> code;
  std::optional<std::string> version;
  std::optional<feel::Context> renamed;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(BatchBody, (), (kind, service, from_version, element, code, version, renamed, reason))

/// As BatchBody, before there is a reason.
struct BatchPreviewBody {
  std::string kind;
  std::string service;
  std::optional<std::string> from_version;
  std::optional<std::string> element;
  std::optional<std::string> code;
  std::optional<std::string> version;
  std::optional<feel::Context> renamed;
};
BOOST_DESCRIBE_STRUCT(BatchPreviewBody, (), (kind, service, from_version, element, code, version, renamed))

template <class Body>
NewBatch wanted_by(const Body& body) {
  return {.id = {},
          .kind = body.kind,
          .service = body.service,
          .from_version = body.from_version.value_or(""),
          .element = body.element.value_or(""),
          .code = body.code.value_or(""),
          .version = body.version.value_or(""),
          .renamed = body.renamed.value_or(feel::Context{}),
          .reason = {}};
}

struct ReasonBody {
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(ReasonBody, (), (reason))

struct BatchView {
  base::Id id;
  std::string kind;
  std::string service;
  base::Text service_name;
  feel::Context wanted;
  std::optional<base::Text> element_name;  // of the step in `wanted`
  std::string reason;
  std::string ordered_by;
  std::string state;
  bool gathered = false;
  std::int64_t total = 0;
  std::int64_t done = 0;
  std::int64_t refused = 0;
  std::optional<base::Id> undoes;
  std::optional<base::Id> undone_by;
  base::Instant created_at;
  base::Instant changed_at;
};
BOOST_DESCRIBE_STRUCT(BatchView, (),
                      (id, kind, service, service_name, wanted, element_name, reason, ordered_by, state, gathered,
                       total, done, refused, undoes, undone_by, created_at, changed_at))

struct RefusedView {
  base::Id of_case;
  std::string case_number;
  std::string code;
  base::Text message;
};
BOOST_DESCRIBE_STRUCT(RefusedView, (), (of_case, case_number, code, message))

Moment moment_of(const http::Request& request) {
  return {.now = request.at, .actor = access_control::actor_of(request.caller)};
}

http::Need may_order() {
  return {http::Need::Kind::staff, "case.batch"};
}

BatchView view_of(const Batches& batches, storage::Snapshot& snapshot, const Batch& batch) {
  const auto optional = [](base::Id id) { return id ? std::optional(id) : std::nullopt; };
  BatchView view{.id = batch.id,
                 .kind = std::string(to_text(batch.kind)),
                 .service = batch.service,
                 .service_name = {batch.service, batch.service},
                 .wanted = batch.wanted,
                 .element_name = {},
                 .reason = batch.reason,
                 .ordered_by = access_control::name_of_person(snapshot, batch.person),
                 .state = batch.state,
                 .gathered = batch.gathered,
                 .total = batch.total,
                 .done = batch.done,
                 .refused = batch.refused,
                 .undoes = optional(batch.undoes),
                 .undone_by = optional(undone_by(snapshot, batch.id)),
                 .created_at = batch.created_at,
                 .changed_at = batch.changed_at};
  const auto service = batches.catalogue().services->find(batch.service);
  if (service) view.service_name = service->name;
  if (const std::string element = feel::text_in(batch.wanted, "element"); !element.empty()) {
    view.element_name = base::Text{element, element};
    const auto index = service ? bpmn::find_element(*service->process, element) : bpmn::no_element;
    if (index != bpmn::no_element) view.element_name = casework::name_of(bpmn::elements(*service->process)[index]);
  }
  return view;
}

void mount_reading(http::Router& router, storage::Store& store, const Batches& batches) {
  http::list<BatchView>(
      router, store,
      {.path = "/api/v1/batches",
       .id = "list_batches",
       .tag = std::string(tag),
       .summary = {"批量操作及进度,最近的在前", "Batches and how far they are, newest first"},
       .need = may_order(),
       .query = {"state"}},
      [&batches](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<http::Page<BatchView>> {
        const access_control::Scope scope = access_control::scope_of(request.caller);
        const int limit = http::limit_of(request);
        const BatchFilter filter{.state = std::string(request.query_value("state")),
                                 .before = base::parse_id(request.query_value("cursor")).value_or(base::Id{}),
                                 .limit = limit + 1};
        http::Page<BatchView> page;
        for (const Batch& batch : list_batches(snapshot, scope, filter)) {
          if (page.items.size() == static_cast<std::size_t>(limit)) {
            page.next = base::to_text(page.items.back().id);
            break;
          }
          page.items.push_back(view_of(batches, snapshot, batch));
        }
        page.total = count_batches(snapshot, scope, filter.state);
        return page;
      });
  http::query<BatchView>(
      router, store,
      {.path = "/api/v1/batches/{batch}",
       .id = "find_batch",
       .tag = std::string(tag),
       .summary = {"一项批量操作的进度", "How far a batch is"},
       .need = may_order(),
       .errors = {"batches.unknown"}},
      [&batches](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<BatchView> {
        TRY(const base::Id id, request.id("batch"));
        TRY(const Batch batch, load_batch(snapshot, access_control::scope_of(request.caller), id));
        return view_of(batches, snapshot, batch);
      });
  http::list<RefusedView>(
      router, store,
      {.path = "/api/v1/batches/{batch}/refusals",
       .id = "list_batch_refusals",
       .tag = std::string(tag),
       .summary = {"批量操作没有办成的办件及原因", "The cases that a batch has not done, and why"},
       .need = may_order(),
       .errors = {"batches.unknown"}},
      [](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<http::Page<RefusedView>> {
        TRY(const base::Id id, request.id("batch"));
        TRY(const Batch batch, load_batch(snapshot, access_control::scope_of(request.caller), id));
        const base::Id after = base::parse_id(request.query_value("cursor")).value_or(base::Id{});
        const int limit = http::limit_of(request);
        http::Page<RefusedView> page;
        page.total = batch.refused;
        for (const Refused& one : refused_of(snapshot, id, after, limit + 1)) {
          if (page.items.size() == static_cast<std::size_t>(limit)) {
            page.next = base::to_text(page.items.back().of_case);
            break;
          }
          page.items.push_back({one.of_case, one.case_number, one.code, one.message});
        }
        return page;
      });
}

struct ReasonCount {
  std::string element;
  base::Text element_name;
  std::string code;
  base::Text message;
  std::int64_t count = 0;
  std::vector<RefusedView> examples;
};
BOOST_DESCRIBE_STRUCT(ReasonCount, (), (element, element_name, code, message, count, examples))

struct StepCount {
  std::string element;
  base::Text name;
  std::string to_element;
  base::Text to_name;
  std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(StepCount, (), (element, name, to_element, to_name, count))

struct Counterpart {
  std::string value;
  base::Text label;
};
BOOST_DESCRIBE_STRUCT(Counterpart, (), (value, label))

struct BatchPreviewView {
  std::int64_t total = 0;
  std::int64_t examined = 0;
  std::int64_t possible = 0;
  std::vector<ReasonCount> reasons;
  std::vector<StepCount> steps;
  std::vector<Counterpart> counterparts;
};
BOOST_DESCRIBE_STRUCT(BatchPreviewView, (), (total, examined, possible, reasons, steps, counterparts))

BatchPreviewView view_of(const Preview& preview) {
  BatchPreviewView view{.total = preview.total,
                        .examined = preview.examined,
                        .possible = preview.possible,
                        .reasons = {},
                        .steps = {},
                        .counterparts = {}};
  for (const Preview::Reason& reason : preview.reasons) {
    ReasonCount counted{.element = reason.element,
                        .element_name = reason.element_name,
                        .code = reason.code,
                        .message = reason.message,
                        .count = reason.count,
                        .examples = {}};
    for (const Refused& one : reason.examples)
      counted.examples.push_back({one.of_case, one.case_number, one.code, one.message});
    view.reasons.push_back(std::move(counted));
  }
  for (const Preview::Step& one : preview.steps)
    view.steps.push_back({one.step.element, one.step.name, one.step.to_element, one.step.to_name, one.count});
  for (const auto& one : preview.counterparts) view.counterparts.push_back({one.value, one.label});
  return view;
}

void mount_preview(http::Router& router, storage::Store& store, const Batches& batches) {
  http::Operation operation{
      .method = "POST",
      .path = "/api/v1/batch-previews",
      .id = "preview_batch",
      .tag = std::string(tag),
      .summary = {"预览批量操作:涉及多少办件,哪些不能办及原因;不作任何改变",
                  "What a batch would do: how many cases, which not and why; nothing is changed"},
      .need = may_order(),
      .body_schema = http::schema_text<BatchPreviewBody>(),
      .answer_schema = http::schema_text<BatchPreviewView>(),
      .errors = {"batches.kind_unknown", "batches.not_yours", "batches.version_unknown", "catalogue.service_unknown"}};
  router.add(std::move(operation), [&store, &batches](const http::Request& request) -> http::Reply {
    const auto body = http::read<BatchPreviewBody>(request.body, request.language);
    if (!body) return http::problem(body.error(), request);
    const auto seen = batches.preview(store, wanted_by(body.value()), moment_of(request));
    if (!seen) return http::problem(seen.error(), request);
    return {.body = http::write(view_of(seen.value()), request.language)};
  });
}

void mount_orders(http::Router& router, storage::Store& store, const Batches& batches) {
  http::command<BatchBody, BatchView>(
      router, store,
      {.method = "POST",
       .path = "/api/v1/batches",
       .id = "start_batch",
       .tag = std::string(tag),
       .summary = {"对一项服务的许多办件作同一操作:重试或者转到其他版本",
                   "One operation on many cases of a service: retry, or move to another version"},
       .need = may_order(),
       .answer_status = 201,
       .errors = {"batches.kind_unknown", "batches.reason_missing", "batches.not_yours", "batches.version_unknown",
                  "catalogue.service_unknown"}},
      [&batches](storage::Transaction& transaction, const http::Request& request,
                 const BatchBody& body) -> base::Result<BatchView> {
        NewBatch wanted = wanted_by(body);
        wanted.id = request.make_id();
        wanted.reason = body.reason;
        TRY(const Batch batch, batches.start(transaction, wanted, moment_of(request)));
        return view_of(batches, transaction, batch);
      });
  http::command<http::Nothing, BatchView>(router, store,
                                          {.method = "POST",
                                           .path = "/api/v1/batches/{batch}/stop",
                                           .id = "stop_batch",
                                           .tag = std::string(tag),
                                           .summary = {"停止批量操作;已经办的不变", "Stop a batch; what is done stays"},
                                           .need = may_order(),
                                           .errors = {"batches.unknown", "batches.not_running", "batches.not_yours"}},
                                          [&batches](storage::Transaction& transaction, const http::Request& request,
                                                     const http::Nothing&) -> base::Result<BatchView> {
                                            TRY(const base::Id id, request.id("batch"));
                                            TRY(const Batch batch, batches.stop(transaction, id, moment_of(request)));
                                            return view_of(batches, transaction, batch);
                                          });
  http::command<http::Nothing, BatchView>(router, store,
                                          {.method = "POST",
                                           .path = "/api/v1/batches/{batch}/resume",
                                           .id = "resume_batch",
                                           .tag = std::string(tag),
                                           .summary = {"继续停止的批量操作", "Go on with a stopped batch"},
                                           .need = may_order(),
                                           .errors = {"batches.unknown", "batches.not_stopped", "batches.not_yours"}},
                                          [&batches](storage::Transaction& transaction, const http::Request& request,
                                                     const http::Nothing&) -> base::Result<BatchView> {
                                            TRY(const base::Id id, request.id("batch"));
                                            TRY(const Batch batch, batches.resume(transaction, id, moment_of(request)));
                                            return view_of(batches, transaction, batch);
                                          });
  http::command<ReasonBody, BatchView>(
      router, store,
      {.method = "POST",
       .path = "/api/v1/batches/{batch}/undo",
       .id = "undo_batch",
       .tag = std::string(tag),
       .summary = {"撤回批量操作:把转过去的办件转回原来的版本",
                   "Take a batch back: move its cases back to where they were"},
       .need = may_order(),
       .answer_status = 201,
       .errors = {"batches.unknown", "batches.no_undo", "batches.still_running", "batches.undone",
                  "batches.reason_missing", "batches.not_yours"}},
      [&batches](storage::Transaction& transaction, const http::Request& request,
                 const ReasonBody& body) -> base::Result<BatchView> {
        TRY(const base::Id id, request.id("batch"));
        TRY(const Batch batch, batches.undo(transaction, id, request.make_id(), body.reason, moment_of(request)));
        return view_of(batches, transaction, batch);
      });
}

}  // namespace

void mount(http::Router& router, storage::Store& store, const Batches& batches) {
  mount_reading(router, store, batches);
  mount_preview(router, store, batches);
  mount_orders(router, store, batches);
}

}  // namespace batches
