/// Literals beside loops that an expert writes by hand with compiler vectors, beside the xtensor expression, and small
/// systems beside Eigen. All in one run, alternating, the least of many; what is printed are nanoseconds and ratios.
/// Built as the library is: -O2, no -march; the hand-written loops choose their instruction set as literals do.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

#include <Eigen/Dense>

#include <ricci/eigen.hpp>
#include <ricci/xtensor.hpp>
#include <xtensor/xview.hpp>

namespace {

using namespace ricci::literals;
using ricci::arg;
using Matrix = xt::xtensor<double, 2>;
using Vector = xt::xtensor<double, 1>;
using Clock = std::chrono::steady_clock;

/// Nanoseconds of one call, the least over `rounds`, each long enough to be measured; the candidates alternate.
template <typename... F>
std::vector<double> least(int rounds, F... f) {
  std::vector<double> out(sizeof...(F), 1e300);
  const auto time = [&](double& best, auto& call) {
    int calls = 1;
    for (;; calls *= 2) {
      const auto start = Clock::now();
      for (int at = 0; at < calls; ++at) call();
      const double ns = std::chrono::duration<double, std::nano>(Clock::now() - start).count();
      if (ns < 2e5) continue;
      best = std::min(best, ns / calls);
      return;
    }
  };
  for (int round = 0; round < rounds; ++round) {
    std::size_t at = 0;
    (time(out[at++], f), ...);
  }
  return out;
}

void say(const char* what, std::size_t numbers, const std::vector<double>& ns, const char* other) {
  std::printf("%-44s %10.3f ns a number, %5.2f of the hand-written", what, ns[0] / static_cast<double>(numbers),
              ns[0] / ns[1]);
  if (ns.size() > 2) std::printf(", %5.1f times as fast as %s", ns[2] / ns[0], other);
  std::printf("\n");
}

template <typename T>
void keep(T& x) {
  asm volatile("" : : "g"(&x) : "memory");
}

#define BY_HAND __attribute__((target("avx512f,avx512dq"), noinline))
using V = double __attribute__((vector_size(64)));
using Half = double __attribute__((vector_size(32)));
using I = std::int64_t __attribute__((vector_size(64)));

/// The exp of the library, by hand: the comparison is of loops, not of functions.
__attribute__((always_inline)) inline void exp_by_hand(V& out, const V& x) { ricci::detail::inlined::exp<8>(out, x); }

/// y = s*exp(-a) + a*b/3 - |a|
BY_HAND void chain_by_hand(double* y, const double* a, const double* b, double s, std::int64_t n) {
  for (std::int64_t i = 0; i < n; i += 8) {
    V x;
    V z;
    V e;
    std::memcpy(&x, a + i, 64);
    std::memcpy(&z, b + i, 64);
    exp_by_hand(e, -x);
    I bits;
    std::memcpy(&bits, &x, 64);
    bits &= 0x7fffffffffffffff;
    V size;
    std::memcpy(&size, &bits, 64);
    const V out = s * e + x * z / 3.0 - size;
    std::memcpy(y + i, &out, 64);
  }
}

/// y[i,j] = (a[i,j] - c[i]) * r[j], rows of any length: the last vector of a row overlaps the one before.
template <typename Lanes>
__attribute__((always_inline)) inline void row_by_hand(double* y, const double* a, double own, const double* r,
                                                       std::int64_t m) {
  constexpr std::int64_t lanes = sizeof(Lanes) / 8;
  const auto at = [&](std::int64_t j) __attribute__((always_inline)) {
    Lanes x;
    Lanes z;
    std::memcpy(&x, a + j, sizeof x);
    std::memcpy(&z, r + j, sizeof z);
    x = (x - own) * z;
    std::memcpy(y + j, &x, sizeof x);
  };
  std::int64_t j = 0;
  for (; j + lanes <= m; j += lanes) at(j);
  if (j < m) at(m - lanes);
}
BY_HAND void column_by_hand(double* __restrict y, const double* a, const double* c, const double* r, std::int64_t n,
                            std::int64_t m) {
  for (std::int64_t i = 0; i < n; ++i)
    if (m >= 8)
      row_by_hand<V>(y + i * m, a + i * m, c[i], r, m);
    else if (m >= 4)
      row_by_hand<Half>(y + i * m, a + i * m, c[i], r, m);
    else
      for (std::int64_t j = 0; j < m; ++j) y[i * m + j] = (a[i * m + j] - c[i]) * r[j];
}

/// k[i,j] = exp(-0.5 * sum_k w[k] (x[i,k]-y[j,k])^2): sixteen columns of y, turned into a panel, for four rows at a
/// time.
BY_HAND void ard_by_hand(double* out, const double* x, const double* y, const double* w, double* panel, std::int64_t n,
                         std::int64_t m, std::int64_t d) {
  constexpr int rows = 4;
  constexpr int columns = 16;
  for (std::int64_t j = 0; j < m; j += columns) {
    for (std::int64_t lane = 0; lane < columns; ++lane)
      for (std::int64_t k = 0; k < d; ++k) panel[k * columns + lane] = y[(j + lane) * d + k];
    for (std::int64_t i = 0; i < n; i += rows) {
      V total[rows][2]{};
      for (std::int64_t k = 0; k < d; ++k) {
        V left;
        V right;
        std::memcpy(&left, panel + k * columns, 64);
        std::memcpy(&right, panel + k * columns + 8, 64);
#pragma GCC unroll 4
        for (int row = 0; row < rows; ++row) {
          const double own = x[(i + row) * d + k];
          total[row][0] += w[k] * ((own - left) * (own - left));
          total[row][1] += w[k] * ((own - right) * (own - right));
        }
      }
#pragma GCC unroll 4
      for (int row = 0; row < rows; ++row)
#pragma GCC unroll 2
        for (int half = 0; half < 2; ++half) {
          V e;
          exp_by_hand(e, -(0.5 * total[row][half]));
          std::memcpy(out + (i + row) * m + j + 8 * half, &e, 64);
        }
    }
  }
}

void chains() {
  for (const std::size_t n : {std::size_t{1} << 14U, std::size_t{1} << 16U}) {
    const Vector a = xt::linspace<double>(-3, 3, n);
    const Vector b = xt::linspace<double>(1, 2, n);
    const double s = 0.75;
    Vector y = xt::zeros<double>({n});
    const auto ns = least(
        30,
        [&] {
          Vector out = "y[i] = s*exp(-a[i]) + a[i]*b[i]/3 - abs(a[i])"_ricci(arg<"a"> = a, arg<"b"> = b, arg<"s"> = s);
          keep(out);
        },
        [&] {
          Vector out = Vector::from_shape({n});
          chain_by_hand(out.data(), a.data(), b.data(), s, static_cast<std::int64_t>(n));
          keep(out);
        },
        [&] {
          Vector out = s * xt::exp(-a) + a * b / 3 - xt::abs(a);
          keep(out);
        });
    say(("a chain of " + std::to_string(n)).c_str(), n, ns, "xtensor");
  }
}

void columns() {
  for (const std::size_t m : {4, 10, 32, 256}) {
    const std::size_t n = 65536 / m;
    const Matrix a = xt::ones<double>({n, m});
    const Vector c = xt::linspace<double>(0, 1, n);
    const Vector r = xt::linspace<double>(1, 2, m);
    const auto ns = least(
        30,
        [&] {
          Matrix out = "y[i,j] = (a[i,j] - c[i])*r[j]"_ricci(arg<"a"> = a, arg<"c"> = c, arg<"r"> = r);
          keep(out);
        },
        [&] {
          Matrix out = Matrix::from_shape({n, m});
          column_by_hand(out.data(), a.data(), c.data(), r.data(), static_cast<std::int64_t>(n),
                         static_cast<std::int64_t>(m));
          keep(out);
        },
        [&] {
          Matrix out = (a - xt::view(c, xt::all(), xt::newaxis())) * r;
          keep(out);
        });
    say(("a column and a row, inner extent " + std::to_string(m)).c_str(), n * m, ns, "xtensor");
  }
}

void kernels() {
  for (const std::size_t d : {10, 64}) {
    const std::size_t n = 96;
    const std::size_t m = 512;
    const Matrix x = xt::ones<double>({n, d}) * 0.25;
    const Matrix y = xt::ones<double>({m, d}) * 0.5;
    const Vector w = xt::linspace<double>(0, 1, d);
    std::vector<double> panel(16 * d);
    const auto ns = least(
        30,
        [&] {
          Matrix out =
              "K[i,j] = exp(-0.5 * sum[k] w[k]*(x[i,k]-y[j,k])^2)"_ricci(arg<"x"> = x, arg<"y"> = y, arg<"w"> = w);
          keep(out);
        },
        [&] {
          Matrix out = Matrix::from_shape({n, m});
          ard_by_hand(out.data(), x.data(), y.data(), w.data(), panel.data(), static_cast<std::int64_t>(n),
                      static_cast<std::int64_t>(m), static_cast<std::int64_t>(d));
          keep(out);
        });
    say(("kernel of weighted distances, D = " + std::to_string(d)).c_str(), n * m, ns, "");
  }
}

/// Three equations in registers: rows are exchanged by selection, because a branch on data is guessed wrong.
__attribute__((always_inline)) inline void exchange_by_hand(bool exchanged, double (&upper)[4], double (&lower)[4]) {
#pragma GCC unroll 4
  for (int j = 0; j < 4; ++j) {
    const double above = upper[j];
    upper[j] = exchanged ? lower[j] : above;
    lower[j] = exchanged ? above : lower[j];
  }
}
void solve_by_hand(const double* m, const double* b, double* x) {
  double top[4] = {m[0], m[1], m[2], b[0]};
  double middle[4] = {m[3], m[4], m[5], b[1]};
  double bottom[4] = {m[6], m[7], m[8], b[2]};
  exchange_by_hand(__builtin_fabs(middle[0]) > __builtin_fabs(top[0]), top, middle);
  exchange_by_hand(__builtin_fabs(bottom[0]) > __builtin_fabs(top[0]), top, bottom);
  const double second = middle[0] / top[0];
  const double third = bottom[0] / top[0];
#pragma GCC unroll 4
  for (int j = 1; j < 4; ++j) {
    middle[j] -= second * top[j];
    bottom[j] -= third * top[j];
  }
  exchange_by_hand(__builtin_fabs(bottom[1]) > __builtin_fabs(middle[1]), middle, bottom);
  const double last = bottom[1] / middle[1];
#pragma GCC unroll 4
  for (int j = 2; j < 4; ++j) bottom[j] -= last * middle[j];
  x[2] = bottom[3] / bottom[2];
  x[1] = (middle[3] - middle[2] * x[2]) / middle[1];
  x[0] = (top[3] - top[1] * x[1] - top[2] * x[2]) / top[0];
}

void small() {
  xt::xtensor_fixed<double, xt::xshape<3, 3>> A{{4, 1, .5}, {1, 3, .25}, {.5, .25, 2}};
  std::array<double, 3> b{1, 2, 3};
  Eigen::Matrix3d E;
  E << 4, 1, .5, 1, 3, .25, .5, .25, 2;
  Eigen::Vector3d v(1, 2, 3);
  const auto ns = least(
      50,
      [&] {
        keep(A), keep(b);
        std::array<double, 3> x = "x[j] = A[i,j] \\ b[i]"_ricci(arg<"A"> = A, arg<"b"> = b);
        keep(x);
      },
      [&] {
        keep(A), keep(b);
        std::array<double, 3> x;
        solve_by_hand(A.data(), b.data(), x.data());
        keep(x);
      },
      [&] {
        keep(E), keep(v);
        Eigen::Vector3d x = E.partialPivLu().solve(v);
        keep(x);
      });
  say("solve of 3 x 3, extents known", 1, ns, "Eigen");
  const std::size_t count = 100000;
  xt::xtensor<double, 3> many = xt::zeros<double>({count, std::size_t{3}, std::size_t{3}});
  Matrix sides = xt::ones<double>({count, std::size_t{3}});
  for (std::size_t at = 0; at < count; ++at)
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t j = 0; j < 3; ++j) many(at, i, j) = A(i, j) + (i == j ? 1e-6 * static_cast<double>(at) : 0);
  const auto batch = least(
      10,
      [&] {
        Matrix x = "x[m,j] = A[m,i,j] \\ b[m,i]"_ricci(arg<"A"> = many, arg<"b"> = sides);
        keep(x);
      },
      [&] {
        Matrix x = Matrix::from_shape({count, 3});
        for (std::size_t at = 0; at < count; ++at)
          solve_by_hand(many.data() + 9 * at, sides.data() + 3 * at, x.data() + 3 * at);
        keep(x);
      },
      [&] {
        Matrix x = Matrix::from_shape({count, 3});
        using Rows = Eigen::Matrix<double, 3, 3, Eigen::RowMajor>;
        for (std::size_t at = 0; at < count; ++at)
          Eigen::Map<Eigen::Vector3d>(x.data() + 3 * at) =
              Eigen::Map<const Rows>(many.data() + 9 * at)
                  .partialPivLu()
                  .solve(Eigen::Map<const Eigen::Vector3d>(sides.data() + 3 * at));
        keep(x);
      });
  say("100,000 solves of 3 x 3", count, batch, "Eigen by loop");
}

}  // namespace

int main() {
  if (!__builtin_cpu_supports("avx512dq")) return std::puts("the hand-written loops here are for AVX-512"), 0;
  ricci::set_threads(1);
  chains();
  columns();
  kernels();
  small();
}
