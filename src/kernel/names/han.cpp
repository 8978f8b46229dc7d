#include "kernel/names/han.h"

#include <algorithm>
#include <array>
#include <utility>

#include "han_tables.h"

namespace names {
namespace {

constexpr char32_t first_han = 0x4E00;

std::size_t place_of(char32_t c) {
  return c >= first_han && c < first_han + han_readings.size() ? c - first_han : han_readings.size();
}

/// Characters of names and addresses with more readings than one.
constexpr auto polyphones = std::to_array<std::pair<char32_t, std::array<const char*, 2>>>({
    {U'重', {"zhong", "chong"}}, {U'长', {"zhang", "chang"}}, {U'行', {"xing", "hang"}},   {U'乐', {"le", "yue"}},
    {U'朝', {"chao", "zhao"}},   {U'厦', {"sha", "xia"}},     {U'曾', {"ceng", "zeng"}},   {U'单', {"dan", "shan"}},
    {U'解', {"jie", "xie"}},     {U'仇', {"chou", "qiu"}},    {U'区', {"qu", "ou"}},       {U'查', {"cha", "zha"}},
    {U'盛', {"sheng", "cheng"}}, {U'覃', {"tan", "qin"}},     {U'调', {"diao", "tiao"}},   {U'都', {"dou", "du"}},
    {U'会', {"hui", "kuai"}},    {U'传', {"chuan", "zhuan"}}, {U'参', {"can", "shen"}},    {U'藏', {"cang", "zang"}},
    {U'弹', {"dan", "tan"}},     {U'宿', {"su", "xiu"}},      {U'柏', {"bai", "bo"}},      {U'薄', {"bo", "bao"}},
    {U'车', {"che", "ju"}},      {U'万', {"wan", "mo"}},      {U'茜', {"qian", "xi"}},     {U'莞', {"guan", "wan"}},
    {U'蔚', {"wei", "yu"}},      {U'翟', {"zhai", "di"}},     {U'佛', {"fo", "fu"}},       {U'卡', {"ka", "qia"}},
    {U'壳', {"ke", "qiao"}},     {U'咖', {"ka", "ga"}},       {U'大', {"da", "dai"}},      {U'露', {"lu", "lou"}},
    {U'轧', {"zha", "ya"}},      {U'校', {"xiao", "jiao"}},   {U'角', {"jiao", "jue"}},    {U'落', {"luo", "la"}},
    {U'奇', {"qi", "ji"}},       {U'桔', {"jie", "ju"}},      {U'澄', {"cheng", "deng"}},  {U'系', {"xi", "ji"}},
    {U'地', {"di", "de"}},       {U'尉', {"wei", "yu"}},      {U'降', {"jiang", "xiang"}}, {U'强', {"qiang", "jiang"}},
    {U'便', {"bian", "pian"}},   {U'泊', {"bo", "po"}},       {U'缪', {"miao", "mou"}},    {U'乘', {"cheng", "sheng"}},
    {U'石', {"shi", "dan"}},     {U'合', {"he", "ge"}},       {U'隆', {"long", "long"}},   {U'圩', {"wei", "xu"}},
    {U'炮', {"pao", "bao"}},     {U'埔', {"pu", "bu"}},       {U'渑', {"mian", "sheng"}},  {U'镐', {"gao", "hao"}},
});

/// Forms that are read and meant alike in names, beyond traditional and simplified.
constexpr auto variants = std::to_array<std::pair<char32_t, char32_t>>({
    {U'峯', U'峰'}, {U'喆', U'哲'}, {U'堃', U'坤'}, {U'昇', U'升'}, {U'陞', U'升'}, {U'甦', U'苏'},
    {U'邨', U'村'}, {U'仝', U'同'}, {U'崑', U'昆'}, {U'崐', U'昆'}, {U'菓', U'果'}, {U'煇', U'辉'},
    {U'咊', U'和'}, {U'龢', U'和'}, {U'喦', U'岩'}, {U'嵒', U'岩'}, {U'钜', U'巨'}, {U'鍳', U'鉴'},
    {U'曍', U'皓'}, {U'皜', U'皓'}, {U'澔', U'浩'}, {U'寳', U'宝'}, {U'栢', U'柏'}, {U'羣', U'群'},
    {U'秌', U'秋'}, {U'畧', U'略'}, {U'鑑', U'鉴'}, {U'竝', U'并'}, {U'絲', U'丝'}, {U'舖', U'铺'},
});

}  // namespace

std::vector<std::string> readings_of(char32_t c) {
  const std::size_t place = place_of(c);
  if (place == han_readings.size()) return {};
  const std::string usual = han_syllables[han_readings[place]];
  if (usual.empty()) return {};
  std::vector<std::string> readings = {usual};
  const auto add = [&](const std::string& reading) {
    if (std::ranges::find(readings, reading) == readings.end()) readings.push_back(reading);
  };
  const auto found = std::ranges::find(polyphones, c, [](const auto& each) { return each.first; });
  if (found != polyphones.end())
    for (const char* reading : found->second) add(reading);
  if (const std::size_t v = usual.find('v'); v != std::string::npos) add(std::string(usual).replace(v, 1, "u"));
  return readings;
}

char32_t simplified(char32_t c) {
  const std::size_t place = place_of(c);
  return place == han_readings.size() ? c : static_cast<char32_t>(han_simplified[place]);
}

char32_t base_form(char32_t c) {
  const auto form_of = [](char32_t form) {
    const auto found = std::ranges::find(variants, form, [](const auto& each) { return each.first; });
    return found == variants.end() ? form : found->second;
  };
  return form_of(simplified(form_of(c)));
}

bool is_common(char32_t c) {
  const std::size_t place = place_of(c);
  return place != han_readings.size() && han_common[place] == 1;
}

}  // namespace names
