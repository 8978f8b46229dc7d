#include <gtest/gtest.h>

#include "modules/certificates/model.h"

namespace certificates {
namespace {

std::string code(const base::Result<void>& result) {
  return result ? "accepted" : result.error().code;
}

const Change change{.id = {1},
                    .division = "430211",
                    .certificate = {2},
                    .status = "revoked",
                    .reason = "提供虚假材料",
                    .basis = "行政许可法第六十九条",
                    .proposed_by = {10},
                    .proposed_at = {}};

TEST(change, follows_the_state_diagram) {
  const char* states[] = {"valid", "suspended", "revoked", "cancelled", "superseded"};
  for (const char* now : states)
    for (const char* wanted : {"valid", "suspended", "revoked", "cancelled"}) {
      const std::string from = now;
      const bool possible = (from == "valid" || from == "suspended") && from != wanted;
      EXPECT_EQ(code(check_change(now, wanted)), possible ? "accepted" : "certificates.change_not_possible")
          << now << " to " << wanted;
    }
  EXPECT_EQ(code(check_change("valid", "superseded")), "certificates.status_unknown");
  EXPECT_EQ(code(check_change("valid", "")), "certificates.status_unknown");
}

TEST(proposal, names_everything_that_is_missing) {
  Change empty = change;
  empty.reason = " ";
  empty.basis = "";
  const auto refused = check_proposal("valid", empty);
  ASSERT_FALSE(refused);
  ASSERT_EQ(refused.error().places.size(), 2u);
  EXPECT_EQ(refused.error().places[0].code, "certificates.reason_missing");
  EXPECT_EQ(refused.error().places[1].code, "certificates.basis_missing");
  EXPECT_EQ(code(check_proposal("valid", change)), "accepted");
}

TEST(decision, needs_four_eyes_and_an_open_change) {  // C1
  EXPECT_EQ(code(check_decision("valid", change, {10}, true)), "certificates.same_person");
  EXPECT_EQ(code(check_decision("valid", change, {10}, false)), "certificates.same_person");
  EXPECT_EQ(code(check_decision("valid", change, {11}, true)), "accepted");
  EXPECT_EQ(code(check_decision("cancelled", change, {11}, true)), "certificates.change_not_possible");
  EXPECT_EQ(code(check_decision("cancelled", change, {11}, false)), "accepted");
  Change closed = change;
  closed.outcome = "confirmed";
  EXPECT_EQ(code(check_decision("valid", closed, {11}, true)), "certificates.change_closed");
}

}  // namespace
}  // namespace certificates
