// Sums under brackets, as layered fields, partitions, histograms and triangles are written, give by every pass what
// they give by definition: whatever order the coordinates are in, whether they have NaN or infinities, whether
// intervals overlap or are empty. Where no bracket holds the result is exactly 0, whatever stands outside.
#include <catch2/catch.hpp>
#include <cmath>
#include <complex>
#include <random>
#include <ricci/ricci.hpp>

namespace {

/// Statements over n, z, x, c with brackets that are intervals, halves, equalities, triangles, products of these.
class Writer {
 public:
  explicit Writer(unsigned seed) : random_(seed) {}

  std::string program() {
    const int layers = pick({1, 2, 3, 5, 8, 17}), heights = pick({1, 2, 9, 33, 64}), widths = pick({1, 3, 8, 31});
    layers_ = layers;
    const int colours = pick({1, 2, 3, 5});
    grid_ = below(3) == 0;
    const std::string depth = grid_ ? "Z[z,x]" : "Z[z]";
    std::string out = "N = " + std::to_string(layers + 1) + "; kx = 1.25\n";
    out += "d = " + ordered(layers + 1) + "\nlo = " + list(layers + 1) + "\nhi = " + list(layers + 1) + "\n";
    out += "Z = " + (grid_ ? table(heights, widths) : list(heights)) + "\nX = " + list(widths) + "\n";
    out += "u = " + list(heights) + "\ne = " + table(layers + 1, colours) + "\nEn = " + list(layers + 1) + "\n";
    out += "kz = " + list(layers + 1) + "\n";
    out += "q = i64([" + joined(heights, [&] { return std::to_string(below(layers + 2)); }) + "])\n";
    const std::string axes[] = {"z,x,c", "c,z,x", "x,z,c", "x,c,z"};
    out += "E[" + axes[below(4)] + "] = ";
    if (below(5) == 0) out += "2*X[x] + ";
    out += "sum[n in 1:N] " + product(depth);
    out += "  for z in 0:" + std::to_string(heights) + ", x in 0:" + std::to_string(widths) +
           ", c in 0:" + std::to_string(colours);
    return out;
  }

 private:
  int below(int bound) { return static_cast<int>(random_() % static_cast<unsigned>(bound)); }
  int pick(std::initializer_list<int> of) { return of.begin()[below(static_cast<int>(of.size()))]; }
  std::string number() {
    const int kind = below(60);
    if (kind == 0 && strange_) return "nan";
    if (kind == 1 && strange_) return "inf";
    if (kind == 2 && strange_) return "-inf";
    return "(" + std::to_string((below(33) - 16) / 4.0) + ")";
  }
  template <typename F>
  static std::string joined(int count, F f) {
    std::string out;
    for (int at = 0; at < count; ++at) out += (at == 0 ? "" : ", ") + f();
    return out;
  }
  std::string list(int count) {
    return "[" + joined(count, [&] { return number(); }) + "]";
  }
  std::string table(int rows, int columns) {
    return "[" + joined(rows, [&] { return list(columns); }) + "]";
  }
  /// Ascending, mostly; sometimes with equal neighbours, with NaN or out of order.
  std::string ordered(int count) {
    if (below(4) == 0) return list(count);
    double at = -4;
    std::string out = "[";
    for (int i = 0; i < count; ++i) {
      out += (i == 0 ? "" : ", ") + (below(40) == 0 ? std::string("nan") : "(" + std::to_string(at) + ")");
      at += below(5) * 0.25;
    }
    return out + "]";
  }
  std::string bracket(const std::string& depth) {
    switch (below(13)) {
      case 9: return "(n == x+1)";
      case 10: return "(q[z] == n)*(n > 1)";
      case 11: return "(z - n == 2)";
      case 12: return "((n + z) % " + std::to_string(layers_) + " == x)";
      case 0: return "(d[n-1] < " + depth + " <= d[n])";
      case 1: return "(lo[n] <= " + depth + " < hi[n])";
      case 2: return "(d[n-1] <= " + depth + ")*(" + depth + " < d[n])";
      case 3: return "(" + depth + " >= d[n])";
      case 4: return "(q[z] == n)";
      case 5: return "(n <= z)";
      case 6: return "(" + depth + " > d[n])*(n < 3)";
      default: return "(d[n-1] <= " + depth + " < d[n])";
    }
  }
  std::string factor(const std::string& depth) {
    switch (below(10)) {
      case 0: return "X[x]";
      case 1: return "u[z]";
      case 2: return "En[n]";
      case 3: return "(X[x] + 1)";
      case 4: return "exp(1i*kz[n]*(" + depth + "-d[n-1]) + 1i*kx*X[x])";
      case 5: return "exp(1i*(X[x] - u[z]))";
      case 6: return "(u[z] - d[n-1])";
      case 7: return "(X[x]*2)^2";
      default: return "e[n,c]";
    }
  }
  std::string product(const std::string& depth) {
    strange_ = true;
    std::string out = bracket(depth);
    for (int more = 1 + below(4); more > 0; --more) out += "*" + factor(depth);
    if (below(8) == 0) out += "/(2 + c)";
    return out;
  }

  std::mt19937 random_;
  int layers_ = 1;
  bool grid_ = false;
  bool strange_ = true;
};

ricci::value computed(const std::string& program, int level) {
  ricci::options how;
  how.level = level;
  ricci::session session(how);
  session.run(program);
  return session.get("E");
}

bool finite(std::complex<double> x) { return std::isfinite(x.real()) && std::isfinite(x.imag()); }

std::vector<std::complex<double>> elements(const ricci::value& of) {
  if (of.type() == ricci::dtype::c128) return of.elements<std::complex<double>>();
  const std::vector<double> real = of.elements<double>();
  return {real.begin(), real.end()};
}

}  // namespace

TEST_CASE("property: sums under brackets give by every pass what they give by definition") {
  int zeros = 0, strange = 0, numbers = 0;
  for (unsigned seed = 0; seed < 600; ++seed) {
    const std::string program = Writer(seed).program();
    INFO("seed " << seed << "\n" << program);
    const ricci::value expected = computed(program, 0), found = computed(program, 2);
    REQUIRE(found.type() == expected.type());
    REQUIRE(found.shape() == expected.shape());
    const auto a = elements(expected), b = elements(found);
    for (std::size_t at = 0; at < a.size(); ++at) {
      INFO("element " << at << ": " << a[at] << " by definition, " << b[at]);
      if (!finite(a[at])) {
        REQUIRE(!finite(b[at]));
        ++strange;
      } else {
        REQUIRE(std::abs(a[at] - b[at]) <= 1e-11 * (1 + std::abs(a[at])));
        if (a[at] == 0.0) REQUIRE(b[at] == 0.0);
        ++(a[at] == 0.0 ? zeros : numbers);
      }
    }
  }
  CHECK(zeros > 1000);
  CHECK(strange > 1000);
  CHECK(numbers > 1000);
}
