# --keep-going: every statement that can run does, faults tell their places, and the status tells the worst of them.
source "$(dirname "$0")/case.sh"

printf '1 + 1\n)\n2 + 2\nzz\nx = [1,\n 2] +* 3\n3 + 3\n"open\n4 + 4\n' >faults.ricci
run 1 faults.ricci
prints '1 + 1 = 2'
mentions 'at faults.ricci:2:1'
run 1 --keep-going faults.ricci
prints '1 + 1 = 2
2 + 2 = 4
3 + 3 = 6
4 + 4 = 8'
for place in 2:1 4:1 6:6 8:1; do mentions "at faults.ricci:$place"; done
out=$("$ricci" --keep-going <faults.ricci 2>.err)
[[ $? == 1 && $(<.err) == *'at standard input:4:1'* ]] || complain "from a pipe: $(<.err)"
prints '1 + 1 = 2
2 + 2 = 4
3 + 3 = 6
4 + 4 = 8'

# A definition that failed leaves its name as it was; what needs it fails by itself.
run 1 --keep-going -e 'a = 1; a = zz; a; b = a + zz; b; c = a + 1' -e 'c'
prints 'a = 1
c = 2'
mentions '`b` has no value'

# What can be saved is.
run 1 --keep-going -e 'a = 1; b = zz' -s a=a.npy -s b=b.npy
[[ -e a.npy && ! -e b.npy ]] || complain "saved: $(ls)"
mentions 'hint: define it first, as in b = ...'

# A limit has the greater status, and only time ends the run.
run 3 --keep-going --memory-limit 1M -e 'A = ones(100_000, 100_000)*2; A' -e '1 + 1' -e 'zz'
prints '1 + 1 = 2'
run 3 --keep-going --time-limit 0.2 -e 's = sum[i in 0:100_000, j in 0:100_000, k in 0:1000] (sin(i*1.0 + j + k)); s' -e '1 + 1'
prints ''
run 0 --keep-going -e '1 + 1'
finish
