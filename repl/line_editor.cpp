/// libedit is told what to do by numbered calls with any arguments; all of them stand here. Its own signal handling
/// stays off: this command's flags (signals.hpp) are asked wherever it waits for a key.
#include "repl/line_editor.hpp"

#include "repl/text.hpp"

#ifdef RICCI_LIBEDIT

#include <histedit.h>
#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <clocale>
#include <cstdlib>
#include <cstring>

#include <ricci/ricci.hpp>

#include "repl/signals.hpp"
#include "repl/transcript.hpp"

namespace repl {

struct LineEditor::State {
  explicit State(const EditorHost& own) : host(own) {}

  EditorHost host;
  EditLine* edit = nullptr;
  FILE* screen = nullptr;
  Edited out;              // of the line that is being read
  std::wstring prompt;     // with its colours between \1
  std::string pending;     // the statement's lines above this one
  std::size_t shown = 0;   // position in the history; entries().size(): the line that is being typed
  std::string typed;       // before the history was entered
  std::string prefix;      // what the entries looked for begin with
  std::string recalled;    // the entry that was put on the line
  int typed_ahead = 0;     // bytes still to read of what was typed before the prompt stood
  std::size_t walked = 0;  // libedit's own place in the history, for its incremental search
  std::wstring walked_text;
};

namespace {

using State = LineEditor::State;

constexpr const wchar_t* paste_key = L"\x1B[200~";
constexpr std::wstring_view paste_end = L"\x1B[201~";
/// Ctrl-D. Typed while the terminal is not the editor's, the kernel keeps a zero in its place.
constexpr unsigned char end_of_input_key = 4;
constexpr const char* begin_paste_mode = "\x1B[?2004h";
constexpr const char* end_paste_mode = "\x1B[?2004l";

State& state_of(EditLine* edit) {
  void* data = nullptr;
  el_wget(edit, EL_CLIENTDATA, &data);
  return *static_cast<State*>(data);
}

std::string before_cursor(EditLine* edit) {
  const LineInfoW* line = el_wline(edit);
  return narrow({line->buffer, static_cast<std::size_t>(line->cursor - line->buffer)});
}
std::string whole_line(EditLine* edit) {
  const LineInfoW* line = el_wline(edit);
  return narrow({line->buffer, static_cast<std::size_t>(line->lastchar - line->buffer)});
}

// -- keys

/// What signals ask for while a key is waited for. False: reading the line ends.
bool answer_signals(EditLine* edit) {
  if (ricci::interrupted() || ending_signal() != 0) return false;
  if (take_window_change()) {
    el_resize(edit);
    el_wset(edit, EL_REFRESH);
  }
  if (take_stop_request()) {
    el_wset(edit, EL_PREP_TERM, 0);
    stop_process();
    el_wset(edit, EL_PREP_TERM, 1);
    el_resize(edit);  // who waits in the background is not told of it
    el_wset(edit, EL_REFRESH);
  }
  return true;
}

/// One byte: 1, end of input: 0, interrupted: -1.
int read_byte(EditLine* edit, unsigned char& byte) {
  while (answer_signals(edit)) {
    if (!wait_for_input()) continue;
    const ssize_t got = ::read(STDIN_FILENO, &byte, 1);
    if (got >= 0) return static_cast<int>(got);
  }
  return -1;
}

/// How many bytes were typed while nobody read.
int bytes_typed_ahead() {
  int count = 0;
  return ::ioctl(STDIN_FILENO, FIONREAD, &count) == 0 ? count : 0;
}

int read_key(EditLine* edit, wchar_t* key) {
  State& own = state_of(edit);
  unsigned char byte = 0;
  std::string bytes;
  do {
    if (const int got = read_byte(edit, byte); got != 1) {
      own.out.line.end = got == 0 ? LineEnd::end_of_input : LineEnd::interrupted;
      return got;
    }
    if (own.typed_ahead > 0 && --own.typed_ahead >= 0 && byte == 0) byte = end_of_input_key;
    bytes += static_cast<char>(byte);
  } while (!whole_character(bytes));
  *key = widen(bytes)[0];
  return 1;
}

// -- completion

std::size_t screen_width(FILE* screen) {
  winsize size = {};
  if (::ioctl(::fileno(screen), TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

unsigned char complete_word(EditLine* edit, int) {
  State& own = state_of(edit);
  const std::string line = before_cursor(edit);
  const Completion found = own.host.complete(own.pending + line);
  if (found.candidates.empty()) {
    if (found.note.empty()) return CC_ERROR;
    std::fprintf(own.screen, "\n%s\n", found.note.c_str());
    return CC_REDISPLAY;
  }
  const std::size_t begin = std::max(found.begin, own.pending.size()) - own.pending.size();
  const std::string common = common_beginning(found.candidates);
  if (common.size() > line.size() - begin) {
    el_winsertstr(edit, widen(common.substr(line.size() - begin)).c_str());
    return CC_REFRESH;
  }
  if (found.candidates.size() == 1) return CC_ERROR;
  std::fputs((in_columns(found.candidates, screen_width(own.screen)) + "\n").c_str(), own.screen);
  return CC_REDISPLAY;
}

// -- history

void show_entry(EditLine* edit, State& own, const std::string& text) {
  own.recalled = text;
  el_wreplacestr(edit, widen(text).c_str());
  el_cursor(edit, static_cast<int>(widen(text).size()));
}

/// A line that is no recalled entry begins a new search, for what stands before the cursor.
void begin_search(EditLine* edit, State& own) {
  if (own.shown < own.host.history.entries().size() && whole_line(edit) == own.recalled) return;
  own.shown = own.host.history.entries().size();
  own.typed = whole_line(edit);
  own.prefix = before_cursor(edit);
}

unsigned char show_older(EditLine* edit, int) {
  State& own = state_of(edit);
  begin_search(edit, own);
  const auto found = own.host.history.older(own.shown, own.prefix, whole_line(edit));
  if (!found) return CC_ERROR;
  own.shown = *found;
  show_entry(edit, own, own.host.history.entries()[*found]);
  return CC_REFRESH;
}

unsigned char show_newer(EditLine* edit, int) {
  State& own = state_of(edit);
  begin_search(edit, own);
  if (own.shown >= own.host.history.entries().size()) return CC_ERROR;
  const auto found = own.host.history.newer(own.shown, own.prefix, whole_line(edit));
  own.shown = found ? *found : own.host.history.entries().size();
  show_entry(edit, own, found ? own.host.history.entries()[*found] : own.typed);
  return CC_REFRESH;
}

/// The history as libedit's incremental search (Ctrl-R) walks it: 0 is the newest.
int walk_history(void* data, HistEventW* event, int how, ...) {
  State& own = *static_cast<State*>(data);
  const std::vector<std::string>& entries = own.host.history.entries();
  std::size_t to = own.walked;
  switch (how) {
    case H_FIRST: to = 0; break;
    case H_LAST: to = entries.size() - 1; break;
    case H_NEXT: ++to; break;
    case H_PREV: --to; break;
    case H_CURR: break;
    default: return -1;
  }
  if (to >= entries.size()) return -1;  // below zero too
  own.walked = to;
  own.walked_text = widen(entries[entries.size() - 1 - to]);
  event->num = static_cast<int>(entries.size() - to);
  event->str = own.walked_text.c_str();
  return 0;
}

// -- pasted text

unsigned char take_paste(EditLine* edit, int) {
  State& own = state_of(edit);
  std::wstring text;
  while (!text.ends_with(paste_end)) {
    wchar_t key = 0;
    if (el_wgetc(edit, &key) != 1) return CC_EOF;
    text += key == L'\r' ? L'\n' : key;
  }
  text.resize(text.size() - paste_end.size());
  const bool begins_line = before_cursor(edit).empty();
  std::vector<std::string> lines = lines_of(without_prompts(narrow(text), begins_line));
  if (lines.size() == 1) {
    el_winsertstr(edit, widen(lines[0]).c_str());
    return CC_REFRESH;
  }
  el_winsertstr(edit, widen(lines[0]).c_str());
  own.out.rest = lines.back();
  own.out.pasted.assign(lines.begin() + 1, lines.end() - 1);
  el_wpush(edit, L"\n");  // enters the line
  return CC_REFRESH;
}

wchar_t* prompt_of(EditLine* edit) { return state_of(edit).prompt.data(); }

/// Names and indices are UTF-8, whatever the locale was set to; nothing but the classes of characters changes.
void use_utf8() {
  std::setlocale(LC_CTYPE, "");
  if (std::strcmp(nl_langinfo(CODESET), "UTF-8") != 0) std::setlocale(LC_CTYPE, "C.UTF-8");
}

void bind_keys(EditLine* edit) {
  struct Binding {
    const wchar_t* name;
    const wchar_t* help;
    unsigned char (*run)(EditLine*, int);
    std::vector<const wchar_t*> keys;
  };
  const Binding bindings[] = {
      {L"ricci-complete", L"complete the word", complete_word, {L"\t"}},
      {L"ricci-older", L"older entry with this beginning", show_older, {L"\x1B[A", L"\x1BOA", L"\x10"}},
      {L"ricci-newer", L"newer entry with this beginning", show_newer, {L"\x1B[B", L"\x1BOB", L"\x0E"}},
      {L"ricci-paste", L"take pasted text", take_paste, {paste_key}},
  };
  for (const Binding& own : bindings) {
    el_wset(edit, EL_ADDFN, own.name, own.help, own.run);
    for (const wchar_t* key : own.keys) el_wset(edit, EL_BIND, key, own.name, nullptr);
  }
  // What terminals send for Home, End, Delete and word by word, which libedit leaves unbound.
  constexpr const wchar_t* others[][2] = {
      {L"\x1B[H", L"ed-move-to-beg"},  {L"\x1B[F", L"ed-move-to-end"},       {L"\x1B[1~", L"ed-move-to-beg"},
      {L"\x1B[4~", L"ed-move-to-end"}, {L"\x1B[3~", L"ed-delete-next-char"}, {L"\x1B[1;5C", L"em-next-word"},
      {L"\x1B[1;5D", L"ed-prev-word"}, {L"\x12", L"em-inc-search-prev"},     {L"\x17", L"ed-delete-prev-word"}};
  for (const auto& own : others) el_wset(edit, EL_BIND, own[0], own[1], nullptr);
}

/// The last blank stays plain: libedit loses a colour that ends with the prompt.
std::string coloured(const std::string& prompt) {
  return "\1\x1B[1;32m\1" + prompt.substr(0, prompt.size() - 1) + "\1\x1B[0m\1" + prompt.substr(prompt.size() - 1);
}

bool can_edit() {
  const char* terminal = std::getenv("TERM");
  if (terminal == nullptr || *terminal == '\0' || std::strcmp(terminal, "dumb") == 0) return false;
  return ::isatty(STDIN_FILENO) != 0 && (::isatty(STDERR_FILENO) != 0 || ::isatty(STDOUT_FILENO) != 0);
}

}  // namespace

LineEditor::LineEditor(std::unique_ptr<State> state) : state_(std::move(state)) {}

std::unique_ptr<LineEditor> LineEditor::open(const EditorHost& host) {
  if (!can_edit()) return nullptr;
  use_utf8();
  auto state = std::make_unique<State>(host);
  // A stream of its own: standard error would go out letter by letter.
  state->screen = ::fdopen(::dup(::isatty(STDERR_FILENO) != 0 ? STDERR_FILENO : STDOUT_FILENO), "w");
  if (state->screen == nullptr) return nullptr;
  state->edit = el_init("ricci", stdin, state->screen, stderr);
  if (state->edit == nullptr) return nullptr;
  el_wset(state->edit, EL_CLIENTDATA, state.get());
  el_wset(state->edit, EL_EDITOR, L"emacs");
  el_wset(state->edit, EL_PROMPT_ESC, prompt_of, L'\1');
  el_wset(state->edit, EL_GETCFN, read_key);
  el_wset(state->edit, EL_HIST, walk_history, state.get());
  el_source(state->edit, nullptr);  // the user's own bindings
  bind_keys(state->edit);
  return std::unique_ptr<LineEditor>(new LineEditor(std::move(state)));
}

LineEditor::~LineEditor() {
  el_end(state_->edit);
  std::fclose(state_->screen);
}

LineEditor::Edited LineEditor::read(const std::string& prompt, const std::string& pending, const std::string& prefilled,
                                    bool colour) {
  State& own = *state_;
  own.out = {};
  own.out.line.end = LineEnd::end_of_input;
  own.pending = pending;
  own.recalled = own.typed = own.prefix = {};
  own.shown = own.host.history.entries().size();
  own.prompt = widen(colour ? coloured(prompt) : prompt);
  if (take_window_change()) el_resize(own.edit);
  if (!prefilled.empty()) el_wpush(own.edit, widen(prefilled).c_str());
  catch_stop(true);
  el_wset(own.edit, EL_PREP_TERM, 1);  // now, or what is typed while the prompt appears is echoed twice
  own.typed_ahead = bytes_typed_ahead();
  std::fputs(begin_paste_mode, own.screen);
  int count = 0;
  const wchar_t* text = el_wgets(own.edit, &count);
  std::fputs(end_paste_mode, own.screen);
  std::fflush(own.screen);
  catch_stop(false);
  if (text == nullptr || count <= 0) return std::move(own.out);
  own.out.line = {LineEnd::entered, narrow({text, static_cast<std::size_t>(count)})};
  while (own.out.line.text.ends_with('\n')) own.out.line.text.pop_back();
  return std::move(own.out);
}

}  // namespace repl

#else

namespace repl {

struct LineEditor::State {};
LineEditor::LineEditor(std::unique_ptr<State> state) : state_(std::move(state)) {}
LineEditor::~LineEditor() = default;
std::unique_ptr<LineEditor> LineEditor::open(const EditorHost&) { return nullptr; }
LineEditor::Edited LineEditor::read(const std::string&, const std::string&, const std::string&, bool) { return {}; }

}  // namespace repl

#endif
