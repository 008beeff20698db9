/// Collects what the entries of a batch report, from any thread and in any order, into one Report that does not depend
/// on either: the first singular entry, the smallest rcond (the first of equals), the methods used.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <string>

#include "runtime/linalg/batch.hpp"
#include "runtime/linalg/factor_entry.hpp"
#include "runtime/linalg/report.hpp"

namespace ricci::runtime::linalg {

/// Of one thread's entries.
class Tally {
 public:
  void add(std::int64_t entry, Method method, double rcond) {
    used_[static_cast<std::size_t>(method)] = true;
    if (method == Method::singular)
      note_singular(entry);
    else if (method != Method::non_finite)
      note_rcond(entry, rcond);
  }
  void merge(const Tally& chunk) {
    for (std::size_t which = 0; which < used_.size(); ++which) used_[which] = used_[which] || chunk.used_[which];
    if (chunk.singular_ >= 0) note_singular(chunk.singular_);
    if (chunk.rcond_at_ >= 0) note_rcond(chunk.rcond_at_, chunk.rcond_);
  }
  Report report(const Extents& batch, double floor) const {
    Report out;
    out.rcond_floor = floor;
    out.singular = singular_ >= 0;
    if (out.singular) out.where = entry_index(batch, singular_);
    if (rcond_at_ >= 0) {
      out.rcond_min = rcond_;
      out.rcond_where = entry_index(batch, rcond_at_);
    }
    for (std::size_t which = 0; which < used_.size(); ++which)
      if (used_[which] && *method_names[which] != 0)
        out.method += (out.method.empty() ? "" : ", ") + std::string(method_names[which]);
    return out;
  }

 private:
  void note_singular(std::int64_t entry) {
    if (singular_ < 0 || entry < singular_) singular_ = entry;
  }
  void note_rcond(std::int64_t entry, double rcond) {
    if (rcond_at_ >= 0 && (rcond > rcond_ || (rcond == rcond_ && entry > rcond_at_))) return;
    rcond_ = rcond;
    rcond_at_ = entry;
  }

  std::array<bool, method_names.size()> used_{};
  std::int64_t singular_ = -1;
  std::int64_t rcond_at_ = -1;
  double rcond_ = 0;
};

/// Of all threads' chunks.
class SharedTally {
 public:
  void merge(const Tally& chunk) {
    const std::lock_guard lock(guard_);
    all_.merge(chunk);
  }
  Report report(const Extents& batch, double floor) const { return all_.report(batch, floor); }

 private:
  std::mutex guard_;
  Tally all_;
};

}  // namespace ricci::runtime::linalg
