#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <thread>

#include "fill.h"
#include "sample.h"

namespace documents {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

/// Where the drawn files lie; set DOCUMENTS_KEEP to a folder to look at them.
std::string folder() {
  const char* keep = std::getenv("DOCUMENTS_KEEP");
  const auto path = keep ? std::filesystem::path(keep)
                         : std::filesystem::temp_directory_path() / ("documents_test." + std::to_string(::getpid()));
  std::filesystem::create_directories(path);
  return path.string();
}

class Rendering : public testing::Test {
 protected:
  static void TearDownTestSuite() {
    if (!std::getenv("DOCUMENTS_KEEP")) std::filesystem::remove_all(folder());
  }
};

/// What a tool prints. Fails with the remedy when the tool is missing.
std::string run(const std::string& tool, const std::string& arguments) {
  if (std::system(("command -v " + tool + " >/dev/null").c_str()) != 0) {
    ADD_FAILURE() << tool << " is missing: run ./dev setup (packages poppler-utils and zbar-tools)";
    return {};
  }
  std::FILE* pipe = ::popen((tool + " " + arguments + " 2>/dev/null").c_str(), "r");
  if (pipe == nullptr) return {};
  std::string output;
  std::array<char, 4096> buffer{};
  while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe)) output.append(buffer.data(), size);
  ::pclose(pipe);
  return output;
}

std::string save(const std::string& name, const std::string& pdf) {
  const std::string path = folder() + "/" + name + ".pdf";
  std::ofstream(path, std::ios::binary) << pdf;
  return path;
}

std::string without_space(const std::string& text) {
  std::string all;
  for (const char letter : text)
    if (letter != ' ' && letter != '\n' && letter != '\f') all += letter;
  return all;
}

base::Result<std::string> render(const std::string& text, const feel::Context& data, RenderOptions options) {
  TRY(const auto parsed, parse_template(text, "t"));
  return render_pdf(*parsed, data, options);
}

std::string draw(const std::string& name, const feel::Context& data, RenderOptions options = {.now = sample::now}) {
  const auto pdf = render(sample::template_text(name), data, options);
  if (!pdf) {
    ADD_FAILURE() << name << ": " << pdf.error().message.en;
    return {};
  }
  return save(name, *pdf);
}

std::string text_of(const std::string& path) {
  return without_space(run("pdftotext", "-layout '" + path + "' -"));
}

TEST_F(Rendering, gives_each_document_its_mandatory_text) {
  const feel::Context data = sample::data();
  const auto has = [&](const char* name, std::vector<std::string> words) {
    const std::string text = text_of(draw(name, data));
    words.insert(words.end(), {"株洲市天元区市场监督管理局", "演示件，不具法律效力"});
    for (const std::string& word : words) EXPECT_THAT(text, HasSubstr(without_space(word))) << name;
  };
  const std::string person = "林小满", number = "株天市监受〔2026〕12号", matter = "开办餐饮店";
  has("acceptance_slip", {"受理通知书", person, number, matter, "经营者身份证明", "ZL43021120261124000017",
                          "2026年12月2日", "2026年11月24日", "第三十二条", "0731-00000000", "公开日志第1234条",
                          "yichuang.example/log/public#1234.AAEC", "第1页共1页"});
  has("correction_notice", {"补正告知书", person, number, "经营场所地址", "三十日内", "视为撤回", "第三十二条"});
  has("not_accepted_notice",
      {"不予受理通知书", person, number, "仅销售预包装食品", "六十日内", "六个月内", "二〇二六年十一月二十四日"});
  has("grant_decision",
      {"准予行政许可", person, number, "准予食品经营许可", "第三十八条第一款", "《食品经营许可和备案管理办法》"});
  has("refusal_decision",
      {"不予行政许可", person, number, "不予食品经营许可", "现场核查发现", "六十日内", "六个月内", "第四十六条"});
  has("business_licence", {"营业执照", "（正本）", "92430211MA00000011", "满堂香小吃店", "个体工商户（家庭经营）",
                           "经营者", person, "示范路18号", "许可项目", "2026年11月24日", "登记机关", "年度报告"});
  has("business_licence_copy", {"营业执照", "（副本）", "92430211MA00000011", "年度报告"});
  has("food_permit", {"食品经营许可证", "JY24302110000012", "92430211MA00000011", "满堂香小吃店", person, "住所",
                      "经营场所", "餐饮服务经营者", "热食类食品制售", "2031年11月23日", "12315", "发证机关"});
}

