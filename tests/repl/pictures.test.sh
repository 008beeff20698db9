# Pictures on standard output and into files, and what the environment says of the screen.
here=$(realpath "$(dirname "$0")")
source "$here/case.sh"

export LC_ALL=C.UTF-8
run 0 -e 'plot([0, 1, 4])'
shows '[0, 1, 4]'
shows '4 ┤'
shows '└┬'
LC_ALL=C run 0 -e 'plot([0, 1, 4])'
[[ $out != *[![:ascii:]]* ]] || complain "other than ASCII in the locale C: $out"
run 0 --color always -e 'heat([[0, 1], [2, 3]])'
shows $'\x1B['
NO_COLOR=1 run 0 -e 'heat([[0, 1], [2, 3]])'
[[ $out != *$'\x1B'* ]] || complain "colours in spite of NO_COLOR"
run 0 --format json -e 'plot([1, 2])'
shows '"value":[1,2]'
COLUMNS=30 run 0 -e 'plot([0, 1, 4])'
[[ $(wc -L <<<"$out") -le 30 ]] || complain "wider than 30 columns: $out"

run 0 -e 'x = [1, 2]; plot(x, "a.svg"); hist(x, "h.txt"); heat([x], "k.svg", title="K")'
prints ''
[[ $(head -c 4 a.svg) == '<svg' ]] || complain "no SVG: $(head -c 20 a.svg)"
[[ $(<h.txt) == *count* ]] || complain "no histogram: $(<h.txt)"
run 1 -e 'plot([1, 2], "a.pdf")'
mentions "error[file]: the ending of 'a.pdf' names no type of picture"
run 1 -e 'heat([1, 2])'
says "error[shape]: heat needs a matrix, which [1, 2] is not
  heat([1, 2])
       ^^^^^^"
run 0 --explain -e 'heat([[1, 2]], "never.svg")'
[[ ! -e never.svg ]] || complain "--explain has drawn"
# The script behind the pictures of the documentation draws each of them.
pages=$here/../../docs/plots
mkdir drawn && cd drawn || exit 1
run 0 "$pages/pictures.ricci"
diff <(ls) <(ls "$pages" | grep -v ricci) || complain "docs/plots holds other files than its script draws"
for file in *.svg; do [[ $(tail -n 1 "$file") == '</svg>' ]] || complain "$file does not end"; done
cd ..
[[ -z $(ls | grep part-) ]] || complain "left: $(ls)"
finish
