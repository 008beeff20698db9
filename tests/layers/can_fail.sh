#!/usr/bin/env bash
# Proves that check.sh can fail: a small good tree passes, and each bad line put into it is complained about.
set -euo pipefail
check=$(dirname "$0")/check.sh
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT

good_tree() {
  rm -rf "${tree:?}"/*
  mkdir -p "$tree"/{dsl/text,passes,runtime,include/ricci,repl,examples,tests}
  printf '#include <array>\n#include "dsl/text/token.hpp"\n' >"$tree/dsl/text/lexer.hpp"
  printf '#include "dsl/text/lexer.hpp"\n#include "passes/cost.hpp"\n' >"$tree/passes/fold.cpp"
  printf '#include <thread>\n#include <cblas.h>\n#include "passes/cost.hpp"\n' >"$tree/runtime/run.cpp"
  printf '#include <ricci/error.hpp>\n#include "runtime/error.hpp"\n' >"$tree/include/ricci/ricci.hpp"
  printf '#include <CLI/CLI.hpp>\n#include <unistd.h>\n#include <ricci/ricci.hpp>\n' >"$tree/repl/main.cpp"
  printf '#include <xtensor/xtensor.hpp>\n#include <ricci/ricci.hpp>\n' >"$tree/examples/01.cpp"
  printf '#include "runtime/run.hpp"\n// a network/worker, homework\n' >"$tree/tests/run.cpp"
  yes '// a line' | head -600 >"$tree/tests/long.cpp" || true   # head closes the pipe that yes writes to
}

failures=0
refuses() {  # FILE LINE
  good_tree
  printf '%s\n' "$2" >>"$tree/$1"
  if said=$(bash "$check" "$tree") || [[ $said != *$1:* ]]; then
    printf 'not complained about: %s with %s\n%s\n' "$1" "$2" "$said"
    failures=1
  fi
}

good_tree
bash "$check" "$tree" || { echo 'the good tree is refused'; failures=1; }

refuses dsl/text/lexer.hpp '#include "passes/fold.hpp"'
refuses dsl/text/lexer.hpp '  #  include "runtime/run.hpp"'
refuses dsl/text/lexer.hpp '#include "token.hpp"'
refuses dsl/text/lexer.hpp '#include "dsl/../runtime/run.hpp"'
refuses dsl/text/lexer.hpp '#include <fmt/format.h>'
refuses dsl/text/lexer.hpp '#include <xtensor/xtensor.hpp>'
refuses passes/fold.cpp '#include "runtime/run.hpp"'
refuses passes/fold.cpp '#include <cblas.h>'
refuses passes/fold.cpp '#include <thread>'
refuses runtime/run.cpp '#include "repl/prompt.hpp"'
refuses runtime/run.cpp '#include "include/ricci/ricci.hpp"'
refuses runtime/run.cpp '#include <ricci/ricci.hpp>'
refuses include/ricci/ricci.hpp '#include "repl/prompt.hpp"'
refuses include/ricci/ricci.hpp '#include "include/ricci/error.hpp"'
refuses repl/main.cpp '#include "runtime/run.hpp"'
refuses repl/main.cpp '#include <xtensor/xtensor.hpp>'
refuses examples/01.cpp '#include "dsl/text/lexer.hpp"'
refuses tests/long.cpp '// one line more'
# Put together here, so that this file is not refused itself.
refuses tests/run.cpp "// see /""work/notes.md"
refuses tests/run.cpp "// as the farm""-hand said"
refuses tests/run.cpp "// a Sub""-agent wrote this"
exit "$failures"
