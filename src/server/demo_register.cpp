/// The demonstration's register: lives are planned so that the stock is right on the days that are reported, then each
/// is entered with its past.
#include <algorithm>
#include <array>
#include <future>

#include "demo.h"
#include "kernel/codes/lists.h"
#include "modules/statistics/statistics.h"

namespace server {
namespace {

constexpr int small_entities_count = 320;
/// Entities entered in one transaction.
constexpr std::size_t entities_together = 4'000;

calendar::Date later(calendar::Date day, std::int64_t days) {
  return {day.days + days};
}

/// A township with its share of the entities, in hundredths.
struct Township {
  const char* code;
  std::size_t percent;
};
constexpr std::array<Township, 7> townships = {{{"430211001", 30},
                                                {"430211002", 24},
                                                {"430211003", 20},
                                                {"430211004", 10},
                                                {"430211101", 6},
                                                {"430211102", 5},
                                                {"430211103", 5}}};

std::string township_at(std::size_t percent) {
  for (const Township& township : townships) {
    if (percent < township.percent) return township.code;
    percent -= township.percent;
  }
  return townships[0].code;
}

std::string address_in(const std::string& township, int index, std::size_t road) {
  constexpr std::array<const char*, 4> roads = {"演示路", "演示大道", "试验街", "演示一路"};
  return codes::full_name(*codes::find_division(township)).zh + roads[road % roads.size()] +
         std::to_string(900 + index % 8000) + "号";
}

}  // namespace

base::Result<void> District::small_register() {
  registration::Intake intake;
  for (int i = 0; i < small_entities_count; ++i) {
    const calendar::Date opened{today_.days - 30 - static_cast<std::int64_t>(pick(3000))};
    Life life{.opened = opened,
              .ended = std::nullopt,
              .kind = i % 5 == 0 ? "enterprise" : "individual_business",
              .number = i};
    if (i % 11 == 7) life.ended = std::min(later(opened, 700), today_);
    TRY(std::ignore, add(intake, life, i));
  }
  return enter(intake);
}

base::Result<void> District::full_register() {
  // How the whole splits into kinds is invented; the sums are the account's: 29,552 and 36,459.
  constexpr std::array<Stock, 4> stocks = {{{"enterprise", 11'980, 15'240},
                                            {"branch", 500, 580},
                                            {"individual_business", 16'860, 20'410},
                                            {"cooperative", 212, 229}}};
  std::vector<Life> lives;
  for (const Stock& stock : stocks) {
    const std::int64_t by_cases = parts_.store->read_value([&](storage::Snapshot& snapshot) {
      return statistics::count_stock(snapshot, access_control::Scope::of_division(std::string(demo_division)),
                                     {.day = day_of(2019, 9, 30), .known_on = today_, .kinds = {stock.kind}});
    });
    const std::vector<Life> more = lives_of(stock, static_cast<int>(by_cases));
    lives.insert(lives.end(), more.begin(), more.end());
  }
  std::stable_sort(lives.begin(), lives.end(),
                   [](const Life& left, const Life& right) { return left.opened < right.opened; });
  registration::IntakeKeys keys;
  const auto prepare = [&](std::size_t first) -> base::Result<registration::Intake> {
    registration::Intake intake;
    for (std::size_t i = first; i < std::min(first + entities_together, lives.size()); ++i) {
      TRY(std::ignore, add(intake, lives[i], static_cast<int>(i)));
    }
    keys.take(intake);
    return intake;
  };
  // The next entities are prepared while these are written.
  std::future<base::Result<registration::Intake>> next = std::async(std::launch::async, prepare, 0);
  std::future<void> arranged;
  for (std::size_t first = 0; first < lives.size(); first += entities_together) {
    TRY(const registration::Intake intake, next.get());
    if (first + entities_together < lives.size())
      next = std::async(std::launch::async, prepare, first + entities_together);
    else
      arranged = std::async(std::launch::async, [&] { keys.arrange(); });
    TRY(std::ignore, enter(intake));
  }
  arranged.get();
  return write([&](storage::Transaction& transaction) -> base::Result<void> {
    keys.enter(transaction);
    return {};
  });
}

std::vector<District::Life> District::lives_of(const Stock& stock, int by_cases) {
  const calendar::Date start = day_of(2005, 1, 4);
  const calendar::Date before = day_of(2018, 9, 30);
  const calendar::Date report = day_of(2019, 9, 30);
  std::vector<Life> lives;
  const auto add = [&](int count, calendar::Date first, calendar::Date last, auto end_of) {
    for (int i = 0; i < count; ++i) {
      // The later of two picks: openings grew from year to year.
      const calendar::Date opened = std::max(weekday(first, last), weekday(first, last));
      lives.push_back({.opened = opened, .ended = end_of(opened), .kind = stock.kind});
    }
  };
  using End = std::optional<calendar::Date>;
  const auto in_business = [&](std::size_t percent_ended) {
    return [this, report, percent_ended](calendar::Date) -> End {
      return chance(percent_ended) ? End(weekday(later(report, 1), later(today_, -1))) : End();
    };
  };
  const int closed_in_year = stock.in_2018 / 20;
  const int opened_in_year = stock.in_2019 - (stock.in_2018 - closed_in_year) - by_cases;
  CHECK(opened_in_year > 0);
  add(stock.in_2018 * 14 / 100, start, later(before, -400),
      [&](calendar::Date opened) -> End { return weekday(later(opened, 200), before); });
  add(closed_in_year, start, before, [&](calendar::Date) -> End { return weekday(later(before, 1), report); });
  add(stock.in_2018 - closed_in_year, start, before, in_business(30));
  add(opened_in_year, later(before, 1), report, in_business(30));
  add(opened_in_year / 50, later(before, 1), later(report, -40),
      [&](calendar::Date opened) -> End { return weekday(later(opened, 20), report); });
  // From then on about a twelfth of the stock of 2019 opens each year.
  const auto years_in_days = later(today_, -1).days - report.days;
  add(static_cast<int>(stock.in_2019 * years_in_days / (12 * 365)), later(report, 1), later(today_, -1),
      [&](calendar::Date opened) -> End {
        const calendar::Date earliest = later(opened, 60);
        return earliest < later(today_, -1) && chance(16) ? End(weekday(earliest, later(today_, -1))) : End();
      });
  std::stable_sort(lives.begin(), lives.end(),
                   [](const Life& left, const Life& right) { return left.opened < right.opened; });
  for (std::size_t i = 0; i < lives.size(); ++i) lives[i].number = static_cast<int>(i);
  return lives;
}

base::Result<void> District::add(registration::Intake& intake, const Life& life, int index) {
  const base::Instant at = at_hour(life.opened, 10);
  const std::vector<registration::PastWriting> past = past_of(life, index);
  const base::Id id = new_id(at);
  return intake.add(describe(life, index),
                    {.id = id, .as_of = life.opened, .now = at, .actor = staff_ids_.at("examiner")}, past);
}

base::Result<void> District::enter(const registration::Intake& intake) {
  return write([&](storage::Transaction& transaction) -> base::Result<void> {
    TRY(std::ignore, intake.enter(transaction));
    return {};
  });
}

registration::NewEntity District::describe(const Life& life, int index) {
  const DemoTrade& trade = demo_trade_of(life.kind, life.number);
  const std::string township = township_at(pick(100));
  const bool individual = life.kind == "individual_business";
  constexpr std::array<std::int64_t, 6> capitals = {10, 30, 50, 100, 200, 500};
  const auto type = [&]() -> std::string {
    if (individual) return "9500";
    if (life.kind == "cooperative") return "9100";
    if (life.kind == "branch") return "2130";
    return chance(60) ? "1151" : "1130";
  };
  return {.division = std::string(demo_division),
          .office = "centre",
          .kind = life.kind,
          .name = demo_entity_name(life.kind, life.number),
          .township = township,
          .address = address_in(township, index, pick(4)),
          .operator_name = person(),
          .type = type(),
          .scope = trade.scope,
          .industry = trade.industry,
          .capital_fen = individual || life.kind == "branch" ? 0 : capitals[pick(capitals.size())] * 1'000'000};
}

registration::PastWriting District::change_of(calendar::Date on, int index) {
  const auto writing = [&](std::map<std::string, std::string> items, const char* reason) {
    return registration::PastWriting{
        .event = "changed", .items = std::move(items), .reason = reason, .as_of = on, .known_at = at_hour(on, 15)};
  };
  const std::size_t what = pick(100);
  if (what < 55) {
    const std::string township = township_at(pick(100));
    return writing({{"address", address_in(township, index + 4000, pick(4))}, {"township", township}}, "住所变更");
  }
  if (what < 80) return writing({{"operator_name", person()}}, "负责人变更");
  return writing({{"scope", "一般项目:日用百货销售;办公服务"}}, "经营范围变更");
}

registration::PastWriting District::ending_of(const Life& life) {
  // Some endings are entered a few days after they took effect.
  calendar::Date known = *life.ended;
  if (chance(3)) known = std::min(later(known, 1 + static_cast<std::int64_t>(pick(15))), today_);
  const auto writing = [&](const char* event, const char* reason) {
    return registration::PastWriting{.event = event,
                                     .items = {{"status", event}},
                                     .reason = reason,
                                     .as_of = *life.ended,
                                     .known_at = std::min(at_hour(known, 15), parts_.now())};
  };
  const std::size_t what = pick(100);
  if (what < 8) return writing("revoked", "连续两年未报年报且查无下落");
  if (what < 12) return writing("moved_out", "住所迁往外区");
  return writing("deregistered", "申请注销");
}

std::vector<registration::PastWriting> District::past_of(const Life& life, int index) {
  std::vector<registration::PastWriting> past;
  const calendar::Date last = later(life.ended.value_or(today_), -2);
  const calendar::Date first = later(life.opened, 20);
  if (first < last) {
    const std::int64_t years = (last.days - first.days) / 365;
    std::vector<calendar::Date> days;
    for (std::int64_t i = 0; i <= std::min<std::int64_t>(years, 10); ++i)
      if (chance(6)) days.push_back(weekday(first, last));
    std::sort(days.begin(), days.end());
    for (const calendar::Date day : days) past.push_back(change_of(day, index));
    if (index % 61 == 5) {
      const base::Instant known = at_hour(last, 16);
      past.push_back({.event = "corrected",
                      .items = {{"scope", "一般项目:日用百货销售"}},
                      .reason = "经营范围录入有误,予以更正",
                      .as_of = life.opened,
                      .known_at = known});
    }
  }
  if (life.ended) past.push_back(ending_of(life));
  return past;
}

}  // namespace server
