// Sparse arguments: compressed rows in any order, wrong structures refused, every function takes or refuses them.
#include <catch2/catch.hpp>
#include <ricci/xtensor.hpp>

namespace {

using Matrix = xt::xtensor<double, 2>;

std::string code_of(auto&& f) {
  try {
    f();
  } catch (const ricci::error& cause) {
    return cause.code();
  }
  return "";
}

ricci::value sample() {  // [[0, 3, 0], [1, 0, 5]], columns unsorted, one element in two parts
  return ricci::csr(std::vector<int>{0, 1, 4}, std::vector<int>{1, 2, 0, 2}, std::vector<double>{3, 4, 1, 1}, 2, 3);
}

}  // namespace

TEST_CASE("public: compressed rows may be unsorted and hold duplicates") {
  const ricci::value A = sample();
  CHECK(A.sparse());
  CHECK(A.shape() == ricci::extents{2, 3});
  CHECK((Matrix(A) == Matrix{{0, 3, 0}, {1, 0, 5}}));
  const auto product = ricci::compile("y[i] = A[i,k]*x[k]");
  const xt::xtensor<double, 1> x{1, 10, 100};
  const xt::xtensor<double, 1> y = product({{"A", A}, {"x", x}});
  CHECK((y == xt::xtensor<double, 1>{30, 501}));
  const xt::xtensor<double, 1> dense = product({{"A", Matrix(A)}, {"x", x}});
  CHECK((dense == y));
  ricci::session rc;
  rc.set("A", A);
  rc.run("B[i,j] = A[i,k]*A[j,k]");
  CHECK((Matrix(rc.get("B")) == Matrix{{9, 0}, {0, 26}}));
}

TEST_CASE("public: wrong compressed rows are refused") {
  using Ints = std::vector<std::int64_t>;
  using Reals = std::vector<double>;
  CHECK(code_of([] { ricci::csr(Ints{0, 1}, Ints{0}, Reals{1}, 2, 3); }) == "shape");
  CHECK(code_of([] { ricci::csr(Ints{0, 2, 1}, Ints{0, 1}, Reals{1, 2}, 2, 3); }) == "shape");
  CHECK(code_of([] { ricci::csr(Ints{1, 1, 1}, Ints{0}, Reals{1}, 2, 3); }) == "shape");
  CHECK(code_of([] { ricci::csr(Ints{0, 1, 2}, Ints{0, 1}, Reals{1}, 2, 3); }) == "shape");
  CHECK(code_of([] { ricci::csr(Ints{0, 1, 2}, Ints{0, 3}, Reals{1, 2}, 2, 3); }) == "index");
  CHECK(code_of([] { ricci::csr(Ints{0, 1, 2}, Ints{-1, 1}, Reals{1, 2}, 2, 3); }) == "index");
  CHECK(code_of([] { ricci::csr(Ints{}, Ints{}, Reals{}, 0, 0); }) == "shape");
  CHECK(code_of([] { ricci::csr(Ints{0}, Ints{}, Reals{}, -1, 3); }) == "shape");
  CHECK(code_of([] { ricci::csr(Ints{0}, Ints{}, Reals{}, 0, 3); }).empty());
}

