/// Mounts the routes of services (public) and of the office.
#pragma once

#include "http/http.h"
#include "modules/evidence/evidence.h"
#include "modules/licensing/licensing.h"

namespace licensing {

void mount_services(http::Router& router, storage::Store& store, const Licensing& licensing);
void mount_office(http::Router& router, storage::Store& store, storage::FileStore& files, Licensing& licensing,
                  const access_control::Access& access, evidence::ReadBook& reads);

/// The public page's objections to a simplified deregistration.
void mount_objections(http::Router& router, storage::Store& store, const casework::Engine& engine);

/// The receipts of a case's steps, for its applicant and for staff in scope.
void mount_receipts(http::Router& router, storage::Store& store, Licensing& licensing, evidence::ReadBook& reads);

/// Who looked at one's file, and the purposes that staff state.
void mount_reads(http::Router& router, storage::Store& store, const Licensing& licensing);

/// The content of an uploaded file, for its applicant or for staff in scope; `parameter` names the case in the route.
http::Reply material_content(storage::Store& store, storage::FileStore& files, const http::Request& request,
                             std::string_view parameter);

}  // namespace licensing
