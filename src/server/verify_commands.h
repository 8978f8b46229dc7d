/// The command line that checks proofs and keeps keys: `yichuang verify` needs no server, no database and no network.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "kernel/base/instant.h"
#include "kernel/base/result.h"

namespace server {

/// How `verify` ends.
enum VerifyExit : int {
  verify_good = 0,     // genuine, in force, everything checked
  verify_refused = 1,  // not to be relied on; the reasons are printed
  verify_partly = 3    // genuine, but not everything could be checked: what could not is printed
};

/// `yichuang verify [receipt] TEXT|FILE [--trust FILE] [--json]`: the text of a QR code, its address form, or a file
/// (PDF, OFD, a text, a list of states); or a receipt of the public log, as text or as proof file.
struct VerifyCommand {
  std::vector<std::string> subject;  // one word, or "receipt" and one
  std::string trust;                 // empty: trust.json here, else in the data folder
  std::string policy = {};           // receipts: whose signatures count; empty: log.policy here or in the data folder
  std::string proof = {};            // receipts: the proof file, when the subject is the text
  std::string earlier = {};          // receipts: a checkpoint or proof file kept from before
  std::string continuation = {};     // receipts: the answer of /api/v1/logs/NAME/consistency
  std::string data;
  base::Instant now;
  bool as_json = false;
};
int run(const VerifyCommand& command, std::ostream& out, std::ostream& err);

/// `yichuang keys [list | rotate PURPOSE | token PURPOSE URI]`, in the data folder.
struct KeysCommand {
  std::string action = "list";
  std::string purpose;
  std::string uri;
  std::string data;
  std::string catalogue = "catalogue";  // names the authority in new certificates
  bool demonstration = false;
  base::Instant now;
};
int run(const KeysCommand& command, std::ostream& out, std::ostream& err);

}  // namespace server
