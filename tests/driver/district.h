/// The demonstration district opened in this process, to make cases in bulk through the same use cases as real life,
/// and the steps that lead a case from its submission to the handed-over certificates.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "catalogue/catalogue.h"
#include "modules/casework/casework.h"
#include "modules/delivery/delivery.h"
#include "modules/licensing/licensing.h"
#include "storage/storage.h"

namespace driver {

/// One step of the journey of "open-restaurant": the task, who does it, and what its form says (JSON). The last one is
/// done by what is recorded of the delivery.
struct Step {
  std::string element;
  std::string account;
  std::string answers;
  bool delivers = false;
};
/// A step as a command over HTTP, sent with POST; it is answered with `status`.
struct Posted {
  std::string path;
  std::string body;
  int status = 200;
};
Posted posted(const Step& step, casework::TaskId task);
/// From acceptance to hand-over, in an order the process allows.
const std::vector<Step>& journey();

class District {
 public:
  /// Fills an empty database with the demonstration district if need be and opens it. `database`: as in
  /// storage::Options; empty: SQLite in `data`. Errors: throws std::runtime_error.
  explicit District(const std::string& data, const std::string& database = {});
  ~District();

  storage::Store& store() { return *store_; }
  const casework::Engine& engine() const { return *engine_; }

  /// Submits `count` complete applications of different people's fictional firms; returns the cases, as new as the
  /// clock.
  std::vector<base::Id> submit_cases(int count);

  /// Who acts now, under an account of the demonstration.
  casework::Moment as(std::string_view account) const;

  /// The key that each step's task has in every case: it depends on the path alone, so one case, led to its end here,
  /// shows those of all. Returns the case, too.
  struct Model {
    base::Id of_case;
    std::map<std::string, bpmn::Key, std::less<>> keys;  // by element
    std::size_t elements_count = 0;                      // entered after the submission
  };
  Model model_case();

  /// Does the step of a case. Errors: what the engine or the delivery refuses.
  base::Result<void> complete(storage::Transaction& transaction, casework::TaskId task, const Step& step) const;

  /// Copies a finished case until the log holds at least `events` events.
  void grow_log(base::Id finished, std::int64_t events);
  std::int64_t events_count();
  /// Copies an open case with its tasks and timers `copies` times; their ids are 1 to `copies`.
  void grow_waiting(base::Id waiting, std::int64_t copies);

 private:
  base::Result<base::Id> submit(storage::Transaction& transaction, int number);
  base::Id new_id(base::Instant now) const;

  std::shared_ptr<const catalogue::Catalogue> catalogue_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<storage::FileStore> files_;
  std::unique_ptr<casework::Engine> engine_;
  std::unique_ptr<licensing::Licensing> licensing_;
  std::unique_ptr<delivery::Delivery> delivery_;
  std::vector<std::pair<std::string, access_control::Actor>> actors_;
  std::map<std::string, feel::Context, std::less<>> answers_;  // of the steps, by element
  std::string material_sha256_;
  std::int64_t material_size_ = 0;
  mutable std::atomic<std::uint32_t> ids_ = 0;
  int submitted_ = 0;
};

}  // namespace driver
