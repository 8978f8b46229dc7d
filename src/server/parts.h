/// The objects the program is made of, in the order they are built.
#pragma once

#include <memory>
#include <thread>

#include "catalogue/catalogue.h"
#include "http/http.h"
#include "http/news.h"
#include "modules/access/access.h"
#include "modules/batches/batches.h"
#include "modules/casework/casework.h"
#include "modules/certificates/certificates.h"
#include "modules/delivery/delivery.h"
#include "modules/evidence/evidence.h"
#include "modules/exchange/exchange.h"
#include "modules/imports/imports.h"
#include "modules/licensing/licensing.h"
#include "modules/publishing/publishing.h"
#include "program.h"
#include "storage/storage.h"

namespace server {

struct Program::Parts {
  Options options;
  std::shared_ptr<const catalogue::Catalogue> catalogue;
  std::unique_ptr<storage::Store> store;
  std::unique_ptr<storage::FileStore> files;
  std::unique_ptr<evidence::Logs> logs;  // none when another process keeps them
  std::unique_ptr<evidence::ReadBook> reads;
  std::unique_ptr<access_control::Access> access;
  std::unique_ptr<casework::Engine> engine;
  std::unique_ptr<publishing::Publishing> publishing;
  std::unique_ptr<exchange::Exchange> exchange;
  std::unique_ptr<batches::Batches> batches;
  std::unique_ptr<licensing::Licensing> licensing;
  std::unique_ptr<delivery::Delivery> delivery;
  std::unique_ptr<http::News> news;
  std::unique_ptr<signing::KeyRing> keys;
  std::unique_ptr<certificates::Certificates> certificates;
  std::unique_ptr<imports::Imports> imports;
  std::shared_ptr<http::Router> router;

  base::Instant now() const;
};

/// Timers, outbox: runs until told to stop.
class Jobs {
 public:
  explicit Jobs(Program::Parts& parts);
  ~Jobs();

 private:
  void run(const std::stop_token& stop);
  /// Returns whether it is done; otherwise a piece of it is, and everybody else comes before the next one.
  bool deliver(const storage::Outgoing& outgoing);
  /// Due days of some open cases, when the rules are others than those they were planned by. Returns whether it did
  /// anything.
  bool plan_again();
  Program::Parts& parts_;
  const catalogue::RuleSet* planned_by_ = nullptr;
  int planned_ = 0;
  std::jthread thread_;
};

/// Publishes the logs: what was committed stands under a signed checkpoint a moment later. Runs until told to stop.
class LogKeeper {
 public:
  explicit LogKeeper(Program::Parts& parts);

 private:
  void run(const std::stop_token& stop);
  Program::Parts& parts_;
  std::jthread thread_;
};

/// See Program::account.
base::Result<std::string> run_account_command(Program::Parts& parts, const std::string& command);

/// Serves the built front end, if there is one. Returns how many files.
int mount_assets(http::Router& router);

/// The page that checks licences, with a place for the trust file; empty when the program was built without it.
std::string_view check_page();

/// Brings versions of services that are approved and due into force in this process.
void renew_services(Program::Parts& parts);

/// Publishes lists of states that are due, and writes the trust file beside the database.
void publish_trust(Program::Parts& parts);
/// Whether an upload is whole, found out by a process that can do nothing else; false also when that one crashes.
bool parse_upload_enclosed(std::string_view content);
/// tables::read in a process that can do nothing else. Errors: `tables.unreadable` also when that one crashes.
base::Result<tables::Table> read_table_enclosed(std::string_view bytes, tables::Encoding encoding);

/// Fills the empty database; see Program::load_demonstration.
base::Result<void> make_demonstration(Program::Parts& parts, const Demonstration& wanted,
                                      const std::function<void(const std::string&)>& progress);

}  // namespace server
