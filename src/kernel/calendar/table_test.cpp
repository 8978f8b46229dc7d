#include <gtest/gtest.h>

#include "kernel/calendar/calendar.h"

namespace calendar {
namespace {
TEST(parse_table, wants_its_header) { EXPECT_FALSE(parse_table("x\n")); }
}
}
