/// Taking over a register from a table, on both databases: as a whole or not at all, and back again.
#include <atomic>
#include <filesystem>
#include <functional>
#include <thread>

#include "kernel/codes/entities.h"
#include "kernel/names/text.h"
#include "modules/imports/imports.h"
#include "register.h"

namespace {

using imports::Batch;
using testing_register::day;
using testing_register::noon;
using testing_register::whole;

const std::string headings = "统一社会信用代码,企业名称,类型,登记状态,法定代表人,住所,成立日期,注销日期\n";
const std::string good =
    "91430211MA4TYA011N,株洲市天元区湘演商贸有限公司,1130,存续,柳试宁,泰山路街道演示路901号,2019-09-30,\n"
    "92430211MA4TYB0144,株洲市天元区云试餐饮店,9500,注销,岳演安,栗雨街道演示路902号,2015/3/2,2018年4月5日\n";

class Import : public testing_register::Register {
 protected:
  void SetUp() override {
    Register::SetUp();
    ASSERT_TRUE(store_->migrate(imports::migrations()));
    files_ = std::make_unique<storage::FileStore>(folder_.path("files"));
    imports_ = std::make_unique<imports::Imports>(*files_);
  }
  imports::Moment moment(const access_control::Scope& scope = whole) const {
    return {.actor = {.person = {7}, .name = "贺试远", .staff = true, .roles = {}, .scope = scope},
            .division = "430211",
            .office = "centre",
            .now = noon(day("2026-11-24"))};
  }
  base::Result<Batch> check(const std::string& bytes, const std::map<std::string, std::string>& said = {}) {
    const imports::NewBatch wanted{.id = {++id_}, .file_name = "old.csv", .bytes = bytes, .said = said};
    auto checked =
        store_->read_value([&](storage::Snapshot& snapshot) { return imports_->check(snapshot, wanted, moment()); });
    if (!checked) return checked.error();
    return write([&](storage::Transaction& transaction) -> base::Result<Batch> {
      return imports_->keep(transaction, checked.value(), bytes);
    });
  }
  base::Result<Batch> write(const std::function<base::Result<Batch>(storage::Transaction&)>& work) {
    return store_->write_result(work);
  }
  base::Result<Batch> apply(base::Id batch) {
    const auto started =
        write([&](storage::Transaction& transaction) { return imports_->start(transaction, batch, moment()); });
    if (!started) return started;
    return imports_->work(*store_, batch, moment().now);
  }
  Batch go_on(base::Id batch) { return imports_->go_on(*store_, batch, moment().now).value(); }
  base::Result<Batch> begin_undo(base::Id batch, const std::string& reason = "选错文件") {
    return write(
        [&](storage::Transaction& transaction) { return imports_->undo(transaction, batch, reason, moment()); });
  }
  base::Result<Batch> undo(base::Id batch, const std::string& reason = "选错文件") {
    const auto undoing = begin_undo(batch, reason);
    if (!undoing) return undoing;
    return imports_->work(*store_, batch, moment().now);
  }
  std::vector<imports::Reject> rejects(base::Id batch) {
    return store_->read_value(
        [&](storage::Snapshot& snapshot) { return imports::rejects_of(snapshot, batch, 0, 100); });
  }
  std::int64_t count() { return ask({}).value().total; }

