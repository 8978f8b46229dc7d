/// Steps that can not go on, over all cases in scope. They are tried again by the operation `retry`.
#include "engine.h"
#include "http/api.h"
#include "modules/access/access.h"

namespace casework {
namespace {

struct IncidentView {
  std::string id;
  base::Id of_case;
  std::string case_number;
  std::string case_title;
  std::string service;
  base::Text service_name;
  std::int64_t task = 0;  // what the operation `retry` names it by
  std::string element;
  base::Text element_name;
  std::string code;
  base::Text message;
  base::Instant raised_at;
};
BOOST_DESCRIBE_STRUCT(IncidentView, (),
                      (id, of_case, case_number, case_title, service, service_name, task, element, element_name, code,
                       message, raised_at))

IncidentView view_of(const Engine& engine, const IncidentPage::Item& item) {
  IncidentView view{.id = to_text({item.head.id, item.incident.key}),
                    .of_case = item.head.id,
                    .case_number = item.head.number,
                    .case_title = item.head.title,
                    .service = item.head.service,
                    .service_name = {item.head.service, item.head.service},
                    .task = item.incident.key,
                    .element = item.incident.element,
                    .element_name = {item.incident.element, item.incident.element},
                    .code = item.incident.code,
                    .message = item.incident.message,
                    .raised_at = item.incident.raised_at};
  const auto service = engine.catalogue().service(item.head.service);
  if (!service) return view;
  view.service_name = service.value()->name;
  const bpmn::ElementIndex index = bpmn::find_element(*service.value()->process, view.element);
  if (view.element.empty()) view.element_name = view.service_name;
  if (index != bpmn::no_element) view.element_name = name_of(bpmn::elements(*service.value()->process)[index]);
  return view;
}

}  // namespace

void mount_incidents(http::Router& router, storage::Store& store, const Engine& engine) {
  http::query<http::Page<IncidentView>>(
      router, store,
      {.path = "/api/v1/incidents",
       .id = "list_incidents",
       .tag = "casework",
       .summary = {"不能继续办理的环节及原因,时间最长的在前",
                   "Steps that can not go on and why, the longest standing first"},
       .need = {http::Need::Kind::staff, "case.read"},
       .query = {"case", "service", "cursor"}},
      [&engine](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<http::Page<IncidentView>> {
        IncidentFilter filter{.service = std::string(request.query_value("service")),
                              .cursor = std::string(request.query_value("cursor"))};
        if (const std::string_view of_case = request.query_value("case"); !of_case.empty()) {
          const auto id = base::parse_id(of_case);
          if (!id) return case_unknown();
          filter.of_case = *id;
        }
        const IncidentPage found = list_incidents(snapshot, access_control::scope_of(request.caller), filter);
        http::Page<IncidentView> page;
        for (const auto& item : found.items) page.items.push_back(view_of(engine, item));
        page.next = found.next;
        page.total = found.total;
        return page;
      });
}

}  // namespace casework
