"""What Python users run today for each problem: the plain vectorised answer, and what an expert would write.

Every function takes a Data and returns the result in ricci's shape, or None when it does not apply to this data.
PEERS lists them by problem. What needs a package that is not installed drops out when it is imported.
"""
import ctypes
import functools
import math

import numpy as np

try:
    import scipy.linalg as linalg
    import scipy.spatial.distance as distance
except ImportError:
    linalg = distance = None
try:
    import numexpr
except ImportError:
    numexpr = None
try:
    import numba
    njit = numba.njit
    parallel_njit = numba.njit(parallel=True)
    parallel_fastmath_njit = numba.njit(parallel=True, fastmath=True)
    prange = numba.prange
except ImportError:
    numba = None
    prange = range
    njit = parallel_njit = parallel_fastmath_njit = lambda function: function
try:
    import torch
except ImportError:
    torch = None

PEERS = {}


patient = False  # whether peers that take many seconds and gigabytes run too


def peer(problem, name, needs=True):
    """Lists a function as a peer of `problem`, if what it needs is there."""
    def listed(function):
        if needs:
            PEERS.setdefault(problem, {})[name] = function
        return function
    return listed


def blas_control():
    """OpenBLAS's switch for the number of its threads, if NumPy runs on OpenBLAS."""
    for name in ("libblas.so.3", "libopenblas.so.0"):
        try:
            library = ctypes.CDLL(name)
        except OSError:
            continue
        if hasattr(library, "openblas_set_num_threads"):
            return library
    return None


BLAS = blas_control()


def one_blas_thread(function):
    @functools.wraps(function)
    def alone(data):
        if BLAS is None:
            return function(data)
        before = BLAS.openblas_get_num_threads()
        BLAS.openblas_set_num_threads(1)
        try:
            return function(data)
        finally:
            BLAS.openblas_set_num_threads(before)
    return alone


def tensor(array):
    return torch.from_numpy(array)


# ---- batched systems: A [m,i,j], b [m,i] ---------------------------------------------------------------------------

@parallel_njit
def solve_each(A, b):
    x = np.empty_like(b)
    for m in prange(A.shape[0]):
        x[m] = np.linalg.solve(A[m], b[m])
    return x


@peer("solve", "numpy.linalg.solve")
def solve_numpy(data):
    return np.linalg.solve(data.A, data.b[..., None])[..., 0]


@peer("solve", "numpy.linalg.solve, 1 BLAS thread", BLAS is not None)
@one_blas_thread
def solve_numpy_alone(data):
    return np.linalg.solve(data.A, data.b[..., None])[..., 0]


@peer("solve", "numba prange, 1 BLAS thread", numba is not None and linalg is not None)
@one_blas_thread
def solve_numba(data):
    return solve_each(data.A, data.b)


@peer("solve", "torch.linalg.solve", torch is not None)
def solve_torch(data):
    return torch.linalg.solve(tensor(data.A), tensor(data.b)).numpy()


# ---- batches of positive definite matrices: A [m,i,j], b [m,i] -------------------------------------------------------

@peer("spd solve", "numpy.linalg.solve")
def spd_solve_numpy(data):
    return np.linalg.solve(data.A, data.b[..., None])[..., 0]


@peer("spd solve", "torch.linalg.cholesky, cholesky_solve", torch is not None)
def spd_solve_torch(data):
    L = torch.linalg.cholesky(tensor(data.A))
    return torch.cholesky_solve(tensor(data.b)[..., None], L)[..., 0].numpy()


@peer("inv", "numpy.linalg.inv")
def inv_numpy(data):
    return np.linalg.inv(data.A)


@peer("inv", "torch.linalg.inv", torch is not None)
def inv_torch(data):
    return torch.linalg.inv(tensor(data.A)).numpy()


@peer("det", "numpy.linalg.det")
def det_numpy(data):
    return np.linalg.det(data.A)


@peer("det", "torch.linalg.det", torch is not None)
def det_torch(data):
    return torch.linalg.det(tensor(data.A)).numpy()


@peer("cholesky", "numpy.linalg.cholesky")
def cholesky_numpy(data):
    return np.linalg.cholesky(data.A)