  std::unique_ptr<storage::FileStore> files_;
  std::unique_ptr<imports::Imports> imports_;
};
INSTANTIATE_TEST_SUITE_P(databases, Import, testing::Values("sqlite", "postgresql"));

TEST_P(Import, enters_nothing_before_it_is_asked_to) {
  const auto batch = check(headings + good);
  ASSERT_TRUE(batch) << batch.error().message.en;
  EXPECT_EQ(batch.value().state, "checked");
  EXPECT_EQ(batch.value().rows_accepted, 2);
  EXPECT_EQ(count(), 0);
  const auto done = apply(batch.value().id);
  ASSERT_TRUE(done);
  EXPECT_EQ(done.value().state, "applied") << done.value().reason;
  EXPECT_EQ(names({.text = "湘演"}), std::vector<std::string>{"株洲市天元区湘演商贸有限公司"});
  const auto shop = ask({.text = "92430211MA4TYB0144"}).value().entities.at(0);
  EXPECT_EQ(shop.status, "deregistered");
  EXPECT_EQ(shop.township, "430211003");
  const auto writings =
      store_->read_value([&](storage::Snapshot& snapshot) { return registration::history_of(snapshot, shop.id); });
  EXPECT_EQ(registration::facts_as_of(writings, day("2017-01-01"), day("2026-11-24"))->status, "open");
  EXPECT_FALSE(registration::facts_as_of(writings, day("2017-01-01"), day("2026-11-23"))) << "not known before";
}

TEST_P(Import, enters_a_batch_once) {
  const base::Id batch = check(headings + good).value().id;
  ASSERT_TRUE(apply(batch));
  EXPECT_EQ(apply(batch).error().code, "imports.state_wrong");
  EXPECT_EQ(imports_->work(*store_, batch, moment().now).value().state, "applied") << "delivered twice";
  EXPECT_EQ(count(), 2);
}

TEST_P(Import, keeps_what_does_not_pass_with_line_column_and_reason) {
  establish({.name = "株洲市天元区江演便利店"});
  const std::string taken = ask({.text = "江演"}).value().entities.at(0).credit_code;
  const auto batch = check(
      headings + good + "91430211MA4TYA011N,株洲市天元区栗演商贸有限公司,,,柳试宁,演示路1号,2019-09-30,\n" +  // line 4
      "91430211MA4TYA02XE,株洲市天元区湘演商贸有限公司,,,柳试宁,演示路1号,2019-09-30,\n" + taken +
      ",株洲市天元区麦演便利店,,,柳试宁,演示路1号,2019-09-30,\n" +
      "93430211MA4TYC017H,株洲市天元区江演便利店,,,柳试宁,演示路1号,2019-13-30,\n" + "123,,x,,,,,\n");
  ASSERT_TRUE(batch) << batch.error().message.en;
  EXPECT_EQ(batch.value().rows_total, 7);
  EXPECT_EQ(batch.value().rows_accepted, 2);
  EXPECT_EQ(batch.value().rows_rejected, 5);
  struct Expected {
    int line;
    const char* heading;
    const char* zh;
    const char* en;
  };
  const auto found = rejects(batch.value().id);
  std::size_t i = 0;
  for (const Expected& one : std::vector<Expected>{
           {4, "统一社会信用代码", "与第2行的代码相同", "The same code as on line 2."},
           {5, "企业名称", "与第2行的名称相同", "The same name as on line 2."},
           {6, "统一社会信用代码", "登记簿中已有这个代码", "This code is in the register already."},
           {7, "成立日期", "日期无效,请按2019-09-30这样填写", "Not a day: write it like 2019-09-30."}}) {
    ASSERT_LT(i, found.size());
    EXPECT_EQ(found[i].line, one.line);
    EXPECT_EQ(found[i].heading, one.heading);
    EXPECT_EQ(found[i].message, (base::Text{one.zh, one.en}));
    ++i;
  }
  EXPECT_EQ(found.size(), i + 6) << "every fault of the last row";
  ASSERT_TRUE(apply(batch.value().id));
  EXPECT_EQ(count(), 3);
}

TEST_P(Import, checks_again_when_the_register_has_moved_on) {
  const base::Id batch = check(headings + good).value().id;
  establish({.name = "株洲市天元区湘演商贸有限公司"});
  const auto done = apply(batch);
  ASSERT_TRUE(done);
  EXPECT_EQ(done.value().rows_accepted, 1);
  EXPECT_EQ(rejects(batch).at(0).message.zh, "登记簿中已有同名的在营主体");
}

TEST_P(Import, takes_a_batch_out_again_as_a_whole_or_not_at_all) {
  const base::Id batch = check(headings + good).value().id;
  ASSERT_TRUE(apply(batch));
  const base::Id shop = ask({.text = "湘演"}).value().entities.at(0).id;
  Register::write(shop, "changed", {{"address", "演示路905号"}});
  const auto refused = undo(batch);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "imports.changed_since");
  EXPECT_EQ(refused.error().places.size(), 1u);
  EXPECT_EQ(count(), 2) << "nothing was undone";

  const base::Id second =
      check(headings + "91430211MA4TYA02XE,株洲市天元区栗演商贸有限公司,,,柳试宁,演示路1号,2019-09-30,\n").value().id;
  ASSERT_TRUE(apply(second));
  EXPECT_EQ(undo(second, " ").error().code, "imports.reason_missing");
  EXPECT_EQ(undo(second).value().state, "undone");
  EXPECT_EQ(undo(second).error().code, "imports.state_wrong");
  EXPECT_TRUE(names({.text = "栗演"}).empty());
  EXPECT_TRUE(names({.text = "91430211MA4TYA02XE"}).empty());
  const base::Id third =
      check(headings + "91430211MA4TYA02XE,株洲市天元区栗演商贸有限公司,,,柳试宁,演示路1号,2019-09-30,\n").value().id;
  EXPECT_EQ(apply(third).value().rows_accepted, 1) << "code and name are free again";
}

