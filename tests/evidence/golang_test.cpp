/// Go's `sumdb/note` and `sumdb/tlog` accept what our log publishes, and refuse it when anything is changed.
#include <gtest/gtest.h>

#include <cstdlib>

#include "testing.h"

namespace {

using evidence::testing::Bureau;
using evidence::testing::Folder;

/// A published log, its checker built by Go, and one set of arguments for it.
class Golang : public testing::Test {
 protected:
  Golang() : bureau_(folder_) {
    const std::string build = "cd '" + folder_.path("").string() +
                              "' && cp '" SOURCE_DIR
                              "/tests/evidence/check.go' . && "
                              "GO111MODULE=off GOPATH=/usr/share/gocode GOFLAGS= GOCACHE='" +
                              folder_.path("cache").string() + "' " GO_PROGRAM " build -o check check.go";
    if (std::system(build.c_str()) != 0) throw std::runtime_error("go build failed: " + build);
    for (int i = 0; i < 300; ++i) receipts_.push_back(bureau_.write(1 + i % 3, std::to_string(i)));
    bureau_.logs->publish(bureau_.now);
    old_checkpoint_ = bureau_.logs->standing("public")->checkpoint;
    for (int i = 0; i < 400; ++i) receipts_.push_back(bureau_.write(1 + i % 3, std::to_string(i)));
    bureau_.logs->publish(bureau_.now);
    key_ = tlog::to_text(bureau_.logs->standing("public")->keys.at(0));
  }

  std::string proof(std::uint64_t index) const { return tlog::to_text(bureau_.logs->proof("public", index).value()); }
  std::string consistency() const {
    std::string text;
    const evidence::Continuation continued = bureau_.logs->consistency("public", 300).value();
    for (const tlog::Hash& hash : continued.proof) text += tlog::to_base64(hash) + "\n";
    return text;
  }
  struct Arguments {
    std::string key, proof, leaf, old, consistency;
  };
  Arguments arguments(std::uint64_t index) const {
    return {key_, proof(index), receipts_.at(index).leaf_hash, old_checkpoint_, consistency()};
  }
  bool accepts(const Arguments& given) const {
    const auto write = [&](const char* name, const std::string& text) {
      std::filesystem::remove(folder_.path(name));
      storage::write_file(folder_.path(name), text);
      return "' '" + folder_.path(name).string();
    };
    const std::string command = folder_.path("check").string() + " '" + given.key + write("proof", given.proof) +
                                "' '" + given.leaf + write("old", given.old) + write("steps", given.consistency) +
                                "' > /dev/null 2>&1";
    return std::system(command.c_str()) == 0;
  }

  Folder folder_;
  Bureau bureau_;
  std::vector<storage::Receipt> receipts_;
  std::string old_checkpoint_, key_;
};

TEST_F(Golang, accepts_checkpoints_and_proofs_and_refuses_changed_ones) {
  for (const std::uint64_t index : {0U, 255U, 256U, 511U, 512U, 699U}) EXPECT_TRUE(accepts(arguments(index))) << index;
  Arguments wrong = arguments(123);
  ASSERT_TRUE(accepts(wrong));
  wrong.leaf = receipts_.at(124).leaf_hash;
  EXPECT_FALSE(accepts(wrong));
  wrong = arguments(123);
  wrong.proof.replace(wrong.proof.find("index 123"), 9, "index 122");
  EXPECT_FALSE(accepts(wrong));
  wrong = arguments(123);
  wrong.proof.replace(wrong.proof.find("\n700\n"), 5, "\n701\n");
  EXPECT_FALSE(accepts(wrong));
  wrong = arguments(123);
  wrong.old.replace(wrong.old.find("\n300\n"), 5, "\n301\n");
  EXPECT_FALSE(accepts(wrong));
  wrong = arguments(123);
  wrong.consistency = wrong.consistency.substr(wrong.consistency.find('\n') + 1);
  EXPECT_FALSE(accepts(wrong));
  wrong = arguments(123);
  wrong.key = tlog::to_text(tlog::make_key("test.example/log/public", tlog::KeyKind::ed25519, tlog::Seed{5}).verifier);
  EXPECT_FALSE(accepts(wrong));
}

}  // namespace
