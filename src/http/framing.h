/// Where a request's lines and body end, read strictly. The parser behind is lenient (bare LF, folded headers), and
/// what two readers split differently lets one request hide inside another; so what can be read in two ways never
/// reaches it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace http {

/// Follows the bytes of one connection through heads and bodies.
///
///   head --empty line--> body | chunk_size | head of the next request
///   chunk_size --> chunk_data --> chunk_end --> chunk_size … --0--> trailer --> head
class Framing {
 public:
  /// The first byte at which what arrived breaks RFC 9112: a line that does not end in CRLF, a CR or NUL inside a line,
  /// a folded line, `Content-Length` twice, malformed or beside `Transfer-Encoding`, a transfer coding that is not
  /// `chunked`, a malformed chunk. Nothing: all of it is in order. After a refusal the connection is not to be used.
  std::optional<std::size_t> find_fault(std::span<const char> bytes);

 private:
  enum class Part { head, body, chunk_size, chunk_data, chunk_end, trailer };
  bool take_line_byte(char byte);
  bool end_line();
  bool end_head_line();
  bool end_chunk_line();
  void start(Part part);

  Part part_ = Part::head;
  bool after_cr_ = false;
  bool has_request_line_ = false;
  bool chunked_ = false;
  std::optional<std::uint64_t> length_;
  std::uint64_t left_ = 0;  // of the body or the chunk
  std::size_t line_bytes_ = 0;
  std::string line_;  // its first bytes: enough for the two fields that say where a body ends
};

}  // namespace http