/// A table of `count` firms that pass; the last line repeats the code of the first.
std::string many(int count) {
  const std::int64_t block = codes::credit_sequence_of("4TYC00").value();
  const std::u32string letters = names::decode("湘江云禾株栗泰嵩晴麦竹石梅枫桂兰松柏荷莲沁澄岳渌雷群霁蓝青橙");
  const auto code = [&](int i) {
    return codes::make_credit_code(
               {.category = codes::CreditCategory::enterprise, .division = "430211", .sequence = block + i})
        .value();
  };
  std::string table = headings;
  for (int i = 0; i < count; ++i) {
    const auto at = [&](int divisor) { return letters[static_cast<std::size_t>(i / divisor) % letters.size()]; };
    table += code(i) + ",株洲市天元区演" + names::encode(std::u32string{at(1), at(30), at(900)}) +
             "商贸有限公司,,,柳试宁,演示路1号,2019-09-30,\n";
  }
  return table + code(0) + ",株洲市天元区演重复商贸有限公司,,,柳试宁,演示路1号,2019-09-30,\n";
}

/// Somebody else's thread works at the batch; the test sees it in the middle.
class Imports : public Import {
 protected:
  static constexpr int rows_count = 2'500;
  /// Starts the batch and returns when pieces of it are in.
  base::Id under_way() {
    const base::Id batch = check(many(rows_count)).value().id;
    EXPECT_TRUE(
        write([&](storage::Transaction& transaction) { return imports_->start(transaction, batch, moment()); }));
    worker_ = std::jthread([this, batch] {
      try {
        std::ignore = imports_->work(*store_, batch, moment().now);
      } catch (const std::exception&) {
        stopped_ = true;
      }
    });
    while (of(batch).rows_done == 0) std::this_thread::yield();
    return batch;
  }
  Batch of(base::Id id) {
    return *store_->read_value([&](storage::Snapshot& snapshot) { return imports::find_batch(snapshot, whole, id); });
  }
  void rename(const std::string& from, const std::string& to) {
    store_->write([&](storage::Transaction& transaction) {
      transaction.execute("ALTER TABLE " + from + " RENAME TO " + to, {});
      return true;
    });
  }
  std::jthread worker_;
  std::atomic<bool> stopped_ = false;
};
INSTANTIATE_TEST_SUITE_P(databases, Imports, testing::Values("sqlite", "postgresql"));

TEST_P(Imports, lets_others_write_between_the_pieces) {
  const base::Id batch = under_way();
  establish({.name = "株洲市天元区旁演便利店"});
  EXPECT_EQ(of(batch).state, "applying") << "the writing did not wait for the batch";
  worker_.join();
  const Batch done = of(batch);
  EXPECT_EQ(done.state, "applied");
  EXPECT_EQ(done.rows_accepted, rows_count);
  EXPECT_EQ(done.rows_rejected, 1);
  EXPECT_EQ(rejects(batch).at(0).message.zh, "与第2行的代码相同");
  EXPECT_EQ(count(), rows_count + 1);
  EXPECT_EQ(names({.text = "演湘湘湘"}).size(), 1u) << "found by its keys";
}

TEST_P(Imports, goes_on_where_it_stood_when_the_program_stops_in_the_middle) {
  const base::Id batch = under_way();
  rename("import_entities", "import_entities_away");
  worker_.join();
  rename("import_entities_away", "import_entities");
  ASSERT_TRUE(stopped_) << "the batch was done before it could be stopped";
  const Batch halfway = of(batch);
  EXPECT_EQ(halfway.state, "applying");
  EXPECT_EQ(count(), halfway.rows_done);
  const auto done = imports_->work(*store_, batch, moment().now);
  ASSERT_TRUE(done) << done.error().message.en;
  EXPECT_EQ(done.value().state, "applied");
  EXPECT_EQ(count(), rows_count);
  EXPECT_EQ(done.value().rows_rejected, 1);
  EXPECT_EQ(rejects(batch).at(0).message.zh, "与第2行的代码相同") << "lines entered before the stop count, too";
  EXPECT_EQ(undo(batch).value().state, "undone");
  EXPECT_EQ(count(), 0);
}

TEST_P(Imports, is_stopped_while_somebody_works_at_it) {
  const base::Id batch = under_way();
  const auto undoing = begin_undo(batch);
  ASSERT_TRUE(undoing) << undoing.error().message.en;
  worker_.join();
  EXPECT_EQ(of(batch).state, "undone");
  EXPECT_EQ(count(), 0);
}

