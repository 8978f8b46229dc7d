#include "kernel/tlog/witness.h"

#include <algorithm>

#include "kernel/tlog/proof.h"

namespace tlog {
namespace {

constexpr std::string_view old_word = "old ";
constexpr const char* size_type = "text/x.tlog.size";

base::Error malformed() {
  return {.code = "tlog.request_malformed",
          .message = {"见证请求格式不对", "The request to the witness is malformed."}};
}

WitnessAnswer refuse(int status, const char* why) {
  return {.status = status, .body = std::string(why) + "\n"};
}

WitnessAnswer conflict(std::uint64_t size) {
  return {.status = 409, .body = std::to_string(size) + "\n", .content_type = size_type};
}

}  // namespace

std::string to_text(const AddCheckpoint& request) {
  std::string text = std::string(old_word) + std::to_string(request.old_size) + "\n";
  for (const Hash& hash : request.proof) text += to_base64(hash) + "\n";
  return text + "\n" + request.checkpoint;
}

base::Result<AddCheckpoint> parse_add_checkpoint(std::string_view text) {
  if (text.size() > request_bytes_max) return malformed();
  AddCheckpoint request;
  bool is_first = true;
  while (true) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return malformed();
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (is_first) {
      const auto size = line.starts_with(old_word) ? parse_decimal(line.substr(old_word.size())) : std::nullopt;
      if (!size) return malformed();
      request.old_size = *size;
      is_first = false;
      continue;
    }
    if (line.empty()) break;
    const auto hash = parse_hash(line);
    if (!hash || request.proof.size() == path_hashes_max) return malformed();
    request.proof.push_back(*hash);
  }
  if (text.empty()) return malformed();
  request.checkpoint = std::string(text);
  return request;
}

WitnessAnswer answer(std::string_view text, const WitnessView& view, const SigningKey& key, std::uint64_t at_s) {
  const auto request = parse_add_checkpoint(text);
  if (!request) return refuse(400, "malformed request");
  const auto parsed = parse_checkpoint(request->checkpoint);
  if (!parsed) return refuse(400, "malformed checkpoint");
  const Checkpoint& checkpoint = parsed->checkpoint;
  const bool is_known = std::any_of(view.logs.begin(), view.logs.end(),
                                    [&](const VerifierKey& log) { return log.name == checkpoint.origin; });
  if (!is_known) return refuse(404, "unknown log");
  if (!open_checkpoint(request->checkpoint, view.logs)) return refuse(403, "not signed by a known key of the log");
  if (request->old_size > checkpoint.head.size) return refuse(400, "the checkpoint is smaller than the old size");
  TreeHead last = view.last(checkpoint.origin);
  if (last.size == 0) last.root = empty_root();
  if (request->old_size != last.size) return conflict(last.size);
  if (last.size == checkpoint.head.size && last.root != checkpoint.head.root) return conflict(last.size);
  if (!verify_consistency(last, checkpoint.head, request->proof)) return refuse(422, "the consistency proof is wrong");
  return {.status = 200,
          .body = to_text(cosign(parsed->note.text, key, at_s)),
          .content_type = "text/plain; charset=utf-8",
          .now = checkpoint.head};
}

}  // namespace tlog
