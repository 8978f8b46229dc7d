/// Searching the register over HTTP, at a fixed rate, beside an empty handler at the same rate.
#include <chrono>
#include <cstdio>
#include <fstream>
#include <stdexcept>

#include "bench.h"
#include "fill.h"
#include "kernel/codes/entities.h"
#include "kernel/names/text.h"
#include "load.h"
#include "process.h"

namespace bench {
namespace {

constexpr double searches_per_second = 200;
constexpr int searches_count = 2'000;
constexpr int connections_count = 16;
constexpr std::int64_t million = 1'000'000;
constexpr int name_ms_max = 20;
constexpr int imported_count = 100'000;
constexpr double import_s_max = 60;
constexpr double district_s_max = 10;

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    char code[4];
    std::snprintf(code, sizeof code, "%%%02X", static_cast<unsigned>(static_cast<unsigned char>(c)));
    out += code;
  }
  return out;
}

Measured ask(int port, const std::vector<std::string>& paths) {
  std::size_t asked = 0;
  return run({.port = port,
              .connections = connections_count,
              .next = [&](int) -> std::optional<std::string> {
                if (asked == searches_count) return std::nullopt;
                return driver::bytes_of({.method = "GET", .path = paths[asked++ % paths.size()]});
              },
              .seen =
                  [](int, const driver::Answer& answer) {
                    if (answer.status != 200) throw std::runtime_error(answer.body);
                  },
              .per_second = searches_per_second});
}

std::string times(const Measured& measured) {
  char text[64];
  std::snprintf(text, sizeof text, "%.2f / %.2f / %.2f ms", measured.percentile_ms(0.5), measured.percentile_ms(0.99),
                measured.percentile_ms(1));
  return text;
}

std::vector<std::string> paths_for(const std::vector<std::string>& texts) {
  std::vector<std::string> paths;
  for (const std::string& text : texts) paths.push_back("/api/v1/register/entities?limit=20&search=" + escaped(text));
  return paths;
}

Table measure(std::int64_t count, double bar_ms) {
  const driver::Folder folder;
  const std::string data = folder.path("data");
  if (const auto made = driver::run_program({"demo", "--small", "--data", data}); made.status != 0)
    throw std::runtime_error(made.output);
  const Filled filled = fill_register(data + "/yichuang.db", count);
  driver::Process process({.data = data});
  std::vector<std::string> pairs;
  std::vector<std::string> threes;
  for (const std::string& trade : filled.trades) {
    const std::u32string letters = names::decode(trade);
    pairs.push_back(names::encode(letters.substr(0, 2)));
    if (letters.size() > 2) threes.push_back(names::encode(letters.substr(0, 3)));
  }
  const Measured empty = ask(process.port(), {"/healthz"});
  const std::string floor =
      "bar: p99 " + std::to_string(static_cast<int>(bar_ms)) + " ms; empty handler " + times(empty);
  const std::string of = " of " + grouped(static_cast<double>(count)) + " entities, p50 / p99 / max";
  Table table;
  const auto add = [&](const std::string& what, const std::vector<std::string>& texts, bool has_bar) {
    const Measured measured = ask(process.port(), paths_for(texts));
    table.push_back(
        {what + of, times(measured), has_bar ? floor : "", !has_bar || measured.percentile_ms(0.99) < bar_ms});
  };
  add("first page, two characters of a trade name", pairs, true);
  add("first page, the most common pairs (有限, 公司, 天元, 株洲, 商贸, 演示)",
      {"有限", "公司", "天元", "株洲", "商贸", "演示"}, true);
  add("first page, three characters of a trade name", threes, false);
  add("first page, common words of three characters or more (天元区, 有限公司, 商贸有限公司)",
      {"天元区", "有限公司", "商贸有限公司"}, false);
  add("first page, initials and pinyin (xj, yh, xiangjiang, yunhe)", {"xj", "yh", "xiangjiang", "yunhe"}, false);
  std::vector<std::string> names;
  for (const std::string& trade : filled.trades)
    names.push_back("/api/v1/name-checks?kind=enterprise&name=" + escaped("株洲市天元区" + trade + "贸易有限公司"));
  const Measured checks = ask(process.port(), names);
  table.push_back({"check of a name with suggestions, beside" + of.substr(3), times(checks),
                   "bar: p99 " + std::to_string(name_ms_max) + " ms", checks.percentile_ms(0.99) < name_ms_max});
  const auto each = [&](std::int64_t bytes) {
    return grouped(static_cast<double>(bytes) / static_cast<double>(count)) + " B";
  };
  table.push_back(
      {"size of an entity's row with its indexes" + std::string(", of ") + grouped(static_cast<double>(count)),
       each(filled.entities_bytes), ""});
  table.push_back({"size of an entity's keys (" +
                       grouped(static_cast<double>(filled.postings_count) / static_cast<double>(count)) +
                       " characters and pairs, and its sounds)",
                   each(filled.keys_bytes), ""});
  process.stop();
  return table;
}