TEST_P(Imports, is_stopped_and_taken_out_again_as_a_whole) {
  const base::Id batch = check(many(rows_count)).value().id;
  ASSERT_TRUE(write([&](storage::Transaction& transaction) { return imports_->start(transaction, batch, moment()); }));
  EXPECT_EQ(go_on(batch).rows_done, 500);
  ASSERT_TRUE(begin_undo(batch));
  EXPECT_EQ(of(batch).state, "undoing");
  const base::Id first = ask({.text = "演湘湘湘"}).value().entities.at(0).id;
  const auto written = store_->write_result([&](storage::Transaction& transaction) {
    return registration::write(transaction, whole, first, "changed", {{"address", "演示路2号"}}, "",
                               {.id = first, .as_of = day("2026-11-24"), .now = moment().now, .actor = {7}});
  });
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, "registration.held");
  EXPECT_EQ(imports_->work(*store_, batch, moment().now).value().state, "undone");
  EXPECT_EQ(count(), 0);
  EXPECT_TRUE(names({.text = "演湘湘湘"}).empty());
}

TEST_P(Imports, takes_out_again_what_it_has_entered_when_it_cannot_go_on) {
  const base::Id batch = under_way();
  rename("import_entities", "import_entities_away");
  worker_.join();
  rename("import_entities_away", "import_entities");
  ASSERT_TRUE(stopped_);
  std::filesystem::remove_all(folder_.path("files"));
  const auto done = imports_->work(*store_, batch, moment().now);
  ASSERT_TRUE(done) << done.error().message.en;
  EXPECT_EQ(done.value().state, "undone");
  EXPECT_EQ(done.value().reason, "找不到上传的文件,请重新上传 / The uploaded file is gone: upload it again.");
  EXPECT_EQ(count(), 0);
}

