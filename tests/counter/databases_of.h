/// A store of either database, with the migrations of what is tested.
#pragma once

#include <gtest/gtest.h>

#include "storage/databases.h"

namespace counter {

class OnBoth : public testing::TestWithParam<const char*> {
 protected:
  OnBoth() {
    const bool embedded = GetParam() == std::string("sqlite");
    store = testing_storage::open_store(embedded ? "sqlite:" + folder.path("test.db")
                                                 : testing_storage::new_postgres_database());
  }
  testing_storage::TemporaryFolder folder;
  std::unique_ptr<storage::Store> store;
};

inline std::string name_of_database(const testing::TestParamInfo<const char*>& info) {
  return info.param;
}

}  // namespace counter
