# What the optimiser decided, in a file; and the rates that kernels are chosen by.
source "$(dirname "$0")/case.sh"

run 0 -e 'A = uniform(0, 1, shape=[30,20]); save(A, "a.npy"); x = uniform(0, 1, shape=[20]); save(x, "x.npy")'
statement='y[i] = exp(A[i,k])*x[k]'
run 0 -l A=a.npy -l x=x.npy --save-plan y.plan -e "$statement" -s y=1.npy
run 0 -l A=a.npy -l x=x.npy --plan y.plan -e "$statement" -s y=2.npy
cmp -s 1.npy 2.npy || complain 'a loaded plan computes other bits'
run 1 -l A=a.npy -e 'x = ones(20)*1i' --plan y.plan -e "$statement" -s y=3.npy
mentions "error[file]: 'y.plan' is not a good plan file: it is for A f64[30,20], x f64[20] at -O2, and not for"
run 1 -O1 -l A=a.npy -l x=x.npy --plan y.plan -e "$statement" -s y=3.npy
mentions 'at -O1'
head -c 100 y.plan > cut.plan
run 1 --plan cut.plan -e '1 + 1'
mentions "error[file]: 'cut.plan' is not a good plan file: it "
run 1 --plan a.npy -e '1 + 1'
mentions 'it does not begin as one'
run 1 --plan missing.plan -e '1 + 1'
mentions "error[file]: there is no file 'missing.plan'"

export XDG_CONFIG_HOME=$PWD/config
mkdir -p config/ricci
printf 'ricci rates 1\nproducts 1\nelements 1\ncalls 1\nfactorisations 1\nmemory 1\noverhead 1\n' > config/ricci/rates
run 0 -e '1 + 1'
says ''
printf 'ricci rates 1\nproducts fast\n' > config/ricci/rates
run 0 -e '1 + 1'
prints '1 + 1 = 2'
mentions "warning: the rates in '$PWD/config/ricci/rates' are not used: 'products fast' is not a rate"
run 0 -q -e '1 + 1'
[[ $err == '' ]] || complain "--quiet: $err"
finish
