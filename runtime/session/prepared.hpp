/// Prepared expressions: a text parsed once, planned once for each signature of its arguments, run from many threads.
#pragma once

#include <atomic>
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
  /// Errors: all that the text alone can be wrong about.
  Prepared(std::string_view text, Options options);

  /// Runs with these arguments and the bound ones; a name given in both is taken from here. The result owns its
  /// memory. Errors: value where a name is given twice, and whatever the computation meets.
  /// `notices`: where what the numerics had to say goes.
  Value call(std::vector<NamedValue> arguments, std::optional<std::uint64_t> seed,
             std::vector<Notice>* notices = nullptr) const;
  /// A copy that owns further arguments.
  std::shared_ptr<Prepared> bind(std::vector<NamedValue> arguments) const;
  /// How often it has been planned: at most once for each set of extents and types, and for each set of contents where
  /// extents are computed from contents. A plan that only takes other extents does not count.
  std::size_t times_planned() const { return times_planned_; }

 private:
  struct Planned;
  std::shared_ptr<Planned> planned_for(const std::vector<NamedValue>& arguments) const;
  std::shared_ptr<Planned> make(const std::vector<NamedValue>& arguments) const;
  std::shared_ptr<Planned> made_alike(const std::vector<NamedValue>& arguments) const;
  void forget_one() const;
  void keep_constants(Planned& planned, Session& session, NodeId root, const std::vector<char>& constant) const;
  Outcome run(Planned& planned, const Values& values, std::optional<std::uint64_t> seed) const;
  Outcome run_checked(const Planned& planned, const Values& values, FactorStore& factors,
                      std::optional<std::uint64_t> seed) const;
  Outcome run_first(Planned& planned, const Values& values, std::optional<std::uint64_t> seed) const;

  dsl::Program program_;
  Options options_;
  std::vector<NamedValue> bound_;
  mutable std::mutex mutex_;
  mutable std::multimap<std::string, std::shared_ptr<Planned>> plans_;  // by signature
  mutable std::map<std::string, std::shared_ptr<Planned>> models_;      // of plans for other extents, by types
  mutable std::uint64_t uses_ = 0;
  mutable std::atomic<std::size_t> times_planned_{0};

  // What depends on bound arguments alone, by its graph as text: shared by the plans of all signatures.
  mutable std::map<std::string, Value> computed_;  // under mutex_
  mutable std::mutex factoring_;
  mutable std::map<std::string, FactorStore::Kept> factored_;  // under factoring_
};

}  // namespace ricci::runtime
