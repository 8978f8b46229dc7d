#include "catalogue/opening.h"

#include <algorithm>
#include <set>

#include "faults.h"
#include "reader.h"
#include "service.h"

namespace catalogue {
namespace {

constexpr std::string_view file = "opening/opening.yaml";
constexpr std::string_view decisions_file = "opening/requirements.dmn";

void unknown(const Reader& from, const char* key, const std::string& name) {
  from.fault_at(key, "catalogue.unknown_reference", {"没有定义“" + name + "”", "“" + name + "” is not defined"});
}

OpeningStage read_stage(const Reader& from, const Opening& opening, const OpeningWay& way, const Catalogue& catalogue) {
  from.only({"id", "name", "after", "needs", "makes", "place", "legal_rule", "promised_rule", "when", "decision"});
  OpeningStage stage{.id = from.text("id"),
                     .name = from.words("name"),
                     .after = from.texts("after"),
                     .needs = from.texts("needs"),
                     .makes = from.texts("makes"),
                     .place = from.text_or("place", "office"),
                     .legal_rule = from.text_or("legal_rule", ""),
                     .promised_rule = from.text_or("promised_rule", ""),
                     .when = from.expression("when"),
                     .decision = from.text_or("decision", "")};
  if (stage.place != "anywhere" && stage.place != "office" && stage.place != "visit")
    from.fault_at("place", "catalogue.kind_unknown",
                  {"须为 anywhere、office 或 visit", "This must be anywhere, office or visit"});
  // Stages are written in an order in which they can be done; so they can not wait for each other in a circle.
  for (const std::string& after : stage.after)
    if (std::none_of(way.stages.begin(), way.stages.end(), [&](const auto& each) { return each.id == after; }))
      unknown(from, "after", after);
  for (const auto& [key, ids] : {std::pair{"needs", &stage.needs}, std::pair{"makes", &stage.makes}})
    for (const std::string& id : *ids)
      if (!opening.find_result(id)) unknown(from, key, id);
  for (const auto& [key, rule] :
       {std::pair{"legal_rule", &stage.legal_rule}, std::pair{"promised_rule", &stage.promised_rule}})
    if (!rule->empty() && !catalogue.rules.has(*rule)) unknown(from, key, *rule);
  return stage;
}

OpeningWay read_way(const Reader& from, const Opening& opening, const Catalogue& catalogue) {
  from.only({"service", "when", "guide", "stages"});
  OpeningWay way{.service = from.text("service"), .when = from.expression("when"), .guide = {}, .stages = {}};
  if (from.has("guide")) {
    const Reader below = from.at("guide");
    for (const auto& [name, value] : below.entries())
      if (std::optional<feel::Expression> expression = below.expression(name.c_str()))
        way.guide.push_back({name, std::move(*expression)});
  }
  if (!catalogue.services->find(way.service)) unknown(from, "service", way.service);
  for (const Reader& stage : from.items("stages")) way.stages.push_back(read_stage(stage, opening, way, catalogue));
  if (std::none_of(way.stages.begin(), way.stages.end(), [](const auto& each) { return !each.makes.empty(); }))
    from.fault_at("stages", "catalogue.missing", {"须至少得到一项结果", "The way must lead to at least one result"});
  return way;
}

void read_requirements(const Files& files, Opening& opening, Faults& faults) {
  const auto found = files.find(requirements_file);
  if (found == files.end()) {
    faults.add(std::string(decisions_file), "catalogue.file_missing", {"缺少此文件", "This file is missing"});
    return;
  }
  const std::vector<dmn::Source> sources = {{.name = std::string(decisions_file), .xml = found->second}};
  auto compiled = dmn::compile(sources, {.dialect = feel::Dialect::camunda});
  if (!compiled) {
    faults.add(std::string(decisions_file), compiled.error());
    return;
  }
  opening.requirements = std::move(compiled).value();
  for (const char* wanted : {"required", "barred"}) {
    const auto offered = dmn::invocables(*opening.requirements);
    if (std::none_of(offered.begin(), offered.end(), [&](const auto& each) { return each.id == wanted; }))
      faults.add(std::string(decisions_file), "catalogue.unknown_reference",
                 {std::string("没有决策“") + wanted + "”", std::string("There is no decision “") + wanted + "”"});
  }
}

}  // namespace

const OpeningResult* Opening::find_result(std::string_view id) const {
  const auto found = std::find_if(results.begin(), results.end(), [&](const auto& each) { return each.id == id; });
  return found == results.end() ? nullptr : &*found;
}

void check_opening(const Opening& opening, const Service& service, Faults& faults) {
  for (const OpeningWay& way : opening.ways) {
    if (way.service != service.id) continue;
    for (const OpeningStage& stage : way.stages)
      if (!stage.decision.empty() && !decides(service, stage.decision))
        faults.add(service.id + "/decision.dmn#" + stage.decision, "catalogue.unknown_reference",
                   {"开办向导（opening.yaml）要用决策“" + stage.decision + "”，不能删去",
                    "The opening guide (opening.yaml) asks the decision “" + stage.decision + "”; it must stay"});
  }
}

std::shared_ptr<const Opening> read_opening(const Files& files, const Catalogue& catalogue, Faults& faults) {
  const auto found = files.find("opening.yaml");
  if (found == files.end()) return nullptr;
  const std::optional<Reader> root = Reader::parse(found->second, std::string(file), faults);
  if (!root) return nullptr;
  root->only({"name", "summary", "questions", "results", "ways"});
  auto opening = std::make_shared<Opening>();
  opening->files = files;
  opening->version = fingerprint(files);
  opening->name = root->words("name");
  opening->summary = root->words("summary");
  for (const Reader& question : root->items("questions")) opening->guide.guide.push_back(read_question(question));
  std::set<std::string> ids;
  for (const Reader& result : root->items("results")) {
    result.only({"id", "name", "basis"});
    opening->results.push_back({result.text("id"), result.words("name"), result.words("basis")});
    if (!ids.insert(opening->results.back().id).second)
      result.fault_at("id", "catalogue.id_twice", {"编号重复", "The id is there twice"});
  }
  for (const Reader& way : root->items("ways")) opening->ways.push_back(read_way(way, *opening, catalogue));
  read_requirements(files, *opening, faults);
  for (const auto& [id, service] : catalogue.services->now()) check_opening(*opening, *service, faults);
  return opening;
}

}  // namespace catalogue
