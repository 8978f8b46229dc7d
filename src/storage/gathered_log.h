/// SQLite's write-ahead log, written in few large pieces.
#pragma once

namespace storage {

/// Names a VFS for the one writing connection: what is appended to its log is gathered and written when it is synced or
/// read. SQLite writes every page of the log with two system calls; a batch has some hundred pages and one sync.
///
/// Right only with `synchronous=FULL`: then every commit syncs the log before it tells readers of the new pages.
/// Everything but the log passes through to the default VFS. Errors: throws Fault when SQLite refuses the VFS.
const char* gathered_log_vfs();

}  // namespace storage
