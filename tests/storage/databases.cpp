#include "databases.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace testing_storage {
namespace {

namespace fs = std::filesystem;

std::atomic<int> number = 0;

int free_port() {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* plain = reinterpret_cast<sockaddr*>(&address);
  if (::bind(descriptor, plain, size) != 0 || ::getsockname(descriptor, plain, &size) != 0)
    throw std::runtime_error("no free port");
  ::close(descriptor);
  return ntohs(address.sin_port);
}

/// A server in a temporary folder, reachable over loopback and a socket in that folder.
class Server {
 public:
  Server() : port_(free_port()) {
    for (const char* root : {"/usr/lib/postgresql"})
      for (const auto& version : fs::directory_iterator(root, ignored_))
        if (fs::exists(version.path() / "bin" / "initdb")) bin_ = (version.path() / "bin").string();
    if (bin_.empty()) throw std::runtime_error("PostgreSQL is not installed: run ./dev setup (apt install postgresql)");
    std::string name = (fs::temp_directory_path() / "yichuang-postgres-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = name;
    if (::geteuid() == 0) {
      // The server refuses to run as root.
      as_ = "runuser -u postgres -- ";
      must("chown postgres " + folder_);
    }
    must(as_ + bin_ + "/initdb -D " + folder_ + "/data -U yichuang --auth=trust --encoding=UTF8 --locale=C --no-sync");
    start();
  }
  ~Server() {
    run(as_ + bin_ + "/pg_ctl -D " + folder_ + "/data -m immediate -w stop");
    fs::remove_all(folder_, ignored_);
    fs::remove(output_, ignored_);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::string address(const std::string& database) const {
    return "postgresql://yichuang@127.0.0.1:" + std::to_string(port_) + "/" + database;
  }
  std::string new_database() {
    const std::string name = "test" + std::to_string(++number);
    must(bin_ + "/createdb -h 127.0.0.1 -p " + std::to_string(port_) + " -U yichuang " + name);
    return address(name);
  }

 private:
  void start() {
    must(as_ + bin_ + "/pg_ctl -D " + folder_ + "/data -w -l " + folder_ + "/log -o '-p " + std::to_string(port_) +
         " -k " + folder_ + " -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200' start");
  }
  int run(const std::string& command) {
    return std::system(("cd / && " + command + " > " + output_ + " 2>&1").c_str());
  }
  void must(const std::string& command) {
    if (run(command) == 0) return;
    std::ifstream file(output_);
    std::ostringstream text;
    text << file.rdbuf();
    throw std::runtime_error(command + ": " + text.str());
  }

  int port_;
  std::string bin_;
  std::string folder_;
  std::string as_;
  std::string output_ = (fs::temp_directory_path() / ("yichuang-postgres-" + std::to_string(::getpid()))).string();
  std::error_code ignored_;
};

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string name = (fs::temp_directory_path() / "yichuang-storage-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  folder_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

std::string new_postgres_database() {
  static Server server;
  return server.new_database();
}

std::unique_ptr<storage::Store> open_store(const std::string& address) {
  auto opened = storage::open({.database = address});
  if (!opened) throw std::runtime_error(opened.error().message.en);
  auto migrated = (*opened)->migrate(storage::migrations());
  if (!migrated) throw std::runtime_error(migrated.error().message.en);
  return std::move(*opened);
}

}  // namespace testing_storage
