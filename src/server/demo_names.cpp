#include "demo_names.h"

#include <array>
#include <span>

#include "kernel/base/check.h"

namespace server {
namespace {

constexpr std::array<const char*, 24> surnames = {"柳", "岳", "彭", "易", "汤", "贺", "匡", "谭",
                                                  "龙", "文", "向", "符", "瞿", "庹", "覃", "粟",
                                                  "鄢", "漆", "佘", "阳", "禹", "戴", "邬", "晏"};
constexpr std::array<const char*, 16> given = {"安", "宁", "然", "禾", "舟", "岚", "川", "越",
                                               "和", "昕", "朗", "溪", "衡", "竹", "初", "远"};
constexpr std::array<const char*, 46> first_words = {
    "湘", "株", "云", "禾", "江", "栗", "泰", "嵩", "晴", "麦", "竹", "石", "梅", "枫", "桂", "兰",
    "松", "柏", "荷", "莲", "沁", "澄", "岳", "渌", "雷", "群", "霁", "蓝", "青", "橙", "墨", "白",
    "朝", "暮", "春", "夏", "秋", "冬", "东", "南", "西", "北", "星", "月", "岭", "原"};
constexpr std::array<const char*, 72> second_words = {
    "江畔", "栗雨", "泰山", "马家", "嵩山", "炊烟", "辣味", "碗香", "灶台", "晴川", "云间", "麦田",
    "半盏", "渔火", "竹影", "青石", "百味", "米粉", "小满", "稻花", "圆融", "南风", "知味", "长亭",
    "短桥", "流光", "明窗", "清泉", "古渡", "新苗", "红砖", "木屋", "白鹭", "锦鲤", "石榴", "橘子",
    "板栗", "芝麻", "豆花", "茶油", "山谷", "湖心", "月台", "铁轨", "齿轮", "星河", "光年", "微澜",
    "细雨", "初雪", "繁花", "深林", "浅草", "远帆", "晚舟", "早集", "暖阳", "凉亭", "雅集", "同乐",
    "众创", "启程", "匠心", "万象", "恒信", "博远", "宏图", "卓越", "诚品", "佳邻", "悦享", "安居"};

constexpr std::array<DemoTrade, 20> shops = {{{"餐饮店", "6210", "许可项目:餐饮服务"},
                                              {"小吃店", "6291", "许可项目:餐饮服务"},
                                              {"快餐店", "6220", "许可项目:餐饮服务"},
                                              {"咖啡馆", "6232", "许可项目:餐饮服务"},
                                              {"茶馆", "6231", "许可项目:餐饮服务"},
                                              {"便利店", "5213", "许可项目:食品销售;一般项目:日用百货销售"},
                                              {"百货店", "5211", "一般项目:日用百货销售"},
                                              {"果蔬店", "5223", "一般项目:新鲜水果零售;新鲜蔬菜零售"},
                                              {"粮油店", "5221", "许可项目:食品销售"},
                                              {"糕点店", "5222", "许可项目:食品销售"},
                                              {"酒水经营部", "5226", "许可项目:食品销售"},
                                              {"土特产店", "5229", "许可项目:食品销售"},
                                              {"眼镜店", "5236", "一般项目:眼镜销售(不含隐形眼镜)"},
                                              {"汽车维修服务部", "8111", "一般项目:机动车修理和维护"},
                                              {"农资经营部", "5167", "许可项目:农药批发"},
                                              {"化肥经营部", "5166", "一般项目:肥料销售"},
                                              {"信息技术工作室", "6513", "一般项目:软件开发"},
                                              {"办公服务部", "7293", "一般项目:办公服务"},
                                              {"代办服务部", "7297", "一般项目:商务代理代办服务"},
                                              {"网店", "5292", "一般项目:互联网销售(除销售需要许可的商品)"}}};
constexpr std::array<DemoTrade, 20> companies = {
    {{"商贸有限公司", "5211", "一般项目:日用百货销售"},
     {"软件有限公司", "6513", "一般项目:软件开发"},
     {"轨道装备有限公司", "3720", "一般项目:城市轨道交通设备制造"},
     {"机车配件有限公司", "3715", "一般项目:铁路机车车辆配件制造"},
     {"铁路设备有限公司", "3716", "一般项目:铁路专用设备及器材制造"},
     {"汽车零部件有限公司", "3670", "一般项目:汽车零部件及配件制造"},
     {"新能源有限公司", "3841", "一般项目:电池制造"},
     {"航空设备有限公司", "3744", "许可项目:民用航空器零部件设计和生产"},
     {"智能飞行器有限公司", "3963", "一般项目:智能无人飞行器制造"},
     {"物业管理有限公司", "7020", "一般项目:物业管理"},
     {"检测技术有限公司", "7452", "许可项目:检验检测服务"},
     {"计量服务有限公司", "7453", "一般项目:计量技术服务"},
     {"标准化服务有限公司", "7454", "一般项目:标准化服务"},
     {"知识产权服务有限公司", "7520", "一般项目:知识产权服务"},
     {"企业服务有限公司", "7297", "一般项目:商务代理代办服务;商务秘书服务"},
     {"园区运营有限公司", "7221", "一般项目:园区管理服务"},
     {"电子商务有限公司", "5292", "一般项目:互联网销售(除销售需要许可的商品)"},
     {"食品有限公司", "5229", "许可项目:食品销售"},
     {"医疗器械有限公司", "5254", "一般项目:第二类医疗器械销售"},
     {"农机有限公司", "5171", "一般项目:农业机械销售"}}};
constexpr std::array<DemoTrade, 2> farms = {
    {{"种植专业合作社", "0141", "一般项目:蔬菜种植"}, {"养殖专业合作社", "0329", "许可项目:动物饲养"}}};
constexpr std::array<DemoTrade, 1> outlets = {{{"天元分公司", "7297", "一般项目:商务代理代办服务"}}};

std::span<const DemoTrade> trades_of(const std::string& kind) {
  if (kind == "individual_business") return shops;
  if (kind == "cooperative") return farms;
  if (kind == "branch") return outlets;
  return companies;
}

}  // namespace

std::string demo_person_name(int index) {
  const auto i = static_cast<std::size_t>(index);
  return std::string(surnames[i % surnames.size()]) + (i / surnames.size() % 2 ? "演" : "试") +
         given[i / (2 * surnames.size()) % given.size()];
}

std::string demo_trade_name(int index) {
  // 2909 has no divisor in common with the count, so that neighbours look different and none comes twice.
  const auto i = static_cast<std::size_t>(std::int64_t{index} * 2909 % demo_trade_names_count);
  return std::string(first_words[i / second_words.size() / 2]) + (i / second_words.size() % 2 ? "演" : "试") +
         second_words[i % second_words.size()];
}

std::string demo_proposed_trade_name(int index) {
  std::string name = demo_trade_name(index);
  constexpr std::size_t first_bytes = 3;  // each character of these names takes three bytes
  return name.replace(first_bytes, 3, "试演");
}

const DemoTrade& demo_trade_of(const std::string& kind, int number) {
  const auto trades = trades_of(kind);
  const auto round = static_cast<std::size_t>(number / demo_trade_names_count);
  CHECK(round < trades.size());
  return trades[(static_cast<std::size_t>(number % demo_trade_names_count) * 7 + round) % trades.size()];
}

std::string demo_entity_name(const std::string& kind, int number) {
  const std::string trade = demo_trade_name(number % demo_trade_names_count);
  if (kind == "branch") return "株洲" + trade + "商贸有限公司天元分公司";
  return "株洲市天元区" + trade + demo_trade_of(kind, number).name;
}

}  // namespace server
