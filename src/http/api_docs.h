/// The page that lists the operations of /openapi.json: no asset from elsewhere.
#pragma once

#include <string_view>

namespace http {

extern const std::string_view api_docs_html;
extern const std::string_view api_docs_css;
extern const std::string_view api_docs_js;

}  // namespace http
