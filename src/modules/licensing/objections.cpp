#include "modules/licensing/objections.h"

#include <algorithm>

#include "http/api.h"
#include "kernel/base/refusals.h"
#include "kernel/base/unicode.h"
#include "modules/access/access.h"
#include "office_routes.h"

namespace licensing {
namespace {

/// What services call these: the index by which cases of an entity are found, the clock of the publicity, and the form
/// of the step that takes objections.
constexpr const char* entity_index = "credit_code";
constexpr std::string_view publicity_clock = "publicity";
constexpr std::string_view objection_form = "objection";
constexpr const char* publicity_state = "publicity";

constexpr std::size_t reason_length_min = 4;
constexpr std::size_t reason_length_max = 1000;

struct PublicityView {
  bool is_open = false;
  std::optional<calendar::Date> started_on;
  std::optional<calendar::Date> last_day;
};
BOOST_DESCRIBE_STRUCT(PublicityView, (), (is_open, started_on, last_day))

struct ObjectionBody {
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(ObjectionBody, (), (reason))

base::Error no_publicity() {
  return base::conflict("licensing.no_publicity",
                        {"这家市场主体没有正在公示的简易注销：公示期已满、已有人提出异议，或者没有申请",
                         "No simplified deregistration of this business is publicised: the time is over, somebody has "
                         "objected already, or none was applied for."});
}

PublicityView view_of(const std::optional<Publicity>& publicity) {
  if (!publicity) return {};
  return {.is_open = true, .started_on = publicity->started_on, .last_day = publicity->last_day};
}

std::string code_in(const http::Request& request) {
  return base::normal_code(request.parameters.find("credit_code")->second);
}

}  // namespace

std::optional<Publicity> publicity_of(storage::Snapshot& snapshot, const casework::Engine& engine,
                                      std::string_view credit_code, calendar::Date today) {
  const auto where = casework::read_filter(
      engine.catalogue(), {.variable = entity_index, .value = std::string(credit_code), .from = {}, .to = {}});
  if (!where) return std::nullopt;
  const auto scope = access_control::Scope::of_division(engine.catalogue().bureau.division);
  const casework::CasePage found =
      casework::list_cases(snapshot, scope, {.search = {}, .state = publicity_state, .where = *where});
  for (const casework::CaseHead& head : found.cases) {
    const auto of_case = engine.load(snapshot, scope, head.id);
    if (!of_case) continue;
    const auto views = engine.clocks(*of_case, today);
    if (!views) continue;
    for (const casework::ClockView& view : *views)
      if (view.clock->id == publicity_clock && view.reading.state == casework::ClockState::running &&
          view.reading.started_on && view.reading.legal && view.reading.legal->due && today <= *view.reading.legal->due)
        return Publicity{head.id, *view.reading.started_on, *view.reading.legal->due};
  }
  return std::nullopt;
}

base::Result<void> object(storage::Transaction& transaction, const casework::Engine& engine,
                          std::string_view credit_code, const std::string& reason, const casework::Moment& moment) {
  const std::string text = base::tidy(reason);
  if (base::length(text) < reason_length_min || base::length(text) > reason_length_max)
    return base::invalid_at("/reason", "licensing.objection_invalid",
                            {"请写明异议的理由（4至1000字）", "Say why you object, in 4 to 1,000 characters."});
  const auto publicity = publicity_of(transaction, engine, credit_code, moment.today());
  if (!publicity) return no_publicity();
  feel::Context answers;
  answers.put("outcome", "objection");
  answers.put("objector", moment.actor.name);
  answers.put("reason", text);
  TRY(const bool is_taken, engine.complete_form(transaction, publicity->of_case, objection_form, answers, moment));
  return is_taken ? base::Result<void>() : no_publicity();
}

void mount_objections(http::Router& router, storage::Store& store, const casework::Engine& engine) {
  http::query<PublicityView>(
      router, store,
      {.path = "/api/v1/register/entities/{credit_code}/publicity",
       .id = "find_publicity",
       .tag = "registration",
       .summary = {"是否正在公示简易注销", "Whether a simplified deregistration is publicised"},
       .need = {http::Need::Kind::anyone}},
      [&engine](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<PublicityView> {
        return view_of(publicity_of(snapshot, engine, code_in(request), calendar::local_date(request.at)));
      });
  http::command<ObjectionBody, PublicityView>(
      router, store,
      {.method = "POST",
       .path = "/api/v1/register/entities/{credit_code}/objections",
       .id = "object_to_deregistration",
       .tag = "registration",
       .summary = {"对公示的简易注销提出异议", "Object to a simplified deregistration"},
       .need = {http::Need::Kind::citizen},
       .answer_status = 201,
       .errors = {"licensing.no_publicity", "licensing.objection_invalid"}},
      [&engine](storage::Transaction& transaction, const http::Request& request,
                const ObjectionBody& body) -> base::Result<PublicityView> {
        const casework::Moment moment{.now = request.at, .actor = access_control::actor_of(request.caller)};
        TRY(std::ignore, object(transaction, engine, code_in(request), body.reason, moment));
        return PublicityView{};
      });
}

}  // namespace licensing
