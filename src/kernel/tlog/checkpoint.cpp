#include "kernel/tlog/checkpoint.h"

namespace tlog {
namespace {

base::Error malformed() {
  return {.code = "tlog.checkpoint_malformed",
          .message = {"检查点格式不对:应依次为日志名称、条数、根哈希三行",
                      "The checkpoint is malformed: its lines must be origin, size and root hash."}};
}

/// Takes the next line off the text; nothing when no complete line is left.
std::optional<std::string_view> next_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

}  // namespace

std::string to_text(const Checkpoint& checkpoint) {
  std::string text =
      checkpoint.origin + "\n" + std::to_string(checkpoint.head.size) + "\n" + to_base64(checkpoint.head.root) + "\n";
  for (const std::string& line : checkpoint.extensions) text += line + "\n";
  return text;
}

base::Result<Checkpoint> parse_checkpoint_text(std::string_view text) {
  const auto origin = next_line(text), size = next_line(text), root = next_line(text);
  if (!origin || !size || !root || origin->empty()) return malformed();
  const auto leaves = parse_decimal(*size);
  const auto hash = parse_hash(*root);
  if (!leaves || *leaves > size_max || !hash) return malformed();
  Checkpoint checkpoint{.origin = std::string(*origin), .head = {.size = *leaves, .root = *hash}};
  while (!text.empty()) {
    const auto line = next_line(text);
    if (!line || line->empty()) return malformed();
    checkpoint.extensions.emplace_back(*line);
  }
  if (*leaves == 0 && *hash != empty_root()) return malformed();
  return checkpoint;
}

base::Result<SignedCheckpoint> parse_checkpoint(std::string_view bytes) {
  TRY(Note note, parse_note(bytes));
  TRY(Checkpoint checkpoint, parse_checkpoint_text(note.text));
  return SignedCheckpoint{.checkpoint = std::move(checkpoint), .note = std::move(note)};
}

base::Result<TrustedCheckpoint> open_checkpoint(std::string_view bytes, const std::vector<VerifierKey>& known) {
  TRY(const SignedCheckpoint parsed, parse_checkpoint(bytes));
  TRY(const std::vector<Signed> signatures, verify_signatures(parsed.note, known));
  TrustedCheckpoint trusted{.checkpoint = parsed.checkpoint, .witnesses = {}};
  bool is_signed = false;
  for (const Signed& each : signatures)
    if (each.by.kind == KeyKind::cosignature)
      trusted.witnesses.push_back(each);
    else if (each.by.name == parsed.checkpoint.origin)
      is_signed = true;
  if (!is_signed)
    return base::Error{
        .code = "tlog.signature_missing",
        .message = {"没有所信任的日志密钥对此检查点的签名", "No trusted key of the log has signed this checkpoint."}};
  return trusted;
}

}  // namespace tlog
