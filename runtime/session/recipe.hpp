/// How the nodes of a statement come from the values of its names: what reading it again would make, without reading
/// it. A statement in a loop is read in the first turn; in the next its nodes are the same over other values of the
/// same types, or the same altogether.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dsl/infer/elaborator.hpp"

namespace ricci::runtime {

using dsl::Graph;
using dsl::NodeId;

/// Hears what elaboration asks of the environment.
class Listener final : public dsl::Environment {
 public:
  explicit Listener(const dsl::Environment& of) : of_(of) {}

  dsl::Binding find(std::string_view name) const override;
  dsl::Vec<dsl::Str> names() const override { return of_.names(); }
  std::uint64_t times_defined(std::string_view name) const override;
  std::uint64_t seed() const override;
  bool integer(Graph& graph, NodeId element, std::int64_t& value) const override;
  NodeId load(Graph& graph, std::string_view path, std::string_view key) const override;

  struct Asked {
    std::string name;
    dsl::Binding found;
  };
  const std::vector<Asked>& asked() const { return asked_; }
  /// Whether it asked for anything but what names stand for: draws, contents, files.
  bool beyond_names() const { return beyond_names_; }

 private:
  const dsl::Environment& of_;
  mutable std::vector<Asked> asked_;
  mutable bool beyond_names_ = false;
};

class Recipe {
 public:
  /// `made` is what elaboration has just made in `graph`, having asked what `heard` says; nothing beyond names.
  /// Graphs of another epoch give their nodes other numbers.
  Recipe(const Graph& graph, const Listener& heard, dsl::Elaborated made, std::uint64_t epoch);

  /// What elaboration would make of the statement now; null: it has to be asked.
  const dsl::Elaborated* follow(Graph& graph, const dsl::Environment& names, std::uint64_t epoch);

  std::int64_t bytes() const;

 private:
  /// What one name stood for, and all of it that elaboration has looked at where it is replaced.
  struct Place {
    std::string name;
    dsl::Binding found;
    std::size_t first = 0;  // the first place of the same node
    bool replaceable = false;
    bool flat = false;  // of a tensor made of elements: nothing is bound below
    dsl::Op op{};
    dsl::DType dtype{};
    bool sparse = false;
    std::vector<std::int64_t> shape;
  };
  /// One node. Operands are earlier steps, or places: minus one, minus two ...
  struct Step {
    dsl::Op op{};
    dsl::DType dtype{};
    bool sparse = false;
    std::uint32_t operands = 0, ints = 0, extents = 0;                      // where they begin
    std::uint32_t operand_count = 0, plain = 0, index_count = 0, rank = 0;  // ints: plain ones, then indices
  };
  struct BoundIndex {
    dsl::Index index;
    dsl::IndexId now;
  };

  void note_places(const Graph& graph, const Listener& heard);
  bool write_steps(const Graph& graph);
  void write_step(const Graph& graph, NodeId node, const std::vector<std::int32_t>& number);
  std::int64_t index_number(const dsl::Index& index);
  bool fits(const Graph& graph, const Place& place, NodeId node) const;
  bool take_places(const Graph& graph, const dsl::Environment& names, std::uint64_t epoch, bool& same);
  void make(Graph& graph, std::uint64_t epoch);

  dsl::Elaborated made_;
  std::uint64_t epoch_;
  bool fixed_ = false;  // its nodes hold for the very nodes that it was made of
  std::vector<Place> places_;
  std::vector<Step> steps_;
  std::vector<std::int32_t> operands_;
  std::vector<std::int64_t> ints_;  // of an index: its number among indices_
  std::vector<std::int64_t> extents_;
  std::vector<BoundIndex> indices_;
  std::vector<std::int32_t> results_;           // as operands
  std::optional<std::uint64_t> indices_epoch_;  // for which they are looked up
  // while it is followed
  std::vector<NodeId> now_;
  std::vector<NodeId> nodes_;
  std::vector<NodeId> over_;
  std::vector<std::int64_t> numbers_;
};

}  // namespace ricci::runtime
