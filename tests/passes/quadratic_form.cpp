// (x - y)' W (x - y) however it is spelled, and what only looks like it.
#include "passes/quadratic_form.hpp"
#include "passes/fold.hpp"
#include "passes/inline_definitions.hpp"
#include "tests/passes/check_pass.hpp"

namespace {
using ricci::dsl::Rebuilt;
using ricci::passes::Choice;
using ricci::passes::fold;
using ricci::passes::inline_definitions;
using ricci::passes::quadratic_form;
using ricci::passes::then;

constexpr const char* sizes = "i=300 j=400 k=6 l=6";
constexpr const char* found = "[i,j] quadratic(X, Y, W, i, j)";

/// As the pipeline runs it: definitions have met.
Rebuilt as_planned(const ricci::dsl::Graph& graph, const ricci::dsl::Vec<ricci::dsl::NodeId>& roots,
                   ricci::passes::Notes& notes) {
  ricci::passes::Notes others;
  Rebuilt out = fold(graph, roots, others);
  out = then(out, inline_definitions(out.graph, out.roots, others));
  out = then(out, fold(out.graph, out.roots, others));
  return then(out, quadratic_form(out.graph, out.roots, notes));
}

std::string why(std::string_view text, std::string_view of = sizes) {
  const statements::Sheet sheet(text, of);
  REQUIRE(sheet.faults.empty());
  ricci::passes::Notes notes;
  quadratic_form(sheet.graph, {sheet.last()}, notes);
  return notes.why.empty() ? "" : std::string(notes.why[0].view());
}
}  // namespace

TEST_CASE("passes: a quadratic form of a difference is found in any order of its factors") {
  CHECK_PASS(quadratic_form, "Q[i,j] = (X[i,k]-Y[j,k])*W[k,l]*(X[i,l]-Y[j,l])", sizes, found);
  CHECK_PASS(quadratic_form, "Q[i,j] = W[k,l]*(X[i,k]-Y[j,k])*(X[i,l]-Y[j,l])", sizes, found);
  CHECK_PASS(quadratic_form, "Q[i,j] = (X[i,l]-Y[j,l])*((X[i,k]-Y[j,k])*W[l,k])", sizes, found);
  CHECK_PASS(quadratic_form, "Q[i,j] = sum[k] (X[i,k]-Y[j,k]) * (sum[l] W[k,l]*(X[i,l]-Y[j,l]))", sizes, found);
  CHECK_PASS(quadratic_form, "Q[i,j] = (Y[j,k]-X[i,k])*W[k,l]*(Y[j,l]-X[i,l])", sizes,
             "[i,j] quadratic(Y, X, W, j, i)");
  CHECK_PASS(quadratic_form, "Q[i,j] = (X[i,k]-Y[j,k])*W[k,l]*(Y[j,l]-X[i,l])", sizes,
             "[i,j] -quadratic(X, Y, W, i, j)");
  CHECK_PASS(quadratic_form, "Q[i,j] = (-Y[j,k]+X[i,k])*W[k,l]*(X[i,l]-Y[j,l])", sizes,
             "[i,j] quadratic(Y, X, W, j, i)");
}

TEST_CASE("passes: a kernel of the rows of one tensor times a vector stores nothing of its size") {
  constexpr const char* large = "i=100000 j=100000 k=6 l=6";
  CHECK_PASS(check_pass::everything, "K[i,j] = exp(-0.5*(X[i,k]-X[j,k])*W[k,l]*(X[i,l]-X[j,l])); y[i] = K[i,j]*v[j]",
             large, "[j] sum[i] exp(-0.5 * quadratic(X, X, W, j, i)) * v[i]");
  CHECK_PASS(check_pass::everything, "K[i,j] = 3*exp(-(sum[k] (X[i,k]-X[j,k])^2)/8); y[i] = v[j]*K[j,i]", large,
             "[i] 3 * (sum[i_2] v[i_2] * exp(-(quadratic(X, X, i_2, i) * 0.125)))");
}

TEST_CASE("passes: constant factors and factors of other indices stand outside a quadratic form") {
  CHECK_PASS(quadratic_form, "K[i,j] = 4*exp(-0.5*(X[i,k]-Y[j,k])*W[k,l]*(X[i,l]-Y[j,l])) + 0.1*(i == j)", sizes,
             "[i,j] 4 * exp(-0.5 * quadratic(X, Y, W, i, j)) + (i == j)*0.1");
  CHECK_PASS(quadratic_form, "Q[i,j] = sum[k,l] c[i]*(X[i,k]-Y[j,k])*W[k,l]*(X[i,l]-Y[j,l])", sizes,
             "[i,j] c[i] * quadratic(X, Y, W, i, j)");
}

