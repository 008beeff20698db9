#include "runtime/display/changes.hpp"

#include <algorithm>

#include "dsl/graph/expression.hpp"
#include "dsl/graph/print.hpp"

namespace ricci::runtime {
namespace {

using dsl::Graph;
using dsl::NodeId;
using dsl::Op;
using dsl::Str;
using dsl::Vec;
using passes::Stage;

/// A page is for reading: beyond this many lines a side is cut.
constexpr std::size_t most_lines = 1000;

/// A stage with what its lines need: the nodes in order, what tensors are called, and a mark for each node.
struct View {
  const Stage* stage = nullptr;
  Vec<NodeId> nodes;
  Vec<Str> names;           // by id; empty: it has none
  std::vector<Mark> marks;  // by id
  const Graph& graph() const { return stage->graph; }
};

View view_of(const Stage& stage) {
  View out{&stage, {}, {}, {}};
  out.nodes = dsl::reachable(stage.graph, std::span<const NodeId>(stage.roots.data(), stage.roots.size()));
  out.names = Vec<Str>(stage.graph.size());
  out.marks.assign(stage.graph.size(), Mark::kept);
  return out;
}

bool named(const Graph& graph, NodeId node) { return dsl::is_tensor(graph.op(node)) && graph.op(node) != Op::input; }

/// Tensors keep the name of what they stand for; the others are numbered as they come up.
class Naming {
 public:
  void first(View& view, const NodeNames& given) {
    const Vec<NodeId>& from = view.stage->from;
    for (std::uint32_t asked = 0; asked < from.size(); ++asked)
      if (const auto name = given.find(asked); name != given.end() && from[asked].valid())
        view.names[from[asked].at] = Str(name->second);
    number(view);
  }
  void next(const View& before, View& after) {
    const Vec<NodeId>& from = after.stage->from;
    for (NodeId old : before.nodes)
      if (old.at < from.size() && from[old.at].valid() && after.names[from[old.at].at].empty())
        after.names[from[old.at].at] = before.names[old.at];
    number(after);
  }

 private:
  void number(View& view) {
    for (NodeId node : view.nodes) {
      if (!named(view.graph(), node))
        view.names[node.at] = Str();
      else if (view.names[node.at].empty())
        view.names[node.at] = Str("T") + dsl::to_text(static_cast<std::int64_t>(++count_)).view();
    }
  }
  int count_ = 0;
};

/// Both stand for the same operation; whether over the same operands is for the maps to say.
bool alike(const Graph& before, NodeId old, const Graph& after, NodeId now) {
  if (before.op(old) != after.op(now) || before.dtype(old) != after.dtype(now)) return false;
  if (before.operands(old).size() != after.operands(now).size()) return false;
  const auto a = before.ints(old), b = after.ints(now);
  return before.op(old) != Op::constant || std::equal(a.begin(), a.end(), b.begin(), b.end());
}

Mark mark_of(const View& before, NodeId old, const View& after) {
  const Vec<NodeId>& from = after.stage->from;
  const NodeId now = old.at < from.size() ? from[old.at] : NodeId{};
  if (!now.valid() || !alike(before.graph(), old, after.graph(), now)) return Mark::gone;
  for (std::size_t at = 0; at < before.graph().operands(old).size(); ++at)
    if (from[before.graph().operand(old, at).at] != after.graph().operand(now, at)) return Mark::changed;
  return Mark::kept;
}

void mark(View& before, View& after) {
  std::fill(after.marks.begin(), after.marks.end(), Mark::fresh);
  for (NodeId old : before.nodes) {
    const Mark own = before.marks[old.at] = mark_of(before, old, after);
    if (own == Mark::gone) continue;
    Mark& now = after.marks[after.stage->from[old.at].at];
    if (now != Mark::kept) now = own;
  }
}

/// `[i,j] body` under a name: `K[i,j] = body`.
std::string definition_text(const View& view, NodeId tensor) {
  const std::string name(view.names[tensor.at].view());
  std::string text(
      dsl::print_expression(view.graph(), tensor, 2000, std::span<const Str>(view.names.data(), view.names.size()))
          .view());
  if (view.graph().op(tensor) != Op::tensor) return name + " = " + text;
  const std::size_t end = std::min(text.find(']') + 1, text.size());
  return name + text.substr(0, end) + " =" + text.substr(end);
}

void cut(std::vector<MarkedLine>& lines, std::size_t count) {
  if (count > lines.size()) lines.push_back({"and " + std::to_string(count - lines.size()) + " more", Mark::kept});
}

Side side_of(const View& view) {
  Side out;
  std::size_t tensors = 0;
  for (NodeId node : view.nodes) {
    if (!named(view.graph(), node)) continue;
    if (++tensors <= most_lines) out.definitions.push_back({definition_text(view, node), Mark::kept});
  }
  cut(out.definitions, tensors);
  const Vec<NodeId>& roots = view.stage->roots;
  const Str text = dsl::print(view.graph(), std::span<const NodeId>(roots.data(), roots.size()));
  std::string_view rest = text.view();
  for (std::size_t at = 0; at < view.nodes.size() && at < most_lines; ++at) {
    const std::size_t end = rest.find('\n');
    out.nodes.push_back({std::string(rest.substr(0, end)), view.marks[view.nodes[at].at]});
    rest.remove_prefix(end + 1);
  }
  cut(out.nodes, view.nodes.size());
  return out;
}

std::string_view name_of(const MarkedLine& line) {
  return std::string_view(line.text).substr(0, line.text.find_first_of("[ "));
}

/// A definition is changed where another stands under the same name on the other side; `alone`: where none does.
void mark_definitions(std::vector<MarkedLine>& lines, const std::vector<MarkedLine>& others, Mark alone) {
  std::unordered_map<std::string_view, const MarkedLine*> named;
  for (const MarkedLine& other : others) named.emplace(name_of(other), &other);
  for (MarkedLine& line : lines) {
    const auto at = named.find(name_of(line));
    if (at == named.end())
      line.mark = alone;
    else if (at->second->text != line.text)
      line.mark = Mark::changed;
  }
}

}  // namespace

Changes changes_of(std::span<const passes::Stage> stages, const NodeNames& names) {
  Changes out;
  Naming naming;
  View before;
  for (const Stage& stage : stages) {
    View after = view_of(stage);
    Change change{stage.name, stage.fired, stage.why, false, {}, {}};
    if (out.list.empty()) {
      naming.first(after, names);
    } else {
      naming.next(before, after);
      mark(before, after);
      const auto unlike = [](const View& view) {
        return std::any_of(view.nodes.begin(), view.nodes.end(),
                           [&](NodeId node) { return view.marks[node.at] != Mark::kept; });
      };
      change.differs = unlike(before) || unlike(after);
      if (change.differs) change.before = side_of(before);
    }
    change.after = side_of(after);
    if (change.differs) {
      mark_definitions(change.before.definitions, change.after.definitions, Mark::gone);
      mark_definitions(change.after.definitions, change.before.definitions, Mark::fresh);
    }
    std::fill(after.marks.begin(), after.marks.end(), Mark::kept);
    before = std::move(after);
    out.list.push_back(std::move(change));
  }
  if (stages.empty()) return out;
  out.definitions.resize(before.graph().size());
  for (NodeId node : before.nodes)
    if (named(before.graph(), node)) out.definitions[node.at] = definition_text(before, node);
  return out;
}

}  // namespace ricci::runtime
