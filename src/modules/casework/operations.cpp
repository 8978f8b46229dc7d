#include "modules/casework/operations.h"

#include <algorithm>

#include "kernel/base/refusals.h"
#include "kernel/base/unicode.h"
#include "kernel/feel/lookup.h"

namespace casework {
namespace {

constexpr std::size_t reason_length_max = 1000;

std::uint32_t task_in(const feel::Context& data) {
  const feel::Value* value = data.find("task");
  if (!value || value->kind() != feel::Kind::number) return 0;
  return static_cast<std::uint32_t>(value->as_number().to_int64().value_or(0));
}

base::Id person_in(const feel::Context& data) {
  return base::parse_id(text_in(data, "person")).value_or(base::Id{});
}

bool flag_in(const feel::Context& data, std::string_view key) {
  const feel::Value* value = data.find(key);
  return value && value->is_true();
}

void correct_facts(Conduct& conduct, const Deed& deed) {
  const feel::Value* facts = deed.data.find("changes");
  if (!facts || facts->kind() != feel::Kind::list) return;
  for (const feel::Value& item : facts->as_list()) {
    if (item.kind() != feel::Kind::context) continue;
    const feel::Context& change = item.as_context();
    const feel::Value* before = change.find("before");
    const feel::Value* after = change.find("after");
    conduct.facts.push_back({.key = text_in(change, "key"),
                             .before = before ? feel::to_json(*before) : "null",
                             .after = after ? feel::to_json(*after) : "null",
                             .reason = text_in(deed.data, "reason"),
                             .by = deed.by,
                             .at = deed.at});
  }
}

void send_back(Conduct& conduct, const Deed& deed) {
  Conduct::Return sent{.from = text_in(deed.data, "from"),
                       .to = text_in(deed.data, "to"),
                       .reason = text_in(deed.data, "reason"),
                       .places = {},
                       .at = deed.at,
                       .by = deed.by};
  if (const feel::Value* places = deed.data.find("places"); places && places->kind() == feel::Kind::list)
    for (const feel::Value& item : places->as_list())
      if (item.kind() == feel::Kind::context)
        sent.places.emplace_back(text_in(item.as_context(), "place"), text_in(item.as_context(), "reason"));
  conduct.returns.push_back(std::move(sent));
}

void settle_signature(Conduct& conduct, const Deed& deed) {
  const base::Id person = deed.operation == Operation::sign ? deed.by : person_in(deed.data);
  for (Conduct::Signature& signature : conduct.signatures)
    if (signature.task == task_in(deed.data) && signature.person == person && !signature.agreed) {
      signature.agreed = deed.operation == Operation::dismiss_signer || flag_in(deed.data, "agree");
      signature.opinion = text_in(deed.data, "reason");
      return;
    }
  // A refusal that the head has set aside.
  for (Conduct::Signature& signature : conduct.signatures)
    if (deed.operation == Operation::dismiss_signer && signature.task == task_in(deed.data) &&
        signature.person == person)
      signature.must_agree = false;
}

/// Whether the deed reminds somebody of a signature, not of a task's day.
bool remind_signer(Conduct& conduct, const Deed& deed) {
  for (Conduct::Signature& signature : conduct.signatures)
    if (signature.task == task_in(deed.data) && signature.person == person_in(deed.data) && !signature.agreed) {
      ++signature.reminders;
      signature.reminded_at = deed.at;
      return true;
    }
  return false;
}

void settle_promise(Conduct& conduct, const Deed& deed) {
  for (Conduct::Promise& promise : conduct.promises)
    if (promise.material == text_in(deed.data, "material") && !promise.kept) promise.kept = flag_in(deed.data, "kept");
}

void close_interruption(Conduct& conduct, base::Instant at) {
  if (!conduct.interruptions.empty() && !conduct.interruptions.back().to) conduct.interruptions.back().to = at;
  conduct.suspended = false;
}

}  // namespace

const std::vector<OperationKind>& operation_kinds() {
  using enum Operation;
  static const std::vector<OperationKind> kinds = {
      {suspend,
       "suspend",
       "case.suspended",
       {"中止", "Suspend"},
       {"中止办理", "Suspended the case"},
       "case.suspend",
       true},
      {resume, "resume", "case.resumed", {"恢复", "Resume"}, {"恢复办理", "Resumed the case"}, "case.suspend"},
      {extend,
       "extend",
       "case.extended",
       {"延期", "Extend"},
       {"批准延长期限", "Extended the time limit"},
       "case.extend"},
      {send_back,
       "send_back",
       "case.sent_back",
       {"退回", "Send back"},
       {"退回前面的环节", "Sent back to an earlier step"},
       "case.send_back"},
      {withdraw,
       "withdraw",
       "case.withdrawn",
       {"代为撤回", "Withdraw for the applicant"},
       {"撤回申请", "Withdrawn"},
       "case.withdraw"},
      {terminate,
       "terminate",
       "case.terminated",
       {"终止", "Terminate"},
       {"终止办理", "Terminated the case"},
       "case.terminate",
       true},
      {reopen,
       "reopen",
       "case.reopened",
       {"重新启动", "Reopen"},
       {"重新启动办理", "Reopened the case"},
       "case.reopen",
       true},
      {correct,
       "correct",
       "case.corrected",
       {"更正", "Correct"},
       {"更正填报事项", "Corrected what was filed"},
       "case.correct"},
      {assign, "assign", "task.assigned", {"指派", "Assign"}, {"指派办理人", "Assigned the task"}, "task.assign"},
      {add_signer,
       "add_signer",
       "task.signer_added",
       {"加签", "Ask for a further opinion"},
       {"请求加签", "Asked for a further opinion"},
       "task.sign_request"},
      {countersign,
       "countersign",
       "task.countersign_asked",
       {"会签", "Ask for agreement"},
       {"请求会签", "Asked for agreement"},
       "task.sign_request"},
      {sign, "sign", "task.signed", {"签署意见", "Sign"}, {"签署意见", "Signed"}, "task.sign"},
      {dismiss_signer,
       "dismiss_signer",
       "task.signer_dismissed",
       {"撤销加签会签", "Take a signer away"},
       {"撤销加签会签", "Took a signer away"},
       "task.assign"},
      {accept_conditionally,
       "accept_conditionally",
       "case.accepted_conditionally",
       {"容缺受理", "Accept on a promise"},
       {"容缺受理", "Accepted on a promise"},
       "case.accept_conditionally"},
      {settle_promise,
       "settle_promise",
       "case.promise_settled",
       {"核销承诺", "Verify a promise"},
       {"核销容缺承诺", "Verified a promise"},
       "case.accept_conditionally"},
      {express,
       "express",
       "case.expressed",
       {"列入即来即办", "Put on the express lane"},
       {"列入即来即办", "Put on the express lane"},
       "case.express"},
      {assist,
       "assist",
       "case.assisted",
       {"代为办理", "Act for the applicant"},
       {"代申请人办理", "Acted for the applicant"},
       "case.assist"},
      {retry,
       "retry",
       "case.retried",
       {"重试", "Retry"},
       {"重试出错的环节", "Tried again the step that had failed"},
       "case.retry"},
      {migrate,
       "migrate",
       "case.migrated",
       {"转到其他版本", "Move to another version"},
       {"转到服务事项的另一版本", "Moved to another version of the service"},
       "case.migrate"},
      {remind, "remind", "task.reminded", {"提醒", "Remind"}, {"提醒", "Reminded"}, ""},
      {escalate, "escalate", "task.escalated", {"督办", "Escalate"}, {"逾期督办", "Escalated: late"}, ""}};
  return kinds;
}

const OperationKind& kind_of(Operation operation) {
  const auto& kinds = operation_kinds();
  const auto found =
      std::find_if(kinds.begin(), kinds.end(), [&](const OperationKind& kind) { return kind.operation == operation; });
  CHECK(found != kinds.end());
  return *found;
}

base::Result<Operation> parse_operation(std::string_view id) {
  for (const OperationKind& kind : operation_kinds())
    if (kind.id == id) return kind.operation;
  return base::invalid_at("/operation", "casework.operation_unknown", {"没有这种操作", "There is no such operation."});
}

const Conduct::Signature* Conduct::pending(std::uint32_t task, base::Id person) const {
  for (const Signature& signature : signatures)
    if (signature.task == task && signature.person == person && !signature.agreed) return &signature;
  return nullptr;
}

const Conduct::Promise* Conduct::open_promise(std::string_view material) const {
  for (const Promise& promise : promises)
    if (promise.material == material && !promise.kept) return &promise;
  return nullptr;
}

bool Conduct::has_open_promise() const {
  return std::any_of(promises.begin(), promises.end(),
                     [](const Promise& promise) { return !promise.kept.value_or(false); });
}

void apply(Conduct& conduct, const Deed& deed) {
  switch (deed.operation) {
    case Operation::suspend:
      conduct.suspended = true;
      conduct.interruptions.push_back({.from = deed.at, .to = {}, .reason = {"中止", "suspension"}});
      break;
    case Operation::resume:
      close_interruption(conduct, deed.at);
      break;
    case Operation::withdraw:
    case Operation::terminate:
      close_interruption(conduct, deed.at);
      break;
    case Operation::reopen: {
      const auto from = base::Instant{[&] {
        const feel::Value* ended = deed.data.find("ended_at");
        return ended && ended->kind() == feel::Kind::number ? ended->as_number().to_int64().value_or(deed.at.us)
                                                            : deed.at.us;
      }()};
      conduct.interruptions.push_back(
          {.from = from, .to = deed.at, .reason = {"办结后重新启动", "reopening after the end"}});
      break;
    }
    case Operation::extend:
      conduct.extended.push_back(text_in(deed.data, "clock"));
      break;
    case Operation::send_back:
      send_back(conduct, deed);
      break;
    case Operation::correct:
      correct_facts(conduct, deed);
      break;
    case Operation::add_signer:
    case Operation::countersign:
      conduct.signatures.push_back({.task = task_in(deed.data),
                                    .person = person_in(deed.data),
                                    .must_agree = deed.operation == Operation::countersign,
                                    .asked_by = deed.by,
                                    .asked_at = deed.at,
                                    .agreed = {},
                                    .opinion = {}});
      break;
    case Operation::sign:
    case Operation::dismiss_signer:
      settle_signature(conduct, deed);
      break;
    case Operation::accept_conditionally:
      conduct.promises.push_back({.material = text_in(deed.data, "material"),
                                  .promise = text_in(deed.data, "promise"),
                                  .due = calendar::parse_date(text_in(deed.data, "due")).value_or(calendar::Date{}),
                                  .made_at = deed.at,
                                  .kept = {}});
      break;
    case Operation::settle_promise:
      settle_promise(conduct, deed);
      break;
    case Operation::express:
      conduct.express_at = deed.at;
      break;
    case Operation::remind:
      if (!remind_signer(conduct, deed)) conduct.reminded.push_back(task_in(deed.data));
      break;
    case Operation::escalate:
      conduct.escalated.push_back(task_in(deed.data));
      break;
    case Operation::assign:
    case Operation::assist:
    case Operation::retry:
    case Operation::migrate:
      break;
  }
}

Conduct conduct_of(const std::vector<Deed>& deeds) {
  Conduct conduct;
  for (const Deed& deed : deeds) apply(conduct, deed);
  return conduct;
}

base::Result<void> check_standing(const Conduct& conduct, const Standing& standing, Operation operation) {
  if (operation == Operation::reopen) {
    if (!standing.ended)
      return base::conflict("casework.not_ended",
                            {"办件还没有办结,不需要重新启动", "The case has not ended; there is nothing to reopen."});
    if (standing.binding)
      return base::conflict(
          "casework.binding",
          {"证照已经核发,不能重新启动;请通过变更、撤销或注销办理",
           "Certificates have been issued; the case can not be reopened. Use a change, revocation or cancellation."});
    return base::done();
  }
  // What was promised is verified after the end too.
  if (operation == Operation::settle_promise) return base::done();
  if (standing.ended)
    return base::conflict("casework.ended",
                          {"办件已经办结,不能再作这项操作", "The case has ended; this can not be done any more."});
  const bool takes_back = operation == Operation::send_back || operation == Operation::withdraw ||
                          operation == Operation::terminate || operation == Operation::correct;
  if (takes_back && standing.binding)
    return base::conflict(
        "casework.binding",
        {"证照已经核发,不能撤回、退回、终止或更正;请通过变更、撤销或注销办理",
         "Certificates have been issued; this can not be taken back. Use a change, revocation or cancellation."});
  const bool moves_on = operation == Operation::send_back || operation == Operation::extend ||
                        operation == Operation::suspend || operation == Operation::assist ||
                        operation == Operation::retry;
  if (moves_on && conduct.suspended)
    return base::conflict("casework.suspended",
                          {"办件已中止,请先恢复办理", "The case is suspended; it must be resumed first."});
  if (operation == Operation::retry && !standing.stuck)
    return base::conflict("casework.no_incident", {"办件没有出错的环节,不需要重试",
                                                   "No step of the case has failed; there is nothing to try again."});
  if (operation == Operation::resume && !conduct.suspended)
    return base::conflict("casework.not_suspended", {"办件没有中止", "The case is not suspended."});
  if (operation == Operation::express && conduct.express_at)
    return base::conflict("casework.express_already",
                          {"办件已列入即来即办", "The case is on the express lane already."});
  return base::done();
}

base::Result<void> check_words(Operation operation, const feel::Context& data) {
  const std::string reason = base::tidy(text_in(data, "reason"));
  if (operation != Operation::remind && operation != Operation::escalate &&
      (reason.empty() || base::length(reason) > reason_length_max))
    return base::invalid_at("/reason", "casework.reason_missing",
                            {"请写明理由(1000字以内)", "Please give the reason (at most 1000 characters)."});
  if (kind_of(operation).needs_basis && base::tidy(text_in(data, "basis")).empty())
    return base::invalid_at("/basis", "casework.basis_missing", {"请写明法律依据", "Please give the legal basis."});
  return base::done();
}

base::Result<void> check_signer(const Conduct& conduct, Operation operation, std::uint32_t task, base::Id person) {
  const auto of_person = [&](const Conduct::Signature& signature) {
    return signature.task == task && signature.person == person;
  };
  const auto& all = conduct.signatures;
  const bool asked = std::any_of(all.begin(), all.end(), of_person);
  if (operation == Operation::add_signer || operation == Operation::countersign) {
    if (asked)
      return base::conflict("casework.signer_twice", {"已经请过这个人签署意见", "This person has been asked already."});
    return base::done();
  }
  const bool can = operation == Operation::sign ? conduct.pending(task, person) != nullptr : asked;
  if (!can)
    return base::conflict("casework.signature_unknown",
                          {"没有等待签署的意见", "No signature of this person is waited for."});
  return base::done();
}

base::Result<void> check_signatures(const Conduct& conduct, std::uint32_t task) {
  for (const Conduct::Signature& signature : conduct.signatures) {
    if (signature.task != task) continue;
    if (!signature.agreed)
      return base::conflict("casework.signature_open",
                            {"还有加签、会签人员没有签署意见,不能办结",
                             "Somebody who was asked to sign has not done so yet; the task can not be completed."});
    if (signature.must_agree && !*signature.agreed)
      return base::conflict("casework.signature_refused",
                            {"会签人员不同意,不能办结;请退回或者报负责人处理",
                             "A countersigner does not agree; send the case back or turn to the head."});
  }
  return base::done();
}

base::Result<void> check_promise(const Conduct& conduct, Operation operation, std::string_view material) {
  const bool open = conduct.open_promise(material) != nullptr;
  if (operation == Operation::accept_conditionally && open)
    return base::conflict("casework.promise_twice",
                          {"这份材料已有承诺", "There is a promise for this document already."});
  if (operation == Operation::settle_promise && !open)
    return base::conflict("casework.promise_unknown",
                          {"没有待核销的这项承诺", "No such promise waits to be verified."});
  return base::done();
}

base::Result<void> check_reopening(base::Instant ended_at, calendar::Span limit, calendar::Date today,
                                   const calendar::Calendar& calendar) {
  TRY(const calendar::Deadline deadline, calendar::deadline_after(calendar::local_date(ended_at), limit, calendar));
  if (today <= deadline.due) return base::done();
  const std::string due = calendar::to_text(deadline.due);
  return base::conflict("casework.reopen_late",
                        {"最迟应在" + due + "之前重新启动,现已超过期限,请重新申请",
                         "The case could be reopened until " + due + "; a new application is needed now."});
}

base::Result<std::optional<base::Instant>> due_after(const PlannedTimer& timer,
                                                     const std::vector<Interval>& interruptions,
                                                     const calendar::Calendar& calendar) {
  base::Instant due = timer.due;
  for (const Interval& interval : interruptions) {
    if (interval.to && *interval.to <= timer.opened_at) continue;
    if (!interval.to) return std::optional<base::Instant>();
    const base::Instant from = std::max(interval.from, timer.opened_at);
    if (from >= due) continue;
    const calendar::Date first = calendar::local_date(from);
    const calendar::Date last = calendar::local_date(*interval.to);
    const calendar::Date day = calendar::local_date(due);
    calendar::Date moved{day.days + (last.days - first.days)};
    if (timer.unit == calendar::Unit::working_days) {
      // A timer at the first moment of a day ends the day before.
      const int midnight = due == calendar::start_of(day) ? 1 : 0;
      TRY(const int lost, calendar::working_days_between(first, last, calendar));
      TRY(const calendar::Date end, calendar::add_working_days({day.days - midnight}, lost, calendar));
      moved = {end.days + midnight};
    }
    due = due.plus_us(calendar::start_of(moved).us - calendar::start_of(day).us);
  }
  return std::optional<base::Instant>(due);
}

}  // namespace casework
