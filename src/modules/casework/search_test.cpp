/// Cases are found by what their service declares as indexed, on both databases.
#include "engine.h"
#include "testing.h"

namespace casework {
namespace {

using testing::line;
using testing::model;
using testing::Office;
using testing::user_task;

const catalogue::Index area{
    .id = "area", .variable = "answers.area", .kind = catalogue::Index::Kind::number, .label = {"面积", "Area"}};
const catalogue::Index township{.id = "township", .variable = "answers.township", .label = {"乡镇", "Township"}};
const catalogue::Index items{.id = "items", .variable = "answers.items", .label = {"食品", "Food"}};
const catalogue::Index since{
    .id = "since", .variable = "received_on", .kind = catalogue::Index::Kind::day, .label = {"收到", "Received"}};
const catalogue::Index verdict{.id = "verdict", .variable = "look.verdict", .label = {"意见", "Verdict"}};

/// An office whose service "probe" declares these indexes, as after a start with other files.
class Searching {
 public:
  explicit Searching(std::vector<catalogue::Index> indexes) {
    office.offer(model("<b:startEvent id=\"start\"/>" + user_task("look") + line({"start", "look", "end"}) +
                       "<b:endEvent id=\"end\"/>"));
    declare(std::move(indexes));
  }
  void declare(std::vector<catalogue::Index> indexes) {
    auto changed = std::make_shared<catalogue::Catalogue>(office.engine->catalogue());
    auto probe = std::make_shared<catalogue::Service>(*changed->service("probe").value());
    probe->indexes = std::move(indexes);
    catalogue::Services::Map services = changed->services->now();
    services["probe"] = probe;
    changed->services = std::make_shared<catalogue::Services>(std::move(services));
    office.use(changed);
  }
  base::Id open(const char* where, feel::Value size, feel::List made = {}) {
    feel::Context answers{{"township", where}, {"area", std::move(size)}};
    if (!made.empty()) answers.put("items", feel::Value(std::move(made)));
    return office.open("probe", {{"answers", feel::Value(std::move(answers))}});
  }
  /// The numbers of the cases found, or the refusal and its place.
  std::string find(const ValueQuery& query, const access_control::Scope& scope = system_scope()) {
    const auto where = read_filter(office.engine->catalogue(), query);
    if (!where) return where.error().code + " " + where.error().places.at(0).path;
    return office.store->read_value([&](storage::Snapshot& snapshot) {
      CaseFilter filter{.where = where.value()};
      filter.limit = 2;  // so that pages follow each other
      std::string found;
      std::int64_t count = 0;
      for (;;) {
        const CasePage page = list_cases(snapshot, scope, filter);
        for (const CaseHead& head : page.cases) {
          for (std::size_t at = 0; at < opened.size(); ++at)
            if (opened[at] == head.id) found.insert(0, std::to_string(at) + " ");
          ++count;
        }
        if (!page.next) {
          EXPECT_EQ(page.total, count);
          break;
        }
        filter.cursor = *page.next;
      }
      return found;
    });
  }
  int index_all(int piece = 2) {
    int pieces = 1;
    while (office.engine->index_values(*office.store, piece)) ++pieces;
    return pieces;
  }