TEST_F(Rendering, a_notice_of_acceptance_carries_its_receipt_as_a_code) {
  const std::string page = draw("acceptance_slip", sample::data());
  run("pdftoppm", "-r 200 -png '" + page + "' '" + page + "'");
  const std::string codes = run("zbarimg", "-q --raw '" + page + "-1.png'");
  EXPECT_THAT(codes, HasSubstr("https://yichuang.example/receipt#yichuang.example/log/public#1234.AAECAwQF"));
  EXPECT_THAT(codes, HasSubstr("https://yichuang.example/my/"));
}

TEST_F(Rendering, embeds_subsets_of_the_chinese_fonts_only) {
  const std::string fonts = run("pdffonts", "'" + draw("business_licence", sample::data()) + "'");
  EXPECT_THAT(fonts, HasSubstr("NotoSerifCJK"));
  std::istringstream lines(fonts);
  std::string line;
  std::getline(lines, line);
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    EXPECT_THAT(line, testing::ContainsRegex("yes +yes +yes")) << "embedded, subset, readable as text";
    EXPECT_THAT(line, HasSubstr("CJK"));
  }
}

TEST_F(Rendering, draws_a_code_that_a_camera_reads) {
  // As long as a signed code gets.
  feel::Context data = sample::data();
  feel::Context certificate = data.find("certificate")->as_context();
  std::string code = "LC1:";
  for (int index = 0; code.size() < 760; ++index)
    code += "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"[index * 7 % 45];
  certificate.put("qr", code);
  data.put("certificate", feel::Value(std::move(certificate)));
  for (const char* name : {"business_licence", "business_licence_copy", "food_permit"}) {
    const std::string path = draw(name, data);
    run("pdftoppm", "-r 200 -png '" + path + "' '" + path + "'");
    const std::string read = run("zbarimg", "-q --raw '" + path + "-1.png'");
    EXPECT_THAT(read, HasSubstr("https://yichuang.example/c/abcdefghjkmnpqrstvwxyz0123")) << name;
    EXPECT_THAT(read, HasSubstr(code + "\n")) << name;
  }
}

TEST_F(Rendering, gives_equal_bytes_for_equal_input_on_every_thread) {
  const feel::Context data = sample::data();
  const std::string text = sample::template_text("food_permit");
  const std::string first = render(text, data, {.now = sample::now}).value();
  std::string second;
  std::thread([&] { second = render(text, data, {.now = sample::now}).value(); }).join();
  EXPECT_EQ(first, second);
  EXPECT_NE(first, render(text, data, {.now = sample::now.plus_us(base::us_per_second)}).value());
}

TEST_F(Rendering, marks_only_demonstrations) {
  EXPECT_THAT(text_of(draw("grant_decision", sample::data(), {.demonstration = false, .now = sample::now})),
              Not(HasSubstr("不具法律效力")));
}

TEST_F(Rendering, adds_english_lines_when_asked) {
  EXPECT_THAT(text_of(draw("acceptance_slip", sample::data(), {.now = sample::now, .language = "zh-en"})),
              HasSubstr("Noticeofacceptance"));
  EXPECT_THAT(text_of(draw("acceptance_slip", sample::data())), Not(HasSubstr("Noticeofacceptance")));
}

TEST_F(Rendering, continues_long_lists_on_numbered_pages) {
  feel::Context data = sample::data();
  feel::List many;
  for (int index = 1; index <= 60; ++index) {
    feel::Context item;
    item.put("label", "第" + std::to_string(index) + "项材料");
    item.put("reason", "原因" + std::to_string(index) +
                           "：内容不清，请重新提交清晰、完整的材料，并核对所填内容与证明文件是否一致。");
    many.emplace_back(std::move(item));
  }
  data.put("corrections", feel::Value(many));
  const std::string text = text_of(draw("correction_notice", data));
  for (int index = 1; index <= 60; ++index) EXPECT_THAT(text, HasSubstr("原因" + std::to_string(index) + "："));
  EXPECT_THAT(text, HasSubstr("第1页共5页"));
  EXPECT_THAT(text, HasSubstr("第5页共5页"));
}

TEST_F(Rendering, shrinks_then_continues_a_certificate_that_is_too_full) {
  feel::Context data = sample::data();
  feel::Context certificate = data.find("certificate")->as_context();
  std::string scope;
  for (int index = 1; index <= 24; ++index) scope += "经营项目第" + std::to_string(index) + "号；";
  certificate.put("scope", scope);
  data.put("certificate", feel::Value(certificate));
  const std::string one = text_of(draw("business_licence_copy", data));
  EXPECT_THAT(one, HasSubstr("第24号"));
  EXPECT_THAT(one, Not(HasSubstr("第2页")));
  for (int index = 25; index <= 600; ++index) scope += "经营项目第" + std::to_string(index) + "号；";
  certificate.put("scope", scope);
  data.put("certificate", feel::Value(certificate));
  const std::string several = text_of(draw("business_licence_copy", data));
  EXPECT_THAT(several, HasSubstr("第600号"));
  EXPECT_THAT(several, HasSubstr("第2页"));
}

