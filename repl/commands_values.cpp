/// Commands about values: what names stand for, files, a fresh start.
#include <algorithm>

#include <ricci/language.hpp>

#include "repl/commands.hpp"
#include "repl/text.hpp"

namespace repl {
namespace {

/// Rows of cells in aligned columns, two blanks between them.
std::string table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows)
    for (std::size_t at = 0; at < row.size(); ++at) {
      if (at == widths.size()) widths.push_back(0);
      widths[at] = std::max(widths[at], columns_of(row[at]));
    }
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t at = 0; at < row.size(); ++at) {
      line += row[at];
      line.append(widths[at] - columns_of(row[at]) + 2, ' ');
    }
    while (line.ends_with(' ')) line.pop_back();
    out += line + "\n";
  }
  return out;
}

std::string structure_text(const ricci::variable& of) {
  std::string out;
  for (const std::string& one : of.structure)
    if (one != "sparse") (out += out.empty() ? "" : " ") += one;  // the type says that
  return out;
}

std::vector<std::string> cells(const ricci::variable& of) {
  return {of.name, ricci::type_text(of.type, of.shape, of.sparse), ricci::bytes_text(static_cast<double>(of.bytes)),
          of.borrowed    ? "borrowed"
          : of.evaluated ? "evaluated"
                         : "lazy",
          structure_text(of)};
}

std::string file_stem(const std::string& path) {
  const std::size_t begin = path.rfind('/') + 1;
  return path.substr(begin, path.find('.', begin) - begin);
}

}  // namespace

void show_variables(Conversation& with, std::string_view argument) {
  std::vector<std::vector<std::string>> rows;
  std::string definition;
  for (const ricci::variable& own : with.session().variables()) {
    if (!argument.empty() && own.name != argument) continue;
    rows.push_back(cells(own));
    definition = own.definition;
  }
  if (rows.empty() && !argument.empty()) {
    const std::string near = ricci::nearest(argument, with.session().names());
    throw CommandFault{"`" + std::string(argument) + "` has no value",
                       near.empty() ? "" : "did you mean " + near + "?"};
  }
  if (rows.empty()) return with.note("no name has a value yet\n");
  with.print(table(rows));
  if (!argument.empty() && !definition.empty()) with.note(definition + "\n");
}

void show_type(Conversation& with, std::string_view argument) {
  if (argument.empty()) throw CommandFault{":type takes an expression", ":type A @ B"};
  ricci::variable known = with.session().describe(argument);
  std::string out = ricci::type_text(known.type, known.shape, known.sparse) + ", " +
                    ricci::bytes_text(static_cast<double>(known.bytes)) + (known.evaluated ? ", evaluated" : ", lazy");
  if (const std::string structure = structure_text(known); !structure.empty()) out += ", " + structure;
  with.print(out + "\n");
}

void load_value(Conversation& with, std::string_view argument) {
  const std::vector<std::string> words = words_of(argument);
  if (words.empty() || words.size() > 2) throw CommandFault{":load takes a name and a file", ":load A a.npy"};
  const std::string& file = words.back();
  const std::string name = words.size() == 2 ? words[0] : file_stem(file);
  ricci::defined_names(name + " = 0");  // refuses what is no name
  with.session().set(name, ricci::load(file));
  const ricci::variable known = with.session().describe(name);
  with.note(name + ": " + ricci::type_text(known.type, known.shape, known.sparse) + "\n");
}

void save_value(Conversation& with, std::string_view argument) {
  const std::vector<std::string> words = words_of(argument);
  if (words.size() != 2) throw CommandFault{":save takes a name and a file", ":save K k.npy"};
  ricci::check_writable(words[1]);
  ricci::save(words[1], with.session().get(words[0]));
  with.note(words[0] + " is in " + words[1] + "\n");
}

void reset_session(Conversation& with, std::string_view argument) {
  if (argument == "undo") {
    if (!with.restore()) throw CommandFault{"nothing was reset", ""};
    return with.note(std::to_string(with.session().names().size()) + " names are back\n");
  }
  if (!argument.empty()) throw CommandFault{":reset takes nothing, or undo", ""};
  const std::size_t count = with.session().names().size();
  with.reset();
  with.note(std::to_string(count) + " names are forgotten; :reset undo brings them back\n");
}

}  // namespace repl