// Whatever a program does with a sparse matrix where dense ones are usual: the dense result, or an error of ricci's.
TEST_CASE("public: every function gives the same for a sparse operand, or refuses it") {
  const char* programs[] = {"A + 1",
                            "A * 2",
                            "A'",
                            "A @ B",
                            "B @ A",
                            "A @ A'",
                            "-A",
                            "exp(A)",
                            "A[0]",
                            "A[0,1]",
                            "A[:, 1]",
                            "A[1:, ::-1]",
                            "sum(A)",
                            "sum(A, axis=0)",
                            "max(A)",
                            "norm(A)",
                            "mean(A)",
                            "reshape(A, [4, 1, 4])",
                            "concat(A, A)",
                            "concat([A, B], axis=1)",
                            "stack([A, A])",
                            "roll(A, 1)",
                            "flip(A)",
                            "tril(A)",
                            "diag(A)",
                            "transpose(A)",
                            "trace(A)",
                            "det(A)",
                            "logdet(A)",
                            "inv(A)",
                            "pinv(A)",
                            "A \\ b",
                            "b \\ b",
                            "A \\ B",
                            "lstsq(A, b)",
                            "solve(A, B)",
                            "rank(A)",
                            "cond(A)",
                            "expm(A)",
                            "kron(A, B)",
                            "dense(A)",
                            "sparse(A)",
                            "sparse(B)",
                            "where(A > 0, A, B)",
                            "A > 0",
                            "A == A'",
                            "assume(A, symmetric) \\ b",
                            "Q, R = qr(A)\nQ",
                            "U, s, Vh = svd(A)\ns",
                            "P, L, U = lu(A)\nU",
                            "w, V = eigh(A)\nw",
                            "cholesky(A)",
                            "y[i] = A[i,j] \\ b[j]",
                            "y[i] = sum[j] A[j,i]*b[j]",
                            "C[i,j] = A[i,k]*B[k,j]",
                            "C[i,j] = A[i,k]*A[j,k]",
                            "d[i] = A[i,i]",
                            "C[i,j] = A[i,j]*B[i,j]",
                            "C[i,j] = A[i,j]/(1+B[i,j])",
                            "C[i,j] = A[(i+1) % 4, j]*b[j]",
                            "c[i] = A[p[i], 0]",
                            "c[i] = max[j] A[i,j]",
                            "c[i] = argmax[j] A[i,j]",
                            "c = count[i,j] (A[i,j] > 0)",
                            "f32(A)",
                            "c128(A)",
                            "abs(A)",
                            "A^2",
                            "A / 2",
                            "2 / (1 + A)",
                            "[A, A]",
                            "shape(A)",
                            "size(A)",
                            "real(A)",
                            "einsum(\"ij,jk->ik\", A, B)",
                            "einsum(\"ii\", A)",
                            "A .* B",
                            "triu(A) + A",
                            "A - A"};
  const Matrix dense{{4, 0, 1, 0}, {0, 5, 0, 0}, {1, 0, 6, 2}, {0, 0, 2, 7}};
  const Matrix B{{1, 2, 3, 4}, {5, 6, 7, 9}, {9, 1, 2, 3}, {4, 5, 6, 8}};
  ricci::session rc;
  rc.set("D", dense);
  rc.run("S = sparse(D)");
  const ricci::value S = rc.get("S");
  CHECK(S.sparse());
  for (int level : {0, 2})
    for (const char* program : programs) {
      INFO(program << " at level " << level);
      const auto prepared = [&]() -> std::optional<ricci::prepared> {
        try {
          return ricci::compile(program, {.level = level});
        } catch (const ricci::error&) {
          return std::nullopt;
        }
      }();
      if (!prepared) continue;
      const xt::xtensor<double, 1> b{1, 2, 3, 4};
      const xt::xtensor<std::int64_t, 1> p{3, 2, 1, 0};
      std::optional<ricci::value> expected;
      try {
        expected = (*prepared)({{"A", dense}, {"B", B}, {"b", b}, {"p", p}});
      } catch (const ricci::error& cause) {
        CHECK(cause.code() != "internal");
      }
      try {
        const ricci::value got = (*prepared)({{"A", S}, {"B", B}, {"b", b}, {"p", p}});
        REQUIRE(expected);
        CHECK(got.shape() == expected->shape());
        const auto left = got.elements<std::complex<double>>();
        const auto right = expected->elements<std::complex<double>>();
        for (std::size_t at = 0; at < left.size(); ++at) CHECK(std::abs(left[at] - right[at]) < 1e-9);
      } catch (const ricci::error& cause) {
        INFO(cause.what());
        CHECK(cause.code() != "internal");
        if (expected) WARN("refused only when sparse: " << program << ": " << cause.message());
      }
    }
}