@peer("cholesky", "torch.linalg.cholesky", torch is not None)
def cholesky_torch(data):
    return torch.linalg.cholesky(tensor(data.A)).numpy()


def one_by_one(operation, shape):
    """Numba's way: `operation` of each matrix, shared among the threads."""
    @parallel_njit
    def each(A):
        out = np.empty(shape(A))
        for m in prange(A.shape[0]):
            out[m] = operation(A[m])
        return out
    return each


if numba is not None and linalg is not None:
    invert_each = one_by_one(njit(lambda M: np.linalg.inv(M)), njit(lambda A: A.shape))
    determine_each = one_by_one(njit(lambda M: np.linalg.det(M)), njit(lambda A: A.shape[0]))
    factor_each = one_by_one(njit(lambda M: np.linalg.cholesky(M)), njit(lambda A: A.shape))

    @peer("spd solve", "numba prange, 1 BLAS thread")
    @one_blas_thread
    def spd_solve_numba(data):
        return solve_each(data.A, data.b)

    @peer("inv", "numba prange, 1 BLAS thread")
    @one_blas_thread
    def inv_numba(data):
        return invert_each(data.A)

    @peer("det", "numba prange, 1 BLAS thread")
    @one_blas_thread
    def det_numba(data):
        return determine_each(data.A)

    @peer("cholesky", "numba prange, 1 BLAS thread")
    @one_blas_thread
    def cholesky_numba(data):
        return factor_each(data.A)


# ---- one square matrix: M [i,j], B [i,r] ---------------------------------------------------------------------------

@peer("square", "scipy lu_factor, lu_solve a side", linalg is not None)
def square_side_by_side(data):
    factors = linalg.lu_factor(data.M)
    return np.stack([linalg.lu_solve(factors, side) for side in data.B.T], axis=1)


@peer("square", "scipy lu_factor, lu_solve all", linalg is not None)
def square_scipy(data):
    return linalg.lu_solve(linalg.lu_factor(data.M), data.B)


@peer("square", "numpy.linalg.solve all")
def square_numpy(data):
    return np.linalg.solve(data.M, data.B)


@peer("square", "scipy lstsq a side (the question)", linalg is not None)
def square_lstsq(data):
    if data.M.shape[0] > 100:
        return None
    return np.stack([linalg.lstsq(data.M, side)[0] for side in data.B.T], axis=1)


@peer("square", "torch.linalg.solve all", torch is not None)
def square_torch(data):
    return torch.linalg.solve(tensor(data.M), tensor(data.B)).numpy()


# ---- least squares: M [i,j], B [i,r] -------------------------------------------------------------------------------

@peer("lstsq", "numpy.linalg.lstsq all")
def lstsq_numpy(data):
    return np.linalg.lstsq(data.M, data.B, rcond=None)[0]


@peer("lstsq", "scipy lstsq gelsy all", linalg is not None)
def lstsq_gelsy(data):
    tolerance = np.finfo(float).eps * max(data.M.shape)  # NumPy's; by its own SciPy misses a lower rank
    return linalg.lstsq(data.M, data.B, cond=tolerance, lapack_driver="gelsy")[0]


@peer("lstsq", "scipy pinv @ B", linalg is not None)
def lstsq_pinv(data):
    return linalg.pinv(data.M) @ data.B


@peer("lstsq", "scipy QR", linalg is not None)
def lstsq_qr(data):
    if not data.full_rank:
        return None
    Q, R = linalg.qr(data.M, mode="economic")
    return linalg.solve_triangular(R, Q.T @ data.B)


@peer("lstsq", "torch.linalg.lstsq gels", torch is not None)
def lstsq_torch(data):
    if not data.full_rank:
        return None
    return torch.linalg.lstsq(tensor(data.M), tensor(data.B), driver="gels").solution.numpy()


# ---- decompositions: M [i,j] ---------------------------------------------------------------------------------------

@peer("pinv", "numpy.linalg.pinv")
def pinv_numpy(data):
    return np.linalg.pinv(data.M)


@peer("pinv", "scipy.linalg.pinv", linalg is not None)
def pinv_scipy(data):
    return linalg.pinv(data.M)


@peer("svd", "numpy.linalg.svd")
def svd_numpy(data):
    return np.linalg.svd(data.M, full_matrices=False)[1]


