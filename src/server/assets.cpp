#include <array>
#include <string>
#include <string_view>

#include "parts.h"

extern "C" {
struct WebAsset {
  const char* path;
  const char* begin;
  const char* end;
};
extern const WebAsset web_assets[];
}

namespace server {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 10> types = {{
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".woff", "font/woff"},
    {".json", "application/json"},
    {".txt", "text/plain; charset=utf-8"},
}};

/// The office's editors of models place what they draw by style attributes; everything else is as strict as elsewhere.
constexpr const char* office_policy =
    "default-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; font-src 'self' "
    "data:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

std::string type_of(std::string_view path) {
  for (const auto& [ending, type] : types)
    if (path.ends_with(ending)) return std::string(type);
  return "application/octet-stream";
}

}  // namespace

std::string_view check_page() {
  for (const WebAsset* asset = web_assets; asset->path; ++asset)
    if (std::string_view(asset->path) == "/verify.html")
      return {asset->begin, static_cast<std::size_t>(asset->end - asset->begin)};
  return {};
}

int mount_assets(http::Router& router) {
  int count = 0;
  bool has_index = false, has_office = false;
  for (const WebAsset* asset = web_assets; asset->path; ++asset, ++count) {
    const std::string_view path = asset->path;
    if (path == "/verify.html") continue;  // served with the keys in it, see certificates
    // Vite names files below /assets/ by their content: they never change.
    router.serve_asset(std::string(path), {asset->begin, static_cast<std::size_t>(asset->end - asset->begin)},
                       type_of(path), path.starts_with("/assets/"), path == "/office.html" ? office_policy : "");
    has_index |= path == "/index.html";
    has_office |= path == "/office.html";
  }
  if (has_index) router.serve_page("/", "/index.html");
  if (has_office) router.serve_page("/office", "/office.html");
  return count;
}

}  // namespace server
