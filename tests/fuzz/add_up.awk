# Adds up what several runs of the fuzzer printed, into one such print: awk -f tests/fuzz/add_up.awk RUN...
# A long run is one in pieces: each begins on the newest tree. Says what too few programs were changed by: a pass or a
# rule has to change one in 500, so that 500,000 programs change by it 1,000 times.
function put(kind, name, count, alone, some,    at) {
  if (!((kind, name) in value)) {
    for (at = ++size[kind]; at > 1 && names[kind, at - 1] > name; --at) names[kind, at] = names[kind, at - 1]
    names[kind, at] = name
  }
  value[kind, name] += count
  by_itself[kind, name] += alone
  in_some_way[kind, name] += some
}
function name_in(line, numbers) {
  sub(numbers, "", line)
  sub(/^ +/, "", line)
  return line
}
function print_counts(title, kind,    at) {
  print "\n  " title
  for (at = 1; at <= size[kind]; ++at) printf "  %9d %s\n", value[kind, names[kind, at]], names[kind, at]
}
function note_rare(name, count) {
  if (count * 500 < programs) rare = rare "\n  " name
}
/^[0-9]+ programs in / {
  programs += $1; seconds += $4; refused += $6; faulty += $8; slow += $12; differ += $18
  kind = ""
}
/optimised graphs computed/  { computed += $1; spared += $5 }
/^  programs changed by   /  { kind = "passes"; next }
/^  programs changed by a r/ { kind = "rules"; next }
/^  programs, and what was/  { kind = "reasons"; next }
/^  steps by kernel/         { kind = "kernels"; next }
/^#/ || /^seed/ || NF == 0   { next }
kind == "passes" { put(kind, name_in($0, " +[0-9]+ +[0-9]+ +[0-9]+$"), $(NF - 2), $(NF - 1), $NF) }
kind == "rules" || kind == "reasons" || kind == "kernels" { put(kind, name_in($0, "^ *[0-9]+ "), $1, 0, 0) }
END {
  printf "%d programs in %d s: %d refused, %d raise a fault, %d take too long by definition, %d differ\n",
         programs, seconds, refused, faulty, slow, differ
  printf "  %d optimised graphs computed, %d more were equal to one of these\n", computed, spared
  printf "\n  %-24s %12s %12s %12s\n", "programs changed by", "all passes", "it alone", "some way"
  for (at = 1; at <= size["passes"]; ++at) {
    name = names["passes", at]
    printf "  %-24s %12d %12d %12d\n", name, value["passes", name], by_itself["passes", name], in_some_way["passes", name]
    note_rare(name, in_some_way["passes", name])
  }
  print_counts("programs changed by a rule of algebra", "rules")
  for (at = 1; at <= size["rules"]; ++at) note_rare(names["rules", at], value["rules", names["rules", at]])
  print_counts("programs, and what was said of them", "reasons")
  print_counts("steps by kernel", "kernels")
  print rare == "" ? "\n  every pass and every rule changes one program in 500" \
                   : "\n  fewer than one program in 500 is changed by" rare
}
