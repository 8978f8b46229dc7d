/// Batches: JSON -> request -> use case -> JSON.
#include "http/api.h"
#include "modules/access/access.h"
#include "modules/batches/batches.h"

namespace batches {
namespace {

constexpr std::string_view tag = "batches";
constexpr int batches_per_page = 50;
constexpr int refused_per_page = 100;

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

struct ReasonBody {
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(ReasonBody, (), (reason))

struct BatchView {
  base::Id id;
  std::string kind;
  std::string service;
  feel::Context wanted;
  std::string reason;
  std::string ordered_by;
  std::string state;
  bool gathered = false;
  std::int64_t total = 0;
  std::int64_t done = 0;
  std::int64_t refused = 0;
  std::optional<base::Id> undoes;
  base::Instant created_at;
  base::Instant changed_at;
};
BOOST_DESCRIBE_STRUCT(BatchView, (),
                      (id, kind, service, wanted, reason, ordered_by, state, gathered, total, done, refused, undoes,
                       created_at, changed_at))

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

BatchView view_of(storage::Snapshot& snapshot, const Batch& batch) {
  return {.id = batch.id,
          .kind = std::string(to_text(batch.kind)),
          .service = batch.service,
          .wanted = batch.wanted,
          .reason = batch.reason,
          .ordered_by = access_control::name_of_person(snapshot, batch.person),
          .state = batch.state,
          .gathered = batch.gathered,
          .total = batch.total,
          .done = batch.done,
          .refused = batch.refused,
          .undoes = batch.undoes ? std::optional(batch.undoes) : std::nullopt,
          .created_at = batch.created_at,
          .changed_at = batch.changed_at};
}

void mount_reading(http::Router& router, storage::Store& store) {
  http::query<http::Page<BatchView>>(
      router, store,
      {.path = "/api/v1/batches",
       .id = "list_batches",
       .tag = std::string(tag),
       .summary = {"批量操作及进度,最近的在前", "Batches and how far they are, newest first"},
       .need = may_order(),
       .query = {"cursor"}},
      [](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<http::Page<BatchView>> {
        const base::Id before = base::parse_id(request.query_value("cursor")).value_or(base::Id{});
        http::Page<BatchView> page;
        for (const Batch& batch :
             list_batches(snapshot, access_control::scope_of(request.caller), before, batches_per_page + 1)) {
          if (page.items.size() == static_cast<std::size_t>(batches_per_page)) {
            page.next = base::to_text(page.items.back().id);
            page.has_more = true;
            break;
          }
          page.items.push_back(view_of(snapshot, batch));
        }
        page.total = static_cast<std::int64_t>(page.items.size());
        return page;
      });
  http::query<BatchView>(router, store,
                         {.path = "/api/v1/batches/{batch}",
                          .id = "find_batch",
                          .tag = std::string(tag),
                          .summary = {"一项批量操作的进度", "How far a batch is"},
                          .need = may_order(),
                          .errors = {"batches.unknown"}},
                         [](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<BatchView> {
                           TRY(const base::Id id, request.id("batch"));
                           TRY(const Batch batch, load_batch(snapshot, access_control::scope_of(request.caller), id));
                           return view_of(snapshot, batch);
                         });
  http::query<http::Page<RefusedView>>(
      router, store,
      {.path = "/api/v1/batches/{batch}/refusals",
       .id = "list_batch_refusals",
       .tag = std::string(tag),
       .summary = {"批量操作没有办成的办件及原因", "The cases that a batch has not done, and why"},
       .need = may_order(),
       .query = {"cursor"},
       .errors = {"batches.unknown"}},
      [](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<http::Page<RefusedView>> {
        TRY(const base::Id id, request.id("batch"));
        TRY(const Batch batch, load_batch(snapshot, access_control::scope_of(request.caller), id));
        const base::Id after = base::parse_id(request.query_value("cursor")).value_or(base::Id{});
        http::Page<RefusedView> page;
        page.total = batch.refused;
        for (const Refused& one : refused_of(snapshot, id, after, refused_per_page + 1)) {
          if (page.items.size() == static_cast<std::size_t>(refused_per_page)) {
            page.next = base::to_text(page.items.back().of_case);
            break;
          }
          page.items.push_back({one.of_case, one.case_number, one.code, one.message});
        }
        return page;
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
        TRY(const Batch batch, batches.start(transaction,
                                             {.id = request.make_id(),
                                              .kind = body.kind,
                                              .service = body.service,
                                              .from_version = body.from_version.value_or(""),
                                              .element = body.element.value_or(""),
                                              .code = body.code.value_or(""),
                                              .version = body.version.value_or(""),
                                              .renamed = body.renamed.value_or(feel::Context{}),
                                              .reason = body.reason},
                                             moment_of(request)));
        return view_of(transaction, batch);
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
                                            return view_of(transaction, batch);
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
                                            return view_of(transaction, batch);
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
        return view_of(transaction, batch);
      });
}

}  // namespace

void mount(http::Router& router, storage::Store& store, const Batches& batches) {
  mount_reading(router, store);
  mount_orders(router, store, batches);
}

}  // namespace batches
