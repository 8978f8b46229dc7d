/// What goes out for those who check without us.
#include <spdlog/spdlog.h>

#include <filesystem>
#include <fstream>

#include "parts.h"

namespace server {

void publish_trust(Program::Parts& parts) {
  const base::Instant now = parts.now();
  const std::string path = parts.options.data + "/trust.json";
  constexpr int expiries_per_round = 500;
  licensing::tell_expired(*parts.store, now, expiries_per_round);
  const int published = parts.certificates->publish(*parts.store, now);
  if (published > 0) spdlog::info("{} list(s) of certificates' states published", published);
  if (published == 0 && std::filesystem::exists(path)) return;
  const std::string text = signing::to_json(
      parts.store->read_value([&](storage::Snapshot& snapshot) { return parts.certificates->trust(snapshot, now); }));
  std::ofstream(path + ".new", std::ios::binary) << text;
  std::filesystem::rename(path + ".new", path);
}

}  // namespace server
