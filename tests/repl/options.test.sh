# The words of the command line, what goes to which stream, exit statuses, limits, timings.
source "$(dirname "$0")/case.sh"

for wrong in '--repeat 0' '--nonsense' '-O3' '--accuracy sloppy' '--explain=xml' '--memory-limit lots' '--threads 0' \
  '-l A' '-s A' '-l 2A=x.npy' '-l sum=x.npy' '--time-limit -1' '--color blue' 'a.ricci b.ricci' '-e 1 a.ricci' \
  '-e 1 x=1 x=2' '-e 1 -s a=x.npy -s b=x.npy' '-e 1 x=[1,2]' '-e 1 x=qq' '-e'; do
  # shellcheck disable=SC2086
  run 2 $wrong
  mentions 'error[usage]: '
  prints ''
done
run 1 missing.ricci
mentions "error[file]: the script 'missing.ricci' cannot be read: No such file or directory"
run 0 --version
shows 'ricci '
run 0 --help
shows '--memory-limit'
run 0 -e '-1 + 3' -e ''
prints '-1 + 3 = 2'
out=$(printf '1 + 1\n' | "$ricci")
prints '1 + 1 = 2'

for level in 0 1 2; do
  run 0 -O$level --seed 3 --threads 1 -e 'A = normal(0, 1, shape=[4,4]); B[i,j] = A[i,k]*A[j,k]' -s B=b$level.npy
  run 0 -O$level --seed 3 --threads 2 --accuracy strict -e 'A = normal(0, 1, shape=[4,4])' -s A=a$level.npy
  cmp -s a0.npy a$level.npy || complain "draws at -O$level"
done
run 0 -l A=b0.npy -l B=b2.npy -e 'max(abs(A - B)) < 1e-12'
shows 'true'

run 0 --time=json --repeat 3 -e 'A = uniform(0, 1, shape=[30,30])' -e 'B = A @ A' -s B=b.npy
[[ $out =~ ^\{\"statement\":\"B\ =\ A\ @\ A\",\"parse_ms\":[0-9.e-]+,\"optimize_ms\":[0-9.e-]+,\"execute_ms\":\[[0-9.e-]+,[0-9.e-]+,[0-9.e-]+\],\"peak_bytes\":[0-9]+\}$ ]] ||
  complain "--time=json: $out"
run 0 --time -e 'A = uniform(0, 1, shape=[30,30]); A[0,0] >= 0'
prints 'A[0,0] >= 0 = true'
mentions 'execute'
run 0 --time=json -e 'A = uniform(0, 1, shape=[30,30])'  # nothing else is asked for
shows '"statement":"A = uniform'
run 0 --profile=json -e 'M = eye(5) + 1; x = M \ ones(5); x[0]'
shows '"notices":[{'
shows '"rcond":'
run 0 --profile --time -e 'M = eye(5) + 1; x = M \ ones(5); x[0]'
mentions 'numerics:'
mentions 'rcond'
mentions 'execute'
run 0 --profile -e 'A = eye(5) + 1; x = lstsq(A[:, 0:3], ones(5)); x[0]'
mentions 'rank 3'

run 0 --explain=json -e 'A = uniform(0, 1, shape=[30,30]); C[i,j] = A[i,k]*A[k,j]'
[[ $out == '{"passes":['*'"steps":[{"kernel":"'*'"flops":'*'"bytes":'*'"peak_bytes":'*'}' ]] || complain "--explain=json: $out"
run 0 --explain -e 'A = ones([3,3]); C[i,j] = A[i,k]*A[k,j]; M = [[1,2],[2,4]]; M \ [1,2]'
shows 'C[i,j] = sum[k] A[i,k]*A[k,j]'
shows 'plan:'
run 0 --explain=dot -e 'A = ones([3,3]); A @ A'
shows 'digraph plan {'
run 0 --explain=json --profile -e 'A = ones([3,3]); A @ A'
[[ $out =~ \"least_ms\":[0-9.e-]+,\"peak_bytes\":[0-9]+,\"what\":\"[^\"]*\",\"ms\":[0-9.e-]+ ]] || complain "--explain=json --profile: $out"
run 1 --explain -e 'A = zz'

run 3 --time-limit 0.2 -e 's = sum[i in 0:100_000, j in 0:100_000, k in 0:1000] (sin(i*1.0 + j + k)); s'
mentions 'error[limit]: the time limit was reached'
run 3 --time-limit 0.5 -e 'A = normal(0, 1, shape=[2000,2000]); U, s, Vh = svd(A); s[0]'  # LAPACK has no limits
mentions 'error[limit]: the time limit was reached'
run 1 --check -e 'assume([[1, 2], [3, 4]], symmetric)'
mentions 'error[check]: the matrix was assumed to be symmetric, but is not: elements [0,1] and [1,0] differ'
run 0 --check -e 'A = uniform(0, 1, shape=[20,20]); B = A @ A; B[0,0] > 0; C = B \ A[0]; isnan(C[0])'

run 1 --color always -e 'zz'
mentions $'\e[1;31merror[name]\e[0m: `zz` has no value'
mentions $'\e[1;31m  ^^\e[0m'
run 1 --color auto -e 'zz'
[[ $err != *$'\e'* ]] || complain "colours without a terminal"
NO_COLOR=1 run 1 -e 'zz'
[[ $err != *$'\e'* ]] || complain "colours in spite of NO_COLOR"

# A reader that goes away loses its output, and nothing else.
{ "$ricci" -e 'x = arange(10)' -e 'x' -e 'x' -s x=kept.npy; echo $? >status; } 2>closed.err | :
[[ $(cat status) == 0 && -e kept.npy && ! -s closed.err ]] || complain "closed pipe: $(cat status closed.err)"
"$ricci" -e '1' >/dev/full 2>full.err
[[ $? == 1 && $(cat full.err) == *'standard output cannot be written: No space left on device'* ]] ||
  complain "full device: $(cat full.err)"

# Interrupted while computing: 130, and no file. A background job of a shell that is no terminal ignores SIGINT.
python=$(command -v python3 || true)
if [[ -n $python ]]; then
  "$python" - "$ricci" <<'END' || complain "interruption"
import signal, subprocess, sys, time
program = "s = sum[i in 0:100_000, j in 0:100_000, k in 0:1000] (sin(i*1.0 + j + k))\n1 + 1\ns"
job = subprocess.Popen([sys.argv[1], "-e", program, "-s", "s=s.npy"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
job.stdout.readline()
time.sleep(0.3)
job.send_signal(signal.SIGINT)
said = job.communicate(timeout=60)[1]
sys.exit(0 if job.returncode == 130 and b"interrupted" in said else 1)
END
  [[ ! -e s.npy ]] || complain "an interrupted run has left a file"
fi

finish
