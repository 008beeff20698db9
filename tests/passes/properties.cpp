// What is known of matrices from how they are defined, and what is done with it: fires, and near misses.
#include "passes/infer_properties.hpp"
#include "passes/use_structure.hpp"
#include "tests/passes/check_pass.hpp"

namespace {
using ricci::passes::Properties;

std::string with_inputs(std::string_view text) {
  return "given[i,j,k,l,m,n] = A[i,j] + B[i,j] + X[k,i] + b[i] + c[j] + P[m,i,j] + p[m,i] + Y[n,k] + w[k] + D[i,l]; "
         "L = tril(A); U = triu(B); Q, R = qr(A); S = A + A'; E = eye(5); " +
         std::string(text);
}
constexpr const char* sizes = "i=5 j=5 k=7 m=3 n=7 l=5";

/// The properties of the last value, in words.
std::string known(std::string_view text) {
  const statements::Sheet sheet(with_inputs(text), sizes);
  if (!sheet.faults.empty()) return "does not compile: " + std::string(sheet.faults[0].message.view());
  const Properties found = ricci::passes::properties_of(sheet.graph, sheet.last());
  std::string out;
  const auto say = [&](bool holds, const std::string& what) {
    if (holds) out += (out.empty() ? "" : " ") + what;
  };
  say(found.definite, "definite");
  say(found.semidefinite && !found.definite, "semidefinite");
  say(found.hermitian && !found.semidefinite, "symmetric");
  say(found.lower(), "lower");
  say(found.upper(), "upper");
  say(found.banded() && !found.diagonal(), std::to_string(found.below) + "+" + std::to_string(found.above));
  say(found.unit_diagonal, "unit");
  say(found.permutation, "permutation");
  say(found.orthonormal_columns, "columns");
  say(found.orthonormal_rows, "rows");
  say(found.sorted, "sorted");
  return out;
}
constexpr auto used = ricci::passes::use_structure;
}  // namespace

#define CHECK_KNOWN(text, expected) CHECK(known(text) == std::string(expected))
#define CHECK_USED(text, expected) CHECK_PASS(used, with_inputs(text), sizes, expected)

TEST_CASE("passes: symmetry and definiteness follow from definitions") {
  CHECK_KNOWN("M[i,j] = X[k,i]*X[k,j]", "semidefinite");
  CHECK_KNOWN("M[i,j] = X[k,i]*X[k,j] + 0.5*(i == j)", "definite");
  CHECK_KNOWN("M = X' @ X + 2*eye(5)", "definite");
  CHECK_KNOWN("G = X' @ X; M = G/3 + eye(5)*1e-3; N = inv(M)", "definite");
  CHECK_KNOWN("M[i,j] = w[k]^2*X[k,i]*X[k,j]", "semidefinite");
  CHECK_KNOWN("M[i,j] = abs(w[k])*X[k,i]*X[k,j]", "semidefinite");
  CHECK_KNOWN("M[i,j] = b[i]*b[j] + (i == j)*b[i]^2", "semidefinite");
  CHECK_KNOWN("M[i,j] = b[i]*b[j] + (i == j)*(1 + b[i]^2)", "definite");
  CHECK_KNOWN("M[i,j] = exp(-0.5*sum[k] (X[k,i] - X[k,j])^2)", "symmetric");
  CHECK_KNOWN("M[i,j] = abs(b[i] - b[j])", "symmetric");
  CHECK_KNOWN("M[i,j] = (b[i] - b[j])*sin(b[i] - b[j])", "symmetric");
  CHECK_KNOWN("M[i,j] = S[i,j]*b[i]*b[j]", "symmetric");
  CHECK_KNOWN("M[i,j] = b[(i + j) % 5] for i in 0:5, j in 0:5", "symmetric");
  CHECK_KNOWN("M = assume(A, spd) + X' @ X", "definite");
  CHECK_KNOWN("M = S @ S'", "semidefinite");
  CHECK_KNOWN("M[m,i,j] = P[m,i,k]*P[m,j,k] + (i == j)", "definite");
  CHECK_KNOWN("Z[i,j] = A[i,j] + 1i*B[i,j]; M = Z' @ Z", "semidefinite");
  CHECK_KNOWN("Z[i,j] = A[i,j] + 1i*B[i,j]; M = Z + Z'", "symmetric");
}

TEST_CASE("passes: what is not known to be symmetric or definite is not said to be") {
  CHECK_KNOWN("M = A", "");
  CHECK_KNOWN("M[i,j] = X[k,i]*Y[k,n]*X[n,j]", "");
  CHECK_KNOWN("M[i,j] = w[k]*X[k,i]*X[k,j]", "symmetric");
  CHECK_KNOWN("M = X' @ X - 2*eye(5)", "symmetric");
  CHECK_KNOWN("M[i,j] = b[i]*c[j]", "");
  CHECK_KNOWN("M[i,j] = b[i] - b[j]", "");
  CHECK_KNOWN("M[i,j] = exp(b[i] - b[j])", "");
  CHECK_KNOWN("M[i,j] = (b[i] - b[j])*(b[i] + b[j])", "");
  CHECK_KNOWN("Z[i,j] = A[i,j] + 1i*B[i,j]; M[i,j] = Z[k,i]*Z[k,j]", "");
  CHECK_KNOWN("Z[i,j] = A[i,j] + 1i*B[i,j]; M[i,j] = Z[i,j] + Z[j,i]", "");
  CHECK_KNOWN("Z[i,j] = 1i*S[i,j]", "");
  CHECK_KNOWN("M[i,j] = D[i,j]*D[j,i]*A[i,j]", "");
  CHECK_KNOWN("M = normal(0, 1, shape=[5,5]) + 1", "");
}

