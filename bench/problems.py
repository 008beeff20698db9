"""The seven problems, and elementwise chains, as cases: data, the statement in ricci, and how far a result is from right.

A Case makes its Data when it is measured, never before, so that one case's memory is free for the next. `check`
returns the measured error and its bound, for ricci's result and the peers' alike.
"""
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Callable

import numpy as np
import scipy.sparse as sparse

import peers


@dataclass
class Case:
    problem: str                    # the key of its peers
    name: str
    statement: str
    result: str                     # the name that the statement defines
    make: Callable                  # rng -> SimpleNamespace with all that the statement and the peers read
    loads: tuple                    # names of tensors the statement reads
    scalars: tuple = ()             # names of scalars the statement reads
    check: Callable = None          # (data, result) -> (error, bound)
    kept: Callable = lambda data: 0  # bytes of factorisations that may be kept
    flops: Callable = lambda data: 0  # of the best known algorithm, each multiplication and each addition one
    peers_bound: float = 0          # a peer may be off by this much

    def work(self, data, result):
        """What no algorithm can do without: (flops, bytes of inputs and result)."""
        moved = result.nbytes
        for name in self.loads:
            value = getattr(data, name)
            parts = (value.data, value.indices, value.indptr) if sparse.issparse(value) else (value,)
            moved += sum(part.nbytes for part in parts)
        return self.flops(data), moved


def apart(result, expected):
    """The largest difference, relative to the largest element."""
    result = np.asarray(result)
    if result.shape != expected.shape:
        return np.inf
    top = np.abs(expected).max(initial=0) or 1
    worst = np.abs(result - expected).max(initial=0) / top
    return float(worst) if np.isfinite(worst) else np.inf


def precision(dtype):
    """How much coarser than f64 a type is: bounds are stated for f64."""
    return float(np.finfo(dtype).eps / np.finfo(float).eps)


def called(name, dtype):
    return name if np.dtype(dtype) == float else f"{name} {np.dtype(dtype).name}"


def once(data, make):
    """The expected result, computed at the first question."""
    if not hasattr(data, "expected"):
        data.expected = make(data)
    return data.expected


# ---- batched systems -----------------------------------------------------------------------------------------------

def batched(m, n, dtype=float):
    def make(rng):  # normal draws: most systems have to exchange rows
        return SimpleNamespace(A=rng.standard_normal((m, n, n)).astype(dtype), b=rng.standard_normal((m, n)).astype(dtype))

    def backward_error(data, x):
        """The smallest relative change of A and b that makes x exact, of the worst system."""
        if np.shape(x) != data.b.shape:
            return np.inf, 0
        left_over = np.abs(np.einsum("mij,mj->mi", data.A, x) - data.b).max(1)
        size = np.abs(data.A).sum(2).max(1) * np.abs(x).max(1) + np.abs(data.b).max(1)
        worst = (left_over / size).max()
        return (float(worst) if np.isfinite(worst) else np.inf), 1e-14 * max(n, 10) * precision(dtype)

    return Case("solve", called(f"solve {m} of {n}x{n}", dtype), r"x[m,j] = A[m,i,j] \ b[m,i]", "x", make, ("A", "b"),
                check=backward_error, kept=lambda data: data.A.nbytes, flops=lambda _: m * (2 / 3 * n**3 + 2 * n**2))


def spread(m, n, what, dtype=float):
    """Of many small positive definite matrices each: the solution, by Cholesky, the inverse, the determinant, L."""
    statement, result, flops = {
        "spd solve": (r"x[m,j] = A[m,i,j] \ b[m,i]", "x", n**3 / 3 + 2 * n**2), "inv": ("x = inv(A)", "x", 2 * n**3),
        "det": ("x = det(A)", "x", 2 / 3 * n**3), "cholesky": ("x = cholesky(A)", "x", n**3 / 3)}[what]

    def make(rng):
        G = rng.standard_normal((m, n, n))
        A = (G @ G.transpose(0, 2, 1) / n + np.eye(n)).astype(dtype)
        A = np.maximum(A, A.transpose(0, 2, 1))  # symmetric to the last bit
        return SimpleNamespace(A=A, b=rng.standard_normal((m, n)).astype(dtype))

    def check(data, x):
        return apart(x, once(data, getattr(peers, what.replace(" ", "_") + "_numpy"))), 1e-12 * precision(dtype)

    return Case(what, called(f"{what} of {m} {n}x{n}", dtype), statement, result, make,
                ("A", "b") if "b[" in statement else ("A",), check=check, kept=lambda data: data.A.nbytes,
                flops=lambda _: m * flops)


