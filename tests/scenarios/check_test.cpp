/// Whatever row is changed behind the program's back, `yichuang check` names it: every column of every table that shows
/// what events told, at random rows.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <random>
#include <set>

#include "client.h"
#include "district.h"
#include "modules/casework/casework.h"
#include "modules/certificates/certificates.h"
#include "modules/registration/registration.h"
#include "process.h"

namespace {

using testing::HasSubstr;
using Texts = std::vector<base::Text>;

struct Table {
  std::string name;
  std::string of_case;  // the column that names the owner
  std::vector<std::string> keys;
  std::string check;  // "casework", "licensing", "registration"
  std::map<std::string, std::string> left_out = {};
  std::map<std::string, std::string> where = {};  // of a column: only rows that this is true of are changed
};

const std::vector<Table>& tables() {
  static const std::vector<Table> all = {
      {.name = "cases", .of_case = "id", .keys = {"id"}, .check = "casework"},
      {.name = "tasks",
       .of_case = "case_id",
       .keys = {"task_key"},
       .check = "casework",
       .where = {{"due_day", "done_at IS NULL"}}},  // a task that was done keeps its day, whatever the calendar became
      {.name = "timers", .of_case = "case_id", .keys = {"timer_key"}, .check = "casework"},
      {.name = "incidents", .of_case = "case_id", .keys = {"incident_key"}, .check = "casework"},
      {.name = "signatures", .of_case = "case_id", .keys = {"task_key", "person"}, .check = "casework"},
      {.name = "promises", .of_case = "case_id", .keys = {"material", "made_at"}, .check = "casework"},
      {.name = "case_values", .of_case = "case_id", .keys = {"name", "place"}, .check = "casework"},
      {.name = "delegations", .of_case = "id", .keys = {"id"}, .check = "casework"},
      {.name = "entities",
       .of_case = "id",
       .keys = {"id"},
       .check = "registration",
       .left_out = {{"held", "a mark of an import that is being undone"},
                    {"is_indexed", "whether the search has its keys; they are made anew from the row"}}},
      {.name = "entity_versions", .of_case = "entity", .keys = {"sequence"}, .check = "registration"},
      {.name = "entity_statuses", .of_case = "entity", .keys = {"sequence"}, .check = "registration"},
      {.name = "certificates", .of_case = "id", .keys = {"id"}, .check = "licensing"},
      {.name = "visits", .of_case = "case_id", .keys = {"id"}, .check = "licensing"},
      {.name = "ratings", .of_case = "case_id", .keys = {"case_id"}, .check = "licensing"},
      {.name = "signed_certificates", .of_case = "certificate", .keys = {"certificate"}, .check = "certificates"},
      {.name = "certificate_changes", .of_case = "certificate", .keys = {"id"}, .check = "certificates"}};
  return all;
}
/// Tables of these modules whose rows no event tells of, and why.
const std::map<std::string, std::string> untold_tables = {
    {"index_grounds", "how far cases were gone through for a search"},
    {"plan_grounds", "what calendar the days were computed with"}};

class Checked : public testing::Test {
 protected:
  Checked() : district_(copy_of_prepared(folder_.path("data"))), random_(seed_) {
    district_.submit_cases(2);
    district_.model_case();
    catalogue_ = catalogue::load(SOURCE_DIR "/catalogue").value();
    engine_ = std::make_unique<casework::Engine>(catalogue_);
    files_ = std::make_unique<storage::FileStore>(folder_.path("data") + "/files");
    licensing_ = std::make_unique<licensing::Licensing>(licensing::Settings{}, *engine_, *files_);
    const base::Instant now = district_.as("clerk").now;
    while (engine_->replan(store(), now, 500).has_more) {
    }
    while (engine_->index_values(store(), 100)) {
    }
    draw_documents(now);
    delegate();
    fail_a_step(now);
  }
  storage::Store& store() { return district_.store(); }