TEST_CASE("passes: what stands between two differences may be any expression of theirs") {
  CHECK_PASS(quadratic_form, "Q[i,j] = sum[k,l] (X[i,k]-Y[j,k])*(v[k]*v[l] + (k == l)*a[k]^2)*(X[i,l]-Y[j,l])", sizes,
             "[i,j] quadratic(X, Y, [k,l] v[k] * v[l] + (k == l)*a[k]^2, i, j)");
  CHECK_PASS(quadratic_form, "Q[i,j] = sum[k,l] (X[i,k]-Y[j,k])*b[k]*W[k,l]*b[l]*(X[i,l]-Y[j,l])", sizes,
             "[i,j] quadratic(X, Y, [k,l] b[k] * W[k,l] * b[l], i, j)");
  CHECK_PASS(as_planned, "D[i,j,k] = X[i,k] - Y[j,k]\nW[k,l] = G[p,k]*G[p,l]\nQ[i,j] = D[i,j,k]*W[k,l]*D[i,j,l]",
             "i=300 j=400 k=6 l=6 p=3", "[i,j] quadratic(X, Y, [k,k_2] sum[p] G[p,k] * G[p,k_2], i, j)");
  CHECK_PASS(
      as_planned,
      "V[k,l] = W[k,l]\nD[i,j,k] = X[i,k] - Y[j,k]\nQ = einsum(\"ijk,kl,ijl->ij\", D, V, D)\nR[i,j] = Q[i,j] + V[k,k]",
      sizes, "[i,j] quadratic(X, Y, W, i, j) + sum[k] W[k,k]");
}

TEST_CASE("passes: a diagonal between the differences scales the rows") {
  CHECK_PASS(quadratic_form, "Q[i,j] = sum[k] (X[i,k]-Y[j,k])^2", sizes, "[i,j] quadratic(X, Y, i, j)");
  CHECK_PASS(quadratic_form, "Q[i,j] = sum[k] (X[i,k]-Y[j,k])*(X[i,k]-Y[j,k])", sizes, "[i,j] quadratic(X, Y, i, j)");
  CHECK_PASS(quadratic_form, "Q[i,j] = sum[k] abs(Y[j,k]-X[i,k])^2", sizes, "[i,j] quadratic(Y, X, j, i)");
  CHECK_PASS(quadratic_form, "Q[i,j] = sum[k] w[k]*(X[i,k]-Y[j,k])^2", sizes, "[i,j] quadratic(X, Y, w, i, j)");
  CHECK_PASS(quadratic_form, "Q[i,j] = sum[k] ((X[i,k]-Y[j,k])/a[k])^2", sizes,
             "[i,j] quadratic(X, Y, [k] 1 / a[k] / a[k], i, j)");
  CHECK_PASS(quadratic_form, "Q[i,j] = sum[k,l] (X[i,k]-Y[j,k])*((k == l)*a[k]^2)*(X[i,l]-Y[j,l])", sizes,
             "[i,j] quadratic(X, Y, [k] a[k] * a[k], i, j)");
  CHECK_PASS(quadratic_form, "D[i,j] = sqrt(sum[k] (X[i,k]-X[j,k])^2)", "i=300 j=300 k=6",
             "[i,i_2] sqrt(quadratic(X, X, i, i_2))");
}

TEST_CASE("passes: a norm of a difference is the root of a form, its square is the form") {
  CHECK_PASS(quadratic_form, "D[i,j] = norm[k] (X[i,k]-Y[j,k])", sizes, "[i,j] sqrt(quadratic(X, Y, i, j))");
  CHECK_PASS(as_planned, "D[i,j] = (norm[k] (X[i,k]-Y[j,k]))^2", sizes, "[i,j] quadratic(X, Y, i, j)");
  CHECK_PASS(as_planned, "D[i,j] = norm[k] (X[i,k]-Y[j,k])\nK[i,j] = exp(-D[i,j]^2)", sizes,
             "[i,j] exp(-quadratic(X, Y, i, j))");
  CHECK_UNCHANGED(quadratic_form, "d[i] = norm[k] X[i,k]", sizes);
  CHECK_UNCHANGED(quadratic_form, "D[i,j] = norm[k] (X[i,k]-Y[j,k])", "i=300 j=400 k=6 X:c128 Y:c128");
}

