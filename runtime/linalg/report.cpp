#include "runtime/linalg/report.hpp"

#include "runtime/error.hpp"

namespace ricci::runtime::linalg {

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
