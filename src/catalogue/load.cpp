#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "bureau.h"
#include "catalogue/catalogue.h"
#include "catalogue/opening.h"
#include "names.h"
#include "reader.h"
#include "rules.h"
#include "service.h"
#include "statistic_reader.h"

namespace catalogue {

namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t file_bytes_max = 8'388'608;

std::string read_file(const fs::path& path, const std::string& name, Faults& faults) {
  std::error_code problem;
  if (fs::file_size(path, problem) > file_bytes_max || problem) {
    faults.add(name, "catalogue.file_too_large", {"文件过大或无法读取", "The file is too large or can not be read"});
    return {};
  }
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) faults.add(name, "catalogue.file_unreadable", {"无法读取文件", "The file can not be read"});
  return std::move(text).str();
}

/// All files below `folder` by their path within it; none when it does not exist.
Files read_files(const fs::path& folder, const std::string& name, Faults& faults) {
  Files files;
  if (!fs::is_directory(folder)) return files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    const std::string path = entry.path().lexically_relative(folder).generic_string();
    files.emplace(path, read_file(entry.path(), name + "/" + path, faults));
  }
  return files;
}

std::string stem_of(const std::string& path) {
  return fs::path(path).stem().string();
}

std::vector<calendar::YearPlan> read_table(const Files& files, std::string_view path, bool provisional,
                                           Faults& faults) {
  const auto found = files.find(path);
  if (found == files.end()) return {};
  base::Result<std::vector<calendar::YearPlan>> plans = calendar::parse_table(found->second, provisional);
  if (plans) return std::move(plans).value();
  faults.add("calendar/" + found->first, plans.error());
  return {};
}

/// workdays.csv holds the published notices; each provisional-*.csv a year whose notice is still to come.
calendar::Calendar read_calendar(const Files& files, Faults& faults) {
  if (!files.contains("workdays.csv"))
    faults.add("calendar/workdays.csv", "catalogue.file_missing", {"缺少此文件", "This file is missing"});
  std::vector<calendar::YearPlan> published = read_table(files, "workdays.csv", false, faults);
  std::vector<calendar::YearPlan> provisional;
  for (const auto& [path, text] : files)
    if (path.starts_with("provisional-") && path.ends_with(".csv"))
      for (calendar::YearPlan& plan : read_table(files, path, true, faults)) provisional.push_back(std::move(plan));
  base::Result<calendar::Calendar> calendar =
      calendar::Calendar::of(calendar::prefer_published(std::move(published), std::move(provisional)));
  if (calendar) return std::move(calendar).value();
  faults.add("calendar", calendar.error());
  return {};
}

void read_certificates(const fs::path& root, Catalogue& catalogue, Faults& faults) {
  for (const auto& [path, text] : read_files(root / "certificates", "certificates", faults)) {
    if (!path.ends_with(".yaml")) continue;
    CertificateKind kind = read_certificate(stem_of(path), text, "certificates/" + path, faults);
    const std::string place = "certificates/" + path;
    if (!catalogue.documents.empty() && !catalogue.documents.contains(kind.document))
      faults.add(place + "#document", "catalogue.unknown_reference",
                 {"没有文书模板“" + kind.document + "”", "There is no document template “" + kind.document + "”"});
    if (!kind.validity_rule.empty() && !catalogue.rules.has(kind.validity_rule))
      faults.add(place + "#validity_rule", "catalogue.unknown_reference",
                 {"没有规则“" + kind.validity_rule + "”", "There is no rule “" + kind.validity_rule + "”"});
    catalogue.certificates.emplace(kind.id, std::move(kind));
  }
}

/// "shared/wishes.yaml": what people want, in the order in which the home page lists it.
void read_wishes(const Files& shared, Catalogue& catalogue, Faults& faults) {
  const auto found = shared.find("wishes.yaml");
  if (found == shared.end()) return;
  const std::optional<Reader> root = Reader::parse(found->second, "shared/wishes.yaml", faults);
  if (!root) return;
  for (const auto& [id, words] : root->entries()) {
    words.only({"zh", "en"});
    catalogue.wishes.push_back({id, {words.text("zh"), words.text("en")}});
  }
}

/// What a service uses of the shared files: those it does not have itself. They belong to its version.
void share(const Files& shared, Files& files) {
  for (const auto& [path, text] : shared)
    if (path == "notices.yaml" || path.starts_with("tasks/")) files.emplace(path, text);
}

