#include <gtest/gtest.h>

#include "modules/imports/model.h"

namespace {

using imports::Columns;

const std::vector<std::string> headings = {
    "统一社会信用代码", "企业名称", "类型",     "登记状态", "法定代表人", "住所",    "街道",
    "行业代码",         "经营范围", "注册资本", "成立日期", "注销日期",   "主体类别"};
const calendar::Date today = *calendar::date_of({2026, 11, 24});

std::vector<std::string> row() {
  return {"91430211MA4TYA011N",
          "株洲市天元区湘演商贸有限公司",
          "1130",
          "存续",
          "柳试宁",
          "泰山路街道演示路901号",
          "",
          "F5211",
          "一般项目:日用百货销售",
          "100万元",
          "2019年9月30日",
          "",
          ""};
}

imports::RowRead read(const std::vector<std::string>& cells) {
  const auto columns = imports::columns_of(headings, {});
  EXPECT_TRUE(columns);
  return imports::read_row(cells, 7, {headings, columns.value(), today, "430211"});
}

TEST(columns_of, recognises_headings_and_does_what_is_said) {
  const auto found = imports::columns_of(headings, {});
  ASSERT_TRUE(found);
  EXPECT_EQ(found.value().size(), headings.size());
  EXPECT_EQ(found.value().at("name"), 1u);
  const auto said = imports::columns_of({"代码", "全称", "名称", "负责人", "地址", "成立日期"},
                                        {{"代码", "credit_code"}, {"全称", "name"}});
  ASSERT_TRUE(said) << said.error().places.at(0).message.en;
  EXPECT_EQ(said.value().at("name"), 1u) << "what is said wins over what is recognised";
  EXPECT_FALSE(imports::columns_of(headings, {{"企业名称", ""}}));
}

TEST(columns_of, lists_everything_that_does_not_fit) {
  struct Bad {
    std::vector<std::string> headings;
    std::map<std::string, std::string> said;
    std::vector<base::Text> messages;
  };
  const std::vector<std::string> enough = {"信用代码", "名称", "负责人", "地址", "成立日期"};
  for (const Bad& bad : std::vector<Bad>{
           {enough,
            {{"颜色", "name"}},
            {{"表头中没有“颜色”", "There is no heading 颜色."}, {"缺少“名称”一列", "The column name is missing."}}},
           {enough,
            {{"名称", "colour"}},
            {{"没有“colour”这一项", "There is no item colour."}, {"缺少“名称”一列", "The column name is missing."}}},
           {{"信用代码", "名称", "企业名称", "负责人", "地址", "成立日期"},
            {},
            {{"“企业名称”与另一列都是name,请指明用哪一列",
              "企业名称 and another column are both name: say which one to take."}}},
           {{"名称"},
            {},
            {{"缺少“统一社会信用代码”一列", "The column credit code is missing."},
             {"缺少“法定代表人(经营者、负责人)”一列", "The column person in charge is missing."},
             {"缺少“住所(经营场所)”一列", "The column address is missing."},
             {"缺少“成立日期”一列", "The column established on is missing."}}}}) {
    const auto columns = imports::columns_of(bad.headings, bad.said);
    ASSERT_FALSE(columns);
    std::vector<base::Text> messages;
    for (const base::Place& place : columns.error().places) messages.push_back(place.message);
    EXPECT_EQ(messages, bad.messages);
  }
}

TEST(read_row, reads_what_people_write) {
  const auto one = read(row());
  ASSERT_TRUE(one.record) << one.rejects.at(0).message.en;
  EXPECT_EQ(one.record->credit_code, "91430211MA4TYA011N");
  EXPECT_EQ(one.record->kind, "enterprise");
  EXPECT_EQ(one.record->facts.status, "open");
  EXPECT_EQ(one.record->facts.township, "430211002");
  EXPECT_EQ(one.record->facts.industry, "5211");
  EXPECT_EQ(one.record->facts.capital_fen, 100'000'000);
  EXPECT_EQ(one.record->established_on, *calendar::date_of({2019, 9, 30}));
  for (const char* day :
       {"2019-09-30", "2019/9/30", "2019.9.30", "20190930", "2019-09-30 00:00:00", "２０１９年９月３０日"}) {
    auto cells = row();
    cells[10] = day;
    EXPECT_TRUE(read(cells).record) << day;
  }
  for (const auto& [text, fen] : std::vector<std::pair<const char*, std::int64_t>>{{"", 0},
                                                                                   {"1,000,000", 100'000'000},
                                                                                   {"100.5万", 100'500'000},
                                                                                   {"人民币50万元", 50'000'000},
                                                                                   {"0.01元", 1}}) {
    auto cells = row();
    cells[9] = text;
    ASSERT_TRUE(read(cells).record) << text;
    EXPECT_EQ(read(cells).record->facts.capital_fen, fen) << text;
  }
  auto shop = row();
  shop[0] = "92430211MA4TYB0144";
  shop[1] = "";
  shop[2] = "个体工商户";
  shop[3] = "已注销";
  shop[11] = "2020-01-02";
  const auto nameless = read(shop);
  ASSERT_TRUE(nameless.record);
  EXPECT_EQ(nameless.record->facts.name, "柳试宁") << "a nameless individual business goes under its operator's name";
  EXPECT_EQ(nameless.record->kind, "individual_business");
  EXPECT_EQ(nameless.record->facts.type, "9500");
}

TEST(read_row, says_line_column_and_reason_of_what_is_wrong) {
  struct Bad {
    std::size_t column;
    const char* value;
    const char* code;
    const char* zh;
    const char* en;
  };
  for (const Bad& bad : std::vector<Bad>{
           {0, "", "imports.cell_missing", "不能为空", "This may not be empty."},
           {0, "11430211MB0TYD016D", "imports.code_foreign", "不是市场监督管理部门登记的代码(应以9开头)",
            "Not a code of a market regulation authority (these begin with 9)."},
           {1, "", "imports.cell_missing", "不能为空", "This may not be empty."},
           {1, "株洲市天元区\x1b[31m湘演\x07商贸有限公司", "imports.cell_unseen",
            "含有看不见的字符(控制符、方向符等),请删去后重新填写",
            "It has characters that nobody sees, such as control or direction marks: delete them and type it anew."},
           {1, "株洲市天元区\u202e湘演商贸有限公司", "imports.cell_unseen",
            "含有看不见的字符(控制符、方向符等),请删去后重新填写",
            "It has characters that nobody sees, such as control or direction marks: delete them and type it anew."},
           {5, "演示路\u2066901号", "imports.cell_unseen", "含有看不见的字符(控制符、方向符等),请删去后重新填写",
            "It has characters that nobody sees, such as control or direction marks: delete them and type it anew."},
           {2, "小店", "imports.type_unknown", "没有这种主体类型,请填名称或四位代码,如9500",
            "There is no such type: give its name or four-digit code, like 9500."},
           {3, "关门", "imports.status_unknown", "登记状态请填存续、吊销、迁出或注销",
            "The status is open, revoked, moved_out or deregistered."},
           {4, "", "imports.cell_missing", "不能为空", "This may not be empty."},
           {5, "", "imports.cell_missing", "不能为空", "This may not be empty."},
           {6, "云岭街道", "imports.township_unknown", "本区没有这个街道或镇",
            "The district has no such subdistrict or town."},
           {7, "餐饮", "imports.industry_wrong", "行业请填GB/T 4754的四位代码,如6210或H6210",
            "Give the four digits of GB/T 4754, like 6210 or H6210."},
           {9, "很多", "imports.capital_wrong", "注册资本请填数字,单位元或万元,如100万元",
            "Give the capital as a number in yuan or 万元, like 100万元."},
           {9, "-5", "imports.capital_wrong", "注册资本请填数字,单位元或万元,如100万元",
            "Give the capital as a number in yuan or 万元, like 100万元."},
           {9, "99999999999999999999", "imports.capital_wrong", "注册资本请填数字,单位元或万元,如100万元",
            "Give the capital as a number in yuan or 万元, like 100万元."},
           {10, "", "imports.cell_missing", "不能为空", "This may not be empty."},
           {10, "2019-02-29", "imports.day_wrong", "日期无效,请按2019-09-30这样填写",
            "Not a day: write it like 2019-09-30."},
           {10, "去年", "imports.day_wrong", "日期无效,请按2019-09-30这样填写", "Not a day: write it like 2019-09-30."},
           {10, "2026-11-25", "imports.day_future", "日期在今天之后", "The day has not come yet."},
           {11, "2020-01-01", "imports.end_without_status", "登记状态是存续,不能有终止日期",
            "An open entity has no day of ending."},
           {12, "工厂", "imports.kind_unknown", "主体类别请填企业、个体工商户、农民专业合作社或分支机构",
            "The kind is enterprise, individual_business, cooperative or branch."},
           {12, "个体工商户", "imports.kind_differs", "与统一社会信用代码的前两位91不符",
            "It does not agree with the credit code's first two 91."}}) {
    auto cells = row();
    cells[bad.column] = bad.value;
    const auto one = read(cells);
    EXPECT_FALSE(one.record) << bad.value;
    ASSERT_EQ(one.rejects.size(), 1u) << bad.value;
    EXPECT_EQ(one.rejects[0].line, 7);
    EXPECT_EQ(one.rejects[0].heading, headings[bad.column]);
    EXPECT_EQ(one.rejects[0].value, bad.value);
    EXPECT_EQ(one.rejects[0].code, bad.code);
    EXPECT_EQ(one.rejects[0].message, (base::Text{bad.zh, bad.en}));
  }
  auto wrong_check = row();
  wrong_check[0] = "91430211MA4TYA011X";
  EXPECT_EQ(read(wrong_check).rejects.at(0).code, "imports.code_wrong");
  auto ended = row();
  ended[3] = "注销";
  EXPECT_EQ(read(ended).rejects.at(0).message, (base::Text{"不能为空", "This may not be empty."}));
  ended[11] = "2018-01-01";
  EXPECT_EQ(read(ended).rejects.at(0).message,
            (base::Text{"终止日期早于成立日期", "It ends before it was established."}));
  EXPECT_EQ(read({}).rejects.size(), 5u) << "all of a row together";
}

}  // namespace
