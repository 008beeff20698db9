/// The one exception type that leaves the library (besides std::bad_alloc): a Diagnostic with its place in the text.
#pragma once

#include <stdexcept>
#include <string>

#include "dsl/diagnostic/diagnostic.hpp"

namespace ricci {

/// Where in a program an error stands: line and column count from 1, in code points; length 0 means nowhere in the
/// text.
struct place {
  std::size_t line = 0;
  std::size_t column = 0;
  std::size_t length = 0;
};

class error : public std::runtime_error {
 public:
  /// `shown` is the whole text for a person: code, sentence, line with caret, hint. `file`: the program's, if it has a
  /// name.
  error(dsl::Diagnostic diagnostic, std::string shown, place where, std::string file = {})
      : std::runtime_error(shown), diagnostic_(std::move(diagnostic)), where_(where), file_(std::move(file)) {}
  /// A fault that has no place in a program's text (a file, a call of the library).
  explicit error(const dsl::Diagnostic& diagnostic) : error(diagnostic, plain_text(diagnostic), place{}) {}

  std::string code() const { return std::string(dsl::row(diagnostic_.fault).code); }
  std::string message() const { return std::string(diagnostic_.message.view()); }
  std::string hint() const { return std::string(diagnostic_.hint.view()); }
  place where() const { return where_; }
  std::string file() const { return file_; }
  const dsl::Diagnostic& diagnostic() const { return diagnostic_; }

 private:
  static std::string plain_text(const dsl::Diagnostic& diagnostic) {
    std::string shown = "error[" + std::string(dsl::row(diagnostic.fault).code) + "]: ";
    shown += diagnostic.message.view();
    if (!diagnostic.hint.empty()) (shown += "\n  ") += diagnostic.hint.view();
    return shown;
  }

  dsl::Diagnostic diagnostic_;
  place where_;
  std::string file_;
};

/// Throws ricci::error for a fault outside any program's text.
template <typename... Arguments>
[[noreturn]] void fail(dsl::Fault fault, const Arguments&... arguments) {
  throw error(dsl::diagnose(fault, dsl::Vec<dsl::Span>{}, arguments...));
}

}  // namespace ricci