@peer("svd", "numpy.linalg.svd, 1 BLAS thread", BLAS is not None)
@one_blas_thread
def svd_numpy_alone(data):
    return np.linalg.svd(data.M, full_matrices=False)[1]


@peer("svd", "scipy.linalg.svd", linalg is not None)
def svd_scipy(data):
    return linalg.svd(data.M, full_matrices=False)[1]


# ---- ARD kernel: X [i,k], Y [j,k], W [k,l], s ----------------------------------------------------------------------

@parallel_fastmath_njit
def kernel_loops(X, Y, scale):
    K = np.empty((X.shape[0], Y.shape[0]))
    for i in prange(X.shape[0]):
        for j in range(Y.shape[0]):
            q = 0.0
            for k in range(X.shape[1]):
                apart = X[i, k] - Y[j, k]
                q += apart * apart
            K[i, j] = scale * np.exp(-0.5 * q)
    return K


def differences(data):
    """All X[i] - Y[j], 8 i j k bytes: gigabytes and half a minute at the largest sizes."""
    if data.X.size * data.Y.shape[0] > 4_000_000 and not patient:
        return None
    return data.X[:, None] - data.Y[None]


def ard_noise(data, K):
    np.einsum("ii->i", K[:min(K.shape), :min(K.shape)])[...] += data.noise**2
    return K


@peer("ard", "numpy einsum (the question)")
def ard_einsum(data):
    d = differences(data)
    if d is None:
        return None
    return ard_noise(data, data.s**2 * np.exp(-0.5 * np.einsum("ijk,kl,ijl->ij", d, data.W, d, order="F")))


@peer("ard", "numpy einsum, optimize=True")
def ard_einsum_optimized(data):
    d = differences(data)
    if d is None:
        return None
    return ard_noise(data, data.s**2 * np.exp(-0.5 * np.einsum("ijk,kl,ijl->ij", d, data.W, d, optimize=True)))


@peer("ard", "cholesky, scipy cdist, exp", distance is not None)
def ard_cdist(data):
    C = np.linalg.cholesky(data.W)
    return ard_noise(data, data.s**2 * np.exp(-0.5 * distance.cdist(data.X @ C, data.Y @ C, "sqeuclidean")))


@peer("ard", "cholesky, product, numexpr", numexpr is not None)
def ard_product(data):
    C = np.linalg.cholesky(data.W)
    a, b, scale = data.X @ C, data.Y @ C, data.s**2
    q = (a * a).sum(1)[:, None] + (b * b).sum(1)[None] - 2 * a @ b.T
    return ard_noise(data, numexpr.evaluate("scale*exp(-0.5*q)"))


@peer("ard", "cholesky, numba loops", numba is not None)
def ard_numba(data):
    C = np.linalg.cholesky(data.W)
    return ard_noise(data, kernel_loops(data.X @ C, data.Y @ C, data.s**2))


@peer("ard", "cholesky, torch cdist", torch is not None)
def ard_torch(data):
    C = torch.linalg.cholesky(tensor(data.W))
    return ard_noise(data, (data.s**2 * torch.exp(
        -0.5 * torch.cdist(tensor(data.X) @ C, tensor(data.Y) @ C).square())).numpy())


# ---- rolled products: A [i,m,n], B [i,n,l], k ----------------------------------------------------------------------

def neighbours(data):
    """B[(i+j) % d] as a view [i,j,n,l] of B with its first k-1 matrices repeated at the end."""
    longer = np.concatenate([data.B, data.B[:data.k - 1]])
    d, n, l = data.B.shape
    first, row, column = longer.strides
    return np.lib.stride_tricks.as_strided(longer, (d, data.k, n, l), (first, first, row, column))


@peer("rolled", "loop of products (the question)")
def rolled_loop(data):
    d, m, _ = data.A.shape
    P = np.empty((d, data.k, m, data.B.shape[2]), data.A.dtype)
    for i in range(d):
        for j in range(data.k):
            P[i, j] = data.A[i] @ data.B[(i + j) % d]
    return P


@peer("rolled", "einsum over a strided view (the question)")
def rolled_einsum(data):
    return np.einsum("imn,ijnl->ijml", data.A, neighbours(data))


