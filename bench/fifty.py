"""Fifty literals as users write them, and the C++ file that holds them: what bench/compile.py compiles.

A row is the container of the result (S scalar, V, M, T: one, two, three axes), the text, and the arguments with their
ranks. About half become loops of their own, the others call the library.
"""

LITERALS = [
    ('M', 'y[i,j] = (a[i,j] - c[i])*r[j]', 'a:2 c:1 r:1'),
    ('V', 'y[i] = s*exp(-a[i]) + a[i]*b[i]/3 - abs(a[i])', 'a:1 b:1 s:0'),
    ('M', 'K[i,j] = exp(-0.5 * sum[k] w[k]*(x[i,k]-y[j,k])^2)', 'x:2 y:2 w:1'),
    ('M', 'K[i,j] = s^2 * exp(-0.5 * (X[i,k]-Y[j,k]) * W[k,l] * (X[i,l]-Y[j,l]))', 'X:2 Y:2 W:2 s:0'),
    ('V', r'x[j] = A[i,j] \ b[i]', 'A:2 b:1'),
    ('M', r'x[m,j] = A[m,i,j] \ b[m,i]', 'A:3 b:2'),
    ('M', r'X[j,r] = M[i,j] \ B[i,r]', 'M:2 B:2'),
    ('M', 'Y[i,j] = A[i,m] * B[(i+j) % 107, m]', 'A:2 B:2'),
    ('M', 'E[z,x] = sum[n in 1:4] (d[n-1] <= Z[z] < d[n]) * e[n]*exp(kz[n]*(Z[z]-d[n-1]) + q*X[x])', 'd:1 Z:1 e:1 kz:1 X:1 q:0'),
    ('V', 'p[m] = mean[t in 0:1000] (binomial(55, 0.05)[t,m] == m) for m in 0:8', ''),
    ('T', 'Y[i,j,r] = A[r,n] * X[i,j,n]', 'A:2 X:3'),
    ('M', 'G[i,j] = X[n,i]*X[n,j]', 'X:2'),
    ('S', 'mean[i] (x[i]-y[i])^2', 'x:1 y:1'),
    ('S', 'sqrt(sum[i] x[i]*x[i])', 'x:1'),
    ('V', 'y[i] = a[i] + b[i]', 'a:1 b:1'),
    ('V', 'y[i] = 2*a[i] - b[i]*c[i]', 'a:1 b:1 c:1'),
    ('V', 'y[i] = (a[i] - b[i])/(a[i] + b[i] + 1e-9)', 'a:1 b:1'),
    ('V', 'y[i] = exp(a[i])*exp(-b[i]^2)', 'a:1 b:1'),
    ('V', 'y[i] = min(max(a[i], lo), hi)', 'a:1 lo:0 hi:0'),
    ('V', 'y[i] = where(a[i] > 0, a[i], 0.01*a[i])', 'a:1'),
    ('V', 'y[i] = 1/(1 + exp(-a[i]))', 'a:1'),
    ('V', 'y[i] = a[i]^2 + b[i]^2 - 2*rho*a[i]*b[i]', 'a:1 b:1 rho:0'),
    ('V', 'y[i] = sum[j] A[i,j]*x[j]', 'A:2 x:1'),
    ('V', 'y[j] = max[i] A[i,j]', 'A:2'),
    ('V', 'y[i] = sum[j] exp(A[i,j])', 'A:2'),
    ('V', 'y[i] = sum[j] (A[i,j] - m[j])^2', 'A:2 m:1'),
    ('V', 's[i] = sqrt(mean[j] (A[i,j] - m[i])^2)', 'A:2 m:1'),
    ('M', 'C[i,j] = A[i,j] + B[i,j]', 'A:2 B:2'),
    ('M', 'C[i,j] = A[i,j]*B[j,i]', 'A:2 B:2'),
    ('M', 'C[i,j] = sum[k] A[i,k]*B[k,j]', 'A:2 B:2'),
    ('M', 'C[i,j] = sum[k] abs(A[i,k]-B[j,k])', 'A:2 B:2'),
    ('M', 'D[i,j] = sqrt(sum[k] (X[i,k]-Y[j,k])^2)', 'X:2 Y:2'),
    ('M', 'P[i,j] = exp(L[i,j]) / sum[k] exp(L[i,k])', 'L:2'),
    ('M', 'C[i,j] = u[i]*v[j] + s*A[i,j]', 'u:1 v:1 A:2 s:0'),
    ('M', 'C[i,j] = (A[i,j] - mu[j])/sd[j]', 'A:2 mu:1 sd:1'),
    ('M', 'K[i,j] = (1 + c*sum[k] X[i,k]*Y[j,k])^2', 'X:2 Y:2 c:0'),
    ('M', 'K[i,j] = s*exp(-abs(x[i]-y[j])/l) + n*(i == j)', 'x:1 y:1 s:0 l:0 n:0'),
    ('M', 'H[i,j] = (x[i] < y[j])*w[j]', 'x:1 y:1 w:1'),
    ('M', 'A[i,j] = x[i]^2 - y[j]^2 + 3*x[i]*y[j]', 'x:1 y:1'),
    ('T', 'C[i,j,k] = A[i,j]*b[k]', 'A:2 b:1'),
    ('T', 'C[b,i,j] = sum[k] A[b,i,k]*B[b,k,j]', 'A:3 B:3'),
    ('T', 'C[i,j,k] = (A[i,j,k] - m[k])*g[k] + h[k]', 'A:3 m:1 g:1 h:1'),
    ('S', 'sum[i,j] A[i,j]*B[i,j]', 'A:2 B:2'),
    ('S', 'sum[i,j,k] x[i]*A[i,j]*B[j,k]*y[k]', 'x:1 A:2 B:2 y:1'),
    ('S', 'max[i] abs(x[i])', 'x:1'),
    ('S', 'det(A)', 'A:2'),
    ('M', 'inv(A)', 'A:2'),
    ('M', r"(X' @ X) \ (X' @ Y)", 'X:2 Y:2'),
    ('V', r'x = cholesky(A) \ b', 'A:2 b:1'),
    ('V', 'r[i] = y[i] - sum[j] X[i,j]*beta[j] - beta0', 'y:1 X:2 beta:1 beta0:0'),
]

