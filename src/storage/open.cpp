#include <filesystem>

#include "postgres_store.h"
#include "sqlite_store.h"

namespace storage {
namespace {

constexpr std::string_view sqlite_scheme = "sqlite:";

base::Error open_failed(const std::string& cause) {
  return {.kind = base::Refusal::conflict,
          .code = "storage.open_failed",
          .message = {.zh = "无法打开数据库：" + cause, .en = "The database cannot be opened: " + cause}};
}

base::Result<std::unique_ptr<Store>> open_sqlite(const std::string& path, const Options& options) {
  if (const auto folder = std::filesystem::path(path).parent_path();
      !folder.empty() && !std::filesystem::is_directory(folder))
    return open_failed("没有文件夹 (there is no folder) " + folder.string());
  auto lock = std::make_unique<FileLock>();
  if (!lock->take(path + ".lock"))
    return base::Error{
        .kind = base::Refusal::conflict,
        .code = "storage.in_use",
        .message = {.zh = "数据库 " + path + " 正由另一个程序使用，请先停止该程序。",
                    .en = "The database " + path + " is in use by another program. Stop that program first."}};
  return std::unique_ptr<Store>(std::make_unique<SqliteStore>(path, options, std::move(lock)));
}

}  // namespace

base::Result<std::unique_ptr<Store>> open(const Options& options) {
  try {
    if (options.database.starts_with(sqlite_scheme))
      return open_sqlite(options.database.substr(sqlite_scheme.size()), options);
    if (options.database.starts_with("postgresql://") || options.database.starts_with("postgres://"))
      return std::unique_ptr<Store>(std::make_unique<PostgresStore>(options));
  } catch (const Fault& fault) {
    return open_failed(fault.what());
  }
  return open_failed("应为 sqlite:路径 或 postgresql://… (expected sqlite:path or postgresql://…)");
}

}  // namespace storage
