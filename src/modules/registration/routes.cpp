#include "http/api.h"
#include "http/export.h"
#include "http/query_then.h"
#include "kernel/base/refusals.h"
#include "modules/access/access.h"
#include "modules/evidence/evidence.h"
#include "modules/evidence/looks.h"
#include "modules/registration/registration.h"
#include "modules/registration/search.h"
#include "views.h"

namespace registration {
namespace {

struct EntitySummary {
  base::Id id;
  std::string credit_code;
  std::string name;
  std::string kind;
  base::Text kind_text;
  std::string status;
  base::Text status_text;
  std::string address;
  calendar::Date established_on;
  std::string operator_name;
  std::string industry;
  base::Text industry_text;
};
BOOST_DESCRIBE_STRUCT(EntitySummary, (),
                      (id, credit_code, name, kind, kind_text, status, status_text, address, established_on,
                       operator_name, industry, industry_text))

struct EntityField {
  std::string id;
  base::Text label;
  std::string value;
  base::Text text = {};  // what a code stands for
};
BOOST_DESCRIBE_STRUCT(EntityField, (), (id, label, value, text))

struct EntityWriting {
  calendar::Date as_of;
  calendar::Date known_on;
  base::Text text;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(EntityWriting, (), (as_of, known_on, text, reason))

struct EntityView {
  base::Id id;
  std::string credit_code;
  std::string name;
  std::string kind;
  base::Text kind_text;
  std::string status;
  base::Text status_text;
  calendar::Date as_of;
  calendar::Date known_on;
  std::vector<EntityField> fields;
  std::vector<EntityWriting> history;
};
BOOST_DESCRIBE_STRUCT(EntityView, (),
                      (id, credit_code, name, kind, kind_text, status, status_text, as_of, known_on, fields, history))

EntitySummary summary_of(const Entity& entity) {
  return {.id = entity.id,
          .credit_code = entity.credit_code,
          .name = entity.name,
          .kind = entity.kind,
          .kind_text = kind_text(entity.kind),
          .status = entity.status,
          .status_text = status_text(entity.status),
          .address = entity.address,
          .established_on = entity.established_on,
          .operator_name = entity.operator_name,
          .industry = entity.industry,
          .industry_text = industry_text(entity.industry)};
}

base::Result<calendar::Date> day_of(const http::Request& request, std::string_view parameter) {
  const std::string_view text = request.query_value(parameter);
  if (text.empty()) return calendar::local_date(request.at);
  const auto day = calendar::parse_date(text);
  if (!day)
    return base::invalid_at("/" + std::string(parameter), "registration.day_invalid",
                            {"日期请按2026-11-24这样填写", "Write the day like 2026-11-24."});
  return *day;
}

base::Result<EntityView> view_of(storage::Snapshot& snapshot, const http::Request& request) {
  const base::Error unknown{.kind = base::Refusal::not_found,
                            .code = "registration.entity_unknown",
                            .message = {"登记簿中没有这个市场主体", "There is no such entity in the register."}};
  TRY(const base::Id id, request.id("entity"));
  TRY(const calendar::Date as_of, day_of(request, "as_of"));
  TRY(const calendar::Date known_on, day_of(request, "known_on"));
  const auto entity = find_entity(snapshot, access_control::scope_of(request.caller), id);
  if (!entity) return unknown;
  const std::vector<Writing> writings = history_of(snapshot, id);
  const auto facts = facts_as_of(writings, as_of, known_on);
  EntityView view{.id = id,
                  .credit_code = entity->credit_code,
                  .kind = entity->kind,
                  .kind_text = kind_text(entity->kind),
                  .as_of = as_of,
                  .known_on = known_on};
  if (facts) {
    view.name = facts->name;
    view.status = facts->status;
    view.status_text = status_text(facts->status);
    view.fields = {{"operator_name", operator_label(entity->kind), facts->operator_name},
                   {"address", {"住所(经营场所)", "Address"}, facts->address},
                   {"scope", {"经营范围", "Scope of business"}, facts->scope},
                   {"industry", {"行业", "Industry"}, facts->industry, industry_text(facts->industry)},
                   {"type", {"主体类型", "Type"}, facts->type, type_text(facts->type)},
                   {"capital", {"注册资本", "Registered capital"}, capital_text(facts->capital_fen)}};
  } else {
    view.status_text = {"当日尚未登记(或尚不知悉)", "Not registered on that day (or not known yet)"};
  }
  for (const Writing& writing : writings)
    if (calendar::local_date(writing.known_at) <= known_on)
      view.history.push_back(
          {writing.as_of, calendar::local_date(writing.known_at), event_text(writing.event), writing.reason});
  return view;
}

}  // namespace

void mount(http::Router& router, storage::Store& store, evidence::ReadBook& reads) {
  const auto common = std::make_shared<CommonSearches>();
  http::list<EntitySummary>(
      router, store,
      {.path = "/api/v1/entities",
       .id = "list_entities",
       .tag = "registration",
       .summary = {"市场主体名录", "The register of entities"},
       .need = {http::Need::Kind::staff, "entity.read"},
       .query = {"search", "kind", "status", "township", "industry", "established_from", "established_to", "sort"},
       .errors = {"registration.filter_invalid", "registration.cursor_invalid", "registration.too_many_to_sort"}},
      [common](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<http::Page<EntitySummary>> {
        SearchQuery query = search_of(request);
        query.with_person = true;
        TRY(const SearchPage page, search(snapshot, access_control::scope_of(request.caller), query, common.get()));
        http::Page<EntitySummary> answer{
            .items = {}, .next = page.next, .total = page.total, .has_more = page.has_more};
        for (const Entity& entity : page.entities) answer.items.push_back(summary_of(entity));
        return answer;
      },
      evidence::note_export(reads, "list_entities"));

  http::query_then<EntityView>(router, store,
                               {.path = "/api/v1/entities/{entity}",
                                .id = "find_entity",
                                .tag = "registration",
                                .summary = {"某日、按某日所知的登记事项", "An entity as of a day, as known on a day"},
                                .need = {http::Need::Kind::staff, "entity.read"},
                                .query = {"as_of", "known_on"},
                                .errors = {"registration.entity_unknown", "registration.day_invalid"}},
                               view_of, [&reads](const http::Request& request) {
                                 reads.note({.division = request.caller.division,
                                             .subject = "entity/" + base::to_text(request.id("entity").value()),
                                             .person = request.caller.person,
                                             .what = "entity",
                                             .reason = {},
                                             .at = request.at});
                               });
  mount_public(router, store, common);
}

}  // namespace registration
