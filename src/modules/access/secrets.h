/// Random values and passwords, as the use cases of this room need them.
#pragma once

#include <string>

namespace access_control {

std::string random_bytes(std::size_t size);
/// Twice `size` hexadecimal digits.
std::string random_hex(std::size_t size);

/// Takes as long for a wrong password as for a right one.
bool verify_password(const std::string& hash, const std::string& password);

}  // namespace access_control
