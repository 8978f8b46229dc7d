/// Plays a service's cases on a virtual clock against the real engine, registers and database.
///
/// A case file says what stood in the register before (another case), what the guide and the form were answered, the
/// steps taken, and what must be true then: docs/how-to/add-a-service.md describes its keys.
#pragma once

#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "modules/casework/casework.h"
#include "modules/delivery/delivery.h"
#include "modules/licensing/licensing.h"
#include "storage/storage.h"

namespace services {

/// A folder of the test's own, gone with it.
class Folder {
 public:
  Folder();
  ~Folder();
  std::string path(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

class Player {
 public:
  /// `root` is the catalogue's folder, from which the case files are read too. `database` as in storage::Options;
  /// empty: SQLite in a folder of its own.
  Player(std::string root, std::shared_ptr<const catalogue::Catalogue> catalogue, const std::string& database = {});
  ~Player();

  /// Plays "service/name" with all that it comes after. Returns what did not go as the file says, a sentence each;
  /// empty: all did.
  std::vector<std::string> play(const std::string& file);

  storage::Store& store() { return *store_; }
  const casework::Engine& engine() const { return *engine_; }
  storage::FileStore& files() { return *files_; }
  licensing::Licensing& licensing() { return *licensing_; }

 private:
  struct Run;  // of one case file

  YAML::Node read(const std::string& file);
  YAML::Node with_likeness(const std::string& file);
  void play_file(const std::string& file, const YAML::Node& overrides);
  void step(Run& run, const YAML::Node& step);
  void task(Run& run, const YAML::Node& step);
  void operate(Run& run, const YAML::Node& step);
  void open_host(const YAML::Node& wanted);
  void advance(const YAML::Node& by);
  void advance_to(calendar::Date day, int hour);
  void submit(Run& run, const YAML::Node& step);
  base::Result<void> draft(Run& run);
  base::Result<void> upload(Run& run, const std::string& slot);
  void settle(const base::Result<void>& result, const YAML::Node& step, const std::string& what);
  void remember(const Run& run);
  void expect(Run& run, const YAML::Node& expected);
  void expect_clocks(const casework::Case& of_case, const YAML::Node& expected);
  void expect_register(const Run& run, const YAML::Node& expected);
  void expect_certificates(const Run& run, const YAML::Node& expected);
  void expect_certificate(const licensing::Certificate& is, const licensing::Certificate* before,
                          const YAML::Node& wanted);
  void expect_replay(const Run& run);
  void fail(const std::string& sentence);
  /// `wanted` is a text the file gives, or absent.
  void same(const std::string& what, const std::string& is, const YAML::Node& wanted);

  casework::Moment as(const std::string& role);
  casework::Moment as_applicant();
  std::string code_of_subject(const std::string& what);
  feel::Value value_of(const YAML::Node& node);
  feel::Context context_of(const YAML::Node& node);
  base::Id new_id() { return base::make_id(now_, ++ids_ * 0x9E3779B1u); }

  std::string root_;
  std::shared_ptr<const catalogue::Catalogue> catalogue_;
  Folder folder_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<storage::FileStore> files_;
  std::unique_ptr<casework::Engine> engine_;
  std::unique_ptr<licensing::Licensing> licensing_;
  std::unique_ptr<delivery::Delivery> delivery_;
  std::map<std::string, YAML::Node> vocabulary_;  // shared/steps.yaml
  base::Instant now_;
  std::uint32_t ids_ = 0;
  base::Id sending_;   // the last delivery
  base::Id entity_;    // the last one a case was about
  std::string place_;  // where in which file, for sentences
  std::vector<std::string> faults_;
};

}  // namespace services
