#include "parts.h"

namespace server {

std::string database_of(const Options& options) {
  return options.database.empty() ? "sqlite:" + options.data + "/yichuang.db" : options.database;
}

std::string files_of(const Options& options) {
  return options.data + "/files";
}

std::string control_of(const Options& options) {
  return options.data + "/control.sock";
}

}  // namespace server
