#include "http/api.h"

namespace http {
namespace {

/// What makes two commands the same: who and what, in a form that never runs together. A body with a password is left
/// out: a fast hash of it would be a way to guess.
std::string fingerprint_of(const Request& request, bool is_secret) {
  std::string text = request.method + "\n" + request.path + "\n";
  for (const auto& [name, value] : request.query) text += name + "=" + value + "\n";
  if (!is_secret) text += "\n" + request.body;
  return storage::sha256_hex(text);
}

}  // namespace

void add_receipts(Reply& reply, const std::vector<storage::Receipt>& receipts) {
  if (receipts.empty()) return;
  std::string all;
  for (const storage::Receipt& receipt : receipts)
    all += (all.empty() ? "" : ", ") + receipt.log + "/" + std::to_string(receipt.index) + "/" + receipt.leaf_hash;
  reply.headers.emplace_back("Log-Index", std::to_string(receipts.back().index));
  reply.headers.emplace_back("Log-Leaf-Hash", receipts.back().leaf_hash);
  reply.headers.emplace_back("Log-Receipts", std::move(all));
}

Reply once(storage::Store& store, const Request& request, Once how,
           const std::function<base::Result<std::string>(storage::Transaction&)>& work) {
  const storage::CommandKey key{.person = request.caller.person,
                                .key = std::string(request.header("idempotency-key")),
                                .fingerprint = fingerprint_of(request, how.secret_body)};
  if (key.key.empty())
    return problem(400,
                   base::Error{.code = "http.key_missing",
                               .message = {"缺少请求头 Idempotency-Key，请为每次提交生成一个不重复的值",
                                           "the header Idempotency-Key is missing; please make a fresh value for every "
                                           "submission"}},
                   request);
  bool repeated = false;
  auto outcome = store.write_result([&](storage::Transaction& transaction) -> base::Result<storage::Repeat> {
    TRY(const std::optional<storage::Repeat> earlier, storage::find_repeat(transaction, key));
    repeated = earlier.has_value();
    if (earlier) return *earlier;
    TRY(std::string body, work(transaction));
    transaction.settle();  // the places in the log belong to the answer
    storage::Repeat repeat{.status = how.status, .body = std::move(body), .receipts = transaction.receipts()};
    storage::save_repeat(transaction, key, repeat, request.at);
    return repeat;
  });
  if (!outcome) return problem(outcome.error(), request);
  Reply reply{.status = outcome->status, .body = std::move(outcome->body)};
  reply.headers.emplace_back("Cache-Control", "no-store");
  add_receipts(reply, outcome->receipts);
  if (repeated) reply.headers.emplace_back("Idempotent-Replayed", "true");
  return reply;
}

Reply tagged(const Request& request, std::string body, std::string_view tag) {
  constexpr std::size_t tag_size = 32;
  const std::string quoted =
      '"' + (tag.empty() ? storage::sha256_hex(body).substr(0, tag_size) : std::string(tag)) + '"';
  const std::string_view had = request.header("if-none-match");
  Reply reply;
  // Quoted tags of ours hold no comma or quote, so that a search finds whole tags only.
  if (had == "*" || had.find(quoted) != std::string_view::npos)
    reply.status = 304;
  else
    reply.body = std::move(body);
  reply.headers.emplace_back("ETag", quoted);
  reply.headers.emplace_back("Cache-Control", "private, no-cache");
  reply.headers.emplace_back("Vary", "Cookie, Accept-Language");
  return reply;
}

base::Result<std::string> version_edited(const Request& request) {
  std::string_view tag = request.header("if-match");
  if (tag.starts_with("W/")) tag.remove_prefix(2);
  if (tag.size() >= 2 && tag.front() == '"' && tag.back() == '"') return std::string(tag.substr(1, tag.size() - 2));
  return base::Error{.kind = base::Refusal::stale,
                     .code = "http.version_missing",
                     .message = {"缺少请求头 If-Match，请先读取最新内容再修改",
                                 "the header If-Match is missing; please read the latest version before changing it"}};
}

}  // namespace http