  /// Making the demonstration takes as long as all these tests together: it is made once.
  static std::string copy_of_prepared(const std::string& data) {
    static const driver::Folder folder;
    static const std::string prepared = with_signed_certificates(folder.path("data"));
    std::filesystem::copy(prepared, data, std::filesystem::copy_options::recursive);
    return data;
  }
  /// The demonstration, served once: certificates are signed when somebody asks for them, and one was suspended.
  static std::string with_signed_certificates(const std::string& data) {
    EXPECT_EQ(driver::run_program({"demo", "--small", "--data", data}).status, 0);
    std::vector<std::pair<std::string, std::string>> permits;  // id and number
    {
      const auto store = storage::open({.database = "sqlite:" + data + "/yichuang.db"}).value();
      store->read([&](storage::Snapshot& snapshot) {
        for (const auto& row : snapshot.query("SELECT id, number FROM certificates WHERE kind = 'food_permit' AND "
                                              "status = 'valid' ORDER BY id LIMIT 3"))
          permits.emplace_back(base::to_text(row[0].id()), row[1].text());
      });
    }
    EXPECT_FALSE(permits.empty());
    driver::Process process({.data = data});
    driver::Connection connection(process.port());
    for (const auto& [id, number] : permits)
      EXPECT_EQ(connection.ask({.method = "GET", .path = "/api/v1/certificates/" + number + "/ofd"}).status, 200);
    const driver::Session head = driver::sign_in(process.port(), "head");
    const driver::Session leader = driver::sign_in(process.port(), "leader");
    const driver::Answer proposed =
        connection.ask({.method = "POST",
                        .path = "/api/v1/certificates/" + permits.front().first + "/changes",
                        .session = &head,
                        .body = R"({"status":"suspended","reason":"试验","basis":"第六十九条"})",
                        .key = "propose"});
    EXPECT_EQ(proposed.status, 201) << proposed.body;
    const driver::Answer decided =
        connection.ask({.method = "POST",
                        .path = "/api/v1/certificate-changes/" + proposed.text("id") + "/decision",
                        .session = &leader,
                        .body = R"({"confirm":true,"comment":"同意"})",
                        .key = "decide"});
    EXPECT_EQ(decided.status, 200) << decided.body;
    EXPECT_EQ(process.stop(), 0);
    return data;
  }

  void draw_documents(base::Instant now) {
    std::vector<base::Id> ids;
    store().read([&](storage::Snapshot& snapshot) {
      for (const auto& row : snapshot.query("SELECT id FROM documents WHERE sha256 = '' ORDER BY id LIMIT 8"))
        ids.push_back(row[0].id());
    });
    EXPECT_FALSE(ids.empty());
    for (const base::Id id : ids) licensing_->render(store(), id, now);
  }
  void delegate() {
    const casework::Moment clerk = district_.as("clerk");
    const casework::Moment examiner = district_.as("examiner");
    const auto done = store().write_result([&](storage::Transaction& transaction) {
      return casework::delegate(transaction,
                                {.id = base::make_id(clerk.now, 77),
                                 .division = {},
                                 .from_person = {},
                                 .to_person = examiner.actor.person,
                                 .role = "window_clerk",
                                 .service = {},
                                 .valid_from = clerk.today(),
                                 .valid_to = clerk.today(),
                                 .reason = "试验"},
                                clerk);
    });
    ASSERT_TRUE(done) << done.error().message.en;
  }
  /// A job that its worker refuses while nobody is there to be told leaves an incident.
  void fail_a_step(base::Instant) {
    const base::Id id = district_.submit_cases(1).front();
    casework::Engine failing(catalogue_);
    failing.work("licensing.notice",
                 [](storage::Transaction&, const casework::JobContext&) -> base::Result<feel::Context> {
                   return base::Error{.code = "test.refused", .message = {"试验", "test"}};
                 });
    bpmn::Key timer = 0;
    store().read([&](storage::Snapshot& snapshot) {
      timer = static_cast<bpmn::Key>(
          snapshot.query("SELECT timer_key FROM timers WHERE case_id = ? ORDER BY timer_key", {id})[0][0].number());
    });
    const casework::Moment moment{
        .now = district_.as("clerk").now,
        .actor = {
            .person = {}, .name = {}, .staff = false, .roles = {}, .scope = access_control::Scope::of_division("")}};
    const auto done = failing.advance_alone(
        store(), id, {.command = bpmn::FireTimer{.key = timer}, .by = "timer", .element = {}, .key = timer}, moment,
        [](storage::Transaction&) { return true; });
    ASSERT_TRUE(done) << done.error().message.en;
  }

