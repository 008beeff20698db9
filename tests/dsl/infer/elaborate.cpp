/// Elaboration in the compiler and at run time: what a statement becomes over a small world of inputs, as type, shape
/// and expression, or its fault. The values themselves are tested in tests/language.
#include <catch2/catch.hpp>

#include "tests/dsl/infer/elaborated.hpp"

namespace ricci::dsl::tests {
namespace {

constexpr Rewritten values[] = {
    {"C[i,j] = A[i,k]*B[k,j]", "f64[4,3] [i,j] sum[k] A[i,k] * B[k,j]"},
    {"C[i,j] = A[i,k]*B[k,j] + 1", "f64[4,3] [i,j] sum[k] A[i,k] * B[k,j] + 1"},
    {"K[i,j] = exp(-0.5*(M[i,k]-M[j,k])*A[k,l]*(A[i,l]-A[j,l]))",
     "f64[4,4] [i,j] exp(sum[k,l] -(0.5 * (M[i,k] - M[j,k]) * A[k,l] * (A[i,l] - A[j,l])))"},
    {"s = x[k]*y[k]", "f64[] [] sum[k] x[k] * y[k]"},
    {"y2[i] = x[i]/norm(x)", "f64[4] [i] x[i] / (norm[i_2] x[i_2])"},
    {"y2 = f*2.0", "f32[4] [i] f[i] * 2"},
    {"C = A @ B", "f64[4,3] [i,i_2] sum[k] A[i,k] * B[k,i_2]"},
    {R"(C = M \ x)", "f64[4] solve(M, x)"},
    {R"(z[i] = M[j,i] \ x[j])", "f64[4] [j] solve([j,i] M[j,i], [j] x[j])[j]"},
    {R"(z[m,j] = T[m,i,j] \ x[i])", R"(!index | T[m,i,j] \ x[i])"},
    {"C[i] = x[i+j]*y[j]", "f64[1] [i] sum[j] x[j+i] * y[j]"},
    {"C[i] = x[(i+1) % n]", "!range | i"},
    {"z[i] = x[p[i]]", "f64[4] [i] x[p[i]]"},
    {"D = A[:, ::-1]", "f64[4,5] [i,i_2] A[i,-i_2+4]"},
    {"D[i,j] = S[i,j]*2", "sparse f64[4,5] [i,j] (stored(S[i,j]))*(S[i,j] * 2)"},
    {"D = S*2", "sparse f64[4,5] [i,i_2] (stored(S[i,i_2]))*(S[i,i_2] * 2)"},
    {"d = det(M)", "f64[] [] det(M)"},
    {R"(D = einsum("ij,jk", A, B))", "f64[4,3] [i,k] sum[j] A[i,j] * B[j,k]"},
    {"w, V = eigh(M)", "f64[4] part(eigh(M), 0)"},
    {"D = sum(A, axis=0)", "f64[5] [i] sum[i_2] A[i_2,i]"},
    {"v = uniform(0, 1)[i]", "!index | i"},
    {"v[i] = uniform(0, 1)[i] for i in 0:3", "f64[3] [i] uniform(0, 1)[i]"},
    {"L = [1, 2.5]", "f64[2] [1, 2.5]"},
    {"D[i,j] = (i == j)*x[i]/(x[i]-x[j])", "f64[4,4] [i,j] (i == j)*(x[i] / (x[i] - x[j]))"},
    {"D = where(t, x, f)", "f64[4] [i] where(t[i], x[i], f64(f[i]))"},
    {"D = where(t, 1, f)", "f32[4] [i] where(t[i], 1, f[i])"},
    {"i = t + t", "i64[4] [i] i64(t[i]) + i64(t[i])"},
    {"i = n*2", "i64[] [] 8"},
    {"i = x[n]", "!index | n"},
    {"q = zz + 1", "!name | zz"},
    {"q = xs + 1", "!name | xs"},
    {"q = A[i,j]", "!index | i"},
    {"C[i,j] = A[i,j] + M", "!index | M"},
    {"C[i,j] = A @ B", "!index | A @ B"},
    {"d[m] = det(T[m,i,j])", "!index | T[m,i,j]"},
    {"d[m] = det(T)[m]", "f64[2] [m] det(T)[m]"},
    {"C[i] = x[i-1]", "!range | i"},
    {"C[i] = x[i] for i in 0:5", "!range | i"},
    {"C[i] = x[valid(i+j)]*y[i]*[1, 2][j]", "f64[3] [i] sum[j] x[j+i] * y[i] * f64([1, 2][j])"},
    {"C[i,j] = x[valid(i+j)]*y[i]*y[j]", "!range | valid(i+j)"},
    {"s = sum[k in 1:n] x[k]*k", "f64[] [] sum[k] x[k+1] * f64(k+1)"},
    {"C[i,j] = T[0,i,j] for i in 0:2", "f64[2,4] [i,j] T[0,i,j]"},
    {"z = x^2*t", "f64[4] [i] (t[i])*x[i]^2"},
    {"z[i] = f[i]*i + 1", "f32[4] [i] f[i] * f32(i) + 1"},
    {"z = cholesky(M)", "f64[4,4] cholesky(M)"},
    {"z = reshape(M, 2, -1)", "f64[2,8] reshape(M, [2, 8])"},
    {"z = concat(x, y)", "f64[8] concat(x, y, axis=0)"},
    {"z = sqrt(S)", "sparse f64[4,5] [i,i_2] (stored(S[i,i_2]))*sqrt(S[i,i_2])"},
    {"z = exp(S)", "f64[4,5] [i,i_2] exp(S[i,i_2])"},
    {"a = 2; z = f*a", "f32[4] [i] f[i] * 2"},
    {"a[] = 2.5; z = f*a", "f32[4] [i] f[i] * 2.5"},
    {"L = [[1, 2], [3, 4]]", "i64[2,2] [1, 2, 3, 4]"},
    {"L = [x, y]", "f64[2,4] concat(reshape(x, [1, 4]), reshape(y, [1, 4]), axis=0)"},
    {"z[i] = x[-1]*y[i]", "f64[4] [i] x[3] * y[i]"},
    {"C[i] = A[i,:]", "!index | i"},
    {"C[i] = x[i]*norm(A, axis=i)", "!index | i"},
    {"z = where(x > 0, x, 0)", "f64[4] [i] where(0 < x[i], x[i], 0)"},
};
static_assert(each_elaborates<values>());

TEST_CASE("dsl/infer: statements become nodes of the right type and shape, or faults at the right place") {
  for (const Rewritten& row : values) {
    INFO(row.text);
    CHECK(std::string(elaborated(row.text).view()) == row.written);
  }
}

}  // namespace
}  // namespace ricci::dsl::tests
