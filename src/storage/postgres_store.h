/// The server database: many connections, many processes, nothing kept in memory.
#pragma once

#include <condition_variable>
#include <mutex>

#include "migrate.h"
#include "postgres_connection.h"

namespace storage {

/// A bounded set of connections to one address.
class PostgresPool {
 public:
  PostgresPool(std::string address, int size, std::size_t waiting_max);
  /// Waits for a free one. Errors: throws Fault when too many wait or the server cannot be reached.
  std::unique_ptr<PostgresConnection> take();
  /// Nothing, when the connection is of no more use.
  void give_back(std::unique_ptr<PostgresConnection> connection);

 private:
  const std::string address_;
  const int size_;
  const std::size_t waiting_max_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<PostgresConnection>> idle_;
  int open_ = 0;
  std::size_t waiting_ = 0;
};

class PostgresStore final : public Store {
 public:
  /// Errors: throws Fault when the server cannot be reached.
  explicit PostgresStore(const Options& options);

  void write(const std::function<bool(Transaction&)>& work) override;
  void read(const std::function<void(Snapshot&)>& work) override;
  base::Result<void> migrate(std::span<const Migration> migrations) override;
  base::Result<void> backup(const std::string& target) override;
  std::optional<base::Text> trouble() const override;
  std::string_view kind() const override { return "postgresql"; }

 private:
  /// False when the work has to be run again.
  bool try_write(const std::function<bool(Transaction&)>& work);
  void note_trouble(const std::string& cause);

  const std::string address_;
  PostgresPool writers_;
  PostgresPool readers_;
  Migrator migrator_;
  mutable std::mutex trouble_mutex_;
  std::string trouble_;
};

}  // namespace storage
