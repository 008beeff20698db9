#include "runtime/linalg/report.hpp"

#include <atomic>

#include "runtime/error.hpp"

namespace ricci::runtime::linalg {
namespace {

std::atomic<std::int64_t> factored{0};

}  // namespace

std::int64_t factorisations() { return factored.load(); }
void count_factorisations(std::int64_t matrices) { factored.fetch_add(matrices, std::memory_order_relaxed); }

std::string entry_text(const std::vector<std::int64_t>& where) {
  if (where.empty()) return "";
  std::string text = " at batch entry [";
  for (std::size_t axis = 0; axis < where.size(); ++axis) text += (axis == 0 ? "" : ", ") + std::to_string(where[axis]);
  return text + "]";
}

void raise_if_singular(const Report& report) {
  if (report.singular) fail(dsl::Fault::singular_matrix, entry_text(report.where));
}

}  // namespace ricci::runtime::linalg
