#include <algorithm>
#include <array>
#include <set>

#include "kernel/base/refusals.h"
#include "kernel/base/unicode.h"
#include "modules/access/model.h"

namespace access_control {

bool covers(const Scope& scope, const Belonging& record) {
  switch (scope.kind) {
    case Scope::Kind::nothing:
      return false;
    case Scope::Kind::own:
      return scope.person && scope.person == record.person;
    case Scope::Kind::office:
      return record.division == scope.division && record.office == scope.office;
    case Scope::Kind::division:
      return record.division.starts_with(scope.division);
  }
  return false;
}

bool Actor::has_role(std::string_view role) const {
  return std::find(roles.begin(), roles.end(), role) != roles.end();
}

const std::vector<Role>& roles() {
  static const std::vector<Role> all = {
      {"window_clerk",
       {"窗口受理人员", "Window clerk"},
       {"task.read", "task.complete", "case.read", "case.visit", "entity.read", "case.operate", "task.sign",
        "task.sign_request", "case.send_back", "case.withdraw", "case.accept_conditionally", "case.assist",
        "delivery.read", "delivery.write", "delivery.stock", "park.read", "person.disclose"}},
      {"registration_examiner",
       {"登记审查人员", "Registration examiner"},
       {"task.read", "task.complete", "case.read", "entity.read", "entity.import", "case.operate", "task.sign",
        "task.sign_request", "case.suspend", "case.send_back", "case.correct", "case.retry", "park.read", "park.write",
        "person.disclose", "certificate.propose", "decision.read"},
       true},
      {"food_examiner",
       {"食品经营许可审查人员", "Food permit examiner"},
       {"task.read", "task.complete", "case.read", "entity.read", "case.operate", "task.sign", "task.sign_request",
        "case.suspend", "case.send_back", "case.correct", "case.retry", "certificate.propose", "decision.read"},
       true},
      {"food_inspector",
       {"现场核查人员", "Site inspector"},
       {"task.read", "task.complete", "case.read", "case.operate", "task.sign"},
       true},
      {"licensing_head",
       {"审批科负责人", "Head of licensing"},
       {"task.read",           "task.complete",   "case.read",
        "case.visit",          "entity.read",     "entity.import",
        "case.operate",        "task.sign",       "task.sign_request",
        "task.assign",         "case.suspend",    "case.extend",
        "case.send_back",      "case.withdraw",   "case.terminate",
        "case.reopen",         "case.correct",    "case.accept_conditionally",
        "case.express",        "case.assist",     "case.what_if",
        "case.retry",          "case.migrate",    "case.batch",
        "statistics.read",     "deadlines.read",  "delivery.read",
        "delivery.write",      "delivery.stock",  "park.read",
        "park.write",          "person.disclose", "certificate.propose",
        "certificate.confirm", "decision.read",   "model.read"},
       true},
      {"leader",
       {"局领导", "Bureau leader"},
       {"task.read", "case.read", "entity.read", "case.operate", "task.sign", "case.what_if", "statistics.read",
        "deadlines.read", "delivery.read", "park.read", "certificate.propose", "certificate.confirm", "decision.read",
        "model.read", "model.approve"},
       true},
      {"rule_owner",
       {"规则管理人员", "Rule owner"},
       {"case.read", "statistics.read", "decision.read", "decision.replay", "model.read", "model.draft",
        "model.approve"},
       true},
      {"technician", {"系统管理员", "Technician"}, {"system.read"}},
      {"auditor", {"安全审计员", "Auditor"}, {"audit.read"}, true},
      {"other_system", {"其他系统", "Other system"}, {"job.work", "message.send"}, true}};
  return all;
}

const Role* find_role(std::string_view id) {
  const auto found = std::find_if(roles().begin(), roles().end(), [&](const Role& role) { return role.id == id; });
  return found == roles().end() ? nullptr : &*found;
}

std::vector<std::string> permissions_of(const std::vector<std::string>& held) {
  std::set<std::string> permissions;
  for (const std::string& id : held)
    if (const Role* role = find_role(id)) permissions.insert(role->permissions.begin(), role->permissions.end());
  return {permissions.begin(), permissions.end()};
}

Scope scope_of_staff(const std::vector<std::string>& held, std::string division, std::string office) {
  const bool whole = std::any_of(held.begin(), held.end(), [](const std::string& id) {
    const Role* role = find_role(id);
    return role && role->whole_division;
  });
  if (whole) return Scope::of_division(std::move(division));
  return Scope::of_office(std::move(division), std::move(office));
}

namespace {

/// What attackers try first, besides words about us and the account itself.
constexpr std::array<std::string_view, 40> common_passwords = {
    "12345678",  "123456789", "1234567890", "password", "password1",  "qwertyui",   "qwerty123", "11111111",
    "00000000",  "88888888",  "66666666",   "12341234", "123123123",  "1q2w3e4r",   "1qaz2wsx",  "a1234567",
    "a12345678", "abc12345",  "abcd1234",   "iloveyou", "5201314520", "woaini1314", "87654321",  "987654321",
    "qazwsxedc", "asdfghjkl", "zxcvbnm1",   "admin123", "admin1234",  "root1234",   "test1234",  "letmein1",
    "welcome1",  "football",  "baseball",   "superman", "dragon123",  "monkey123",  "p@ssw0rd",  "passw0rd"};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

base::Error refused(std::string path, std::string code, base::Text message) {
  return base::invalid_at(std::move(path), code, message);
}

}  // namespace

base::Result<void> check_password(std::string_view password, std::string_view account) {
  const std::size_t size = base::length(password);
  if (size < password_length_min || password.size() > password_length_max)
    return refused("/password", "access.password_weak",
                   {"密码应为8个字符以上(最长256字节),可以是一句您记得住的话",
                    "The password needs at least 8 characters (at most 256 bytes); a sentence you remember is best."});
  const std::string plain = lower(password);
  const std::string name = lower(account);
  const bool common = std::find(common_passwords.begin(), common_passwords.end(), plain) != common_passwords.end();
  const bool contextual =
      (name.size() >= 4 && plain.find(name) != std::string::npos) || plain.find("yichuang") != std::string::npos;
  const bool one_character = plain.find_first_not_of(plain.front()) == std::string::npos;
  if (common || contextual || one_character)
    return refused("/password", "access.password_weak",
                   {"这个密码太容易被猜到,请不要使用常见密码、账号或系统名称",
                    "This password is too easy to guess. Avoid common passwords, your account and the system's name."});
  return {};
}

base::Result<std::string> check_account(std::string_view account) {
  std::string plain = lower(base::tidy(account));
  const bool letters = plain.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789._-") == std::string::npos;
  if (plain.size() < 4 || plain.size() > 40 || !letters)
    return refused(
        "/account", "access.account_invalid",
        {"账号应为4至40个字母、数字、点、横线或下划线,可以用手机号",
         "The account needs 4 to 40 letters, digits, dots, hyphens or underscores; a phone number will do."});
  return plain;
}

base::Result<void> check_roles(const std::vector<std::string>& held) {
  for (const std::string& id : held)
    if (!find_role(id))
      return refused("/roles", "access.role_unknown", {"没有岗位“" + id + "”", "There is no role “" + id + "”."});
  const bool apart = std::any_of(held.begin(), held.end(), [](const std::string& id) {
    return id == "technician" || id == "auditor" || id == "other_system";
  });
  if (apart && held.size() > 1)
    return refused("/roles", "access.roles_not_separate",
                   {"系统管理员、安全审计员和其他系统的账号不能兼任其他岗位",
                    "A technician, an auditor or another system may hold no other role."});
  return {};
}

base::Result<void> check_grants(const std::vector<std::string>& roles, const std::vector<std::string>& grants) {
  if (!grants.empty() && std::find(roles.begin(), roles.end(), "other_system") == roles.end())
    return refused(
        "/grants", "access.grants_not_for_people",
        {"只有“其他系统”的账号才能授予作业和消息", "Jobs and messages are granted to accounts of other systems only."});
  for (const std::string& grant : grants) {
    const std::string_view rest = grant.starts_with("job:")       ? std::string_view(grant).substr(4)
                                  : grant.starts_with("message:") ? std::string_view(grant).substr(8)
                                                                  : std::string_view();
    if (rest.empty() || rest.size() > grant_length_max)
      return refused("/grants", "access.grant_invalid",
                     {"“" + grant + "”应写成“job:作业类型”或“message:消息名称”",
                      "“" + grant + "” must read “job:TYPE” or “message:NAME”."});
  }
  return {};
}

std::string device_of(std::string_view user_agent) {
  struct Sign {
    std::string_view mark;
    std::string_view name;
  };
  // The first mark that is found wins: later ones also stand in the headers of earlier ones.
  static constexpr std::array<Sign, 6> systems = {{{"iPhone", "iPhone"},
                                                   {"iPad", "iPad"},
                                                   {"Android", "Android"},
                                                   {"Windows", "Windows"},
                                                   {"Mac OS X", "Mac"},
                                                   {"Linux", "Linux"}}};
  static constexpr std::array<Sign, 6> programs = {{{"MicroMessenger", "微信 WeChat"},
                                                    {"Edg", "Edge"},
                                                    {"Firefox", "Firefox"},
                                                    {"Chrome", "Chrome"},
                                                    {"Safari", "Safari"},
                                                    {"curl", "curl"}}};
  std::string device;
  for (const auto& signs : {systems, programs})
    for (const Sign& sign : signs)
      if (user_agent.find(sign.mark) != std::string_view::npos) {
        device += (device.empty() ? "" : " · ") + std::string(sign.name);
        break;
      }
  return device;
}

}  // namespace access_control
