/// PostgreSQL's own programs for backup and restore.
#pragma once

#include <string>
#include <vector>

namespace storage {

/// Runs pg_dump or pg_restore on the database at `address`; returns why it failed, nothing when it did not. A password
/// travels in the environment, not on the command line where others can read it.
std::string run_postgres_tool(const std::string& tool, const std::string& address, std::vector<std::string> arguments);

}  // namespace storage
