#include <algorithm>

#include "kernel/base/refusals.h"
#include "modules/certificates/model.h"

namespace certificates {
namespace {

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace

base::Result<void> check_change(std::string_view now, std::string_view wanted) {
  if (wanted != "valid" && wanted != "suspended" && wanted != "revoked" && wanted != "cancelled")
    return base::Error{.code = "certificates.status_unknown",
                       .message = {"只能暂停、恢复、吊销（撤销）或注销", "Only suspend, resume, revoke or cancel"},
                       .places = {{"/status", "certificates.status_unknown", {"请选择一种处理", "Choose what to do"}}}};
  const bool possible = (now == "valid" && wanted != "valid") || (now == "suspended" && wanted != "suspended");
  if (!possible)
    return base::conflict(
        "certificates.change_not_possible",
        {"证照现在的状态不能作这种变更;已吊销、已注销、已换发的证照不能再变",
         "The certificate's present state does not allow this. What was revoked, cancelled or superseded stays so."});
  return {};
}

base::Result<void> check_proposal(std::string_view now, const Change& change) {
  TRY(std::ignore, check_change(now, change.status));
  base::Error missing{.code = "certificates.reason_missing",
                      .message = {"请写明理由和法律依据", "Give the reason and the legal basis"}};
  if (is_blank(change.reason))
    missing.places.push_back({"/reason", "certificates.reason_missing", {"请写明理由", "Give the reason"}});
  if (is_blank(change.basis))
    missing.places.push_back({"/basis", "certificates.basis_missing", {"请写明法律依据", "Give the legal basis"}});
  if (!missing.places.empty()) return missing;
  return {};
}

base::Result<void> check_decision(std::string_view now, const Change& change, base::Id decider, bool confirms) {
  if (change.outcome != "open")
    return base::conflict("certificates.change_closed",
                          {"这项变更已经处理过了", "This change has been decided already"});
  if (change.proposed_by == decider)
    return base::Error{.kind = base::Refusal::forbidden,
                       .code = "certificates.same_person",
                       .message = {"提出变更的人不能自己确认,请由另一位有权限的人员办理",
                                   "Who proposed the change may not decide on it: another officer must"}};
  if (confirms) return check_change(now, change.status);
  return {};
}

}  // namespace certificates
