#include "http/api.h"
#include "http/export.h"
#include "kernel/base/refusals.h"
#include "kernel/codes/entities.h"
#include "kernel/codes/lists.h"
#include "modules/registration/registration.h"
#include "modules/registration/search.h"
#include "views.h"

namespace registration {
namespace {

/// The register is one for everybody who asks; nobody's own data is among what is shown.
access_control::Scope everywhere() {
  return access_control::Scope::of_division("");
}

constexpr int public_rows_max = 50;

struct PublicSummary {
  std::string credit_code;
  std::string name;
  base::Text kind_text;
  std::string status;
  base::Text status_text;
  std::string address;
  calendar::Date established_on;
};
BOOST_DESCRIBE_STRUCT(PublicSummary, (), (credit_code, name, kind_text, status, status_text, address, established_on))

struct PublicField {
  std::string id;
  base::Text label;
  std::string value;
  base::Text text = {};  // what a code stands for
};
BOOST_DESCRIBE_STRUCT(PublicField, (), (id, label, value, text))

struct PublicWriting {
  calendar::Date as_of;
  base::Text text;
};
BOOST_DESCRIBE_STRUCT(PublicWriting, (), (as_of, text))

/// One entity as the law makes it public.
/// Source: [RMR-35] registered and filed items are published; [PIPL-6] no more personal data than is needed.
struct PublicEntity {
  std::string credit_code;
  std::string name;
  std::string kind;
  base::Text kind_text;
  std::string status;
  base::Text status_text;
  calendar::Date as_of;
  std::vector<PublicField> fields;
  std::vector<PublicWriting> history;
  std::vector<base::Text> withheld;  // what is kept back, and why
};
BOOST_DESCRIBE_STRUCT(PublicEntity, (),
                      (credit_code, name, kind, kind_text, status, status_text, as_of, fields, history, withheld))

struct Choice {
  std::string value;
  base::Text label;
};
BOOST_DESCRIBE_STRUCT(Choice, (), (value, label))

struct Choices {
  std::vector<Choice> kinds;
  std::vector<Choice> statuses;
  std::vector<Choice> townships;
  std::vector<Choice> industries;  // sections
};
BOOST_DESCRIBE_STRUCT(Choices, (), (kinds, statuses, townships, industries))

base::Result<http::Page<PublicSummary>> list(storage::Snapshot& snapshot, const http::Request& request,
                                             CommonSearches& common) {
  SearchQuery query = search_of(request);
  query.limit = std::min(query.limit, public_rows_max);
  if (query.text.empty()) {
    const base::Text message{"请输入要查找的名称、地址、拼音或统一社会信用代码",
                             "Enter a name, an address, pinyin or a credit code to look for."};
    return base::invalid_at("/search", "registration.search_missing", message);
  }
  TRY(const SearchPage page, search(snapshot, everywhere(), query, &common));
  http::Page<PublicSummary> answer{.items = {}, .next = page.next, .total = page.total, .has_more = page.has_more};
  for (const Entity& entity : page.entities)
    answer.items.push_back({entity.credit_code, entity.name, kind_text(entity.kind), entity.status,
                            status_text(entity.status), entity.address, entity.established_on});
  return answer;
}

std::vector<base::Text> withheld_of(const Entity& entity) {
  std::vector<base::Text> withheld = {
      {"身份证件号码、联系电话、家庭住址:个人信息,不公开",
       "Identity numbers, telephone numbers and home addresses: personal information, not public"}};
  if (entity.kind == "individual_business")
    withheld.push_back({"经营者除姓名外的个人信息,不公开", "Of the operator, nothing but the name is public"});
  return withheld;
}

base::Result<PublicEntity> find(storage::Snapshot& snapshot, const http::Request& request) {
  const base::Error unknown{.kind = base::Refusal::not_found,
                            .code = "registration.entity_unknown",
                            .message = {"登记簿中没有这个市场主体", "There is no such entity in the register."}};
  const auto code = request.parameters.find("credit_code");
  const auto parsed = codes::parse_credit_code(code->second);
  if (!parsed) return unknown;
  const auto entity = find_by_code(snapshot, parsed.value().text);
  if (!entity) return unknown;
  const calendar::Date today = calendar::local_date(request.at);
  const std::vector<Writing> writings = history_of(snapshot, entity->id);
  const auto facts = facts_as_of(writings, today, today);
  if (!facts) return unknown;
  PublicEntity view{.credit_code = entity->credit_code,
                    .name = facts->name,
                    .kind = entity->kind,
                    .kind_text = kind_text(entity->kind),
                    .status = facts->status,
                    .status_text = status_text(facts->status),
                    .as_of = today,
                    .withheld = withheld_of(*entity)};
  view.fields = {{"type", {"主体类型", "Type"}, facts->type, type_text(facts->type)},
                 {"operator_name", operator_label(entity->kind), facts->operator_name},
                 {"established_on", {"成立(注册)日期", "Established on"}, calendar::to_text(entity->established_on)},
                 {"address", {"住所(经营场所)", "Address"}, facts->address},
                 {"capital", {"注册资本", "Registered capital"}, capital_text(facts->capital_fen)},
                 {"industry", {"行业", "Industry"}, facts->industry, industry_text(facts->industry)},
                 {"scope", {"经营范围", "Scope of business"}, facts->scope}};
  std::erase_if(view.fields, [](const PublicField& field) { return field.value.empty(); });
  for (const Writing& writing : writings)
    if (writing.as_of <= today) view.history.push_back({writing.as_of, event_text(writing.event)});
  return view;
}

Choices choices() {
  Choices all;
  for (const char* kind : {"enterprise", "individual_business", "cooperative", "branch"})
    all.kinds.push_back({kind, kind_text(kind)});
  for (const char* status : {"open", "revoked", "moved_out", "deregistered"})
    all.statuses.push_back({status, status_text(status)});
  for (const codes::Division& division : codes::divisions())
    if (division.level == codes::DivisionLevel::town)
      all.townships.push_back({std::string(division.code), division.name.text()});
  for (const codes::IndustrySection& section : codes::industry_sections())
    all.industries.push_back({std::string(1, section.letter), section.name.text()});
  return all;
}

}  // namespace

SearchQuery search_of(const http::Request& request) {
  const auto value = [&](std::string_view name) { return std::string(request.query_value(name)); };
  return {.text = value("search"),
          .kind = value("kind"),
          .status = value("status"),
          .township = value("township"),
          .industry = value("industry"),
          .established_from = value("established_from"),
          .established_to = value("established_to"),
          .sort = value("sort"),
          .limit = http::limit_of(request),
          .cursor = value("cursor")};
}

base::Text industry_text(std::string_view industry) {
  const codes::Industry* found = codes::find_industry(industry);
  return found ? found->name.text() : base::Text{};
}

base::Text type_text(std::string_view type) {
  const codes::EntityType* found = codes::find_entity_type(type);
  return found ? found->name.text() : base::Text{};
}

base::Text township_text(std::string_view township) {
  const codes::Division* found = codes::find_division(township);
  return found ? found->name.text() : base::Text{};
}

std::string capital_text(std::int64_t fen) {
  if (fen == 0) return {};
  const std::string cents = std::to_string(fen % 100);
  return std::to_string(fen / 100) + "." + (cents.size() == 1 ? "0" : "") + cents + " 元";
}

void mount_public(http::Router& router, storage::Store& store, const std::shared_ptr<CommonSearches>& common) {
  const http::Need anyone{http::Need::Kind::anyone};
  http::query<http::Page<PublicSummary>>(
      router, store,
      {.path = "/api/v1/register/entities",
       .id = "search_register",
       .tag = "registration",
       .summary = {"查找市场主体", "Look up entities in the register"},
       .need = anyone,
       .query = {"search", "kind", "status", "township", "industry", "established_from", "established_to", "sort",
                 "cursor", "limit"},
       .errors = {"registration.search_missing", "registration.filter_invalid", "registration.cursor_invalid",
                  "registration.too_many_to_sort"}},
      [common](storage::Snapshot& snapshot, const http::Request& request) { return list(snapshot, request, *common); });
  http::query<PublicEntity>(router, store,
                            {.path = "/api/v1/register/entities/{credit_code}",
                             .id = "find_registered",
                             .tag = "registration",
                             .summary = {"市场主体的公示信息", "What is public of an entity"},
                             .need = anyone,
                             .errors = {"registration.entity_unknown"}},
                            find);
  http::query<Choices>(router, store,
                       {.path = "/api/v1/register/choices",
                        .id = "list_register_choices",
                        .tag = "registration",
                        .summary = {"查询条件的选项", "The choices of the filters"},
                        .need = anyone},
                       [](storage::Snapshot&, const http::Request&) -> base::Result<Choices> { return choices(); });
}

}  // namespace registration
