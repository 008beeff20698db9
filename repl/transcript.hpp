/// The prompts, and text that was copied from a screen together with them.
#pragma once

#include <string>
#include <string_view>

namespace repl {

inline constexpr std::string_view first_prompt = "ricci> ";
inline constexpr std::string_view next_prompt = "  ...> ";

/// A line without the prompt that it was copied with.
std::string_view without_prompt(std::string_view line);

/// Pasted text without its prompts. Where a line has one, lines without are what was printed, and go; `begins_line`:
/// the first line stands at a prompt of its own.
std::string without_prompts(std::string_view text, bool begins_line);

}  // namespace repl