# ---- one matrix, many sides ----------------------------------------------------------------------------------------

DIVIDE = r"X[j,r] = M[i,j] \ B[i,r]"


def square(n, sides, dtype=float):
    def make(rng):
        return SimpleNamespace(M=rng.standard_normal((n, n)).astype(dtype),
                               B=rng.standard_normal((n, sides)).astype(dtype))

    def backward_error(data, X):
        if np.shape(X) != data.B.shape:
            return np.inf, 0
        left_over = np.abs(data.M @ X - data.B).max(0)
        worst = (left_over / (np.abs(data.M).sum(1).max() * np.abs(X).max(0) + np.abs(data.B).max(0))).max()
        return (float(worst) if np.isfinite(worst) else np.inf), 1e-15 * max(n, 100) * precision(dtype)

    return Case("square", called(f"LU n={n}, {sides} sides", dtype), DIVIDE, "X", make, ("M", "B"),
                check=backward_error, kept=lambda data: data.M.nbytes,
                flops=lambda _: 2 / 3 * n**3 + 2 * n**2 * sides)


def least_squares(m, n, sides, rank=None):
    full = rank is None and m >= n

    def make(rng):
        M = rng.standard_normal((m, n))
        if rank is not None:
            M = rng.standard_normal((m, rank)) @ rng.standard_normal((rank, n))
        return SimpleNamespace(M=M, B=rng.standard_normal((m, sides)), full_rank=full)

    def check(data, X):
        return apart(X, once(data, peers.lstsq_numpy)), 1e-10

    kind = f", rank {rank}" if rank is not None else ""
    return Case("lstsq", f"least squares {m}x{n}{kind}, {sides} sides", DIVIDE, "X", make, ("M", "B"),
                check=check, kept=lambda data: data.M.nbytes + 8 * min(m, n)**2,
                flops=lambda _: 2 * max(m, n) * min(m, n)**2 + 4 * m * n * sides)


# ---- decompositions of one matrix ----------------------------------------------------------------------------------

def pinv(m, n):
    def make(rng):
        return SimpleNamespace(M=rng.standard_normal((m, n)))

    def check(data, P):
        return apart(P, once(data, peers.pinv_numpy)), 1e-11

    return Case("pinv", f"pinv {m}x{n}", "P = pinv(M)", "P", make, ("M",), check=check,
                kept=lambda data: 2 * data.M.nbytes, flops=lambda _: 4 * max(m, n) * min(m, n)**2)


def svd(m, n):  # the singular values are saved, the vectors computed beside them, by every peer too
    def make(rng):
        return SimpleNamespace(M=rng.standard_normal((m, n)))

    def check(data, s):
        return apart(s, once(data, peers.svd_numpy)), 1e-12

    return Case("svd", f"svd {m}x{n}", "U, s, Vh = svd(M)", "s", make, ("M",), check=check,
                kept=lambda data: 6 * data.M.nbytes, flops=lambda _: 4 * max(m, n) * min(m, n)**2)


# ---- ARD kernel ----------------------------------------------------------------------------------------------------

