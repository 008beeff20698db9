/// From a statement whose sums are written out to graph nodes: ranges, types, brackets, broadcasting, functions.
/// Values decide ranks, types and extents here; what the statement means has been settled by its text before.
///
/// Work goes region by region. A region is a stretch of index notation: a statement's right-hand side, or a closed
/// value inside it (a function's argument, the base of an access). In each region every binder's indices are declared,
/// the uses that bound their ranges are collected, the ranges are solved, and the nodes are built.
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>

#include "dsl/diagnostic/diagnostic.hpp"
#include "dsl/graph/entries.hpp"
#include "dsl/infer/arithmetic.hpp"
#include "dsl/infer/chains.hpp"
#include "dsl/infer/drawing.hpp"
#include "dsl/infer/environment.hpp"

namespace ricci::dsl {

/// One bound index of a region. Its values are lo .. hi-1; the graph's index counts from 0 and `lo` is added.
struct Variable {
  std::string_view name;
  Span where;          // the binding
  bool free = false;   // on the left-hand side
  bool fixed = false;  // the range is given: `in a:b`, `for`
  bool known = false;
  std::int64_t lo = 0;
  std::int64_t hi = 0;
  Span source;  // the plain use that gave the range
  IndexId index;
  Vec<std::uint32_t> uses;  // into the region's uses
};

/// offset + sum of coefficients[n] * variables[n].
struct AffineForm {
  bool valid = false;
  std::int64_t offset = 0;
  Vec<std::uint32_t> variables;
  Vec<std::int64_t> coefficients;

  constexpr bool plain() const { return valid && offset == 0 && variables.size() == 1 && coefficients[0] == 1; }
};

enum class EntryRule : std::uint8_t { inside, wrap, clamp, pad, valid };

/// An entry of an access, read: what happens at the edge, and the affine form inside (not valid: computed from data).
struct Entry {
  EntryRule rule = EntryRule::inside;
  SyntaxId inner = 0;
  AffineForm form;
  std::int64_t modulus = 0;  // wrap
};

/// A use of an axis that bounds the ranges of the variables in it.
struct Use {
  AffineForm form;
  EntryRule rule = EntryRule::inside;
  std::int64_t extent = 0;
  std::size_t axis = 0;
  Span access;
  Span entry;
  Span inner;  // without wrap(...), pad(...)
};

/// What one statement asks for. `nodes` are tensor nodes, one for each target (one for a shown value).
struct Elaborated {
  enum class Effect : std::uint8_t { none, save, seed, draw };
  Vec<NodeId> nodes;
  Vec<bool> weak;
  Effect effect = Effect::none;
  Str path;                // save: the file
  std::uint64_t seed = 0;  // seed
  Str rebound;             // assume(M, ...) alone on a line: M
  Drawing drawing;         // draw: of the nodes
  bool opened = false;     // what a name stands for has been looked into: its definition counts, not only its type
};

class Elaborator {
 public:
  constexpr Elaborator(const Program& program, const Statement& statement, Graph& graph_in,
                       const Environment& environment_in, Vec<Diagnostic>& faults)
      : graph(graph_in), environment(environment_in), program_(program), statement_(statement), faults_(faults) {
    collect_draws(statement.value);
  }

  constexpr Elaborated run();

