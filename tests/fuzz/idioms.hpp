/// What the passes look for, and every construct of the language that free expressions do not reach, as patterns:
///   {X:ik}     a tensor over the letters i and k; {X:ik:r} a real one (t truth, w whole, c complex, s sparse, p spd,
///              l well-conditioned, d ascending, g: whole numbers over the first letter inside the axis of the second)
///   {X}        the same again
///   {=R:ij}    a fresh name that this statement defines, over i and j; {!Q} one that nothing else may read
///   {#k}       the extent of k;  {?a|b} one of the two
/// n is a long axis, o one of medium length; i to m may have any.
#pragma once

#include <map>
#include <string_view>

#include "tests/fuzz/writer.hpp"

namespace fuzz {

struct Idiom {
  std::string_view pattern;
  bool least_squares = false;    // or singular values
  std::string_view system = "";  // letters whose extents multiply to the order of a system
  double most_points = 30'000;
};

inline constexpr Idiom idioms[] = {
    // factor once
    {"{=x:i} = {M:iI:l} \\ {b:i:r}; {=y:i} = {M} \\ {c:i:r}; {=z:i} = {M}' \\ {b}"},
    {"{=x:i}[j] = {M:iI:l}[i,j] \\ {b:i:r}[i]; {=X:ij}[i,j] = {M}[I,i] \\ {B:ij:r}[I,j]"},
    {"{=x:i} = inv({M:iI:l}) @ {b:i:r}; {=s:} = logdet({M}@{M}') + det({M})"},
    {"{=X:ij} = inv({M:iI:l}) @ {B:ij:r}; {=D:} = det({M}) / det({M} + eye({#i}))"},
    {"{=x:mi}[m,i] = {M:miI:l}[m,j,i] \\ {b:mi:r}[m,j]"},
    {"{=x:mi}[m,i] = {M:iI:l}[j,i] \\ {b:mi:r}[m,j]"},
    {"{=q:j}[j] = {B:ij:r}[i,j] * (inv({S:iI:p}))[i,I] * {B}[I,j]"},
    {"{=C:iI} = cholesky({S:iI:p}); {=l:} = logdet({S}); {=x:i} = {S} \\ {b:i:r}"},
    {"{=x:i}[i] = (sum[I] 2 * {S:iI:p}[i,I]) + 0 * {b:i:r}[i]"},
    {"{=x:i} = assume({S:iI:p}, spd) \\ {b:i:r}; {=y:ij} = assume(tril({S}), lower) \\ {B:ij:r}"},
    {"{=x:j} = lstsq({A:ij:r}, {b:i:r})", true},
    {"{=x:j} = pinv({A:ij:r}) @ {b:i:r}; {=r:} = rank({A}) + 0*cond({A})", true},
    {"{!U}, {!s}, {!V} = svd({A:ij:r}); {=T:ij} = {U} * {s} @ {V}; {=n:} = sum({s})", true},
    {"{=G:jJ}[i,j] = {X:ij:r}[k,i]*{X}[k,j] + (i == j)*3.5; {=w:j} = {G} \\ ({X}' @ {y:i:r})"},
    {"{!Q}, {!R} = qr({A:ij:r}); {=T:ij} = {Q} @ {R}"},
    {"{!w}, {!V} = eigh({S:iI:p}); {=T:iI} = {V} * {w} @ {V}'; {=e:i} = {w} + 0"},
    {"{!P}, {!L}, {!U} = lu({S:iI:l}); {=T:iI} = {P} @ {L} @ {U}"},
    {"{=t:} = trace({M:iI}) + sum({M}, axis=0)[0]; {=d:i} = diag({M})"},
    {"{=n:} = norm({M:iI:r}); {=o:} = norm({M}) / 2"},
    {"{=X:ij} = {M:iI:l} \\ {B:ij:r}; {=Y:ij} = {M} \\ {C:ij:r}; {=d:} = logdet({M}); {=V:iI} = inv({M})"},
    {"{=x:i} = solve({M:iI:l}, {b:i:r}) + 1; {=X:ij} = solve({M}', {B:ij:r})"},
    {"{=x:i} = (2*{M:iI:l}) \\ {b:i:r}; {=y:i} = -{M} \\ {c:i:r}; {=V:iI} = inv(-0.5*{M}')"},
    {"{=x:i} = {M:iI:l} \\ ({M} \\ {b:i:r}); {=y:i} = {M}' \\ ({M} \\ {c:i:r})"},
    {"{=x:i}[i] = 2*{b:i:r}[I]*inv({M:iI:l})[i,I]/({c:i:r}[i]^2 + 1); {=s:} = {b} @ inv({M}) @ {c}"},
    {"{=x:i} = {A:ji:r}' @ pinv({A}') @ {b:i:r}", true},
    // systems that are made of others
    {"{=x:ik}[I,K] = ({A:iI:l}[i,I]*{B:kK:l}[k,K]) \\ ({b:i:r}[i]*{c:k:r}[k])", false, "ik"},
    {"{=x:ki}[K,I] = (-2*{A:iI:l}[i,I]*{S:kK:p}[k,K]) \\ {b:ik:r}[i,k]", false, "ik"},
    {"{=x:mik}[m,I,K] = ({P:miI:l}[m,i,I]*{B:kK:l}[k,K]) \\ ({p:mi:r}[m,i]*{c:k:r}[k])", false, "mik"},
    {"{=x:} = sum(kron({A:iI:l}, {B:kK:l}) \\ reshape({C:ik:r}, [{#i}*{#k}]))", false, "ik"},
    {"{=x:mi}[M,I] = ((m == M)*{P:miI:l}[m,i,I]) \\ {b:mi:r}[m,i] for M in 0:{#m}", false, "mi"},
    {"{=x:mi}[M,I] = ((M == m)*{A:iI:l}[i,I]) \\ {b:mi:r}[m,i] for M in 0:{#m}", false, "mi"},
    {"{=x:i}[I] = ((i == I)*(i+2)) \\ {b:i:r}[i] for I in 0:{#i}", false, "i"},
    // systems of which something is known
    {"{=x:i}[I] = ({u:i:r}[i]*{u}[I] + (i == I)*({d:i:r}[i]^2 + 3)) \\ {b:i:r}[i]", false, "i"},
    {"{=X:ij}[I,j] = ({U:ik:r}[i,k]*{V:ik:r}[I,k] + 40*(i == I)) \\ {B:ij:r}[i,j]; {=y:i}[I] = (3*(i == I)) \\ "
     "{b:i:r}[i]"},
    {"{!Q}, {!R} = qr({M:iI:l}); {=x:i} = {Q} @ ({Q} \\ {b:i:r}); {=y:i} = {R} \\ ({Q} \\ {b})"},
    {"{!w}, {!V} = eigh({S:iI:p}); {=x:i} = {V} @ ({w} * (inv({V}) @ {b:i:r}))"},
    {"{=C:iI} = cholesky({S:iI:p}); {=x:i} = ({C} @ {C}') \\ {b:i:r}; {=y:i} = ({C}' @ {C}) \\ {b}"},
    {"{=x:n}[N] = ({?2|-0.5}*{u:n}[n]*{v:n:r}[N] + (N == n)*({d:n:r}[n]^2 + 300)) \\ {b:n:r}[n]; {=W:nN}[n,N] = "
     "{u}[N]*{u}[n]/4 + (n == N)*90; {=s:} = logdet({W}) + det({W}/100)",
     false, "n"},
    {"{=W:nN}[n,N] = sum[k] {U:nk:r}[n,k]*{V:nk:r}[N,k] + (n == N)*({d:n:r}[n]^2 + 70); {=x:n} = {W}' \\ {b:n:r}; "
     "{=X:nk} = {W} \\ {U}",
     false, "n"},
    {"{=W:nN} = {U:nk:r} @ {U}' + 3*eye({#n}); {=x:n} = {W} \\ {b:n:r}; {=V:nN} = inv({W})", false, "n"},
    {"{=x:in}[i,N] = ({u:in:r}[i,n]*{u}[i,N] + (n == N)*({d:n:r}[n]^2 + 3)) \\ {b:in:r}[i,n]", false, "n"},
    {"{=x:n}[N] = ((n == N)*{?2|-0.5}*({d:n}[n]^2 + 3)) \\ {b:n:r}[n] for N in 0:{#n}; {=V:nN} = inv(diag({d} + 9))",
     false, "n"},
    {"{=u:i} = {x:i:r}^2 - {x}^3 * {y:i:r}^2; {=z:i} = ({y}^2 + 1)^-1 + {y}^4 * abs({x})^0.5"},
    // the rules of algebra
    {"{=u:i} = (-{x:i:r})*(-{y:i:r}) - (-{z:i:r}); {=v:i} = (-{x})/(-({y}^2 + 1)); {=w:i} = {z}/(-({y}^2 + 2))"},
    {"{=u:i} = -(-{x:i}) + abs(-{y:i:r}) + abs(abs({x})); {=v:i}[i] = {y}[i]*(-1) + (-{x}[i])"},
    {"{=u:i} = {x:i:r}/(-1) + {y:i:r}/1; {=v:i} = ({y} - 0.0)/{?4|-0.5}; {=w:i} = ({x} + (-0.0))*1 + {y}^1"},
    {"{=u:i} = ({x:i:w} + 0)*1 - (-{y:i:w}); {=v:i} = ({x} - 0)*(-1) + max({x}, {x})*min({y}, {y})"},
    {"{=u:i} = conj(conj({x:i:c})) - -(-{x}); {=v:i}[i] = {x}[i]*conj(conj({x}[i]))^1 - (-{x}[i])"},
    {"{=t:i} = !(!{a:i:t}) && ({b:i:t} || {b}); {=u:i} = ({a} && {a}) || !({x:i} == {y:i}); {=v:i} = !({x} != {y})"},
    {"{=u:i} = {x:i:r}^3 + {x}^4*{y:i:r}; {=v:i} = {x}^5 - {y}^6; {=w:i} = {x}^8*({y}^2 + 1)^-1"},
    {"{=u:ij}[i,j] = ({A:ij:r}[i,j] - {x:j:r}[j])^3 + ({A}[i,j]^2 + 0.5)^-1; {=v:j}[j] = sum[i] {A}[i,j]^{?4|6}"},
    {"{!p} = -{x:i:r}; {!q} = -({y:i:r}^2 + 1); {=u:i}[i] = {p}[i]*{q}[i]; {=v:i}[i] = {p}[i]/{q}[i]; {=w:i}[i] = "
     "-{p}[i] + {y}[i]/{q}[i]"},
    {"{!a} = -{x:j:r}; {=Q:ij}[i,j] = {a}[j]*({A:ij:r}[i,j]*(-1)) + {A}[i,j]/(-1); {=S:ij}[i,j] = {a}[j]/(-2.0 - "
     "{A}[i,j]^2) + {A}[i,j]^5/1"},
    {"{!p} = -{x:j:r}; {!q} = -(abs({y:j:r}) + 1); {!r} = -{y}; {=v:ij}[i,j] = {A:ij}[i,j] + {r}[j]*{r}[j]; "
     "{=u:ij}[i,j] = {A:ij}[i,j] - {p}[j]/{q}[j]"},
    {"{!c} = -1.0; {!p} = -{x:i}; {=u:i}[i] = {x}[i]*{c} + {y:i}[i]; {=v:i}[i] = -{p}[i] + {c}*{y}[i]"},
    // quadratic forms
    {"{=K:ij}[i,j] = sum[k] {a:k:r}[k] * ({X:ik:r}[i,k]-{Y:jk:r}[j,k])^2"},
    {"{=K:ij}[i,j] = sqrt(sum[k] (({X:ik:r}[i,k]-{Y:jk:r}[j,k])/({a:k:r}[k]^2 + 1))^2)"},
    {"{=K:mij}[m,i,j] = ({X:mik:r}[m,i,k]-{Y:mjk:r}[m,j,k])*{W:mkK:r}[m,k,K]*({X}[m,i,K]-{Y}[m,j,K])"},
    {"{=K:ij}[i,j] = ({Y:jk:r}[j,k]-{X:ik:r}[i,k])*{W:kK:r}[K,k]*({X}[i,K]-{Y}[j,K])"},
    {"{=D:ijk}[i,j,k] = {X:ik:r}[i,k] - {Y:jk:r}[j,k]; {=K:ij}[i,j] = {D}[i,j,k]*{W:kK:r}[k,K]*{D}[i,j,K]"},
    {"{=K:ij}[i,j] = exp(-0.5 * ({X:ik:r}[i,k]-{Y:jk:r}[j,k]) * {W:kK:r}[k,K] * ({X}[i,K]-{Y}[j,K]))"},
    {"{=K:ij}[i,j] = 4 * exp(-0.125 * sum[k,K] ({X:ik:r}[i,k]-{Y:jk:r}[j,k]) * ({X}[i,K]-{Y}[j,K]) * {W:kK:p}[k,K]) + "
     "0.1*(i == j)"},
    {"{=K:iI}[i,I] = ({X:ik:r}[i,k]-{X}[I,k]) * {W:kK:p}[k,K] * ({X}[i,K]-{X}[I,K])"},
    {"{=K:ij}[i,j] = sum[k] ({X:ik:r}[i,k]-{Y:jk:r}[j,k])^2"},
    {"{=K:ij}[i,j] = sum[k] ({X:ki:r}[k,i]-{Y:kj:r}[k,j])^2 / {a:k:r}[k]^2"},
    {"{=K:ij}[i,j] = (norm[k] ({X:ik:r}[i,k]-{Y:jk:r}[j,k]))^2"},
    {"{=K:ij}[i,j] = sum[k] ({X:ik:r}[i,k]-{Y:jk:r}[j,k])^{?3|4}"},
    {"{=K:ij}[i,j] = (sum[k] {X:ik:r}[i,k]^2) - 2*(sum[k] {X}[i,k]*{Y:jk:r}[j,k]) + (sum[k] {Y}[j,k]*{Y}[j,k])"},
    {"{=q:i}[i] = {X:ik:r}[i,k] * {W:kK:r}[k,K] * {X}[i,K]; {=p:} = {a:k:r} @ {W} @ {a}"},
    {"{=W:kK}[k,K] = {v:k:r}[k]*{v}[K] + (k == K)*{a:k:r}[k]^2; {=K:ij}[i,j] = exp(-0.5 * "
     "({X:ik:r}[i,k]-{Y:jk:r}[j,k]) * {W}[k,K] * ({X}[i,K]-{Y}[j,K]))"},
    // rolled
    {"{=P:ijl}[i,j,l] = {A:ik}[i,k] * {B:mkl}[(i+j) % {#m}, k, l] for j in 0:{#j}"},
    {"{=P:ij}[i,j] = {A:ik}[i,k] * {B:mk}[(i-j) % {#m}, k] for j in 0:{#j}"},
    {"{=Q:imj}[i,m,j] = {A:ik}[i,k] * {B:mkj}[m,k,j]; {=P:ilj}[i,l,j] = {Q}[i,(i+l) % {#m},j] for l in 0:{#l}"},
    {"{=R:ij} = roll({B:ij}, {?1|-3}, axis={?0|1}); {=S:i}[i] = {R}[i,j]*{y:j}[j]"},
    {"{=C:i}[i] = {x:i}[(i+j) % {#i}] * {w:j}[j] for i in 0:{#i}"},
    {"{=C:i}[i] = sum[j in 0:{#j}] {x:i}[wrap(i-j)] * {w:j}[j] for i in 0:{#i}"},
    {"{=C:i}[i] = {x:i}[pad(i-j)] * {w:j}[j] for i in 0:{#i}; {=D:} = sum[i] {C}[i]"},
    // brackets
    {"{=T:i}[i] = sum[I in 0:{#i}] (I <= i) * {x:i}[I] for i in 0:{#i}"},
    {"{=T:ij}[i,j] = (i <= j) * {A:ij}[i,j] + (i == j) * 2"},
    {"{=h:k}[k] = sum[i in 0:{#i}] ({q:ik:g}[i] == k) * {w:i}[i] for k in 0:{#k}"},
    {"{=h:k}[k] = count[i in 0:{#i}] ({q:ik:g}[i] == k) for k in 0:{#k}"},
    {"{=S:kj}[k,j] = sum[i in 0:{#i}] ({q:ik:g}[i] == k) * {W:ij}[i,j] for k in 0:{#k}; {=a:k}[k] = any[i in 0:{#i}] "
     "({q}[i] == k) for k in 0:{#k}"},
    {"{=h:k}[k] = sum[i in 0:{#i}] ({q:ik:g}[i] == k) * {w:i}[i] * ({w}[i] == 1) for k in 0:{#k}"},
    {"{=h:k}[k] = 2*(sum[i in 0:{#i}] ({q:ik:g}[i] == k) * {w:i}[i]) + {a:k}[k] for k in 0:{#k}"},
    {"{=h:k}[k] = (sum[i in 0:{#i}] ({q:ik:g}[i] == k) * {w:i:r}[i]) / (1 + (count[i in 0:{#i}] ({q}[i] == k))) for k "
     "in "
     "0:{#k}"},
    {"{=E:ij}[i,j] = sum[k in 0:{#k}-1] ({d:k:d}[k] <= {z:ij:r}[i,j] < {d}[k+1]) * {e:k:r}[k]"},
    {"{=E:i}[i] = sum[k in 1:{#k}] ({d:k:d}[k-1] <= {z:i:r}[i] < {d}[k]) * {e:k:r}[k] * {f:k:r}[k-1]"},
    {"{=E:ij}[i,j] = sum[k in 1:{#k}] ({d:k:d}[k-1] <= {z:i:r}[i] < {d}[k]) * {e:kj}[k,j]"},
    {"{=E:ij}[i,j] = sum[k in 1:{#k}] ({d:k:d}[k-1] <= {z:ij:r}[i,j] < {d}[k]) * {e:k:r}[k] * exp({z}[i,j] - "
     "{d}[k-1])"},
    {"{=E:i}[i] = 2*(sum[o in 1:{#o}] ({d:o:d}[o-1] <= {z:i:r}[i] < {d}[o]) * {e:o}[o]) + {a:i}[i]"},
    {"{=E:ji}[j,i] = sum[o in 0:{#o}-1] {e:jo}[j,o] * ({d:o:d}[o] {?<= {z:ij:r}[i,j] <|< {z:ij:r}[i,j] <=} {d}[o+1])"},
    {"{=B:io}[i,o] = ({d:o:d}[o] <= {z:i:r}[i]) && ({z}[i] < {d}[o+1]) for o in 0:{#o}-1; {=E:i}[i] = sum[o in "
     "0:{#o}-1] {B}[i,o] * {e:o:r}[o] * {g:i:r}[i] * exp(0.1i*({z}[i] - {d}[o]))"},
    {"{=E:} = sum[o in 1:{#o}] ({d:o:d}[o-1] < {c:} <= {d}[o]) * {e:o}[o] * {f:o:r}[o-1]"},
    {"{=h:o}[o] = 2*(sum[i in 0:{#i}] (o == {q:io:g}[i]) * {w:i}[i]) + {a:o}[o] for o in 0:{#o}"},
    {"{=h:jo}[j,o] = (sum[i in 0:{#i}] ({q:io:g}[i] == o) * {W:ij}[i,j]) * {a:o}[o] - {b:j}[j] for o in 0:{#o}"},
    {"{=N:o}[o] = count[i in 0:{#i}] ({q:io:g}[i] == o) for o in 0:{#o}; {=h:o}[o] = (sum[i in 0:{#i}] ({q}[i] == o) * "
     "{w:i}[i] * ({w}[i] == 1)) / max({N}[o], 1) for o in 0:{#o}"},
    {"{=F:i}[i] = sum[I] (i != I) * {m:i:r}[I] / ({x:i:r}[i] - {x}[I])"},
    {"{=F:i}[i] = sum[I in 0:{#i}] where(i != I, {m:i:r}[I] / ({x:i:r}[i] - {x}[I]), 0)"},
    {"{=F:ij}[i,j] = ({A:ij:r}[i,j] > 0) * {B:ik}[i,k] * {C:kj}[k,j]"},
    {"{=G:i}[i] = sum[j] ({A:ij:t}[i,j]) * {x:j}[j] * (j < 3)"},
    {"{=s:i}[i] = sum[k in 0:{#k}] ({q:ik:g}[i] == k) * {f:ki}[k,i]"},
    {"{=s:i}[i] = sum[k in 0:{#k}] (k < 3)*{a:k}[k]*({q:ik:g}[i] == k)*{b:i}[i]"},
    {"{=s:ij}[i,j] = sum[m in 0:{#m}] ((m - i) % {#m} == j) * {B:mi}[m,i] for j in 0:{#j}"},
    {"{=s:ijl}[i,j,l] = sum[m,k] (j == (i-m) % {#m}) * {A:ik}[i,k] * {B:mkl}[m,k,l] for j in 0:{#j}"},
    {"{=s:i}[i] = sum[I] (i == I) * {A:iI}[i,I]; {=T:i}[i] = sum[I in 0:{#i}] (I == {#i} - 1 - i) * {x:i}[I] for i in "
     "0:{#i}"},
    {"{=s:k}[k] = sum[i in 0:{#i}] (i == k + 1) * {x:i}[i] for k in 0:{#k}"},
    {"{=E:ij}[i,j] = sum[k] ({d:k:d}[k] <= {z:i:r}[i]) * {a:k}[k] * {b:j}[j]"},
    {"{=E:ji}[j,i] = sum[k] -{b:j}[j]*{a:k}[k]*({d:k:d}[k] <= {z:i:r}[i])*{u:i}[i]"},
    {"{=T:i}[i] = (i < 3)*(2*((i < 3)*{x:i}[i])) + (i < 2)*abs((i < 2)*{x}[i])"},
    // separable
    {"{=P:ij}[i,j] = exp({A:ij:r}[i,j]) / sum[I] exp({A}[I,j])"},
    {"{=K:ij}[i,j] = {A:ij}[i,j] * exp(0.1*{v:j:r}[j]); {=L:ij}[i,j] = {A}[i,j] * cbrt({v}[j])"},
    {"{=K:ikmj}[i,k,m,j] = {A:ij}[i,j]*{B:kj}[k,j]*lgamma(1 + abs({v:j:r}[j])) + {C:mi}[m,i]"},
    {"{=P:imj}[i,m,j] = exp(0.1*{A:ij:r}[i,j]) / (sum[I] exp(0.1*{A}[I,j])) * {B:mi}[m,i]"},
    {"{=K:imkj}[i,m,k,j] = {A:ij}[i,j] + {B:mk}[m,k]*(sum[l] tanh({U:jl:r}[j,l]))"},
    {"{=E:ijk}[i,j,k] = 3*exp(2i*({f:i:r}[i] + {g:j:r}[j]) - {h:k:r}[k]*0.5i)"},
    {"{=E:ij}[i,j] = exp(1i*{f:i:r}[i]*{g:j:r}[j] + 1i*{h:j:r}[j])*exp(1i*{f}[i] + 1i*{g}[j])"},
    {"{=y:i}[i] = sum[j] {a:i}[i]*cos({B:ij:r}[i,j]); {=s:} = sum[i,j] sin({f:i:r}[i])*cos({g:j:r}[j])"},
    {"{=E:ij}[i,j] = exp(1i * ({f:i:r}[i] + {g:j:r}[j]))"},
    {"{=E:ijk}[i,j,k] = {e:k}[k] * exp(1i*{z:i:r}[i] + 1i*{x:j:r}[j]) * {u:i}[i]"},
    {"{=E:ij}[i,j] = exp(-({f:i:r}[i] + {g:j:r}[j])^2); {=s:i}[i] = sum[j] {E}[i,j] * {g}[j]"},
    {"{=E:ij}[i,j] = exp(-({f:i:r}[i]^2 + {g:j:r}[j]^2)/{?2|3}); {=F:ji}[j,i] = 2*exp(-0.5*(abs({g}[j]) + {f}[i]^2))"},
    {"{=R:mij}[m,i,j] = ({f:mi:r}[m,i] - {c:m:r}[m])^2 + {g:j:r}[j]^2; {=y:mi}[m,i] = sum[j] exp(-{R}[m,i,j]) * "
     "{w:j}[j]; {=E:ij}[i,j] = exp(1 - {f}[0,i]^2 - abs({g}[j]))"},
    {"{=S:ij}[i,j] = sum[k] {a:ik}[i,k] * {b:j}[j] * {c:k}[k]"},
    {"{=S:i}[i] = sum[j,k] {a:i}[i] * {b:j}[j] * {c:k}[k]; {=U:}[] = sum[i,j] ({a}[i] + {b}[j])"},
    {"{=S:i}[i] = sum[j] ({a:i}[i] * {b:j}[j] + {a}[i] * 3 - {b}[j])"},
    // contractions
    {"{=C:ij}[i,j] = {A:ik}[i,k] * {B:kl}[k,l] * {C:lj}[l,j]"},
    {"{=C:ij}[i,j] = {A:ki}[k,i] * {B:kj}[k,j] + {D:ij}[i,j]"},
    {"{=C:mij}[m,i,j] = {A:mik}[m,i,k] * {B:mkj}[m,k,j] * 2"},
    {"{=C:i}[i] = {A:ik}[i,k] * {B:kl}[k,l] * {x:l}[l] * {y:k}[k]"},
    {"{=C:} = {A:ij}[i,j] * {B:jk}[j,k] * {D:ki}[k,i]"},
    {"{=C:il}[i,l] = {A:ij}[i,j] * {A}[I,j] * {B:Il}[I,l]"},
    {"{=C:ij}[i,j] = {S:ik:s}[i,k] * {B:kj}[k,j]; {=D:lj}[l,j] = {X:li}[l,i] * {C}[i,j]"},
    {"{=C:lmi}[l,m,i] = {S:ik:s}[i,k] * {X:lmk}[l,m,k]"},
    {"{=C:ik} = {A:ij} @ {B:jk}; {=D:ki} = {C}'; {=E:i} = {C} @ {x:k}"},
    {"{=C:ij} = einsum(\"ik,kj->ij\", {A:ik}, {B:kj}); {=D:i} = einsum(\"ij,ij->i\", {C}, {C})"},
    {"{=C:ji} = einsum(\"mik,mkj->ji\", {A:mik}, {B:mkj}); {=t:} = einsum(\"ij,ij\", {C}, {C})"},
    {"{=C:i} = einsum(\"ii->i\", {A:iI}); {=D:} = einsum(\"ii\", {A}); {=E:ij} = einsum(\"...j,j->...j\", {B:ij}, "
     "{x:j})"},
    {"{=C:k}[k] = {A:iI}[i,i] * {B:ki}[k,i]; {=D:}[] = sum[i] {A}[i,i]"},
    {"{=K:ij}[i,j] = exp(-0.1*{U:ik:r}[i,k]*{V:jk:r}[j,k]); {=Y:ij}[i,j] = {D:ij}[i,j] + {A:ik}[i,k]*{B:kj}[k,j]"},
    {"{=Y:ij}[i,j] = ({x:ik}[i,k]*{w:k}[k])*{B:kj}[k,j]; {=Z:il}[i,l] = {Y}[i,j]*{C:jl}[j,l]"},
    {"{=C:ij}[i,j] = {A:ik}[i,k]*{B:kj}[k,j]; {=T:ij}[i,j] = {C}[i,j] + {x:i}[i]; {=Y:ij}[i,j] = {T}[i,j]*{T}[i,0] + "
     "{C}[i,j]"},
    {"{=Y:nl}[n,l] = {?2*|-}{A:nN}[n,N]*{B:No}[N,o]*{C:ol}[o,l]", false, "", 60'000},
    {"{=C:il}[i,l] = {A:ij}[i,j]*{B:jk}[j,k]*{X:kl}[k,l]; {=D:mi}[m,i] = {Y:mk}[m,k]*{B}[j,k]*{A}[i,j]/{a:i:r}[i]; "
     "{=E:il}[i,l] = exp(0.1*{A}[i,j]*{B}[j,k]*{X}[k,l])"},
    {"{=K:no}[n,o] = exp(-0.02*{U:nN:r}[n,N]*{V:oN:r}[o,N]) + {D:no}[n,o]", false, "", 60'000},
    {"{=T:No}[N,o] = {B:oN}[o,N] - {x:o}[o]; {=Y:nl}[n,l] = ({A:nN}[n,N]*{T}[N,o])*{C:lo}[l,o]; {=z:n}[n] = "
     "{A}[n,N]*{T}[N,o]*{x}[o]",
     false, "", 60'000},
    // definitions
    {"{=T:i}[i] = {x:i}[i]*2 + i; {=y:i}[i] = {T}[clamp(i-1)] - {T}[pad(i-1)] + {T}[(i+1) % {#i}] for i in 0:{#i}"},
    {"{=T:ij}[i,j] = {A:ji}[j,i]; {=y:ij}[i,j] = {T}[i,j]*{T}[{p:ji:g}[j],j]"},
    // draws
    {"{=p:m}[m] = mean[t in 0:50] (binomial(9, 0.3)[t,m] == m) for m in 0:{#m}"},
    {"{=p:m}[m] = count[t in 0:70] (poisson(2)[t,m] <= 1) for m in 0:{#m}"},
    {"{=p:m}[m] = sum[t in 0:64] (uniform(0, 1)[t,m] < 0.25) * {x:m}[m] for m in 0:{#m}"},
    {"{=p:} = mean[t in 0:200] (max(normal(0, 1)[t], 0.0))"},
    {"{=u:ij} = normal({a:j:r}[0] * 0, 1, shape=[{#i},{#j}]); {=v:i}[i] = {u}[i,j] * {x:j}[j]"},
    {"{=p:i}[i] = var[t in 0:33] (gamma(2, 1)[t,i]) for i in 0:{#i}; {=q:} = mean({p})"},
    {"{=c:i}[i] = categorical([0.2, 0.3, 0.5])[i] for i in 0:{#i}; {=b:ij}[i,j] = bernoulli(0.3)[i,2*j] * {A:ij}[i,j]"},
    {"seed(5); {=b:i}[i] = beta(2, 3)[i] for i in 0:{#i}; {=n:i}[i] = integers(0, 9)[i] * ({b}[i] < 0.5)"},
    // whole tensors
    {"{=T:ij} = {A:ij} + {x:j} * 2; {=U:i} = sum({T}, axis=1); {=V:} = max(real({T} * {T}))"},
    {"{=T:ij} = where({A:ij:r} > 0, {A}, -{A}); {=m:j} = mean({T}, axis=0)"},
    {"{=T:ji} = transpose({A:ij}); {=U:ij} = reshape({T}, [{#i},{#j}]); {=V:ij} = flip({U}, axis=0)"},
    {"{=T:} = sum(concat({A:ij}, {A} + 1)) + sum(stack([{A}, {A}])); {=U:j} = {A}[0] - {A}[-1]"},
    {"{=T:} = sum({A:ij}[::2, 1:]) + sum({A}[..., 0]) + sum({A}[::-1, newaxis])"},
    {"{=L:ij} = tril({A:ij}) + triu({A}) * 2; {=D:iI} = diag({x:i}); {=k:} = sum(kron({D}, [[1, 2]]))"},
    {"{=T:i} = arange({#i}) * 2 + linspace(0, 1, {#i}); {=U:ij} = zeros({#i}, {#j}) + ones([{#j}]) + full([{#i}, 1], "
     "2)"},
    {"{=T:iI} = eye({#i}) * {x:i}; {=U:i} = {T} @ {x}; {=s:} = std({x}) + var({x}, ddof=1)"},
    {"{=T:i} = any({A:ij:t}, axis=1); {=U:} = count({A}); {=V:j} = all({A}, axis=0)"},
    {"{=T:} = logsumexp({A:ij:r}) + norm({A}) + argmax({A}) + argmin({x:j:r})"},
    {"{=T:ij} = f32({A:ij:r}) * 2.0; {=U:ij} = c64({T}) + 1i; {=V:ij} = i32(round({A}))"},
    {"{=T:ij} = dense({S:ij:s}) + 0; {=U:i}[i] = sum[j] {S}[i,j]; {=V:ij}[i,j] = exp({S}[i,j])"},
    {"{=T:i} = {S:ij:s} @ {x:j}; {=U:ij} = {S} * 2; {=s:} = sum({S})"},
    {"{=T:iI} = sparse([0, {?0|1}], [0, 0], [1.5, 2.5], shape=[{#i},{#i}]) @ {B:iI}; {=s:} = shape({B})[0] + ndim({B}) "
     "+ size({B})"},
    {"{=T:ij} = sparse({A:ij}) * 2; {=s:} = sum(random_sparse({#i}, {#j}, 0.5)); {=U:i}[i] = sum[j] {T}[i,j]"},
    {"{=T:ij}[i,j] = {A:ij}[clamp(i-1),j] - 2*{A}[i,j] + {A}[clamp(i+1),j]"},
    {"{=T:}[] = sum[i] {x:j}[valid(i+1)] * 2"},
    {"{=T:i}[i] = {A:jk}[{p:ij:g}[i], {q:ik:g}[i]] * {x:i}[i]"},
    {"{=T:} = {A:ij:w} // 2 % 3 @ ones([{#j}]) @ ones([{#i}])"},
    {"{=T:i} = hypot({x:i:r}, 2) + atan2({x}, 1) + clamp({x}, -1, 1) + {x}^2^1"},
};

class Filler {
 public:
  explicit Filler(Stock& stock) : stock_(stock) {}

  void write(const Idiom& idiom) {
    if (stock_.points(letters(idiom.pattern)) > idiom.most_points) return;
    if (stock_.points(std::string(idiom.system)) > largest_system) return;
    stock_.program.least_squares = stock_.program.least_squares || idiom.least_squares;
    std::string_view rest = idiom.pattern;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find("; "), rest.size());
      statement(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 2, rest.size()));
    }
  }

 private:
  static constexpr double largest_system = 130;

  /// Those that its tensors are over, each once; a letter and its capital are two.
  static std::string letters(std::string_view pattern) {
    std::string out;
    bool axes = false;
    for (const char c : pattern) {
      if (c == ':' || c == '}') axes = c == ':' && !axes;
      const bool letter = (c >= 'i' && c <= 'o') || (c >= 'I' && c <= 'O');
      if (axes && letter && out.find(c) == std::string::npos) out += c;
    }
    return out;
  }
  void statement(std::string_view pattern) {
    std::string out;
    defined_ = {};
    while (!pattern.empty()) {
      const std::size_t open = std::min(pattern.find('{'), pattern.size());
      out += pattern.substr(0, open);
      pattern.remove_prefix(open);
      if (pattern.empty()) break;
      const std::size_t close = pattern.find('}');
      out += filled(pattern.substr(1, close - 1));
      pattern.remove_prefix(close + 1);
    }
    if (defined_.name.empty()) return stock_.program.statements.push_back(out);
    stock_.define(defined_, out);
  }

  std::string filled(std::string_view hole) {
    if (hole[0] == '#') return stock_.size(hole[1]);
    if (hole[0] == '!') return names_[std::string(hole.substr(1))] = stock_.fresh("Q");
    if (hole[0] == '?') {
      const std::size_t bar = hole.find('|');
      return std::string(stock_.chance(2) ? hole.substr(1, bar - 1) : hole.substr(bar + 1));
    }
    const std::size_t colon = hole.find(':');
    if (colon == std::string_view::npos) return names_.at(std::string(hole));
    const bool defines = hole[0] == '=';
    const std::string key(hole.substr(defines ? 1 : 0, colon - (defines ? 1 : 0)));
    std::string_view spec = hole.substr(colon + 1);
    const std::size_t second = std::min(spec.find(':'), spec.size());
    const std::string axes(spec.substr(0, second));
    const char kind = second < spec.size() ? spec[second + 1] : ' ';
    if (defines) {
      defined_ = {stock_.fresh("R"), small(axes), Kind::complex};
      return names_[key] = defined_.name;
    }
    return names_[key] = made(small(axes), kind);
  }
  static std::string small(std::string axes) {
    for (char& letter : axes)
      if (letter < 'a') letter = static_cast<char>(letter - 'A' + 'a');
    return axes;
  }

  std::string made(const std::string& axes, char kind) {
    switch (kind) {
      case 's': return stock_.sparse(axes[0], axes[1]).name;
      case 'd': return stock_.ascending(axes[0]).name;
      case 'g': return stock_.places(axes[0], axes[1]).name;
      case 'r': return stock_.input(axes, Kind::real).name;
      case 't': return stock_.input(axes, Kind::truth).name;
      case 'w': return stock_.input(axes, Kind::whole).name;
      case 'c': return stock_.input(axes, Kind::complex).name;
      case 'p':
      case 'l': return matrix(axes, kind == 'p');
      default: return stock_.tensor(axes).name;
    }
  }
  std::string matrix(const std::string& axes, bool definite) {
    const std::string name = stock_.fresh("M"), raw = stock_.fresh("N");
    const std::string n = stock_.size(axes.back());
    const Kind kind = stock_.main_kind() == Kind::complex ? Kind::complex : Kind::real;
    stock_.program.inputs.push_back(raw + " = " + stock_.data(axes, kind));
    stock_.program.inputs.push_back(name + " = " + (definite ? raw + " @ " + raw + "'" : raw) + " + " +
                                    (definite ? "2" : "9") + "*eye(" + n + ")");
    return name;
  }

  Stock& stock_;
  std::map<std::string, std::string> names_;
  Named defined_;
};

}  // namespace fuzz
