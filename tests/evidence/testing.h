/// Logs over a database of their own, for tests.
#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <random>

#include "modules/evidence/evidence.h"
#include "storage/files.h"

namespace evidence::testing {

class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / ("evidence-" + std::to_string(std::random_device{}()))) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::filesystem::path path(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// Keeps seeds as they are, in hexadecimal digits.
inline Sealing plain_sealing() {
  return {.seal =
              [](std::string_view plain) {
                const auto hash = tlog::hash_of_bytes(plain);
                return tlog::to_hex(*hash);
              },
          .open = [](std::string_view sealed) -> std::optional<std::string> {
            const auto hash = tlog::parse_hex(sealed);
            return hash ? std::optional(std::string(tlog::bytes_of(*hash))) : std::nullopt;
          }};
}

/// A bureau with a database and logs, which can be closed, changed from outside, and opened again.
class Bureau {
 public:
  explicit Bureau(const Folder& folder) : folder_(folder) { open(); }

  void open() {
    store = std::move(storage::open({.database = "sqlite:" + database(), .readers = 2})).value();
    const auto steps = migrations();
    const auto migrated = store->migrate(steps);
    if (!migrated) throw std::runtime_error(migrated.error().message.en);
    auto opened = Logs::open(*store, settings(), now);
    if (!opened) throw std::runtime_error(opened.error().message.en);
    logs = std::move(opened).value();
    logs->stop_if_set_back();
  }
  void close() {
    logs.reset();
    store.reset();
  }
  std::string database() const { return folder_.path("test.db").string(); }
  std::filesystem::path log_folder() const { return folder_.path("log"); }
  Settings settings() const {
    return {.folder = log_folder().string(), .origin = "test.example/log", .sealing = plain_sealing()};
  }

  /// An event of a stream with its entry, as modules write them.
  void write_in(storage::Transaction& transaction, std::int64_t stream, const std::string& data) const {
    const storage::Stream name{"case", {stream}};
    const std::int64_t sequence =
        transaction.append(name, storage::last_sequence(transaction, name),
                           {.type = "case.advanced", .at = now, .actor = {7}, .data = data}, "430211");
    record(transaction, {.type = "case.advanced",
                         .subject = "case/" + base::to_text(base::Id{stream}),
                         .at = now,
                         .open = {{"step", "accept"}},
                         .sealed = {{"by", base::to_text(base::Id{7})}, {"content", data}},
                         .event = {.kind = "case", .id = stream, .sequence = sequence}});
  }
  storage::Receipt write(std::int64_t stream, const std::string& data) const {
    storage::Receipt receipt;
    store->write([&](storage::Transaction& transaction) {
      write_in(transaction, stream, data);
      transaction.settle();
      receipt = transaction.receipts().at(0);
      return true;
    });
    return receipt;
  }
  void write_many(int count) const {
    store->write([&](storage::Transaction& transaction) {
      for (int i = 0; i < count; ++i) write_in(transaction, 1 + i % 7, "{\"n\":" + std::to_string(i) + "}");
      return true;
    });
  }

  /// Changes the closed database as somebody with access to its file does.
  void tamper(const std::string& sql) const {
    sqlite3* database_handle = nullptr;
    ASSERT_EQ(sqlite3_open(database().c_str(), &database_handle), SQLITE_OK);
    char* message = nullptr;
    EXPECT_EQ(sqlite3_exec(database_handle, sql.c_str(), nullptr, nullptr, &message), SQLITE_OK) << message << sql;
    sqlite3_close(database_handle);
  }

  tlog::Policy policy(std::string_view log = "public") const {
    tlog::Policy policy;
    const Standing standing = logs->standing(log).value();
    for (const tlog::VerifierKey& key : standing.keys) policy.logs.push_back({.key = key, .url = ""});
    return policy;
  }

  base::Instant now{1'790'000'000'000'000};
  std::unique_ptr<storage::Store> store;
  std::unique_ptr<Logs> logs;

 private:
  const Folder& folder_;
};

}  // namespace evidence::testing
