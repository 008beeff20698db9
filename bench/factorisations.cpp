/// Our dense factorisations beside those of the packaged OpenBLAS with as many threads, size by size: what they take,
/// and whether they scale. Usage: bench_factorisations [LARGEST [TURNS]]. Times are the least of the turns, which
/// alternate; a ratio above 1 says that ours is faster. GFLOP/s count what the textbook counts.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <vector>

#include "runtime/linalg/dense/cholesky.hpp"
#include "runtime/linalg/dense/lu.hpp"
#include "runtime/linalg/dense/qr.hpp"
#include "runtime/pool.hpp"

extern "C" {
void openblas_set_num_threads(int);
void dgetrf_(const int*, const int*, double*, const int*, int*, int*);
void dpotrf_(const char*, const int*, double*, const int*, int*, std::size_t);
void dgeqrf_(const int*, const int*, double*, const int*, double*, double*, const int*, int*);
}

namespace {

using namespace ricci::runtime;

struct Work {
  int n;
  std::vector<double> given, matrix, beside;
  std::vector<std::int32_t> pivots;
};

/// Random, and positive definite: every factorisation takes it, and LU finds pivots off the diagonal of its first rows.
Work work_of(int n) {
  const auto size = static_cast<std::size_t>(n);
  Work out{n, std::vector<double>(size * size), {}, std::vector<double>(64 * size), std::vector<std::int32_t>(size)};
  std::mt19937_64 engine(1);
  std::uniform_real_distribution<double> uniform(-1, 1);
  for (std::size_t row = 0; row < size; ++row)
    for (std::size_t col = 0; col <= row; ++col)
      out.given[row * size + col] = out.given[col * size + row] = row == col ? 3 * std::sqrt(n) : uniform(engine);
  out.matrix.resize(size * size);
  return out;
}

struct Factorisation {
  const char* name;
  double cubes;  // flops over n^3
  void (*ours)(Work&);
  void (*packaged)(Work&);
};

/// The memory of a vector that outlives the call.
linalg::Held<double> lent(std::vector<double>& of) { return {std::shared_ptr<void>(), of.data()}; }

constexpr Factorisation all[] = {
    {"LU", 2.0 / 3, [](Work& w) { linalg::dense::factor_lu<double>(w.n, w.n, w.matrix.data(), w.n, w.pivots.data()); },
     [](Work& w) {
       int info = 0;
       dgetrf_(&w.n, &w.n, w.matrix.data(), &w.n, w.pivots.data(), &info);
     }},
    {"Cholesky", 1.0 / 3, [](Work& w) { linalg::dense::factor_cholesky<double>(w.n, w.matrix.data(), w.n); },
     [](Work& w) {
       int info = 0;
       dpotrf_("L", &w.n, w.matrix.data(), &w.n, &info, 1);
     }},
    {"QR", 4.0 / 3, [](Work& w) { linalg::dense::factor_qr<double>(w.n, w.n, lent(w.matrix), lent(w.beside)); },
     [](Work& w) {
       int info = 0;
       const int size = 63 * w.n;
       dgeqrf_(&w.n, &w.n, w.matrix.data(), &w.n, w.beside.data(), w.beside.data() + w.n, &size, &info);
     }},
};

double milliseconds(void (*run)(Work&), Work& work) {
  std::copy(work.given.begin(), work.given.end(), work.matrix.begin());
  const auto begin = std::chrono::steady_clock::now();
  run(work);
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

void compare(const Factorisation& each, Work& work, int turns) {
  double ours = 1e300, packaged = 1e300;
  for (int turn = 0; turn <= turns; ++turn) {  // the first one warms up
    openblas_set_num_threads(1);
    const double own = milliseconds(each.ours, work);
    openblas_set_num_threads(threads());
    const double theirs = milliseconds(each.packaged, work);
    if (turn == 0 && turns > 0) continue;
    ours = std::min(ours, own), packaged = std::min(packaged, theirs);
  }
  const double flops = each.cubes * std::pow(work.n, 3);
  fmt::print("{:<10}{:>6}{:>11.3f}{:>11.3f}{:>9.0f}{:>8.2f}\n", each.name, work.n, ours, packaged, flops / ours * 1e-6,
             packaged / ours);
  std::fflush(stdout);
}

}  // namespace

int main(int count, char** words) {
  const int largest = count > 1 ? std::atoi(words[1]) : 2000, turns = count > 2 ? std::atoi(words[2]) : 5;
  fmt::print("{} threads\n{:<10}{:>6}{:>11}{:>11}{:>9}{:>8}\n", threads(), "", "n", "ours ms", "theirs ms", "GFLOP/s",
             "ratio");
  for (const int n : {200, 400, 800, 1000, 1024, 1600, 3200, 6400, 8000}) {
    if (n > largest) break;
    Work work = work_of(n);
    for (const Factorisation& each : all) compare(each, work, turns);
  }
}
