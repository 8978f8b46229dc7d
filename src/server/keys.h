/// The ring of keys in a data folder, sealed with its secrets.
#pragma once

#include <memory>
#include <string>

#include "kernel/base/instant.h"
#include "signing/signing.h"

namespace server {

/// Opens `data`/keys, makes what is missing. `authority`: the bureau that issues, part of new certificates.
/// Errors: `access.secrets_unreadable`, those of KeyRing::open_or_make.
base::Result<std::unique_ptr<signing::KeyRing>> open_keys(const std::string& data, const base::Text& authority,
                                                          bool demonstration, base::Instant now);

}  // namespace server
