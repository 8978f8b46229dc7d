/// Asking witnesses to cosign.
#include <algorithm>

#include "kernel/tlog/witness.h"
#include "live.h"
#include "modules/evidence/web_client.h"

namespace evidence {
namespace {

constexpr int ask_timeout_ms = 3'000;

base::Text contradicted(const Live& live, const std::string& witness, const std::string& zh, const std::string& en) {
  return {"见证方 " + witness + " 所见与日志 " + live.row.name + " 不符(" + zh + "),已停止签署",
          "The witness " + witness + " has seen another log " + live.row.name + " (" + en + "): it signs no more."};
}

/// Adds the witness's lines to the served note, if it is still the one that was shown to it.
bool add_cosignature(Live& live, const tlog::Policy::Witness& witness, const std::string& shown,
                     const std::string& lines) {
  const auto parsed = tlog::parse_note(shown);
  const auto answered = tlog::parse_signature_lines(lines);
  if (!parsed || !answered) return false;
  for (const tlog::SignatureLine& line : answered.value()) {
    if (line.name != witness.key.name || line.id != witness.key.id()) continue;
    const tlog::Note alone{.text = parsed->text, .signatures = {line}};
    const auto checked = tlog::verify_signatures(alone, {witness.key});
    if (!checked || checked->empty()) return false;
    const std::lock_guard guard(live.mutex);
    tlog::Note now = tlog::parse_note(live.note).value();
    if (now.text != parsed->text) return false;
    std::erase_if(now.signatures,
                  [&](const tlog::SignatureLine& old) { return old.name == line.name && old.id == line.id; });
    now.signatures.push_back(line);
    live.note = tlog::to_text(now);
    return true;
  }
  return false;
}

}  // namespace

bool ask_witness(Live& live, const tlog::Policy::Witness& witness, base::Instant) {
  const auto [head, note] = live.served();
  std::uint64_t known = 0;
  {
    const std::lock_guard guard(live.mutex);
    known = live.asked[witness.name];
  }
  // The second try is with the size that the witness has told in answer to the first.
  for (int tries = 0; tries < 2; ++tries) {
    tlog::AddCheckpoint request{.old_size = known, .proof = {}, .checkpoint = note};
    const auto proof = tlog::consistency_proof(known, head.size, reader_of(live.folder, head.size));
    if (!proof) return false;
    request.proof = proof.value();
    const auto answer = ask_web(witness.url + "/add-checkpoint", tlog::to_text(request), ask_timeout_ms);
    if (!answer) return false;
    if (answer->status == 200) {
      const std::lock_guard guard(live.mutex);
      live.asked[witness.name] = head.size;
    }
    if (answer->status == 200) return add_cosignature(live, witness, note, answer->body);
    if (answer->status == 422) {
      live.refuse(contradicted(live, witness.name, "一致性证明不被接受", "it refuses the consistency proof"));
      return false;
    }
    std::string_view digits = answer->body;
    if (digits.ends_with("\n")) digits.remove_suffix(1);
    const auto size = tlog::parse_decimal(digits);
    if (answer->status != 409 || !size) return false;
    if (*size > head.size || *size == known) {
      // It knows more than was ever signed here, or the same size with another root.
      live.refuse(contradicted(live, witness.name, "它见过 " + std::to_string(*size) + " 条的检查点",
                               "it has cosigned " + std::to_string(*size) + " entries"));
      return false;
    }
    known = *size;
  }
  return false;
}

}  // namespace evidence
