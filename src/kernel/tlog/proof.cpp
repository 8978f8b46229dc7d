#include "kernel/tlog/proof.h"

namespace tlog {
namespace {

constexpr std::string_view first_line = "c2sp.org/tlog-proof@v1";
constexpr std::string_view extra_word = "extra ";
constexpr std::string_view index_word = "index ";

base::Error malformed() {
  return {.code = "tlog.proof_malformed",
          .message = {"证明文件格式不对或残缺", "The proof file is malformed or cut short."}};
}

std::optional<std::string_view> next_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

}  // namespace

std::string to_text(const Proof& proof) {
  std::string text = std::string(first_line) + "\n";
  if (!proof.extra.empty()) text += std::string(extra_word) + to_base64(proof.extra) + "\n";
  text += std::string(index_word) + std::to_string(proof.index) + "\n";
  for (const Hash& hash : proof.path) text += to_base64(hash) + "\n";
  return text + "\n" + proof.checkpoint;
}

base::Result<Proof> parse_proof(std::string_view text) {
  Proof proof;
  auto line = next_line(text);
  if (!line || *line != first_line) return malformed();
  line = next_line(text);
  if (line && line->starts_with(extra_word)) {
    const auto extra = parse_base64(line->substr(extra_word.size()));
    if (!extra || extra->empty()) return malformed();
    proof.extra = *extra;
    line = next_line(text);
  }
  if (!line || !line->starts_with(index_word)) return malformed();
  const auto index = parse_decimal(line->substr(index_word.size()));
  if (!index) return malformed();
  proof.index = *index;
  for (line = next_line(text); line && !line->empty(); line = next_line(text)) {
    const auto hash = parse_hash(*line);
    if (!hash || proof.path.size() == path_hashes_max) return malformed();
    proof.path.push_back(*hash);
  }
  if (!line || text.empty()) return malformed();
  proof.checkpoint = std::string(text);
  return proof;
}

base::Result<Proved> verify(const Proof& proof, const Hash& leaf, const Policy& policy) {
  TRY(TrustedCheckpoint at, open_checkpoint(proof.checkpoint, policy.keys()));
  const TreeHead& head = at.checkpoint.head;
  TRY(std::ignore, verify_inclusion(leaf, {.index = proof.index, .size = head.size, .root = head.root}, proof.path));
  const bool is_witnessed = policy.quorum != "none" && policy.is_met(at.witnesses);
  return Proved{.at = std::move(at), .is_witnessed = is_witnessed};
}

}  // namespace tlog
