#include <array>

#include "demo.h"
#include "kernel/codes/check_digits.h"

namespace server {
namespace {

constexpr const char* password = "tianyuan-demo-2026";

}  // namespace

const std::vector<DemoStaff>& demo_staff() {
  static const std::vector<DemoStaff> all = {
      {"clerk", "柳试窗", "centre", {"window_clerk"}},
      {"examiner", "岳演登", "registration", {"registration_examiner"}},
      {"food", "彭试食", "food", {"food_examiner"}},
      {"inspector1", "易演查", "food", {"food_inspector"}},
      {"inspector2", "汤试核", "food", {"food_inspector"}},
      {"head", "欧阳演批", "registration", {"licensing_head", "food_examiner", "registration_examiner"}},
      {"leader", "贺试局", "bureau", {"leader"}},
      {"rules", "龙演规", "bureau", {"rule_owner"}},
      {"technician", "匡演维", "bureau", {"technician"}}};
  return all;
}

calendar::Date day_of(int year, int month, int day) {
  return calendar::date_of({.year = year, .month = month, .day = day}).value();
}

feel::Context entries(std::initializer_list<feel::Context::Entry> list) {
  return feel::Context(list);
}

std::string demo_citizen_id(int index) {
  char body[40];
  std::snprintf(body, sizeof body, "430211%04d%02d%02d%03d", 1970 + index % 35, 1 + index % 12, 1 + index % 28,
                900 + index % 99);
  return std::string(body) + codes::mod_11_2_check(body).value();
}

std::string demo_phone(int index) {
  char text[24];
  std::snprintf(text, sizeof text, "1300000%04d", index);
  return text;
}

base::Result<void> District::people() {
  const std::string hash = access_control::hash_password(password);
  const base::Instant now = parts_.now();
  return parts_.store->write_result([&](storage::Transaction& transaction) -> base::Result<void> {
    for (const DemoStaff& person : demo_staff()) {
      const base::Id id = new_id(now);
      TRY(std::ignore, parts_.access->create(transaction,
                                             {.id = id,
                                              .division = std::string(demo_division),
                                              .office = person.office,
                                              .staff = true,
                                              .name = person.name,
                                              .account = person.account,
                                              .roles = person.roles},
                                             now, hash));
      staff_ids_[person.account] = id;
    }
    for (int i = 0; i < demo_citizens_count; ++i) {
      const base::Id id = new_id(now);
      const std::string name = demo_person_name(i);
      TRY(std::ignore, parts_.access->create(transaction,
                                             {.id = id,
                                              .division = std::string(demo_division),
                                              .name = name,
                                              .citizen_id = demo_citizen_id(i),
                                              .phone = demo_phone(i),
                                              .account = "citizen" + std::to_string(i + 1)},
                                             now, hash));
      citizens_.push_back(id);
      citizen_names_.push_back(name);
    }
    return {};
  });
}

}  // namespace server