/// A table of fictional firms with right codes.
void write_table(const std::string& path) {
  std::ofstream out(path);
  out << "统一社会信用代码,企业名称,类型,登记状态,法定代表人,住所,行业代码,经营范围,注册资本,成立日期\n";
  const std::int64_t block = codes::credit_sequence_of("4TYC00").value();
  const std::u32string letters =
      names::decode("湘江云禾株栗泰嵩晴麦竹石梅枫桂兰松柏荷莲沁澄岳渌雷群霁蓝青橙墨白朝暮春夏秋冬东南西北星月岭原");
  for (int i = 0; i < imported_count; ++i) {
    const auto at = [&](int divisor) { return letters[static_cast<std::size_t>(i / divisor) % letters.size()]; };
    const std::u32string trade = {at(1), at(46), at(46 * 46), at(46 * 46 * 46)};
    out << codes::make_credit_code(
               {.category = codes::CreditCategory::enterprise, .division = "430211", .sequence = block + i})
               .value()
        << ",株洲市天元区" << names::encode(trade) << "商贸有限公司,1130,存续,柳试宁,湖南省株洲市天元区泰山路街道演示路"
        << 900 + i % 900 << "号,5211,一般项目:日用百货销售,100万元,2019-09-30\n";
  }
}

/// Seconds that the program takes for `words`, and what it prints.
std::pair<double, std::string> timed(const std::vector<std::string>& words) {
  const auto start = std::chrono::steady_clock::now();
  const driver::Finished finished = driver::run_program(words);
  if (finished.status != 0) throw std::runtime_error(finished.output);
  return {std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), finished.output};
}

std::string seconds(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f s", value);
  return text;
}

}  // namespace

Table import_register() {
  const driver::Folder folder;
  const std::string data = folder.path("data");
  const std::string table = folder.path("register.csv");
  write_table(table);
  const auto [checked, check_output] = timed({"import", table, "--data", data, "--dry-run"});
  const auto [entered, output] = timed({"import", table, "--data", data});
  if (output.find("100000 通过") == std::string::npos) throw std::runtime_error(output);
  const auto [written, write_output] = timed({"export", folder.path("out.xlsx"), "--data", data});
  return {{"dry run of 100,000 rows of CSV", seconds(checked), ""},
          {"import of 100,000 rows of CSV, entered and searchable", seconds(entered),
           "bar: " + std::to_string(static_cast<int>(import_s_max)) + " s", entered < import_s_max},
          {"export of 100,000 entities as XLSX", seconds(written), ""}};
}

Table district() {
  const driver::Folder folder;
  const double taken = timed({"demo", "--data", folder.path("data")}).first;
  return {{"generation of the demonstration district (36,459 entities with their history, cases, documents)",
           seconds(taken), "bar: " + std::to_string(static_cast<int>(district_s_max)) + " s", taken < district_s_max}};
}

Table search_register() {
  return measure(million, 5);
}

Table search_large() {
  return measure(10 * million, 10);
}

}  // namespace bench
