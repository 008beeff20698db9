/// Plans as the bytes of a file: the optimised graph and the kernel of each step, under a heading that says by which
/// ricci and with a checksum over all of it. What follows from these (sizes, releases, slices, tile programs) is not in
/// the file: it is derived again, as for a plan that was just made. So a loaded plan computes the bits of the saved
/// one.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/execute/execute.hpp"

namespace ricci::runtime {

/// A plan with what it is kept under.
struct KeptPlan {
  std::string key;      // all that it depends on (PlanCache)
  std::string purpose;  // in words: "A f64[3,3], b f64[3] at -O2"
  int level = 2;        // of the settings: whether steps are sliced
  std::shared_ptr<const Plan> plan;
};

std::string plan_bytes(const std::vector<KeptPlan>& plans);
/// Errors: file, where the bytes are not what plan_bytes has written in this version; `file` is what messages call it.
std::vector<KeptPlan> plans_from(std::string_view bytes, const std::string& file);

/// Errors: file.
void write_plan_file(const std::string& path, std::string_view bytes);
std::string read_plan_file(const std::string& path);

}  // namespace ricci::runtime