std::vector<std::string> codes_of(const std::string& blocks, const char* json) {
  const auto pdf = render("title: t\nblocks:\n" + blocks, feel::parse_json(json).value().as_context(), {});
  std::vector<std::string> codes;
  if (!pdf)
    for (const base::Place& place : pdf.error().places) codes.push_back(place.path + " " + place.code);
  return codes;
}

TEST_F(Rendering, refuses_gaps_naming_block_and_expression) {
  EXPECT_THAT(
      codes_of("- {kind: paragraph, text: '{{ a.b }} {{ c }}'}\n- {kind: paragraph, text: '{{ d }}', when: e}",
               R"({"c": "  ", "e": false})"),
      testing::ElementsAre("t#blocks/1/text documents.value_missing", "t#blocks/1/text documents.value_missing"));
  const auto refused = render("title: t\nblocks: [{kind: paragraph, text: '{{ a.b }}'}]", {}, {});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message.zh, HasSubstr("a.b"));
}

TEST_F(Rendering, refuses_values_it_can_not_print) {
  EXPECT_THAT(codes_of("- {kind: paragraph, text: '{{ a }}'}", R"({"a": [1]})"),
              Contains("t#blocks/1/text documents.value_not_text"));
  EXPECT_THAT(codes_of("- {kind: paragraph, text: x, when: a}", R"({"a": "?"})"),
              Contains("t#blocks/1/when documents.condition_unclear"));
  EXPECT_THAT(codes_of("- {kind: paragraph, text: x, each: a}", R"({"a": "?"})"),
              Contains("t#blocks/1/each documents.not_a_list"));
  EXPECT_THAT(codes_of("- {kind: signature, authority: a, date: '{{ a }}'}", R"({"a": "今天"})"),
              Contains("t#blocks/1/date documents.not_a_date"));
  EXPECT_THAT(codes_of("- {kind: paragraph, text: '{{ a }}'}", "{\"a\": \"\xf3\xb0\x80\x80\"}"),
              Contains("t#blocks/1/text documents.glyph_missing"));
  EXPECT_THAT(codes_of("- {kind: qr, content: '{{ a }}'}", ("{\"a\": \"" + std::string(2400, 'x') + "\"}").c_str()),
              Contains("t#blocks/1/content documents.qr_too_long"));
}

TEST_F(Rendering, refuses_documents_beyond_its_limits) {
  const feel::Context data = feel::parse_json("{\"a\": [" + std::string(250 * 2 - 1, ' ') + "]}").value().as_context();
  EXPECT_EQ(render("title: t\nblocks: [{kind: space, height: 200}, {kind: space, height: 200}]", data, {}).has_value(),
            true);
  std::string tall = "title: t\npage: {orientation: landscape}\nblocks:\n- kind: columns\n  columns:\n  - blocks:\n";
  for (int index = 0; index < 3; ++index) tall += "    - {kind: qr, content: a, width: 100, keep: true}\n";
  EXPECT_TRUE(render(tall, data, {})) << "columns are split between their blocks";
  EXPECT_EQ(render("title: t\npage: {orientation: landscape, margins: {top: 80, bottom: 80}}\n"
                   "blocks: [{kind: qr, content: a, width: 100}]",
                   data, {})
                .error()
                .code,
            "documents.too_tall");
  EXPECT_EQ(
      render("title: t\nblocks: [{kind: paragraph, size: 80, each: 'for i in 1..1500 return i', text: 很高}]", data, {})
          .error()
          .code,
      "documents.too_long");
}

TEST(date_text, writes_chinese_dates_in_digits_and_characters) {
  EXPECT_EQ(date_text("2026年11月24日", true), "二〇二六年十一月二十四日");
  EXPECT_EQ(date_text("2030-10-01", true), "二〇三〇年十月一日");
  EXPECT_EQ(date_text("2020年2月20日", true), "二〇二〇年二月二十日");
  EXPECT_EQ(date_text("2026-11-24", false), "2026年11月24日");
  EXPECT_EQ(date_text("2026年2月30日", false), "");
  EXPECT_EQ(date_text("2026年2月3日起", false), "");
}

}  // namespace
}  // namespace documents