void read_services(const fs::path& root, Catalogue& catalogue, Faults& faults) {
  const Files shared = read_files(root / "shared", "shared", faults);
  read_wishes(shared, catalogue, faults);
  std::vector<fs::path> folders;
  for (const fs::directory_entry& entry : fs::directory_iterator(root))
    if (entry.is_directory() && fs::exists(entry.path() / "service.yaml")) folders.push_back(entry.path());
  std::sort(folders.begin(), folders.end());
  Services::Map services;
  for (const fs::path& folder : folders) {
    const std::string id = folder.filename().string();
    Files files = read_files(folder, id, faults);
    std::erase_if(files, [](const auto& file) { return file.first.starts_with("cases/"); });
    share(shared, files);
    auto service = std::make_shared<const Service>(read_service(id, files, faults));
    check_service(*service, {catalogue.rules, catalogue.certificates, catalogue.documents, catalogue.wishes}, faults);
    services.emplace(id, std::move(service));
  }
  for (const auto& [id, service] : services) check_indexes(*service, services, faults);
  catalogue.services = std::make_shared<Services>(std::move(services));
}

}  // namespace

base::Result<std::shared_ptr<const Catalogue>> load(const std::string& folder) {
  Faults faults;
  const fs::path root(folder);
  auto catalogue = std::make_shared<Catalogue>();
  if (!fs::is_directory(root))
    return base::Error{
        .kind = base::Refusal::not_found,
        .code = "catalogue.invalid",
        .message = {"没有目录“" + folder + "”，请检查设置", "There is no folder “" + folder + "”; check the settings"}};
  catalogue->bureau = read_bureau(read_file(root / "bureau.yaml", "bureau.yaml", faults), faults);
  catalogue->rules = Rules(read_rules(read_files(root / "rules", "rules", faults), faults));
  catalogue->calendar = read_calendar(read_files(root / "calendar", "calendar", faults), faults);
  for (auto& [path, text] : read_files(root / "documents", "documents", faults))
    if (path.ends_with(".yaml")) catalogue->documents.emplace(stem_of(path), text);
  read_certificates(root, *catalogue, faults);
  read_services(root, *catalogue, faults);
  for (const auto& [path, text] : read_files(root / "statistics", "statistics", faults))
    if (path.ends_with(".yaml")) read_statistics(text, "statistics/" + path, *catalogue, faults);
  for (const auto& [path, text] : read_files(root / "names", "names", faults))
    if (path.ends_with(".yaml")) read_names(text, "names/" + path, catalogue->lexicon, faults);
  std::stable_sort(catalogue->statistics.begin(), catalogue->statistics.end(),
                   [](const Statistic& left, const Statistic& right) { return left.figure < right.figure; });
  for (const auto& [path, text] : read_files(root / "park", "park", faults))
    if (path == "barred.yaml") catalogue->barred_trades = read_barred_trades(text, "park/" + path, faults);
  catalogue->openings = std::make_shared<InForce<Opening>>(
      read_opening(read_files(root / "opening", "opening", faults), *catalogue, faults));
  if (faults.empty()) return std::shared_ptr<const Catalogue>(std::move(catalogue));
  return base::Error{.kind = base::Refusal::invalid,
                     .code = "catalogue.invalid",
                     .message = {"服务目录有误，请按所列位置改正", "The catalogue is at fault; mend the places listed"},
                     .places = faults.take()};
}

const Statistic* Catalogue::find_statistic(std::string_view id) const {
  const auto found =
      std::find_if(statistics.begin(), statistics.end(), [&](const Statistic& each) { return each.id == id; });
  return found == statistics.end() ? nullptr : &*found;
}

base::Result<std::shared_ptr<const Service>> read_version(const std::string& id, const Files& files) {
  Faults faults;
  auto service = std::make_shared<const Service>(read_service(id, files, faults));
  if (faults.empty()) return std::shared_ptr<const Service>(std::move(service));
  return base::Error{.kind = base::Refusal::invalid,
                     .code = "catalogue.invalid",
                     .message = {"保存的服务版本有误", "The service version that was kept is at fault"},
                     .places = faults.take()};
}

std::shared_ptr<const Service> Services::find(std::string_view id) const {
  const Map& all = now();
  const auto found = all.find(id);
  return found == all.end() ? nullptr : found->second;
}

void Services::put(std::shared_ptr<const Service> service) {
  maps_.change([&](const Map* before) {
    auto next = std::make_shared<Map>(*before);
    (*next)[service->id] = std::move(service);
    return next;
  });
}

base::Result<std::shared_ptr<const Service>> Catalogue::service(std::string_view id) const {
  if (auto found = services->find(id)) return found;
  const std::string name(id);
  return base::Error{.kind = base::Refusal::not_found,
                     .code = "catalogue.service_unknown",
                     .message = {"没有服务事项“" + name + "”", "There is no service “" + name + "”"}};
}

}  // namespace catalogue
