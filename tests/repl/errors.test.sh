# Every bad input gets its clear error at its place, the right status, and loses nothing that came before.
source "$(dirname "$0")/case.sh"

run 1 -e 'X = ones([4,6]); W = ones([5,5])
K[i,j] = X[i,k]*W[k,l]*X[j,l]'
mentions 'error[shape]: index k has two sizes: 6 in X[i,k] and 5 in W[k,l]'
mentions '  K[i,j] = X[i,k]*W[k,l]*X[j,l]
           ^^^^^^ ^^^^^^'

printf 'Xs = [1, 2]\nalpha = 3\ny = Xs + alpah\n' >near.ricci
run 1 near.ricci
says 'error[name]: `alpah` has no value
  at near.ricci:3:10
  y = Xs + alpah
           ^^^^^
  hint: did you mean `alpha`?'

run 1 -e 'M = zeros([3,2,2]) + eye(2)' -e 'A[m,i,j] = M[m,i,j]*(m != 1); x[m,j] = A[m,i,j] \ b[m,i]' -e 'x'
mentions 'error[name]: `b` has no value'
run 1 -e 'A[m,i,j] = (m != 1)*(i == j) for m in 0:3, i in 0:2, j in 0:2; b = ones([3,2]); x[m,j] = A[m,i,j] \ b[m,i]
x'
mentions 'error[singular]: the matrix at batch entry [1] is singular'
mentions 'x[m,j] = A[m,i,j] \ b[m,i]'

run 3 --memory-limit 64M -e '1 + 1' -e 'A = zeros([100_000, 100_000]) + 1' -e 'A'
prints '1 + 1 = 2'
mentions 'error[memory]: this needs 74.5 GiB of memory'

run 1 -e '7 // ([1, 0][1])'
mentions 'error[value]: an integer is divided by zero'
run 1 -e 'p = [0, 5]; x = [1, 2, 3]; y[i] = x[p[i]]; y'
mentions 'error[index]: an index computed from data is 5, outside axis 0'
mentions 'which has size 3'

run 0 -e '[1, nan] + 1' -e 'sum([nan, 1])' -e '2.0^2000' -e '0/0'
prints '[1, nan] + 1 = f64[2]
[  2, nan]
sum([nan, 1]) = nan
2.0^2000 = inf
0/0 = nan'

run 1 -e '99999999999999999999'
mentions 'error[number]: 99999999999999999999 does not fit a 64-bit integer'
run 1 -e '1e999'
mentions 'error[number]'

: >empty.ricci
run 0 empty.ricci
prints ''
says ''
printf '# nothing\n\n  \n' >comment.ricci
run 0 comment.ricci
prints ''

head -c 3000 /dev/zero | tr '\0' '\377' >binary.ricci
run 1 binary.ricci
mentions 'error[encoding]'
printf 'x = 1\n\0\1\2' >control.ricci
run 1 control.ricci
mentions 'at control.ricci:2:1'

for pair in '( )' '[ ]'; do
  read -r open close <<<"$pair"
  { head -c 100000 /dev/zero | tr '\0' "$open"; printf 1; head -c 100000 /dev/zero | tr '\0' "$close"; } >deep.ricci
  run 1 deep.ricci
  mentions 'error['
done
{ printf 'x = 1'; for _ in $(seq 20000); do printf -- '+1'; done; } >long.ricci
run 1 long.ricci
mentions 'error[limit]'
head -c 200000 /dev/zero | tr '\0' '-' >minus.ricci
run 1 minus.ricci

printf 'a = 1\na + 1\na + c\na + 3\n' >second.ricci
run 1 second.ricci
prints 'a + 1 = 2'
says 'error[name]: `c` has no value
  at second.ricci:3:5
  a + c
      ^
  hint: define it first, as in c = ..., or give it with --load c=FILE or c=VALUE'

printf 'M = [[1, 2], [2, 4]]\n\nx = M \\ [1, 2]\ny = x + 1\ny\n' >later.ricci
run 1 later.ricci  # asked for in line 5, at fault in line 3
mentions '  at later.ricci:3:1
  x = M \ [1, 2]
  ^^^^^^^^^^^^^^'

run 0 -e 'M = [[1, 1], [1, 1 + 1e-15]]' -e 'x = M \ [1, 2]' -e 'x[0] > 0 || x[0] < 0'
mentions 'warning: the matrix is nearly singular (rcond '
run 0 -q -e 'M = [[1, 1], [1, 1 + 1e-15]]; x = M \ [1, 2]; x[0] > 0 || x[0] < 0'
says ''
run 0 -e 'A[m,i,j] = (i == j) + (m == 1)*(i != j)*(1 - 1e-16) + (m == 1)*(i == 1)*(j == 1)*1e-15 for m in 0:2, i in 0:2, j in 0:2
b = ones([2,2]); x[m,j] = A[m,i,j] \ b[m,i]; s = sum(x); s > 0 || s <= 0'
mentions 'at batch entry [1]'

finish
