# What the shell tests of the command share: run it, compare what it said and how it ended, count what differed.
# Sourced by tests/repl/*.test.sh; the command's path is in RICCI_COMMAND.
set -u
ricci=${RICCI_COMMAND:?the path of the command}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
failures=0

# complain TEXT: a case has failed.
complain() {
  printf 'FAILED: %s\n' "$1"
  failures=$((failures + 1))
}

# run STATUS ARGUMENT...: runs the command with those; its output is in $out, its messages in $err.
run() {
  local wanted=$1
  shift
  "$ricci" "$@" >"$work/.out" 2>"$work/.err" </dev/null
  local status=$?
  out=$(cat "$work/.out")
  err=$(cat "$work/.err")
  [[ $status == "$wanted" ]] || complain "status $status instead of $wanted: ricci $(printf '%q ' "$@" | cut -c1-200)
$err"
}

# says TEXT, prints TEXT: all of standard error, of standard output, of the last run.
says() { [[ $err == "$1" ]] || complain "said:
$err
instead of:
$1"; }
prints() { [[ $out == "$1" ]] || complain "printed:
$out
instead of:
$1"; }
# mentions TEXT, shows TEXT: somewhere in it.
mentions() { [[ $err == *"$1"* ]] || complain "did not say '$1', but:
$err"; }
shows() { [[ $out == *"$1"* ]] || complain "did not print '$1', but:
$out"; }

finish() {
  ((failures == 0)) || exit 1
  echo "all well"
}
