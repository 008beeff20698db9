# A matrix of hundreds of megabytes that is only multiplied by vectors is never stored: kernels of 12,000 x 12,000 (1.1 GB)
# run within 60 MB, whether they have a statement of their own or are read by several; and give what they give whole.
source "$(dirname "$0")/case.sh"

made='X = uniform(0, 1, shape=[n,3]); v = uniform(0, 1, shape=[n]); V = uniform(0, 1, shape=[n,8])'
kernel='K[i,j] = exp(-0.5 * sum[k] (X[i,k]-X[j,k])^2)'
limited=(--memory-limit 60M)
run 0 "${limited[@]}" -e "n = 12000; $made; y[i] = exp(-0.5 * sum[k] (X[i,k]-X[j,k])^2) * v[j]; sum(y) > 0"
shows 'true'
run 0 "${limited[@]}" -e "n = 12000; $made; $kernel; y[i] = K[i,j]*v[j]; sum(y) > 0"
shows 'true'
run 0 "${limited[@]}" -e "n = 12000; $made; $kernel; Y[i,r] = K[i,j]*V[j,r]; sum(Y) > 0"
shows 'true'
run 3 "${limited[@]}" -e "n = 12000; $made; $kernel; K"

n=3000
run 0 -O1 -e "n = $n; $made; $kernel; Y[i,r] = K[i,j]*V[j,r]; near[i] = max[j] K[i,j]*(i != j)" -s Y=whole.npy -s near=near.npy
run 0 --memory-limit 45M -e "n = $n; $made; $kernel; Y[i,r] = K[i,j]*V[j,r]; near[i] = max[j] K[i,j]*(i != j)" \
  -s Y=sliced.npy -s near=near2.npy
run 0 -e 'A = load("whole.npy"); max(abs(A - load("sliced.npy"))) < 1e-12 * max(abs(A))'
shows 'true'
run 0 -e 'max(abs(load("near.npy") - load("near2.npy"))) < 1e-14'
shows 'true'
finish
