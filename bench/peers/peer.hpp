/// What a C++ user would write instead of a line of ricci, by problem: each source here adds rows to one list.
/// Data and results are dense row-major tensors (or a sparse matrix) that ricci's own reader and writer pass on;
/// the peers compute with nothing of ricci.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <ricci/ricci.hpp>

namespace peers {

using Tensor = ricci::runtime::Tensor;
using Csr = ricci::runtime::Csr;

/// What a case is computed from: what stands in its files, and its scalars.
struct Data {
  std::map<std::string, ricci::value> loaded;
  std::map<std::string, double> scalars;

  const Tensor& tensor(const std::string& name) const { return std::get<Tensor>(loaded.at(name).get()); }
  const double* numbers(const std::string& name) const { return tensor(name).as<double>(); }
  std::int64_t extent(const std::string& name, std::size_t axis) const { return tensor(name).shape[axis]; }
  const Csr& sparse(const std::string& name) const {
    return *std::get<std::shared_ptr<const Csr>>(loaded.at(name).get());
  }
  double scalar(const std::string& name) const { return scalars.at(name); }
};

/// One peer made ready for one case: memory for the result is there, and reused by every call.
struct Task {
  Tensor result;
  std::function<void()> run;  // empty: does not apply to this data
};

struct Peer {
  std::string problem, name;
  std::function<Task(const Data&)> prepare;
};

std::vector<Peer> systems();      // Eigen, Armadillo
std::vector<Peer> kernels();      // Eigen, libxsmm
std::vector<Peer> draws();        // Boost
std::vector<Peer> products();     // Eigen's sparse products, Armadillo's chains
std::vector<Peer> elementwise();  // Eigen's arrays

}  // namespace peers
