#include "repl/completion.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <system_error>

#include <ricci/language.hpp>

#include "repl/text.hpp"

namespace repl {
namespace {

bool names_part(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return std::isalnum(byte) != 0 || c == '_' || byte >= 0x80;
}

/// Where the name that ends the text begins.
std::size_t name_begin(std::string_view text) {
  std::size_t at = text.size();
  while (at > 0 && names_part(text[at - 1])) --at;
  return at;
}

/// Keeps what begins with the word, sorted, each once.
Completion chosen(std::size_t begin, std::string_view word, std::vector<std::string> all, std::string note = {}) {
  std::erase_if(all, [&](const std::string& one) { return !one.starts_with(word) || one == word; });
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return {begin, std::move(all), std::move(note)};
}

std::string with_home(const std::string& path) {
  const char* home = std::getenv("HOME");
  return path.starts_with("~/") && home != nullptr ? home + path.substr(1) : path;
}

/// Files and folders; hidden ones only where a point was typed.
Completion files(std::size_t begin, const std::string& typed) {
  const std::size_t slash = typed.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : typed.substr(0, slash + 1);
  const std::string start = typed.substr(folder.size());
  std::vector<std::string> all;
  std::error_code wrong;
  const std::filesystem::directory_iterator inside(folder.empty() ? "." : with_home(folder), wrong);
  if (wrong) return {begin, {}, {}};
  for (const auto& entry : inside) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with('.') && !start.starts_with('.')) continue;
    all.push_back(folder + name + (entry.is_directory(wrong) ? "/" : ""));
  }
  return chosen(begin, typed, std::move(all));
}

/// An open bracket: the name before it and how many entries stand in it already.
struct Open {
  char bracket = '(';
  std::string name;
  std::size_t entries = 0;  // commas
  std::vector<std::string> first_words;
};

std::vector<Open> open_brackets(const std::vector<ricci::word>& words) {
  std::vector<Open> out;
  for (std::size_t at = 0; at < words.size(); ++at) {
    const std::string_view text = words[at].text;
    if (text == "(" || text == "[") {
      const bool named = at > 0 && words[at - 1].kind == ricci::word_kind::name;
      out.push_back({text[0], named ? std::string(words[at - 1].text) : std::string(), 0, {}});
    } else if (out.empty()) {
      continue;
    } else if (text == ")" || text == "]") {
      out.pop_back();
    } else if (text == ",") {
      ++out.back().entries;
    } else if (out.back().entries == 0) {
      out.back().first_words.emplace_back(text);
    }
  }
  return out;
}

const ricci::variable* variable_named(const Known& known, std::string_view name) {
  const auto at = std::find_if(known.variables.begin(), known.variables.end(),
                               [&](const ricci::variable& own) { return own.name == name; });
  return at == known.variables.end() ? nullptr : &*at;
}

/// The names that stand in brackets or after `for` and are no values: the statement's indices.
std::vector<std::string> indices_in(const std::vector<ricci::word>& words, std::size_t before, const Known& known) {
  std::vector<std::string> out;
  int depth = 0;
  bool ranges = false;
  for (std::size_t at = 0; at < words.size(); ++at) {
    const ricci::word& word = words[at];
    if (word.text == "[") ++depth;
    if (word.text == "]") --depth;
    ranges = ranges || word.text == "for";
    if (word.kind != ricci::word_kind::name || word.end > before || (depth == 0 && !ranges)) continue;
    const bool called = at + 1 < words.size() && (words[at + 1].text == "(" || words[at + 1].text == "[");
    if (!called && variable_named(known, word.text) == nullptr) out.emplace_back(word.text);
  }
  return out;
}

/// What an open access says about the axis that the cursor is at.
std::string axis_note(const Open& open, const Known& known) {
  const ricci::variable* of = open.bracket == '[' ? variable_named(known, open.name) : nullptr;
  if (of == nullptr) return {};
  const std::string whole = of->name + ": " + ricci::type_text(of->type, of->shape, of->sparse);
  if (open.entries >= of->shape.size()) return whole + " has no further axis";
  return whole + "; axis " + std::to_string(open.entries) + " has size " + std::to_string(of->shape[open.entries]);
}

/// axis= in a call whose first argument is a tensor.
std::optional<Completion> axes(std::string_view text, const std::vector<Open>& open, const Known& known) {
  constexpr std::string_view argument = "axis=";
  if (open.empty() || !text.ends_with(argument)) return std::nullopt;
  for (const std::string& word : open.back().first_words)
    if (const ricci::variable* of = variable_named(known, word)) {
      std::vector<std::string> all;
      for (std::size_t axis = 0; axis < of->shape.size(); ++axis) all.push_back(std::to_string(axis));
      Completion out = chosen(text.size(), "", std::move(all));
      out.note = axis_note({'[', of->name, 0, {}}, known);
      return out;
    }
  return std::nullopt;
}