  // -- for the functions of the language (functions.hpp)
  Graph& graph;
  const Environment& environment;
  constexpr const Program& program() const { return program_; }
  constexpr bool failed() const { return !faults_.empty(); }
  constexpr bool opened() const { return opened_; }
  template <typename... Arguments>
  constexpr Thing fail(Fault fault, Vec<Span> places, const Arguments&... arguments) {
    if (faults_.empty()) faults_.push_back(diagnose(fault, std::move(places), arguments...));
    return {};
  }
  template <typename... Arguments>
  constexpr Thing fail(Fault fault, SyntaxId place, const Arguments&... arguments) {
    return fail(fault, Vec<Span>{program_[place].span}, arguments...);
  }
  constexpr Thing fail(Diagnostic why, SyntaxId place) {
    why.places = Vec<Span>{program_[place].span};
    if (faults_.empty()) faults_.push_back(std::move(why));
    return {};
  }
  constexpr std::string_view text(SyntaxId id) const { return program_.text(program_[id].span); }
  /// A closed value: no open index inside. A scalar comes as an element.
  constexpr Thing closed(SyntaxId id);
  /// The same as a tensor node (rank 0 for scalars).
  constexpr NodeId whole(SyntaxId id);
  /// A closed integer; `what` names it in the error.
  constexpr bool integer(SyntaxId id, std::string_view what, std::int64_t& value);
  /// A list of closed integers, or one.
  constexpr bool integers(SyntaxId id, std::string_view what, Vec<std::int64_t>& values);
  /// A closed real element, rounded by `how` (floor, ceil, round). False: its value is not known here.
  constexpr bool rounded(NodeId element, Op how, std::int64_t& value);
  /// The value of a named argument, or npos.
  static constexpr SyntaxId absent = 0xffffffffU;
  constexpr SyntaxId named_argument(SyntaxId call, std::string_view name) const;
  /// Applies an elementwise operation to things of any rank by broadcasting; `build` gets elements and returns one.
  template <typename Build>
  constexpr Thing broadcast(const Vec<Thing>& things, SyntaxId place, Build build);
  constexpr Thing apply(Op op, const Vec<Thing>& things, SyntaxId place);
  constexpr NodeId as_tensor(Thing thing) {
    if (!thing.valid() || thing.whole) return thing.node;
    return graph.tensor(thing.node, {});
  }
  constexpr NodeId element_at(NodeId tensor, const Vec<NodeId>& entries) {
    return graph.access(tensor, std::span<const NodeId>(entries.begin(), entries.size()));
  }
  constexpr Thing reduced(Op op, SyntaxId place, Thing body, const Vec<IndexId>& indices, std::int64_t ddof = 0);
  /// False, and the fault, where a tensor would have more axes than one can have.
  constexpr bool check_rank(std::size_t rank, SyntaxId place) {
    if (rank > most_axes) fail(Fault::too_many_axes, place, rank, most_axes);
    return rank <= most_axes;
  }
  static constexpr std::size_t most_axes = 64;  // as in NumPy
  /// A new open index for each axis of a tensor.
  constexpr Vec<IndexId> axes_of(NodeId tensor);
  constexpr Vec<NodeId> values_of(const Vec<IndexId>& indices) {
    Vec<NodeId> out;
    for (IndexId index : indices) out.push_back(graph.index_value(index));
    return out;
  }
  /// False, and the fault, where an argument of a call leaves an index open.
  constexpr bool takes_whole_values(SyntaxId call);
  /// The stream of the draw call `id`.
  constexpr std::int64_t stream(SyntaxId id) const;
  constexpr Thing draw(SyntaxId call, const Vec<NodeId>& coordinates);

 private:
  friend struct RangeSolver;

  struct ScopedName {
    std::string_view name;
    std::uint32_t variable;
  };
  struct Memo {
    SyntaxId id;
    Thing thing;
  };
  struct Binder {
    SyntaxId id;
    std::uint32_t first;
    std::uint32_t count;
  };
  struct DrawCall {
    SyntaxId id;
    std::uint32_t begin;
  };

  // survey.hpp: declares variables, collects uses
  constexpr void survey(SyntaxId id);
  constexpr void survey_kids(SyntaxId id);
  constexpr void survey_reduce(SyntaxId id);
  constexpr void survey_access(SyntaxId id);
  constexpr void survey_solve(SyntaxId id);
  constexpr void note_use(Use use);
  constexpr std::uint32_t declare(std::string_view name, Span where);
  constexpr void push_scope(const Binder& binder);
  constexpr void pop_scope(const Binder& binder) { scope_.resize(scope_.size() - binder.count); }
  constexpr const Binder* binder_of(SyntaxId id) const;
  constexpr bool set_range(std::uint32_t variable, SyntaxId binding);
  constexpr Names scope_names() const;
  constexpr std::uint32_t scoped(std::string_view name) const;  // a variable, or absent
  constexpr bool mentions_scope(SyntaxId id) const;
  constexpr bool is_whole_access(SyntaxId id) const;
  constexpr bool is_whole_solve(SyntaxId id) const;
  constexpr Entry read_entry(SyntaxId id, std::int64_t extent);
  constexpr AffineForm affine_form(SyntaxId id);
  constexpr NodeId base_tensor(SyntaxId access);

