/// Whatever is changed behind the program's back, the checker finds and names it.
#include <gmock/gmock.h>

#include <fstream>

#include "testing.h"

namespace evidence {
namespace {

using testing::Bureau;
using testing::Folder;
using ::testing::HasSubstr;

constexpr const char* unlock =
    "DROP TRIGGER IF EXISTS log_entries_no_update; DROP TRIGGER IF EXISTS log_entries_no_delete; "
    "DROP TRIGGER IF EXISTS events_no_update; DROP TRIGGER IF EXISTS events_no_delete; ";

/// A published log of 700 entries, changed at random places from a seed that a failure prints.
class Tampering : public ::testing::Test {
 protected:
  Tampering() : bureau_(folder_), seed_(std::random_device{}()), random_(seed_) {
    for (int part = 0; part < 5; ++part) {
      bureau_.write_many(100);
      bureau_.logs->publish(bureau_.now);
    }
    bureau_.write_many(200);
    std::vector<Read> reads;
    for (int i = 0; i < 20; ++i)
      reads.push_back({.division = "430211",
                       .subject = "case/" + std::to_string(i % 7),
                       .person = {100 + i},
                       .what = "case",
                       .reason = i % 3 ? "" : "complaint",
                       .at = bureau_.now,
                       .task = i % 2 ? "" : "accept"});
    record_reads(*bureau_.store, reads);
    bureau_.logs->publish(bureau_.now);
    bureau_.close();
    std::filesystem::copy_file(bureau_.database(), folder_.path("good.db"));
    std::filesystem::copy(bureau_.log_folder(), folder_.path("good"), std::filesystem::copy_options::recursive);
  }
  std::int64_t any(std::int64_t least, std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(least, most)(random_);
  }
  std::string any_index() { return std::to_string(any(0, 698)); }

  /// What the checker says after a change; everything is as it was again afterwards.
  std::string findings_after(const std::function<void()>& change) {
    change();
    bureau_.open();
    std::string all;
    for (const base::Text& finding : bureau_.logs->check()) all += finding.en + "\n";
    bureau_.close();
    std::filesystem::remove(bureau_.database());
    std::filesystem::copy_file(folder_.path("good.db"), bureau_.database());
    std::filesystem::remove_all(bureau_.log_folder());
    std::filesystem::copy(folder_.path("good"), bureau_.log_folder(), std::filesystem::copy_options::recursive);
    return all;
  }
  std::string findings_after_sql(const std::string& sql) {
    SCOPED_TRACE("seed " + std::to_string(seed_) + " " + sql);
    return findings_after([&] { bureau_.tamper(unlock + sql); });
  }

