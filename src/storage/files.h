/// Files that are durable once written.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "storage/storage.h"

namespace storage {

/// The text of an operating system error, for a Fault.
std::string system_words(const std::string& what, int error);
/// Makes the names in `folder` durable. Errors: throws Fault.
void sync_folder(const std::filesystem::path& folder);
/// Makes the content of a finished file durable. Errors: throws Fault.
void sync_file(const std::filesystem::path& file);
/// Creates `folder` and what is missing above it, durably. Errors: throws Fault.
void make_folder(const std::filesystem::path& folder);
/// Writes a file that appears as a whole or not at all. Errors: throws Fault.
void write_file(const std::filesystem::path& file, std::string_view content);
/// Errors: throws Fault.
std::string read_file(const std::filesystem::path& file);
/// Streams, for files of any size. Errors: throws Fault.
std::string sha256_of_file(const std::filesystem::path& file);

}  // namespace storage
