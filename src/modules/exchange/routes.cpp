/// Jobs and messages for other systems: JSON -> request -> use case -> JSON.
#include "http/api.h"
#include "modules/access/access.h"
#include "refusals.h"

namespace exchange {
namespace {

constexpr std::string_view tag = "exchange";

struct ActivationBody {
  std::string type;
  std::string worker;
  std::int64_t jobs = 1;
  std::int64_t lock_seconds = 60;
};
BOOST_DESCRIBE_STRUCT(ActivationBody, (), (type, worker, jobs, lock_seconds))

struct JobView {
  std::string id;
  std::string type;
  std::string case_number;
  std::string service;
  std::string element;
  std::map<std::string, std::string> headers;
  feel::Context variables;
  std::int64_t retries = 0;
  std::string worker;
  base::Id lock;
  base::Instant locked_until;
};
BOOST_DESCRIBE_STRUCT(JobView, (),
                      (id, type, case_number, service, element, headers, variables, retries, worker, lock,
                       locked_until))

struct JobList {
  std::vector<JobView> items;
};
BOOST_DESCRIBE_STRUCT(JobList, (), (items))

struct CompletionBody {
  base::Id lock;
  std::optional<feel::Context> variables;
};
BOOST_DESCRIBE_STRUCT(CompletionBody, (), (lock, variables))

struct FailureBody {
  base::Id lock;
  std::optional<std::int64_t> retries;
  std::optional<std::int64_t> back_off_seconds;
  std::string message;
};
BOOST_DESCRIBE_STRUCT(FailureBody, (), (lock, retries, back_off_seconds, message))

struct FailureAnswer {
  std::int64_t retries = 0;
  bool incident = false;
  std::optional<base::Instant> next_at;
};
BOOST_DESCRIBE_STRUCT(FailureAnswer, (), (retries, incident, next_at))

struct JobErrorBody {
  base::Id lock;
  std::string code;
  std::optional<feel::Context> variables;
};
BOOST_DESCRIBE_STRUCT(JobErrorBody, (), (lock, code, variables))

struct LockBody {
  base::Id lock;
  std::int64_t lock_seconds = 60;
};
BOOST_DESCRIBE_STRUCT(LockBody, (), (lock, lock_seconds))

struct LockAnswer {
  base::Instant locked_until;
};
BOOST_DESCRIBE_STRUCT(LockAnswer, (), (locked_until))

struct MessageBody {
  std::string name;
  std::optional<std::string> correlation;
  std::optional<std::string> id;
  std::optional<std::int64_t> keep_seconds;
  std::optional<feel::Context> variables;
};
BOOST_DESCRIBE_STRUCT(MessageBody, (), (name, correlation, id, keep_seconds, variables))

struct RefusedView {
  std::string case_number;
  std::string code;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(RefusedView, (), (case_number, code, reason))

struct MessageView {
  base::Id message;
  std::string name;
  std::string correlation;
  std::string id;
  std::string state;
  base::Instant sent_at;
  base::Instant expires_at;
  std::vector<std::string> case_numbers;
  std::vector<RefusedView> refusals;
};
BOOST_DESCRIBE_STRUCT(MessageView, (),
                      (message, name, correlation, id, state, sent_at, expires_at, case_numbers, refusals))

Moment moment_of(const http::Request& request) {
  return {.now = request.at, .actor = access_control::actor_of(request.caller)};
}

http::Need staff(std::string permission) {
  return {http::Need::Kind::staff, std::move(permission)};
}

/// A text that names no job is answered like a job that is gone.
JobId job_in(const http::Request& request) {
  return casework::parse_task_id(request.parameters.at("job")).value_or(JobId{});
}

JobView view_of(const Job& job) {
  return {.id = casework::to_text(job.id),
          .type = job.type,
          .case_number = job.case_number,
          .service = job.service,
          .element = job.element,
          .headers = job.headers,
          .variables = job.variables,
          .retries = job.retries,
          .worker = job.worker,
          .lock = job.lock,
          .locked_until = job.locked_until};
}

MessageView view_of(const Message& message, http::Language language) {
  MessageView view{.message = message.id,
                   .name = message.name,
                   .correlation = message.correlation,
                   .id = message.sender_id,
                   .state = message.state,
                   .sent_at = message.sent_at,
                   .expires_at = message.expires_at,
                   .case_numbers = message.case_numbers,
                   .refusals = {}};
  for (const Refused& one : message.refusals)
    view.refusals.push_back(
        {one.case_number, one.code, language == http::Language::zh ? one.reason.zh : one.reason.en});
  return view;
}

std::vector<std::string> job_errors(std::initializer_list<const char*> more) {
  std::vector<std::string> errors = {"exchange.job_unknown", "exchange.lock_lost", "casework.suspended"};
  errors.insert(errors.end(), more.begin(), more.end());
  return errors;
}

void mount_activation(http::Router& router, storage::Store& store, const Exchange& exchange) {
  http::command<ActivationBody, JobList>(
      router, store,
      {.method = "POST",
       .path = "/api/v1/jobs/activations",
       .id = "activate_jobs",
       .tag = std::string(tag),
       .summary = {"领取并锁定一种作业", "Take jobs of a type and lock them"},
       .need = staff("job.work"),
       .errors = {"exchange.not_granted", "exchange.job_type_missing", "exchange.worker_missing",
                  "exchange.jobs_number", "exchange.lock_seconds"}},
      [&exchange](storage::Transaction& transaction, const http::Request& request,
                  const ActivationBody& body) -> base::Result<JobList> {
        TRY(const auto jobs, exchange.activate(transaction,
                                               {.type = body.type,
                                                .worker = body.worker,
                                                .jobs = body.jobs,
                                                .lock_seconds = body.lock_seconds,
                                                .lock = request.make_id()},
                                               moment_of(request)));
        JobList list;
        for (const Job& job : jobs) list.items.push_back(view_of(job));
        return list;
      });
  http::command<LockBody, LockAnswer>(
      router, store,
      {.method = "POST",
       .path = "/api/v1/jobs/{job}/lock",
       .id = "extend_job_lock",
       .tag = std::string(tag),
       .summary = {"延长作业的锁定", "Extend the lock on a job"},
       .need = staff("job.work"),
       .errors = {"exchange.job_unknown", "exchange.lock_lost", "exchange.lock_seconds"}},
      [&exchange](storage::Transaction& transaction, const http::Request& request,
                  const LockBody& body) -> base::Result<LockAnswer> {
        TRY(const base::Instant until,
            exchange.extend(transaction, job_in(request), body.lock, body.lock_seconds, moment_of(request)));
        return LockAnswer{until};
      });
}

void mount_results(http::Router& router, storage::Store& store, const Exchange& exchange) {
  http::command<CompletionBody, http::Nothing>(
      router, store,
      {.method = "POST",
       .path = "/api/v1/jobs/{job}/completion",
       .id = "complete_job",
       .tag = std::string(tag),
       .summary = {"完成作业", "Complete a job"},
       .need = staff("job.work"),
       .errors = job_errors({"exchange.variables_too_large", "exchange.variable_reserved"})},
      [&exchange](storage::Transaction& transaction, const http::Request& request,
                  const CompletionBody& body) -> base::Result<http::Nothing> {
        TRY(std::ignore, exchange.complete(transaction, job_in(request), body.lock,
                                           body.variables.value_or(feel::Context{}), moment_of(request)));
        return http::Nothing{};
      });
  http::command<FailureBody, FailureAnswer>(
      router, store,
      {.method = "POST",
       .path = "/api/v1/jobs/{job}/failure",
       .id = "fail_job",
       .tag = std::string(tag),
       .summary = {"报告作业失败;次数用完后办件停在这一环节",
                   "Report that a job failed; without retries left it is an incident"},
       .need = staff("job.work"),
       .errors = job_errors({"exchange.retries_number", "exchange.back_off_seconds", "exchange.message_missing"})},
      [&exchange](storage::Transaction& transaction, const http::Request& request,
                  const FailureBody& body) -> base::Result<FailureAnswer> {
        TRY(const Failed failed, exchange.fail(transaction, job_in(request), body.lock,
                                               {.retries = body.retries,
                                                .back_off_seconds = body.back_off_seconds.value_or(0),
                                                .message = body.message},
                                               moment_of(request)));
        return FailureAnswer{failed.retries, failed.incident, failed.next_at};
      });
  http::command<JobErrorBody, http::Nothing>(
      router, store,
      {.method = "POST",
       .path = "/api/v1/jobs/{job}/error",
       .id = "throw_job_error",
       .tag = std::string(tag),
       .summary = {"报告业务错误,办件按流程中相应的路径继续",
                   "Report a business error: the case goes the way drawn for it"},
       .need = staff("job.work"),
       .errors = job_errors({"exchange.code_missing", "exchange.variables_too_large", "exchange.variable_reserved"})},
      [&exchange](storage::Transaction& transaction, const http::Request& request,
                  const JobErrorBody& body) -> base::Result<http::Nothing> {
        TRY(std::ignore, exchange.throw_error(transaction, job_in(request), body.lock, body.code,
                                              body.variables.value_or(feel::Context{}), moment_of(request)));
        return http::Nothing{};
      });
}

/// Kept in one transaction, delivered in others; the answer tells what has become of it, also when it is sent again.
void mount_messages(http::Router& router, storage::Store& store, const Exchange& exchange) {
  http::Operation send{
      .method = "POST",
      .path = "/api/v1/messages",
      .id = "send_message",
      .tag = std::string(tag),
      .summary = {"发送消息给等待它的办件,或者启动办件;没有办件等待时按要求保留",
                  "Send a message to the cases that await it, or to start one; kept for a while when none does"},
      .need = staff("message.send"),
      .body_schema = http::schema_text<MessageBody>(),
      .answer_schema = http::schema_text<MessageView>(),
      .errors = {"exchange.not_granted", "exchange.message_name_missing", "exchange.correlation_too_long",
                 "exchange.sender_id_too_long", "exchange.keep_seconds", "exchange.variables_too_large",
                 "exchange.variable_reserved", "exchange.answers_invalid"},
      .idempotency_key = true};
  router.add(std::move(send), [&store, &exchange](const http::Request& request) -> http::Reply {
    const auto body = http::read<MessageBody>(request.body, request.language);
    if (!body) return http::problem(body.error(), request);
    http::Reply reply =
        http::once(store, request, {}, [&](storage::Transaction& transaction) -> base::Result<std::string> {
          TRY(const Message message, exchange.keep(transaction,
                                                   {.id = request.make_id(),
                                                    .name = body.value().name,
                                                    .correlation = body.value().correlation.value_or(""),
                                                    .sender_id = body.value().id.value_or(""),
                                                    .keep_seconds = body.value().keep_seconds.value_or(0),
                                                    .variables = body.value().variables.value_or(feel::Context{})},
                                                   moment_of(request)));
          return http::write(view_of(message, request.language), request.language);
        });
    if (reply.status != 200) return reply;
    const auto kept = http::read<MessageView>(reply.body, request.language);
    CHECK(kept);
    exchange.deliver(store, kept.value().message, request.at);
    const auto message = store.read_value([&](storage::Snapshot& snapshot) {
      return load_message(snapshot, request.caller.person, kept.value().message);
    });
    if (message) reply.body = http::write(view_of(message.value(), request.language), request.language);
    return reply;
  });
  http::query<MessageView>(router, store,
                           {.path = "/api/v1/messages/{message}",
                            .id = "find_message",
                            .tag = std::string(tag),
                            .summary = {"自己发送的一条消息现在怎样", "What has become of a message of one's own"},
                            .need = staff("message.send"),
                            .errors = {"exchange.message_unknown"}},
                           [](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<MessageView> {
                             TRY(const base::Id id, request.id("message"));
                             TRY(const Message message, load_message(snapshot, request.caller.person, id));
                             return view_of(message, request.language);
                           });
}

}  // namespace

void mount(http::Router& router, storage::Store& store, const Exchange& exchange) {
  mount_activation(router, store, exchange);
  mount_results(router, store, exchange);
  mount_messages(router, store, exchange);
}

}  // namespace exchange
