#include "runtime/session/session.hpp"

#include <algorithm>
#include <chrono>
#include <set>

#include "dsl/diagnostic/render.hpp"
#include "dsl/graph/copy.hpp"
#include "dsl/infer/sums.hpp"
#include "dsl/text/parser.hpp"
#include "dsl/text/unparse.hpp"
#include "runtime/io/io.hpp"
#include "runtime/session/names.hpp"
#include "runtime/tensor/memory.hpp"

namespace ricci::runtime {
namespace {

using dsl::Fault;
using dsl::Op;

using Moment = std::chrono::steady_clock::time_point;
Moment now() { return std::chrono::steady_clock::now(); }
double milliseconds(Moment from, Moment to) { return std::chrono::duration<double, std::milli>(to - from).count(); }

/// Definitions nested deeper than this are computed at once and cut loose from what they were made of.
constexpr std::uint32_t deepest_chain = 200;

std::int64_t bytes_of(const Value& value) {
  if (const auto* dense = std::get_if<Tensor>(&value)) return dense->bytes();
  const Csr& sparse = *std::get<std::shared_ptr<const Csr>>(value);
  return sparse.values.bytes() + sparse.columns.bytes() + sparse.row_starts.bytes();
}

}  // namespace

Session::Session(Options options) : options_(options) {}

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
  define(name, add_input(name, std::move(value)), weak, {});
  borrowed_.erase(std::string(name));
}

void Session::borrow(std::string_view name, Tensor view) {
  const NodeId node = add_input(name, view);
  define(name, node, false, {});
  const std::uint64_t sum = options_.check ? checksum(view) : 0;
  borrowed_.insert_or_assign(std::string(name), Borrowed{std::move(view), node, sum});
}

