#include "repl/commands.hpp"

#include <array>

#include "repl/text.hpp"

namespace repl {
namespace {

constexpr std::array rows{
    CommandRow{"help", "[TOPIC | FUNCTION | :COMMAND]", "what there is to know", Takes::topic, "", show_help},
    CommandRow{"vars", "[NAME]", "every name: type, size, lazy or evaluated, structure", Takes::name, "",
               show_variables},
    CommandRow{"type", "EXPRESSION", "type, extents and size, without computing it", Takes::statement, "", show_type},
    CommandRow{"explain", "STATEMENT", "sums written out, what the passes did and why, the plan", Takes::statement, "",
               explain_statement},
    CommandRow{"profile", "STATEMENT", "run it; each step's time beside its estimate, and the numerics",
               Takes::statement, "", profile_statement},
    CommandRow{"time", "[on | off | STATEMENT]", "show times, from now on or of one statement", Takes::statement, "",
               time_statement},
    CommandRow{"bench", "A [vs B]", "time expressions, in turn, and say whether they agree", Takes::statement, "",
               bench_expressions},
    CommandRow{"passes", "[on | off NAME]", "the passes of the optimiser; switch one off or on", Takes::pass, "",
               list_passes},
    CommandRow{"load", "[NAME] FILE", "bind a tensor: .npy .npz .mtx .csv, FILE.npz:key", Takes::name_and_file, "",
               load_value},
    CommandRow{"save", "NAME FILE", "write a value: .npy .npz .mtx .csv", Takes::name_and_file, "", save_value},
    CommandRow{"read", "FILE", "run a file of statements and commands", Takes::file, "", read_statements},
    CommandRow{"write", "FILE", "write the statements of this session as a script", Takes::file, "", write_statements},
    CommandRow{"plot", "[X] Y [to FILE] [log xy]", "curves over positions or over X: here, or to .svg .png .txt",
               Takes::statement, "", plot_values},
    CommandRow{"heat", "K [to FILE]", "a matrix as colours", Takes::statement, "", heat_values},
    CommandRow{"hist", "S [to FILE] [bins N]", "how many elements lie in each bin", Takes::statement, "", hist_values},
    CommandRow{"tutorial", "[LESSON]", "seven problems in ten minutes", Takes::nothing, "", begin_tutorial},
    CommandRow{"set", "[SETTING [VALUE]]", "show or change settings: threads, seed, precision, ...", Takes::setting, "",
               change_setting},
    CommandRow{"reset", "[undo]", "forget every name; undo brings them back", Takes::choice, "undo", reset_session},
    CommandRow{"history", "[TEXT | clear]", "what was typed, the newest last", Takes::choice, "clear", show_history},
    CommandRow{"edit", "[NAME | TEXT]", "write a statement in $EDITOR, then run it", Takes::name, "", edit_statement},
    CommandRow{"!", "COMMAND", "run a command of the shell", Takes::file, "", run_shell},
    CommandRow{"quit", "", "leave, as Ctrl-D does", Takes::nothing, "", leave_conversation},
};

}  // namespace

std::span<const CommandRow> commands() { return rows; }

const CommandRow* command_named(std::string_view name) {
  const CommandRow* found = nullptr;
  for (const CommandRow& row : rows) {
    if (row.name == name) return &row;
    if (name.empty() || !row.name.starts_with(name)) continue;
    if (found != nullptr) return nullptr;  // the beginning of several
    found = &row;
  }
  return found;
}

std::vector<std::string> choices_of(const CommandRow& row) { return words_of(row.choices); }

}  // namespace repl
