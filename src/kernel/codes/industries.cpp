#include "kernel/codes/lists.h"

#include <algorithm>
#include <array>

namespace codes {
namespace {

constexpr std::array<IndustrySection, 20> section_list{{
    {'A', {"农、林、牧、渔业", "agriculture, forestry, animal husbandry and fishery"}},
    {'B', {"采矿业", "mining"}},
    {'C', {"制造业", "manufacturing"}},
    {'D', {"电力、热力、燃气及水生产和供应业", "electricity, heat, gas and water"}},
    {'E', {"建筑业", "construction"}},
    {'F', {"批发和零售业", "wholesale and retail"}},
    {'G', {"交通运输、仓储和邮政业", "transport, storage and post"}},
    {'H', {"住宿和餐饮业", "accommodation and catering"}},
    {'I', {"信息传输、软件和信息技术服务业", "information transmission, software and information technology"}},
    {'J', {"金融业", "finance"}},
    {'K', {"房地产业", "real estate"}},
    {'L', {"租赁和商务服务业", "leasing and business services"}},
    {'M', {"科学研究和技术服务业", "research and technical services"}},
    {'N', {"水利、环境和公共设施管理业", "water conservancy, environment and public facilities"}},
    {'O', {"居民服务、修理和其他服务业", "resident services, repair and other services"}},
    {'P', {"教育", "education"}},
    {'Q', {"卫生和社会工作", "health and social work"}},
    {'R', {"文化、体育和娱乐业", "culture, sports and entertainment"}},
    {'S', {"公共管理、社会保障和社会组织", "public administration, social security and social organisations"}},
    {'T', {"国际组织", "international organisations"}},
}};

constexpr std::array<Industry, 67> industry_list{{
    {"3611", 'C', {"汽柴油车整车制造", "petrol and diesel vehicles"}},
    {"3612", 'C', {"新能源车整车制造", "new-energy vehicles"}},
    {"3620", 'C', {"汽车用发动机制造", "vehicle engines"}},
    {"3660", 'C', {"汽车车身、挂车制造", "vehicle bodies and trailers"}},
    {"3670", 'C', {"汽车零部件及配件制造", "vehicle parts"}},
    {"3711", 'C', {"高铁车组制造", "high-speed trainsets"}},
    {"3712", 'C', {"铁路机车车辆制造", "railway locomotives and rolling stock"}},
    {"3714", 'C', {"高铁设备、配件制造", "high-speed rail equipment and parts"}},
    {"3715", 'C', {"铁路机车车辆配件制造", "parts of locomotives and rolling stock"}},
    {"3716", 'C', {"铁路专用设备及器材、配件制造", "railway equipment and parts"}},
    {"3720", 'C', {"城市轨道交通设备制造", "urban rail equipment"}},
    {"3741", 'C', {"飞机制造", "aircraft"}},
    {"3744", 'C', {"航空相关设备制造", "aviation equipment"}},
    {"3841", 'C', {"锂离子电池制造", "lithium-ion batteries"}},
    {"3963", 'C', {"智能无人飞行器制造", "intelligent unmanned aircraft"}},
    {"5166", 'F', {"化肥批发", "wholesale of fertiliser"}},
    {"5167", 'F', {"农药批发", "wholesale of pesticides"}},
    {"5171", 'F', {"农业机械批发", "wholesale of farm machinery"}},
    {"5211", 'F', {"百货零售", "department stores"}},
    {"5212", 'F', {"超级市场零售", "supermarkets"}},
    {"5213", 'F', {"便利店零售", "convenience stores"}},
    {"5219", 'F', {"其他综合零售", "other general retail"}},
    {"5221", 'F', {"粮油零售", "retail of grain and oil"}},
    {"5222", 'F', {"糕点、面包零售", "retail of cakes and bread"}},
    {"5223", 'F', {"果品、蔬菜零售", "retail of fruit and vegetables"}},
    {"5224", 'F', {"肉、禽、蛋、奶及水产品零售", "retail of meat, poultry, eggs, milk and fish"}},
    {"5225", 'F', {"营养和保健品零售", "retail of nutrition and health products"}},
    {"5226", 'F', {"酒、饮料及茶叶零售", "retail of alcohol, beverages and tea"}},
    {"5227", 'F', {"烟草制品零售", "retail of tobacco"}},
    {"5229", 'F', {"其他食品零售", "other food retail"}},
    {"5236", 'F', {"钟表、眼镜零售", "retail of clocks, watches and glasses"}},
    {"5251", 'F', {"西药零售", "retail of western medicine"}},
    {"5252", 'F', {"中药零售", "retail of Chinese medicine"}},
    {"5254", 'F', {"医疗用品及器材零售", "retail of medical supplies and devices"}},
    {"5265", 'F', {"机动车燃油零售", "retail of motor fuel"}},
    {"5266", 'F', {"机动车燃气零售", "retail of motor gas"}},
    {"5267", 'F', {"机动车充电销售", "vehicle charging"}},
    {"5292", 'F', {"互联网零售", "internet retail"}},
    {"5294", 'F', {"自动售货机零售", "vending machines"}},
    {"5621", 'G', {"通用航空生产服务", "general aviation services"}},
    {"5631", 'G', {"机场", "airports"}},
    {"6210", 'H', {"正餐服务", "full-service restaurants"}},
    {"6220", 'H', {"快餐服务", "fast food"}},
    {"6231", 'H', {"茶馆服务", "tea houses"}},
    {"6232", 'H', {"咖啡馆服务", "coffee houses"}},
    {"6233", 'H', {"酒吧服务", "bars"}},
    {"6239", 'H', {"其他饮料及冷饮服务", "other beverage and cold drink services"}},
    {"6241", 'H', {"餐饮配送服务", "catering distribution"}},
    {"6242", 'H', {"外卖送餐服务", "meal delivery"}},
    {"6291", 'H', {"小吃服务", "snack bars"}},
    {"6299", 'H', {"其他未列明餐饮业", "other catering"}},
    {"6432", 'I', {"互联网生活服务平台", "internet platforms for daily life"}},
    {"6513", 'I', {"应用软件开发", "application software"}},
    {"7020", 'K', {"物业管理", "property management"}},
    {"7221", 'L', {"园区管理服务", "park management"}},
    {"7293", 'L', {"办公服务", "office services"}},
    {"7297", 'L', {"商务代理代办服务", "business agency services"}},
    {"7452", 'M', {"检测服务", "testing services"}},
    {"7453", 'M', {"计量服务", "metrology services"}},
    {"7454", 'M', {"标准化服务", "standardisation services"}},
    {"7520", 'M', {"知识产权服务", "intellectual property services"}},
    {"7540", 'M', {"创业空间服务", "start-up space services"}},
    {"8020", 'O', {"托儿所服务", "nurseries"}},
    {"8111", 'O', {"汽车修理与维护", "vehicle repair and maintenance"}},
    {"8310", 'P', {"学前教育", "pre-school education"}},
    {"8321", 'P', {"普通小学教育", "primary schools"}},
    {"8411", 'Q', {"综合医院", "general hospitals"}},
}};

}  // namespace

std::span<const Industry> industries() {
  return industry_list;
}

const Industry* find_industry(std::string_view code) {
  const bool has_letter = code.size() == 5;
  const std::string_view digits = has_letter ? code.substr(1) : code;
  const auto found = std::ranges::find(industry_list, digits, &Industry::code);
  if (found == industry_list.end() || (has_letter && found->section != code[0])) return nullptr;
  return &*found;
}

IndustryDivisions divisions_of_section(char letter) {
  constexpr std::array<std::pair<const char*, const char*>, 20> divisions = {
      {{"01", "05"}, {"06", "12"}, {"13", "43"}, {"44", "46"}, {"47", "50"}, {"51", "52"}, {"53", "60"},
       {"61", "62"}, {"63", "65"}, {"66", "69"}, {"70", "70"}, {"71", "72"}, {"73", "75"}, {"76", "79"},
       {"80", "82"}, {"83", "83"}, {"84", "85"}, {"86", "90"}, {"91", "96"}, {"97", "97"}}};
  if (letter < 'A' || letter > 'T') return {};
  const auto& [first, last] = divisions[static_cast<std::size_t>(letter - 'A')];
  return {first, last};
}

std::span<const IndustrySection> industry_sections() {
  return section_list;
}

}  // namespace codes
