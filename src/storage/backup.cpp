#include <array>
#include <sstream>
#include <tuple>

#include "files.h"
#include "postgres_tools.h"
#include "sqlite_connection.h"

namespace storage {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view first_line = "yichuang backup 1";
constexpr std::string_view sequences_sql =
    "SELECT stream_kind, stream_id, COUNT(*), MIN(sequence), MAX(sequence) FROM events GROUP BY stream_kind, stream_id "
    "HAVING MIN(sequence) <> 1 OR MAX(sequence) <> COUNT(*) LIMIT 5";
/// Another server counts transactions anew: from here on its numbers are raised above those of the restored events.
std::array<std::string, 3> continue_log_sql(std::int64_t transaction_last) {
  const std::string raise = "::text::bigint + " + std::to_string(transaction_last + 1);
  return {"DROP VIEW settled_events",
          "ALTER TABLE events ALTER COLUMN transaction_id SET DEFAULT pg_current_xact_id()" + raise,
          "CREATE VIEW settled_events AS SELECT * FROM events WHERE transaction_id < "
          "pg_snapshot_xmin(pg_current_snapshot())" +
              raise};
}

/// What a backup says about itself; every file of it with its hash.
struct Manifest {
  std::string kind;
  std::int64_t events = 0;
  std::vector<std::pair<std::string, std::string>> files;  // hash, path inside the backup
};

struct Damaged : Fault {
  using Fault::Fault;
};

base::Error refuse(std::string code, const std::string& zh, const std::string& en, const std::string& cause) {
  return {.kind = base::Refusal::conflict, .code = std::move(code), .message = {.zh = zh + cause, .en = en + cause}};
}

bool is_sqlite(const std::string& database) {
  return database.starts_with("sqlite:");
}
std::string path_of(const std::string& database) {
  return database.substr(std::string_view("sqlite:").size());
}

std::vector<fs::path> files_under(const fs::path& folder) {
  std::vector<fs::path> files;
  if (!fs::exists(folder)) return files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && entry.path().extension() != ".part") files.push_back(entry.path());
  return files;
}

void copy_durably(const fs::path& from, const fs::path& to) {
  make_folder(to.parent_path());
  std::error_code error;
  fs::copy_file(from, to, error);
  if (error) throw Fault("copy " + from.string() + " to " + to.string() + ": " + error.message());
  sync_file(to);
  sync_folder(to.parent_path());
}

std::string render(const Manifest& manifest) {
  std::ostringstream text;
  text << first_line << "\nkind " << manifest.kind << "\nevents " << manifest.events << "\n";
  for (const auto& [hash, path] : manifest.files) text << hash << " " << path << "\n";
  text << "end\n";
  return text.str();
}

Manifest load_manifest(const fs::path& source) {
  const fs::path file = source / "manifest.txt";
  if (!fs::exists(file)) throw Damaged(file.string() + " is missing: not a complete backup");
  std::istringstream text(read_file(file));
  Manifest manifest;
  std::string line;
  std::string word;
  if (!std::getline(text, line) || line != first_line) throw Damaged(file.string() + ": unknown format");
  if (!(text >> word >> manifest.kind) || word != "kind" || !(text >> word >> manifest.events) || word != "events")
    throw Damaged(file.string() + ": the head is damaged");
  std::getline(text, line);
  while (std::getline(text, line) && line != "end") {
    const std::string path = line.size() > 65 ? line.substr(65) : "";
    if (path.empty() || path.front() == '/' || path.find("..") != std::string::npos)
      throw Damaged(file.string() + ": a line is damaged: " + line);
    manifest.files.emplace_back(line.substr(0, 64), path);
  }
  if (line != "end") throw Damaged(file.string() + " is cut short");
  return manifest;
}

void check_rows(const Rows& gaps) {
  if (gaps.empty()) return;
  const Row& gap = gaps.front();
  throw Damaged("the events of " + gap.at(0).text() + " " + base::to_text(gap.at(1).id()) +
                " have a gap: " + std::to_string(gap.at(2).number()) + " events numbered " +
                std::to_string(gap.at(3).number()) + " to " + std::to_string(gap.at(4).number()));
}

