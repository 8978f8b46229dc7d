/// Reading outside bytes in a process that can do nothing else.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sandbox {

/// What a child may use. Source: [ASVS-5.2].
struct Limits {
  std::size_t memory_bytes = 1'000'000'000;  // address space, what is there at the start included
  std::chrono::seconds processor{10};
  std::chrono::seconds patience{20};  // of the parent, by the clock on the wall
  std::size_t output_bytes_max = 0;   // what it may write to its standard output
};

/// What a child answered.
struct Answer {
  int status = 0;
  std::string output;  // written by who read outside bytes: as little to be trusted as they are
};

/// Runs the program `program` with the one argument `word` and `input` as its standard input.
///
/// Returns the exit status; nothing when the child was killed, crashed, or took longer than `patience` (it is killed
/// then). At most four run at a time, others wait. Errors: throws std::system_error when no child can be started.
std::optional<int> run(const std::string& program, const std::string& word, std::string_view input,
                       const Limits& limits = {});
/// The same with what the child has written; `limits` must be those that the child encloses itself with.
std::optional<Answer> ask(const std::string& program, const std::string& word, std::string_view input,
                          const Limits& limits);

/// From here on this process may compute, read what is open, and end; nothing else. Called by the child before it reads
/// its input. Errors: throws std::system_error when the system refuses to enclose: the child must end then.
void enclose(const Limits& limits = {});

/// The whole of standard input, at most `bytes_max`; nothing when there is more.
std::optional<std::string> read_input(std::size_t bytes_max);

/// Writes to standard output. Errors: throws std::system_error; more than `output_bytes_max` ends the process.
void write_output(std::string_view output);

}  // namespace sandbox
