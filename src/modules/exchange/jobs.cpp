/// Jobs that other systems do: given out under a lock, completed, failed, extended.
#include <algorithm>

#include "kernel/base/refusals.h"
#include "kernel/base/unicode.h"
#include "modules/access/access.h"
#include "refusals.h"
#include "store.h"

namespace exchange {

base::Result<std::string> name_in(std::string_view path, const std::string& text, const Naming& naming) {
  std::string tidy(base::tidy(text));
  if ((tidy.empty() && !naming.may_be_empty) || base::length(tidy) > name_length_max)
    return base::invalid_at(
        std::string(path), std::string(naming.code),
        {std::string(naming.zh) + "(200字以内)", std::string(naming.en) + " (at most 200 characters)."});
  return tidy;
}

base::Result<void> check_number(std::string_view path, std::string_view code, std::int64_t number, Range range) {
  if (number >= range.least && number <= range.most) return base::done();
  const std::string from = std::to_string(range.least), to = std::to_string(range.most);
  return base::invalid_at(
      std::string(path), std::string(code),
      {"应为" + from + "到" + to + "的整数", "A whole number from " + from + " to " + to + " is expected."});
}

base::Result<void> check_granted(storage::Snapshot& snapshot, const Moment& moment, std::string_view kind,
                                 const std::string& name) {
  const std::string granted = std::string(kind) + ":" + name;
  if (access_control::is_granted(snapshot, moment.actor.person, granted)) return base::done();
  return base::Error{.kind = base::Refusal::forbidden,
                     .code = "exchange.not_granted",
                     .message = {"这个账号没有被授予“" + granted + "”,请联系系统管理员",
                                 "This account was not granted “" + granted + "”; please turn to the technician."}};
}

namespace {

/// What the office itself writes into a case, and what an applicant files.
constexpr std::string_view office_names[] = {"subject", "received_on"};
constexpr std::string_view filed_names[] = {"answers", "guide"};
constexpr std::string_view opening_names[] = {"case_id", "case_number", "registrations", "corrections_asked"};

template <class Names>
bool among(const Names& names, std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

base::Result<void> check_size(const feel::Context& variables) {
  if (feel::to_json(feel::Value(variables)).size() <= variables_bytes_max) return base::done();
  return base::invalid_at("/variables", "exchange.variables_too_large",
                          {"变量超过256 KB", "The variables exceed 256 KB."});
}

bool is_task(const bpmn::Definition* process, const std::string& name) {
  if (!process) return false;
  const bpmn::ElementIndex index = bpmn::find_element(*process, name);
  return index != bpmn::no_element && bpmn::elements(*process)[index].type == bpmn::ElementType::user_task;
}

base::Error reserved(const std::string& name) {
  return base::invalid_at("/variables/" + name, "exchange.variable_reserved",
                          {"“" + name + "”是申请人填报或者工作人员办理的内容,其他系统不能改写",
                           "“" + name +
                               "” is what an applicant filed or staff decided; another system may not write "
                               "it."});
}

}  // namespace

base::Result<void> check_variables(const feel::Context& variables, const bpmn::Definition* process) {
  TRY(std::ignore, check_size(variables));
  for (const auto& [name, value] : variables.entries())
    if (among(office_names, name) || among(filed_names, name) || is_task(process, name)) return reserved(name);
  return base::done();
}

base::Result<void> check_starting_variables(const feel::Context& variables, const bpmn::Definition* process) {
  TRY(std::ignore, check_size(variables));
  for (const auto& [name, value] : variables.entries()) {
    if (among(office_names, name) || among(opening_names, name) || is_task(process, name)) return reserved(name);
    if (among(filed_names, name) && value.kind() != feel::Kind::context)
      return base::invalid_at("/variables/" + name, "exchange.answers_invalid",
                              {"“" + name + "”须为对象,按字段列出填报内容",
                               "“" + name + "” must be an object with what is filed, by field."});
  }
  return base::done();
}

namespace {

/// A job of a suspended case is looked at again then.
constexpr std::int64_t suspended_again_us = 600 * base::us_per_second;

base::Error job_unknown() {
  return base::not_found("exchange.job_unknown",
                         {"没有这项作业:可能已经完成,办件可能已经撤回,或者这种作业没有授予这个账号",
                          "There is no such job: it may be done, its case withdrawn, or its type not granted to this "
                          "account."});
}

base::Result<JobRow> load_job(storage::Snapshot& snapshot, JobId id, base::Id lock, const Moment& moment) {
  const auto job = find_job(snapshot, moment.actor.scope, id);
  if (!job || !access_control::is_granted(snapshot, moment.actor.person, "job:" + job->type)) return job_unknown();
  if (!lock || job->lock != lock)
    return base::conflict("exchange.lock_lost",
                          {"这项作业的锁定已经到期并收回或者交给了别人,请不要再提交这次的结果",
                           "The lock on this job has run out and was taken back or given to another worker; "
                           "this result is not wanted any more."});
  return *job;
}

}  // namespace

void Exchange::opened(storage::Transaction& transaction, const casework::CaseHead& head, const bpmn::Element& element,
                      const bpmn::Wait& wait, base::Instant now) {
  if (wait.kind == bpmn::WaitKind::job) save_job(transaction, head, element.id, wait, now);
  if (wait.kind == bpmn::WaitKind::message) save_awaited(transaction, head, wait);
}

void Exchange::closed(storage::Transaction& transaction, base::Id of_case, bpmn::Key key, bpmn::WaitKind kind) {
  if (kind == bpmn::WaitKind::job) delete_job(transaction, {of_case, key});
  if (kind == bpmn::WaitKind::message) delete_awaited(transaction, of_case, key);
}

void Exchange::held(storage::Transaction& transaction, base::Id of_case, bool suspended) {
  hold_awaited(transaction, of_case, suspended);
}

base::Result<std::vector<Job>> Exchange::activate(storage::Transaction& transaction, const Activation& wanted,
                                                  const Moment& moment) const {
  TRY(const std::string type,
      name_in("/type", wanted.type, {"exchange.job_type_missing", "请写明作业类型", "Please name the job type"}));
  TRY(const std::string worker,
      name_in("/worker", wanted.worker, {"exchange.worker_missing", "请写明由谁办理", "Please name the worker"}));
  TRY(std::ignore, check_number("/jobs", "exchange.jobs_number", wanted.jobs, {1, jobs_max}));
  TRY(std::ignore, check_number("/lock_seconds", "exchange.lock_seconds", wanted.lock_seconds, {1, lock_seconds_max}));
  TRY(std::ignore, check_granted(transaction, moment, "job", type));
  const Lock lock{
      .worker = worker, .lock = wanted.lock, .until = moment.now.plus_us(wanted.lock_seconds * base::us_per_second)};
  std::vector<Job> jobs;
  // Each round leaves fewer free: what is not ours by then is somebody else's.
  for (;;) {
    const int missing = static_cast<int>(wanted.jobs) - static_cast<int>(jobs.size());
    const auto free =
        missing > 0 ? free_jobs(transaction, moment.actor.scope, type, moment.now, missing) : std::vector<JobRow>();
    if (free.empty()) return jobs;
    for (const JobRow& row : free) {
      if (!lock_job(transaction, row.id, lock, moment.now)) continue;
      const auto of_case = engine_.load(transaction, moment.actor.scope, row.id.of_case);
      const bpmn::Wait* wait = of_case ? of_case.value().instance.waits().find(row.id.key) : nullptr;
      if (!wait || wait->kind != bpmn::WaitKind::job) {
        delete_job(transaction, row.id);
        continue;
      }
      if (of_case.value().conduct.suspended) {
        free_job(transaction, row.id, moment.now.plus_us(suspended_again_us));
        continue;
      }
      const bpmn::Element& element = bpmn::elements(*of_case.value().service->process).at(wait->element);
      jobs.push_back({.id = row.id,
                      .type = type,
                      .case_number = of_case.value().head.number,
                      .service = of_case.value().head.service,
                      .element = element.id,
                      .headers = element.headers,
                      .variables = of_case.value().instance.variables(row.id.key),
                      .retries = row.retries,
                      .worker = worker,
                      .lock = lock.lock,
                      .locked_until = lock.until});
    }
  }
}

base::Result<void> Exchange::complete(storage::Transaction& transaction, JobId id, base::Id lock,
                                      const feel::Context& variables, const Moment& moment) const {
  TRY(const JobRow job, load_job(transaction, id, lock, moment));
  TRY(const casework::Case of_case, engine_.load(transaction, moment.actor.scope, id.of_case));
  TRY(std::ignore, check_variables(variables, of_case.service->process.get()));
  TRY(std::ignore, engine_.advance(transaction, id.of_case,
                                   {.command = bpmn::CompleteJob{.key = id.key, .variables = variables},
                                    .by = "complete_job",
                                    .element = job.element,
                                    .key = id.key},
                                   moment));
  return base::done();
}

base::Result<Failed> Exchange::fail(storage::Transaction& transaction, JobId id, base::Id lock, const Failure& failure,
                                    const Moment& moment) const {
  TRY(const JobRow job, load_job(transaction, id, lock, moment));
  const std::int64_t retries = failure.retries.value_or(std::max(0, job.retries - 1));
  TRY(std::ignore, check_number("/retries", "exchange.retries_number", retries, {0, retries_max}));
  TRY(std::ignore, check_number("/back_off_seconds", "exchange.back_off_seconds", failure.back_off_seconds,
                                {0, back_off_seconds_max}));
  const std::string message(base::tidy(failure.message));
  if (message.empty() || base::length(message) > 1000)
    return base::invalid_at("/message", "exchange.message_missing",
                            {"请写明失败的原因(1000字以内)", "Please say why it failed (at most 1000 characters)."});
  TRY(std::ignore,
      engine_.advance(
          transaction, id.of_case,
          {.command = bpmn::FailJob{.key = id.key, .retries = static_cast<int>(retries), .message = {message, message}},
           .by = "fail_job",
           .element = job.element,
           .key = id.key,
           .reason = message},
          moment));
  if (retries == 0) return Failed{.retries = 0, .incident = true, .next_at = {}};
  const base::Instant next = moment.now.plus_us(failure.back_off_seconds * base::us_per_second);
  free_job(transaction, id, next);
  return Failed{.retries = retries, .incident = false, .next_at = next};
}

base::Result<void> Exchange::throw_error(storage::Transaction& transaction, JobId id, base::Id lock,
                                         const std::string& code, const feel::Context& variables,
                                         const Moment& moment) const {
  TRY(const JobRow job, load_job(transaction, id, lock, moment));
  TRY(const std::string named,
      name_in("/code", code, {"exchange.code_missing", "请写明错误代码", "Please give the error code"}));
  TRY(const casework::Case of_case, engine_.load(transaction, moment.actor.scope, id.of_case));
  TRY(std::ignore, check_variables(variables, of_case.service->process.get()));
  TRY(std::ignore, engine_.advance(transaction, id.of_case,
                                   {.command = bpmn::ThrowError{.key = id.key, .code = named, .variables = variables},
                                    .by = "job_error",
                                    .element = job.element,
                                    .key = id.key,
                                    .reason = named},
                                   moment));
  return base::done();
}

base::Result<base::Instant> Exchange::extend(storage::Transaction& transaction, JobId id, base::Id lock,
                                             std::int64_t seconds, const Moment& moment) const {
  TRY(std::ignore, load_job(transaction, id, lock, moment));
  TRY(std::ignore, check_number("/lock_seconds", "exchange.lock_seconds", seconds, {1, lock_seconds_max}));
  const base::Instant until = moment.now.plus_us(seconds * base::us_per_second);
  // Somebody may have got it between the two statements.
  if (!extend_lock(transaction, id, lock, until)) return load_job(transaction, id, {}, moment).error();
  return until;
}

}  // namespace exchange
