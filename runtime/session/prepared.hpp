/// Prepared expressions: a text parsed once, planned once for each signature of its arguments, run from many threads.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/session/session.hpp"

namespace ricci::runtime {

using NamedValue = std::pair<std::string, Value>;

class Prepared {
 public:
  Prepared(std::string_view text, Options options);

  /// Runs with these arguments and the bound ones.
  Value call(const std::vector<NamedValue>& arguments, std::optional<std::uint64_t> seed) const;
  /// A copy that owns further arguments.
  std::shared_ptr<Prepared> bind(const std::vector<NamedValue>& arguments) const;

 private:
  /// A plan for one signature: the inputs' places in the graph that was planned, and the values that depend on bound
  /// arguments alone.
  struct Planned {
    Plan plan;
    std::vector<std::pair<std::string, std::uint32_t>> inputs;
    Values constants;
    mutable FactorStore factors;
  };
  std::shared_ptr<const Planned> planned_for(const std::vector<NamedValue>& arguments) const;
  std::shared_ptr<const Planned> make(const std::vector<NamedValue>& arguments) const;

  std::string text_;
  Options options_;
  std::vector<NamedValue> bound_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::shared_ptr<const Planned>> plans_;  // by signature
};

}  // namespace ricci::runtime
