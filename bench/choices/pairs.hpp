/// Pairs of ways to compute the same value, drawn at random: of them the cost model has to name the faster. A pair is a
/// function of seed and number, so that times recorded for it can be judged again after the model has changed.
#pragma once

#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace choices {

enum class Fill : std::uint8_t {
  uniform,   // 0.1 to 1.1
  definite,  // symmetric, its eigenvalues far from 0
  sparse,    // `per_row` elements a row
  dense,     // the same numbers, zeros stored
  sorted,    // ascending from 0 to 1
  groups,    // whole numbers below `groups`
};

struct Input {
  std::string name;
  std::vector<std::int64_t> shape;
  Fill fill = Fill::uniform;
  std::int64_t number = 0;  // elements a row, or groups
};

struct Way {
  std::string text;
  std::vector<std::string> off = {};  // passes that do not run
  std::string kernel = {};            // of every step that it accepts, instead of the chosen one
  double sliced = 0;                  // bytes from which temporaries are cut, if not 0
};

struct Pair {
  std::string family;
  std::vector<Input> inputs;
  Way a, b;
};

/// What keeps definitions as they are written.
inline const std::vector<std::string> as_written{"inline_definitions", "inline_leftovers", "extract_contractions",
                                                 "separate_sums"};

class Drawing {
 public:
  Drawing(std::uint64_t seed, std::uint64_t number) : engine_(seed * 1'000'003 + number) {
    // Sizes that follow each other must not resemble each other.
    engine_.discard(16);
  }

  Pair run() {
    using Family = Pair (Drawing::*)();
    static constexpr Family families[] = {
        &Drawing::chain,    &Drawing::network,   &Drawing::product_kernel, &Drawing::distances,     &Drawing::sparse,
        &Drawing::kept,     &Drawing::hoisted,   &Drawing::separated,      &Drawing::solved,        &Drawing::factors,
        &Drawing::batch,    &Drawing::scattered, &Drawing::masked,         &Drawing::phases,        &Drawing::partition,
        &Drawing::low_rank, &Drawing::sliced,    &Drawing::elements,       &Drawing::products_apart};
    const Family family = families[engine_() % std::size(families)];
    return (this->*family)();
  }

 private:
  /// Log-uniform.
  std::int64_t size(double least, double most) {
    const double share = std::uniform_real_distribution<double>(0, 1)(engine_);
    return std::llround(least * std::pow(most / least, share));
  }
  bool coin() { return engine_() % 2 == 0; }
  template <std::size_t N>
  std::string one_of(const char* const (&all)[N]) {
    return all[engine_() % N];
  }
  std::string function() { return one_of({"exp", "sin", "log", "sqrt", "tanh", "abs"}); }

