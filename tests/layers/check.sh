#!/usr/bin/env bash
# check.sh ROOT: fails, naming file and line, where the tree below ROOT breaks a rule of the house that a compiler does
# not see: an include that points up, a source file of more than 600 lines, a word that belongs to no repository.
# can_fail.sh proves each complaint on a small bad tree.
set -euo pipefail
cd "$1"

# Null-terminated, so that any name is read right.
files() { find "${@:1:1}" \( -name .git -o -name .cache -o -path './build*' \) -prune -o -type f "${@:2}" -print0; }

# includes FOLDER QUOTED ANGLE [REFUSED]: in FOLDER, "paths" (from the root of the repository) must match QUOTED and
# <paths> must match ANGLE but not REFUSED; all three are patterns of awk.
includes() {
  [[ -d $1 ]] || return 0
  files "$1" \( -name '*.hpp' -o -name '*.cpp' -o -name '*.def' \) |
    xargs -0 -r awk -v quoted="$2" -v angle="$3" -v refused="${4:-^$}" '
      function complain(path) { printf "%s:%d: may not include %s\n", FILENAME, FNR, path }
      /^[ \t]*#[ \t]*include[ \t]*"/ {
        split($0, part, "\"")
        if (part[2] !~ quoted || part[2] ~ /\.\.\//) complain(part[2])
      }
      /^[ \t]*#[ \t]*include[ \t]*</ {
        split($0, part, /[<>]/)
        if (part[2] !~ angle || part[2] ~ refused) complain(part[2])
      }'
}

includes_that_point_up() {
  local standard='^[a-z_0-9]+$' any='.'  # no package's header is without a slash and a dot
  includes dsl '^dsl/' "$standard"
  includes passes '^(dsl|passes)/' "$standard" '^(thread|mutex|future|condition_variable)$'
  includes runtime '^(dsl|passes|runtime)/' "$any" '^(ricci|CLI)/'
  includes include/ricci '^(dsl|passes|runtime|ricci)/' "$any"
  includes repl '^repl/' '^(ricci|CLI|nlohmann|fmt|sys)/|^[a-z_0-9]+(\.h)?$'
  includes examples '^examples/' "^(ricci|xtensor|Eigen)/|$standard"
}

long_files() {
  files . \( -name '*.hpp' -o -name '*.cpp' -o -name '*.def' -o -name '*.cmake' -o -name '*.sh' -o -name '*.ricci' \
    -o -name CMakeLists.txt -o -path ./dev \) |
    xargs -0 -r awk '
      function complain() {
        if (count > 600) printf "%s:%d: %d lines; 600 is the most that one file may have\n", name, count, count
      }
      FNR == 1 { complain() }
      { name = FILENAME; count = FNR }
      END { complain() }'
}

# Paths of one machine and words of one workplace; each pattern is spelled so that it does not match itself.
forbidden_words() {
  files . | { xargs -0 -r grep -InHiE '(^|[^A-Za-z0-9_.])[/]work(/|$|[^A-Za-z0-9_])|farm[-]|sub[-]agent' || true; } |
    sed 's/$/   <- a word that belongs to no repository/'
}

complaints=$(includes_that_point_up; long_files; forbidden_words)
if [[ -n $complaints ]]; then
  printf '%s\n' "$complaints"
  exit 1
fi
