#include "repl/text.hpp"

#include <wchar.h>  // NOLINT(modernize-deprecated-headers): wcwidth is of POSIX

#include <algorithm>
#include <cstdio>

namespace repl {
namespace {

constexpr wchar_t replacement = 0xFFFD;

/// How many bytes a character has that begins with this one; 0: none begins so.
std::size_t length_of(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first < 0xE0) return 2;
  if (first >= 0xE0 && first < 0xF0) return 3;
  return first >= 0xF0 && first < 0xF5 ? 4 : 0;
}

bool follows(unsigned char byte) { return (byte & 0xC0U) == 0x80U; }

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// The character at `at`, which moves behind it.
wchar_t character(std::string_view text, std::size_t& at) {
  const auto first = static_cast<unsigned char>(text[at]);
  const std::size_t length = length_of(first);
  if (length <= 1 || at + length > text.size()) {
    ++at;
    return length == 1 ? static_cast<wchar_t>(first) : replacement;
  }
  std::uint32_t value = first & (0x7FU >> length);
  for (std::size_t next = 1; next < length; ++next) {
    const auto byte = static_cast<unsigned char>(text[at + next]);
    if (!follows(byte)) {
      at += next;
      return replacement;
    }
    value = (value << 6U) | (byte & 0x3FU);
  }
  at += length;
  return static_cast<wchar_t>(value);
}

}  // namespace

std::wstring widen(std::string_view text) {
  std::wstring out;
  for (std::size_t at = 0; at < text.size();) out += character(text, at);
  return out;
}

std::string narrow(std::wstring_view text) {
  std::string out;
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
  for (const wchar_t wide : text) {
    const auto value = static_cast<std::uint32_t>(wide);
    if (value < 0x80) {
      put(value);
    } else if (value < 0x800) {
      put(0xC0U | (value >> 6U));
      put(0x80U | (value & 0x3FU));
    } else {
      if (value < 0x10000) {
        put(0xE0U | (value >> 12U));
      } else {
        put(0xF0U | (value >> 18U));
        put(0x80U | ((value >> 12U) & 0x3FU));
      }
      put(0x80U | ((value >> 6U) & 0x3FU));
      put(0x80U | (value & 0x3FU));
    }
  }
  return out;
}

bool whole_character(std::string_view bytes) {
  if (bytes.empty()) return false;
  const std::size_t length = length_of(static_cast<unsigned char>(bytes[0]));
  if (length <= 1 || bytes.size() >= length) return true;
  return bytes.size() > 1 && !follows(static_cast<unsigned char>(bytes.back()));
}

std::size_t columns_of(std::string_view text) {
  std::size_t out = 0;
  for (const wchar_t wide : widen(text)) {
    const int columns = ::wcwidth(wide);
    out += columns < 0 ? 1 : static_cast<std::size_t>(columns);
  }
  return out;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> out(1);
  for (const char c : text) {
    if (c == '\n')
      out.emplace_back();
    else
      out.back() += c;
  }
  return out;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> out;
  bool inside = false;
  for (const char c : text) {
    if (is_blank(c)) {
      inside = false;
      continue;
    }
    if (!inside) out.emplace_back();
    inside = true;
    out.back() += c;
  }
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string on_one_line(std::string_view text) { return joined(words_of(text), " "); }

std::string joined(const std::vector<std::string>& parts, std::string_view between) {
  std::string out;
  for (const std::string& part : parts) (out += out.empty() ? "" : between) += part;
  return out;
}

std::string wrapped(std::string_view line, std::size_t width, std::size_t indent) {
  std::string out;
  while (columns_of(line) + (out.empty() ? 0 : indent) > width) {
    const std::size_t room = width - (out.empty() ? 0 : std::min(indent, width));
    std::size_t cut = std::string_view::npos;  // the last blank that leaves a line of this width, or the first
    const std::size_t first_word = line.find_first_not_of(' ');
    for (std::size_t at = line.find(' ', first_word); at != std::string_view::npos; at = line.find(' ', at + 1)) {
      if (cut != std::string_view::npos && columns_of(line.substr(0, at)) > room) break;
      cut = at;
    }
    if (cut == std::string_view::npos) break;
    (out += line.substr(0, cut)).append("\n").append(indent, ' ');
    line.remove_prefix(std::min(line.find_first_not_of(' ', cut), line.size()));
  }
  return out += line;
}

std::string reflowed(std::string_view text, std::size_t width) {
  std::string out, paragraph;
  const auto flush = [&] {
    if (!paragraph.empty()) (out += wrapped(paragraph, width, 0)) += '\n';
    paragraph.clear();
  };
  for (const std::string& line : lines_of(text)) {
    if (!line.empty() && line[0] != ' ') {
      (paragraph += paragraph.empty() ? "" : " ") += line;
      continue;
    }
    flush();
    (out += wrapped(line, width, 4)) += '\n';
  }
  flush();
  out.pop_back();
  return out;
}

std::string dimmed(std::string_view text, bool colour) {
  return colour ? "\x1B[2m" + std::string(text) + "\x1B[0m" : std::string(text);
}

std::string duration_text(double milliseconds) {
  if (milliseconds >= 1000) return formatted("%.3g s", milliseconds / 1000);
  if (milliseconds >= 1) return formatted("%.3g ms", milliseconds);
  return formatted("%.3g us", milliseconds * 1000);
}

}  // namespace repl
