#include "package.h"

#include <zip.h>

#include <memory>
#include <stdexcept>

namespace signing {
namespace {

struct Close {
  void operator()(zip_t* archive) const { zip_discard(archive); }
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};

base::Error refuse(const char* code, std::string zh, std::string en) {
  return {.code = code, .message = {std::move(zh), std::move(en)}};
}

base::Error unreadable() {
  return refuse("signing.ofd_unreadable", "不是完整的OFD文件", "It is not a complete OFD file");
}

/// A relative path of plain steps, as a package has them.
bool is_part_name(std::string_view name) {
  if (name.empty() || name.front() == '/' || name.back() == '/') return false;
  if (name.find_first_of(std::string_view("\\:\0", 3)) != std::string_view::npos) return false;
  for (std::size_t at = 0; at <= name.size();) {
    const std::size_t end = std::min(name.find('/', at), name.size());
    const std::string_view step = name.substr(at, end - at);
    if (step.empty() || step == "." || step == "..") return false;
    at = end + 1;
  }
  return true;
}

base::Result<void> read_part(zip_t* archive, zip_uint64_t index, std::size_t& left, Package& package) {
  zip_stat_t about;
  if (zip_stat_index(archive, index, ZIP_FL_ENC_RAW, &about) != 0 || !(about.valid & ZIP_STAT_NAME) ||
      !(about.valid & ZIP_STAT_SIZE))
    return unreadable();
  const std::string name = about.name;
  if (name.ends_with('/') && about.size == 0 && is_part_name(std::string_view(name).substr(0, name.size() - 1)))
    return {};  // a folder's entry says nothing
  if (!is_part_name(name) || package.contains(name))
    return refuse("signing.ofd_part_name", "OFD包内有不允许的或重复的文件名:" + name,
                  "The OFD package has a part with a name that is not allowed, or twice: " + name);
  if (about.size > left)
    return refuse("signing.ofd_too_large", "OFD包解压后过大", "The OFD package unpacks to too much");
  left -= about.size;
  const std::unique_ptr<zip_file_t, Close> file(zip_fopen_index(archive, index, 0));
  std::string content(about.size, '\0');
  char more = 0;
  if (!file || zip_fread(file.get(), content.data(), about.size) != static_cast<zip_int64_t>(about.size) ||
      zip_fread(file.get(), &more, 1) != 0)
    return unreadable();
  package.emplace(name, std::move(content));
  return {};
}

}  // namespace

std::string zip(const Package& package) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* target = zip_source_buffer_create(nullptr, 0, 0, &error);
  zip_t* archive = target ? zip_open_from_source(target, ZIP_TRUNCATE, &error) : nullptr;
  if (!archive) throw std::runtime_error(std::string("libzip: ") + zip_error_strerror(&error));
  zip_source_keep(target);
  for (const auto& [name, content] : package) {
    zip_source_t* part = zip_source_buffer(archive, content.data(), content.size(), 0);
    const zip_int64_t index = zip_file_add(archive, name.c_str(), part, ZIP_FL_ENC_UTF_8);
    if (index < 0) throw std::runtime_error(std::string("libzip: ") + zip_strerror(archive));
    // Equal parts give an equal file: no time of its own.
    zip_file_set_dostime(archive, static_cast<zip_uint64_t>(index), 0, 0x21, 0);
  }
  if (zip_close(archive) != 0) throw std::runtime_error(std::string("libzip: ") + zip_strerror(archive));
  zip_stat_t about;
  std::string bytes;
  if (zip_source_stat(target, &about) == 0 && zip_source_open(target) == 0) {
    bytes.resize(about.size);
    if (zip_source_read(target, bytes.data(), about.size) != static_cast<zip_int64_t>(about.size)) bytes.clear();
    zip_source_close(target);
  }
  zip_source_free(target);
  if (bytes.empty()) throw std::runtime_error("libzip: the package cannot be read back");
  return bytes;
}

base::Result<Package> unzip(std::string_view bytes) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  if (!source) return unreadable();
  const std::unique_ptr<zip_t, Close> archive(zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error));
  if (!archive) {
    zip_source_free(source);
    return unreadable();
  }
  const zip_int64_t count = zip_get_num_entries(archive.get(), 0);
  if (count < 0 || static_cast<std::size_t>(count) > parts_max)
    return refuse("signing.ofd_too_large", "OFD包内文件过多", "The OFD package has too many parts");
  Package package;
  std::size_t left = unpacked_bytes_max;
  for (zip_uint64_t index = 0; index < static_cast<zip_uint64_t>(count); ++index) {
    TRY(std::ignore, read_part(archive.get(), index, left, package));
  }
  return package;
}

}  // namespace signing
