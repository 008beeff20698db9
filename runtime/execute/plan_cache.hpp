/// Plans that were made are found again by all that they depend on: the graph from what is asked for down to what has a
/// value, with names, extents and types, and the settings. Nothing of the values themselves, of threads or of memory is
/// part of a plan. So a statement in a loop is optimised once, and its tile programs are made once.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "runtime/execute/execute.hpp"
#include "runtime/recently_used.hpp"

namespace ricci::runtime {

class PlanCache {
 public:
  PlanCache();

  /// As make_plan. What is returned is what make_plan would make now, to the last node.
  PlanFor plan(const Graph& graph, const std::vector<NodeId>& roots, const Values& values, const Options& options);
  /// How many nodes a plan for this would be about.
  std::size_t needed(const Graph& graph, const std::vector<NodeId>& roots, const Values& values) {
    collect(graph, roots, values);
    return nodes_.size();
  }
  /// How many plans had to be made.
  std::size_t times_made() const { return times_made_; }
  std::size_t size() const { return plans_.size(); }
  void clear() { plans_.clear(); }

  /// All plans as the bytes of a file (plan_file.hpp), the last used last.
  std::string written() const;
  /// Takes plans from such bytes. What is asked for from then on has to be among them: what is not is refused, in
  /// words about the file. Errors: file.
  void take(std::string_view bytes, const std::string& file);

 private:
  void collect(const Graph& graph, const std::vector<NodeId>& roots, const Values& values);
  void write(const Graph& graph, NodeId id, bool valued);
  void write_index(const Graph& graph, std::int64_t index);
  void write_settings(const Options& options);
  void write_text(std::string_view text);
  template <typename T>
  void write_number(T number) {
    key_.append(reinterpret_cast<const char*>(&number), sizeof number);
  }

  std::string purpose(const Graph& graph, const Options& options) const;

  struct Kept {
    std::shared_ptr<const Plan> plan;
    int level = 2;
    std::string purpose;
  };
  RecentlyUsed<Kept> plans_;
  std::size_t times_made_ = 0;
  std::string file_;     // from which plans were taken; empty: none
  std::string planned_;  // what for, in words
  // Of the question that is being asked; kept for their memory.
  std::string key_;
  std::vector<std::uint32_t> nodes_;
  std::vector<std::uint32_t> open_;
  std::vector<std::uint32_t> number_;  // by node: its place in nodes_, from 1; 0 elsewhere
};

}  // namespace ricci::runtime
