/// Lines from a person at a terminal: editing, history, completion, pasted text. By libedit where it is there and the
/// terminal can move its cursor; else plain lines. Nothing else of the command knows how a line comes about.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "repl/completion.hpp"
#include "repl/history.hpp"

namespace repl {

/// How reading a line ended.
enum class LineEnd { entered, interrupted, end_of_input };

struct Line {
  LineEnd end = LineEnd::entered;
  std::string text;  // without the line end
};

/// What the editor asks its host.
struct EditorHost {
  History& history;
  /// What could stand at the end of `before`, the text from the statement's beginning to the cursor.
  std::function<Completion(const std::string& before)> complete;
};

class LineEditor;  // libedit

class Editor {
 public:
  explicit Editor(EditorHost host);
  ~Editor();
  /// One line. `pending`: the lines of the statement that stand before it already. `colour`: of the prompt.
  Line read(const std::string& prompt, const std::string& pending, bool colour);
  /// The line that read() would return without asking anybody, if one has been pasted; else null.
  const std::string* waiting() const { return pasted_.empty() ? nullptr : &pasted_.front(); }
  /// Drops what was pasted and not yet read.
  void drop_pasted() { pasted_.clear(); }
  /// Puts a line before the cursor of the next read().
  void prefill(std::string text) { prefilled_ = std::move(text); }
  bool edits() const { return editor_ != nullptr; }

 private:
  Line read_plain(const std::string& prompt);

  EditorHost host_;
  std::unique_ptr<LineEditor> editor_;
  std::deque<std::string> pasted_;
  std::string prefilled_;
};

}  // namespace repl