  Folder folder_;
  Bureau bureau_;
  unsigned seed_;
  std::mt19937 random_;
};

TEST_F(Tampering, none_is_found_where_there_is_none) {
  EXPECT_EQ(findings_after([] {}), "");
}

TEST_F(Tampering, a_flipped_entry_is_found) {
  for (int round = 0; round < 5; ++round) {
    const std::string at = any_index();
    EXPECT_THAT(
        findings_after_sql("UPDATE log_entries SET entry = replace(entry, 'accept', 'reject') WHERE idx = " + at),
        HasSubstr("entry " + at + " does not match its hash"))
        << seed_;
  }
}

TEST_F(Tampering, an_entry_changed_together_with_its_hash_is_found_by_the_signed_root) {
  const std::int64_t at = any(0, 698);
  const std::string found = findings_after([&] {
    const tlog::Hash leaf = tlog::leaf_hash("{}");
    bureau_.tamper(std::string(unlock) + "UPDATE log_entries SET entry = '{}', leaf_hash = '" + tlog::to_hex(leaf) +
                   "' WHERE idx = " + std::to_string(at));
  });
  EXPECT_THAT(found, HasSubstr("do not match the signed checkpoint")) << seed_;
  EXPECT_THAT(found, HasSubstr("entry " + std::to_string(at) + " does not continue")) << seed_;
}

TEST_F(Tampering, dropped_entries_are_found) {
  for (int round = 0; round < 3; ++round) {
    const std::string at = any_index();
    EXPECT_THAT(findings_after_sql("DELETE FROM log_entries WHERE idx = " + at),
                HasSubstr("the entries " + at + " to " + at + " are missing"))
        << seed_;
  }
  EXPECT_THAT(findings_after_sql("DELETE FROM log_entries WHERE idx > 650"), HasSubstr("it was rolled back"));
}

TEST_F(Tampering, an_inserted_entry_is_found) {
  const std::string at = any_index();
  const std::string shift = "UPDATE log_entries SET idx = -idx - 1 WHERE idx >= " + at +
                            "; UPDATE log_entries SET idx = -idx WHERE idx < 0; " +
                            "INSERT INTO log_entries SELECT log, " + at +
                            ", subject, leaf_hash, entry, '', 0, 0 FROM log_entries WHERE idx = 700 "
                            "AND log = 'public'; UPDATE logs SET size = size + 1 WHERE name = 'public'";
  EXPECT_THAT(findings_after_sql(shift), HasSubstr("inserted or reordered")) << seed_;
  EXPECT_THAT(findings_after_sql("INSERT INTO log_entries SELECT log, 700, subject, leaf_hash, entry, '', 0, 0 FROM "
                                 "log_entries WHERE idx = " +
                                 at + " AND log = 'public'"),
              HasSubstr("700 entries were written, 701 are there"));
}

TEST_F(Tampering, reordered_entries_are_found) {
  const std::string a = any_index(), b = std::to_string(699);
  EXPECT_THAT(
      findings_after_sql("UPDATE log_entries SET idx = -1 WHERE idx = " + a + "; UPDATE log_entries SET idx = " + a +
                         " WHERE idx = " + b + "; UPDATE log_entries SET idx = " + b + " WHERE idx = -1"),
      HasSubstr("inserted or reordered"))
      << seed_;
}

TEST_F(Tampering, a_database_that_was_rolled_back_is_found) {
  const std::string keep = std::to_string(any(0, 699));
  const std::string found = findings_after_sql("DELETE FROM log_entries WHERE idx >= " + keep +
                                               "; DELETE FROM log_salts WHERE idx >= " + keep +
                                               "; DELETE FROM log_checkpoints WHERE size > " + keep +
                                               "; UPDATE logs SET size = " + keep + " WHERE name = 'public'");
  EXPECT_THAT(found, HasSubstr("the database has " + keep + " entries, signed were 700")) << seed_;
  EXPECT_THAT(found, HasSubstr("it was rolled back")) << seed_;
}

TEST_F(Tampering, events_that_differ_from_their_entries_are_found) {
  const std::string stream = std::to_string(any(1, 7)), sequence = std::to_string(any(2, 90));
  const std::string where = " WHERE stream_id = " + stream + " AND sequence = " + sequence;
  EXPECT_THAT(findings_after_sql("UPDATE events SET data = '{\"n\":-1}'" + where),
              HasSubstr("has another content or actor"));
  EXPECT_THAT(findings_after_sql("UPDATE events SET actor = 8" + where), HasSubstr("has another content or actor"));
  EXPECT_THAT(findings_after_sql("UPDATE events SET type = 'case.noted'" + where), HasSubstr("is of another kind"));
  EXPECT_THAT(findings_after_sql("DELETE FROM events" + where), HasSubstr("is gone from the events")) << seed_;
  EXPECT_THAT(
      findings_after_sql("INSERT INTO events (division, stream_kind, stream_id, sequence, type, at, actor, data) "
                         "SELECT division, stream_kind, stream_id, 1000, type, at, actor, data FROM events" +
                         where),
      HasSubstr("should have an entry"));
  EXPECT_THAT(
      findings_after_sql("INSERT INTO events (division, stream_kind, stream_id, sequence, type, at, actor, data) "
                         "SELECT division, stream_kind, 999, 1, type, at, actor, data FROM events" +
                         where),
      HasSubstr("are in no log"));
}

TEST_F(Tampering, salts_that_were_taken_are_found) {
  const std::string at = any_index();
  EXPECT_THAT(findings_after_sql("DELETE FROM log_salts WHERE idx = " + at), HasSubstr("the salt of entry"));
  EXPECT_THAT(findings_after_sql("UPDATE log_salts SET salt = '00112233445566778899aabbccddeeff' WHERE idx = " + at),
              HasSubstr("has another content or actor"))
      << seed_;
}

TEST_F(Tampering, a_look_that_was_changed_dropped_or_invented_is_found) {
  const std::string at = std::to_string(any(0, 19));
  const std::string where = " WHERE idx = " + at + " AND log = 'audit'";
  EXPECT_THAT(findings_after_sql("DELETE FROM reads" + where), HasSubstr("the look of entry " + at + " is gone"))
      << seed_;
  for (const char* change : {"person = 99", "reason = 'other'", "task = 'other'", "what = 'other'", "at = at + 1000000",
                             "subject = 'case/other'"})
    EXPECT_THAT(findings_after_sql(std::string("UPDATE reads SET ") + change + where),
                HasSubstr("the list of looks differs from entry " + at))
        << seed_;
  EXPECT_THAT(
      findings_after_sql("INSERT INTO reads SELECT log, 1000, division, subject, person, what, reason, at, task "
                         "FROM reads" +
                         where),
      HasSubstr("one at 1000 that the log does not tell of"));
  EXPECT_THAT(findings_after_sql("INSERT INTO reads SELECT 'public', " + at +
                                 ", division, subject, person, what, reason, at, task FROM reads" + where),
              HasSubstr("one at " + at + " that the log does not tell of"));
}

TEST_F(Tampering, a_checkpoint_that_was_changed_is_found) {
  EXPECT_THAT(
      findings_after_sql("UPDATE log_checkpoints SET note = replace(note, 'test.example', 'fest.example') WHERE "
                         "size = 500"),
      HasSubstr("the checkpoint at size 500 is not rightly signed"));
}

/// Checkpoints were signed at 100, 200, 300, 400, 500 and 700 entries.
TEST_F(Tampering, a_checkpoint_that_was_dropped_changed_or_put_in_is_found) {
  const int at = static_cast<int>(any(1, 5)) * 100;
  const std::string where = " WHERE log = 'public' AND size = " + std::to_string(at);
  const std::string next = std::to_string(at == 500 ? 700 : at + 100);
  EXPECT_THAT(findings_after_sql("DELETE FROM log_checkpoints" + where),
              HasSubstr("the checkpoint at size " + next + " does not continue the one before it"));
  for (const char* change :
       {"signed_at = signed_at + 1", "note = note || 'x'", "chain = replace(chain, substr(chain, 1, 1), 'g')"})
    EXPECT_THAT(findings_after_sql(std::string("UPDATE log_checkpoints SET ") + change + where),
                HasSubstr("the checkpoint at size " + std::to_string(at) + " does not continue the one before it"))
        << change;
  // The first one without a hash would be of before there was a chain: then the next has none to continue.
  EXPECT_THAT(
      findings_after_sql("UPDATE log_checkpoints SET chain = ''" + where),
      HasSubstr("the checkpoint at size " + (at == 100 ? next : std::to_string(at)) + " does not continue the one"));
  EXPECT_THAT(findings_after_sql("INSERT INTO log_checkpoints SELECT log, size + 50, note, signed_at, chain FROM "
                                 "log_checkpoints" +
                                 where),
              HasSubstr("the checkpoint at size " + std::to_string(at + 50) + " does not continue"));
  EXPECT_THAT(findings_after_sql("UPDATE log_checkpoints SET chain = '' WHERE size <= " + std::to_string(at)),
              HasSubstr("the checkpoint at size " + next + " does not continue"));
}

TEST_F(Tampering, a_chain_of_checkpoints_made_anew_does_not_end_as_its_file_says) {
  const std::int64_t dropped = any(1, 5) * 100;
  std::string before, sql = "DELETE FROM log_checkpoints WHERE log = 'public' AND size = " + std::to_string(dropped);
  bureau_.open();
  bureau_.store->read([&](storage::Snapshot& snapshot) {
    const auto all = snapshot.query(
        "SELECT size, signed_at, note, chain FROM log_checkpoints WHERE log = 'public' ORDER BY size", {});
    ASSERT_EQ(all.size(), 6U);
    std::string as_signed;
    const auto linked = [](const std::string& previous, const storage::Row& row) {
      return tlog::to_hex(tlog::leaf_hash(previous + "\npublic\n" + std::to_string(row[0].number()) + "\n" +
                                          std::to_string(row[1].number()) + "\n" + row[2].text()));
    };
    for (const storage::Row& row : all) {
      as_signed = linked(as_signed, row);
      EXPECT_EQ(row[3].text(), as_signed);
      if (row[0].number() == dropped) continue;
      before = linked(before, row);
      sql += "; UPDATE log_checkpoints SET chain = '" + before +
             "' WHERE log = 'public' AND size = " + std::to_string(row[0].number());
    }
  });
  bureau_.close();
  EXPECT_THAT(findings_after_sql(sql), HasSubstr("the end of the chain of checkpoints, at size 700, is not what"));
}

TEST_F(Tampering, the_file_with_the_chain_s_end_is_missed_and_a_damaged_one_found) {
  const std::filesystem::path file = bureau_.log_folder() / "public" / "chain";
  const std::string gone = "the file with the chain's end is gone or damaged";
  EXPECT_THAT(findings_after([&] { std::filesystem::remove(file); }), HasSubstr(gone));
  EXPECT_THAT(findings_after([&] { storage::write_file(file, "700\n"); }), HasSubstr(gone));
  EXPECT_THAT(findings_after([&] {
                std::string link = storage::read_file(file);
                char& digit = link[link.find('\n', 4) + 1 + static_cast<std::size_t>(any(0, 63))];
                digit = digit == '0' ? '1' : '0';
                storage::write_file(file, link);
              }),
              HasSubstr("the end of the chain of checkpoints"));
  // The chain that begins then does not continue the old one, whatever is signed afterwards.
  std::filesystem::remove(file);
  bureau_.open();
  bureau_.write(1, "{}");
  bureau_.logs->publish(bureau_.now);
  EXPECT_THAT(findings_after([&] { bureau_.close(); }), HasSubstr("the checkpoint at size 701 does not continue"));
}

TEST_F(Tampering, the_last_checkpoint_is_put_back_out_of_its_file) {
  EXPECT_EQ(findings_after_sql("DELETE FROM log_checkpoints WHERE log = 'public' AND size = 700"), "");
  // As when the program was killed between the file and the database, and went on.
  bureau_.tamper("DELETE FROM log_checkpoints WHERE log = 'public' AND size = 700");
  bureau_.open();
  bureau_.write(1, "{}");
  bureau_.logs->publish(bureau_.now);
  EXPECT_TRUE(bureau_.logs->check().empty());
  const auto sizes = bureau_.store->read_value([](storage::Snapshot& snapshot) {
    std::vector<std::int64_t> found;
    for (const storage::Row& row :
         snapshot.query("SELECT size FROM log_checkpoints WHERE log = 'public' ORDER BY size", {}))
      found.push_back(row[0].number());
    return found;
  });
  EXPECT_EQ(sizes, (std::vector<std::int64_t>{100, 200, 300, 400, 500, 700, 701}));
}

TEST_F(Tampering, checkpoints_of_before_there_was_a_chain_are_taken_as_they_are) {
  std::filesystem::remove(bureau_.log_folder() / "public" / "chain");
  bureau_.tamper("UPDATE log_checkpoints SET chain = '' WHERE log = 'public'");
  bureau_.open();
  EXPECT_TRUE(bureau_.logs->check().empty());
  for (int part = 0; part < 3; ++part) {
    bureau_.write(1, "{}");
    bureau_.logs->publish(bureau_.now);
  }
  EXPECT_TRUE(bureau_.logs->check().empty());
  const std::string found = findings_after([&] {
    bureau_.close();
    bureau_.tamper("DELETE FROM log_checkpoints WHERE log = 'public' AND size = 702");
  });
  EXPECT_THAT(found, HasSubstr("the checkpoint at size 703 does not continue"));
}

TEST_F(Tampering, every_changed_missing_or_foreign_tile_is_found) {
  std::vector<std::filesystem::path> tiles;
  for (const auto& file : std::filesystem::recursive_directory_iterator(bureau_.log_folder() / "public" / "tile"))
    if (file.is_regular_file()) tiles.push_back(std::filesystem::relative(file.path(), bureau_.log_folder()));
  ASSERT_GE(tiles.size(), 8U);
  for (const auto& tile : tiles) {
    const std::string name = tile.string().substr(tile.string().find("tile/"));
    const auto size = std::filesystem::file_size(bureau_.log_folder() / tile);
    const auto at = any(0, static_cast<std::int64_t>(size) - 1);
    const std::string found = findings_after([&] {
      std::fstream file(bureau_.log_folder() / tile, std::ios::in | std::ios::out | std::ios::binary);
      file.seekg(at);
      const char byte = static_cast<char>(file.get() ^ 0x10);
      file.seekp(at);
      file.put(byte);
    });
    // The tiles that the last checkpoint needs are made anew at the start; the others must be named.
    const bool is_mended = found.empty();
    if (!is_mended) {
      EXPECT_THAT(found, HasSubstr(name)) << seed_;
    }
    bureau_.open();
    EXPECT_TRUE(bureau_.logs->check().empty());
    bureau_.close();
  }
  EXPECT_THAT(
      findings_after([&] { storage::write_file(bureau_.log_folder() / "public" / "tile" / "0" / "readme", "x"); }),
      HasSubstr("a file that is no tile"));
}

TEST_F(Tampering, a_tile_changed_while_the_program_runs_is_found) {
  bureau_.open();
  std::filesystem::remove(bureau_.log_folder() / "public" / "tile" / "0" / "001");
  storage::write_file(bureau_.log_folder() / "public" / "tile" / "0" / "001", std::string(8192, 'x'));
  std::filesystem::remove(bureau_.log_folder() / "public" / "tile" / "entries" / "000");
  std::string all;
  for (const base::Text& finding : bureau_.logs->check()) all += finding.en + "\n";
  EXPECT_THAT(all, HasSubstr("the tile tile/0/001 does not match the database"));
  EXPECT_THAT(all, HasSubstr("the tile tile/entries/000 is missing"));
}

}  // namespace
}  // namespace evidence