TEST_P(Import, is_done_piece_by_piece_with_other_work_between_them) {
  const base::Id batch = check(many(1'200)).value().id;
  ASSERT_TRUE(write([&](storage::Transaction& transaction) { return imports_->start(transaction, batch, moment()); }));
  std::vector<std::int64_t> entered;
  for (Batch now = go_on(batch); imports::is_under_way(now); now = go_on(batch)) {
    entered.push_back(now.rows_done);
    EXPECT_EQ(count(), now.rows_done + static_cast<std::int64_t>(entered.size()) - 1);
    establish({.name = "株洲市天元区旁演" + std::string(entered.size() == 1 ? "甲" : "乙") + "便利店"});
  }
  EXPECT_EQ(entered, (std::vector<std::int64_t>{500, 1'000}));
  EXPECT_EQ(count(), 1'202);

  ASSERT_TRUE(begin_undo(batch));
  std::vector<std::int64_t> taken;
  for (Batch now = go_on(batch); imports::is_under_way(now); now = go_on(batch)) {
    taken.push_back(now.rows_done);
    EXPECT_EQ(count(), 1'202 - now.rows_done);
    const std::string left = ask({.text = "演湘湘湘"}).value().total == 1 ? "" : " gone";
    EXPECT_EQ(left, now.rows_done >= 500 ? " gone" : "");
  }
  EXPECT_EQ(taken, (std::vector<std::int64_t>{500, 1'000}));
  EXPECT_EQ(count(), 2) << "what others wrote meanwhile stays";
}

TEST_P(Import, goes_on_after_a_stop_between_two_pieces) {
  const base::Id batch = check(many(1'200)).value().id;
  ASSERT_TRUE(write([&](storage::Transaction& transaction) { return imports_->start(transaction, batch, moment()); }));
  EXPECT_EQ(go_on(batch).rows_done, 500);
  imports_ = std::make_unique<imports::Imports>(*files_);  // another process knows the database alone
  const Batch second = go_on(batch);
  EXPECT_EQ(second.rows_done, 1'000);
  EXPECT_EQ(count(), 1'000);
  imports_ = std::make_unique<imports::Imports>(*files_);
  const Batch done = go_on(batch);
  EXPECT_EQ(done.state, "applied");
  EXPECT_EQ(count(), 1'200);
  EXPECT_EQ(rejects(batch).at(0).message.zh, "与第2行的代码相同") << "lines entered before the stop count, too";

  ASSERT_TRUE(begin_undo(batch));
  EXPECT_EQ(go_on(batch).rows_done, 500);
  imports_ = std::make_unique<imports::Imports>(*files_);
  EXPECT_EQ(go_on(batch).rows_done, 1'000);
  EXPECT_EQ(count(), 200);
  EXPECT_EQ(go_on(batch).state, "undone");
  EXPECT_EQ(count(), 0);
}

TEST_P(Import, refuses_a_file_that_its_reader_dies_of) {
  const base::Id before = check(headings + good).value().id;
  imports_->read_tables_with(
      [](std::string_view, tables::Encoding) -> base::Result<tables::Table> { return tables::unreadable(); });
  const auto refused = check(headings + good);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "tables.unreadable");
  EXPECT_EQ(refused.error().message,
            (base::Text{"读取这个文件时出错,或者它展开后过大;请用表格软件另存为CSV后再试,或者分成几个文件",
                        "This file could not be read: reading it failed, or it is too large once unpacked. Save it as "
                        "CSV with a spreadsheet program and try again, or split it into several files."}));
  EXPECT_EQ(apply(before).value().state, "failed");
  EXPECT_EQ(count(), 0);
}

TEST_P(Import, refuses_tables_and_orders_that_cannot_be_done) {
  EXPECT_EQ(check("").error().code, "tables.empty");
  EXPECT_EQ(check(headings).error().message,
            (base::Text{"表格只有表头,没有数据", "The table has headings but no rows."}));
  EXPECT_EQ(check("a,b\n1,2\n").error().places.size(), 5u);
  EXPECT_EQ(check(headings + good, {{"颜色", "name"}}).error().code, "imports.columns_wrong");
  EXPECT_EQ(apply({99}).error().code, "imports.batch_unknown");
  EXPECT_EQ(undo({99}).error().code, "imports.batch_unknown");
  const base::Id batch = check(headings + good).value().id;
  EXPECT_EQ(undo(batch).error().code, "imports.state_wrong");
  const auto foreign = write([&](storage::Transaction& transaction) {
    return imports_->start(transaction, batch, moment(access_control::Scope::of_division("430202")));
  });
  EXPECT_EQ(foreign.error().code, "imports.batch_unknown") << "another district's batch is not there";
  EXPECT_EQ(write([&](storage::Transaction& transaction) { return imports_->discard(transaction, batch, moment()); })
                .value()
                .state,
            "discarded");
  EXPECT_EQ(apply(batch).error().code, "imports.state_wrong");
  const base::Id nothing = check(headings + "1,2,3,4,5,6,7,8\n").value().id;
  EXPECT_EQ(apply(nothing).error().code, "imports.state_wrong") << "no row passed";
}

TEST_P(Import, says_so_when_the_file_is_gone) {
  const base::Id batch = check(headings + good).value().id;
  std::filesystem::remove_all(folder_.path("files"));
  const auto done = apply(batch);
  ASSERT_TRUE(done);
  EXPECT_EQ(done.value().state, "failed");
  EXPECT_EQ(done.value().reason, "找不到上传的文件,请重新上传 / The uploaded file is gone: upload it again.");
  EXPECT_EQ(count(), 0);
}

TEST_P(Import, reads_what_export_has_written) {
  ASSERT_TRUE(apply(check(headings + good).value().id));
  establish({.name = "株洲市天元区江演便利店", .person = "=柳试宁"});
  for (const auto format : {http::Table::Format::csv, http::Table::Format::xlsx}) {
    const auto exported = store_->read_value(
        [&](storage::Snapshot& snapshot) { return imports::export_register(snapshot, whole, {}, format); });
    ASSERT_TRUE(exported);
    EXPECT_EQ(exported.value().rows, 3);
    const auto table = tables::read(exported.value().bytes);
    ASSERT_TRUE(table) << table.error().message.en;
    const auto columns = imports::columns_of(table.value().headings, {});
    ASSERT_TRUE(columns);
    for (const tables::Row& row : table.value().rows) {
      const auto read = imports::read_row(row.cells, row.line,
                                          {table.value().headings, columns.value(), day("2026-11-24"), "430211"});
      ASSERT_TRUE(read.record) << read.rejects.at(0).heading << read.rejects.at(0).message.en;
      const auto entity = ask({.text = read.record->credit_code}).value().entities.at(0);
      EXPECT_EQ(read.record->facts.name, entity.name);
      EXPECT_EQ(read.record->facts.status, entity.status);
      EXPECT_EQ(read.record->facts.operator_name, entity.operator_name);
      EXPECT_EQ(read.record->kind, entity.kind);
      EXPECT_EQ(read.record->established_on, entity.established_on);
    }
  }
}

}  // namespace
