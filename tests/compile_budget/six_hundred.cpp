// Literals of 600 characters, stage by stage. Compiled with a third less than what a compiler allows by itself; a stage
// that takes more is named by the error.
#include "dsl/infer/inlinable.hpp"

namespace {

using namespace ricci::dsl;

#define ELEMENTS                                                                                                   \
  " + exp(-0.5*(a[i,j]-c[i])^2) + r[j]*a[i,j]/3 + (s + 2.5*c[i])*r[j] + abs(a[i,j]-1)*s + c[i]^2*r[j]^2 - 1e-3 + " \
  "(a[i,j] < c[i])*r[j] + (sum[k] (X[i,k]-Y[j,k])^2 * w[k])"
constexpr std::string_view elements = "y[i,j] = s" ELEMENTS ELEMENTS ELEMENTS
                                      " + r[j]*a[i,j]*c[i] + 2*abs(a[i,j])*s - "
                                      "c[i]^2*r[j] + exp(-abs(c[i]-r[j])/3) + (r[j] - 1)/s^3";

#define SUMS " + X[i,k]*W[k,l]*Y[j,l] - 2*u[i]*X[l,k]*Y[l,k]*v[j] + (X[i,k] - Y[j,k])*(X[i,l] - Y[j,l])*W[k,l]/s^2"
constexpr std::string_view sums = "K[i,j] = s" SUMS SUMS SUMS SUMS SUMS SUMS;

#define WHOLE                                                                                              \
  "P = A @ inv(B) + 2*A'\nQ[i,j] = P[i,k]*P[j,k] + (i == j)*s\nz[j] = Q[i,j] \\ u[i]\nu = z*2 + norm(z)\n" \
  "A[i,j] = Q[i,j] - z[i]*z[j] for i in 0:3, j in 0:3\nr = max(abs(u), 0.5) + c/s\n"
constexpr std::string_view whole =
    WHOLE WHOLE WHOLE "v = solve(A, u) - B @ r; w = 2*(A @ v) - 3*r; q = norm(u) + det(B); q*(A @ w) + 4*sum(B) + s";

static_assert(elements.size() >= 600 && sums.size() >= 600 && whole.size() >= 600);

Vec<Declared> constexpr arguments(std::int64_t extent) {
  const Vec<std::int64_t> one{extent};
  const Vec<std::int64_t> two{extent, extent};
  Vec<Declared> out{{"s", DType::f64, {}, false}};
  for (std::string_view name : {"c", "r", "w", "u", "v"}) out.push_back({name, DType::f64, one, false});
  for (std::string_view name : {"a", "X", "Y", "W", "A", "B"}) out.push_back({name, DType::f64, two, false});
  return out;
}

template <const std::string_view& text, std::int64_t extent>
struct Stages {
  static constexpr bool lexed = lex(text).tokens.size() > 100;
  static constexpr bool parsed = [] {
    Vec<Diagnostic> faults;
    return parse(text, faults).statements.size() > 0;
  }();
  static constexpr auto read = read_text<2 * text.size() + 16>(text);
  static constexpr Study studied = study(read.program(text), arguments(extent), extent > 0);
  static_assert(lexed && parsed && read.accepted && read.fits && studied.accepted);
};

template struct Stages<elements, -1>;
template struct Stages<sums, -1>;
template struct Stages<whole, -1>;
template struct Stages<whole, 3>;

}  // namespace
