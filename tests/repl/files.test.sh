# --load and --save: every format, keys, damaged files, nothing half-written, nothing computed in vain.
source "$(dirname "$0")/case.sh"

run 0 -e 'A = [[1.5, 2], [3, 4]]; S = sparse([[0, 2.5], [0, 0]]); v = [1, 2]' \
  -s A=a.npy -s S=s.mtx -s v=v.csv -s A=a.csv -s S=s.npz
prints ''
run 0 -l A=a.npy -l S=s.mtx -l T=s.npz -l B=a.csv -e 'A' -e 'S' -e 'sum((S-T)^2) + sum((A-B)^2)'
prints 'A = f64[2, 2]
[[1.5, 2.0]
 [3.0, 4.0]]
S = sparse f64[2, 2], 1 stored
  (0, 1)  2.5
sum((S-T)^2) + sum((A-B)^2) = 0'
[[ -z $(ls | grep part-) ]] || complain "left: $(ls)"

run 0 -e 'A = [1, 2]' -s A=z.npz
run 0 -l x=z.npz -e 'x'
shows '[1, 2]'
run 1 -l x=z.npz:nokey -e 'x'
mentions "has no array 'nokey'"

run 1 -l A=missing.npy -e 'A'
mentions "error[file]: there is no file 'missing.npy'"
head -c 100 a.npy >short.npy
run 1 -l A=short.npy -e 'A'
mentions "error[file]: 'short.npy' is not a good .npy file"
printf '\x93NUMPY\x01\x00\x76\x00%-117s\n' "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }" >liar.npy
run 1 -l A=liar.npy -e 'A'
mentions "'liar.npy'"
printf '1,2\n3,x\n' >bad.csv
run 1 -l A=bad.csv -e 'A'
mentions "in line 2 of 'bad.csv'"
run 1 -l A=a.txt -e 'A'
mentions 'error[file]'

cp a.npy before.npy
run 1 -e 'A = [1]; B = [1, 2] + [1, 2, 3]' -s A=a.npy -s B=b.npy
cmp -s a.npy before.npy || complain "a failed run has changed a.npy"
[[ ! -e b.npy ]] || complain "a failed run has left b.npy"

# Known beforehand: nothing is computed, so nothing is shown.
run 1 -e '1 + 1' -e 'A = [1]' -s A=nowhere/a.npy
prints ''
mentions "'nowhere/a.npy' cannot be written"
run 1 -e '1 + 1; A = [1]' -s A=a.txt
prints ''
run 2 -e '1 + 1; A = [1]' -s B=b.npy
prints ''
mentions "'B', which nothing defines"
run 1 -e 'S = sparse([[1.0, 0]])' -s S=s.npy
mentions 'cannot hold a sparse matrix'

run 0 x=3 y=-0.5 z=true w=2*3 -e 'x + y' -e 'z' -e 'w' -e 'f32([1, 2]) * y'
prints 'x + y = 2.5
z = true
w = 6
f32([1, 2]) * y = f32[2]
[-0.5, -1.0]'

finish
