/// Checking a receipt of the public log offline: with the receipt, its proof file and the policy, and nothing else.
#pragma once

#include <string>
#include <string_view>

#include "signing/verify.h"

namespace server {

/// What is at hand; the contents of files, not their names.
struct ReceiptQuestion {
  std::string receipt;       // as printed; empty: the one that the proof file carries
  std::string proof;         // a .tlog-proof file
  std::string policy;        // whose signatures count
  std::string earlier;       // a checkpoint (or proof file) kept from before; empty: none
  std::string continuation;  // the answer of /api/v1/logs/NAME/consistency; empty: none
};

/// Whether a text or file is a receipt or a proof file, as opposed to a licence.
bool is_receipt(std::string_view content);

/// Receipt against proof file, signatures, inclusion, the entry's words, witnesses, and what was kept from before.
/// Refusals are checks with outcome bad: those of `tlog` and `evidence.receipt_malformed`, and
/// `verify.receipt_missing`, `verify.other_log`, `verify.other_index`, `verify.other_leaf`, `verify.entry_changed`,
/// `verify.log_forked`, `verify.continuation_unreadable`, `verify.continuation_other`.
/// Not checkable: `verify.no_witnesses`, `verify.quorum_missing`, `verify.earlier_missing`,
/// `verify.continuation_missing`, `verify.entry_missing`.
/// Source: [C2SP-PROOF].
signing::Verdict check_receipt(const ReceiptQuestion& question);

}  // namespace server
