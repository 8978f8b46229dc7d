/// What moving a case to another version of its service would do. It is moved by the operation `migrate`.
#include "engine.h"
#include "http/api.h"
#include "modules/access/access.h"
#include "modules/casework/looks.h"

namespace casework {
namespace {

struct MigrationBody {
  std::optional<std::string> version;
  std::optional<feel::Context> renamed;
};
BOOST_DESCRIBE_STRUCT(MigrationBody, (), (version, renamed))

struct MigrationStepView {
  std::string element;
  base::Text name;
  std::string to_element;
  base::Text to_name;
};
BOOST_DESCRIBE_STRUCT(MigrationStepView, (), (element, name, to_element, to_name))

struct ObstacleView {
  std::string element;
  std::string code;
  base::Text message;
};
BOOST_DESCRIBE_STRUCT(ObstacleView, (), (element, code, message))

struct MigrationView {
  std::string from_version;
  std::string to_version;
  bool may = false;
  std::vector<MigrationStepView> steps;
  std::vector<MigrationStepView> closed;
  std::vector<MigrationStepView> opened;
  std::vector<ObstacleView> obstacles;
};
BOOST_DESCRIBE_STRUCT(MigrationView, (), (from_version, to_version, may, steps, closed, opened, obstacles))

std::vector<MigrationStepView> views_of(const std::vector<MigrationPreview::Step>& steps) {
  std::vector<MigrationStepView> views;
  for (const auto& step : steps) views.push_back({step.element, step.name, step.to_element, step.to_name});
  return views;
}

MigrationView view_of(const MigrationPreview& preview) {
  MigrationView view{.from_version = preview.from_version,
                     .to_version = preview.to_version,
                     .may = preview.obstacles.empty(),
                     .steps = views_of(preview.steps),
                     .closed = views_of(preview.closed),
                     .opened = views_of(preview.opened),
                     .obstacles = {}};
  for (const base::Place& place : preview.obstacles) view.obstacles.push_back({place.path, place.code, place.message});
  return view;
}

struct VersionView {
  std::string version;
  base::Instant deployed_at;
  bool in_force = false;
  std::int64_t cases = 0;  // open ones that run on it
};
BOOST_DESCRIBE_STRUCT(VersionView, (), (version, deployed_at, in_force, cases))

struct VersionsView {
  std::string service;
  base::Text service_name;
  std::vector<VersionView> versions;
};
BOOST_DESCRIBE_STRUCT(VersionsView, (), (service, service_name, versions))

struct VersionsList {
  std::vector<VersionsView> items;
};
BOOST_DESCRIBE_STRUCT(VersionsList, (), (items))

void mount_versions(http::Router& router, storage::Store& store, const Engine& engine) {
  http::query<VersionsList>(
      router, store,
      {.path = "/api/v1/case-versions",
       .id = "list_case_versions",
       .tag = "casework",
       .summary = {"各项服务的版本,新的在前,以及按各版本办理的在办件数",
                   "The versions of each service, newest first, and how many open cases run on them"},
       .need = {http::Need::Kind::staff, "case.migrate"}},
      [&engine](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<VersionsList> {
        const auto counts = cases_by_version(snapshot, access_control::scope_of(request.caller));
        VersionsList list;
        for (const auto& [id, service] : engine.catalogue().services->now()) {
          VersionsView view{.service = id, .service_name = service->name, .versions = {}};
          for (const DeployedVersion& one : versions_of(snapshot, id)) {
            const auto found = counts.find({id, one.version});
            view.versions.push_back({.version = one.version,
                                     .deployed_at = one.deployed_at,
                                     .in_force = one.version == service->version,
                                     .cases = found == counts.end() ? 0 : found->second});
          }
          list.items.push_back(std::move(view));
        }
        return list;
      });
}

}  // namespace

void mount_migration(http::Router& router, storage::Store& store, const Engine& engine, evidence::ReadBook& reads) {
  http::Operation operation{
      .method = "POST",
      .path = "/api/v1/cases/{case}/migration-previews",
      .id = "preview_migration",
      .tag = "casework",
      .summary = {"预览办件转到服务事项另一版本的结果,不作任何改变",
                  "What moving a case to another version of its service would do; nothing is changed"},
      .need = {http::Need::Kind::staff, "case.migrate"},
      .body_schema = http::schema_text<MigrationBody>(),
      .answer_schema = http::schema_text<MigrationView>(),
      .errors = {"casework.case_unknown", "casework.ended", "casework.version_unknown", "casework.version_same",
                 "casework.renaming_invalid"}};
  router.add(std::move(operation), [&store, &engine, &reads](const http::Request& request) -> http::Reply {
    const auto body = http::read<MigrationBody>(request.body, request.language);
    if (!body) return http::problem(body.error(), request);
    const auto id = request.id("case");
    if (!id) return http::problem(id.error(), request);
    const auto preview = store.read_value([&](storage::Snapshot& snapshot) {
      return engine.preview_migration(snapshot, id.value(), body.value().version.value_or(""),
                                      body.value().renamed.value_or(feel::Context{}),
                                      {.now = request.at, .actor = access_control::actor_of(request.caller)});
    });
    if (!preview) return http::problem(preview.error(), request);
    note_look(store, reads, request, id.value(), "case");
    return {.body = http::write(view_of(preview.value()), request.language)};
  });
  mount_versions(router, store, engine);
}

}  // namespace casework
