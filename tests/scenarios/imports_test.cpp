/// Imports beside the other work of the program as a process: nobody waits for them, and a kill loses nothing.
#include <gmock/gmock.h>
#include <zip.h>

#include <map>
#include <optional>
#include <thread>

#include "client.h"
#include "district.h"
#include "kernel/codes/entities.h"
#include "kernel/names/text.h"
#include "process.h"

namespace {

/// A register of `count` firms that pass.
std::string table_of(int count) {
  const std::int64_t block = codes::credit_sequence_of("4TYC00").value();
  const std::u32string letters = names::decode("湘江云禾株栗泰嵩晴麦竹石梅枫桂兰松柏荷莲沁澄岳渌雷群霁蓝青橙");
  std::string table = "统一社会信用代码,企业名称,登记状态,法定代表人,住所,成立日期\n";
  for (int i = 0; i < count; ++i) {
    const auto at = [&](int divisor) { return letters[static_cast<std::size_t>(i / divisor) % letters.size()]; };
    table += codes::make_credit_code(
                 {.category = codes::CreditCategory::enterprise, .division = "430211", .sequence = block + i})
                 .value() +
             ",株洲市天元区演" + names::encode(std::u32string{at(1), at(30), at(900)}) +
             "商贸有限公司,存续,柳试宁,演示路1号,2019-09-30\n";
  }
  return table;
}

/// A spreadsheet whose one sheet unpacks to `megabytes` of cells.
std::string bomb(int megabytes) {
  std::string sheet = "<worksheet><sheetData>";
  while (sheet.size() < static_cast<std::size_t>(megabytes) * 1'000'000) sheet += "<row><c><v>1</v></c></row>";
  sheet += "</sheetData></worksheet>";
  zip_source_t* source = zip_source_buffer_create(nullptr, 0, 0, nullptr);
  zip_source_keep(source);
  zip_t* archive = zip_open_from_source(source, ZIP_TRUNCATE, nullptr);
  zip_file_add(archive, "xl/worksheets/sheet1.xml", zip_source_buffer(archive, sheet.data(), sheet.size(), 0), 0);
  EXPECT_EQ(zip_close(archive), 0);
  zip_source_open(source);
  zip_source_seek(source, 0, SEEK_END);
  std::string bytes(static_cast<std::size_t>(zip_source_tell(source)), '\0');
  zip_source_seek(source, 0, SEEK_SET);
  EXPECT_EQ(zip_source_read(source, bytes.data(), bytes.size()), static_cast<zip_int64_t>(bytes.size()));
  zip_source_close(source);
  zip_source_free(source);
  return bytes;
}

class imports : public testing::Test {
 protected:
  void serve(std::vector<std::string> more = {}) {
    process_.emplace(driver::Process::Options{.data = data_, .more = std::move(more)});
    examiner_ = driver::sign_in(process_->port(), "examiner");
  }
  driver::Answer ask(const std::string& method, const std::string& path, const driver::Session& session,
                     const std::string& body = {}) {
    return driver::Connection(process_->port())
        .ask({.method = method, .path = path, .session = &session, .body = body, .key = method + path + body});
  }
  driver::Answer upload(const std::string& bytes, const std::string& key) {
    return driver::Connection(process_->port())
        .ask({.method = "POST",
              .path = "/api/v1/imports?file_name=old",
              .session = &examiner_,
              .body = bytes,
              .key = key,
              .content_type = "application/octet-stream"});
  }
  /// Uploads the table, starts entering it and returns when pieces of it are in.
  std::string begin(int rows) {
    const driver::Answer checked = upload(table_of(rows), "upload");
    EXPECT_EQ(checked.status, 201) << checked.body;
    const std::string path = "/api/v1/imports/" + checked.text("id");
    EXPECT_EQ(ask("POST", path + "/application", examiner_).status, 202);
    while (state(path) == "applying" && done(path) == "0") std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return path;
  }
  std::string state(const std::string& path) { return ask("GET", path, examiner_).text("state"); }
  std::string done(const std::string& path) {
    const feel::Context batch = ask("GET", path, examiner_).json();
    return feel::to_text(*batch.find("rows_done"));
  }

  driver::Folder folder_;
  std::string data_ = folder_.path("data");
  std::optional<driver::Process> process_;
  driver::Session examiner_;
};

TEST_F(imports, let_a_notice_be_drawn_between_two_pieces_slow) {
  base::Id of_case;
  std::map<std::string, bpmn::Key, std::less<>> keys;
  {
    driver::District district(data_);
    keys = district.model_case().keys;
    of_case = district.submit_cases(1).front();
  }
  serve();
  const driver::Session clerk = driver::sign_in(process_->port(), "clerk");
  const std::string import = begin(2'000);
  const driver::Step& accept = driver::journey().front();
  const driver::Posted posted = driver::posted(accept, {of_case, keys.at(accept.element)});
  ASSERT_EQ(ask("POST", posted.path, clerk, posted.body).status, posted.status);
  const auto is_drawn = [&] {
    const driver::Answer page = ask("GET", "/api/v1/cases/" + base::to_text(of_case), clerk);
    return page.body.find("\"ready\":true") != std::string::npos;
  };
  while (!is_drawn() && state(import) == "applying") std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_TRUE(is_drawn());
  EXPECT_EQ(state(import), "applying") << "the notice waited for the whole import";
}

TEST_F(imports, go_on_after_a_kill_slow) {
  constexpr int rows = 6'000;
  ASSERT_EQ(driver::run_program({"demo", "--small", "--data", data_}).status, 0);
  serve();
  const std::string import = begin(rows);
  process_->kill();
  process_.reset();
  serve({"--clock-shift", "61"});  // what the killed process had taken on is free again after a minute
  const std::string stood = done(import);
  EXPECT_NE(stood, "0");
  for (int tries = 0; tries < 600 && state(import) == "applying"; ++tries)
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  const driver::Answer batch = ask("GET", import, examiner_);
  EXPECT_EQ(batch.text("state"), "applied");
  EXPECT_EQ(feel::to_text(*batch.json().find("rows_accepted")), std::to_string(rows));
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_F(imports, refuse_a_file_that_devours_its_reader_and_serve_on_slow) {
  ASSERT_EQ(driver::run_program({"demo", "--small", "--data", data_}).status, 0);
  serve();
  const std::int64_t before = process_->memory_bytes();
  const driver::Answer refused = upload(bomb(390), "bomb");
  EXPECT_EQ(refused.status, 422) << refused.body;
  EXPECT_THAT(refused.text("code"), testing::StartsWith("tables."));
  EXPECT_LT(process_->memory_bytes(), before + 100'000'000) << "it was unpacked elsewhere";
  EXPECT_EQ(upload(table_of(3), "after").status, 201);
}
#endif

}  // namespace
