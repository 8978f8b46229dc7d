/// The chain of a case's receipts: where each of its steps stands in the public log.
#include "http/query_then.h"
#include "modules/access/access.h"
#include "modules/casework/looks.h"
#include "modules/evidence/evidence.h"
#include "office_routes.h"
#include "parts.h"

namespace licensing {
namespace {

constexpr int receipts_max = 500;

struct StepReceipt {
  std::string receipt;
  std::string log;
  std::int64_t index = 0;
  std::string leaf_hash;
  base::Instant at;
  base::Text text;
};
BOOST_DESCRIBE_STRUCT(StepReceipt, (), (receipt, log, index, leaf_hash, at, text))

struct ReceiptChain {
  std::vector<StepReceipt> items;
};
BOOST_DESCRIBE_STRUCT(ReceiptChain, (), (items))

/// Milestones by the moment at which they were passed: what everybody concerned may know.
std::map<base::Instant, base::Text> milestones_of(const casework::Case& of_case) {
  std::map<base::Instant, base::Text> passed;
  const auto& elements = bpmn::elements(*of_case.service->process);
  for (const casework::Mark& mark : of_case.marks) {
    const auto index = bpmn::find_element(*of_case.service->process, mark.element);
    if (index == bpmn::no_element) continue;
    const bpmn::ElementType type = elements[index].type;
    if (type != bpmn::ElementType::intermediate_throw && type != bpmn::ElementType::start_event) continue;
    const base::Text name = casework::name_of(elements[index]);
    base::Text& text = passed[mark.at];
    text = text.zh.empty() ? name : base::Text{text.zh + "、" + name.zh, text.en + ", " + name.en};
  }
  return passed;
}

base::Result<ReceiptChain> chain_of(storage::Snapshot& snapshot, const Licensing& licensing,
                                    const access_control::Scope& scope, base::Id id) {
  TRY(const casework::Case of_case, licensing.engine().load(snapshot, scope, id));
  const auto milestones = milestones_of(of_case);
  const std::vector<evidence::LogRow> logs = evidence::list_logs(snapshot);
  std::map<std::int64_t, base::Instant> times;
  for (const storage::Event& event : casework::history(snapshot, scope, id)) times.emplace(event.sequence, event.at);
  ReceiptChain chain;
  for (const evidence::StoredEntry& entry : evidence::entries_of(snapshot, "case/" + base::to_text(id), receipts_max)) {
    const auto time = times.find(entry.event.sequence);
    if (entry.event.kind != "case" || time == times.end()) continue;
    const auto milestone = milestones.find(time->second);
    chain.items.push_back(
        {.receipt = evidence::to_text(evidence::receipt_of(entry, logs)),
         .log = entry.log,
         .index = entry.index,
         .leaf_hash = entry.leaf_hash,
         .at = time->second,
         .text = milestone == milestones.end() ? base::Text{"办理步骤", "A step of the work"} : milestone->second});
  }
  return chain;
}

}  // namespace

void mount_receipts(http::Router& router, storage::Store& store, Licensing& licensing, evidence::ReadBook& reads) {
  const auto add = [&](std::string path, std::string id, std::string parameter, http::Need need) {
    http::query_then<ReceiptChain>(
        router, store,
        {.path = std::move(path),
         .id = std::move(id),
         .tag = "evidence",
         .summary = {"办件各步骤的回执", "The receipts of a case's steps"},
         .need = std::move(need),
         .errors = {"casework.case_unknown"}},
        [&licensing, parameter](storage::Snapshot& snapshot,
                                const http::Request& request) -> base::Result<ReceiptChain> {
          TRY(const base::Id of_case, request.id(parameter));
          return chain_of(snapshot, licensing, access_control::scope_of(request.caller), of_case);
        },
        [&store, &reads, parameter](const http::Request& request) {
          if (request.caller.staff) casework::note_look(store, reads, request, request.id(parameter).value(), "case");
        });
  };
  add("/api/v1/applications/{application}/receipts", "list_own_receipts", "application", {http::Need::Kind::citizen});
  add("/api/v1/cases/{case}/receipts", "list_case_receipts", "case", {http::Need::Kind::staff, "case.read"});
}

}  // namespace licensing
