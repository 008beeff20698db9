/// NodeId, and a map from nodes to nodes whose cost follows what is put in, not the size of the graph: what
/// substitution remembers of the nodes it has replaced.
#pragma once

#include <cstdint>

#include "dsl/graph/distribution.hpp"
#include "dsl/source/vec.hpp"

namespace ricci::dsl {

struct NodeId {
  std::uint32_t at = 0xffffffffU;
  constexpr bool valid() const { return at != 0xffffffffU; }
  friend constexpr auto operator<=>(const NodeId&, const NodeId&) = default;
};

class IdMap {
 public:
  /// What `key` was set to; invalid if it was not.
  constexpr NodeId find(NodeId key) const {
    if (slots_.empty()) return {};
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = place_of(key) & mask; slots_[at].key.valid(); at = (at + 1) & mask)
      if (slots_[at].key == key) return slots_[at].value;
    return {};
  }
  /// `key` is new.
  constexpr void set(NodeId key, NodeId value) {
    if (2 * count_ >= slots_.size()) grow();
    put({key, value});
    ++count_;
  }

 private:
  struct Slot {
    NodeId key, value;
  };
  static constexpr std::size_t place_of(NodeId key) { return (key.at * golden) >> 32U; }
  constexpr void put(Slot slot) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = place_of(slot.key) & mask;
    while (slots_[at].key.valid()) at = (at + 1) & mask;
    slots_[at] = slot;
  }
  constexpr void grow() {
    const Vec<Slot> old = std::move(slots_);
    slots_ = Vec<Slot>(old.empty() ? 16 : 2 * old.size());
    for (const Slot& slot : old)
      if (slot.key.valid()) put(slot);
  }

  Vec<Slot> slots_;  // open addressing
  std::size_t count_ = 0;
};

}  // namespace ricci::dsl