def ard(rows, columns, inputs, dtype=float):
    def make(rng):
        v, a = rng.random(inputs), rng.random(inputs) + .1
        return SimpleNamespace(X=rng.random((rows, inputs)).astype(dtype), Y=rng.random((columns, inputs)).astype(dtype),
                               W=(np.outer(v, v) + np.diag(a**2)).astype(dtype), s=0.8, noise=0.1)

    def check(data, K):
        return apart(K, once(data, peers.ard_cdist)), 1e-12 * precision(dtype)

    return Case("ard", called(f"ARD {rows}x{columns}, D={inputs}", dtype),
                "K[i,j] = s^2 * exp(-0.5 * (X[i,k]-Y[j,k]) * W[k,l] * (X[i,l]-Y[j,l])) + noise^2*(i == j)", "K",
                make, ("X", "Y", "W"), ("s", "noise"), check, peers_bound=1e-9 * precision(dtype),
                flops=lambda _: rows * columns * (2 * inputs + 20))


# ---- rolled products -----------------------------------------------------------------------------------------------

def rolled(d, k, m, dtype=float):
    def make(rng):
        A, B = (rng.integers(0, 10, (d, m, m)).astype(dtype) for _ in "AB")
        return SimpleNamespace(A=A, B=B, d=d, k=k)

    def check(data, P):  # small integers: exact in every type
        return apart(P, once(data, peers.rolled_loop)), 1e-300

    return Case("rolled", f"rolled d={d} k={k} m={m} {np.dtype(dtype).name}",
                "P[i,j,m,l] = A[i,m,n] * B[(i+j) % d, n, l]  for j in 0:k", "P",
                make, ("A", "B"), ("d", "k"), check, flops=lambda _: 2 * d * k * m**3)


# ---- layered field -------------------------------------------------------------------------------------------------

def field(layers, heights, widths):
    def make(rng):
        def wave(*shape):
            return rng.random(shape) + 1j * rng.random(shape)
        d = np.sort(np.concatenate([[-1], rng.uniform(-1, 3, layers - 1), [3.001]]))  # uneven; number 0 has no layer
        return SimpleNamespace(d=d, e=wave(layers + 1, 3), En=wave(layers + 1), kz=rng.random(layers + 1) * 5, kx=1.3,
                               Z=np.linspace(-1, 3, heights), X=np.linspace(-2, 2, widths), N=layers + 1)

    def check(data, E):
        return apart(E, once(data, peers.field_bands)), 1e-12

    return Case("field", f"field {heights}x{widths}x3, {layers} layers",
                "E[z,x,c] = sum[n in 1:N] (d[n-1] <= Z[z] < d[n]) * e[n,c]*En[n]"
                "*exp(1i*kz[n]*(Z[z]-d[n-1]) + 1i*kx*X[x])", "E",
                make, ("d", "e", "En", "kz", "Z", "X"), ("N", "kx"), check)


# ---- draws ---------------------------------------------------------------------------------------------------------

def draws(count, values):
    def make(_):
        return SimpleNamespace(draws=count, values=values)

    def check(_, p):  # in standard errors; beyond 6 once in half a billion
        exact = np.array([peers.binomial_probability(m) for m in range(values)])
        if np.shape(p) != exact.shape:
            return np.inf, 6
        return float((np.abs(p - exact) / np.sqrt(exact * (1 - exact) / count)).max()), 6

    return Case("draws", f"binomial, {count * values} draws",
                "p[m] = mean[t in 0:draws] (binomial(55, 0.05)[t,m] == m)  for m in 0:values", "p",
                make, (), ("draws", "values"), check)


def materialised(count, values):
    def make(_):
        return SimpleNamespace(draws=count, values=values)

    def check(_, drawn):  # the mean, in standard errors
        if np.shape(drawn) != (count, values):
            return np.inf, 6
        return float(abs(drawn.mean() - 55 * .05) / np.sqrt(55 * .05 * .95 / (count * values))), 6

    return Case("materialised", f"binomial, {count * values} draws kept", "x[t,m] = binomial(55, 0.05)[t,m]"
                "  for t in 0:draws, m in 0:values", "x", make, (), ("draws", "values"), check)


# ---- sparse matrix along an axis -----------------------------------------------------------------------------------