TEST_CASE("passes: a squared distance may be written as an expanded square") {
  const char* form = "[i,j] quadratic(X, Y, i, j)";
  CHECK_PASS(as_planned, "D[i,j] = sum[k] X[i,k]^2 + sum[k] Y[j,k]^2 - 2*(sum[k] X[i,k]*Y[j,k])", sizes, form);
  CHECK_PASS(as_planned, "a[i] = sum[k] X[i,k]^2\nb[j] = sum[k] Y[j,k]*Y[j,k]\nD[i,j] = a[i] - 2*X[i,k]*Y[j,k] + b[j]",
             sizes, form);
  CHECK_PASS(as_planned,
             "a[i] = (norm[k] X[i,k])^2\nC[i,j] = X[i,k]*Y[j,k]\nb = sum(Y*Y, axis=1)\nD[i,j] = b[j] + a[i] - 2*C[i,j]",
             sizes, "[i,i_2] quadratic(X, Y, i, i_2)");
  CHECK_PASS(as_planned, "a[i] = sum[k] X[i,k]^2\nD[i,j] = a[i] + a[j] - 2*X[i,k]*X[j,k] + 0.5*(i == j)",
             "i=300 j=300 k=6", "[i,i_2] quadratic(X, X, i, i_2) + (i == i_2)*0.5");
  CHECK_UNCHANGED(quadratic_form, "a[i] = sum[k] X[i,k]^2\nD[i,j] = a[i] + a[j] - 3*X[i,k]*X[j,k]", "i=300 j=300 k=6");
  CHECK_UNCHANGED(quadratic_form, "a[i] = sum[k] X[i,k]^2\nD[i,j] = a[i] + a[j] + 2*X[i,k]*X[j,k]", "i=300 j=300 k=6");
  CHECK_UNCHANGED(quadratic_form, "a[i] = sum[k] X[i,k]^2\nD[i,j] = a[i] + a[i] - 2*X[i,k]*X[j,k]", "i=300 j=300 k=6");
  CHECK_UNCHANGED(quadratic_form, "a[i] = sum[k] X[i,k]^2\nD[i,j] = a[i] + z[j] - 2*X[i,k]*Y[j,k]", sizes);
}

TEST_CASE("passes: a higher power of a difference is no square") {
  CHECK_UNCHANGED(quadratic_form, "D[i,j] = sum[k] (X[i,k]-Y[j,k])*(X[i,k]-Y[j,k])*(X[i,k]-Y[j,k])", sizes);
  CHECK_UNCHANGED(quadratic_form, "D[i,j] = sum[k] (X[i,k]-Y[j,k])^2*(X[i,k]-Y[j,k])^2", sizes);
  CHECK_UNCHANGED(quadratic_form, "D[i,j] = norm[k] (X[i,k]-Y[j,k])^2", sizes);
  CHECK_UNCHANGED(quadratic_form, "D[i,j] = (X[i,k]-Y[j,k])*W[k,l]*(X[i,l]-Y[j,l])*(X[i,k]-Y[j,k])", sizes);
}

TEST_CASE("passes: an expanded square may have weights") {
  const char* weighted = "[i,j] quadratic(X, Y, w, i, j)";
  CHECK_PASS(as_planned, "D[i,j] = sum[k] w[k]*X[i,k]^2 + sum[k] w[k]*Y[j,k]^2 - 2*(sum[k] w[k]*X[i,k]*Y[j,k])", sizes,
             weighted);
  CHECK_PASS(as_planned, "a[i] = X[i,k]^2*w[k]\nb[j] = Y[j,k]*w[k]*Y[j,k]\nD[i,j] = a[i] + b[j] - X[i,k]*2*Y[j,k]*w[k]",
             sizes, weighted);
  CHECK_PASS(as_planned,
             "a[i] = X[i,k]^2/w[k]\nb[j] = Y[j,k]^2/w[k]\nD[i,j] = exp(-(a[i] + b[j] - 2*(X[i,k]/w[k])*Y[j,k]))", sizes,
             "[i,j] exp(-quadratic(X, Y, [k] 1 / w[k], i, j))");
  const char* form = "[i,j] quadratic(X, Y, W, i, j)";
  CHECK_PASS(as_planned,
             "D[i,j] = X[i,k]*W[k,l]*X[i,l] - X[i,k]*W[k,l]*Y[j,l] - Y[j,k]*W[k,l]*X[i,l] + Y[j,k]*W[k,l]*Y[j,l]",
             sizes, form);
  CHECK_PASS(as_planned,
             "D[i,j] = X[i,l]*W[k,l]*X[i,k] - Y[j,l]*W[k,l]*X[i,k] + Y[j,k]*Y[j,l]*W[k,l] - Y[j,k]*W[k,l]*X[i,l]",
             sizes, form);
  CHECK_UNCHANGED(quadratic_form, "D[i,j] = w[k]*X[i,k]^2 + v[k]*Y[j,k]^2 - 2*w[k]*X[i,k]*Y[j,k]", sizes);
  CHECK_UNCHANGED(quadratic_form, "D[i,j] = w[k]*X[i,k]^2 + w[k]*Y[j,k]^2 - 2*X[i,k]*Y[j,k]", sizes);
  CHECK_UNCHANGED(quadratic_form, "D[i,j] = w[k]*X[i,k]^2 + w[k]*Y[j,k]^2 - w[k]*X[i,k]*Y[j,k]", sizes);
  // W need not be symmetric: one product twice is not both.
  CHECK_UNCHANGED(quadratic_form, "D[i,j] = X[i,k]*W[k,l]*X[i,l] - 2*X[i,k]*W[k,l]*Y[j,l] + Y[j,k]*W[k,l]*Y[j,l]",
                  sizes);
  CHECK_UNCHANGED(quadratic_form,
                  "D[i,j] = X[i,k]*W[k,l]*X[i,l] - X[i,k]*W[k,l]*Y[j,l] - X[i,k]*W[k,l]*Y[j,l] + Y[j,k]*W[k,l]*Y[j,l]",
                  sizes);
}

