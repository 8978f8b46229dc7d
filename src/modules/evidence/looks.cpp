#include "modules/evidence/looks.h"

namespace evidence {

std::function<void(const http::Request&)> note_export(ReadBook& reads, std::string list) {
  return [&reads, subject = "list/" + std::move(list)](const http::Request& request) {
    if (!request.caller.staff) return;
    reads.note({.division = request.caller.division,
                .subject = subject,
                .person = request.caller.person,
                .what = "export",
                .reason = {},
                .at = request.at});
  };
}

}  // namespace evidence