  Pair chain() {
    const std::int64_t i = size(4, 400), j = size(4, 400), k = size(4, 400), l = size(4, 400);
    return {"chain order",
            {{"A", {i, j}}, {"B", {j, k}}, {"C", {k, l}}},
            {"T[i,k] = A[i,j]*B[j,k]\nY[i,l] = T[i,k]*C[k,l]", as_written},
            {"T[j,l] = B[j,k]*C[k,l]\nY[i,l] = A[i,j]*T[j,l]", as_written}};
  }
  Pair network() {
    const std::int64_t a = size(3, 24), b = size(3, 24), c = size(3, 24), d = size(3, 24), e = size(3, 24);
    return {"network order",
            {{"A", {a, b, c}}, {"B", {b, c, d}}, {"C", {c, d, e}}},
            {"T[a,c,d] = A[a,b,c]*B[b,c,d]\nY[a,e] = T[a,c,d]*C[c,d,e]", as_written},
            {"T[b,c,e] = B[b,c,d]*C[c,d,e]\nY[a,e] = A[a,b,c]*T[b,c,e]", as_written}};
  }
  Pair product_kernel() {
    const std::int64_t b = size(1, 300), i = size(1, 90), j = size(1, 90), k = size(1, 90);
    Pair out{"product kernel", {}, {}, {}};
    switch (engine_() % 6) {
      case 0: out.a.text = "Y[i,j] = A[i,k]*B[k,j]"; break;
      case 1: out.a.text = "Y[b,i,j] = A[b,i,k]*B[b,k,j]"; break;
      case 2: out.a.text = "Y[i] = A[i,k]*x[k]"; break;
      case 3: out.a.text = "Y[b] = A[b,i,k]*C[b,i,k]"; break;
      case 4: out.a.text = "Y[b,i] = D[b,i]*E[b,i]"; break;
      default: out.a.text = "Y[k] = sum[i] D[i,k]*E[i,k]"; break;
    }
    const bool batched = out.a.text.find("[b,i,k]") != std::string::npos;
    const bool large = out.a.text[1] == '[' && !batched;
    const std::int64_t more = large ? 8 : 1;
    out.inputs = {{"x", {k * more}}};
    if (batched)
      out.inputs.insert(out.inputs.end(), {{"A", {b, i, k}}, {"B", {b, k, j}}, {"C", {b, i, k}}});
    else
      out.inputs.insert(out.inputs.end(), {{"A", {i * more, k * more}}, {"B", {k * more, j}}});
    out.inputs.insert(out.inputs.end(), {{"D", {b * more, i * more}}, {"E", {b * more, i * more}}});
    out.b = out.a;
    out.a.kernel = "contraction";
    out.b.kernel = "fused";
    return out;
  }
  Pair distances() {
    const std::int64_t i = size(20, 700), j = size(20, 700), k = size(1, 100);
    const std::string direct = "K[i,j] = exp(-0.5*sum[k] (X[i,k]-Y[j,k])^2)";
    const std::string expanded =
        "x[i] = X[i,k]*X[i,k]\ny[j] = Y[j,k]*Y[j,k]\nP[i,j] = X[i,k]*Y[j,k]\nK[i,j] = exp(-0.5*(x[i]+y[j]-2*P[i,j]))";
    const std::vector<Input> inputs{{"X", {i, k}}, {"Y", {j, k}}};
    if (coin()) return {"distances, as a form", inputs, {direct}, {direct, {"quadratic_form"}}};
    return {"distances, expanded", inputs, {direct}, {expanded, as_written}};
  }
  Pair sparse() {
    const std::int64_t n = size(30, 1500), m = size(30, 1500), r = size(1, 60);
    const std::int64_t row = std::min(m, size(1, 60));
    const std::vector<Input> inputs{{"S", {n, m}, Fill::sparse, row}, {"D", {n, m}, Fill::dense, row}, {"X", {m, r}}};
    return {"sparse or dense", inputs, {"Y[i,r] = S[i,j]*X[j,r]"}, {"Y[i,r] = D[i,j]*X[j,r]"}};
  }
  Pair kept() {
    const std::int64_t i = size(30, 2000), j = size(3, 300), r = size(1, 8);
    const std::string body = function() + "(x[i]*y[j])" + (coin() ? " + " + function() + "(x[i]+y[j])" : "");
    const std::vector<Input> inputs{{"x", {i}}, {"y", {j}}, {"z", {r, i, j}}};
    return {"kept or computed again",
            inputs,
            {"T[i,j] = " + body + "\nY[r,i,j] = T[i,j]*z[r,i,j]", as_written},
            {"Y[r,i,j] = (" + body + ")*z[r,i,j]", {"hoist_invariants", "extract_contractions", "separate_sums"}}};
  }
  Pair hoisted() {
    const std::int64_t i = size(10, 2000), j = size(10, 1000), k = size(1, 30);
    const std::string f = function(), g = function();
    const std::string text = coin() ? "Y[i,j] = sum[k] " + f + "(a[i,k])*" + g + "(b[j,k])"
                                    : "Y[i,j] = " + f + "(x[i])*" + g + "(y[j]) + " + f + "(y[j])";
    return {"hoisted",
            {{"x", {i}}, {"y", {j}}, {"a", {i, k}}, {"b", {j, k}}},
            {text},
            {text, {"hoist_invariants", "extract_contractions"}}};
  }
  Pair separated() {
    const std::int64_t i = size(10, 1000), j = size(10, 600), k = size(2, 60);
    const std::string text =
        coin() ? "Y[i] = sum[j,k] a[i,k]*b[j,k]*y[j]" : "Y[i,j] = sum[k] a[i,k]*(b[j,k] + c[k])*y[j]";
    return {"separated sums",
            {{"y", {j}}, {"c", {k}}, {"a", {i, k}}, {"b", {j, k}}},
            {text},
            {text, {"separate_sums", "extract_contractions"}}};
  }
  Pair products_apart() {
    const std::int64_t i = size(10, 500), j = size(10, 500), k = size(1, 100);
    const std::string text =
        coin() ? "Y[i,j] = " + function() + "(0.01*A[i,k]*B[k,j])" : "Y[i,j] = 1 + 0.5*A[i,k]*B[k,j] + C[i,j]";
    return {"products apart", {{"A", {i, k}}, {"B", {k, j}}, {"C", {i, j}}}, {text}, {text, {"extract_contractions"}}};
  }
  Pair solved() {
    const std::int64_t n = size(4, 400), r = size(1, 800);
    const std::vector<Input> inputs{{"M", {n, n}, Fill::definite}, {"B", {n, r}}};
    if (coin()) return {"inverse formed", inputs, {"X = M \\ B"}, {"X = inv(M) @ B", {"apply_inverses"}}};
    return {"two statements, one factor",
            inputs,
            {"X = M \\ B\nz = sum(X) + logdet(M)\nz"},
            {"X = M \\ B\nU = inv(M)\nz = sum(U @ B) + logdet(M)\nz", {"apply_inverses", "factor_once"}}};
  }
  Pair factors() {
    const std::int64_t n = size(4, 300), m = n + size(1, 300), r = size(1, 30);
    const std::vector<Input> inputs{{"M", {n, n}, Fill::definite}, {"A", {m, n}}, {"B", {n, r}}, {"C", {m, r}}};
    switch (engine_() % 4) {
      case 0: return {"factor kinds", inputs, {"X = lstsq(A, C)"}, {"X = (A' @ A) \\ (A' @ C)"}};
      case 1:
        return {
            "factor kinds", inputs, {"X = M \\ B"}, {"w, V = eigh(M)\nX = V @ ((V' @ B) / w[:, newaxis])", as_written}};
      case 2: return {"factor kinds", inputs, {"Q, R = qr(A)\nX = R \\ (Q' @ C)", as_written}, {"X = lstsq(A, C)"}};
      default: return {"factor kinds", inputs, {"L = cholesky(M)\nd = 2*sum(log(diag(L)))\nd"}, {"d = logdet(M)"}};
    }
  }
  Pair batch() {
    const std::int64_t n = size(2, 40), b = size(1, 2000), r = size(1, 12);
    const std::vector<Input> inputs{{"M", {b, n, n}, Fill::definite}, {"B", {b, n, r}}};
    return {"many small systems", inputs, {"X = M \\ B"}, {"X = inv(M) @ B", {"apply_inverses"}}};
  }
  Pair scattered() {
    const std::int64_t i = size(30, 100000), k = size(2, 200);
    const std::string text = "m[k] = sum[i] (q[i] == k)*w[i] for k in 0:" + std::to_string(k);
    const std::vector<Input> inputs{{"q", {i}, Fill::groups, k}, {"w", {i}}};
    return {"scatter kernel", inputs, {text, {"scatter_sums"}, "scatter"}, {text, {"scatter_sums"}, "fused"}};
  }
  Pair masked() {
    const std::int64_t i = size(10, 400), j = size(10, 400), k = size(10, 300);
    const std::string text = "Y[i,j] = sum[k] (A[i,k] < 0.8)*A[i,k]*B[k,j]";
    const std::vector<Input> inputs{{"A", {i, k}}, {"B", {k, j}}};
    return {"masked kernel", inputs, {text, {}, "masked product"}, {text, {}, "fused"}};
  }
  Pair phases() {
    const std::int64_t i = size(10, 600), j = size(10, 600);
    const std::string text = "E[i,j] = exp(1i*x[i] + 1i*y[j])";
    return {"split exponentials", {{"x", {i}}, {"y", {j}}}, {text}, {text, {"split_exponentials"}}};
  }
  Pair partition() {
    const std::int64_t n = size(3, 60), z = size(20, 20000), c = size(1, 6);
    const std::string text = "E[z,c] = sum[n in 1:" + std::to_string(n) + "] (d[n-1] <= Z[z] < d[n])*e[n,c]";
    const std::string pass = coin() ? "visit_partitions" : "separate_brackets";
    return {"partitions", {{"d", {n}, Fill::sorted}, {"Z", {z}}, {"e", {n, c}}}, {text}, {text, {pass}}};
  }
  Pair low_rank() {
    const std::int64_t n = size(8, 500), k = size(1, 30), r = size(1, 40);
    const std::string text = "W[i,j] = U[i,k]*U[j,k] + (i == j)*d[i]\nX = W \\ B";
    return {"low rank", {{"U", {n, k}}, {"d", {n}}, {"B", {n, r}}}, {text}, {text, {"low_rank_systems"}}};
  }
  Pair sliced() {
    const std::int64_t i = size(300, 3000), j = size(300, 3000), r = size(9, 40);
    const std::string text = "K[i,j] = " + function() + "(0.01*x[i]*y[j])\nY[i,r] = K[i,j]*V[j,r]";
    return {"sliced", {{"x", {i}}, {"y", {j}}, {"V", {j, r}}}, {text, as_written, {}, 1e5}, {text, as_written}};
  }
  Pair elements() {
    const std::int64_t n = size(100, 2'000'000);
    const std::string f = function(), g = function();
    const std::vector<Input> inputs{{"x", {n}}, {"y", {n}}};
    return {"elementwise, fused or not",
            inputs,
            {"Y[i] = " + f + "(x[i]*y[i]) + " + g + "(x[i])*y[i] + 0.5*x[i]"},
            {"T[i] = " + f + "(x[i]*y[i])\nU[i] = " + g + "(x[i])*y[i]\nY[i] = T[i] + U[i] + 0.5*x[i]", as_written}};
  }

  std::mt19937_64 engine_;
};

}  // namespace choices
