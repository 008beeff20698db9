/// One line through libedit: keys, cursor, history and completion on a terminal.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "repl/editor.hpp"

namespace repl {

class LineEditor {
 public:
  /// What came of one line; `pasted`: whole lines that came with it in one paste, in order.
  struct Edited {
    Line line;
    std::vector<std::string> pasted;
    std::string rest;  // the beginning of a line, pasted behind those
  };

  /// Null where there is no libedit, or where input and output are no terminal that can be edited on.
  static std::unique_ptr<LineEditor> open(const EditorHost& host);
  ~LineEditor();
  Edited read(const std::string& prompt, const std::string& pending, const std::string& prefilled, bool colour);

  struct State;  // for the functions that libedit calls

 private:
  explicit LineEditor(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace repl
