/// Steps that can not go on, over all cases in scope. They are tried again by the operation `retry`.
#include "engine.h"
#include "http/export.h"
#include "modules/access/access.h"
#include "modules/evidence/looks.h"

namespace casework {
namespace {

constexpr int groups_max = 500;

struct IncidentView {
  std::string id;
  base::Id of_case;
  std::string case_number;
  std::string case_title;
  std::string service;
  base::Text service_name;
  std::string service_version;
  std::int64_t task = 0;  // what the operation `retry` names it by
  std::string element;
  base::Text element_name;
  std::string code;
  base::Text message;
  base::Instant raised_at;
};
BOOST_DESCRIBE_STRUCT(IncidentView, (),
                      (id, of_case, case_number, case_title, service, service_name, service_version, task, element,
                       element_name, code, message, raised_at))

struct IncidentGroupView {
  std::string service;
  base::Text service_name;
  std::string element;
  base::Text element_name;
  std::string code;
  base::Text message;  // of one of them
  std::int64_t steps = 0;
  std::int64_t cases = 0;
  base::Instant since;
};
BOOST_DESCRIBE_STRUCT(IncidentGroupView, (),
                      (service, service_name, element, element_name, code, message, steps, cases, since))

struct IncidentGroups {
  std::vector<IncidentGroupView> items;
};
BOOST_DESCRIBE_STRUCT(IncidentGroups, (), (items))

/// What people call a service and one of its elements; the ids where it has neither any more.
struct Names {
  base::Text service;
  base::Text element;
};

Names names_of(const Engine& engine, storage::Snapshot& snapshot, const std::string& service_id,
               const std::string& version, const std::string& element) {
  Names names{.service = {service_id, service_id}, .element = {element, element}};
  const auto current = engine.catalogue().services->find(service_id);
  if (current) names.service = current->name;
  if (element.empty()) names.element = names.service;
  const auto tell = [&](const catalogue::Service& service) {
    const bpmn::ElementIndex index = bpmn::find_element(*service.process, element);
    if (index != bpmn::no_element) names.element = name_of(bpmn::elements(*service.process)[index]);
    return index != bpmn::no_element;
  };
  if (element.empty() || (current && tell(*current)) || version.empty()) return names;
  if (const auto own = engine.find_version(snapshot, service_id, version)) tell(*own);
  return names;
}

IncidentView view_of(const Engine& engine, storage::Snapshot& snapshot, const IncidentPage::Item& item) {
  const Names names = names_of(engine, snapshot, item.head.service, item.head.service_version, item.incident.element);
  return {.id = to_text({item.head.id, item.incident.key}),
          .of_case = item.head.id,
          .case_number = item.head.number,
          .case_title = item.head.title,
          .service = item.head.service,
          .service_name = names.service,
          .service_version = item.head.service_version,
          .task = item.incident.key,
          .element = item.incident.element,
          .element_name = names.element,
          .code = item.incident.code,
          .message = item.incident.message,
          .raised_at = item.incident.raised_at};
}

void mount_groups(http::Router& router, storage::Store& store, const Engine& engine) {
  http::query<IncidentGroups>(
      router, store,
      {.path = "/api/v1/incident-groups",
       .id = "list_incident_groups",
       .tag = "casework",
       .summary = {"不能继续办理的环节,按事项、环节和原因归类,多的在前",
                   "Steps that can not go on by service, step and reason, the most frequent first"},
       .need = {http::Need::Kind::staff, "case.read"}},
      [&engine](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<IncidentGroups> {
        IncidentGroups groups;
        for (const IncidentGroup& group :
             group_incidents(snapshot, access_control::scope_of(request.caller), groups_max)) {
          const Names names = names_of(engine, snapshot, group.service, group.version, group.element);
          groups.items.push_back({.service = group.service,
                                  .service_name = names.service,
                                  .element = group.element,
                                  .element_name = names.element,
                                  .code = group.code,
                                  .message = group.message,
                                  .steps = group.steps,
                                  .cases = group.cases,
                                  .since = group.since});
        }
        return groups;
      });
}

}  // namespace

void mount_incidents(http::Router& router, storage::Store& store, const Engine& engine, evidence::ReadBook& reads) {
  http::list<IncidentView>(
      router, store,
      {.path = "/api/v1/incidents",
       .id = "list_incidents",
       .tag = "casework",
       .summary = {"不能继续办理的环节及原因,时间最长的在前(sort=newest:最近的在前)",
                   "Steps that can not go on and why, the longest standing first (sort=newest: the latest first)"},
       .need = {http::Need::Kind::staff, "case.read"},
       .query = {"case", "service", "element", "code", "sort"},
       .errors = {"casework.case_unknown"}},
      [&engine](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<http::Page<IncidentView>> {
        IncidentFilter filter{.service = std::string(request.query_value("service")),
                              .element = std::string(request.query_value("element")),
                              .code = std::string(request.query_value("code")),
                              .newest_first = request.query_value("sort") == "newest",
                              .limit = http::limit_of(request),
                              .cursor = std::string(request.query_value("cursor"))};
        if (const std::string_view of_case = request.query_value("case"); !of_case.empty()) {
          const auto id = base::parse_id(of_case);
          if (!id) return case_unknown();
          filter.of_case = *id;
        }
        const IncidentPage found = list_incidents(snapshot, access_control::scope_of(request.caller), filter);
        http::Page<IncidentView> page;
        for (const auto& item : found.items) page.items.push_back(view_of(engine, snapshot, item));
        page.next = found.next;
        page.total = found.total;
        return page;
      },
      evidence::note_export(reads, "list_incidents"));
  mount_groups(router, store, engine);
}

}  // namespace casework