  Texts found(storage::Snapshot& snapshot, const std::string& check) const {
    if (check == "registration") return registration::check(snapshot);
    if (check == "licensing") return licensing::check(snapshot);
    if (check == "certificates") return certificates::check(snapshot);
    return engine_->check(snapshot);
  }
  /// What is found after a change that is taken back again.
  std::string found_after(const std::string& check, const std::string& sql,
                          const std::vector<storage::Datum>& parameters = {}) {
    std::string all;
    store().write([&](storage::Transaction& transaction) {
      all.clear();
      EXPECT_EQ(transaction.execute(sql, parameters), 1) << sql;
      for (const base::Text& finding : found(transaction, check)) all += finding.en + "\n";
      return false;
    });
    return all;
  }
  /// A row at random; empty: the table has none.
  storage::Row any_row(const Table& table, const std::string& condition = {}) {
    std::string columns = table.of_case;
    for (const std::string& key : table.keys) columns += ", " + key;
    const std::string where = condition.empty() ? std::string() : " WHERE " + condition;
    storage::Row row;
    store().read([&](storage::Snapshot& snapshot) {
      const auto rows = snapshot.query("SELECT " + columns + " FROM " + table.name + where + " ORDER BY " + columns);
      if (!rows.empty()) row = rows[random_() % rows.size()];
    });
    return row;
  }
  static std::string key_text(const storage::Row& row) {
    std::string text;
    for (std::size_t i = 1; i < row.size(); ++i)
      text += (i == 1 ? "" : " ") + (row[i].is_number() ? std::to_string(row[i].number()) : row[i].text());
    return text;
  }
  static std::string owner_of(const storage::Row& row) { return base::to_text(row[0].id()); }
  static std::string this_row(const Table& table) {
    std::string where = " WHERE " + table.of_case + " = ?";
    for (const std::string& key : table.keys) where += " AND " + key + " = ?";
    return where;
  }
  /// Name and whether it holds numbers.
  std::vector<std::pair<std::string, bool>> columns_of(const std::string& table) {
    std::vector<std::pair<std::string, bool>> columns;
    store().read([&](storage::Snapshot& snapshot) {
      for (const auto& row : snapshot.query("SELECT name, type FROM pragma_table_info('" + table + "')"))
        columns.emplace_back(row[0].text(), row[1].text() == "INTEGER");
    });
    return columns;
  }

