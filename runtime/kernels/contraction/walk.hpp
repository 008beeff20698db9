/// The outer loops of a plan as a counter: entry by entry, where the three tensors stand.
#pragma once

#include <algorithm>
#include <array>

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

  /// A run of entries: where its first stands, and the others from there.
  struct Entries {
    std::int64_t left = 0, right = 0, out = 0;
    Many many;
  };
  /// Those from here to the end of the last axis, at most `most` (and at most `together` where an operand has several
  /// jumps along it), and past them.
  Entries take(std::int64_t most) {
    Entries run{left_, right_, out_, {}};
    const Axis axis = digits_.empty() ? Axis{} : plan_.outer.back();
    run.many.count = std::min(most, digits_.empty() ? 1 : axis.extent - digits_.back());
    run.many.left = axis.left, run.many.right = axis.right, run.many.out = axis.out;
    run.many.left_jumps = jumps_along(plan_.left_jumps, left_buffer_, run.left, run.many.count);
    run.many.right_jumps = jumps_along(plan_.right_jumps, right_buffer_, run.right, run.many.count);
    skip(run.many.count);
    return run;
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
  static constexpr std::int64_t together = 64;

  /// The jumps of `count` entries along the last axis, or none; what they have in common is added to `base`.
  const std::int64_t* jumps_along(const std::vector<Jump>& jumps, std::array<std::int64_t, together>& buffer,
                                  std::int64_t& base, std::int64_t& count) const {
    const std::int64_t* out = nullptr;
    for (const Jump& own : jumps) {
      const std::int64_t* from = own.offsets.data() + place(own);
      if (own.indices.empty() || own.indices.back() + 1 != digits_.size()) {
        base += *from;
      } else if (out == nullptr) {
        out = from;
      } else {
        count = std::min(count, together);
        for (std::int64_t at = 0; at < count; ++at) buffer[static_cast<std::size_t>(at)] = out[at] + from[at];
        out = buffer.data();
      }
    }
    return out;
  }
  /// Of the current entry among a jump's offsets.
  std::int64_t place(const Jump& jump) const {
    std::int64_t flat = 0;
    for (std::size_t at = 0; at < jump.indices.size(); ++at) flat = flat * jump.extents[at] + digits_[jump.indices[at]];
    return flat;
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
    for (const Jump& own : jumps) out += own.offsets[static_cast<std::size_t>(place(own))];
    return out;
  }

  const Plan& plan_;
  std::vector<std::int64_t> digits_;
  std::array<std::int64_t, together> left_buffer_, right_buffer_;
  std::int64_t left_ = 0, right_ = 0, out_ = 0, left_jump_ = 0, right_jump_ = 0;
};

}  // namespace ricci::runtime::contraction
