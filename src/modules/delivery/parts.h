/// What the use cases of delivery share.
#pragma once

#include <initializer_list>
#include <string>
#include <utility>

#include "modules/delivery/delivery.h"

namespace delivery {

/// A reason given in words. Errors: `delivery.reason_missing` at "/reason".
base::Result<std::string> reason_of(const std::string& text);

std::string json_of(std::initializer_list<std::pair<const char*, std::string>> entries);

/// 128 random bits in hexadecimal digits.
std::string new_secret();
/// Secrets are kept as hashes: who reads the database can not use them at a kiosk.
std::string hash_of(std::string_view purpose, std::string_view secret);

/// A certificate of the case that can be handed over. Errors: `delivery.certificate_unknown`, `delivery.not_valid`.
base::Result<licensing::Certificate> certificate_to_hand_over(storage::Snapshot& snapshot, base::Id of_case,
                                                              base::Id certificate, calendar::Date today);

}  // namespace delivery
