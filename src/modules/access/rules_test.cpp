#include <gtest/gtest.h>

#include "modules/access/model.h"

namespace {

using access_control::Scope;

const access_control::Belonging own_case{.person = {7}, .division = "430211", .office = "centre"};

TEST(covers, shows_nothing_by_default) {
  EXPECT_FALSE(access_control::covers(Scope{}, own_case));
}

TEST(covers, an_applicant_sees_only_what_is_theirs) {
  EXPECT_TRUE(access_control::covers(Scope::own_of({7}), own_case));
  EXPECT_FALSE(access_control::covers(Scope::own_of({8}), own_case));
  EXPECT_FALSE(access_control::covers(Scope::own_of({}), {.person = {}, .division = "430211", .office = "centre"}));
}

TEST(covers, an_office_sees_only_its_own_and_a_city_all_its_districts) {
  EXPECT_TRUE(access_control::covers(Scope::of_office("430211", "centre"), own_case));
  EXPECT_FALSE(access_control::covers(Scope::of_office("430211", "songshan"), own_case));
  EXPECT_FALSE(access_control::covers(Scope::of_office("430202", "centre"), own_case));
  EXPECT_TRUE(access_control::covers(Scope::of_division("4302"), own_case));
  EXPECT_FALSE(access_control::covers(Scope::of_division("4301"), own_case));
}

TEST(scope_of_staff, the_widest_role_decides) {
  EXPECT_EQ(access_control::scope_of_staff({"window_clerk"}, "430211", "centre").kind, Scope::Kind::office);
  EXPECT_EQ(access_control::scope_of_staff({"window_clerk", "food_examiner"}, "430211", "centre").kind,
            Scope::Kind::division);
}

TEST(permissions_of, unknown_roles_give_nothing) {
  EXPECT_TRUE(access_control::permissions_of({"king"}).empty());
  EXPECT_FALSE(access_control::permissions_of({"window_clerk"}).empty());
}

TEST(check_password, refuses_short_common_and_contextual_ones) {
  for (const char* weak : {"", "1234567", "12345678", "Password1", "zhangsan88", "yichuang2026", "aaaaaaaaaaaa"})
    EXPECT_FALSE(access_control::check_password(weak, "zhangsan")) << weak;
  for (const char* good : {"correct horse battery", "湘江边的小馆子今天开张", "x9!kfuw2qa"})
    EXPECT_TRUE(access_control::check_password(good, "zhangsan")) << good;
}

TEST(check_account, ignores_case_and_space_and_refuses_strange_letters) {
  EXPECT_EQ(access_control::check_account(" Zhang.San ").value(), "zhang.san");
  for (const char* wrong : {"abc", "张三的店", "a b c d", "a@b.example"})
    EXPECT_FALSE(access_control::check_account(wrong)) << wrong;
}

TEST(device_of, names_what_a_person_recognises) {
  EXPECT_EQ(
      access_control::device_of("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36"),
      "Android · Chrome");
  EXPECT_EQ(access_control::device_of("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) MicroMessenger/8.0"),
            "iPhone · 微信 WeChat");
  EXPECT_EQ(access_control::device_of("Mozilla/5.0 (Windows NT 10.0) Chrome/126.0 Safari/537.36 Edg/126.0"),
            "Windows · Edge");
  EXPECT_EQ(access_control::device_of(""), "");
}

TEST(check_roles, keeps_those_who_run_and_audit_the_system_apart) {
  EXPECT_TRUE(access_control::check_roles({"window_clerk", "food_examiner"}));
  EXPECT_TRUE(access_control::check_roles({"technician"}));
  EXPECT_EQ(access_control::check_roles({"technician", "auditor"}).error().code, "access.roles_not_separate");
  EXPECT_EQ(access_control::check_roles({"king"}).error().code, "access.role_unknown");
}

}  // namespace
