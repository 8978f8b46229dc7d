#include "files.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <system_error>

namespace storage {
namespace {

namespace fs = std::filesystem;

struct Descriptor {
  explicit Descriptor(int opened) : number(opened) {}
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number;
};

class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new()) { CHECK(EVP_DigestInit_ex(context_, EVP_sha256(), nullptr) == 1); }
  ~Sha256() { EVP_MD_CTX_free(context_); }
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void add(std::string_view bytes) { CHECK(EVP_DigestUpdate(context_, bytes.data(), bytes.size()) == 1); }
  std::string hex() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    CHECK(EVP_DigestFinal_ex(context_, digest.data(), &size) == 1 && size == 32);
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (unsigned int index = 0; index < size; ++index) {
      text += digits[digest[index] >> 4];
      text += digits[digest[index] & 15];
    }
    return text;
  }

 private:
  EVP_MD_CTX* context_;
};

[[noreturn]] void fail(const std::string& what, const fs::path& path) {
  throw Fault(system_words(what + " " + path.string(), errno));
}

bool is_sha256(std::string_view name) {
  return name.size() == 64 && name.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

fs::path path_of(const std::string& folder, std::string_view hash) {
  return fs::path(folder) / hash.substr(0, 2) / hash.substr(2, 2) / hash;
}

}  // namespace

std::string system_words(const std::string& what, int error) {
  return what + ": " + std::generic_category().message(error);
}

void sync_folder(const fs::path& folder) {
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.number < 0 || ::fsync(opened.number) != 0) fail("sync folder", folder);
}

void sync_file(const fs::path& file) {
  const Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (opened.number < 0 || ::fsync(opened.number) != 0) fail("sync", file);
}

void make_folder(const fs::path& folder) {
  if (folder.empty() || fs::is_directory(folder)) return;
  const fs::path above = folder.has_parent_path() ? folder.parent_path() : fs::path(".");
  if (above != folder) make_folder(above);
  std::error_code error;
  fs::create_directory(folder, error);
  if (error) throw Fault("create folder " + folder.string() + ": " + error.message());
  sync_folder(above);
}

void write_file(const fs::path& file, std::string_view content) {
  static std::atomic<unsigned> count = 0;
  const fs::path part = file.string() + "." + std::to_string(::getpid()) + "-" + std::to_string(++count) + ".part";
  bool written = false;
  {
    const Descriptor opened(::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (opened.number < 0) fail("create", part);
    std::string_view rest = content;
    while (!rest.empty()) {
      const ssize_t size = ::write(opened.number, rest.data(), rest.size());
      if (size < 0 && errno == EINTR) continue;
      if (size <= 0) break;
      rest.remove_prefix(static_cast<std::size_t>(size));
    }
    written = rest.empty() && ::fsync(opened.number) == 0;
  }
  if (!written || ::rename(part.c_str(), file.c_str()) != 0) {
    const int error = errno;
    ::unlink(part.c_str());
    throw Fault(system_words("write " + file.string(), error));
  }
  sync_folder(file.has_parent_path() ? file.parent_path() : fs::path("."));
}

std::string read_file(const fs::path& file) {
  const Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (opened.number < 0) fail("open", file);
  std::string content;
  std::array<char, 65536> block{};
  for (;;) {
    const ssize_t size = ::read(opened.number, block.data(), block.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) fail("read", file);
    if (size == 0) return content;
    content.append(block.data(), static_cast<std::size_t>(size));
  }
}

std::string sha256_of_file(const fs::path& file) {
  const Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (opened.number < 0) fail("open", file);
  Sha256 digest;
  std::array<char, 65536> block{};
  for (;;) {
    const ssize_t size = ::read(opened.number, block.data(), block.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) fail("read", file);
    if (size == 0) return digest.hex();
    digest.add({block.data(), static_cast<std::size_t>(size)});
  }
}

std::string sha256_hex(std::string_view content) {
  Sha256 digest;
  digest.add(content);
  return digest.hex();
}

FileStore::FileStore(std::string folder) : folder_(std::move(folder)) {}

std::string FileStore::put(std::string_view content) {
  std::string hash = sha256_hex(content);
  const fs::path file = path_of(folder_, hash);
  if (fs::exists(file)) {
    sync_folder(file.parent_path());  // whoever is writing it right now may not have come to this yet
    return hash;
  }
  make_folder(file.parent_path());
  write_file(file, content);
  return hash;
}

std::optional<std::string> FileStore::get(std::string_view sha256) {
  if (!is_sha256(sha256)) return std::nullopt;
  const fs::path file = path_of(folder_, sha256);
  if (!fs::exists(file)) return std::nullopt;
  std::string content = read_file(file);
  if (sha256_hex(content) != sha256) throw Fault("the file " + file.string() + " does not match its name: damaged");
  return content;
}

}  // namespace storage
