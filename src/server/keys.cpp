#include "keys.h"

#include <filesystem>

#include "modules/access/access.h"

namespace server {

base::Result<std::unique_ptr<signing::KeyRing>> open_keys(const std::string& data, const base::Text& authority,
                                                          bool demonstration, base::Instant now) {
  std::filesystem::create_directories(data);
  TRY(auto loaded, access_control::Secrets::load_or_make(data + "/secrets"));
  const auto secrets = std::make_shared<const access_control::Secrets>(std::move(loaded));
  return signing::KeyRing::open_or_make(
      {.folder = data + "/keys", .authority = authority, .demonstration = demonstration},
      {.seal = [secrets](std::string_view plain) { return secrets->seal(plain); },
       .open = [secrets](std::string_view sealed) { return secrets->open(sealed); }},
      now);
}

}  // namespace server
