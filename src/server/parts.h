/// The objects the program is made of, in the order they are built.
#pragma once

#include <memory>
#include <thread>

#include "catalogue/catalogue.h"
#include "http/http.h"
#include "http/news.h"
#include "modules/access/access.h"
#include "modules/casework/casework.h"
#include "modules/delivery/delivery.h"
#include "modules/licensing/licensing.h"
#include "program.h"
#include "storage/storage.h"

namespace server {

struct Program::Parts {
  Options options;
  std::shared_ptr<const catalogue::Catalogue> catalogue;
  std::unique_ptr<storage::Store> store;
  std::unique_ptr<storage::FileStore> files;
  std::unique_ptr<access_control::Access> access;
  std::unique_ptr<casework::Engine> engine;
  std::unique_ptr<licensing::Licensing> licensing;
  std::unique_ptr<delivery::Delivery> delivery;
  std::unique_ptr<http::News> news;
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
  void deliver(const storage::Outgoing& outgoing);
  Program::Parts& parts_;
  std::jthread thread_;
};

/// Serves the built front end, if there is one. Returns how many files.
int mount_assets(http::Router& router);

/// Fills the empty database; see Program::load_demonstration.
base::Result<void> make_demonstration(Program::Parts& parts, const Demonstration& wanted,
                                      const std::function<void(const std::string&)>& progress);

}  // namespace server
