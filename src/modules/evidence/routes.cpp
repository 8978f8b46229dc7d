/// The logs over HTTP: files as the specification of tiled logs has them, and what our pages ask.
#include "http/api.h"
#include "modules/evidence/evidence.h"

namespace evidence {
namespace {

constexpr std::string_view tag = "evidence";
constexpr const char* text_type = "text/plain; charset=utf-8";

struct KeyView {
  std::string vkey;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(KeyView, (), (vkey, name))

struct WitnessView {
  std::string name;
  std::string vkey;
  bool cosigned = false;
  std::optional<base::Instant> cosigned_at;
};
BOOST_DESCRIBE_STRUCT(WitnessView, (), (name, vkey, cosigned, cosigned_at))

struct LogView {
  std::string name;
  std::string kind;
  std::string origin;
  std::int64_t size = 0;
  std::string root;
  std::string checkpoint;
  std::optional<base::Instant> signed_at;
  bool closed = false;
  std::vector<KeyView> keys;
  std::vector<WitnessView> witnesses;
  std::string quorum;
  bool witnessed = false;
  std::optional<base::Text> refusal;
};
BOOST_DESCRIBE_STRUCT(LogView, (),
                      (name, kind, origin, size, root, checkpoint, signed_at, closed, keys, witnesses, quorum,
                       witnessed, refusal))

struct LogsView {
  bool demonstration = false;
  std::string policy;
  std::vector<LogView> logs;
};
BOOST_DESCRIBE_STRUCT(LogsView, (), (demonstration, policy, logs))

struct ReceiptCheck {
  std::string receipt;
  std::string log;
  std::int64_t index = 0;
  std::string leaf_hash;
  std::string state;  // "included", "pending", "contradicted"
  base::Text state_text;
  std::optional<std::string> entry;  // public logs only
  std::vector<std::string> proof;
  std::string checkpoint;
  std::string proof_path;  // address of the proof file
  bool witnessed = false;
};
BOOST_DESCRIBE_STRUCT(ReceiptCheck, (),
                      (receipt, log, index, leaf_hash, state, state_text, entry, proof, checkpoint, proof_path,
                       witnessed))

struct ConsistencyView {
  std::int64_t old_size = 0;
  std::int64_t size = 0;
  std::vector<std::string> proof;
  std::string checkpoint;
};
BOOST_DESCRIBE_STRUCT(ConsistencyView, (), (old_size, size, proof, checkpoint))

const http::Need anyone{http::Need::Kind::anyone};

http::Reply not_found(const http::Request& request) {
  return http::problem({.kind = base::Refusal::not_found,
                        .code = "evidence.not_published",
                        .message = {"没有这个日志文件", "There is no such file of a log."}},
                       request);
}

const std::string& parameter(const http::Request& request, std::string_view name) {
  return request.parameters.find(name)->second;
}

std::vector<std::string> base64_of(const std::vector<tlog::Hash>& hashes) {
  std::vector<std::string> texts;
  for (const tlog::Hash& hash : hashes) texts.push_back(tlog::to_base64(hash));
  return texts;
}

LogView view_of(const Standing& standing) {
  LogView view{.name = standing.row.name,
               .kind = standing.row.kind,
               .origin = standing.row.origin,
               .size = standing.row.size,
               .root = tlog::to_base64(standing.head.root),
               .checkpoint = standing.checkpoint,
               .closed = standing.row.is_closed,
               .quorum = standing.policy.quorum,
               .witnessed = standing.is_witnessed,
               .refusal = standing.refusal};
  if (standing.signed_at.us != 0) view.signed_at = standing.signed_at;
  for (const tlog::VerifierKey& key : standing.keys) view.keys.push_back({tlog::to_text(key), key.name});
  for (const tlog::Policy::Witness& witness : standing.policy.witnesses) {
    WitnessView seen{.name = witness.name, .vkey = tlog::to_text(witness.key), .cosigned_at = {}};
    for (const tlog::Signed& each : standing.witnesses)
      if (each.by == witness.key) {
        seen.cosigned = true;
        seen.cosigned_at = base::Instant{static_cast<std::int64_t>(*each.at_s) * base::us_per_second};
      }
    view.witnesses.push_back(std::move(seen));
  }
  return view;
}

tlog::Policy policy_of(const std::vector<Standing>& standings, const Site& site) {
  tlog::Policy policy;
  for (const Standing& standing : standings) {
    policy.witnesses = standing.policy.witnesses;
    policy.groups = standing.policy.groups;
    policy.quorum = standing.policy.quorum;
    for (const tlog::VerifierKey& key : standing.keys)
      policy.logs.push_back({.key = key, .url = site.base_url + "/log/" + standing.row.name});
  }
  // Where a witness can be reached is the bureau's affair, not the verifier's.
  for (tlog::Policy::Witness& witness : policy.witnesses) witness.url.clear();
  return policy;
}

LogsView logs_view(const Logs& logs, const Site& site) {
  const std::vector<Standing> standings = logs.standings();
  LogsView view{.demonstration = site.demonstration, .policy = tlog::to_text(policy_of(standings, site))};
  for (const Standing& standing : standings) view.logs.push_back(view_of(standing));
  return view;
}

/// What a proof file carries beside the proof, so that it can be checked alone: the receipt, and of a public log the
/// entry's words.
std::string carried_by(storage::Snapshot& snapshot, const Standing& standing, std::uint64_t index,
                       const tlog::Hash& leaf) {
  std::string text = to_text(EntryReceipt{.origin = standing.row.origin, .index = index, .leaf = leaf});
  if (standing.row.kind != "public") return text;
  const auto entry = find_entry(snapshot, standing.row.name, static_cast<std::int64_t>(index));
  return entry ? text + "\n" + entry->text : text;
}

base::Text state_words(std::string_view state) {
  if (state == "included")
    return {"该步骤已记入日志,收录证明成立", "This step is in the log; the inclusion proof holds."};
  if (state == "pending")
    return {
        "日志尚未签到这个序号;新条目约两秒后可查。如一直如此,请保存本回执并向监督机关反映",
        "The log has not signed that far yet; a new entry is covered within about two seconds. If this stays so, keep "
        "the receipt and tell the supervising authority."};
  return {"日志在这个序号处记的不是回执上的内容。请保存本回执,它是凭据",
          "The log holds something else at this index than the receipt says. Keep the receipt: it is evidence."};
}

base::Result<ReceiptCheck> check_receipt(storage::Snapshot& snapshot, const Logs& logs, const http::Request& request) {
  TRY(const EntryReceipt receipt, parse_receipt(request.query_value("text")));
  for (const Standing& standing : logs.standings()) {
    if (standing.row.origin != receipt.origin) continue;
    ReceiptCheck view{
        .receipt = to_text(receipt),
        .log = standing.row.name,
        .index = static_cast<std::int64_t>(receipt.index),
        .leaf_hash = tlog::to_hex(receipt.leaf),
        .state = "pending",
        .checkpoint = standing.checkpoint,
        .proof_path = "/log/" + standing.row.name + "/proof/" + std::to_string(receipt.index) + ".tlog-proof",
        .witnessed = standing.is_witnessed};
    const auto proof = logs.proof(standing.row.name, receipt.index);
    if (proof) {
      view.proof = base64_of(proof->path);
      view.checkpoint = proof->checkpoint;
      TRY(const tlog::SignedCheckpoint checkpoint, tlog::parse_checkpoint(proof->checkpoint));
      const tlog::TreeHead& head = checkpoint.checkpoint.head;
      const bool holds = tlog::verify_inclusion(
                             receipt.leaf, {.index = receipt.index, .size = head.size, .root = head.root}, proof->path)
                             .has_value();
      view.state = holds ? "included" : "contradicted";
      if (holds && standing.row.kind == "public")
        if (const auto entry = find_entry(snapshot, standing.row.name, view.index)) view.entry = entry->text;
    }
    view.state_text = state_words(view.state);
    return view;
  }
  return base::Error{.kind = base::Refusal::not_found,
                     .code = "evidence.origin_unknown",
                     .message = {"本局没有名称为 " + receipt.origin + " 的日志",
                                 "This bureau has no log called " + receipt.origin + "."}};
}

void mount_files(http::Router& router, storage::Store& store, const Logs& logs, const Site& site) {
  const auto file_operation = [](std::string path, std::string id, base::Text summary, std::string type) {
    return http::Operation{.method = "GET",
                           .path = std::move(path),
                           .id = std::move(id),
                           .tag = std::string(tag),
                           .summary = std::move(summary),
                           .need = anyone,
                           .answer_schema = R"({"type":"string"})",
                           .answer_type = std::move(type),
                           .errors = {"evidence.not_published"}};
  };
  router.add(file_operation("/log/policy", "read_log_policy",
                            {"信任策略:日志和见证方的公钥、须几方共签(C2SP 格式)",
                             "The policy: keys of logs and witnesses, and how many must cosign (C2SP)"},
                            text_type),
             [&logs, site](const http::Request&) -> http::Reply {
               return {.body = policy_text(logs, site),
                       .content_type = text_type,
                       .headers = {{"Cache-Control", "public, max-age=60"}, {"Access-Control-Allow-Origin", "*"}}};
             });
  router.add(file_operation("/log/{log}/checkpoint", "read_checkpoint",
                            {"日志的最新检查点(C2SP 格式)", "The log's latest checkpoint (C2SP)"}, text_type),
             [&logs](const http::Request& request) -> http::Reply {
               const auto standing = logs.standing(parameter(request, "log"));
               if (!standing || standing->checkpoint.empty()) return not_found(request);
               return {.body = standing->checkpoint,
                       .content_type = text_type,
                       .headers = {{"Cache-Control", "public, max-age=2"}, {"Access-Control-Allow-Origin", "*"}}};
             });
  router.add(
      file_operation("/log/{log}/proof/{file}", "read_log_proof",
                     {"某一条的收录证明文件(序号.tlog-proof)", "The proof of one entry (INDEX.tlog-proof)"}, text_type),
      [&logs, &store](const http::Request& request) -> http::Reply {
        constexpr std::string_view ending = ".tlog-proof";
        std::string_view file = parameter(request, "file");
        if (!file.ends_with(ending)) return not_found(request);
        file.remove_suffix(ending.size());
        const auto index = tlog::parse_decimal(file);
        if (!index) return not_found(request);
        const auto standing = logs.standing(parameter(request, "log"));
        if (!standing) return not_found(request);
        auto proof = logs.proof(standing->row.name, *index);
        if (!proof) return http::problem(proof.error(), request);
        const auto leaf = logs.leaf(standing->row.name, *index);
        if (!leaf) return http::problem(leaf.error(), request);
        proof->extra = store.read_value(
            [&](storage::Snapshot& snapshot) { return carried_by(snapshot, *standing, *index, leaf.value()); });
        return {.body = tlog::to_text(proof.value()),
                .content_type = text_type,
                .headers = {{"Cache-Control", "public, max-age=2"}, {"Access-Control-Allow-Origin", "*"}}};
      });
  const auto serve_tile = [&logs](const http::Request& request) -> http::Reply {
    std::string path = "tile/" + parameter(request, "level");
    for (const char* name : {"a", "b", "c", "d"})
      if (const auto part = request.parameters.find(name); part != request.parameters.end()) path += "/" + part->second;
    const auto tile = tlog::parse_tile_path(path);
    const auto standing = logs.standing(parameter(request, "log"));
    if (!tile || !standing) return not_found(request);
    // The audit log's tiles are for auditors; its checkpoint and single proofs are for everybody.
    if (standing->row.kind != "public" && !request.caller.may("audit.read")) return not_found(request);
    auto bytes = logs.tile(standing->row.name, *tile);
    if (!bytes) return not_found(request);
    return {
        .body = std::move(*bytes),
        .content_type = "application/octet-stream",
        .headers = {{"Cache-Control", "public, max-age=31536000, immutable"}, {"Access-Control-Allow-Origin", "*"}}};
  };
  std::string path = "/log/{log}/tile/{level}";
  for (const char* part : {"a", "b", "c", "d"}) {
    path += std::string("/{") + part + "}";
    router.add(file_operation(path, std::string("read_tile_") + part,
                              {"日志数据块(C2SP 格式)", "A tile of the log (C2SP)"}, "application/octet-stream"),
               serve_tile);
  }
}

}  // namespace

std::string policy_text(const Logs& logs, const Site& site) {
  return tlog::to_text(policy_of(logs.standings(), site));
}

void mount(http::Router& router, storage::Store& store, const Logs& logs, const Site& site) {
  mount_files(router, store, logs, site);
  http::query<LogsView>(router, store,
                        {.path = "/api/v1/logs",
                         .id = "list_logs",
                         .tag = std::string(tag),
                         .summary = {"日志、公钥、见证方与检查点", "Logs, their keys, witnesses and checkpoints"},
                         .need = anyone},
                        [&logs, site](storage::Snapshot&, const http::Request&) -> base::Result<LogsView> {
                          return logs_view(logs, site);
                        });
  http::query<ReceiptCheck>(router, store,
                            {.path = "/api/v1/receipts",
                             .id = "check_receipt",
                             .tag = std::string(tag),
                             .summary = {"核对回执:该步骤是否记入日志", "Check a receipt: is the step in the log?"},
                             .need = anyone,
                             .query = {"text"},
                             .errors = {"evidence.receipt_malformed", "evidence.origin_unknown"}},
                            [&logs](storage::Snapshot& snapshot, const http::Request& request) {
                              return check_receipt(snapshot, logs, request);
                            });
  http::query<ConsistencyView>(
      router, store,
      {.path = "/api/v1/logs/{log}/consistency",
       .id = "prove_consistency",
       .tag = std::string(tag),
       .summary = {"自某条数以来只增不改的证明", "That the log has only grown since it had so many entries"},
       .need = anyone,
       .query = {"old", "size"},
       .errors = {"evidence.log_unknown", "evidence.not_published"}},
      [&logs](storage::Snapshot&, const http::Request& request) -> base::Result<ConsistencyView> {
        const auto old_size = tlog::parse_decimal(request.query_value("old"));
        const std::string& log = parameter(request, "log");
        const std::string_view end = request.query_value("size");
        const auto size = tlog::parse_decimal(end);
        const bool is_malformed = !old_size || *old_size > tlog::size_max || (!end.empty() && !size);
        if (is_malformed)
          return base::Error{
              .code = "evidence.size_malformed",
              .message = {"参数 old 和 size 应为条数", "The parameters old and size must be numbers of entries."}};
        TRY(const Continuation continued, logs.consistency(log, *old_size, size));
        return ConsistencyView{.old_size = static_cast<std::int64_t>(*old_size),
                               .size = static_cast<std::int64_t>(size.value_or(continued.head.size)),
                               .proof = base64_of(continued.proof),
                               .checkpoint = continued.checkpoint};
      });
}

}  // namespace evidence
