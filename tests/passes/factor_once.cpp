// Solves instead of inverses, one node for one matrix, right-hand sides solved together; and what has to stay.
#include "passes/factor_once.hpp"

#include "passes/apply_inverses.hpp"
#include "passes/fold.hpp"
#include "passes/inline_definitions.hpp"
#include "tests/passes/check_pass.hpp"

namespace {
using namespace ricci::dsl;
using ricci::passes::apply_inverses;
using ricci::passes::Choice;
using ricci::passes::factor_once;
using ricci::passes::Notes;
using ricci::passes::Rebuilt;

/// As the passes before leave it: definitions inlined, operations that do nothing gone.
template <auto pass>
Rebuilt folded(const Graph& graph, const Vec<NodeId>& roots, Notes& notes) {
  using ricci::passes::then;
  Notes before;
  Rebuilt out = ricci::passes::inline_definitions(graph, roots, before);
  out = then(out, ricci::passes::fold(out.graph, out.roots, before));
  out = then(out, pass(out.graph, out.roots, notes));
  out = then(out, ricci::passes::inline_leftovers(out.graph, out.roots, before));
  return then(out, ricci::passes::fold(out.graph, out.roots, before));
}
constexpr auto applied = folded<apply_inverses>;
constexpr auto once = folded<factor_once>;
Rebuilt always(const Graph& graph, const Vec<NodeId>& roots, Notes& notes) {
  return ricci::passes::factor_by(Choice::whatever_is_right, graph, roots, notes);
}
constexpr auto stacked = folded<always>;

/// Gives A, B their extents, and what stands on right-hand sides.
std::string with_inputs(std::string_view text) {
  return "given[i,j,r,t,m] = A[i,j] + B[i,j] + b[i] + c[j] + C[i,r] + D[r,t] + T[i,r] + P[m,i,j] + p[m,i] + q[m,i]; " +
         std::string(text);
}
constexpr const char* sizes = "i=5 j=5 r=3 t=2 m=4";
/// The sentences of factor_once on the last value.
std::string said(const std::string& text, std::string_view extents = sizes) {
  const statements::Sheet sheet(text, extents);
  if (!sheet.faults.empty()) return "does not compile: " + std::string(sheet.faults[0].message.view());
  Notes notes;
  once(sheet.graph, {sheet.last()}, notes);
  std::string out;
  for (const Str& why : notes.why) out += std::string(why.view()) + "\n";
  return out;
}
}  // namespace

#define CHECK_APPLIED(text, expected) CHECK_PASS(applied, with_inputs(text), sizes, expected)
#define CHECK_ONCE(text, expected) CHECK_PASS(once, with_inputs(text), sizes, expected)
#define CHECK_STACKED(text, expected) CHECK_PASS(stacked, with_inputs(text), sizes, expected)

TEST_CASE("passes: a product with an inverse is a solve") {
  CHECK_APPLIED("x[i] = inv(A)[i,j]*b[j]", "solve(A, b)");
  CHECK_APPLIED("x = inv(A) @ b", "solve(A, b)");
  CHECK_APPLIED("x = inv(A) @ C", "solve(A, C)");
  CHECK_APPLIED("x[i] = b[j]*inv(A)[i,j]", "solve(A, b)");
  CHECK_APPLIED("x[i] = 2*inv(A)[i,j]*b[j]/c[i]", "[i] 2 * (solve(A, b)[i] / c[i])");
  CHECK_APPLIED("x = b @ inv(A)", "solve(A, b, transposed)");
  CHECK_APPLIED("x = inv(A)' @ b", "solve(A, b, transposed)");
  CHECK_APPLIED("V[i,j] = inv(A)[i,j]; x = V @ b", "solve(A, b)");
  CHECK_APPLIED("x = (inv(A) @ C) @ D", "[j,i] sum[k] solve(A, C)[j,k] * D[k,i]");
  CHECK_APPLIED("x = inv(A) @ (C @ D)", "solve(A, [j,i] sum[k] C[j,k] * D[k,i])");
  CHECK_APPLIED("x = inv(A) @ inv(B) @ b", "solve(A, solve(B, b))");
  CHECK_APPLIED("s = b @ inv(A) @ c", "[] sum[i] b[i] * solve(A, c)[i]");
  CHECK_APPLIED("x[m,i] = inv(P)[m,i,j]*p[m,j]", "solve(P, p)");
  CHECK_APPLIED("x[m,i] = inv(P)[m,i,j]*b[j]", "solve(P, [i,i_2] b[i_2])");
  CHECK_APPLIED("x[i] = sum[m] inv(P)[m,i,j]*p[m,j]", "[i] sum[m] solve(P, p)[m,i]");
  CHECK_APPLIED("x[i] = sum[j] inv(A)[i,j]", "solve(A, [i] 1)");
  CHECK_APPLIED("x[i,r,t] = inv(A)[i,j]*C[j,r]*D[r,t]", "[i,r,t] solve(A, C)[i,r] * D[r,t]");
  CHECK_APPLIED("x = pinv(T) @ b", "lstsq(T, b)");
  CHECK_APPLIED("x[i] = D[r,0]*pinv(T)[r,i]", "lstsq([r,j] T[j,r], [r] D[r,0])");
  CHECK_APPLIED("x = pinv(C)' @ D", "lstsq([k,j] C[j,k], D)");
  CHECK_APPLIED("x[i] = einsum(\"ij,j->i\", inv(A), b)[i]", "solve(A, b)");
  CHECK_APPLIED("x = inv(2*A) @ b", "solve([i,j] 2 * A[i,j], b)");
  CHECK_APPLIED("x[i] = -inv(A)[i,j]*b[j]/c[j]", "[i] -solve(A, [i] b[i] / c[i])[i]");
}