  // ranges.hpp
  constexpr void solve_ranges(std::uint32_t first);
  constexpr void take_plain_uses(std::uint32_t first);
  constexpr bool take_affine_uses(std::uint32_t first);
  constexpr bool narrow(Variable& variable, std::uint32_t which, const Use& use, bool& any);
  constexpr bool narrow_by_uses(std::uint32_t at, std::uint32_t first);
  constexpr void shrink_valid(const Use& use, std::uint32_t first);
  constexpr Interval reach(const Use& use, std::uint32_t skipped, bool& empty) const;
  constexpr bool narrowing(const Use& use, std::uint32_t which, std::uint32_t first) const;
  constexpr void check_bounds(const Use& use);
  constexpr void check_free(const Variable& variable);

  // build.hpp
  constexpr Thing build(SyntaxId id);
  constexpr Thing build_name(SyntaxId id);
  constexpr Thing build_number(SyntaxId id);
  constexpr Thing build_unary(SyntaxId id);
  constexpr Thing build_binary(SyntaxId id);
  constexpr Thing build_operation(SyntaxId id);
  constexpr Thing build_chain(SyntaxId id);
  constexpr Thing build_elementwise(SyntaxId id);
  constexpr Thing converted_thing(Thing thing, DType type);
  constexpr Thing refuse_tensors(const Vec<Thing>& things, SyntaxId place);
  constexpr Thing refuse_call(SyntaxId id);
  constexpr Thing build_product(SyntaxId id);
  constexpr Thing build_compare(SyntaxId id);
  constexpr NodeId lazy_element(const Thing& thing, const Vec<NodeId>& entries);
  constexpr Thing build_reduce(SyntaxId id);
  constexpr Thing build_access(SyntaxId id);
  constexpr Thing build_slice(SyntaxId id);
  constexpr Thing build_solve(SyntaxId id);
  constexpr Thing build_call(SyntaxId id);
  constexpr Thing build_list(SyntaxId id);
  constexpr NodeId build_entry(const Entry& entry, std::int64_t extent, SyntaxId place);
  constexpr NodeId affine_node(const AffineForm& form);
  constexpr void factors_of(SyntaxId id, bool divides, Vec<SyntaxId>& ids, Vec<bool>& dividing, bool& negative) const;
  constexpr bool check_types(Op op, DType joined, SyntaxId place);
  constexpr bool check_literals(const Vec<Thing>& things, DType type, SyntaxId place);
  constexpr Thing region(SyntaxId root, std::uint32_t first);
  constexpr Elaborated run_elements();
  constexpr Elaborated run_unpack();
  constexpr void collect_draws(SyntaxId id);

  const Program& program_;
  const Statement& statement_;
  Vec<Diagnostic>& faults_;
  Vec<Variable> variables_;
  Vec<ScopedName> scope_;
  Vec<Use> uses_;
  Vec<Binder> binders_;
  Vec<Memo> memo_;
  Vec<NodeId> bases_;  // of accesses: what they take elements of, where it is known
  Vec<DrawCall> draws_;
  SyntaxId region_root_ = 0;
  Vec<std::string_view> hidden_;  // indices around a closed value: they hide values of their names in it
  bool selecting_ = false;        // a broadcast whose operands may go uncomputed
  bool opened_ = false;           // as Elaborated::opened
};

}  // namespace ricci::dsl

// Bodies, in the order in which they use each other.
// clang-format off
#include "dsl/infer/whole.hpp"
#include "dsl/infer/linear_algebra.hpp"
#include "dsl/infer/shape_functions.hpp"
#include "dsl/infer/functions.hpp"
#include "dsl/infer/build.hpp"
#include "dsl/infer/calls.hpp"
#include "dsl/infer/build_access.hpp"
#include "dsl/infer/ranges.hpp"
#include "dsl/infer/survey.hpp"
// clang-format on