void Session::changed(std::string_view name) {
  const auto at = borrowed_.find(name);
  if (at == borrowed_.end()) fail(Fault::not_borrowed, name);
  at->second.checksum = options_.check ? checksum(at->second.view) : 0;
  std::vector<char> stale(graph_.size(), 0);
  stale[at->second.node.at] = 1;
  for (std::uint32_t node = 0; node < graph_.size(); ++node) {  // operands come before users
    for (NodeId operand : graph_.operands(NodeId{node}))
      stale[node] = static_cast<char>(stale[node] | stale[operand.at]);
    if (stale[node] == 0) continue;
    factors_.drop(node);
    if (node != at->second.node.at) values_.erase(node);
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

bool Session::evaluated(std::string_view name) const { return values_.contains(node(name).at); }

void Session::define(std::string_view name, NodeId node, bool weak, const std::string& text) {
  names_.insert_or_assign(std::string(name), Named{node, weak});
  ++times_defined_[std::string(name)];
  if (!text.empty()) origin_.insert_or_assign(node.at, text);
  note_depth(node);
  if (depth_[node.at] > deepest_chain && !values_.contains(node.at)) {
    Value value = evaluate({node}, text)[0];
    names_[std::string(name)].node = add_input(name, std::move(value));
  }
  compact_if_due();
}

/// How many definitions stand below each node, for the nodes made since the last call.
void Session::note_depth(NodeId) {
  const std::size_t known = depth_.size();
  depth_.resize(graph_.size(), 0);
  for (std::size_t at = known; at < depth_.size(); ++at) {
    const NodeId node{static_cast<std::uint32_t>(at)};
    for (NodeId operand : graph_.operands(node)) depth_[at] = std::max(depth_[at], depth_[operand.at]);
    depth_[at] += graph_.op(node) == Op::tensor ? 1 : 0;
  }
}

void Session::raise(const dsl::Diagnostic& diagnostic, std::string_view source) {
  const dsl::Location at = dsl::locate(diagnostic, source);
  throw error(diagnostic, std::string(dsl::render(diagnostic, source).view()), {at.line, at.column, at.length});
}

/// A fault that came up while running: it gets the place of the statement that asked.
void Session::raise_in(const error& cause, std::string_view source, dsl::Span statement) {
  if (cause.where().line != 0 || source.empty()) throw cause;
  dsl::Diagnostic placed = cause.diagnostic();
  placed.places = {statement};
  raise(placed, source);
}

void Session::run(std::string_view text, const std::function<void(const Shown&)>& handle) {
  const Moment start = now();
  dsl::Vec<dsl::Diagnostic> faults;
  dsl::Program program = dsl::parse(text, faults);
  const std::size_t count = program.statements.size();
  parse_ms_ = milliseconds(start, now()) / static_cast<double>(std::max<std::size_t>(count, 1));
  for (std::size_t at = 0; at < count; ++at) {
    const dsl::Statement statement = program.statements[at];
    try {
      run_statement(program, statement, handle);
    } catch (const error& cause) {
      raise_in(cause, program.source.view(), statement.span);
    }
  }
  if (!faults.empty()) raise(faults[0], program.source.view());
}

/// Sums are written out in `statement`; faults are thrown with their place.
dsl::Elaborated Session::elaborate(dsl::Program& program, dsl::Statement& statement) {
  dsl::Vec<dsl::Diagnostic> faults;
  statement = dsl::write_out_sums(program, dsl::Statement(statement), faults);
  if (!faults.empty()) raise(faults[0], program.source.view());
  const Names environment(*this);
  dsl::Elaborated made = dsl::elaborate(program, statement, graph_, environment, faults);
  if (!faults.empty()) raise(faults[0], program.source.view());
  return made;
}

Session::Asked Session::elaborate_all(std::string_view text) {
  dsl::Vec<dsl::Diagnostic> faults;
  dsl::Program program = dsl::parse(text, faults);
  if (!faults.empty()) raise(faults[0], program.source.view());
  Asked out;
  for (std::size_t at = 0; at < program.statements.size(); ++at) {
    dsl::Statement statement = program.statements[at];
    const dsl::Elaborated made = elaborate(program, statement);
    if (made.effect == dsl::Elaborated::Effect::seed) options_.seed = made.seed;
    for (std::size_t target = 0; target < statement.targets.size(); ++target)
      define(program.text(statement.targets[target]), made.nodes[target], made.weak[target], {});
    if (!made.rebound.empty()) define(made.rebound.view(), made.nodes[0], false, {});
    if (!made.nodes.empty()) out.last = made.nodes.back();
    if (statement.targets.empty() && made.rebound.empty() && !made.nodes.empty()) out.shown.push_back(made.nodes[0]);
  }
  return out;
}

NodeId Session::elaborate_last(std::string_view text) {
  const Asked asked = elaborate_all(text);
  if (!asked.last.valid()) fail(Fault::nothing_to_compute);
  return asked.last;
}

void Session::run_statement(dsl::Program& program, const dsl::Statement& written,
                            const std::function<void(const Shown&)>& handle) {
  dsl::Statement statement = written;
  const dsl::Elaborated made = elaborate(program, statement);
  const std::string text(program.text(statement.span));
  if (made.effect == dsl::Elaborated::Effect::seed) {
    options_.seed = made.seed;
  } else if (made.effect == dsl::Elaborated::Effect::save) {
    io::save(std::string(made.path.view()), evaluate({made.nodes[0]}, text)[0]);
  } else if (!made.rebound.empty()) {
    define(made.rebound.view(), made.nodes[0], false, text);
  } else if (!statement.targets.empty()) {
    for (std::size_t at = 0; at < statement.targets.size(); ++at)
      define(program.text(statement.targets[at]), made.nodes[at], made.weak[at], text);
    for (dsl::Span target : statement.targets)
      if (handle) handle({std::string(program.text(target)), statement.quiet, true, {}});
  } else {
    Value value = evaluate({made.nodes[0]}, text)[0];
    if (handle) handle({text, statement.quiet, false, std::move(value)});
  }
  note_depth({});
  compact_if_due();
}

Value Session::get(std::string_view name) { return get(std::vector<std::string>{std::string(name)})[0]; }

std::vector<Value> Session::get(const std::vector<std::string>& names) {
  std::vector<NodeId> nodes;
  for (const std::string& name : names) nodes.push_back(node(name));
  const auto origin = names.empty() ? origin_.end() : origin_.find(nodes[0].at);
  const std::string text = origin == origin_.end() ? std::string() : origin->second;
  try {
    return evaluate(nodes, text);
  } catch (const error& cause) {
    raise_in(cause, text, {0, static_cast<std::uint32_t>(text.size())});
  }
}

std::vector<Value> Session::evaluate(const std::vector<NodeId>& nodes, const std::string& text) {
  verify_borrowed();
  Timing timing{.statement = text, .parse_ms = parse_ms_, .execute_ms = {}};
  const bool known = std::all_of(nodes.begin(), nodes.end(), [&](NodeId node) { return values_.contains(node.at); });
  std::vector<Value> out;
  if (known) {
    for (NodeId node : nodes) out.push_back(values_.at(node.at));
    timing.execute_ms.push_back(0);
  } else {
    out = run_once(nodes, timing);
  }
  timings_.push_back(std::move(timing));
  return out;
}

std::vector<Value> Session::run_once(const std::vector<NodeId>& nodes, Timing& timing) {
  const Moment start = now();
  const Plan plan = make_plan(graph_, nodes, values_, options_);
  timing.optimize_ms = milliseconds(start, now());
  std::set<std::uint32_t> named;
  for (const auto& [name, own] : names_) named.insert(own.node.at);
  for (NodeId node : nodes) named.insert(node.at);
  const std::function<bool(std::uint32_t)> keep = [&](std::uint32_t node) { return named.contains(node); };
  Memory::reset_peak();
  Outcome outcome;
  for (int run = 0; run < std::max(1, repeat_); ++run) {
    FactorStore fresh;  // each repeated run computes everything again
    const bool last = run + 1 == std::max(1, repeat_);
    outcome = {};
    const Moment begin = now();
    outcome = run_plan(plan, values_, last ? factors_ : fresh, {{}, last ? &keep : nullptr, last});
    timing.execute_ms.push_back(milliseconds(begin, now()));
  }
  timing.peak_bytes = Memory::peak();
  for (auto& [node, value] : outcome.kept) values_.insert_or_assign(node, value);
  for (std::size_t at = 0; at < nodes.size(); ++at) values_.insert_or_assign(nodes[at].at, outcome.roots[at]);
  for (const auto& [name, own] : names_)  // the other results of a decomposition that ran
    if (graph_.op(own.node) == Op::part)
      if (const auto parts = outcome.decompositions.find(graph_.operand(own.node, 0).at);
          parts != outcome.decompositions.end())
        values_.try_emplace(own.node.at, parts->second[static_cast<std::size_t>(graph_.attribute(own.node, 0))]);
  notices_.insert(notices_.end(), outcome.notices.begin(), outcome.notices.end());
  step_timings_.insert(step_timings_.end(), outcome.timings.begin(), outcome.timings.end());
  return outcome.roots;
}

std::string Session::explain(std::string_view text, const std::vector<std::string>& names) {
  const Asked asked = elaborate_all(text);
  std::vector<NodeId> nodes = asked.shown;
  for (const std::string& name : names) nodes.push_back(node(name));
  if (nodes.empty() && asked.last.valid()) nodes.push_back(asked.last);
  if (nodes.empty()) fail(Fault::nothing_to_compute);
  return written_out(text) + "\n" + explain_text(make_plan(graph_, nodes, values_, options_));
}

std::string Session::written_out(std::string_view text) {
  dsl::Vec<dsl::Diagnostic> faults;
  dsl::Program program = dsl::parse(text, faults);
  std::string out;
  for (std::size_t at = 0; at < program.statements.size() && faults.empty(); ++at) {
    const dsl::Statement written = program.statements[at];
    const dsl::Statement statement = dsl::write_out_sums(program, written, faults);
    if (faults.empty()) (out += dsl::unparse(program, statement).view()) += "\n";
  }
  if (!faults.empty()) raise(faults[0], program.source.view());
  return out;
}

std::vector<Notice> Session::take_notices() { return std::exchange(notices_, {}); }
std::vector<Timing> Session::take_timings() { return std::exchange(timings_, {}); }
std::vector<StepTiming> Session::take_step_timings() { return std::exchange(step_timings_, {}); }

std::int64_t Session::kept_bytes() const {
  std::int64_t total = factors_.bytes();
  for (const auto& [node, value] : values_) total += bytes_of(value);
  return total;
}

void Session::compact_if_due() {
  if (graph_.size() < compact_at_nodes_ && kept_bytes() < compact_at_bytes_) return;
  compact();
  compact_at_nodes_ = 2 * graph_.size() + 20'000;
  compact_at_bytes_ = 2 * kept_bytes() + (std::int64_t{64} << 20);
}

/// Drops every definition and value that no name reaches any more.
void Session::compact() {
  std::vector<NodeId> roots;
  for (const auto& [name, own] : names_) roots.push_back(own.node);
  for (const auto& [name, own] : borrowed_) roots.push_back(own.node);
  dsl::Rebuilt rebuilt = dsl::copy_reachable(graph_, std::span<const NodeId>(roots.data(), roots.size()));
  const auto renumber = [&](std::uint32_t node) -> std::optional<std::uint32_t> {
    if (node >= rebuilt.nodes.size() || !rebuilt.nodes[node].valid()) return std::nullopt;
    return rebuilt.nodes[node].at;
  };
  Values values;
  for (auto& [node, value] : values_)
    if (const auto at = renumber(node)) values.emplace(*at, std::move(value));
  std::unordered_map<std::uint32_t, std::string> origin;
  for (auto& [node, text] : origin_)
    if (const auto at = renumber(node)) origin.emplace(*at, std::move(text));
  for (auto& [name, own] : names_) own.node = rebuilt.nodes[own.node.at];
  for (auto& [name, own] : borrowed_) own.node = rebuilt.nodes[own.node.at];
  factors_.renumber(renumber);
  values_ = std::move(values);
  origin_ = std::move(origin);
  graph_ = std::move(rebuilt.graph);
  depth_.clear();
  note_depth({});
}

}  // namespace ricci::runtime