@peer("rolled", "matmul over a strided view")
def rolled_matmul(data):
    return data.A[:, None] @ neighbours(data)


@peer("rolled", "matmul a row at a time")
def rolled_rows(data):
    view = neighbours(data)
    P = np.empty(view.shape[:2] + (data.A.shape[1], data.B.shape[2]), data.A.dtype)
    for i in range(len(P)):
        np.matmul(data.A[i], view[i], out=P[i])
    return P


@peer("rolled", "torch over a strided view", torch is not None)
def rolled_torch(data):
    return (tensor(data.A)[:, None] @ tensor(np.ascontiguousarray(neighbours(data)))).numpy()


# ---- layered field: d [n], e [n,c], En [n], kz [n], kx, Z [z], X [x] -----------------------------------------------

@parallel_njit
def bands(along_z, along_x, out):
    for z in prange(out.shape[0]):
        for x in range(out.shape[1]):
            for c in range(out.shape[2]):
                out[z, x, c] = along_z[z, c] * along_x[x]
    return out


def separated(data):
    """The field is a product of a part along z (one layer each) and one along x."""
    layer = np.searchsorted(data.d, data.Z, "right")
    n = np.clip(layer, 1, len(data.d) - 1)
    phase = data.En[n] * np.exp(1j * data.kz[n] * (data.Z - data.d[n - 1])) * (layer == n)
    return phase[:, None] * data.e[n], np.exp(1j * data.kx * data.X)


def field_memory(data):
    if not hasattr(data, "field"):
        data.field = np.zeros((len(data.Z), len(data.X), data.e.shape[1]), complex)
    return data.field


@peer("field", "sum of masked layers (the question)")
def field_masked(data):
    if len(data.d) > 12 and not patient:
        return None
    X, Z = (grid[:, :, None] for grid in np.meshgrid(data.X, data.Z))
    E = np.zeros((len(data.Z), len(data.X), data.e.shape[1]), complex)
    for n in range(1, len(data.d)):
        inside = (Z < data.d[n]) & (Z >= data.d[n - 1])
        E += data.e[n] * data.En[n] * np.exp(1j * data.kz[n] * (Z - data.d[n - 1]) + 1j * data.kx * X) * inside
    return E


@peer("field", "numpy, layers as bands")
def field_bands(data):
    along_z, along_x = separated(data)
    return along_z[:, None, :] * along_x[None, :, None]


@peer("field", "numpy, bands, out=")
def field_bands_out(data):
    along_z, along_x = separated(data)
    return np.multiply(along_z[:, None, :], along_x[None, :, None], out=field_memory(data))


@peer("field", "numba, bands, out=", numba is not None)
def field_numba(data):
    return bands(*separated(data), field_memory(data))


# ---- binomial draws ------------------------------------------------------------------------------------------------

@njit
def draw_loops(draws, values):
    p = np.zeros(values)
    for m in range(values):
        hits = 0
        for _ in range(draws):
            hits += np.random.binomial(55, 0.05) == m
        p[m] = hits / draws
    return p


GENERATOR = np.random.default_rng(1)


@peer("draws", "numpy, legacy generator (the question)")
def draws_legacy(data):
    drawn = np.random.binomial(55, 0.05, (data.draws, data.values))
    return np.sum(drawn == np.arange(data.values), dtype=float, axis=0) / data.draws


@peer("draws", "numpy Generator")
def draws_numpy(data):
    return np.mean(GENERATOR.binomial(55, 0.05, (data.draws, data.values)) == np.arange(data.values), axis=0)


@peer("draws", "numba loops", numba is not None)
def draws_numba(data):
    return draw_loops(data.draws, data.values)


@peer("draws", "torch", torch is not None)
def draws_torch(data):
    drawn = torch.distributions.Binomial(55, torch.tensor(.05)).sample((data.draws, data.values))
    return (drawn == torch.arange(data.values)).double().mean(0).numpy()


def binomial_probability(m):
    return math.comb(55, m) * 0.05**m * 0.95**(55 - m)


# ---- sparse matrix along the last axis: A [r,n] sparse, X [i,j,n] --------------------------------------------------