TEST_CASE("passes: rows may be views, batches and sums of terms") {
  CHECK_PASS(quadratic_form, "Q[i,j] = sum[k] (X[k,i]-Y[j,k])^2", "i=300 j=400 k=6",
             "[i,j] quadratic([i,k] X[k,i], Y, i, j)");
  CHECK_PASS(quadratic_form, "Q[i,j] = sum[k] (X[i,k]-m[k]-Y[j,k])^2", sizes,
             "[i,j] quadratic([i,k] X[i,k] - m[k], Y, i, j)");
  CHECK_PASS(quadratic_form, "Q[b,i,j] = sum[k] (X[b,i,k]-Y[b,j,k])^2", "b=5 i=300 j=400 k=6",
             "[b,i,j] quadratic(X, Y, b, i, b, j)");
  CHECK_PASS(quadratic_form, "Q[b,i,j] = (X[i,k]-Y[j,k])*W[b,k,l]*(X[i,l]-Y[j,l])", "b=5 i=300 j=400 k=6 l=6",
             "[b,i,j] quadratic([b,i,k] X[i,k], [b,j,k] Y[j,k], W, b, i, j)");
  CHECK_PASS(quadratic_form, "Q[i,j,b] = (X[b,i,k]-Y[b,j,k])*W[b,k,l]*(X[b,i,l]-Y[b,j,l])", "b=5 i=300 j=400 k=6 l=6",
             "[i,j,b] quadratic(X, Y, W, b, i, j)");
  CHECK_PASS(quadratic_form, "Q[i,j] = (X[i,k]-Y[j,k])*W[k,l]*(X[i,l]-Y[j,l])", "i=300 j=400 k=6 l=6 X:f32 Y:f32 W:f32",
             found);
}

TEST_CASE("passes: what is no quadratic form of a difference is left, and says why") {
  const auto refused = [](std::string_view text, const char* reason, std::string_view of = sizes) {
    INFO(text);
    CHECK_UNCHANGED(quadratic_form, text, of);
    const std::string said = why(text, of);
    INFO(said);
    CHECK((reason[0] == 0 ? said.empty() : said.find(reason) != std::string::npos));
  };
  refused("Q[i,j] = (X[i,k]-Y[j,k])*W[k,l]*(X[i,l]-2*Y[j,l])", "left and right differences are not the same vector");
  refused("Q[i,j] = (X[i,k]-Y[j,k])*W[k,l]*(X[j,l]-Y[i,l])", "left and right differences are not the same vector",
          "i=300 j=300 k=6 l=6");
  refused("q[i] = (X[i,k]-m[k])*W[k,l]*(X[i,l]-m[l])", "both rows go by the same indices");
  refused("Q[i,j] = (X[i,k]-Y[j,k])*W[k,l]*(X[i,l]-Y[j,l])", "hardly more pairs than rows", "i=3 j=3 k=6 l=6");
  refused("Q[i,j] = (X[i,k]-Y[j,k])*W[k,l]*(X[i,l]-Y[j,l])", "real floating numbers",
          "i=300 j=400 k=6 l=6 X:c128 Y:c128 W:c128");
  refused("Q[i,j] = sum[k] (X[i,k]-Y[j,k])^2", "real floating numbers", "i=300 j=400 k=6 X:i64 Y:i64");
  refused("Q[i,j] = sum[k] (X[i,k]-Y[j,k])^3", "");
  refused("Q[i,j] = sum[k] abs(X[i,k]-Y[j,k])", "");
  refused("Q[i,j] = sum[k] (X[i,k]+Y[j,k])*Z[j,k]", "");
  refused("C[i,j] = A[i,k]*B[k,j]", "");
}
