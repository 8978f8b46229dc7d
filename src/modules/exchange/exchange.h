/// Work and news that go between cases and other systems: jobs that another system does, and messages. The face for the
/// server.
///
///   job:      waiting --activate--> locked --complete--> done
///                ^                    |  +----fail------> waiting (retries left) or an incident of the case
///                +---lock runs out----+  +----error-----> the way the process draws for it
///   message:  kept --somebody awaits it, or it starts a case--> delivered      kept --its time is over--> expired
///                  --its content may not be taken over--> refused
///
/// Invariants: 1. A job is locked by one worker at a time, whatever the number of processes. 2. Who has lost the lock
/// can neither finish nor fail the job. 3. A message reaches a case once. 4. Another system does only what its account
/// was granted ("job:TYPE", "message:NAME"), and gets only what the model's input mappings hand over. 5. A message
/// starts one case of each service whose process begins with it, whatever the number of processes. 6. What a case has
/// refused is not offered to it again; a case that is suspended is offered nothing until it goes on.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "modules/casework/casework.h"

namespace http {
class Router;
}

namespace exchange {

using casework::Moment;
using JobId = casework::TaskId;

inline constexpr int jobs_max = 100;  // given out at once
inline constexpr std::int64_t lock_seconds_max = 86'400;
inline constexpr std::int64_t back_off_seconds_max = 7 * 86'400;
inline constexpr std::int64_t keep_seconds_max = 30 * 86'400;
inline constexpr std::size_t variables_bytes_max = 256 * 1024;
inline constexpr std::size_t name_length_max = 200;  // of a worker, message, correlation key
inline constexpr int retries_max = 100;

struct Job {
  JobId id;
  std::string type;
  std::string case_number;
  std::string service;
  std::string element;
  std::map<std::string, std::string> headers;
  feel::Context variables;  // what the element's input mappings hand over
  int retries = 0;
  std::string worker;
  base::Id lock;
  base::Instant locked_until;
};

struct Activation {
  std::string type;
  std::string worker;
  std::int64_t jobs = 1;
  std::int64_t lock_seconds = 60;
  base::Id lock;  // a new one
};

struct Failure {
  std::optional<std::int64_t> retries;  // left; none: one less than before
  std::int64_t back_off_seconds = 0;
  std::string message;
};
struct Failed {
  std::int64_t retries = 0;
  bool incident = false;
  std::optional<base::Instant> next_at;
};

struct NewMessage {
  base::Id id;
  std::string name;
  std::string correlation;
  std::string sender_id;  // the sender's own; the same one again is the same message. Empty: none
  std::int64_t keep_seconds = 0;
  feel::Context variables;
};
/// Why a message was not taken over.
struct Refused {
  std::string case_number;  // empty: it would have started a case
  std::string code;
  base::Text reason;
};
struct Message {
  base::Id id;
  std::string name;
  std::string correlation;
  std::string sender_id;
  std::string state;  // "kept", "delivered", "refused" (by all that would have taken it), "expired"
  base::Instant sent_at;
  base::Instant expires_at;
  std::vector<std::string> case_numbers;  // that it reached or started
  std::vector<Refused> refusals = {};
};

/// Thread-safe after it was built.
class Exchange : public casework::Outside {
 public:
  explicit Exchange(const casework::Engine& engine) : engine_(engine) {}

  /// Gives out up to `jobs` jobs of a type, the longest waiting first, and locks them.
  /// Errors: `exchange.not_granted`, `exchange.job_type_missing`, `exchange.worker_missing`, `exchange.jobs_number`,
  /// `exchange.lock_seconds`.
  base::Result<std::vector<Job>> activate(storage::Transaction& transaction, const Activation& activation,
                                          const Moment& moment) const;
  /// Errors: `exchange.job_unknown` (done, withdrawn, or not of a granted type), `exchange.lock_lost`,
  /// `exchange.variables_too_large`, `exchange.variable_reserved`, those of Engine::advance.
  base::Result<void> complete(storage::Transaction& transaction, JobId job, base::Id lock,
                              const feel::Context& variables, const Moment& moment) const;
  /// Errors: as complete; `exchange.retries_number`, `exchange.back_off_seconds`, `exchange.message_missing`.
  base::Result<Failed> fail(storage::Transaction& transaction, JobId job, base::Id lock, const Failure& failure,
                            const Moment& moment) const;
  /// A business error: the case goes the way that its process draws for the code; without one it is an incident.
  /// Errors: as complete; `exchange.code_missing`.
  base::Result<void> throw_error(storage::Transaction& transaction, JobId job, base::Id lock, const std::string& code,
                                 const feel::Context& variables, const Moment& moment) const;
  /// The lock runs `seconds` from now. Errors: `exchange.job_unknown`, `exchange.lock_lost`, `exchange.lock_seconds`.
  base::Result<base::Instant> extend(storage::Transaction& transaction, JobId job, base::Id lock, std::int64_t seconds,
                                     const Moment& moment) const;

  /// Keeps a message to be delivered; the same `sender_id` again gives the message that was kept then.
  /// Errors: `exchange.not_granted`, `exchange.message_name_missing`, `exchange.keep_seconds`,
  /// `exchange.variables_too_large`, `exchange.variable_reserved`.
  base::Result<Message> keep(storage::Transaction& transaction, const NewMessage& message, const Moment& moment) const;
  /// Starts a case of each service whose process begins with the message, and delivers it to every case that awaits it
  /// now, each in a transaction of its own. One that nobody awaits is kept until its time is over. What would overwrite
  /// what an applicant filed or staff decided, and answers that the service's form refuses, are refused. Returns how
  /// many cases it reached or started.
  int deliver(storage::Store& store, base::Id message, base::Instant now) const;
  /// Delivers messages that are awaited now and drops those whose time is over; returns how many moved.
  int work(storage::Store& store, base::Instant now, int limit) const;

  void opened(storage::Transaction& transaction, const casework::CaseHead& head, const bpmn::Element& element,
              const bpmn::Wait& wait, base::Instant now) override;
  void closed(storage::Transaction& transaction, base::Id of_case, bpmn::Key key, bpmn::WaitKind kind) override;
  void held(storage::Transaction& transaction, base::Id of_case, bool suspended) override;

 private:
  const casework::Engine& engine_;
};

/// The sender's own messages only. Errors: `exchange.message_unknown`.
base::Result<Message> load_message(storage::Snapshot& snapshot, base::Id sender, base::Id message);

void mount(http::Router& router, storage::Store& store, const Exchange& exchange);

std::span<const storage::Migration> migrations();

}  // namespace exchange
