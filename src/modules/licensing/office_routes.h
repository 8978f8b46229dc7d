/// Mounts the routes of services (public) and of the office.
#pragma once

#include "http/http.h"
#include "modules/licensing/licensing.h"

namespace licensing {

void mount_services(http::Router& router, storage::Store& store, const Licensing& licensing);
void mount_office(http::Router& router, storage::Store& store, storage::FileStore& files, Licensing& licensing,
                  const access_control::Access& access);

/// The receipts of a case's steps, for its applicant and for staff in scope.
void mount_receipts(http::Router& router, storage::Store& store, Licensing& licensing);

/// The content of an uploaded file, for its applicant or for staff in scope; `parameter` names the case in the route.
http::Reply material_content(storage::Store& store, storage::FileStore& files, const http::Request& request,
                             std::string_view parameter);

}  // namespace licensing