CONTAINERS = {"S": "double", "V": "Vector", "M": "Matrix", "T": "Tensor"}
PLAIN = """#include <ricci/literal.hpp>

// Containers as plain as a user's own: numbers in rows, and the two facts that ricci asks for.
template <std::size_t N>
struct Rows {
  using value_type = double;
  std::array<std::int64_t, N> shape{};
  std::vector<double> numbers;
};
template <std::size_t N>
struct ricci::adapt<Rows<N>> {
  static runtime::Value view(const Rows<N>& x) {
    return detail::view_of(x.numbers.data(), extents(x.shape.begin(), x.shape.end()));
  }
  static Rows<N> shaped(std::span<const std::int64_t> shape) {
    Rows<N> out;
    std::int64_t count = 1;
    for (std::size_t at = 0; at < N; ++at) count *= out.shape[at] = shape[at];
    out.numbers.resize(static_cast<std::size_t>(count));
    return out;
  }
  static Rows<N> make(const runtime::Tensor& tensor) {
    const runtime::Tensor own = checked(tensor, runtime::dtype_of<double>(), N);
    Rows<N> out = shaped(own.shape);
    copy_into(detail::view_of(out.numbers.data(), own.shape), own);
    return out;
  }
};
template <std::size_t N>
struct ricci::container_facts<Rows<N>> {
  static constexpr dtype type = dtype::f64;
  static constexpr std::array<std::int64_t, N> shape = unknown_extents<N>();
  static strided place(const Rows<N>& x) {
    strided out{.data = x.numbers.data()};
    std::int64_t stride = 1;
    for (std::int64_t extent : x.shape) stride *= extent;
    for (std::int64_t extent : x.shape) out.add(extent, stride /= extent > 0 ? extent : 1);
    return out;
  }
};
using Vector = Rows<1>;
using Matrix = Rows<2>;
using Tensor = Rows<3>;
"""
XTENSOR = """#include <ricci/xtensor.hpp>
using Vector = xt::xtensor<double, 1>;
using Matrix = xt::xtensor<double, 2>;
using Tensor = xt::xtensor<double, 3>;
"""


def source(rows, containers=PLAIN):
    """A file with a function for each row, over the given containers."""
    lines = [containers, "using namespace ricci::literals;", "using ricci::arg;"]
    for number, (kind, text, arguments) in enumerate(rows):
        given = [own.split(":") for own in arguments.split()]
        taken = ", ".join(f"const {CONTAINERS['SVMT'[int(rank)]]}& {name}" for name, rank in given)
        named = ", ".join(f'arg<"{name}"> = {name}' for name, _ in given)
        written = text.replace("\\", "\\\\")
        lines.append(f'{CONTAINERS[kind]} f{number}({taken}) {{ return "{written}"_ricci({named}); }}')
    return "\n".join(lines) + "\n"


def long_text(length):
    """A formula of elements of at most `length` characters, whose arguments are LONG_ARGUMENTS."""
    terms = ["exp(-0.5*(a[i,j]-c[i])^2)", "r[j]*a[i,j]/3", "(s + 2.5*c[i])*r[j]", "abs(a[i,j]-1)*s",
             "c[i]^2*r[j]^2 - 1e-3", "(a[i,j] < c[i])*r[j]", "(sum[k] (X[i,k]-Y[j,k])^2 * w[k])"]
    out = "y[i,j] = " + terms[0]
    at = 1
    while len(out) + 3 + len(terms[at % len(terms)]) <= length:
        out += " + " + terms[at % len(terms)]
        at += 1
    return out


LONG_ARGUMENTS = "a:2 c:1 r:1 s:0 X:2 Y:2 w:1"
