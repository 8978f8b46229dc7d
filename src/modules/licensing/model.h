/// Applications for licences: what the applicant files, and the rules on filing, correcting, rating. Pure.
///
///   drafted --submit--> submitted --accept--> accepted --(both decided)--> issued --hand over--> finished
///                           |  ^                 |  ^                \---> refused
///             ask_to_correct|  |resubmit         |  |rectification done
///                           v  |                 v  |
///                   correction_requested      rectifying
///   submitted --not_accept--> not_accepted;   any open state --withdraw--> withdrawn
///
/// The arrows after `submit` are drawn in the service's process (process.bpmn); its milestones carry the state's name.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/id.h"
#include "kernel/base/instant.h"
#include "kernel/base/result.h"
#include "kernel/calendar/calendar.h"
#include "kernel/feel/value.h"

namespace licensing {

/// Invariant L1: after submission only `resubmit` changes answers, and only those a correction opened.
struct Application {
  base::Id id;  // the case started from it has the same id
  std::string division;
  std::string office;
  base::Id applicant;
  std::string service;
  std::int64_t version = 1;  // grows with each change; who saves an older one is refused
  feel::Context guide;
  feel::Context answers;
  std::string title;
  base::Instant created_at;
  base::Instant updated_at;
  std::optional<base::Instant> submitted_at;
};

/// One uploaded file in the slot of a material.
struct MaterialFile {
  base::Id id;
  base::Id application;
  std::string slot;
  std::string filename;
  std::int64_t size = 0;  // bytes
  std::string content_type;
  std::string sha256;
  base::Instant uploaded_at;
};

/// One thing that the clerk asks to be corrected: `place` is "/answers/area" or "/materials/layout_plan".
struct Correction {
  std::string place;
  std::string reason;
  bool operator==(const Correction&) const = default;
};

/// Five grades; the first three count as satisfied.
/// Source: [GBF-2019-51] 好差评.
enum class Grade { very_satisfied, satisfied, fairly_satisfied, dissatisfied, very_dissatisfied };
std::optional<Grade> parse_grade(std::string_view text);

/// Drafts can be changed; what was submitted can not.
/// Errors: `licensing.already_submitted`, `licensing.version_stale`.
base::Result<void> check_editable(const Application& application, std::int64_t version);

/// Takes the corrected answers over: only opened fields may come.
/// Errors: `licensing.not_opened` with each field that was not opened, `licensing.not_corrected` with each opened field
/// or slot that is as it was (`slots_changed` names the materials with a file newer than the correction). Source:
/// [ALL-32] 一次告知: what was not named stays as it is.
base::Result<feel::Context> corrected(const feel::Context& answers, const feel::Context& changes,
                                      const std::vector<Correction>& corrections,
                                      const std::vector<std::string>& slots_changed);

/// One rating for a finished case, within `days` after its end.
/// Errors: `licensing.not_finished`, `licensing.already_rated`, `licensing.rating_late`.
base::Result<void> check_rating(std::optional<calendar::Date> ended_on, bool rated, int days, calendar::Date today);

/// Whether a state of an application means that its case is over.
bool is_final(std::string_view state);
/// What people call the state.
base::Text state_text(std::string_view state);

/// "株天市监受〔2026〕12号".
std::string document_number(std::string_view authority_word, std::string_view word, calendar::Date on,
                            std::int64_t sequence);

/// A certificate's status on a day: what was issued and has run out is expired, whatever the register says.
std::string status_on(std::string_view status, std::optional<calendar::Date> valid_to, calendar::Date today);
base::Text status_text(std::string_view status);

}  // namespace licensing
