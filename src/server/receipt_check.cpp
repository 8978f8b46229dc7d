#include "receipt_check.h"

#include <algorithm>

#include "kernel/calendar/calendar.h"
#include "kernel/feel/value.h"
#include "kernel/tlog/proof.h"
#include "modules/evidence/model.h"

namespace server {
namespace {

using evidence::EntryReceipt;
using Outcome = signing::Check::Outcome;

constexpr std::string_view proof_mark = "c2sp.org/tlog-proof@";

base::Error wrong(std::string code, base::Text words) {
  return {.code = std::move(code), .message = std::move(words)};
}

void add(signing::Verdict& verdict, Outcome outcome, std::string code, base::Text words) {
  verdict.checks.push_back({outcome, std::move(code), std::move(words)});
}

/// What a proof file has put beside the proof; nothing of it is believed before it was compared.
struct Carried {
  std::string receipt;
  std::string entry;
};
Carried carried_by(const tlog::Proof& proof) {
  const std::size_t end = proof.extra.find('\n');
  if (end == std::string::npos) return {.receipt = proof.extra, .entry = {}};
  return {.receipt = proof.extra.substr(0, end), .entry = proof.extra.substr(end + 1)};
}

/// The receipt that is asked about; the file must speak of the same.
base::Result<EntryReceipt> receipt_of(const ReceiptQuestion& question, const tlog::Proof& proof,
                                      const Carried& carried) {
  if (question.receipt.empty() && carried.receipt.empty())
    return wrong("verify.receipt_missing", {"证明文件里没有回执,请把回执文字也写在命令里",
                                            "The proof file carries no receipt: give its text too."});
  TRY(EntryReceipt receipt, evidence::parse_receipt(question.receipt.empty() ? carried.receipt : question.receipt));
  if (receipt.index != proof.index)
    return wrong("verify.other_index", {"回执的序号是 " + std::to_string(receipt.index) + ",证明文件是第 " +
                                            std::to_string(proof.index) + " 条的,两者不是一回事",
                                        "The receipt speaks of entry " + std::to_string(receipt.index) +
                                            ", the proof file of entry " + std::to_string(proof.index) + "."});
  if (!carried.receipt.empty()) {
    TRY(const EntryReceipt inside, evidence::parse_receipt(carried.receipt));
    if (inside != receipt)
      return wrong("verify.other_leaf",
                   {"证明文件所带的回执与所出示的回执不同:同一序号,内容不同。请两份都保存,它们是凭据",
                    "The proof file carries another receipt than the one shown: same index, other content. Keep both: "
                    "they are evidence."});
  }
  return receipt;
}

void add_witnesses(signing::Verdict& verdict, const tlog::Policy& policy,
                   const std::vector<tlog::Signed>& cosignatures) {
  std::uint64_t latest_s = 0;
  base::Text who;
  for (const tlog::Signed& each : cosignatures) {
    latest_s = std::max(latest_s, each.at_s.value_or(0));
    who = {who.zh + (who.zh.empty() ? "" : "、") + each.by.name, who.en + (who.en.empty() ? "" : ", ") + each.by.name};
  }
  const std::string as_of =
      calendar::to_text_local(base::Instant{static_cast<std::int64_t>(latest_s) * base::us_per_second});
  if (latest_s != 0) verdict.facts.push_back({{"见证时间", "Witnessed at"}, as_of});
  if (policy.quorum == "none")
    return add(verdict, Outcome::unknown, "verify.no_witnesses",
               {"信任策略不要求见证:只有本局签名,检查点也不带时间,不能证明本局没有给别人看另一本日志",
                "The policy asks for no witnesses: the bureau alone has signed, and without a time; that others are "
                "shown the same log is not proved"});
  if (!policy.is_met(cosignatures))
    return add(verdict, Outcome::unknown, "verify.quorum_missing",
               {"见证方的共签还不够数(已有:" + (who.zh.empty() ? "无" : who.zh) + ");过一会儿重新下载证明文件",
                "Not enough witnesses have cosigned yet (so far: " + (who.en.empty() ? "none" : who.en) +
                    "); fetch the proof file again later"});
  add(verdict, Outcome::good, "verify.witnessed",
      {"见证方已按策略共签:" + who.zh + ",截至 " + as_of,
       "Enough witnesses have cosigned: " + who.en + ", as of " + as_of});
}

struct Answered {
  std::uint64_t old_size = 0;
  std::uint64_t size = 0;
  std::vector<tlog::Hash> proof;
};
std::optional<std::uint64_t> size_in(const feel::Context& context, std::string_view name) {
  const feel::Value* value = context.find(name);
  return value && value->kind() == feel::Kind::number ? tlog::parse_decimal(feel::to_json(*value)) : std::nullopt;
}
base::Result<Answered> parse_continuation(std::string_view json) {
  const base::Error malformed =
      wrong("verify.continuation_unreadable", {"一致性证明读不出来:应为 /api/v1/logs/…/consistency 的回答(JSON)",
                                               "The consistency proof cannot be read: it must be the answer of "
                                               "/api/v1/logs/…/consistency (JSON)."});
  const auto value = feel::parse_json(json);
  if (!value || value.value().kind() != feel::Kind::context) return malformed;
  const feel::Context& context = value.value().as_context();
  const auto old_size = size_in(context, "old_size"), size = size_in(context, "size");
  const feel::Value* list = context.find("proof");
  if (!old_size || !size || !list || list->kind() != feel::Kind::list) return malformed;
  Answered answered{.old_size = *old_size, .size = *size, .proof = {}};
  for (const feel::Value& one : list->as_list()) {
    const auto hash = one.kind() == feel::Kind::string ? tlog::parse_hash(one.as_string()) : std::nullopt;
    if (!hash || answered.proof.size() == 2 * tlog::path_hashes_max) return malformed;
    answered.proof.push_back(*hash);
  }
  return answered;
}

/// That what was kept from before and the receipt's checkpoint are one log.
base::Result<void> compare(signing::Verdict& verdict, const ReceiptQuestion& question, const tlog::Policy& policy,
                           const tlog::Checkpoint& present) {
  if (question.earlier.empty()) {
    add(verdict, Outcome::unknown, "verify.earlier_missing",
        {"没有给出以前保存的检查点:没有查日志此前的内容是否改动过",
         "No checkpoint kept from before was given: whether the log's earlier part was changed is not checked"});
    return base::done();
  }
  std::string note = question.earlier;
  if (note.starts_with(proof_mark)) {
    TRY(const tlog::Proof kept, tlog::parse_proof(note));
    note = kept.checkpoint;
  }
  TRY(const tlog::TrustedCheckpoint earlier, tlog::open_checkpoint(note, policy.keys()));
  if (earlier.checkpoint.origin != present.origin)
    return wrong("verify.other_log", {"以前的检查点是另一本日志的:" + earlier.checkpoint.origin,
                                      "The earlier checkpoint is of another log: " + earlier.checkpoint.origin + "."});
  const bool is_older = earlier.checkpoint.head.size <= present.head.size;
  const tlog::TreeHead& old = is_older ? earlier.checkpoint.head : present.head;
  const tlog::TreeHead& now = is_older ? present.head : earlier.checkpoint.head;
  const std::string from = std::to_string(old.size), to = std::to_string(now.size);
  if (old.size == now.size && old.root != now.root)
    return wrong("verify.log_forked",
                 {"同是 " + to + " 条,两份检查点的根哈希不同:日志被改过或有两本。两份都有签名,请保存,它们是凭据",
                  "Both checkpoints are of " + to +
                      " entries, with different roots: the log was changed, or there are "
                      "two. Both are signed: keep them, they are evidence."});
  if (old.size != now.size && old.size != 0) {
    if (question.continuation.empty()) {
      add(verdict, Outcome::unknown, "verify.continuation_missing",
          {"没有给出从 " + from + " 条到 " + to + " 条的一致性证明(consistency?old=" + from + "&size=" + to + ")",
           "No proof was given that the log of " + to + " entries continues the one of " + from +
               " (consistency?old=" + from + "&size=" + to + ")"});
      return base::done();
    }
    TRY(const Answered answered, parse_continuation(question.continuation));
    if (answered.old_size != old.size || answered.size != now.size)
      return wrong("verify.continuation_other",
                   {"一致性证明是从 " + std::to_string(answered.old_size) + " 条到 " + std::to_string(answered.size) +
                        " 条的,需要的是从 " + from + " 条到 " + to + " 条",
                    "The consistency proof leads from " + std::to_string(answered.old_size) + " to " +
                        std::to_string(answered.size) + " entries; needed is from " + from + " to " + to + "."});
    TRY(std::ignore, tlog::verify_consistency(old, now, answered.proof));
  }
  add(verdict, Outcome::good, "verify.consistent",
      {"与以前保存的检查点一致:从 " + from + " 条到 " + to + " 条,只增不改",
       "It continues the checkpoint kept from before: from " + from + " to " + to + " entries, only added to"});
  return base::done();
}

void add_entry(signing::Verdict& verdict, const EntryReceipt& receipt, const std::string& entry) {
  if (entry.empty())
    return add(verdict, Outcome::unknown, "verify.entry_missing",
               {"证明文件没有带条目原文:没有查这一条写的是什么",
                "The proof file does not carry the entry: what it says is not checked"});
  if (tlog::leaf_hash(entry) != receipt.leaf)
    return add(verdict, Outcome::bad, "verify.entry_changed",
               {"证明文件所带的条目原文被改过:与回执的哈希不符",
                "The entry in the proof file was changed: its hash is not the receipt's"});
  add(verdict, Outcome::good, "verify.entry_good",
      {"条目原文与回执的哈希相符", "The entry's words are those the receipt stands for"});
  verdict.facts.push_back({{"条目原文", "The entry"}, entry});
}

base::Result<void> examine(signing::Verdict& verdict, const ReceiptQuestion& question) {
  TRY(const tlog::Policy policy, tlog::parse_policy(question.policy));
  TRY(const tlog::Proof proof, tlog::parse_proof(question.proof));
  const Carried carried = carried_by(proof);
  TRY(const EntryReceipt receipt, receipt_of(question, proof, carried));
  verdict.facts.push_back({{"回执", "Receipt"}, evidence::to_text(receipt)});
  TRY(const tlog::TrustedCheckpoint at, tlog::open_checkpoint(proof.checkpoint, policy.keys()));
  const tlog::Checkpoint& checkpoint = at.checkpoint;
  if (checkpoint.origin != receipt.origin)
    return wrong("verify.other_log",
                 {"回执是日志 " + receipt.origin + " 的,证明文件是日志 " + checkpoint.origin + " 的",
                  "The receipt is of the log " + receipt.origin + ", the proof file of " + checkpoint.origin + "."});
  const std::string size = std::to_string(checkpoint.head.size);
  add(verdict, Outcome::good, "verify.checkpoint_good",
      {"检查点由日志 " + checkpoint.origin + " 的密钥签名,共 " + size + " 条",
       "The checkpoint is signed by the key of the log " + checkpoint.origin + "; it covers " + size + " entries"});
  TRY(std::ignore, tlog::verify_inclusion(
                       receipt.leaf, {.index = proof.index, .size = checkpoint.head.size, .root = checkpoint.head.root},
                       proof.path));
  add(verdict, Outcome::good, "verify.included",
      {"第 " + std::to_string(proof.index) + " 条在日志中,内容就是回执所指的",
       "Entry " + std::to_string(proof.index) + " is in the log, and is the one the receipt stands for"});
  verdict.state = "included";
  verdict.facts.push_back({{"检查点根哈希", "Root of the checkpoint"}, tlog::to_base64(checkpoint.head.root)});
  add_entry(verdict, receipt, carried.entry);
  add_witnesses(verdict, policy, at.witnesses);
  return compare(verdict, question, policy, checkpoint);
}

}  // namespace

bool is_receipt(std::string_view content) {
  return content.starts_with(proof_mark) || content.find("/receipt#") != std::string_view::npos ||
         evidence::parse_receipt(content).has_value();
}

signing::Verdict check_receipt(const ReceiptQuestion& question) {
  signing::Verdict verdict{.kind = "receipt"};
  if (const auto done = examine(verdict, question); !done)
    add(verdict, Outcome::bad, done.error().code, done.error().message);
  return verdict;
}

}  // namespace server