TEST_CASE("passes: an inverse that is wanted as such stays") {
  CHECK_APPLIED("x = inv(A)", "inv(A)");
  CHECK_APPLIED("x[i] = inv(A)[i,j]*B[i,j]", "[j] sum[i] inv(A)[j,i] * B[j,i]");
  CHECK_APPLIED("x[i] = sum[j] inv(A)[j,j]*b[j]*c[i]", "[j] sum[i] inv(A)[i,i] * b[i] * c[j]");
  CHECK_APPLIED("x[i] = inv(A)[i,j]*exp(b[j]*c[i])", "[j] sum[i] inv(A)[j,i] * exp(b[i] * c[j])");
  CHECK_APPLIED("x[i] = sum[j in 0:3] inv(A)[i,j]*b[j]", "[j] sum[j_2] inv(A)[j,j_2] * b[j_2]");
  CHECK_APPLIED("x[i] = sum[j] (j < 3)*inv(A)[i,j]*b[j]", "[j] sum[i] (i < 3)*(inv(A)[j,i] * b[i])");
  CHECK_APPLIED("x[i] = sum[j] inv(A)[i,j]^2*b[j]", "[j] sum[i] inv(A)[j,i] * inv(A)[j,i] * b[i]");
  CHECK_APPLIED("x[m,i] = inv(P)[(m+1) % 4,i,j]*p[m,j]", "[m,i] sum[i_2] inv(P)[(m+1) % 4,i,i_2] * p[m,i_2]");
  CHECK_APPLIED("x[i] = inv(A)[i,j]*b[(j+1) % 5]", "solve(A, [i] b[(i+1) % 5])");
}

TEST_CASE("passes: an inverse is formed where it is asked for, or applied to so many columns that this is cheaper") {
  // Forming it takes 4/3 n^3 more, a column of a solve 0.3 n^2 more than one of a product.
  const std::string product = "given[i,j] = A[i,j]; x[i,k] = inv(A)[i,j]*B[j,k]";
  CHECK_PASS(applied, product, "i=5 j=5 k=22", "solve(A, B)");
  CHECK_PASS(applied, product, "i=5 j=5 k=23", "[j,k] sum[i] inv(A)[j,i] * B[i,k]");
  CHECK_PASS(applied, "given[i,j] = A[i,j]; x[i] = inv(A)[i,j]*B[j,k]*c[k]", "i=5 j=5 k=23",
             "solve(A, [i] sum[k] B[i,k] * c[k])");
  CHECK_ONCE("V = inv(A); x = [V[0,0], (V @ b)[0], (A \\ c)[0]]",
             "[inv(A)[0,0], sum[i] inv(A)[0,i] * b[i], solve(A, c)[0]]");
}

TEST_CASE("passes: one node for one matrix") {
  CHECK_ONCE("x[i] = A[j,i] \\ b[j]", "solve(A, b)");
  CHECK_ONCE("x = A' \\ b", "solve(A, b, transposed)");
  CHECK_ONCE("V[i,j] = A[j,i]; x[j] = V[i,j] \\ b[i]", "solve(A, b, transposed)");
  CHECK_ONCE("x = (A \\ b) + ((2*A) \\ c)", "[i] solve(A, b)[i] + solve(A, c)[i] * 0.5");
  CHECK_ONCE("x = (2*A) \\ b", "solve([i,j] 2 * A[i,j], b)");
  CHECK_ONCE("x = (A \\ b) - ((-A)' \\ c)", "[i] solve(A, b)[i] + solve(A, c, transposed)[i]");
  CHECK_ONCE("x = det(A') + det(A)", "[] det(A) + det(A)");
  CHECK_ONCE("x = inv(A') + inv(A)", "[i,j] inv(A)[j,i] + inv(A)[i,j]");
  CHECK_ONCE("x = logdet(2*A) + logdet(A)", "[] logdet([i,j] 2 * A[i,j]) + logdet(A)");
  CHECK_ONCE("x = P' \\ p", "solve([i,j,i_2] P[i,i_2,j], p)");
  CHECK_ONCE("x = (P' \\ p) + (P \\ p)", "[i,j] solve(P, p, transposed)[i,j] + solve(P, p)[i,j]");
  CHECK_ONCE("x = lstsq(C', c[0:3]) + 0*pinv(C)[0,0]", "[i] lstsq([i,j] C[j,i], [i] c[i])[i] + 0 * pinv(C)[0,0]");
}

