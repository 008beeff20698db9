/// The outer loops of a plan as a counter: entry by entry, where the three tensors stand.
#pragma once

#include <algorithm>

#include "runtime/kernels/contraction/plan.hpp"

namespace ricci::runtime::contraction {

class Walk {
 public:
  Walk(const Plan& plan, std::int64_t entry) : plan_(plan), digits_(plan.outer.size(), 0) {
    for (std::size_t at = digits_.size(); at-- > 0;) {
      digits_[at] = entry % plan.outer[at].extent;
      entry /= plan.outer[at].extent;
      move(plan.outer[at], digits_[at]);
    }
    jump();
  }

  void next() {
    for (std::size_t at = digits_.size(); at-- > 0;) {
      const Axis& axis = plan_.outer[at];
      move(axis, 1);
      if (++digits_[at] < axis.extent) break;
      move(axis, -axis.extent);
      digits_[at] = 0;
    }
    jump();
  }

  /// The offsets of `count` entries from here on, and past them.
  void take(std::int64_t count, std::int64_t* left, std::int64_t* right, std::int64_t* out) {
    while (count > 0) {
      const std::int64_t rest = digits_.empty() ? 1 : plan_.outer.back().extent - digits_.back();
      const std::int64_t run = std::min(count, rest);
      const Axis axis = digits_.empty() ? Axis{} : plan_.outer.back();
      for (std::int64_t at = 0; at < run; ++at) {
        left[at] = left_ + at * axis.left;
        right[at] = right_ + at * axis.right;
        out[at] = out_ + at * axis.out;
      }
      add_jumps(plan_.left_jumps, run, left);
      add_jumps(plan_.right_jumps, run, right);
      left += run, right += run, out += run;
      count -= run;
      skip(run);
    }
  }

  // Offsets in elements.
  std::int64_t left() const { return left_ + left_jump_; }
  std::int64_t right() const { return right_ + right_jump_; }
  std::int64_t out() const { return out_; }

 private:
  /// Goes `steps` along the last axis, at most to its end.
  void skip(std::int64_t steps) {
    if (!digits_.empty()) {
      digits_.back() += steps - 1;
      move(plan_.outer.back(), steps - 1);
    }
    next();
  }
  /// For `run` entries along the last axis.
  void add_jumps(const std::vector<Jump>& jumps, std::int64_t run, std::int64_t* offsets) const {
    for (const Jump& own : jumps) {
      std::int64_t flat = 0, step = 0;
      for (std::size_t at = 0; at < own.indices.size(); ++at) {
        flat = flat * own.extents[at] + digits_[own.indices[at]];
        step = step * own.extents[at] + (own.indices[at] + 1 == digits_.size() ? 1 : 0);
      }
      const std::int64_t* from = own.offsets.data() + flat;
      for (std::int64_t at = 0; at < run; ++at) offsets[at] += from[at * step];
    }
  }
  void move(const Axis& axis, std::int64_t steps) {
    left_ += axis.left * steps;
    right_ += axis.right * steps;
    out_ += axis.out * steps;
  }
  void jump() {
    if (!plan_.left_jumps.empty()) left_jump_ = total(plan_.left_jumps);
    if (!plan_.right_jumps.empty()) right_jump_ = total(plan_.right_jumps);
  }
  std::int64_t total(const std::vector<Jump>& jumps) const {
    std::int64_t out = 0;
    for (const Jump& own : jumps) {
      std::int64_t flat = 0;
      for (std::size_t at = 0; at < own.indices.size(); ++at) flat = flat * own.extents[at] + digits_[own.indices[at]];
      out += own.offsets[static_cast<std::size_t>(flat)];
    }
    return out;
  }

  const Plan& plan_;
  std::vector<std::int64_t> digits_;
  std::int64_t left_ = 0, right_ = 0, out_ = 0, left_jump_ = 0, right_jump_ = 0;
};

}  // namespace ricci::runtime::contraction
