/// Sample data for tests and benchmarks: a fictional restaurant, as the licensing module supplies it.
#pragma once

#include <fstream>
#include <iterator>
#include <string>

#include "documents.h"

namespace documents::sample {

inline constexpr const char* json = R"({
  "authority": "株洲市天元区市场监督管理局", "contact": "天元区政务服务中心综合窗口，电话0731-00000000",
  "number": "株天市监受〔2026〕12号", "date": "2026年11月24日",
  "case": {"number": "ZL43021120261124000017", "service": "开办餐饮店", "received_on": "2026年11月20日",
           "accepted_on": "2026年11月24日"},
  "applicant": {"name": "林小满", "title": "天元区满堂香小吃店"},
  "guide": {"operator_kind": "individual"},
  "materials": [{"name": "经营者身份证明", "count": 2}, {"name": "经营场所使用证明", "count": 1},
                {"name": "厨房布局和设备流程图", "count": 1}, {"name": "食品安全管理制度", "count": 1},
                {"name": "从业人员健康证明", "count": 3}],
  "corrections": [{"label": "经营场所地址", "reason": "与房屋租赁合同记载的门牌号不一致，请按照合同核对后改正。"},
                  {"label": "厨房布局和设备流程图", "reason": "未标明洗手设施和更衣区的位置，请补充标注后重新上传，图中文字应当清晰可辨。"}],
  "limits": {"legal_text": "营业执照3个工作日；食品经营许可证10个工作日",
             "promised_text": "营业执照1个工作日；食品经营许可证5个工作日", "promised_day": "2026年12月2日"},
  "decision": {"registration": "食品经营许可", "outcome": "不予",
               "reasons": "现场核查发现，操作间与卫生间直接相通，且未设置独立的洗手消毒设施；经责令整改后复查，上述问题仍未解决。",
               "basis": "《食品经营许可和备案管理办法》第十二条"},
  "reasons": "您申请的事项为仅销售预包装食品，依法应当办理备案，不需要取得食品经营许可。",
  "entity": {"name": "天元区满堂香小吃店（个体工商户）", "credit_code": "92430211MA00000011"},
  "certificate": {"number": "JY24302110000012", "token": "abcdefghjkmnpqrstvwxyz0123",
    "issued_on": "2026年11月24日", "valid_to": "2031年11月23日",
    "qr": "LC1:6BFQ0YM2R5SO1HJ6NPB0000000000$%*+-./:SIGNED",
    "query_url": "https://yichuang.example/c/abcdefghjkmnpqrstvwxyz0123",
    "credit_code": "92430211MA00000011", "name": "天元区满堂香小吃店（个体工商户）", "type": "个体工商户（家庭经营）",
    "person": "林小满", "capital": "—", "established_on": "2026年11月24日",
    "address": "湖南省株洲市天元区泰山路街道示范路18号一层101铺",
    "scope": "许可项目：餐饮服务。（依法须经批准的项目，经相关部门批准后方可开展经营活动，具体经营项目以相关部门批准文件或许可证件为准）",
    "domicile": "湖南省株洲市天元区泰山路街道示范路18号一层101铺",
    "place": "湖南省株洲市天元区泰山路街道示范路18号一层101铺",
    "business_form": "餐饮服务经营者", "items": "热食类食品制售；冷食类食品制售；自制饮品制售", "complaint_phone": "12315"},
  "receipt": {"text": "yichuang.example/log/public#1234.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", "index": "1234",
    "url": "https://yichuang.example/receipt#yichuang.example/log/public#1234.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"},
  "query_url": "https://yichuang.example/my/0abcdefghjkmn", "query_code": "ZL43021120261124000017"
})";

inline feel::Context data() {
  return feel::parse_json(json).value().as_context();
}

/// 2026-11-24 09:30 in China.
inline constexpr base::Instant now{1'795'483'800'000'000};

inline std::string template_text(const std::string& name) {
  std::ifstream file(std::string(SOURCE_DIR) + "/catalogue/documents/" + name + ".yaml");
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace documents::sample
