/// Names and what they stand for: setting, borrowing, defining, and the depth of lazy definitions.
#include "runtime/session/session.hpp"

#include <algorithm>

#include "dsl/diagnostic/render.hpp"
#include "runtime/session/names.hpp"

namespace ricci::runtime {
namespace {

using dsl::Fault;
using dsl::Op;

/// Definitions nested deeper than this are computed at once and cut loose from what they were made of. A name that is
/// defined again and again is a loop, whose chain would be optimised anew at every turn: it is cut sooner.
constexpr std::uint32_t deepest_chain = 200;
constexpr std::uint32_t deepest_loop = 40;

}  // namespace

/// Programs whose reading is remembered.
constexpr std::size_t most_programs = 512;
constexpr std::int64_t most_program_bytes = std::int64_t{8} << 20;

Session::Session(Options options) : options_(std::move(options)), read_(most_programs, most_program_bytes) {}

/// The value of a name that is about to be defined by itself, in a loop: it stands for itself now, and what it was made
/// of can go. What depends on borrowed memory keeps its definition, for it may have to be computed again.
void Session::let_go_of_definition(std::string_view name) {
  const auto own = names_.find(name);
  if (own == names_.end() || times_defined_.find(name)->second < 2 || repeat_ > 1 || options_.check) return;
  const NodeId node = own->second.node;
  const auto value = values_.find(node.at);
  if (graph_.op(node) == Op::input || value == values_.end() || notes_[node.at].borrowed) return;
  own->second.node = add_input(name, Value(value->second));
  if (const auto written = origin_.find(node.at); written != origin_.end())
    origin_.insert_or_assign(own->second.node.at, Origin(written->second));
  take_notes();
}

NodeId Session::add_input(std::string_view name, Value value) {
  dsl::Input input{.name = dsl::Str(name), .shape = {}};
  if (const auto* dense = std::get_if<Tensor>(&value)) {
    input.dtype = dense->dtype;
    for (std::int64_t extent : dense->shape) input.shape.push_back(extent);
  } else {
    const Csr& sparse = *std::get<std::shared_ptr<const Csr>>(value);
    input.dtype = sparse.values.dtype;
    input.shape = {sparse.rows, sparse.cols};
    input.sparse = true;
  }
  const NodeId node = graph_.input(std::move(input));
  values_.insert_or_assign(node.at, std::move(value));
  return node;
}

void Session::set(std::string_view name, Value value, bool weak) {
  const NodeId node = add_input(name, std::move(value));
  borrowed_.erase(std::string(name));
  define(name, node, weak, nullptr);
  compact_if_due();
}

void Session::borrow(std::string_view name, Tensor view) {
  const NodeId node = add_input(name, view);
  define(name, node, false, nullptr);
  notes_[node.at].borrowed = true;
  const std::uint64_t sum = options_.check ? checksum(view) : 0;
  borrowed_.insert_or_assign(std::string(name), Borrowed{std::move(view), node, sum});
  compact_if_due();
}

void Session::changed(std::string_view name) {
  const auto at = borrowed_.find(name);
  if (at == borrowed_.end()) fail(Fault::not_borrowed, name);
  at->second.checksum = options_.check ? checksum(at->second.view) : 0;
  std::vector<char> stale(graph_.size(), 0);
  stale[at->second.node.at] = 1;
  factors_.drop(at->second.node.at);
  for (std::uint32_t node = at->second.node.at + 1; node < graph_.size(); ++node) {  // operands come before users
    for (NodeId operand : graph_.operands(NodeId{node}))
      stale[node] = static_cast<char>(stale[node] | stale[operand.at]);
    if (stale[node] == 0) continue;
    factors_.drop(node);
    values_.erase(node);
  }
}

void Session::verify_borrowed() const {
  if (!options_.check) return;
  for (const auto& [name, own] : borrowed_)
    if (checksum(own.view) != own.checksum) fail(Fault::borrowed_changed, std::string_view(name));
}

std::vector<std::string> Session::names() const {
  std::vector<std::string> out;
  for (const auto& [name, named] : names_) out.push_back(name);
  return out;
}

NodeId Session::node(std::string_view name) const {
  const auto at = names_.find(name);
  if (at != names_.end()) return at->second.node;
  const Names known(*this);
  const dsl::Str near = dsl::near_name(name, known.names());
  if (near.empty()) fail(Fault::unknown_name, name);
  fail(Fault::unknown_name_near, name, near.view());
}

std::unordered_map<std::uint32_t, std::string> Session::node_names() const {
  std::unordered_map<std::uint32_t, std::string> out;
  for (const auto& [name, own] : names_) out.emplace(own.node.at, name);
  return out;
}

bool Session::evaluated(std::string_view name) const { return values_.contains(node(name).at); }

/// `origin`: the statement that defines it; none for values from outside.
void Session::define(std::string_view name, NodeId node, bool weak, const Origin* origin) {
  forget_value_of(name);
  names_.insert_or_assign(std::string(name), Named{node, weak});
  ++times_defined_[std::string(name)];
  if (origin != nullptr) {
    origin_.insert_or_assign(node.at, *origin);
    if (const auto own = borrowed_.find(name); own != borrowed_.end() && own->second.node != node)
      borrowed_.erase(own);  // the name now stands for something else; what was made of the memory stays valid
  }
  take_notes();
}

/// Computes what has become a long chain of definitions, so that no plan is ever long, and lets the chain go: memory
/// and plans stay bounded under x = x + 1 without end. What depends on borrowed memory keeps its definition, for it may
/// have to be computed again. What cannot be computed says so when it is asked for, as always.
void Session::cut_if_deep(std::string_view name) {
  const Named own = names_.find(name)->second;
  const std::uint32_t deepest = times_defined_.find(name)->second > 1 ? deepest_loop : deepest_chain;
  if (notes_[own.node.at].depth < deepest || values_.contains(own.node.at)) return;
  try {
    Value value = evaluate({own.node}, {})[0];
    notes_[own.node.at].depth = 0;
    if (notes_[own.node.at].borrowed) return;
    names_.find(name)->second.node = add_input(name, std::move(value));
    take_notes();
  } catch (const error& cause) {
    if (cause.diagnostic().fault == Fault::interrupted || cause.diagnostic().fault == Fault::time_limit) throw;
    notes_[own.node.at].depth = 0;
  }
}

/// How many definitions stand below each node made since the last call, and whether it depends on borrowed memory.
void Session::take_notes() {
  const std::size_t known = notes_.size();
  notes_.resize(graph_.size());
  for (std::size_t at = known; at < notes_.size(); ++at) {
    const NodeId node{static_cast<std::uint32_t>(at)};
    for (NodeId operand : graph_.operands(node)) {
      const Note& below = notes_[operand.at];
      notes_[at].borrowed = notes_[at].borrowed || below.borrowed;
      if (values_.contains(operand.at)) continue;
      notes_[at].depth = std::max(notes_[at].depth, below.depth);
    }
    const Op op = graph_.op(node);
    notes_[at].depth += dsl::is_tensor(op) && op != Op::input ? 1 : 0;
  }
}

std::vector<Notice> Session::take_notices() { return std::exchange(notices_, {}); }
std::vector<Timing> Session::take_timings() { return std::exchange(timings_, {}); }
std::vector<StepTiming> Session::take_step_timings() { return std::exchange(step_timings_, {}); }
void Session::measure(bool statements, bool steps) {
  measure_statements_ = statements;
  measure_steps_ = steps;
}

}  // namespace ricci::runtime
