#include "repl/pictures.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <ricci/language.hpp>

#include "repl/commands.hpp"
#include "repl/text.hpp"

namespace repl {
namespace {

using Words = std::vector<ricci::word>;

/// What may follow the values, and the argument of the statement that it becomes.
struct Clause {
  std::string_view word;
  std::string_view argument;  // empty: the file, which has no name
  bool quoted;
};
constexpr std::array clauses{Clause{"to", "", true},           Clause{"log", "log", true},
                             Clause{"title", "title", true},   Clause{"xlabel", "xlabel", true},
                             Clause{"ylabel", "ylabel", true}, Clause{"bins", "bins", false}};

const Clause* clause_named(std::string_view word) {
  for (const Clause& own : clauses)
    if (own.word == word) return &own;
  return nullptr;
}

bool ends_value(const ricci::word& word) {
  return word.kind == ricci::word_kind::name || word.kind == ricci::word_kind::number || word.text == ")" ||
         word.text == "]" || word.text == "'" || word.text == "true" || word.text == "false";
}

bool begins_value(const ricci::word& word) {
  return word.kind == ricci::word_kind::name || word.kind == ricci::word_kind::number || word.text == "(" ||
         word.text == "[" || word.text == "true" || word.text == "false";
}

/// By word: how many brackets are open before it.
std::vector<int> depths(const Words& words) {
  std::vector<int> out;
  int open = 0;
  for (const ricci::word& own : words) {
    const bool closes = own.text == ")" || own.text == "]";
    out.push_back(closes ? --open : open);
    open += own.text == "(" || own.text == "[" ? 1 : 0;
  }
  return out;
}

bool is_reduction(std::string_view name) {
  const std::vector<ricci::function>& all = ricci::functions();
  return std::any_of(all.begin(), all.end(), [&](const auto& own) { return own.reduction && own.name == name; });
}

/// Whether the bracket that closes at `at` is that of sum[k]: what follows belongs to it.
bool closes_reduction(const Words& words, const std::vector<int>& depth, std::size_t at) {
  if (words[at].text != "]") return false;
  std::size_t open = at;
  while (open > 0 && (depth[open] != depth[at] || words[open].text != "[")) --open;
  return open > 0 && is_reduction(words[open - 1].text);
}

/// Places where a word begins something new, outside of brackets: behind a whole value and a blank.
std::vector<std::size_t> beginnings(const Words& words) {
  const std::vector<int> depth = depths(words);
  std::vector<std::size_t> out{0};
  for (std::size_t at = 1; at < words.size(); ++at)
    if (depth[at] == 0 && words[at].begin > words[at - 1].end && ends_value(words[at - 1]) && begins_value(words[at]) &&
        !closes_reduction(words, depth, at - 1))
      out.push_back(at);
  return out;
}

std::string quoted(std::string_view text) {
  const std::string_view bare = trimmed(text);
  if (bare.size() > 1 && bare.front() == '"' && bare.back() == '"') return std::string(bare);
  return "\"" + std::string(bare) + "\"";
}

/// Where the first clause begins behind a value; past the end: there is none.
std::size_t first_clause(std::string_view argument, std::size_t from) {
  const auto in_quotes = [&](std::size_t at) {
    return std::count(argument.begin(), argument.begin() + static_cast<std::ptrdiff_t>(at), '"') % 2 != 0;
  };
  while (from < argument.size()) {
    const std::size_t begin = argument.find_first_not_of(" \t", from);
    if (begin == std::string_view::npos) break;
    const std::size_t end = std::min(argument.find_first_of(" \t", begin), argument.size());
    if (begin > 0 && !in_quotes(begin) && clause_named(argument.substr(begin, end - begin)) != nullptr) return begin;
    from = end;
  }
  return argument.size();
}

/// " to k.png" as `, "k.png"`; each clause reaches to the next.
std::string clause_arguments(std::string_view rest) {
  std::string file;
  std::string named;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find_first_of(" \t"), rest.size());
    const Clause& own = *clause_named(rest.substr(0, end));
    const std::size_t next = first_clause(rest, end);
    const std::string_view words = trimmed(rest.substr(end, next - end));
    if (words.empty())
      throw CommandFault{"something is missing after `" + std::string(own.word) + "`",
                         "as in to wave.svg, log xy, bins 20, title a wave"};
    const std::string value = own.quoted ? quoted(words) : std::string(words);
    if (own.argument.empty())
      file = ", " + value;
    else
      named += ", " + std::string(own.argument) + "=" + value;
    rest.remove_prefix(next);
  }
  return file + named;
}

}  // namespace

std::string drawing_statement(std::string_view verb, std::string_view argument) {
  const std::string_view values = trimmed(argument.substr(0, first_clause(argument, 0)));
  if (values.empty())
    throw CommandFault{":" + std::string(verb) + " takes a value", ":" + std::string(verb) + " x, or x to file.svg"};
  const std::string clauses_text = clause_arguments(argument.substr(first_clause(argument, 0)));
  const Words words = ricci::words(values);
  std::string out(verb);
  out += "(";
  const std::vector<std::size_t> begins = beginnings(words);
  for (std::size_t at = 0; at < begins.size(); ++at) {
    const std::size_t begin = at == 0 ? 0 : words[begins[at]].begin;
    const std::size_t end = at + 1 < begins.size() ? words[begins[at + 1]].begin : values.size();
    (out += at == 0 ? "" : ", ") += trimmed(values.substr(begin, end - begin));
  }
  return out + clauses_text + ")";
}

}  // namespace repl