def sparse_axis(n, rows, columns, a_row, dtype=float):
    def make(rng):
        A = sparse.random(n, n, density=a_row / n, format="csr", random_state=3)
        return SimpleNamespace(A=A.astype(dtype), X=rng.random((rows, columns, n)).astype(dtype))

    def check(data, Y):
        return apart(Y, once(data, peers.sparse_right)), 1e-13 * precision(dtype)

    return Case("sparse", called(f"sparse n={n}, {rows * columns} vectors, {a_row} a row", dtype),
                "Y[i,j,r] = A[r,n] * X[i,j,n]", "Y", make, ("A", "X"), check=check,
                flops=lambda _: 2 * n * a_row * rows * columns)


# ---- products ------------------------------------------------------------------------------------------------------

def product(name, statement, subscripts, shapes, dtype=float):
    """A contraction whose operands are called A, B, C, D in turn; `subscripts` as numpy.einsum takes them."""
    def make(rng):
        names = "ABCD"[:len(shapes)]
        return SimpleNamespace(**{name: rng.standard_normal(shape).astype(dtype) for name, shape in zip(names, shapes)},
                               names=names, subscripts=subscripts)

    def check(data, R):
        return apart(R, once(data, peers.product_optimized)), 1e-12 * precision(dtype)

    name = name or "product " + " by ".join("x".join(map(str, shape)) for shape in shapes)
    return Case("products", called(name, dtype), statement, "R", make, tuple("ABCD"[:len(shapes)]), check=check,
                flops=lambda data: float(np.einsum_path(subscripts, *peers.operands(data), optimize=peers.BEST_ORDER)[1]
                                         .split("Optimized FLOP count:")[1].split()[0]))


def products():
    return [
        product("product 1000x1000x1000", "R[i,k] = A[i,j] * B[j,k]", "ij,jk->ik", [(1000, 1000)] * 2),
        product("product, both transposed", "R[i,k] = A[j,i] * B[k,j]", "ji,kj->ik", [(1000, 1000)] * 2),
        product("product 64 of 100x100x100", "R[m,i,k] = A[m,i,j] * B[m,j,k]", "mij,mjk->mik", [(64, 100, 100)] * 2),
        product("product, batch in the middle", "R[m,i,k] = A[i,m,j] * B[j,m,k]", "imj,jmk->mik", [(100, 64, 100)] * 2),
        product("chain ij,jk,kl,lm->im", "R[i,m] = A[i,j]*B[j,k]*C[k,l]*D[l,m]", "ij,jk,kl,lm->im",
                [(1000, 20), (20, 1000), (1000, 20), (20, 1000)]),
        product("network abc,bde,cdf,efg->ag", "R[a,g] = A[a,b,c]*B[b,d,e]*C[c,d,f]*D[e,f,g]", "abc,bde,cdf,efg->ag",
                [(32, 32, 32)] * 4),
    ]


# ---- elementwise chains ------------------------------------------------------------------------------------------

def chain(count, operations):
    """((x + y) * z) - y ...: what a user does all day, one element after the other."""
    steps = [("+*-"[at % 3], "yz"[at % 2]) for at in range(operations)]

    def written(element):
        text = element("x")
        for sign, name in steps:
            text = f"({text} {sign} {element(name)})"
        return text

    def make(rng):
        return SimpleNamespace(**{name: rng.random(count) for name in "xyz"}, steps=steps, text=written(str),
                               operations=operations)

    def check(data, R):
        return apart(R, once(data, peers.chain_numpy)), 1e-14

    plural = "s" if operations > 1 else ""
    return Case("chain", f"chain of {operations} operation{plural}, {count} elements",
                "R[i] = " + written(lambda name: f"{name}[i]"), "R", make, ("x", "y", "z")[:2 + (operations > 1)],
                check=check, flops=lambda _: count * operations)


