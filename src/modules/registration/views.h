/// What pages of the office and of the public have in common: words for codes, and the query of a search.
#pragma once

#include "http/http.h"
#include "modules/registration/registration.h"
#include "modules/registration/search.h"

namespace registration {

/// The filters, order, limit and cursor of a request; the person in charge is not searched.
SearchQuery search_of(const http::Request& request);

/// "5211" → 百货零售 / department stores; empty when the class is not in the list.
base::Text industry_text(std::string_view industry);
base::Text type_text(std::string_view type);
base::Text township_text(std::string_view township);
/// "100000.00 元"; empty for none.
std::string capital_text(std::int64_t fen);

/// What anyone may see of the register: search, one page per entity, the choices of the filters.
void mount_public(http::Router& router, storage::Store& store, const std::shared_ptr<CommonSearches>& common);

}  // namespace registration
