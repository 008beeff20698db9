#include "repl/messages.hpp"

#include <array>

namespace repl {
namespace {

/// What a hint says of the command line, and what a conversation has in its place. `*` is any text without blanks: on
/// the right the same as its first on the left.
struct Phrase {
  std::string_view at_a_shell;
  std::string_view in_a_conversation;
};
constexpr std::array phrases{
    Phrase{"give it with --load *=FILE or *=VALUE", "take it from a file: :load * FILE"},
    Phrase{"--memory-limit", ":set memory"},
    Phrase{"--time-limit", ":set time-limit"},
};

/// The end of `pattern` in `text`, which begins with it at `at`; npos: it does not. `word`: what the first `*` stands
/// for.
std::size_t match(std::string_view text, std::size_t at, std::string_view pattern, std::string_view& word) {
  for (std::size_t next = 0; next < pattern.size(); ++next) {
    if (pattern[next] != '*') {
      if (at >= text.size() || text[at++] != pattern[next]) return std::string_view::npos;
      continue;
    }
    const std::string_view own = text.substr(at, std::min(text.find_first_of("= ", at), text.size()) - at);
    if (word.empty()) word = own;
    at += own.size();
  }
  return at;
}

std::string filled(std::string_view pattern, std::string_view word) {
  std::string out;
  for (const char c : pattern) c == '*' ? out += word : out += c;
  return out;
}

}  // namespace

std::string hint_at(Door door, std::string hint) {
  if (door == Door::script) return hint;
  for (const Phrase& phrase : phrases)
    for (std::size_t at = 0; at < hint.size(); ++at) {
      std::string_view word;
      const std::size_t end = match(hint, at, phrase.at_a_shell, word);
      if (end == std::string_view::npos) continue;
      hint = hint.substr(0, at) + filled(phrase.in_a_conversation, word) + hint.substr(end);
      break;
    }
  return hint;
}

std::string message_of(const ricci::error& cause, Door door) {
  const std::string text = cause.what(), hint = cause.hint();
  const std::size_t at = hint.empty() ? std::string::npos : text.rfind(hint);
  if (at == std::string::npos) return text;
  std::string head = text.substr(0, at);
  if (!head.ends_with("hint: ")) head += "hint: ";  // of an error without a place in a program
  return head + hint_at(door, hint) + text.substr(at + hint.size());
}

}  // namespace repl
