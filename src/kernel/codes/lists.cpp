#include "kernel/codes/lists.h"

#include <algorithm>
#include <array>

namespace codes {
namespace {

constexpr std::array<Division, 19> division_list{{
    {"430000", {"湖南省", "Hunan"}, DivisionLevel::province},
    {"430200", {"株洲市", "Zhuzhou"}, DivisionLevel::city},
    {"430202", {"荷塘区", "Hetang District"}, DivisionLevel::county},
    {"430203", {"芦淞区", "Lusong District"}, DivisionLevel::county},
    {"430204", {"石峰区", "Shifeng District"}, DivisionLevel::county},
    {"430211", {"天元区", "Tianyuan District"}, DivisionLevel::county},
    {"430211001", {"嵩山路街道", "Songshan Road Subdistrict"}, DivisionLevel::town},
    {"430211002", {"泰山路街道", "Taishan Road Subdistrict"}, DivisionLevel::town},
    {"430211003", {"栗雨街道", "Liyu Subdistrict"}, DivisionLevel::town},
    {"430211004", {"马家河街道", "Majiahe Subdistrict"}, DivisionLevel::town},
    {"430211101", {"群丰镇", "Qunfeng Town"}, DivisionLevel::town},
    {"430211102", {"雷打石镇", "Leidashi Town"}, DivisionLevel::town},
    {"430211103", {"三门镇", "Sanmen Town"}, DivisionLevel::town},
    {"430212", {"渌口区", "Lukou District"}, DivisionLevel::county},
    {"430221", {"株洲县", "Zhuzhou County"}, DivisionLevel::county, false},  // Lukou District since 2018
    {"430223", {"攸县", "You County"}, DivisionLevel::county},
    {"430224", {"茶陵县", "Chaling County"}, DivisionLevel::county},
    {"430225", {"炎陵县", "Yanling County"}, DivisionLevel::county},
    {"430281", {"醴陵市", "Liling"}, DivisionLevel::county},
}};

constexpr EntityGroup enterprise = EntityGroup::enterprise;
constexpr EntityGroup branch = EntityGroup::branch;

constexpr std::array<EntityType, 22> entity_type_list{{
    {"1110", {"有限责任公司(国有独资)", "limited company (wholly state-owned)"}, enterprise},
    {"1130",
     {"有限责任公司(自然人投资或控股)", "limited company (invested or controlled by natural persons)"},
     enterprise},
    {"1140", {"有限责任公司(国有控股)", "limited company (state-controlled)"}, enterprise},
    {"1151", {"有限责任公司(自然人独资)", "limited company (sole natural person)"}, enterprise},
    {"1153", {"有限责任公司(法人独资)", "limited company (sole legal person)"}, enterprise},
    {"1190", {"其他有限责任公司", "other limited company"}, enterprise},
    {"1219", {"股份有限公司(上市)", "joint-stock company (listed)"}, enterprise},
    {"1229", {"股份有限公司(非上市)", "joint-stock company (unlisted)"}, enterprise},
    {"2130", {"有限责任公司分公司", "branch of a limited company"}, branch},
    {"3100", {"全民所有制", "enterprise owned by the whole people"}, enterprise},
    {"3200", {"集体所有制", "collectively owned enterprise"}, enterprise},
    {"3400", {"股份合作制", "joint-stock cooperative enterprise"}, enterprise},
    {"4531", {"普通合伙企业", "general partnership"}, enterprise},
    {"4533", {"有限合伙企业", "limited partnership"}, enterprise},
    {"4540", {"个人独资企业", "sole proprietorship"}, enterprise},
    {"4550", {"合伙企业分支机构", "branch of a partnership"}, branch},
    {"4560", {"个人独资企业分支机构", "branch of a sole proprietorship"}, branch},
    {"5000", {"外商投资企业", "foreign-invested enterprise"}, enterprise},
    {"6000", {"港澳台投资企业", "enterprise with Hong Kong, Macao or Taiwan investment"}, enterprise},
    {"9100", {"农民专业合作社", "farmers' cooperative"}, EntityGroup::cooperative},
    {"9200", {"农民专业合作社分支机构", "branch of a farmers' cooperative"}, branch},
    {"9500", {"个体工商户", "individual business"}, EntityGroup::individual},
}};

}  // namespace

std::span<const Division> divisions() {
  return division_list;
}

const Division* find_division(std::string_view code) {
  const auto found = std::ranges::find(division_list, code, &Division::code);
  return found == division_list.end() ? nullptr : &*found;
}

const Division* parent_of(const Division& division) {
  switch (division.level) {
    case DivisionLevel::province:
      return nullptr;
    case DivisionLevel::city:
      return find_division(std::string(division.code.substr(0, 2)) + "0000");
    case DivisionLevel::county:
      return find_division(std::string(division.code.substr(0, 4)) + "00");
    case DivisionLevel::town:
      return find_division(division.code.substr(0, 6));
  }
  return nullptr;
}

base::Text full_name(const Division& division) {
  base::Text name = division.name.text();
  for (const Division* above = parent_of(division); above; above = parent_of(*above)) {
    name.zh.insert(0, above->name.zh);
    name.en.append(", ").append(above->name.en);
  }
  return name;
}

base::Text name_of(EntityGroup group) {
  switch (group) {
    case EntityGroup::enterprise:
      return {"企业", "enterprise"};
    case EntityGroup::individual:
      return {"个体工商户", "individual business"};
    case EntityGroup::cooperative:
      return {"农民专业合作社", "farmers' cooperative"};
    case EntityGroup::branch:
      return {"分支机构", "branch"};
  }
  CHECK(false);
  return {};
}

std::span<const EntityType> entity_types() {
  return entity_type_list;
}

const EntityType* find_entity_type(std::string_view code) {
  const auto found = std::ranges::find(entity_type_list, code, &EntityType::code);
  return found == entity_type_list.end() ? nullptr : &*found;
}

}  // namespace codes
