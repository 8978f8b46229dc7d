/// The public DMN conformance kit: one suite of test cases judged against its models.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/dmn/dmn.h"

namespace dmn {

/// How one test case ended, in the words of the kit's result files.
struct Verdict {
  enum class Kind { success, error, ignored } kind = Kind::error;
  std::string test_case;
  /// Why not, for people; empty on success.
  std::string detail = {};
  /// The case called external Java functions, which are emulated.
  bool is_emulated = false;
};

/// `strict`: where the kit expects an error, null alone is not enough, a diagnostic must have been recorded.
/// `lenient` asks for null only, as some vendors do.
enum class Reading { lenient, strict };

/// Judges every case of `test_cases` (the XML of a test file) against `models` (all model files of the suite; the test
/// file names the one meant, else `main_model` does). Numbers agree within 1e-8, as the vendors' runners compare.
/// Errors: `conformance.invalid` when the test file cannot be read. A model that cannot be read fails each case.
base::Result<std::vector<Verdict>> judge_suite(std::span<const Source> models, std::string_view main_model,
                                               std::string_view test_cases, Reading reading, const feel::World& world);

/// One row of the kit's CSV: "suite","test file","case id","SUCCESS","detail".
std::string csv_row(std::string_view suite, std::string_view test_file, const Verdict& verdict);

}  // namespace dmn
