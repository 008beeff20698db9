#!/usr/bin/env python3
"""Writes the files beside it with NumPy and SciPy. Run it in this folder; the tests need only what it leaves."""
import numpy as np
import scipy.io
import scipy.sparse

matrix = np.arange(6, dtype=np.float64).reshape(2, 3) / 4
np.save("f64.npy", matrix)
np.save("f64_columns.npy", np.asfortranarray(matrix))
np.save("f64_big.npy", matrix.astype(">f8"))
np.save("i16.npy", np.array([-32768, 0, 32767], dtype=np.int16))
np.save("u64.npy", np.array([0, 2**63 - 1], dtype=np.uint64))
np.save("u64_large.npy", np.array([2**63], dtype=np.uint64))
np.save("f16.npy", np.array([0.1, -65504, 6e-8, np.inf, -0.0], dtype=np.float16))
np.save("bool.npy", np.array([[True, False], [False, True]]))
np.save("c64.npy", np.array([1 + 2j, -3.5j], dtype=np.complex64))
np.save("scalar.npy", np.array(42))
np.save("empty.npy", np.zeros((3, 0, 2)))
np.save("object.npy", np.array([None, "x"], dtype=object), allow_pickle=True)
np.save("fields.npy", np.zeros(2, dtype=[("a", "f8"), ("b", "i4")]))
np.save("text.npy", np.array(["ab", "c"]))
np.save("long_double.npy", np.zeros(2, dtype=np.longdouble))

np.savez("one.npz", x=matrix)
np.savez_compressed("two.npz", a=matrix, b=np.arange(1000))
sparse = scipy.sparse.csr_matrix(
    np.array([[0, 1.5, 0, 0], [2, 0, 0, -3], [0, 0, 0, 0], [0, 0, 4, 0.25], [0, 5, 0, 0], [6, 0, 0, 7]])
)
for name in ("csr", "csc", "coo", "bsr", "dia"):
    made = sparse.tobsr(blocksize=(2, 2)) if name == "bsr" else sparse.asformat(name)
    scipy.sparse.save_npz(name + ".npz", made, compressed=name in ("csr", "coo"))

scipy.io.mmwrite("real.mtx", sparse, comment="six rows\nfour columns")
scipy.io.mmwrite("symmetric.mtx", scipy.sparse.coo_matrix(np.array([[2.0, -1, 0], [-1, 2, -1], [0, -1, 2]])))
scipy.io.mmwrite("skew.mtx", scipy.sparse.coo_matrix(np.array([[0.0, 2, 0], [-2, 0, -7], [0, 7, 0]])), symmetry="skew-symmetric")
scipy.io.mmwrite("hermitian.mtx", np.array([[1, 2 - 3j], [2 + 3j, 4]]), symmetry="hermitian")
scipy.io.mmwrite("integer.mtx", np.array([[1, 2, 3], [4, 5, 6]]))
scipy.io.mmwrite("pattern.mtx", sparse, field="pattern")

np.savetxt("plain.csv", matrix, delimiter=",")
np.savetxt("header.csv", np.arange(6).reshape(3, 2), delimiter=";", fmt="%d", header="left;right", comments="")
np.savetxt("complex.csv", np.array([[1 + 2j, -3.5j], [0.25 - 1j, 4]]), delimiter=",")
