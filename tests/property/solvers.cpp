// Whoever solves, inverts or takes determinants gets the same numbers at every level of optimisation: spellings of
// shared factors in all inexact types and many sizes, asked for together, and one after the other.
#include <catch2/catch.hpp>
#include <cmath>
#include <complex>

#include "runtime/session/session.hpp"

namespace {
using namespace ricci::runtime;

/// Of A, B (n x n), H (Hermitian, positive definite), T (m x n, tall), P (4 x n x n), and what stands on right sides.
std::string world(std::string_view type, int n) {
  const std::string N = std::to_string(n), M = std::to_string(n + 3), t(type);
  const bool complex = t[0] == 'c';
  const auto draw = [&](const std::string& shape) {
    const std::string one = "normal(0, 1, shape=[" + shape + "])";
    return t + "(" + one + (complex ? " + 1i*normal(0, 1, shape=[" + shape + "])" : "") + ")";
  };
  return "A = " + draw(N + "," + N) + " + 3*" + t + "(" + N + "*eye(" + N + "))\nB = " + draw(N + "," + N) + " - 3*" +
         t + "(" + N + "*eye(" + N + "))\nG = " + draw(N + "," + N) + "\nH = G @ G' + " + t + "(" + N + "*eye(" + N +
         "))\nT = " + draw(M + "," + N) + "\nP = " + draw("4," + N + "," + N) + " + 3*" + t + "(" + N + "*eye(" + N +
         "))\nb = " + draw(N) + "\nc = " + draw(N) + "\nC = " + draw(N + ",3") + "\nD = " + draw("3,2") +
         "\np = " + draw("4," + N) + "\nq = " + draw("4," + N) + "\nu = " + draw(M) + "\nv = " + draw(M) +
         "\nn = " + N + "\n";
}

/// Statements that define x, and perhaps y and z.
constexpr const char* programs[] = {
    "x[i] = inv(A)[i,j]*b[j]; y = A \\ c; z = det(A)",
    "x = inv(A) @ C; y[i,r] = A[i,j] \\ C[j,r]; z = logdet(A)",
    "x = A' \\ b; y = A \\ c; z = inv(A)",
    "V[i,j] = A[j,i]; x[j] = V[i,j] \\ b[i]; y = inv(A)' @ c; z = b @ inv(A)",
    "x[i] = 2*b[j]*inv(A)[i,j]/c[i]; y = inv(A) @ inv(B) @ b; z = b @ inv(A) @ inv(B)",
    "x = H \\ b; y = H' \\ c; z = logdet(H)",
    "x = inv(H) @ b; s = b @ inv(H) @ c; y = s*b; z = det(H)/det(2*H)",
    "x = (2*A) \\ b; y = -A \\ C; z = inv(-0.5*A')",
    "x[m,i] = inv(P)[m,i,j]*p[m,j]; y = P \\ q; z = det(P)",
    "x[m,i] = P[m,j,i] \\ p[m,j]; y[m,i] = P[m,i,j] \\ q[m,j]; z[m,i] = inv(P)[m,i,j]*b[j]",
    "x = pinv(T) @ u; y = lstsq(T, v); z = pinv(T)",
    "x = u @ pinv(T)'; y = pinv(T') @ b; z[j] = T[i,j] \\ u[i]",
    "x = A \\ (A \\ b); y = A \\ c; z = A' \\ (A \\ c)",
    "x = (A \\ (B \\ b)); y = (B \\ (A \\ c)); z = (A \\ c)",
    "x[i,r,t] = inv(A)[i,j]*C[j,r]*D[r,t]; y[t,i] = A[i,j] \\ (C[j,r]*D[r,t]); z = (inv(A) @ C) @ D",
    "L = tril(A); x = L \\ b; y = L' \\ c; z = det(L)",
    "E = diag(diag(A)); x = E \\ b; y = E' \\ c; z = inv(E) @ c",
    "x[i] = sum[j] inv(A)[j,i]; y[i] = inv(A)[i,j]*exp(0.1*c[j])/b[j]; z[i] = inv(A)[i,j]*B[i,j]",
};

/// Of systems made of smaller ones.
constexpr const char* made_of_parts[] = {
    ("x[j,l] = (A[i,j]*B[k,l]) \\ (b[i]*c[k]); y = kron(A, B) \\ reshape(x, [n*n]); z = kron(B, A) \\ reshape(x, "
     "[n*n,1])"),
    "x[l,j,r] = (-2*A[i,j]*H[k,l]) \\ (C[i,r]*b[k]); y[j,l] = (H[k,l]*A[i,j]/(k+1)) \\ (b[i]*c[k]); z = b",
    "x[m,j,l] = (P[m,i,j]*B[k,l]) \\ (p[m,i]*c[k]); y[m,j,l] = (A[i,j]*P[m,k,l]) \\ (b[i]*q[m,k]); z = c",
    "x[s,j] = ((m == s)*P[m,i,j]) \\ q[m,i] for s in 0:4; y[s,j] = ((s == m)*A[i,j]) \\ p[m,i] for s in 0:4; z = b",
    "x[s,j] = ((m == s)*(m+1)*A[i,j]) \\ p[m,i] for s in 0:4; y[l] = ((k == l)*(k+2)) \\ b[k] for l in 0:n; z = c",
};

/// Of matrices that are a diagonal plus products of few vectors: n x 2 they are few from n = 48 on.
constexpr const char* updates[] = {
    "x[l] = (b[k]*c[l] + (k == l)*b[k]^2) \\ c[k]; y[l] = ((k == l)*c[k]) \\ b[k] for l in 0:n; z = inv(diag(b))",
    "U = C; M = U @ U' + diag(b); x = M \\ c; y = M' \\ C; z = logdet(M)",
    "M[k,l] = (k == l)*(2 + abs(b[k])) - b[k]*c[l]/n; x = inv(M); y = M \\ C; z = logdet(2*M)",
    ("x[m,l] = (p[m,k]*q[m,l] + (k == l)*(1 + abs(b[k]))) \\ q[m,k]; M[m,k,l] = p[m,k]*q[m,l] + 2*(k == l)*abs(p[m,k]);"
     " y = logdet(M); z = solve(M, reshape(b, [1, n]))"),
    "x[l] = (3*(b[k]*b[l] + (k == l)*abs(c[k]))/2) \\ b[k]; y = det(diag(b)); z = logdet(diag(c) - eye(n))",
};

/// Of matrices whose inverse or triangles are at hand, and of those that are definite by definition.
constexpr const char* structured[] = {
    "Q, R = qr(A); x = Q \\ b; y = Q' \\ C; z = inv(Q) @ c",
    "Q, R = qr(T); x = lstsq(Q, u); y = pinv(Q) @ v; z = R \\ (Q' @ u)",
    "Q, R = qr(P); x = Q \\ p; y[m,i] = Q[m,j,i] \\ q[m,j]; z = solve(Q, reshape(b, [1, n]))",
    "O, L, U = lu(A); x = O \\ b; y = (L @ U) \\ C; z = U \\ (L \\ (O' @ c))",
    "L = cholesky(H); M[i,j] = L[i,k]*conj(L[j,k]); x = M \\ b; y = (L @ L') \\ C; z = L' \\ (L \\ c)",
    "M = T' @ T + 2*eye(n); x = M \\ b; y = inv(M); z = logdet(M)",
};

double largest_difference(const Value& a, const Value& b, double& size) {
  using Number = std::complex<double>;
  const Tensor left = cast(contiguous_copy_if_needed(std::get<Tensor>(a)), ricci::dsl::DType::c128);
  const Tensor right = cast(contiguous_copy_if_needed(std::get<Tensor>(b)), ricci::dsl::DType::c128);
  REQUIRE(left.shape == right.shape);
  double out = 0;
  for (std::int64_t at = 0; at < left.count(); ++at) {
    const Number x = left.as<Number>()[at], y = right.as<Number>()[at];
    size = std::max(size, std::abs(x));
    out = std::isfinite(std::abs(x - y)) ? std::max(out, std::abs(x - y)) : x == y ? out : std::abs(x - y);
  }
  return out;
}

void compare(const std::string& program, std::string_view type, int n, std::uint64_t seed, bool together) {
  INFO("type " << type << ", n " << n << ", seed " << seed << (together ? ", together" : ", one by one") << "\n"
               << program);
  std::vector<Value> results[2];
  for (int level : {0, 2}) {
    Session session({.level = level, .seed = seed});
    session.run(world(type, n));
    session.run(program);
    std::vector<Value>& own = results[level / 2];
    if (together)
      own = session.get(std::vector<std::string>{"x", "y", "z"});
    else
      for (const char* name : {"x", "y", "z"}) own.push_back(session.get(name));
  }
  const double epsilon = type == "f32" || type == "c64" ? 0x1p-23 : 0x1p-52;
  for (std::size_t at = 0; at < 3; ++at) {
    CHECK(std::get<Tensor>(results[0][at]).dtype == std::get<Tensor>(results[1][at]).dtype);
    double size = 0;
    const double difference = largest_difference(results[0][at], results[1][at], size);
    INFO("result " << at << ", size " << size);
    CHECK(difference <= 200 * (n + 1) * epsilon * size);
  }
}
}  // namespace

