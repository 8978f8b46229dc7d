/// The SQL of searching: keys of entities, and candidates in the order of their keys.
#pragma once

#include <span>

#include "kernel/names/index.h"
#include "modules/registration/search.h"

namespace registration {

/// Where candidates come from, in the order in which they are shown.
enum class Source { code, trade, beginning, text, sound, all };

/// The last candidate seen of a source; what follows comes next.
struct Position {
  Source source = Source::code;
  std::int64_t tier = -1;
  base::Id entity = {};
  std::string key = {};  // credit code or sound
};

/// What every candidate has to fulfil, as SQL over `e`.
struct Filters {
  std::string sql;  // begins with " AND "; empty: none
  std::vector<storage::Datum> parameters;
  /// As a range of whole numbers over the divisions of keys.
  std::int64_t division_first = 0;
  std::int64_t division_end = 0;
  std::int64_t tier_end = names::tiers_count;
  bool any = false;  // besides the division
};
/// Wrapped conditions use no index: the order of the keys leads.
enum class Wrapped { yes, no };
Filters filters_of(const access_control::Scope& scope, const SearchQuery& query, Wrapped wrapped);

struct Candidate {
  Entity entity;
  Position position;
};
struct Wanted {
  const names::Asked& asked;
  names::Gram gram = 0;  // which leads, for Source::text and Source::beginning
  const Filters& filters;
  int limit = 0;
};
std::vector<Candidate> candidates_after(storage::Snapshot& snapshot, const Position& after, const Wanted& wanted);

/// Postings of a gram, counted no further than `limit`.
std::int64_t count_gram(storage::Snapshot& snapshot, names::Gram gram, const Filters& filters, std::int64_t limit);
struct SoundCount {
  std::int64_t entities = 0;
  bool is_all = false;  // there are no more keys with such a sound
};
/// Entities with such a sound among the first `rows` keys.
SoundCount count_sound(storage::Snapshot& snapshot, const std::string& sound, const Filters& filters,
                       std::int64_t rows);
/// Entities whose credit code begins like this and that fulfil the filters, counted no further than `limit`.
std::int64_t count_code(storage::Snapshot& snapshot, const std::string& code, const Filters& filters,
                        std::int64_t limit);

/// As little of a candidate as counting needs.
struct TextRow {
  std::string name;
  std::string address;
  std::string person;
  Position position;
};
/// As candidates_after for Source::text.
std::vector<TextRow> texts_after(storage::Snapshot& snapshot, const Position& after, const Wanted& wanted);
/// Entities that fulfil the (unwrapped) filters, counted no further than `limit`.
std::int64_t count_all(storage::Snapshot& snapshot, const Filters& filters, std::int64_t limit);

/// The keys of one entity, as the database has them.
struct Keys {
  base::Id entity = {};
  std::int64_t division = 0;
  std::vector<names::Posting> postings = {};
  std::vector<std::string> sounds = {};
};
Keys keys_of(const Entity& entity);
/// The keys of many entities as lines of their tables.
struct KeyLines {
  struct Gram {
    names::Posting posting;
    std::int64_t entity = 0;
    std::int64_t division = 0;
    auto operator<=>(const Gram&) const = default;
  };
  struct Sound {
    std::string sound;
    std::int64_t entity = 0;
    std::int64_t division = 0;
    auto operator<=>(const Sound&) const = default;
  };
  std::vector<Gram> grams = {};
  std::vector<Sound> sounds = {};

  void add(Keys keys);
  /// In the order of the tables, so that neighbours go to the same page.
  void arrange();
  void insert(storage::Transaction& transaction) const;
};
void insert_keys(storage::Transaction& transaction, std::span<const Keys> all);
/// Takes away what `now` no longer has and adds what is new.
void change_keys(storage::Transaction& transaction, const Keys& before, const Keys& now);

/// A name that an entity has given up is kept for others to be compared with.
void keep_former_name(storage::Transaction& transaction, const Entity& before, const Entity& now, calendar::Date on);

/// Entities without keys, at most `limit`, by id.
std::vector<Entity> not_indexed(storage::Snapshot& snapshot, int limit);
void mark_indexed(storage::Transaction& transaction, const Entity& entity);

/// Also in the register's own store: the columns that `entity_of` reads, over the alias `e`.
std::string entity_columns_of(std::string_view alias);
Entity entity_of(const storage::Row& row, std::size_t first = 0);

}  // namespace registration
