#include "repl/transcript.hpp"

#include <algorithm>

#include "repl/text.hpp"

namespace repl {
namespace {

/// Prompts as a screen shows them: nothing follows at the end of a line whose blanks were cut.
bool is_prompt(std::string_view line, std::string_view prompt) {
  return line.starts_with(prompt) || line == prompt.substr(0, prompt.size() - 1);
}
bool has_prompt(std::string_view line) { return is_prompt(line, first_prompt) || is_prompt(line, next_prompt); }

}  // namespace

std::string_view without_prompt(std::string_view line) {
  while (has_prompt(line))
    line.remove_prefix(std::min(line.size(), is_prompt(line, first_prompt) ? first_prompt.size() : next_prompt.size()));
  return line;
}

std::string without_prompts(std::string_view text, bool begins_line) {
  const std::vector<std::string> lines = lines_of(text);
  const bool transcript = std::any_of(lines.begin() + (begins_line ? 0 : 1), lines.end(), has_prompt);
  if (!transcript) return std::string(text);
  std::string out;
  bool begun = false;
  for (const std::string& line : lines) {
    if (!has_prompt(line)) continue;
    if (begun) out += '\n';
    begun = true;
    out += without_prompt(line);
  }
  return text.ends_with('\n') ? out + "\n" : out;
}

}  // namespace repl