@parallel_njit
def rows_loops(indptr, indices, values, X, out):
    for v in prange(X.shape[0]):
        for r in range(len(indptr) - 1):
            total = 0.0
            for at in range(indptr[r], indptr[r + 1]):
                total += values[at] * X[v, indices[at]]
            out[v, r] = total
    return out


def vectors(data):
    return data.X.reshape(-1, data.X.shape[2])


def as_result(data, flat):
    return flat.reshape(*data.X.shape[:2], -1)


@peer("sparse", "scipy A.dot(X.T).T (the question)")
def sparse_dot(data):
    return as_result(data, np.ascontiguousarray(data.A.dot(vectors(data).T).T))


@peer("sparse", "scipy A.dot(X.T), left as a view")
def sparse_dot_view(data):
    return data.A.dot(vectors(data).T).reshape(-1, *data.X.shape[:2]).transpose(1, 2, 0)


@peer("sparse", "scipy X @ A.T")
def sparse_right(data):
    return as_result(data, vectors(data) @ data.A.T)


@peer("sparse", "numpy tensordot, dense A")
def sparse_dense(data):
    if data.A.shape[0] > 1000:
        return None
    if not hasattr(data, "dense"):
        data.dense = data.A.toarray()
    return np.tensordot(data.X, data.dense, (2, 1))


@peer("sparse", "numba compressed rows, out=", numba is not None)
def sparse_numba(data):
    if not hasattr(data, "out"):
        data.out = np.zeros((data.X.shape[0] * data.X.shape[1], data.A.shape[0]))
    return as_result(data, rows_loops(data.A.indptr, data.A.indices, data.A.data, vectors(data), data.out))


@peer("sparse", "torch sparse", torch is not None)
def sparse_torch(data):
    A = torch.sparse_csr_tensor(tensor(data.A.indptr), tensor(data.A.indices), tensor(data.A.data), data.A.shape)
    return as_result(data, torch.sparse.mm(A.to_sparse(), tensor(vectors(data)).T).T.contiguous().numpy())


# ---- elementwise chains ------------------------------------------------------------------------------------------

STEPS = {"+": np.add, "-": np.subtract, "*": np.multiply}


@peer("chain", "numpy, out=")
def chain_numpy(data):
    if not hasattr(data, "out"):
        data.out = np.empty_like(data.x)
    result = data.x
    for sign, name in data.steps:
        result = STEPS[sign](result, getattr(data, name), out=data.out)
    return result


@peer("chain", "numexpr, out=", numexpr is not None)
def chain_numexpr(data):
    if not hasattr(data, "numexpr_out"):
        data.numexpr_out = np.empty_like(data.x)
    return numexpr.evaluate(data.text, {"x": data.x, "y": data.y, "z": data.z}, out=data.numexpr_out)


# ---- products: operands A, B, C, D ---------------------------------------------------------------------------------

def operands(data):
    return [getattr(data, name) for name in data.names]


BEST_ORDER = ("optimal", 2**40)  # optimize=True refuses what is larger than an operand: minutes for a network


@peer("products", "numpy einsum, best order")
def product_optimized(data):
    return np.einsum(data.subscripts, *operands(data), optimize=BEST_ORDER)


@peer("products", "numpy matmul")
def product_matmul(data):
    """The same product by one call, where it is one: both layouts that BLAS takes as they are."""
    if data.subscripts in ("ij,jk->ik", "mij,mjk->mik"):
        return data.A @ data.B
    if data.subscripts == "ji,kj->ik":
        return data.A.T @ data.B.T
    if data.subscripts == "ji,kj->ki":
        return data.B @ data.A
    return None


@peer("products", "numpy multi_dot")
def product_multi_dot(data):
    return np.linalg.multi_dot(operands(data)) if data.subscripts == "ij,jk,kl,lm->im" else None


# ---- binomial draws, kept ------------------------------------------------------------------------------------------

@peer("materialised", "numpy, legacy generator (the question)")
def kept_legacy(data):
    return np.random.binomial(55, 0.05, (data.draws, data.values))


@peer("materialised", "numpy Generator")
def kept_numpy(data):
    return GENERATOR.binomial(55, 0.05, (data.draws, data.values))


@peer("materialised", "torch", torch is not None)
def kept_torch(data):
    return torch.distributions.Binomial(55, torch.tensor(.05)).sample((data.draws, data.values)).numpy()