  unsigned seed_ = std::random_device{}();
  driver::Folder folder_;
  driver::District district_;
  std::shared_ptr<const catalogue::Catalogue> catalogue_;
  std::unique_ptr<casework::Engine> engine_;
  std::unique_ptr<storage::FileStore> files_;
  std::unique_ptr<licensing::Licensing> licensing_;
  std::mt19937 random_;
};

TEST_F(Checked, every_column_of_every_view_is_compared_with_the_events) {
  SCOPED_TRACE("seed " + std::to_string(seed_));
  store().read([&](storage::Snapshot& snapshot) {
    for (const char* check : {"casework", "registration", "licensing", "certificates"})
      for (const base::Text& finding : found(snapshot, check)) ADD_FAILURE() << finding.en;
  });
  for (const Table& table : tables()) {
    for (const auto& [column, is_number] : columns_of(table.name)) {
      if (column == table.of_case || table.left_out.contains(column) ||
          std::find(table.keys.begin(), table.keys.end(), column) != table.keys.end())
        continue;
      const auto where = table.where.find(column);
      const storage::Row row = any_row(table, where == table.where.end() ? std::string() : where->second);
      ASSERT_FALSE(row.empty()) << table.name << " has no row";
      const std::string change =
          is_number ? "COALESCE(" + column + ", 0) + 1000000" : "COALESCE(" + column + ", '') || 'x'";
      const std::string said =
          found_after(table.check, "UPDATE " + table.name + " SET " + column + " = " + change + this_row(table), row);
      EXPECT_THAT(said, HasSubstr(owner_of(row) + ", row " + key_text(row) + " of " + table.name +
                                  ": differs from the events in " + column + "."))
          << table.name << "." << column;
    }
  }
}

TEST_F(Checked, rows_that_are_dropped_or_moved_are_named) {
  SCOPED_TRACE("seed " + std::to_string(seed_));
  for (const Table& table : tables()) {
    const storage::Row row = any_row(table);
    ASSERT_FALSE(row.empty()) << table.name;
    const std::string name = owner_of(row) + ", row " + key_text(row) + " of " + table.name;
    EXPECT_THAT(found_after(table.check, "DELETE FROM " + table.name + this_row(table), row),
                HasSubstr(name + ": the events tell of it, and it is gone."));
    if (table.name == "certificates") continue;  // its case has told of the number: see below
    // To an owner that does not exist: what it was taken from misses it, and nobody tells of the other.
    const std::string moved =
        found_after(table.check, "UPDATE " + table.name + " SET " + table.of_case + " = 7" + this_row(table), row);
    EXPECT_THAT(moved, HasSubstr(name + ": the events tell of it, and it is gone."));
    EXPECT_THAT(moved, HasSubstr("no event tells of it")) << table.name;
  }
}

TEST_F(Checked, a_certificate_that_was_made_up_is_named) {
  for (const char* id : {"7", "4000000000000000000"})
    EXPECT_THAT(found_after("licensing",
                            "INSERT INTO certificates SELECT " + std::string(id) +
                                ", division, case_id, applicant, entity, kind, 'JY0', 'token', status, issued_on, "
                                "valid_to, fields, document, details, status_since, status_reason, expiry_told FROM "
                                "certificates WHERE id = (SELECT MIN(id) FROM certificates)"),
                HasSubstr("row " + std::string(id) + " of certificates: no event tells of it."));
}

TEST_F(Checked, documents_are_compared_with_what_the_log_told_when_they_were_drawn) {
  SCOPED_TRACE("seed " + std::to_string(seed_));
  const Table documents{.name = "documents", .of_case = "id", .keys = {"id"}, .check = "licensing"};
  for (const auto& [column, is_number] : columns_of("documents")) {
    if (column == "id") continue;
    const storage::Row row = any_row(documents, "sha256 <> ''");
    const std::string change = is_number ? column + " + 1" : column + " || 'x'";
    EXPECT_THAT(found_after("licensing", "UPDATE documents SET " + column + " = " + change + this_row(documents), row),
                HasSubstr("The document " + owner_of(row) +
                          (column == "sha256" ? ": its file is not the one" : ": its row is not as it was drawn")))
        << column;
  }
  const storage::Row row = any_row(documents, "sha256 <> ''");
  EXPECT_THAT(found_after("licensing", "DELETE FROM documents" + this_row(documents), row),
              HasSubstr("The document " + owner_of(row) + ": was drawn, and is gone."));
  EXPECT_THAT(found_after("licensing",
                          "INSERT INTO documents SELECT 4000000000000000000, division, office, case_id, applicant, "
                          "notice, name_zh, name_en, template, number, data, 4000000000000000, sha256 FROM "
                          "documents" +
                              this_row(documents),
                          row),
              HasSubstr("The document " + base::to_text(base::Id{4000000000000000000}) + ": the log tells of no such"));
}

TEST_F(Checked, a_kept_version_that_was_changed_is_named) {
  EXPECT_THAT(found_after("casework",
                          "UPDATE deployed_services SET files = replace(files, '办', '力') WHERE service = "
                          "'open-restaurant'"),
              HasSubstr("of open-restaurant: is not what it is called."));
}

TEST_F(Checked, every_table_of_casework_is_compared_or_its_reason_is_told) {
  std::set<std::string> known = {"deployed_services"};
  for (const Table& table : tables()) known.insert(table.name);
  for (const auto& [table, why] : untold_tables) known.insert(table);
  for (const storage::Migration& migration : casework::migrations()) {
    std::string_view sql = migration.sql;
    constexpr std::string_view mark = "CREATE TABLE ";
    for (std::size_t at = sql.find(mark); at != std::string_view::npos; at = sql.find(mark)) {
      sql.remove_prefix(at + mark.size());
      EXPECT_TRUE(known.contains(std::string(sql.substr(0, sql.find(' '))))) << sql.substr(0, sql.find(' '));
    }
  }
}

TEST(a_fresh_demonstration, is_in_order) {
  const driver::Folder folder;
  const std::string data = folder.path("data");
  ASSERT_EQ(driver::run_program({"demo", "--small", "--data", data}).status, 0);
  const driver::Finished fresh = driver::run_program({"check", "--data", data});
  EXPECT_EQ(fresh.status, 0) << fresh.output;
  // And after it was served: documents are drawn, days computed, values indexed.
  {
    driver::Process process({.data = data});
    driver::sign_in(process.port(), "clerk");
    EXPECT_EQ(process.stop(), 0);
  }
  const driver::Finished served = driver::run_program({"check", "--data", data});
  EXPECT_EQ(served.status, 0) << served.output;
  EXPECT_THAT(served.output, HasSubstr("cases"));
}

}  // namespace
