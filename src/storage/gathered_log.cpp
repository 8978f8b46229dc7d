#include "gathered_log.h"

#include <sqlite3.h>

#include <new>
#include <string>

#include "storage.h"

namespace storage {
namespace {

/// SQLite's own files take 17 bits of a size and no more (`seekAndWriteFd`): what is gathered never becomes larger.
constexpr std::size_t gathered_max = 0x1ffff;
constexpr const char* vfs_name = "yichuang-gathered-log";

/// SQLite gives the memory and knows the first member alone; the default VFS's file stands behind this object.
struct LogFile {
  sqlite3_file face;
  std::string gathered;
  sqlite3_int64 begins_at;

  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  const sqlite3_io_methods& methods() { return *real()->pMethods; }
  sqlite3_int64 end() const { return begins_at + static_cast<sqlite3_int64>(gathered.size()); }

  int write_out() {
    if (gathered.empty()) return SQLITE_OK;
    const int code = methods().xWrite(real(), gathered.data(), static_cast<int>(gathered.size()), begins_at);
    // After a failure SQLite rolls back and writes these places again: nothing is kept for later.
    gathered.clear();
    return code;
  }
};

LogFile& log_of(sqlite3_file* file) {
  return *reinterpret_cast<LogFile*>(file);
}

/// Writes out what is gathered, then does `work` on the default VFS's file.
template <class Work>
int after_writing(sqlite3_file* file, Work work) noexcept {
  LogFile& log = log_of(file);
  const int code = log.write_out();
  return code == SQLITE_OK ? work(log.methods(), log.real()) : code;
}

int close(sqlite3_file* file) {
  LogFile& log = log_of(file);
  log.write_out();  // what was not synced was not acknowledged either
  const int code = log.methods().xClose(log.real());
  log.~LogFile();
  return code;
}

int read(sqlite3_file* file, void* bytes, int size, sqlite3_int64 at) {
  return after_writing(file, [&](const sqlite3_io_methods& methods, sqlite3_file* real) {
    return methods.xRead(real, bytes, size, at);
  });
}

int write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 at) {
  LogFile& log = log_of(file);
  if (!log.gathered.empty() &&
      (at != log.end() || log.gathered.size() + static_cast<std::size_t>(size) > gathered_max)) {
    const int code = log.write_out();
    if (code != SQLITE_OK) return code;
  }
  if (log.gathered.empty()) log.begins_at = at;
  try {
    log.gathered.append(static_cast<const char*>(bytes), static_cast<std::size_t>(size));
  } catch (const std::bad_alloc&) {
    return SQLITE_IOERR_NOMEM;
  }
  return SQLITE_OK;
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
  return after_writing(
      file, [&](const sqlite3_io_methods& methods, sqlite3_file* real) { return methods.xTruncate(real, size); });
}

int sync(sqlite3_file* file, int flags) {
  return after_writing(
      file, [&](const sqlite3_io_methods& methods, sqlite3_file* real) { return methods.xSync(real, flags); });
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
  return after_writing(
      file, [&](const sqlite3_io_methods& methods, sqlite3_file* real) { return methods.xFileSize(real, size); });
}

int lock(sqlite3_file* file, int level) {
  return log_of(file).methods().xLock(log_of(file).real(), level);
}
int unlock(sqlite3_file* file, int level) {
  return log_of(file).methods().xUnlock(log_of(file).real(), level);
}
int check_reserved_lock(sqlite3_file* file, int* held) {
  return log_of(file).methods().xCheckReservedLock(log_of(file).real(), held);
}
int file_control(sqlite3_file* file, int what, void* argument) {
  return after_writing(file, [&](const sqlite3_io_methods& methods, sqlite3_file* real) {
    return methods.xFileControl(real, what, argument);
  });
}
int sector_size(sqlite3_file* file) {
  return log_of(file).methods().xSectorSize(log_of(file).real());
}
int device_characteristics(sqlite3_file* file) {
  return log_of(file).methods().xDeviceCharacteristics(log_of(file).real());
}

// Version 1: a log is neither mapped nor has shared memory of its own; the database file has.
constexpr sqlite3_io_methods log_methods = {1,
                                            close,
                                            read,
                                            write,
                                            truncate,
                                            sync,
                                            file_size,
                                            lock,
                                            unlock,
                                            check_reserved_lock,
                                            file_control,
                                            sector_size,
                                            device_characteristics,
                                            nullptr,
                                            nullptr,
                                            nullptr,
                                            nullptr,
                                            nullptr,
                                            nullptr};

int open(sqlite3_vfs*, sqlite3_filename name, sqlite3_file* file, int flags, int* flags_out) {
  sqlite3_vfs* real = sqlite3_vfs_find(nullptr);
  if ((flags & SQLITE_OPEN_WAL) == 0) return real->xOpen(real, name, file, flags, flags_out);
  auto* log = new (file) LogFile{};
  const int code = real->xOpen(real, name, log->real(), flags, flags_out);
  if (log->real()->pMethods != nullptr) {
    log->face.pMethods = &log_methods;  // to be closed also where opening has failed
  } else {
    log->~LogFile();
    file->pMethods = nullptr;
  }
  return code;
}

}  // namespace

const char* gathered_log_vfs() {
  static const int registered = [] {
    static sqlite3_vfs vfs = *sqlite3_vfs_find(nullptr);
    vfs.szOsFile += static_cast<int>(sizeof(LogFile));
    vfs.zName = vfs_name;
    vfs.xOpen = open;
    return sqlite3_vfs_register(&vfs, 0);
  }();
  if (registered != SQLITE_OK) throw Fault("SQLite refuses to write its log in large pieces");
  return vfs_name;
}

}  // namespace storage