std::vector<std::string> callable_names() {
  std::vector<std::string> out;
  for (const ricci::function& own : ricci::functions()) {
    out.push_back(own.name + "(");
    if (own.reduction) out.push_back(own.name + "[");
  }
  return out;
}

Completion argument_of(const KnownCommand& command, const std::string& before, const Known& known);

Completion command_line(const std::string& before, const Known& known) {
  const std::size_t blank = before.find(' ');
  if (blank == std::string::npos) {
    std::vector<std::string> all;
    for (const KnownCommand& own : known.commands)
      all.push_back(":" + own.name + (own.takes == Takes::nothing ? "" : " "));
    return chosen(0, before, std::move(all));
  }
  for (const KnownCommand& own : known.commands)
    if (before.substr(1, blank - 1) == own.name) return argument_of(own, before, known);
  return {};
}

Completion statement(const std::string& before, const Known& known) {
  const std::size_t begin = name_begin(before);
  const std::vector<ricci::word> words = ricci::words(before);
  const std::vector<Open> open = open_brackets(words);
  const std::size_t quotes = before.find_last_of("\"\n");
  if (std::count(before.begin(), before.end(), '"') % 2 == 1) return files(quotes + 1, before.substr(quotes + 1));
  if (auto found = axes(before, open, known)) return *found;
  const std::string note = open.empty() ? std::string() : axis_note(open.back(), known);
  const std::string word = before.substr(begin);
  std::vector<std::string> all = indices_in(words, begin, known);
  if (word.empty()) return note.empty() ? Completion{} : Completion{begin, {}, note};
  for (const ricci::variable& own : known.variables) all.push_back(own.name);
  for (const std::string& own : callable_names()) all.push_back(own);
  for (const std::string& own : ricci::other_words()) all.push_back(own);
  return chosen(begin, word, std::move(all), note);
}

Completion argument_of(const KnownCommand& command, const std::string& before, const Known& known) {
  const std::size_t begin = before.find_last_of(' ') + 1;
  const std::string word = before.substr(begin);
  const std::size_t position = words_of(before.substr(0, begin)).size();  // 1: the first argument
  std::vector<std::string> names;
  for (const ricci::variable& own : known.variables) names.push_back(own.name);
  switch (command.takes) {
    case Takes::nothing: return {};
    case Takes::statement: return statement(before, known);
    case Takes::name: return chosen(begin, word, names);
    case Takes::file: return files(begin, word);
    case Takes::name_and_file: return position == 1 ? chosen(begin, word, names) : files(begin, word);
    case Takes::topic: {
      std::vector<std::string> all = known.topics;
      for (const ricci::function& own : ricci::functions()) all.push_back(own.name);
      for (const KnownCommand& own : known.commands) all.push_back(":" + own.name);
      return chosen(begin, word, std::move(all));
    }
    case Takes::setting: return position == 1 ? chosen(begin, word, known.settings) : Completion{};
    case Takes::pass: {
      std::vector<std::string> all{"on", "off"};
      if (position > 1) all.clear();
      for (const ricci::pass_row& own : ricci::optimizer_passes())
        if (position > 1) all.push_back(own.name);
      return chosen(begin, word, std::move(all));
    }
    case Takes::choice: return chosen(begin, word, command.choices);
  }
  return {};
}

}  // namespace

Completion complete(const std::string& before, const Known& known) {
  return before.starts_with(':') ? command_line(before, known) : statement(before, known);
}

std::string in_columns(const std::vector<std::string>& candidates, std::size_t width) {
  constexpr std::size_t most = 100;
  const std::size_t count = std::min(candidates.size(), most);
  std::size_t column = 0;
  for (std::size_t at = 0; at < count; ++at) column = std::max(column, columns_of(candidates[at]) + 2);
  const std::size_t across = std::max<std::size_t>(1, width / std::max<std::size_t>(column, 1));
  const std::size_t rows = (count + across - 1) / across;
  std::string out;
  for (std::size_t row = 0; row < rows; ++row) {
    out += '\n';
    for (std::size_t at = row; at < count; at += rows) {
      out += candidates[at];
      if (at + rows < count) out.append(column - columns_of(candidates[at]), ' ');
    }
  }
  return candidates.size() > most ? out + formatted("\n... and %zu more", candidates.size() - most) : out;
}

std::string common_beginning(const std::vector<std::string>& candidates) {
  if (candidates.empty()) return {};
  std::string out = candidates.front();
  for (const std::string& other : candidates) {
    const auto differ = std::mismatch(out.begin(), out.end(), other.begin(), other.end());
    out.erase(differ.first, out.end());
  }
  const auto inside_character = [&] {
    return out.size() < candidates.front().size() &&
           (static_cast<unsigned char>(candidates.front()[out.size()]) & 0xC0U) == 0x80U;
  };
  while (!out.empty() && inside_character()) out.pop_back();
  return out;
}

}  // namespace repl
