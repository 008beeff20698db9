/// Keeps what was used last, within a number of entries and a size in bytes: what falls out is the entry that was
/// looked for longest ago. Keys are bytes: equal keys must stand for the same thing, whatever has happened in between.
#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace ricci::runtime {

template <typename Entry>
class RecentlyUsed {
 public:
  RecentlyUsed(std::size_t most_entries, std::int64_t most_bytes)
      : most_entries_(most_entries), most_bytes_(most_bytes) {}

  /// Null where the key is not known. Valid until the next put or clear.
  Entry* find(std::string_view key) {
    const auto at = places_.find(key);
    if (at == places_.end()) return nullptr;
    items_.splice(items_.begin(), items_, at->second);
    return &at->second->entry;
  }
  /// `bytes` counts the entry, not the key. What is larger than all that may be kept is not kept.
  void put(std::string_view key, Entry entry, std::int64_t bytes) {
    if (const auto at = places_.find(key); at != places_.end()) drop(at->second);
    bytes += static_cast<std::int64_t>(key.size());
    if (bytes > most_bytes_ || most_entries_ == 0) return;
    while (items_.size() >= most_entries_ || bytes_ + bytes > most_bytes_) drop(std::prev(items_.end()));
    items_.push_front({std::string(key), std::move(entry), bytes});
    places_.emplace(items_.front().key, items_.begin());
    bytes_ += bytes;
  }
  void clear() {
    places_.clear();
    items_.clear();
    bytes_ = 0;
  }
  /// visit(key, entry) for each, the one that was used longest ago first.
  template <typename Visit>
  void each(Visit visit) const {
    for (auto item = items_.rbegin(); item != items_.rend(); ++item) visit(item->key, item->entry);
  }
  std::size_t size() const { return items_.size(); }
  std::int64_t bytes() const { return bytes_; }

 private:
  struct Item {
    std::string key;
    Entry entry;
    std::int64_t bytes;
  };
  using Place = typename std::list<Item>::iterator;

  void drop(Place item) {
    bytes_ -= item->bytes;
    places_.erase(item->key);
    items_.erase(item);
  }

  std::size_t most_entries_;
  std::int64_t most_bytes_;
  std::int64_t bytes_ = 0;
  std::list<Item> items_;                               // the last used first
  std::unordered_map<std::string_view, Place> places_;  // by the items' own keys
};

}  // namespace ricci::runtime
