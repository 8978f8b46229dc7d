/// What anybody outside can hold against a log: every checkpoint that was ever served, and every receipt.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "client.h"
#include "kernel/tlog/policy.h"
#include "kernel/tlog/proof.h"

namespace driver {

inline std::string header_of(const Answer& answer, const std::string& name) {
  const std::size_t at = answer.head.find("\r\n" + name + ": ");
  if (at == std::string::npos) return {};
  const std::size_t from = at + name.size() + 4;
  return answer.head.substr(from, answer.head.find("\r\n", from) - from);
}

inline Answer get(int port, const std::string& path) {
  return Connection(port).ask({.method = "GET", .path = path});
}

/// Notes every checkpoint of the public log that is served until told to stop or the program is gone.
inline void collect_checkpoints(int port, const std::stop_token& stop, std::set<std::string>& checkpoints) {
  try {
    Connection connection(port);
    while (!stop.stop_requested()) {
      const Answer answer = connection.ask({.method = "GET", .path = "/log/public/checkpoint"});
      if (answer.status == 200) checkpoints.insert(answer.body);
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  } catch (const Broken&) {
    // killed, as wanted
  }
}

inline tlog::Policy policy_of(int port) {
  return tlog::parse_policy(get(port, "/log/policy").body).value();
}

/// The checkpoint of a log, once it covers `size` entries. Fails after ten seconds.
inline tlog::TrustedCheckpoint wait_for(int port, const std::string& log, std::uint64_t size) {
  const tlog::Policy policy = policy_of(port);
  tlog::TrustedCheckpoint now;
  for (int tries = 0; tries < 200; ++tries) {
    const Answer answer = get(port, "/log/" + log + "/checkpoint");
    if (answer.status == 200) now = tlog::open_checkpoint(answer.body, policy.keys()).value();
    if (now.checkpoint.head.size >= size) return now;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  ADD_FAILURE() << "the log has " << now.checkpoint.head.size << " entries under a checkpoint, wanted " << size;
  return now;
}

/// A step's place as the answer's header tells it.
struct Place {
  std::string log;
  std::uint64_t index = 0;
  tlog::Hash leaf = {};
};
inline Place parse_place(const std::string& text) {
  const std::size_t first = text.find('/'), second = text.find('/', first + 1);
  Place place{.log = text.substr(0, first), .index = std::stoull(text.substr(first + 1))};
  const auto leaf = tlog::parse_hex(text.substr(second + 1, 64));
  EXPECT_TRUE(leaf) << text;
  if (leaf) place.leaf = *leaf;
  return place;
}

/// Every receipt of the public log is proved by its proof file, and every checkpoint continued by the last one.
inline void expect_in_log(int port, const std::set<std::string>& checkpoints,
                          const std::vector<std::string>& receipts) {
  std::uint64_t size = 0;
  for (const std::string& receipt : receipts) size = std::max(size, parse_place(receipt).index + 1);
  const tlog::TreeHead last = wait_for(port, "public", size).checkpoint.head;
  const tlog::Policy policy = policy_of(port);
  Connection connection(port);
  for (const std::string& receipt : receipts) {
    const Place place = parse_place(receipt);
    const Answer answer = connection.ask(
        {.method = "GET", .path = "/log/" + place.log + "/proof/" + std::to_string(place.index) + ".tlog-proof"});
    const auto proof = tlog::parse_proof(answer.body);
    ASSERT_TRUE(proof) << receipt << answer.body;
    EXPECT_TRUE(tlog::verify(proof.value(), place.leaf, policy)) << receipt;
  }
  for (const std::string& note : checkpoints) {
    const auto old = tlog::open_checkpoint(note, policy.keys());
    ASSERT_TRUE(old) << note;
    const tlog::TreeHead& head = old->checkpoint.head;
    const Answer answer = connection.ask({.method = "GET",
                                          .path = "/api/v1/logs/public/consistency?old=" + std::to_string(head.size) +
                                                  "&size=" + std::to_string(last.size)});
    ASSERT_EQ(answer.status, 200) << note << answer.body;
    std::vector<tlog::Hash> path;
    const feel::Context json = answer.json();
    for (const feel::Value& hash : json.find("proof")->as_list())
      path.push_back(tlog::parse_hash(hash.as_string()).value());
    EXPECT_TRUE(tlog::verify_consistency(head, last, path)) << note;
  }
}

}  // namespace driver
