/// Cuts FEEL text into tokens. Which words make a name is the parser's business: it depends on the scope.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/result.h"

namespace feel {

struct Token {
  enum class Kind { end, word, number, string, symbol, quoted_name };
  Kind kind = Kind::end;
  std::string_view text;     // as written
  std::string content = {};  // string, quoted_name: without quotes and escapes
  std::size_t offset = 0;
  std::size_t end = 0;
};

/// Errors: `feel.syntax` for an unfinished string or comment, a bad escape, a sign FEEL does not know.
base::Result<std::vector<Token>> tokenize(std::string_view text);

/// The words and signs of a name, as the lexer would cut them.
std::vector<std::string> lexemes_of(std::string_view name);

base::Error syntax_error(std::size_t offset, base::Text message);

}  // namespace feel
