#include <pthread.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>

#include "kernel/feel/value.h"
#include "parts.h"

namespace server {
namespace {

constexpr auto tick = std::chrono::milliseconds(250);
constexpr int timers_per_tick = 200;  // bounded: many limits fall at midnight, and people work beside them
constexpr int messages_per_tick = 100;
constexpr int outgoing_per_tick = 20;
constexpr int cases_indexed_per_tick = 100;
constexpr int cases_planned_per_tick = 200;
constexpr int reminders_per_round = 500;
constexpr std::int64_t remind_us = 60 * base::us_per_second;
constexpr std::int64_t renew_us = base::us_per_second;
constexpr std::int64_t publish_us = 60 * base::us_per_second;
constexpr std::int64_t retry_us = 30 * base::us_per_second;
constexpr auto publishing_pause = std::chrono::milliseconds(500);  // a checkpoint covers an entry within two seconds
constexpr auto tell_again = std::chrono::minutes(1);
constexpr int niceness = 15;
/// After a document so many times as long as it took are left to those who wait for an answer: priority alone keeps
/// neither the disk nor a processor's caches free for them. Who asks for a document before gets it drawn at once.
constexpr int rests_per_drawing = 2;

/// Documents are drawn behind people's backs: who waits for an answer comes first. On Linux this is the thread's own.
void give_way() {
  if (::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), niceness) != 0)
    spdlog::warn("jobs run at the priority of requests");
}

}  // namespace

void renew_services(Program::Parts& parts) {
  for (const publishing::Renewed& each : parts.publishing->renew(*parts.store, parts.now())) {
    if (!each.refusal) {
      spdlog::info("{}: published version {} ({}) is in force", each.service, each.number, each.version);
      continue;
    }
    spdlog::error(
        "{}: published version {} does not go with the catalogue folder; {}", each.service, each.number,
        each.fell_back ? "the service stays as it was last in force" : "the service stays as the folder has it");
    for (const base::Place& place : each.refusal->places)
      spdlog::error("{}: {}: {}", each.service, place.path, place.message.en);
  }
}

LogKeeper::LogKeeper(Program::Parts& parts)
    : parts_(parts), thread_([this](const std::stop_token& stop) { run(stop); }) {}

void LogKeeper::run(const std::stop_token& stop) {
  // A log that was set back stays so until people act: it is told once, and then now and again.
  ::pthread_setname_np(::pthread_self(), "logs");
  std::string told;
  auto told_at = std::chrono::steady_clock::time_point();
  while (!stop.stop_requested()) {
    try {
      parts_.logs->publish(parts_.now());
      parts_.logs->ask_witnesses(parts_.now());
      parts_.logs->anchor_audit_log(parts_.now());
      told.clear();
    } catch (const std::exception& fault) {
      const auto now = std::chrono::steady_clock::now();
      if (fault.what() != told || now - told_at >= tell_again) {
        spdlog::error("publishing the logs: {}", fault.what());
        told = fault.what();
        told_at = now;
      }
    }
    std::this_thread::sleep_for(publishing_pause);
  }
}

Jobs::Jobs(Program::Parts& parts) : parts_(parts), thread_([this](const std::stop_token& stop) { run(stop); }) {}

Jobs::~Jobs() = default;

bool Jobs::deliver(const storage::Outgoing& outgoing) {
  if (outgoing.kind == "licensing.render") {
    const auto data = feel::parse_json(outgoing.data);
    const auto document = data ? base::parse_id(data->as_context().find("document")->as_string()) : std::nullopt;
    const auto start = std::chrono::steady_clock::now();
    if (document) parts_.licensing->render(*parts_.store, *document, parts_.now());
    std::this_thread::sleep_for(rests_per_drawing * (std::chrono::steady_clock::now() - start));
    return true;
  }
  if (outgoing.kind == "certificates.publish") {
    publish_trust(parts_);
    return true;
  }
  if (outgoing.kind == "imports.apply") {
    const auto data = feel::parse_json(outgoing.data);
    const auto batch = data ? base::parse_id(data->as_context().find("batch")->as_string()) : std::nullopt;
    if (!batch) return true;
    const auto stands = parts_.imports->go_on(*parts_.store, *batch, parts_.now());
    if (!stands) spdlog::warn("import {}: {}", base::to_text(*batch), stands.error().message.en);
    return !stands || !imports::is_under_way(*stands);
  }
  spdlog::warn("nothing handles the outbox kind {}", outgoing.kind);
  return true;
}

bool Jobs::plan_again() {
  const catalogue::RuleSet* rules = parts_.catalogue->rules.sets().now();
  if (rules == planned_by_) return false;
  const auto done = parts_.engine->replan(*parts_.store, parts_.now(), cases_planned_per_tick);
  planned_ += done.changed;
  if (done.has_more) return true;
  if (planned_ > 0) spdlog::info("calendar or rules have changed: {} open cases have new due days", planned_);
  planned_ = 0;
  planned_by_ = rules;
  return true;
}

void Jobs::run(const std::stop_token& stop) {
  ::pthread_setname_np(::pthread_self(), "jobs");
  give_way();
  base::Instant remind_next, publish_next, renew_next;
  while (!stop.stop_requested()) {
    bool worked = false;
    try {
      if (parts_.now() >= remind_next) {
        parts_.engine->remind(*parts_.store, parts_.now(), reminders_per_round);
        remind_next = parts_.now().plus_us(remind_us);
      }
      if (parts_.now() >= renew_next) {
        renew_services(parts_);
        renew_next = parts_.now().plus_us(renew_us);
      }
      if (parts_.now() >= publish_next) {
        publish_next = parts_.now().plus_us(publish_us);
        publish_trust(parts_);
      }
      worked = parts_.engine->fire_due_timers(*parts_.store, parts_.now(), timers_per_tick) > 0;
      worked |= parts_.exchange->work(*parts_.store, parts_.now(), messages_per_tick) > 0;
      worked |= parts_.batches->work(*parts_.store, parts_.now());
      worked |= parts_.engine->index_values(*parts_.store, cases_indexed_per_tick);
      worked |= plan_again();
      std::vector<std::int64_t> delivered;
      for (const storage::Outgoing& outgoing : storage::take_outgoing(*parts_.store, parts_.now(), outgoing_per_tick)) {
        worked = true;
        try {
          if (deliver(outgoing))
            delivered.push_back(outgoing.id);
          else
            storage::postpone_outgoing(*parts_.store, outgoing.id, parts_.now(), "");
        } catch (const std::exception& fault) {
          spdlog::error("outbox {} {}: {}", outgoing.kind, outgoing.id, fault.what());
          storage::postpone_outgoing(*parts_.store, outgoing.id,
                                     parts_.now().plus_us(retry_us * (outgoing.attempts + 1)), fault.what());
        }
      }
      storage::finish_outgoing(*parts_.store, delivered);
    } catch (const std::exception& fault) {
      spdlog::error("jobs: {}", fault.what());
    }
    if (!worked) std::this_thread::sleep_for(tick);
  }
}

}  // namespace server
