#include "framing.h"

#include <gtest/gtest.h>

#include <string>

namespace {

using http::Framing;

/// Whether the whole text is in order, however it is cut into pieces; both answers must agree.
bool in_order(std::string_view text) {
  Framing whole;
  const bool answer = !whole.find_fault({text.data(), text.size()});
  Framing pieces;
  bool bytewise = true;
  for (std::size_t i = 0; i < text.size() && bytewise; ++i) bytewise = !pieces.find_fault({text.data() + i, 1});
  EXPECT_EQ(answer, bytewise) << text;
  return answer;
}

std::string with_headers(std::string_view headers, std::string_view body = {}) {
  return "POST /echo HTTP/1.1\r\nHost: h\r\n" + std::string(headers) + "\r\n" + std::string(body);
}

TEST(framing, takes_requests_with_and_without_a_body_one_after_the_other) {
  EXPECT_TRUE(in_order(with_headers("Content-Length: 3\r\n", "\n\n ") + with_headers("") +
                       with_headers("Transfer-Encoding: chunked\r\n", "3;x=1\r\n\r\n\n\r\n0\r\nT: 1\r\n\r\n") + "\r\n" +
                       with_headers("X: " + std::string(5'000, 'a') + "\r\n")));
}

TEST(framing, refuses_lines_that_do_not_end_in_crlf) {
  EXPECT_FALSE(in_order("GET / HTTP/1.1\nHost: h\r\n\r\n"));
  EXPECT_FALSE(in_order(with_headers("X: 1\n")));
  EXPECT_FALSE(in_order(with_headers("X: 1\rY: 2\r\n")));
  EXPECT_FALSE(in_order("\nGET / HTTP/1.1\r\n"));
  EXPECT_FALSE(in_order(with_headers(std::string_view("X: \0\r\n", 6))));
}

TEST(framing, refuses_folded_lines) {
  EXPECT_FALSE(in_order(with_headers("X: 1\r\n 2\r\n")));
  EXPECT_FALSE(in_order(with_headers("X: 1\r\n\t2\r\n")));
  EXPECT_FALSE(in_order(with_headers("Transfer-Encoding: chunked\r\n", "0\r\nT: 1\r\n 2\r\n\r\n")));
}

TEST(framing, refuses_lengths_that_can_be_read_in_two_ways) {
  for (const char* headers :
       {"Content-Length: 3\r\nContent-Length: 3\r\n", "content-length: 3\r\nCONTENT-LENGTH: 4\r\n",
        "Content-Length: 3, 3\r\n", "Content-Length: +3\r\n", "Content-Length: -3\r\n", "Content-Length: 0x3\r\n",
        "Content-Length:\r\n", "Content-Length: 3 3\r\n", "Content-Length: 99999999999999999999\r\n",
        "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n",
        "Transfer-Encoding: gzip, chunked\r\n", "Transfer-Encoding: identity\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "no colon here\r\n", "Content-Length : 3\r\n"})
    EXPECT_FALSE(in_order(with_headers(headers, "abc"))) << headers;
  EXPECT_FALSE(in_order(with_headers("Content-Length: " + std::string(200, ' ') + "3\r\n", "abc")));
}

TEST(framing, refuses_malformed_chunks) {
  for (const char* body : {"x\r\nabc\r\n0\r\n\r\n", "3\nabc\r\n0\r\n\r\n", "3\r\nabcd\r\n0\r\n\r\n", " 3\r\nabc\r\n",
                           "-3\r\nabc\r\n", "\r\n", "3 \r\nabc\r\n", "ffffffffffffffffffff\r\n"})
    EXPECT_FALSE(in_order(with_headers("Transfer-Encoding: chunked\r\n", body))) << body;
}

}  // namespace