void check_integrity(const Rows& rows) {
  if (rows.at(0).at(0).text() != "ok") throw Damaged("integrity_check: " + rows.at(0).at(0).text());
}

/// Errors: throws Damaged or another Fault.
void check_database_file(const fs::path& file, std::int64_t events) {
  SqliteConnection connection(file.string(), SqliteConnection::Role::writer);
  check_integrity(connection.query(connection.prepare("PRAGMA integrity_check(1)"), {}));
  check_rows(connection.query(connection.prepare(sequences_sql), {}));
  const std::int64_t count =
      connection.query(connection.prepare("SELECT COUNT(*) FROM events"), {}).at(0).at(0).number();
  if (count < events)
    throw Damaged("the database holds " + std::to_string(count) + " events, fewer than the " + std::to_string(events) +
                  " it held when the backup began");
}

void restore_sqlite(const fs::path& source, const Manifest& manifest, const fs::path& target) {
  const fs::path part = target.string() + ".restoring";
  fs::remove(part);
  copy_durably(source / "database.db", part);
  try {
    check_database_file(part, manifest.events);
  } catch (...) {
    for (const char* suffix : {"", "-wal", "-shm"}) fs::remove(part.string() + suffix);
    throw;
  }
  for (const char* suffix : {"-wal", "-shm"}) fs::remove(part.string() + suffix);
  sync_file(part);
  fs::rename(part, target);
  sync_folder(target.has_parent_path() ? target.parent_path() : fs::path("."));
}

base::Result<void> restore_postgres(const fs::path& source, const Manifest& manifest, const std::string& address) {
  TRY(const std::unique_ptr<Store> store, open({.database = address, .readers = 1}));
  const std::string count_tables =
      "SELECT COUNT(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
      "WHERE n.nspname = 'public' AND c.relkind = 'r'";
  const auto tables = store->read_value([&](Snapshot& now) { return now.find(count_tables).value().at(0).number(); });
  if (tables != 0)
    return refuse("storage.restore_target_exists", "目标数据库不是空的，不会覆盖：",
                  "The target database is not empty: ", std::to_string(tables));
  const std::string cause = run_postgres_tool(
      "pg_restore", address,
      {"--single-transaction", "--exit-on-error", "--no-owner", "--no-acl", (source / "database").string()});
  if (!cause.empty()) throw Damaged(cause);
  try {
    store->write([&](Transaction& transaction) {
      check_rows(transaction.query(sequences_sql));
      if (transaction.find("SELECT COUNT(*) FROM events").value().at(0).number() < manifest.events)
        throw Damaged("the database holds fewer events than the " + std::to_string(manifest.events) +
                      " it held when the backup began");
      const std::int64_t last =
          transaction.find("SELECT COALESCE(MAX(transaction_id), 0) FROM events").value().at(0).number();
      for (const std::string& statement : continue_log_sql(last)) transaction.execute(statement);
      return true;
    });
  } catch (const Fault&) {
    store->write([](Transaction& transaction) {
      transaction.execute("DROP SCHEMA public CASCADE");
      transaction.execute("CREATE SCHEMA public");
      return true;
    });
    throw;
  }
  return base::done();
}

/// How many files were looked at. Errors: throws Damaged.
std::size_t check_files(const fs::path& folder) {
  const std::vector<fs::path> files = files_under(folder);
  for (const fs::path& file : files)
    if (sha256_of_file(file) != file.filename())
      throw Damaged("the file " + file.string() + " does not match its name");
  return files.size();
}

std::string summary(const char* zh, const char* en, std::int64_t events, std::size_t files) {
  const std::string e = std::to_string(events);
  const std::string f = std::to_string(files);
  return std::string(zh) + "：事件 " + e + " 条，文件 " + f + " 个。 " + en + ": " + e + " events, " + f + " files.";
}

std::int64_t count_events(Store& store) {
  return store.read_value(
      [](Snapshot& snapshot) { return snapshot.find("SELECT COUNT(*) FROM events").value().at(0).number(); });
}

}  // namespace

