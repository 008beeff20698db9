#include "repl/editor.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include <ricci/ricci.hpp>

#include "repl/line_editor.hpp"
#include "repl/signals.hpp"

namespace repl {

Editor::Editor(EditorHost host) : host_(std::move(host)), editor_(LineEditor::open(host_)) {}
Editor::~Editor() = default;

/// The terminal's own editing, byte by byte, so that no byte of a later line is taken.
Line Editor::read_plain(const std::string& prompt) {
  std::fputs((prompt + std::exchange(prefilled_, {})).c_str(), stderr);
  std::fflush(stderr);
  Line out;
  while (true) {
    if (ricci::interrupted() || ending_signal() != 0) return {LineEnd::interrupted, {}};
    if (!wait_for_input()) continue;
    char byte = 0;
    const ssize_t got = ::read(STDIN_FILENO, &byte, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return out.text.empty() ? Line{LineEnd::end_of_input, {}} : out;
    if (byte == '\n') return out;
    out.text += byte;
  }
}

Line Editor::read(const std::string& prompt, const std::string& pending, bool colour) {
  if (!pasted_.empty()) {
    Line out{LineEnd::entered, std::move(pasted_.front())};
    pasted_.pop_front();
    std::fputs((prompt + out.text + "\n").c_str(), stderr);
    return out;
  }
  if (editor_ == nullptr) return read_plain(prompt);
  LineEditor::Edited edited = editor_->read(prompt, pending, std::exchange(prefilled_, {}), colour);
  pasted_.assign(edited.pasted.begin(), edited.pasted.end());
  prefilled_ = std::move(edited.rest);
  return std::move(edited.line);
}

}  // namespace repl
