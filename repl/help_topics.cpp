#include <array>

#include "repl/help.hpp"

namespace repl {
namespace {

constexpr std::array rows{
    HelpTopic{"indices", "index notation",
              R"(C[i,j] = A[i,k]*B[k,j] defines each element of C. An index takes the range of the axis where it
stands: 0 to size-1. `for i in 0:n` gives a range where no access does. An entry can be i, 2*i+1,
(i+j) % n, a constant, (value), or p[i] with integers p. What could leave its axis says what happens
there: wrap(e), clamp(e), pad(e) (zero outside), valid(e) (the range shrinks).)",
              "x = [1, 2, 4, 8]; y[i] = x[i] - x[pad(i-1)]; y"},
    HelpTopic{"sums", "implicit sums",
              R"(An index that is not on the left is summed, at the first product that shares it, seen from the top:
C[i,j] = A[i,k]*B[k,j] + D[i,j] sums the product alone. The sums written out are shown under a
statement that has any. An index that occurs only once is an error, never a sum: write sum[k] A[i,k].)",
              "A = [[1, 2], [3, 4]]; y[i] = A[i,k]*A[k,i]; y"},
    HelpTopic{"reductions", "reductions",
              R"(sum prod min max mean any all count argmin argmax logsumexp norm var std: over indices,
sum[k] x[k]*y[k] or max[k in 0:3] x[k]; over whole tensors, sum(A), max(A, axis=-1).)",
              "x = [3, 1, 2]; argmax[k] x[k]"},
    HelpTopic{"solve", "linear systems",
              R"(x[m,j] = A[m,i,j] \ b[m,i] solves A[m,i,j]*x[m,j] = b[m,i] for x. The names say everything: an index
of both that is free is a batch, another index of both is an equation, one of A alone is an unknown,
one of b alone another right-hand side. Fewer unknowns than equations: least squares.)",
              "M = [[2, 1], [1, 3]]; b = [3, 5]; x[j] = M[i,j] \\ b[i]; x"},
    HelpTopic{"brackets", "brackets",
              R"(A comparison is true or false; as a factor, false makes its product 0 whatever the others are, and they
are not computed: (i != j)/(x[i]-x[j]) is 0 on the diagonal. where(c, a, b) selects.)",
              "x = [1, 2, 4]; [i,j] = (i != j)/(x[i] - x[j])"},
    HelpTopic{"whole", "whole tensors",
              R"(A name without brackets is the whole tensor: A + B, A * 2 elementwise as in NumPy, A @ B the matrix
product, A' the conjugate transpose, A[1:5, :] and A[..., 0] slices, A \ b a solution.)",
              "A = [[1, 2], [3, 4]]; A @ A' - A[0]"},
    HelpTopic{"random", "random draws",
              R"(normal(0, 1, shape=[1000, 3]) is a tensor of draws; normal(0, 1)[t] one draw for each t. A name bound
to draws always gives the same ones; seed(42) sets the seed. Draws are computed where they are used.)",
              "mean[t in 0:100_000] (uniform(0, 1)[t] < 0.5)"},
    HelpTopic{"sparse", "sparse matrices",
              R"(sparse(A), sparse(rows, cols, values, shape=[m, n]), .mtx files. Written as any other: zeros that are
not stored cost nothing.)",
              "S = sparse([[0, 2, 0], [0, 0, 3]]); y[i] = S[i,j]*[1, 10, 100][j]; y"},
    HelpTopic{
        "types", "types",
        R"(bool i32 i64 f32 f64 c64 c128. As in NumPy 2, tensors lead and literals follow: f32_tensor * 2.0 is f32.
Integers divide to f64; // and % are floor. 2.5i is imaginary.)",
        "f32([1, 2]) * 2.0"},
    HelpTopic{"files", "files",
              R"(load("a.npy"), save(K, "k.npy"), or :load A a.npy and :save K k.npy: .npy, .npz (also SciPy's sparse
ones), .mtx, .csv.)",
              ""},
    HelpTopic{
        "pictures", "pictures",
        R"(plot(y), plot(x, y), heat(K), hist(s), alone on a line, draw here; with a file, "p.svg", .png or .txt, they
write it. title= xlabel= ylabel= log="xy" bins= say more. The same as commands: :plot t sin(t) to wave.svg,
:plot n T log xy, :heat K, :hist s bins 20.)",
        "t = linspace(0, 6, 100); plot(t, sin(t))"},
    HelpTopic{"lazy", "laziness",
              R"(A definition computes nothing. A value is computed when it is shown or saved, together with all that it
needs, and kept; factorisations too. `;` at the end shows nothing. ans is what was shown last. :vars
tells what is computed, :explain K what computing it would do.)",
              "A = ones(1000, 1000); B = A @ A; B[0,0]"},
    HelpTopic{
        "keys", "keys",
        R"(Tab completes; Up and Down walk through what begins as the line does; Ctrl-R searches; Ctrl-C stops what
runs, or gives up the line; Ctrl-D leaves; Ctrl-A, Ctrl-E, Ctrl-W, Ctrl-U, Ctrl-K as in any shell. A
statement goes on while a bracket or an operator is open. Copied prompts are taken off. Own bindings:
~/.editrc.)",
        ""},
};

}  // namespace

std::span<const HelpTopic> topics() { return rows; }

}  // namespace repl
