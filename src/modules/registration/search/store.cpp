#include "store.h"

#include <algorithm>
#include <charconv>

#include "kernel/codes/lists.h"
#include "kernel/names/check.h"
#include "kernel/names/text.h"
#include "storage/rows.h"

namespace registration {
namespace {

using storage::Datum;
using storage::Row;

constexpr int columns_count = 13;
/// Lines whose values are held at a time: a million lines need no more memory.
constexpr std::size_t lines_together = 4'096;
constexpr std::size_t division_digits = 6;

/// The end of all texts that begin with `text`.
std::string end_of(std::string text) {
  while (!text.empty() && static_cast<unsigned char>(text.back()) == 0xFF) text.pop_back();
  if (!text.empty()) text.back() = static_cast<char>(static_cast<unsigned char>(text.back()) + 1);
  return text;
}

/// A statement with its parameters, put together.
struct Statement {
  std::string sql;
  std::vector<Datum> parameters;
  void add(std::string_view more, std::initializer_list<Datum> values = {}) {
    sql += more;
    parameters.insert(parameters.end(), values.begin(), values.end());
  }
  void add(const Filters& filters) {
    sql += filters.sql;
    parameters.insert(parameters.end(), filters.parameters.begin(), filters.parameters.end());
  }
};

void add_grams(Statement& statement, const Position& after, const Wanted& wanted, std::int64_t tier_end) {
  statement.add(
      ", g.tier FROM entity_grams g CROSS JOIN entities e WHERE e.id = g.entity AND g.gram = ? AND "
      "(g.tier, g.entity) > (?, ?) AND g.tier < ? AND g.division >= ? AND g.division < ?",
      {wanted.gram, after.tier, after.entity, tier_end, wanted.filters.division_first, wanted.filters.division_end});
  statement.add(wanted.filters);
  statement.add(" ORDER BY g.tier, g.entity LIMIT ?", {wanted.limit});
}

void add_sounds(Statement& statement, const Position& after, const Wanted& wanted) {
  const std::string& sound = wanted.asked.sound;
  statement.add(
      ", s.sound FROM entity_sounds s CROSS JOIN entities e WHERE e.id = s.entity AND s.sound >= ? AND s.sound < ? AND "
      "(s.sound, s.entity) > (?, ?) AND s.division >= ? AND s.division < ?",
      {sound, end_of(sound), after.key, after.entity, wanted.filters.division_first, wanted.filters.division_end});
  statement.add(wanted.filters);
  statement.add(" ORDER BY s.sound, s.entity LIMIT ?", {wanted.limit});
}

void add_codes(Statement& statement, const Position& after, const Wanted& wanted) {
  const std::string& code = wanted.asked.code;
  statement.add(" FROM entities e WHERE e.credit_code >= ? AND e.credit_code < ? AND e.credit_code > ?",
                {code, end_of(code), after.key});
  statement.add(wanted.filters);
  statement.add(" ORDER BY e.credit_code LIMIT ?", {wanted.limit});
}

/// The values of each line, as `add` gives them.
template <class Lines, class Add>
void insert_lines(storage::Transaction& transaction, std::string_view into, std::size_t width, const Lines& lines,
                  Add add) {
  std::vector<Datum> values;
  for (std::size_t first = 0; first < lines.size(); first += lines_together) {
    values.clear();
    for (std::size_t i = first; i < std::min(first + lines_together, lines.size()); ++i) add(lines[i], values);
    storage::insert_rows(transaction, into, width, values);
  }
}

}  // namespace

std::string entity_columns_of(std::string_view alias) {
  std::string columns;
  for (const char* column : {"id", "division", "office", "credit_code", "name", "kind", "status", "township", "address",
                             "established_on", "sequence", "operator_name", "industry"})
    columns += (columns.empty() ? "" : ", ") + std::string(alias) + column;
  return columns;
}

Entity entity_of(const Row& row, std::size_t first) {
  const auto at = [&](std::size_t index) -> const Datum& { return row[first + index]; };
  return {.id = at(0).id(),
          .division = at(1).text(),
          .office = at(2).text(),
          .credit_code = at(3).text(),
          .name = at(4).text(),
          .kind = at(5).text(),
          .status = at(6).text(),
          .township = at(7).text(),
          .address = at(8).text(),
          .established_on = at(9).date(),
          .sequence = at(10).number(),
          .operator_name = at(11).text(),
          .industry = at(12).text()};
}

Filters filters_of(const access_control::Scope& scope, const SearchQuery& query, Wrapped wrapped) {
  Filters filters;
  if (!query.with_person) filters.tier_end = names::tier_private;
  const auto column = [&](std::string_view name) {
    const std::string plain = "e." + std::string(name);
    return wrapped == Wrapped::yes ? "(" + plain + " || '')" : plain;
  };
  const auto add = [&](const std::string& condition, std::initializer_list<Datum> values) {
    filters.sql += " AND " + condition;
    filters.parameters.insert(filters.parameters.end(), values.begin(), values.end());
  };
  using Kind = access_control::Scope::Kind;
  const bool sees = scope.kind == Kind::office || scope.kind == Kind::division;
  if (sees) {
    std::string first = scope.division.substr(0, division_digits);
    std::string last = first;
    first.resize(division_digits, '0');
    last.resize(division_digits, '9');
    std::from_chars(first.data(), first.data() + first.size(), filters.division_first);
    std::from_chars(last.data(), last.data() + last.size(), filters.division_end);
    ++filters.division_end;
    add(column("division") + " >= ? AND " + column("division") + " < ?", {scope.division, scope.division + ":"});
  } else {
    add("1 = 0", {});
  }
  const std::size_t unfiltered = filters.sql.size();
  if (!query.kind.empty()) add(column("kind") + " = ?", {query.kind});
  if (!query.status.empty()) add(column("status") + " = ?", {query.status});
  if (!query.township.empty()) add(column("township") + " = ?", {query.township});
  if (query.industry.size() == 4) add(column("industry") + " = ?", {query.industry});
  if (query.industry.size() == 1) {
    const auto divisions = codes::divisions_of_section(query.industry[0]);
    add("(e.industry || '') >= ? AND (e.industry || '') < ?", {divisions.first, end_of(divisions.last)});
  } else if (!query.industry.empty() && query.industry.size() < 4) {
    add("(e.industry || '') >= ? AND (e.industry || '') < ?", {query.industry, end_of(query.industry)});
  }
  if (!query.established_from.empty()) add("(e.established_on || '') >= ?", {query.established_from});
  if (!query.established_to.empty()) add("(e.established_on || '') <= ?", {query.established_to});
  filters.any = filters.sql.size() > unfiltered;
  return filters;
}

std::vector<Candidate> candidates_after(storage::Snapshot& snapshot, const Position& after, const Wanted& wanted) {
  Statement statement;
  statement.add("SELECT " + entity_columns_of("e."));
  switch (after.source) {
    case Source::code:
      add_codes(statement, after, wanted);
      break;
    case Source::trade:
      statement.add(" FROM entities e WHERE e.trade = ? AND e.id > ?",
                    {names::trade_key(names::decode(wanted.asked.trade)), after.entity});
      statement.add(wanted.filters);
      statement.add(" ORDER BY e.id LIMIT ?", {wanted.limit});
      break;
    case Source::beginning:
      add_grams(statement, after, wanted, names::tier_of(names::Fit::trade, true));
      break;
    case Source::text:
      add_grams(statement, after, wanted, wanted.filters.tier_end);
      break;
    case Source::sound:
      add_sounds(statement, after, wanted);
      break;
    case Source::all:
      statement.add(" FROM entities e WHERE e.id < ?", {after.entity ? after.entity : base::Id{INT64_MAX}});
      statement.add(wanted.filters);
      statement.add(" ORDER BY e.id DESC LIMIT ?", {wanted.limit});
      break;
  }
  std::vector<Candidate> found;
  for (const Row& row : snapshot.query(statement.sql, statement.parameters)) {
    Candidate& candidate = found.emplace_back(Candidate{.entity = entity_of(row), .position = after});
    candidate.position.entity = candidate.entity.id;
    if (after.source == Source::code) candidate.position.key = candidate.entity.credit_code;
    if (after.source == Source::sound) candidate.position.key = row[columns_count].text();
    if (after.source == Source::text || after.source == Source::beginning)
      candidate.position.tier = row[columns_count].number();
  }
  return found;
}

std::int64_t count_gram(storage::Snapshot& snapshot, names::Gram gram, const Filters& filters, std::int64_t limit) {
  return snapshot
      .find(
          "SELECT COUNT(*) FROM (SELECT 1 FROM entity_grams WHERE gram = ? AND tier < ? AND division >= ? AND "
          "division < ? LIMIT ?) counted",
          {gram, filters.tier_end, filters.division_first, filters.division_end, limit})
      .value()[0]
      .number();
}

SoundCount count_sound(storage::Snapshot& snapshot, const std::string& sound, const Filters& filters,
                       std::int64_t rows) {
  const auto row = snapshot.find(
      "SELECT COUNT(DISTINCT entity), COUNT(*) FROM (SELECT entity FROM entity_sounds WHERE sound >= ? AND sound < ? "
      "AND division >= ? AND division < ? LIMIT ?) counted",
      {sound, end_of(sound), filters.division_first, filters.division_end, rows});
  return {.entities = row->at(0).number(), .is_all = row->at(1).number() < rows};
}

std::int64_t count_code(storage::Snapshot& snapshot, const std::string& code, const Filters& filters,
                        std::int64_t limit) {
  Statement statement;
  statement.add("SELECT COUNT(*) FROM (SELECT 1 FROM entities e WHERE e.credit_code >= ? AND e.credit_code < ?",
                {code, end_of(code)});
  statement.add(filters);
  statement.add(" LIMIT ?) counted", {limit});
  return snapshot.query(statement.sql, statement.parameters)[0][0].number();
}

std::vector<TextRow> texts_after(storage::Snapshot& snapshot, const Position& after, const Wanted& wanted) {
  Statement statement;
  statement.add("SELECT e.name, e.address, e.operator_name, e.id");
  add_grams(statement, after, wanted, wanted.filters.tier_end);
  std::vector<TextRow> found;
  for (const Row& row : snapshot.query(statement.sql, statement.parameters))
    found.push_back({.name = row[0].text(),
                     .address = row[1].text(),
                     .person = row[2].text(),
                     .position = {.source = after.source, .tier = row[4].number(), .entity = row[3].id()}});
  return found;
}

std::int64_t count_all(storage::Snapshot& snapshot, const Filters& filters, std::int64_t limit) {
  Statement statement;
  statement.add("SELECT COUNT(*) FROM (SELECT 1 FROM entities e WHERE 1 = 1");
  statement.add(filters);
  statement.add(" LIMIT ?) counted", {limit});
  return snapshot.query(statement.sql, statement.parameters)[0][0].number();
}

Keys keys_of(const Entity& entity) {
  Keys keys{.entity = entity.id};
  std::from_chars(entity.division.data(), entity.division.data() + entity.division.size(), keys.division);
  keys.postings = names::postings_of({.name = entity.name,
                                      .address = entity.address,
                                      .person = entity.operator_name,
                                      .open = entity.status == "open"});
  keys.sounds = names::sounds_of(entity.name);
  return keys;
}

void KeyLines::add(Keys keys) {
  for (const names::Posting& posting : keys.postings) grams.push_back({posting, keys.entity.number, keys.division});
  for (std::string& sound : keys.sounds) sounds.push_back({std::move(sound), keys.entity.number, keys.division});
}

void KeyLines::arrange() {
  std::ranges::sort(grams);
  std::ranges::sort(sounds);
}

void KeyLines::insert(storage::Transaction& transaction) const {
  insert_lines(transaction, "entity_grams (gram, tier, entity, division)", 4, grams,
               [](const Gram& line, std::vector<Datum>& values) {
                 for (const std::int64_t value :
                      {line.posting.gram, std::int64_t{line.posting.tier}, line.entity, line.division})
                   values.emplace_back(value);
               });
  insert_lines(transaction, "entity_sounds (sound, entity, division)", 3, sounds,
               [](const Sound& line, std::vector<Datum>& values) {
                 values.emplace_back(line.sound);
                 values.emplace_back(line.entity);
                 values.emplace_back(line.division);
               });
}

void insert_keys(storage::Transaction& transaction, std::span<const Keys> all) {
  KeyLines lines;
  for (const Keys& keys : all) lines.add(keys);
  lines.arrange();
  lines.insert(transaction);
}

void change_keys(storage::Transaction& transaction, const Keys& before, const Keys& now) {
  Keys added{.entity = now.entity, .division = now.division};
  std::ranges::set_difference(now.postings, before.postings, std::back_inserter(added.postings));
  std::ranges::set_difference(now.sounds, before.sounds, std::back_inserter(added.sounds));
  std::vector<names::Posting> gone;
  std::ranges::set_difference(before.postings, now.postings, std::back_inserter(gone));
  for (const names::Posting& posting : gone)
    transaction.execute("DELETE FROM entity_grams WHERE gram = ? AND tier = ? AND entity = ?",
                        {posting.gram, posting.tier, now.entity});
  std::vector<std::string> silent;
  std::ranges::set_difference(before.sounds, now.sounds, std::back_inserter(silent));
  for (const std::string& sound : silent)
    transaction.execute("DELETE FROM entity_sounds WHERE sound = ? AND entity = ?", {sound, now.entity});
  insert_keys(transaction, std::span(&added, 1));
}

void keep_former_name(storage::Transaction& transaction, const Entity& before, const Entity& now, calendar::Date on) {
  transaction.execute(
      "INSERT INTO former_names (entity, division, name, trade, industry, given_up_on) VALUES (?, ?, ?, ?, ?, ?) "
      "ON CONFLICT (entity, name, given_up_on) DO NOTHING",
      {now.id, now.division, before.name, names::trade_key_of(before.name), before.industry, on});
}

std::vector<Bearer> bearers_of_trade(storage::Snapshot& snapshot, const std::string& division,
                                     const std::string& trade_key, calendar::Date kept_since) {
  std::vector<Bearer> found;
  for (const Row& row : snapshot.query("SELECT e.id, e.name, e.credit_code, e.status, e.industry FROM entities e WHERE "
                                       "e.trade = ? AND (e.division || '') = ? ORDER BY e.id LIMIT ?",
                                       {trade_key, division, bearers_max})) {
    Bearer bearer{row[1].text(), row[2].text(), row[3].text(), row[4].text(), std::nullopt};
    if (bearer.status == "moved_out") continue;
    if (bearer.status != "open") {
      const auto ended = snapshot.find(
          "SELECT as_of FROM entity_statuses WHERE entity = ? AND status = ? ORDER BY sequence DESC LIMIT 1",
          {row[0].id(), bearer.status});
      if (!ended || ended->at(0).date() < kept_since) continue;
      bearer.ended_on = ended->at(0).date();
    }
    found.push_back(std::move(bearer));
  }
  for (const Row& row : snapshot.query("SELECT f.name, e.credit_code, f.industry, f.given_up_on FROM former_names f "
                                       "CROSS JOIN entities e WHERE e.id = f.entity AND f.trade = ? AND "
                                       "f.given_up_on >= ? AND f.division = ? LIMIT ?",
                                       {trade_key, kept_since, division, bearers_max}))
    found.push_back({row[0].text(), row[1].text(), "renamed", row[2].text(), row[3].date()});
  return found;
}

std::vector<Bearer> bearers_of_sound(storage::Snapshot& snapshot, const std::string& division,
                                     const std::string& sound) {
  std::vector<Bearer> found;
  for (const Row& row :
       snapshot.query("SELECT e.name, e.credit_code, e.status, e.industry FROM entity_sounds s "
                      "CROSS JOIN entities e WHERE e.id = s.entity AND s.sound >= ? AND s.sound < ? AND "
                      "e.status = 'open' AND e.division = ? LIMIT ?",
                      {sound, end_of(sound), division, bearers_max}))
    found.push_back({row[0].text(), row[1].text(), row[2].text(), row[3].text(), std::nullopt});
  return found;
}

std::vector<Bearer> bearers_of_pair(storage::Snapshot& snapshot, const std::string& division, names::Gram gram) {
  std::vector<Bearer> found;
  for (const Row& row :
       snapshot.query("SELECT e.name, e.credit_code, e.status, e.industry FROM entity_grams g "
                      "CROSS JOIN entities e WHERE e.id = g.entity AND g.gram = ? AND g.tier < ? AND "
                      "(e.status || '') = 'open' AND (e.division || '') = ? ORDER BY g.tier, g.entity LIMIT ?",
                      {gram, names::tier_of(names::Fit::name, true), division, bearers_max}))
    found.push_back({row[0].text(), row[1].text(), row[2].text(), row[3].text(), std::nullopt});
  return found;
}

std::vector<Entity> not_indexed(storage::Snapshot& snapshot, int limit) {
  std::vector<Entity> entities;
  for (const Row& row : snapshot.query(
           "SELECT " + entity_columns_of("") + " FROM entities WHERE is_indexed = 0 ORDER BY id LIMIT ?", {limit}))
    entities.push_back(entity_of(row));
  return entities;
}

void mark_indexed(storage::Transaction& transaction, const Entity& entity) {
  transaction.execute("UPDATE entities SET is_indexed = 1, operator_name = ?, industry = ?, trade = ? WHERE id = ?",
                      {entity.operator_name, entity.industry, names::trade_key_of(entity.name), entity.id});
}

}  // namespace registration