TEST_CASE("property: solves that share a factor are the solves by definition") {
  std::uint64_t seed = 1;
  for (const char* program : programs)
    for (const char* type : {"f64", "f32", "c128", "c64"})
      for (int n : {1, 2, 5, 17}) {
        ++seed;
        compare(program, type, n, seed, seed % 2 == 0);
      }
  for (const char* program : programs) compare(program, "f64", 70, ++seed, true);
}

TEST_CASE("property: systems made of smaller ones have the solutions of the whole") {
  std::uint64_t seed = 100;
  for (const char* program : made_of_parts)
    for (const char* type : {"f64", "f32", "c128", "c64"})
      for (int n : {1, 2, 5}) {
        ++seed;
        compare(program, type, n, seed, seed % 2 == 0);
      }
}

TEST_CASE("property: updates of a diagonal have the solutions of the whole") {
  std::uint64_t seed = 200;
  for (const char* program : updates)
    for (const char* type : {"f64", "f32", "c128", "c64"})
      for (int n : {1, 2, 5, 60}) {
        ++seed;
        compare(program, type, n, seed, seed % 2 == 0);
      }
}

TEST_CASE("property: what is known of a matrix does not change what it solves") {
  std::uint64_t seed = 300;
  for (const char* program : structured)
    for (const char* type : {"f64", "f32", "c128", "c64"})
      for (int n : {1, 2, 5, 33}) {
        ++seed;
        compare(program, type, n, seed, seed % 2 == 0);
      }
}

TEST_CASE("property: a matrix without elements, and one that is singular, stay what they are") {
  for (const char* program : {"x = inv(A) @ b; y = A' \\ b; z = A \\ b", "x = det(A)*ones(2); y = A \\ b; z = A' \\ b"})
    compare(program, "f64", 0, 1, true);
  for (int level : {0, 2}) {
    Session session({.level = level});
    session.run("A = [[1.0, 2.0], [2.0, 4.0]]; b = [1.0, 1.0]; d = det(A); x = inv(A) @ b; y = A' \\ b");
    CHECK(std::get<Tensor>(session.get("d")).as<double>()[0] == 0);
    for (const char* name : {"x", "y"}) {
      std::string code;
      try {
        session.get(name);
      } catch (const ricci::error& raised) {
        code = raised.code();
      }
      CHECK(code == "singular");
    }
  }
}

TEST_CASE("property: a name for what a solve gives keeps its value") {
  Session session;
  session.run("A = [[2.0, 1.0], [1.0, 3.0]]; b = [1.0, 1.0]; x[j] = A[i,j] \\ b[i]; s = sum(x)");
  session.get("s");
  CHECK(session.evaluated("x"));
}
