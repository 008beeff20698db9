/// Logarithms of the probabilities of the binomial and Poisson laws, to 1e-14 of 1 + their size, for any parameters.
/// C. Loader: Fast and accurate computation of binomial probabilities (2000): Stirling's formula with its error, and
/// the deviance x*log(x/m) + m - x without cancellation, in place of differences of large logarithms of factorials.
#pragma once

namespace ricci::runtime::random {

/// log(n!) - log(sqrt(2 pi n) (n/e)^n) for a whole n >= 1; absolute error below 1e-16.
double stirling_error(double n);

/// x*log(x/mean) + mean - x for x >= 0 and mean > 0.
double deviance(double x, double mean);

/// log of the Poisson probability of a whole k >= 0; lambda > 0.
double log_poisson_mass(double k, double lambda);

/// log of the binomial probability of a whole k in 0 .. n; 0 < p < 1.
double log_binomial_mass(double k, double n, double p);

}  // namespace ricci::runtime::random