TEST_CASE("passes: bands and orthogonality follow from definitions") {
  CHECK_KNOWN("M = L", "lower");
  CHECK_KNOWN("M = U'", "lower");
  CHECK_KNOWN("M = L @ tril(B)", "lower");
  CHECK_KNOWN("M = L @ U", "");
  CHECK_KNOWN("M = inv(U)", "upper");
  CHECK_KNOWN("M = cholesky(A)", "lower");
  CHECK_KNOWN("M = diag(b)", "lower upper");
  CHECK_KNOWN("M = 2*eye(5)", "definite lower upper");
  CHECK_KNOWN("M[i,j] = (i == j)*b[i] + (i == j+1)*2 + (i+1 == j)*3 for i in 0:5, j in 0:5", "1+1");
  CHECK_KNOWN("M[i,j] = (i <= j)*(j < i+3)*A[i,j]", "upper 0+2");
  CHECK_KNOWN("M = E", "definite lower upper unit permutation columns rows");
  CHECK_KNOWN("M = Q", "columns rows");
  CHECK_KNOWN("O, T = qr(X); M = O", "columns");
  CHECK_KNOWN("O, T = qr(X); M = O'", "rows");
  CHECK_KNOWN("M = R", "upper");
  CHECK_KNOWN("H, W = eigh(A); M = W @ W'", "semidefinite columns rows");
  CHECK_KNOWN("H, W = eigh(A); M = H", "sorted");
  CHECK_KNOWN("O, G, T = lu(A); M = O'", "permutation columns rows");
  CHECK_KNOWN("O, G, T = lu(A); M = G", "lower unit");
}

TEST_CASE("passes: an orthogonal matrix is multiplied by, not factored") {
  CHECK_USED("x = Q \\ b", "[i] sum[i_2] part(qr(A), 0)[i_2,i] * b[i_2]");
  CHECK_USED("x = Q' \\ b", "[j] sum[i] ([i,j] part(qr(A), 0)[j,i])[i,j] * b[i]");
  CHECK_USED("x[j] = Q[i,j] \\ b[i]", "[i] ([j] sum[i] ([i,j] part(qr(A), 0)[i,j])[i,j] * ([i] b[i])[i])[i]");
  CHECK_USED("x = inv(Q)", "[i,i_2] part(qr(A), 0)[i_2,i]");
  CHECK_USED("O, T = qr(X); x[i] = O[k,i] \\ w[k]",
             "[i] ([j] sum[k] ([k,j] part(qr(X), 0)[k,j])[k,j] * ([k] w[k])[k])[i]");
  CHECK_USED("O, T = qr(X); x = pinv(O')", "[i,i_2] ([i,i_2] part(qr(X), 0)[i_2,i])[i_2,i]");
  CHECK_USED("x = assume(A, orthogonal) \\ B", "[i,i_2] sum[i_3] assume(A, orthogonal)[i_3,i] * B[i_3,i_2]");
  CHECK_USED("C[i,j] = A[i,j] + 1i*B[i,j]; O, T = qr(C); x = O \\ (1i*b)",
             "[j] sum[i] conj(part(qr([i,j] c128(A[i,j]) + (0 + 1i) * c128(B[i,j])), 0)[i,j]) * ([i] (0 + 1i) * "
             "c128(b[i]))[i]");
}

TEST_CASE("passes: a product of triangles is substituted, triangle by triangle") {
  CHECK_USED("x = (L @ L') \\ b", "solve([i,j] ([i,j] (j <= i)*A[i,j])[j,i], solve([i,j] (j <= i)*A[i,j], b))");
  CHECK_USED("x = (L @ U) \\ B", "solve([i,j] (i <= j)*B[i,j], solve([i,j] (j <= i)*A[i,j], B))");
  CHECK_USED("C = cholesky(A); M[i,j] = C[i,k]*C[j,k]; x = M \\ b",
             "solve([i,j] cholesky(A)[j,i], solve(cholesky(A), b))");
}

TEST_CASE("passes: what is no triangle, or not square, is factored") {
  CHECK_USED("x = (L @ B) \\ b", "solve([j,i] sum[i_2] ([i,j] (j <= i)*A[i,j])[j,i_2] * B[i_2,i], b)");
  CHECK_USED("O, T = qr(X); y = T \\ b", "solve(part(qr(X), 1), b)");
  CHECK_USED("x = (X' @ X) \\ b", "solve([j,i] sum[k] ([i,i_2] X[i_2,i])[j,k] * X[k,i], b)");
}
