#include "witness/witness.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <random>

#include "kernel/tlog/tree.h"
#include "storage/files.h"

namespace witness {
namespace {

/// A log of some leaves, and a witness on a folder of its own.
class Watched : public ::testing::Test {
 protected:
  Watched()
      : folder_(std::filesystem::temp_directory_path() / ("witness-" + std::to_string(std::random_device{}()))),
        log_(tlog::make_key("log.example/log", tlog::KeyKind::ed25519, tlog::Seed{1})) {
    std::filesystem::create_directories(folder_);
    storage::write_file(folder_ / "policy", "log " + tlog::to_text(log_.verifier) + "\nquorum none\n");
    for (int i = 0; i < 40; ++i) leaves_.push_back(tlog::leaf_hash(std::to_string(i)));
  }
  ~Watched() override { std::filesystem::remove_all(folder_); }

  Settings settings() const {
    return {.folder = folder_ / "data", .name = "w.example/w", .policy = folder_ / "policy"};
  }
  tlog::Hash root(std::size_t begin, std::size_t end) const {
    tlog::Frontier tree;
    for (std::size_t i = begin; i < end; ++i) tree.add(leaves_[i]);
    return tree.root();
  }
  std::string request(std::uint64_t old_size, std::uint64_t size) const {
    const auto reader = [this](tlog::NodeId node) -> base::Result<tlog::Hash> {
      return root(node.index << node.level, (node.index + 1) << node.level);
    };
    const std::string text =
        tlog::to_text(tlog::Checkpoint{.origin = "log.example/log", .head = {size, root(0, size)}});
    return tlog::to_text(tlog::AddCheckpoint{
        .old_size = old_size,
        .proof = tlog::consistency_proof(old_size, size, reader).value(),
        .checkpoint = tlog::to_text(tlog::Note{.text = text, .signatures = {tlog::sign(text, log_)}})});
  }

  std::filesystem::path folder_;
  tlog::SigningKey log_;
  std::vector<tlog::Hash> leaves_;
};

TEST_F(Watched, what_was_cosigned_is_remembered_over_restarts) {
  tlog::VerifierKey key;
  {
    const auto watching = std::move(Witness::open(settings())).value();
    key = watching->key();
    EXPECT_EQ(watching->add_checkpoint(request(0, 20), 1).status, 200);
    EXPECT_EQ(watching->add_checkpoint(request(20, 30), 2).status, 200);
  }
  const auto watching = std::move(Witness::open(settings())).value();
  EXPECT_EQ(watching->key(), key);
  EXPECT_EQ(watching->heads().at("log.example/log").size, 30U);
  const auto rolled_back = watching->add_checkpoint(request(20, 25), 3);
  EXPECT_EQ(rolled_back.status, 409);
  EXPECT_EQ(rolled_back.body, "30\n");
  leaves_[3][0] ^= 1;
  EXPECT_EQ(watching->add_checkpoint(request(30, 40), 3).status, 422);
  EXPECT_EQ(watching->heads().at("log.example/log").size, 30U);
}

TEST_F(Watched, a_witness_that_would_forget_does_not_start) {
  {
    const auto watching = std::move(Witness::open(settings())).value();
    ASSERT_EQ(watching->add_checkpoint(request(0, 20), 1).status, 200);
  }
  for (const auto& file : std::filesystem::directory_iterator(folder_ / "data" / "state")) {
    std::filesystem::resize_file(file.path(), 10);
    break;
  }
  EXPECT_EQ(Witness::open(settings()).error().code, "witness.state_damaged");
  std::filesystem::resize_file(folder_ / "data" / "key", 10);
  EXPECT_EQ(Witness::open(settings()).error().code, "witness.key_damaged");
}

TEST_F(Watched, names_and_policies_are_checked) {
  Settings wrong = settings();
  wrong.name = "two words";
  EXPECT_EQ(Witness::open(wrong).error().code, "witness.name_invalid");
  wrong = settings();
  wrong.policy = folder_ / "none";
  EXPECT_EQ(Witness::open(wrong).error().code, "witness.policy_missing");
}

TEST_F(Watched, answers_over_http_with_the_statuses_of_the_protocol) {
  const auto watching = std::move(Witness::open(settings())).value();
  http::Router router;
  mount(router, *watching);
  const auto ask = [&](const std::string& body) {
    http::Request asked{.method = "POST", .path = "/add-checkpoint", .at = {7'000'000}};
    asked.headers["content-type"] = "text/plain";
    asked.body = body;
    return router.handle(asked);
  };
  EXPECT_EQ(ask("nonsense").status, 400);
  const http::Reply cosigned = ask(request(0, 20));
  EXPECT_EQ(cosigned.status, 200);
  EXPECT_TRUE(cosigned.body.starts_with("— w.example/w "));
  const http::Reply conflict = ask(request(0, 30));
  EXPECT_EQ(conflict.status, 409);
  EXPECT_EQ(conflict.content_type, "text/x.tlog.size");
  http::Request shown{.method = "GET", .path = "/"};
  EXPECT_NE(router.handle(shown).body.find("log.example/log 20 "), std::string::npos);
}

}  // namespace
}  // namespace witness
