/// A log and its witnesses, over HTTP: quorum, a witness that is away, and a log that was set back.
#include <gmock/gmock.h>

#include <chrono>

#include "modules/evidence/web_client.h"
#include "testing.h"
#include "witness/witness.h"

namespace {

using evidence::testing::Bureau;
using evidence::testing::Folder;
using ::testing::HasSubstr;

/// A witness with its server.
class Authority {
 public:
  Authority(const Folder& folder, const std::string& name, const std::string& policy)
      : name_(name), router_(std::make_shared<http::Router>()) {
    auto opened =
        witness::Witness::open({.folder = folder.path(name).string(), .name = name + ".example/w", .policy = policy});
    if (!opened) throw std::runtime_error(opened.error().message.en);
    witness_ = std::move(opened).value();
    witness::mount(*router_, *witness_);
    server_ = std::make_unique<http::Server>(
        http::ServerOptions{.port = 0, .workers = 2}, router_, [](const http::Request&) { return http::Caller(); },
        [] { return base::Instant{1'790'000'000'000'000}; });
    port_ = server_->start().value();
  }
  ~Authority() { stop(); }
  void stop() {
    if (server_) server_->stop();
    server_.reset();
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::string line() const { return "witness " + name_ + " " + tlog::to_text(witness_->key()) + " " + url() + "\n"; }
  std::uint64_t seen() const { return witness_->heads().at("test.example/log/public").size; }

 private:
  std::string name_;
  std::shared_ptr<http::Router> router_;
  std::unique_ptr<witness::Witness> witness_;
  std::unique_ptr<http::Server> server_;
  int port_ = 0;
};

class Witnessed : public testing::Test {
 protected:
  Witnessed() : bureau_(folder_) {
    const std::string policy = folder_.path("watched").string();
    storage::write_file(policy,
                        tlog::to_text(tlog::Policy{.logs = bureau_.policy().logs, .witnesses = {}, .groups = {}}));
    for (const char* name : {"one", "two", "three"})
      authorities_.push_back(std::make_unique<Authority>(folder_, name, policy));
    std::string text;
    for (const auto& authority : authorities_) text += authority->line();
    storage::write_file(bureau_.log_folder() / "policy", text + "group enough 2 one two three\nquorum enough\n");
    bureau_.close();
    bureau_.open();
  }
  void publish(int entries) {
    bureau_.write_many(entries);
    bureau_.logs->publish(bureau_.now);
  }

  Folder folder_;
  Bureau bureau_;
  std::vector<std::unique_ptr<Authority>> authorities_;
};

TEST_F(Witnessed, a_checkpoint_is_cosigned_by_all_who_can_be_reached) {
  publish(10);
  EXPECT_FALSE(bureau_.logs->standing("public")->is_witnessed);
  EXPECT_EQ(bureau_.logs->ask_witnesses(bureau_.now), 3);  // the audit log has no witness that knows it
  EXPECT_TRUE(bureau_.logs->standing("public")->is_witnessed);
  EXPECT_EQ(bureau_.logs->ask_witnesses(bureau_.now), 0);  // nothing new to cosign
  const tlog::Proof proof = bureau_.logs->proof("public", 3).value();
  tlog::Policy policy = bureau_.logs->standing("public")->policy;
  policy.logs = bureau_.policy().logs;
  const auto leaf = bureau_.logs->leaf("public", 3).value();
  EXPECT_TRUE(tlog::verify(proof, leaf, policy).value().is_witnessed);

  authorities_[1]->stop();
  publish(5);
  EXPECT_FALSE(bureau_.logs->standing("public")->is_witnessed);
  EXPECT_EQ(bureau_.logs->ask_witnesses(bureau_.now), 2);
  EXPECT_TRUE(bureau_.logs->standing("public")->is_witnessed);
  authorities_[2]->stop();
  publish(5);
  EXPECT_EQ(bureau_.logs->ask_witnesses(bureau_.now), 1);
  EXPECT_FALSE(bureau_.logs->standing("public")->is_witnessed);
  EXPECT_FALSE(bureau_.logs->standing("public")->refusal);
  EXPECT_EQ(authorities_[0]->seen(), 20U);
}

TEST_F(Witnessed, a_restarted_log_finds_out_what_its_witnesses_know) {
  publish(10);
  EXPECT_EQ(bureau_.logs->ask_witnesses(bureau_.now), 3);
  bureau_.close();
  bureau_.open();
  publish(7);
  EXPECT_EQ(bureau_.logs->ask_witnesses(bureau_.now), 3);
  EXPECT_TRUE(bureau_.logs->standing("public")->is_witnessed);
}

TEST_F(Witnessed, a_log_that_was_set_back_where_nobody_remembers_is_found_by_its_witnesses) {
  publish(10);
  EXPECT_EQ(bureau_.logs->ask_witnesses(bureau_.now), 3);
  bureau_.close();
  // Everything this machine remembers is gone, but the keys: the database starts anew.
  std::filesystem::remove(bureau_.database());
  std::filesystem::remove(bureau_.log_folder() / "public" / "checkpoint");
  std::filesystem::remove_all(bureau_.log_folder() / "public" / "tile");
  bureau_.open();
  ASSERT_FALSE(bureau_.logs->standing("public")->refusal);
  publish(4);
  EXPECT_EQ(bureau_.logs->ask_witnesses(bureau_.now), 0);
  ASSERT_TRUE(bureau_.logs->standing("public")->refusal);
  EXPECT_THAT(bureau_.logs->standing("public")->refusal->en, HasSubstr("it has cosigned 10 entries"));
  bureau_.logs->publish(bureau_.now);
  EXPECT_THROW(bureau_.write(1, "{}"), storage::Fault);
}

TEST_F(Witnessed, another_history_of_the_same_length_is_refused) {
  publish(10);
  EXPECT_EQ(bureau_.logs->ask_witnesses(bureau_.now), 3);
  bureau_.close();
  std::filesystem::remove(bureau_.database());
  std::filesystem::remove(bureau_.log_folder() / "public" / "checkpoint");
  std::filesystem::remove_all(bureau_.log_folder() / "public" / "tile");
  bureau_.open();
  publish(12);
  EXPECT_EQ(bureau_.logs->ask_witnesses(bureau_.now), 0);
  ASSERT_TRUE(bureau_.logs->standing("public")->refusal);
  EXPECT_THAT(bureau_.logs->standing("public")->refusal->en, HasSubstr("refuses the consistency proof"));
}

TEST(web_client, tells_what_keeps_it_from_an_answer) {
  EXPECT_EQ(evidence::ask_web("ftp://x/", "", 100).error().code, "evidence.web_address");
  EXPECT_EQ(evidence::ask_web("http://x y/", "", 100).error().code, "evidence.web_address");
  EXPECT_EQ(evidence::ask_web("http://127.0.0.1:1/", "", 1'000).error().code, "evidence.web_unreachable");
  const auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(evidence::ask_web("http://192.0.2.1:9/", "", 300));  // nobody answers there
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(3));
}

}  // namespace
