#include "runtime/session/prepared.hpp"

#include <algorithm>
#include <set>

#include "dsl/graph/print.hpp"
#include "dsl/infer/sums.hpp"
#include "dsl/text/parser.hpp"
#include "runtime/session/resized.hpp"
#include "runtime/session/verify.hpp"

namespace ricci::runtime {
namespace {

using dsl::Op;

/// Plans kept for one expression; beyond that the one that was used longest ago makes room.
constexpr std::size_t most_plans = 64;

/// What a plan depends on: name, type, extents. What elaboration reads of contents is compared beside.
std::string signature_of(const std::vector<NamedValue>& arguments) {
  std::string out;
  for (const auto& [name, value] : arguments) {
    out += name;
    if (const auto* dense = std::get_if<Tensor>(&value)) {
      (out += ':') += dsl::name_of(dense->dtype);
      for (std::int64_t extent : dense->shape) (out += ',') += std::to_string(extent);
    } else {
      const Csr& sparse = *std::get<std::shared_ptr<const Csr>>(value);
      (out += ":sparse ") += dsl::name_of(sparse.values.dtype);
      (((out += ',') += std::to_string(sparse.rows)) += ',') += std::to_string(sparse.cols);
    }
    out += ';';
  }
  return out;
}

/// The same without extents.
std::string types_of(const std::vector<NamedValue>& arguments) {
  std::string out;
  for (const auto& [name, value] : arguments) {
    const auto* dense = std::get_if<Tensor>(&value);
    if (dense == nullptr) return {};
    (out += name) += ':';
    out += static_cast<char>('a' + static_cast<int>(dense->dtype));
    (out += std::to_string(dense->shape.size())) += ';';
  }
  return out;
}

/// By name, each once.
void order(std::vector<NamedValue>& arguments) {
  const auto before = [](const NamedValue& a, const NamedValue& b) { return a.first < b.first; };
  std::sort(arguments.begin(), arguments.end(), before);
  for (std::size_t at = 1; at < arguments.size(); ++at)
    if (arguments[at - 1].first == arguments[at].first) fail(dsl::Fault::argument_twice, arguments[at].first);
}

Value copied(const Value& value) {
  const auto* dense = std::get_if<Tensor>(&value);
  return dense != nullptr ? Value(copy(*dense)) : value;
}

bool same_contents(const Value& a, const Value& b) {
  const auto* left = std::get_if<Tensor>(&a);
  const auto* right = std::get_if<Tensor>(&b);
  if (left != nullptr && right != nullptr) return same_bits(*left, *right);
  return left == nullptr && right == nullptr &&
         std::get<std::shared_ptr<const Csr>>(a) == std::get<std::shared_ptr<const Csr>>(b);
}

/// By node: whether it depends on bound inputs alone, and on no draw, for a call may bring another seed.
std::vector<char> constant_nodes(const Graph& graph, NodeId root, const std::set<std::uint32_t>& bound) {
  const NodeId roots[] = {root};
  std::vector<char> out(graph.size(), 0);
  for (NodeId node : dsl::reachable(graph, roots)) {
    const Op op = graph.op(node);
    bool constant = op == Op::input ? bound.contains(node.at) : op != Op::random && op != Op::random_sparse;
    for (NodeId operand : graph.operands(node)) constant = constant && out[operand.at] != 0;
    out[node.at] = constant ? 1 : 0;
  }
  return out;
}

/// A tensor node with a value of its own, which is worth computing ahead.
bool computed_ahead(const Graph& graph, NodeId node) {
  const Op op = graph.op(node);
  const bool whole = op != Op::lu && op != Op::qr && op != Op::svd && op != Op::eigh;
  return dsl::is_tensor(op) && op != Op::input && whole;
}

}  // namespace

/// What a node computes, whatever graph it stands in.
std::string key_of(const Graph& graph, NodeId node) {
  const NodeId roots[] = {node};
  return std::string(dsl::print(graph, roots).view());
}

/// A plan for one signature. What changes after it is made is the factorisations: the first run, alone, makes those of
/// constant matrices that no other signature's has made; all later runs share them as they are.
struct Prepared::Planned {
  Plan plan;
  std::vector<std::uint32_t> inputs;                       // of the arguments, in their order
  std::vector<std::pair<std::size_t, Value>> looked_into;  // arguments whose contents decided about extents
  Values constants;                                        // bound arguments, and what depends on them alone
  std::vector<char> constant;                              // by node of the graph that was planned
  std::map<std::uint32_t, std::string> matrices;           // constant ones of solves, with their keys
  FactorStore factors;
  std::atomic<bool> factored{true};
  NodeId root;
  Graph asked;      // the graph that was planned, for --check alone
  AxesAlike alike;  // where it serves for other extents
  std::uint64_t used = 0;
};

Prepared::Prepared(std::string_view text, Options options) : options_(options) {
  dsl::Vec<dsl::Diagnostic> faults;
  program_ = dsl::parse(text, faults);
  dsl::Program written = program_;
  for (std::size_t at = 0; at < program_.statements.size() && faults.empty(); ++at)
    dsl::write_out_sums(written, dsl::Statement(program_.statements[at]), faults);
  if (!faults.empty()) Session::raise(faults[0], text);
}

std::shared_ptr<Prepared> Prepared::bind(std::vector<NamedValue> arguments) const {
  order(arguments);
  auto out = std::make_shared<Prepared>(program_.source.view(), options_);
  for (NamedValue& own : arguments) out->bound_.emplace_back(own.first, copied(own.second));
  for (const NamedValue& known : bound_)
    if (std::none_of(arguments.begin(), arguments.end(), [&](const auto& own) { return own.first == known.first; }))
      out->bound_.push_back(known);
  return out;
}

std::shared_ptr<Prepared::Planned> Prepared::planned_for(const std::vector<NamedValue>& arguments) const {
  const std::string signature = signature_of(arguments);
  const std::lock_guard lock(mutex_);
  const auto [first, last] = plans_.equal_range(signature);
  for (auto at = first; at != last; ++at) {
    const auto same = [&](const auto& seen) { return same_contents(seen.second, arguments[seen.first].second); };
    const auto& looked_into = at->second->looked_into;
    if (!std::all_of(looked_into.begin(), looked_into.end(), same)) continue;
    at->second->used = ++uses_;
    return at->second;
  }
  std::shared_ptr<Planned> made = made_alike(arguments);
  if (made == nullptr) made = make(arguments);
  made->used = ++uses_;
  if (plans_.size() >= most_plans) forget_one();
  plans_.emplace(signature, made);
  return made;
}

void Prepared::forget_one() const {
  const auto before = [](const auto& a, const auto& b) { return a.second->used < b.second->used; };
  plans_.erase(std::min_element(plans_.begin(), plans_.end(), before));
}

/// From the plan of other extents, where the passes would not decide otherwise; null where they have to be asked.
std::shared_ptr<Prepared::Planned> Prepared::made_alike(const std::vector<NamedValue>& arguments) const {
  const auto at = models_.find(types_of(arguments));
  if (at == models_.end()) return nullptr;
  const Planned& model = *at->second;
  std::optional<Plan> plan = resized(model.plan, model.alike, arguments, options_);
  if (!plan) return nullptr;
  auto out = std::make_shared<Planned>();
  out->plan = std::move(*plan);
  out->inputs = model.inputs;
  out->constant = model.constant;
  out->root = model.root;
  return out;
}

/// Elaborates in a session of its own and takes the last statement's node out of it.
std::shared_ptr<Prepared::Planned> Prepared::make(const std::vector<NamedValue>& arguments) const {
  ++times_planned_;
  Session session(options_);
  auto out = std::make_shared<Planned>();
  std::set<std::uint32_t> bound;
  for (const NamedValue& own : bound_) {
    if (std::any_of(arguments.begin(), arguments.end(), [&](const auto& call) { return call.first == own.first; }))
      continue;
    session.set(own.first, own.second);
    const std::uint32_t node = session.node(own.first).at;
    bound.insert(node);
    out->constants.emplace(node, own.second);
  }
  for (const NamedValue& own : arguments) session.set(own.first, own.second);
  for (const NamedValue& own : arguments) out->inputs.push_back(session.node(own.first).at);
  const NodeId root = session.elaborate_last(program_);
  for (std::size_t at = 0; at < arguments.size(); ++at)
    if (session.inputs_read().contains(out->inputs[at]))
      out->looked_into.emplace_back(at, copied(arguments[at].second));
  out->constant = constant_nodes(session.graph(), root, bound);
  if (!bound.empty()) keep_constants(*out, session, root, out->constant);
  out->plan = make_plan(session.graph(), {root}, out->constants, options_);
  out->root = root;
  if (options_.check) out->asked = session.graph();
  if (!bound_.empty() || options_.check || !out->looked_into.empty()) return out;
  out->alike = axes_alike(program_, arguments, out->plan);
  if (out->alike.known && models_.size() < most_plans) models_.emplace(types_of(arguments), out);
  return out;
}

/// Computes now what depends on bound arguments alone and is read by something that does not, or is the result.
void Prepared::keep_constants(Planned& planned, Session& session, NodeId root,
                              const std::vector<char>& constant) const {
  const Graph& graph = session.graph();
  std::set<std::uint32_t> found;
  const NodeId roots[] = {root};
  for (NodeId node : dsl::reachable(graph, roots)) {
    if (constant[node.at] != 0) {
      if (node == root && computed_ahead(graph, node)) found.insert(node.at);
      continue;
    }
    const bool solves = graph.op(node) == Op::solve || graph.op(node) == Op::lstsq;
    for (NodeId operand : graph.operands(node)) {
      if (constant[operand.at] == 0) continue;
      if (computed_ahead(graph, operand)) found.insert(operand.at);
      if (!solves || operand != graph.operand(node, 0)) continue;
      planned.matrices.emplace(operand.at, key_of(graph, operand));
      planned.factors.at(operand.at).asked = 1;  // it will be asked for at each call: worth keeping from the first
      planned.factored = false;
    }
  }
  std::vector<NodeId> nodes;
  for (std::uint32_t node : found)
    if (const auto known = computed_.find(key_of(graph, NodeId{node})); known != computed_.end())
      planned.constants.insert_or_assign(node, known->second);
    else
      nodes.push_back(NodeId{node});
  if (nodes.empty()) return;
  const Plan once = make_plan(graph, nodes, planned.constants, options_);
  const Outcome outcome = run_plan(once, planned.constants, planned.factors);
  for (std::size_t at = 0; at < nodes.size(); ++at) {
    planned.constants.insert_or_assign(nodes[at].at, outcome.roots[at]);
    computed_.insert_or_assign(key_of(graph, nodes[at]), outcome.roots[at]);
  }
}

/// Under --check every value that the run makes is kept, and held to the reference.
Outcome Prepared::run_checked(const Planned& planned, const Values& values, FactorStore& factors,
                              std::optional<std::uint64_t> seed) const {
  if (!options_.check) return run_plan(planned.plan, values, factors, {.seed = seed});
  const std::function<bool(std::uint32_t)> every = [](std::uint32_t) { return true; };
  Outcome outcome = run_plan(planned.plan, values, factors, {.seed = seed, .keep = &every});
  std::vector<std::uint32_t> failed;
  verify_results(planned.asked, {planned.root}, values, seed, outcome, failed);
  return outcome;
}

/// The first run of a plan, one at a time: takes the factorisations that other plans have made, leaves those it makes.
Outcome Prepared::run_first(Planned& planned, const Values& values, std::optional<std::uint64_t> seed) const {
  const std::lock_guard lock(factoring_);
  FactorStore own = planned.factors;
  if (planned.factored) return run_checked(planned, values, own, seed);
  for (const auto& [node, key] : planned.matrices)
    if (const auto known = factored_.find(key); known != factored_.end()) own.at(node) = known->second;
  Outcome outcome = run_checked(planned, values, own, seed);
  own.renumber([&](std::uint32_t node) -> std::optional<std::uint32_t> {
    if (node >= planned.constant.size() || planned.constant[node] == 0) return std::nullopt;
    return node;
  });
  for (const auto& [node, key] : planned.matrices) factored_.insert_or_assign(key, own.at(node));
  planned.factors = std::move(own);
  planned.factored = true;
  return outcome;
}

Outcome Prepared::run(Planned& planned, const Values& values, std::optional<std::uint64_t> seed) const {
  if (!planned.factored) return run_first(planned, values, seed);
  FactorStore own = planned.factors;  // shares the factorisations; those of this call's matrices go with the call
  return run_checked(planned, values, own, seed);
}

Value Prepared::call(std::vector<NamedValue> arguments, std::optional<std::uint64_t> seed,
                     std::vector<Notice>* notices) const {
  order(arguments);
  const std::shared_ptr<Planned> planned = planned_for(arguments);
  Values values = planned->constants;
  for (std::size_t at = 0; at < arguments.size(); ++at)
    values.insert_or_assign(planned->inputs[at], arguments[at].second);
  try {
    Outcome outcome = run(*planned, values, seed);
    if (notices != nullptr) *notices = std::move(outcome.notices);
    const Value& result = outcome.roots[0];
    const auto* dense = std::get_if<Tensor>(&result);
    return dense != nullptr && dense->data.use_count() == 0 ? Value(copy(*dense)) : result;
  } catch (const error& cause) {
    const dsl::Vec<dsl::Statement>& statements = program_.statements;
    Session::raise_in(cause, program_.source.view(), statements[statements.size() - 1].span);
  }
}

}  // namespace ricci::runtime