def full_size():
    return [
        batched(1_000_000, 3), batched(200_000, 6), batched(100_000, 8), batched(20_000, 32), batched(500, 200),
        *(spread(m, n, what) for what in ("spd solve", "inv", "det", "cholesky")
          for m, n in ((300_000, 3), (50_000, 8), (3000, 32))),
        square(100, 10), square(1000, 100), square(1000, 1000),
        least_squares(2000, 200, 500), least_squares(20_000, 50, 50),
        least_squares(2000, 200, 500, rank=120), least_squares(200, 2000, 100),
        pinv(2000, 200), pinv(300, 300), svd(2000, 200), svd(300, 300), svd(200, 2000),
        ard(300, 400, 6), ard(3000, 3000, 10), ard(3000, 3000, 64),
        rolled(26, 10, 10), rolled(67, 22, 22), rolled(107, 34, 34), rolled(107, 34, 34, np.int64), rolled(64, 64, 4),
        field(10, 2000, 1000), field(100, 2000, 1000),
        draws(1_000_000, 8), materialised(1_000_000, 8),
        sparse_axis(100, 500, 500, 1), sparse_axis(1000, 200, 200, 1), sparse_axis(1000, 200, 200, 10),
        sparse_axis(10_000, 50, 50, 5),
        *products(),
        *(chain(count, operations) for count in (1000, 100_000, 10_000_000) for operations in (1, 3, 10)),
    ]


def small_size():
    """The same problems at the odd sizes that tiles dislike, small enough to be evaluated by definition."""
    return [
        batched(67, 3), batched(41, 6), batched(29, 8), batched(9, 32), batched(2, 50),
        *(spread(m, n, what) for what in ("spd solve", "inv", "det", "cholesky") for m, n in ((67, 3), (19, 8), (9, 32))),
        square(10, 3), square(50, 7), square(37, 60),
        least_squares(60, 8, 5), least_squares(300, 5, 3), least_squares(60, 9, 5, rank=4), least_squares(8, 40, 3),
        pinv(30, 9), svd(30, 9), svd(9, 30),
        ard(17, 23, 6), ard(31, 29, 10), ard(33, 35, 64),
        rolled(7, 3, 5), rolled(11, 4, 6), rolled(11, 4, 6, np.int64), rolled(16, 16, 4),
        field(10, 41, 23), field(30, 41, 23),
        draws(3000, 8), materialised(300, 8),
        sparse_axis(20, 7, 5, 1), sparse_axis(60, 5, 5, 3),
        chain(37, 1), chain(1001, 10),
        product("product 7x9x5", "R[i,k] = A[i,j] * B[j,k]", "ij,jk->ik", [(7, 9), (9, 5)]),
        product("network of 3", "R[a,g] = A[a,b,c]*B[b,d,e]*C[c,d,f]*D[e,f,g]", "abc,bde,cdf,efg->ag", [(3, 3, 3)] * 4),
    ]


def drawn_sizes(count, rng):
    """Cases at a quarter to four times the usual extents, in f64 and f32: is there a cliff between neighbours?"""
    def near(n, least=1):
        return max(least, int(round(n * 4**rng.uniform(-1, 1))))

    kinds = [
        lambda dtype: batched(near(100_000), near(8, 2), dtype),
        lambda dtype: batched(near(2000), near(48), dtype),
        lambda dtype: square(near(400), near(100), dtype),
        lambda dtype: ard(near(1000), near(1000), near(16), dtype),
        lambda dtype: rolled(near(60), near(20), near(16), dtype),
        lambda dtype: sparse_axis(near(1000), near(100), near(100), near(4), dtype),
        lambda dtype: product("", "R[i,k] = A[i,j] * B[j,k]", "ij,jk->ik", matched(near(300), near(300), near(300)), dtype),
        lambda dtype: product("", "R[k,i] = A[j,i] * B[k,j]", "ji,kj->ki", matched_turned(near(300), near(300), near(300)),
                              dtype),
    ]
    out = []
    for at in range(count):
        case = kinds[at % len(kinds)]((float, np.float32)[at // len(kinds) % 2])
        out.append(case)
    return out


def matched(i, j, k):
    return [(i, j), (j, k)]


def matched_turned(i, j, k):
    return [(j, i), (k, j)]