  Office office;
  std::vector<base::Id> opened;
};

TEST(search, finds_texts_as_they_are_numbers_and_days_by_range) {
  Searching search({area, township, items, since});
  search.opened = {search.open("songjia", 80), search.open("taishan", feel::Value(*feel::Decimal::parse("120.50"))),
                   search.open("songjia", 9, {"hot", "cold"}), search.open("taishan", -5, {"cold", "cold"})};
  EXPECT_EQ(search.find({}), "0 1 2 3 ");
  EXPECT_EQ(search.find({.variable = "township", .value = " songjia "}), "0 2 ");
  EXPECT_EQ(search.find({.variable = "township", .value = "song"}), "");
  EXPECT_EQ(search.find({.variable = "items", .value = "cold"}), "2 3 ");
  EXPECT_EQ(search.find({.variable = "items", .value = "hot"}), "2 ");
  EXPECT_EQ(search.find({.variable = "area", .value = "120.5"}), "1 ");
  EXPECT_EQ(search.find({.variable = "area", .from = "9", .to = "80"}), "0 2 ");
  EXPECT_EQ(search.find({.variable = "area", .from = "9.01"}), "0 1 ");
  EXPECT_EQ(search.find({.variable = "area", .to = "0"}), "3 ");
  EXPECT_EQ(search.find({.variable = "since", .value = "2026-03-02"}), "0 1 2 3 ");
  EXPECT_EQ(search.find({.variable = "since", .from = "2026-03-03"}), "");
  // Nobody finds what they may not see.
  EXPECT_EQ(search.find({.variable = "township", .value = "songjia"}, access_control::Scope::of_division("110105")),
            "");
  EXPECT_EQ(search.find({.variable = "township", .value = "songjia"}, access_control::Scope::own_of({77})), "");
}

TEST(search, says_what_is_wrong_with_a_query) {
  Searching search({area, township, since});
  EXPECT_EQ(search.find({.variable = "colour", .value = "red"}), "casework.filter_variable_unknown /variable");
  EXPECT_EQ(search.find({.variable = {}, .value = "red"}), "casework.filter_incomplete /variable");
  EXPECT_EQ(search.find({.variable = "area"}), "casework.filter_incomplete /value");
  EXPECT_EQ(search.find({.variable = "area", .value = "large"}), "casework.filter_value /value");
  EXPECT_EQ(search.find({.variable = "area", .from = "1", .to = "x"}), "casework.filter_value /to");
  EXPECT_EQ(search.find({.variable = "since", .from = "2026-02-30"}), "casework.filter_value /from");
  EXPECT_EQ(search.find({.variable = "township", .value = std::string(201, 'x')}), "casework.filter_value /value");
  EXPECT_EQ(search.find({.variable = "township", .from = "a"}), "casework.filter_range /from");
  EXPECT_EQ(search.find({.variable = "area", .value = "1", .from = "1"}), "casework.filter_range /from");
  EXPECT_EQ(search.find({.variable = "area", .from = "100", .to = "20"}), "casework.filter_range /to");
  const auto told = read_filter(search.office.engine->catalogue(), {.variable = "colour", .value = "red"});
  EXPECT_NE(told.error().message.en.find("area"), std::string::npos);
}

TEST(search, follows_the_steps_that_set_a_variable) {
  Searching search({township, verdict});
  search.opened = {search.open("songjia", 1)};
  EXPECT_EQ(search.find({.variable = "verdict", .value = "fine"}), "");
  EXPECT_EQ(search.office.operate(search.opened[0], 13, "suspend"), "");  // sets nothing
  EXPECT_EQ(search.office.operate(search.opened[0], 13, "resume"), "");
  EXPECT_EQ(search.find({.variable = "township", .value = "songjia"}), "0 ");
  ASSERT_TRUE(search.office.store->write_result([&](storage::Transaction& transaction) {
    return search.office.engine->advance(
        transaction, search.opened[0],
        {.command = bpmn::SetVariables{.variables = {{"answers", feel::Value(feel::Context{{"township", "taishan"}})}}},
         .by = "test",
         .element = {}},
        search.office.as(13));
  }));
  EXPECT_EQ(search.find({.variable = "township", .value = "songjia"}), "");
  EXPECT_EQ(search.find({.variable = "township", .value = "taishan"}), "0 ");
  EXPECT_EQ(search.office.complete(search.opened[0], 11, "look", {{"verdict", "fine"}}), "");
  EXPECT_EQ(search.find({.variable = "verdict", .value = "fine"}), "0 ");
}

TEST(search, is_brought_up_to_a_new_declaration_in_pieces_for_ended_cases_too) {
  Searching search({});
  for (int i = 0; i < 5; ++i) search.opened.push_back(search.open("songjia", i));
  EXPECT_EQ(search.office.complete(search.opened[1], 11, "look", {{"verdict", "fine"}}), "");
  EXPECT_TRUE(search.office.load(search.opened[1]).head.ended_at);
  search.index_all();
  search.declare({township, area});
  EXPECT_EQ(search.find({.variable = "township", .value = "songjia"}), "");
  EXPECT_TRUE(search.office.engine->index_values(*search.office.store, 2));
  EXPECT_EQ(search.find({.variable = "township", .value = "songjia"}), "0 1 ");
  search.declare({township, area});  // another engine, as after a restart: goes on where it stood
  EXPECT_EQ(search.index_all(), 2);
  EXPECT_EQ(search.find({.variable = "township", .value = "songjia"}), "0 1 2 3 4 ");
  EXPECT_EQ(search.find({.variable = "area", .from = "1", .to = "2"}), "1 2 ");
  EXPECT_EQ(search.index_all(), 1);
  // What this service declares no longer is not kept; others still declare it.
  search.declare({area});
  search.index_all();
  EXPECT_EQ(search.find({.variable = "township", .value = "songjia"}), "");
}

TEST(search, orders_numbers_as_text) {
  std::vector<std::string> keys;
  for (const char* text :
       {"-1e30", "-100.5", "-100", "-99", "-1.5", "-1",    "-0.5", "-0.05", "0",     "0.004",   "0.05",
        "0.5",   "1",      "1.5",  "9",   "10",   "10.01", "99",   "100",   "120.5", "1000000", "1e30"})
    keys.push_back(number_key(*feel::Decimal::parse(text)));
  for (std::size_t at = 1; at < keys.size(); ++at) EXPECT_LT(keys[at - 1], keys[at]) << at;
  EXPECT_EQ(number_key(*feel::Decimal::parse("120.50")), number_key(*feel::Decimal::parse("120.5")));
  EXPECT_EQ(number_key(*feel::Decimal::parse("1e2")), number_key(feel::Decimal(100)));
  EXPECT_EQ(number_key(*feel::Decimal::parse("-0.0")), number_key(feel::Decimal(0)));
}

TEST(search, reads_the_index_and_not_every_case) {
  Searching search({township});
  for (int i = 0; i < 30; ++i) search.open(i == 7 ? "rare" : "songjia", i);
  const bool embedded = search.office.store->kind() == "sqlite";
  std::string plan;
  search.office.store->write([&](storage::Transaction& transaction) {
    plan.clear();
    if (!embedded) transaction.execute("SET LOCAL enable_seqscan = off");  // so small a table would be read whole
    const CaseStatement found =
        cases_found(search.office.as(13).actor.scope, {.where = {.name = "township", .from = "rare", .to = "rare"}});
    for (const storage::Row& row :
         transaction.query((embedded ? "EXPLAIN QUERY PLAN SELECT c.id" : "EXPLAIN SELECT c.id") + found.sql +
                               " ORDER BY c.id DESC LIMIT 51",
                           found.parameters))
      for (const storage::Datum& datum : row) plan += datum.is_null() || datum.is_number() ? "" : datum.text() + "\n";
    return true;
  });
  EXPECT_NE(plan.find("case_values_found"), std::string::npos) << plan;
  EXPECT_EQ(plan.find("SCAN c"), std::string::npos) << plan;
  EXPECT_EQ(plan.find("SCAN v"), std::string::npos) << plan;
}

}  // namespace
}  // namespace casework