base::Result<std::string> backup_all(Store& store, const Folders& folders, const std::string& target) {
  if (fs::exists(target))
    return refuse("storage.backup_failed", "备份目标已存在：", "The backup's target exists: ", target);
  const fs::path part = target + ".part";
  try {
    fs::remove_all(part);
    make_folder(part);
    Manifest manifest{.kind = std::string(store.kind()), .events = count_events(store)};
    // Files are written before the database names them: copied after it, none can be missing.
    TRY(std::ignore, store.backup((part / (store.kind() == "sqlite" ? "database.db" : "database")).string()));
    for (const fs::path& file : files_under(part))
      manifest.files.emplace_back(sha256_of_file(file), fs::relative(file, part).string());
    const std::vector<fs::path> files = files_under(folders.files);
    for (const fs::path& file : files) {
      const std::string path = (fs::path("files") / fs::relative(file, folders.files)).string();
      copy_durably(file, part / path);
      const std::string hash = sha256_of_file(part / path);
      if (hash != file.filename()) throw Damaged("the file " + file.string() + " does not match its name");
      manifest.files.emplace_back(hash, path);
    }
    write_file(part / "manifest.txt", render(manifest));
    fs::rename(part, target);
    sync_folder(fs::absolute(fs::path(target)).parent_path());
    return summary("备份完成", "Backup complete", manifest.events, files.size());
  } catch (const std::exception& error) {
    std::error_code ignored;
    fs::remove_all(part, ignored);
    return refuse("storage.backup_failed", "备份未能完成：", "The backup failed: ", error.what());
  }
}

base::Result<std::string> restore_all(const std::string& source, const Folders& folders) {
  const bool sqlite = is_sqlite(folders.database);
  if (sqlite && fs::exists(path_of(folders.database)))
    return refuse("storage.restore_target_exists", "目标数据库已存在，不会覆盖：",
                  "The target exists and is not overwritten: ", path_of(folders.database));
  if (fs::exists(folders.files) && !fs::is_empty(folders.files))
    return refuse("storage.restore_target_exists", "目标文件夹不是空的，不会覆盖：",
                  "The target folder is not empty and is not overwritten: ", folders.files);
  try {
    const Manifest manifest = load_manifest(source);
    if (manifest.kind != (sqlite ? "sqlite" : "postgresql"))
      throw Damaged("the backup is of " + manifest.kind + ", the target is not");
    std::size_t files = 0;
    for (const auto& [hash, path] : manifest.files) {
      const fs::path file = fs::path(source) / path;
      if (!fs::exists(file)) throw Damaged("the file " + path + " is missing");
      if (sha256_of_file(file) != hash) throw Damaged("the file " + path + " was changed or damaged");
    }
    if (sqlite)
      restore_sqlite(source, manifest, path_of(folders.database));
    else if (base::Result<void> restored = restore_postgres(source, manifest, folders.database); !restored)
      return std::move(restored).error();
    for (const auto& [hash, path] : manifest.files) {
      if (!path.starts_with("files/")) continue;
      copy_durably(fs::path(source) / path, fs::path(folders.files) / path.substr(6));
      ++files;
    }
    return summary("恢复完成", "Restore complete", manifest.events, files);
  } catch (const std::exception& error) {
    return refuse("storage.backup_damaged", "备份有损坏，未恢复任何内容：",
                  "The backup is damaged, nothing was restored: ", error.what());
  }
}

base::Result<std::string> check_all(Store& store, const Folders& folders) {
  try {
    std::int64_t events = 0;
    store.read([&](Snapshot& snapshot) {
      if (store.kind() == "sqlite") check_integrity(snapshot.query("PRAGMA integrity_check(1)"));
      check_rows(snapshot.query(sequences_sql));
      events = snapshot.find("SELECT COUNT(*) FROM events").value().at(0).number();
    });
    return summary("检查通过", "Check passed", events, check_files(folders.files));
  } catch (const std::exception& error) {
    return refuse("storage.check_failed", "检查发现损坏，请从备份恢复：",
                  "The check found damage, restore a backup: ", error.what());
  }
}

}  // namespace storage
