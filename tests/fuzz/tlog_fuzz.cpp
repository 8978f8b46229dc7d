// What anybody may send or serve: notes, checkpoints, proofs, keys, policies, requests to a witness, bundles, paths of
// tiles, receipts. Reading never crashes, refusals are complete, and what is read is written again as it was.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "kernel/tlog/proof.h"
#include "kernel/tlog/tile.h"
#include "kernel/tlog/witness.h"
#include "modules/evidence/model.h"

namespace {

void demand(bool condition) {
  if (!condition) std::abort();
}

/// A refusal names itself in both languages; what was accepted has one spelling.
template <class T, class Write>
void check(std::string_view text, const base::Result<T>& read, Write write) {
  if (!read) {
    demand(!read.error().code.empty() && !read.error().message.zh.empty() && !read.error().message.en.empty());
    return;
  }
  demand(write(read.value()) == text);
}

const std::vector<tlog::VerifierKey>& known() {
  static const std::vector<tlog::VerifierKey> keys = {
      tlog::make_key("a", tlog::KeyKind::ed25519, tlog::Seed{1}).verifier,
      tlog::make_key("w", tlog::KeyKind::cosignature, tlog::Seed{2}).verifier};
  return keys;
}

void check_proof(std::string_view text) {
  const auto proof = tlog::parse_proof(text);
  check(text, proof, [](const tlog::Proof& read) { return tlog::to_text(read); });
  if (!proof) return;
  const tlog::Hash leaf = tlog::leaf_hash("x");
  demand(!tlog::verify_inclusion(leaf, {.index = proof->index, .size = proof->index + 1, .root = {}}, proof->path));
  demand(!tlog::verify(proof.value(), leaf, tlog::Policy{.logs = {{known()[0], ""}}, .witnesses = {}, .groups = {}}));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 9) {
    case 0:
      check(text, tlog::parse_note(text), [](const tlog::Note& note) { return tlog::to_text(note); });
      break;
    case 1:
      check(text, tlog::parse_checkpoint_text(text), [](const tlog::Checkpoint& read) { return tlog::to_text(read); });
      (void)tlog::open_checkpoint(text, known());
      break;
    case 2:
      check_proof(text);
      break;
    case 3:
      check(text, tlog::parse_verifier_key(text), [](const tlog::VerifierKey& key) { return tlog::to_text(key); });
      break;
    case 4:
      if (const auto policy = tlog::parse_policy(text)) {
        const std::string written = tlog::to_text(policy.value());
        check(written, tlog::parse_policy(written), [](const tlog::Policy& again) { return tlog::to_text(again); });
      }
      break;
    case 5: {
      check(text, tlog::parse_add_checkpoint(text),
            [](const tlog::AddCheckpoint& read) { return tlog::to_text(read); });
      static const tlog::SigningKey key = tlog::make_key("w", tlog::KeyKind::cosignature, tlog::Seed{2});
      const tlog::WitnessView view{.logs = known(), .last = [](const std::string&) { return tlog::TreeHead{}; }};
      const tlog::WitnessAnswer answer = tlog::answer(text, view, key, 1);
      demand(answer.status != 200);  // nobody here can sign as "a"
      break;
    }
    case 6:
      check(text, tlog::parse_bundle(text), [](const std::vector<std::string>& read) { return tlog::to_bundle(read); });
      break;
    case 7:
      if (const auto tile = tlog::parse_tile_path(text)) demand(tlog::to_path(*tile) == text);
      break;
    default:
      if (const auto receipt = evidence::parse_receipt(text))
        demand(evidence::parse_receipt(evidence::to_text(receipt.value())).value() == receipt.value());
      break;
  }
  return 0;
}
