#include <gtest/gtest.h>

#include <filesystem>

#include "modules/access/access.h"
#include "modules/evidence/evidence.h"
#include "second_factor.h"

namespace {

using namespace access_control;

constexpr base::Instant noon{1'795'000'000'000'000};
constexpr base::Id clerk_id{101}, citizen_id{102};
const std::string password = "correct horse battery";

class accounts : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("yichuang-accounts-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
    store_ = std::move(storage::open({.database = "sqlite:" + (folder_ / "a.db").string()})).value();
    for (const auto part : {evidence::migrations(), migrations()}) ASSERT_TRUE(store_->migrate(part));
    open_access(SecondFactorOfStaff::offered);
    store_->write([&](storage::Transaction& transaction) {
      save_office(transaction, "430211", "centre", {"政务中心窗口", "Service hall"});
      EXPECT_TRUE(access_->create(transaction,
                                  {.id = clerk_id,
                                   .division = "430211",
                                   .office = "centre",
                                   .staff = true,
                                   .name = "窗口甲",
                                   .account = "clerk",
                                   .password = password,
                                   .roles = {"window_clerk"}},
                                  noon));
      EXPECT_TRUE(access_->create(transaction,
                                  {.id = citizen_id,
                                   .division = "430211",
                                   .name = "申请人乙",
                                   .citizen_id = "11010519491231002X",
                                   .phone = "13800138000",
                                   .account = "citizen",
                                   .password = password},
                                  noon));
      return true;
    });
  }
  void open_access(SecondFactorOfStaff second_factor) {
    access_ =
        std::make_unique<Access>(*store_, std::move(Secrets::load_or_make((folder_ / "secrets").string())).value(),
                                 local_stand_in(), second_factor);
  }
  void TearDown() override {
    access_.reset();
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  base::Result<Access::SignedIn> sign_in(const std::string& code, base::Instant at, std::int64_t session) {
    return access_->sign_in(
        {.account = "clerk", .password = password, .code = code, .remote = "10.0.0.1", .device = "Windows · Edge"}, at,
        {session});
  }
  std::string code_at(const std::string& secret, base::Instant at) {
    return totp(secret, at.us / base::us_per_second / totp_step_s);
  }
  /// The bytes of a base 32 text, as an authenticator app reads it.
  static std::string bytes_of(const std::string& text) {
    std::string bytes;
    unsigned buffer = 0;
    int bits = 0;
    for (const char c : text) {
      buffer = (buffer << 5 | static_cast<unsigned>(c >= 'A' ? c - 'A' : c - '2' + 26)) & 0xFFFF;
      bits += 5;
      if (bits >= 8) bytes += static_cast<char>(buffer >> (bits -= 8) & 255);
    }
    return bytes;
  }
  http::Caller clerk(std::int64_t session) { return sign_in("", noon, session)->caller; }

  std::filesystem::path folder_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<Access> access_;
};

TEST_F(accounts, a_second_factor_is_asked_for_once_it_is_confirmed) {
  const http::Caller caller = clerk(1);
  const auto begun = access_->begin_second_factor(caller);
  ASSERT_TRUE(begun);
  const std::string secret = bytes_of(begun->secret);
  ASSERT_TRUE(sign_in("", noon, 2)) << "not confirmed: not asked for";
  EXPECT_EQ(access_->confirm_second_factor(caller, "000000", noon).error().code, "access.code_wrong");
  const auto codes = access_->confirm_second_factor(caller, code_at(secret, noon), noon);
  ASSERT_TRUE(codes);
  EXPECT_EQ(codes->size(), 10U);
  EXPECT_EQ(access_->begin_second_factor(caller).error().code, "access.second_factor_on");

  EXPECT_EQ(sign_in("", noon, 3).error().code, "access.code_needed");
  EXPECT_EQ(sign_in(code_at(secret, noon), noon, 3).error().code, "access.code_wrong") << "used for the confirmation";
  const base::Instant later = noon.plus_us(60 * base::us_per_second);
  EXPECT_TRUE(sign_in(code_at(secret, later), later, 3));
  EXPECT_TRUE(sign_in(codes->front(), later, 4)) << "a recovery code";
  EXPECT_EQ(sign_in(codes->front(), later, 5).error().code, "access.code_wrong") << "once only";

  EXPECT_EQ(access_->drop_second_factor(caller, "something else", later).error().code, "access.password_wrong");
  ASSERT_TRUE(access_->drop_second_factor(caller, password, later));
  EXPECT_TRUE(sign_in("", later, 6));
}

TEST_F(accounts, a_code_before_the_key_was_fetched_is_refused) {
  EXPECT_EQ(access_->confirm_second_factor(clerk(1), "123456", noon).error().code, "access.second_factor_not_begun");
}

TEST_F(accounts, wrong_tries_at_the_old_password_are_throttled) {
  const http::Caller caller = clerk(1);
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(access_->change_password(caller, "wrong one", "another good sentence", noon).error().code,
              "access.password_wrong");
  EXPECT_EQ(access_->change_password(caller, password, "another good sentence", noon).error().code,
            "access.sign_in_throttled");
}

TEST_F(accounts, a_new_password_ends_the_other_sessions) {
  const http::Caller caller = clerk(1);
  clerk(2);
  EXPECT_EQ(access_->change_password(caller, password, "12345678", noon).error().code, "access.password_weak");
  ASSERT_TRUE(access_->change_password(caller, password, "another good sentence", noon));
  const auto left = store_->read_value([&](storage::Snapshot& s) { return sessions_of(s, clerk_id, noon); });
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left.front().id, base::Id{1});
  EXPECT_EQ(left.front().device, "Windows · Edge");
  EXPECT_EQ(sign_in("", noon, 3).error().code, "access.sign_in_refused") << "the old password";
}

TEST_F(accounts, a_session_ends_for_its_holder_only) {
  clerk(1);
  const auto end = [&](base::Id person) {
    return store_->write_result([&](storage::Transaction& t) { return end_session(t, person, {1}); });
  };
  EXPECT_EQ(end(citizen_id).error().code, "access.session_unknown");
  EXPECT_TRUE(end(clerk_id));
  EXPECT_EQ(end(clerk_id).error().code, "access.session_unknown");
}

TEST_F(accounts, full_numbers_need_a_reason_and_leave_a_trace) {
  const auto disclose = [&](const std::string& reason, base::Id person) {
    return store_->write_result([&](storage::Transaction& t) {
      return access_->disclose(t, {.id = {9},
                                   .person = person,
                                   .reader = clerk_id,
                                   .record_kind = "case",
                                   .record = {77},
                                   .reason = reason,
                                   .at = noon});
    });
  };
  EXPECT_EQ(disclose("  看 ", citizen_id).error().code, "access.reason_missing");
  EXPECT_EQ(disclose("电话核对申请", {5}).error().code, "access.person_unknown");
  const auto numbers = disclose("电话核对申请", citizen_id);
  ASSERT_TRUE(numbers);
  EXPECT_EQ(numbers->citizen_id, "11010519491231002X");
  EXPECT_EQ(numbers->phone, "13800138000");
  store_->read([&](storage::Snapshot& snapshot) {
    const auto records = disclosures_of(snapshot, citizen_id, {}, 10);
    ASSERT_EQ(records.size(), 1U);
    EXPECT_EQ(records.front().reader_name, "窗口甲");
    EXPECT_EQ(records.front().reader_office.en, "Service hall");
    EXPECT_EQ(records.front().disclosure.reason, "电话核对申请");
    const auto events = storage::load_events(snapshot, {"person", citizen_id});
    ASSERT_FALSE(events.empty());
    EXPECT_EQ(events.back().type, "access.disclosed");
    EXPECT_EQ(events.back().data.find("11010519491231002X"), std::string::npos);
  });
}

TEST_F(accounts, the_technician_changes_what_the_command_line_says) {
  const auto change = [&](const AccountChange& wanted) {
    return store_->write_result([&](storage::Transaction& t) { return access_->administer(t, wanted, noon); });
  };
  EXPECT_EQ(change({.kind = "disable", .account = "nobody-here"}).error().code, "access.account_unknown");
  EXPECT_EQ(change({.kind = "promote", .account = "clerk"}).error().code, "access.change_unknown");
  EXPECT_EQ(change({.kind = "roles", .account = "clerk", .roles = {"king"}}).error().code, "access.role_unknown");
  EXPECT_EQ(change({.kind = "roles", .account = "clerk", .roles = {"auditor", "window_clerk"}}).error().code,
            "access.roles_not_separate");
  EXPECT_EQ(change({.kind = "password", .account = "clerk", .password = "short"}).error().code, "access.password_weak");
  clerk(1);
  ASSERT_TRUE(change({.kind = "disable", .account = "Clerk"}));
  EXPECT_TRUE(store_->read_value([&](storage::Snapshot& s) { return sessions_of(s, clerk_id, noon); }).empty());
  EXPECT_EQ(sign_in("", noon, 2).error().code, "access.sign_in_refused");
  ASSERT_TRUE(change({.kind = "enable", .account = "clerk"}));
  EXPECT_TRUE(sign_in("", noon, 3));
  ASSERT_TRUE(change({.kind = "roles", .account = "clerk", .roles = {"leader"}}));
  const auto accounts_now = store_->read_value([](storage::Snapshot& s) { return list_accounts(s, ""); });
  ASSERT_EQ(accounts_now.size(), 1U) << "citizens are not listed";
  EXPECT_EQ(accounts_now.front().first.roles, std::vector<std::string>{"leader"});
}

TEST_F(accounts, staff_without_a_demanded_second_factor_may_only_set_it_up) {
  open_access(SecondFactorOfStaff::demanded);
  const http::Caller before = clerk(30);
  EXPECT_TRUE(before.second_factor_missing);
  EXPECT_TRUE(before.permissions.empty());
  EXPECT_TRUE(before.roles.empty());
  EXPECT_EQ(scope_of(before).kind, Scope::Kind::nothing);
  const auto made = access_->begin_second_factor(before);
  ASSERT_TRUE(made);
  const std::string secret = bytes_of(made->secret);
  ASSERT_TRUE(access_->confirm_second_factor(before, code_at(secret, noon), noon));
  const base::Instant later = noon.plus_us(2 * totp_step_s * base::us_per_second);
  const auto after = sign_in(code_at(secret, later), later, 31);
  ASSERT_TRUE(after);
  EXPECT_FALSE(after->caller.second_factor_missing);
  EXPECT_TRUE(after->caller.may("task.complete"));
}

TEST_F(accounts, citizens_are_not_asked_for_a_second_factor) {
  open_access(SecondFactorOfStaff::demanded);
  const auto signed_in =
      access_->sign_in({.account = "citizen", .password = password, .remote = "10.0.0.1"}, noon, {32});
  ASSERT_TRUE(signed_in);
  EXPECT_FALSE(signed_in->caller.second_factor_missing);
}

}  // namespace