TEST_CASE("passes: a sparse matrix is factored as it is stored") {
  CHECK_ONCE("S = sparse(A); x[i] = S[j,i] \\ b[j]", "solve(sparse(A), b)");
  CHECK_ONCE("S = sparse(A); x = solve(S, b)", "solve(sparse(A), b)");
  CHECK_ONCE("S = sparse(A); x[i] = S[i,j] \\ b[j]", "solve(sparse(A), b, transposed)");
  CHECK_ONCE("S = sparse(A); x = logdet(S)", "logdet(sparse(A))");
  CHECK_ONCE("S = sparse(A); x = inv(S)", "inv(sparse(A))");
  CHECK_ONCE("S = sparse(A); x = lstsq(S, b)", "lstsq(dense(sparse(A)), b)");
}

TEST_CASE("passes: right-hand sides of one matrix are solved together") {
  CHECK_STACKED("x = (A \\ b) + (A \\ c)",
                "[i] solve(A, concat(reshape(b, [5, 1]), reshape(c, [5, 1]), axis=1))[i,0] + solve(A, "
                "concat(reshape(b, [5, 1]), reshape(c, [5, 1]), axis=1))[i,1]");
  CHECK_STACKED("x = (A \\ b) + (A \\ C)[:,0]",
                "[i] solve(A, concat(reshape(b, [5, 1]), C, axis=1))[i,0] + solve(A, concat(reshape(b, [5, 1]), C, "
                "axis=1))[i,1]");
  CHECK_STACKED("x = A \\ (A \\ b)", "solve(A, solve(A, b))");
  CHECK_STACKED("x = (A \\ b) + (A' \\ c)", "[i] solve(A, b)[i] + solve(A, c, transposed)[i]");
  CHECK_STACKED("x = (A \\ b) + (A \\ (A \\ c))",
                "[i] solve(A, concat(reshape(b, [5, 1]), reshape(c, [5, 1]), axis=1))[i,0] + solve(A, [i] solve(A, "
                "concat(reshape(b, [5, 1]), reshape(c, [5, 1]), axis=1))[i,1])[i]");
  CHECK_STACKED("x = (P \\ p) + (P \\ q)",
                "[i,i_2] solve(P, concat(reshape(p, [4, 5, 1]), reshape(q, [4, 5, 1]), axis=2))[i,i_2,0] + solve(P, "
                "concat(reshape(p, [4, 5, 1]), reshape(q, [4, 5, 1]), axis=2))[i,i_2,1]");
  CHECK_STACKED("x = lstsq(T, b) + lstsq(T, c)",
                "[i] lstsq(T, concat(reshape(b, [5, 1]), reshape(c, [5, 1]), axis=1))[i,0] + lstsq(T, "
                "concat(reshape(b, [5, 1]), reshape(c, [5, 1]), axis=1))[i,1]");
  CHECK_STACKED("x = (A \\ b) + (B \\ c)", "[i] solve(A, b)[i] + solve(B, c)[i]");
  CHECK_STACKED("x = (A \\ (B \\ b)) + (A \\ c) + (B \\ (A \\ c))",
                "[i] solve(A, [i] solve(B, concat(reshape(b, [5, 1]), reshape(solve(A, c), [5, 1]), axis=1))[i,0])[i] "
                "+ solve(A, c)[i] + solve(B, concat(reshape(b, [5, 1]), reshape(solve(A, c), [5, 1]), axis=1))[i,1]");
}

TEST_CASE("passes: what is shared is said, and why not all is solved together") {
  CHECK(said(with_inputs("x = (A \\ b) + (A \\ C)[:,0] + (A' \\ c)")) ==
        "used the matrix behind `[i,j] A[j,i]`: it only renames, turns or scales it\n"
        "A is factored once for 5 right-hand sides\n");
  CHECK(said(with_inputs("x = det(A)*(inv(A) + 0*(A \\ b)[0])")) ==
        "A is factored once for 1 right-hand side, its inverse and its determinant\n");
  CHECK(said(with_inputs("x = A \\ b")).empty());
  CHECK(said("given[i,j] = A[i,j]*b[j]*c[i]; x = (A \\ b) + (A \\ (A \\ c))", "i=500 j=500") ==
        "A is factored once for 3 right-hand sides\n"
        "not all at once `A`: right-hand sides depend on solutions\n"
        "solved together `A`: its factor is read once for all right-hand sides\n");
}
