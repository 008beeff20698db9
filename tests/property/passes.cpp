// Every pass leaves every value as it was: random graphs and programs, before and after each pass alone and all of them
// together, both computed by the reference. Integers and truths agree to the bit, and so does all else where a pass
// does not reorder sums. Passes that choose by cost do here whatever is right, since random programs are small.
#include <catch2/catch.hpp>
#include <cmath>
#include <complex>
#include <random>

#include "dsl/graph/print.hpp"
#include "dsl/graph/verify.hpp"
#include "passes/extract_contractions.hpp"
#include "passes/fold.hpp"
#include "passes/hoist_invariants.hpp"
#include "passes/inline_definitions.hpp"
#include "passes/pipeline.hpp"
#include "passes/quadratic_form.hpp"
#include "passes/separate_brackets.hpp"
#include "passes/separate_sums.hpp"
#include "passes/solve_brackets.hpp"
#include "runtime/error.hpp"
#include "runtime/kernels/reference/reference.hpp"
#include "tests/dsl/graph/sample.hpp"
#include "tests/passes/statements.hpp"

namespace {
using namespace ricci::passes;
using ricci::dsl::Str;
using ricci::runtime::Csr;
using ricci::runtime::Evaluation;
using ricci::runtime::Tensor;
using ricci::runtime::Value;

struct Way {
  const char* name;
  bool exact;
  bool settles;  // doing it twice is doing it once
  Rebuilt (*run)(const Graph& graph, const Vec<NodeId>& roots, Notes& notes);
};

Rebuilt all_in_order(const Graph& graph, const Vec<NodeId>& roots, Notes& notes) {
  Work work{graph, roots, {}, {}};
  for (std::uint32_t at = 0; at < graph.size(); ++at) work.nodes.push_back(NodeId{at});
  optimize(work, {});
  for (const PassReport& report : work.reports) notes.fired += report.fired;
  Rebuilt out;
  out.graph = std::move(work.graph);
  out.roots = work.roots;
  out.nodes = work.nodes;
  return out;
}
template <auto pass>
Rebuilt freely(const Graph& graph, const Vec<NodeId>& roots, Notes& notes) {
  return pass(Choice::whatever_is_right, graph, roots, notes);
}
/// Each pass doing all it can, one after the other, twice.
Rebuilt all_freely(const Graph& graph, const Vec<NodeId>& roots, Notes& notes) {
  Rebuilt out = fold(graph, roots, notes);
  Vec<NodeId> nodes = out.nodes;
  constexpr decltype(&fold) steps[] = {
      freely<inline_by>, fold, freely<quadratic_by>, freely<extract_by>, separate_sums, freely<hoist_by>,
      freely<inline_by>, fold, separate_sums,        freely<extract_by>};
  for (const auto step : steps) {
    Rebuilt next = step(out.graph, out.roots, notes);
    for (NodeId& node : nodes)
      if (node.valid()) node = next.nodes[node.at];
    out = std::move(next);
  }
  out.nodes = nodes;
  return out;
}

constexpr Way ways[] = {
    {"inline_definitions", true, true, inline_definitions},
    {"inline all", true, false, freely<inline_by>},
    {"fold", true, true, fold},
    {"extract_contractions", false, true, extract_contractions},
    {"extract all", false, false, freely<extract_by>},
    {"separate_sums", false, true, separate_sums},
    {"quadratic all", false, true, freely<quadratic_by>},
    {"hoist_invariants", true, true, hoist_invariants},
    {"hoist all", true, false, freely<hoist_by>},
    {"separate_brackets", false, true, separate_brackets},
    {"solve_brackets", false, true, solve_brackets},
    {"all", false, true, all_in_order},
    {"all, freely", false, false, all_freely},
};

/// Small halves, so that most sums and products are exact in every order.
Tensor filled(ricci::dsl::DType type, std::span<const std::int64_t> shape, std::mt19937& random) {
  Tensor out = Tensor::empty(type, {shape.begin(), shape.end()});
  ricci::runtime::with_type(type, [&](auto zero) {
    using T = decltype(zero);
    for (std::int64_t at = 0; at < out.count(); ++at) {
      const int number = static_cast<int>(random() % 9) - 4;
      if constexpr (std::is_same_v<T, bool>)
        out.as<T>()[at] = number > 0;
      else if constexpr (std::is_integral_v<T>)
        out.as<T>()[at] = static_cast<T>(number);
      else if constexpr (std::is_floating_point_v<T>)
        out.as<T>()[at] = static_cast<T>(number) / 2;
      else
        out.as<T>()[at] =
            T(static_cast<typename T::value_type>(number) / 2, static_cast<typename T::value_type>(random() % 3));
    }
  });
  return out;
}
Value value_of(const ricci::dsl::Input& input, std::mt19937& random) {
  const Tensor dense = filled(input.dtype, {input.shape.data(), input.shape.size()}, random);
  if (!input.sparse || input.shape.size() != 2) return dense;
  return std::make_shared<const Csr>(ricci::runtime::csr_from_dense(dense));
}

/// What a graph's roots are, or the fault that computing them raises.
struct Outcome {
  std::vector<Value> values;
  std::string fault;
};
/// `slots`: where each input of `values` stands in the graph.
Outcome computed(const Graph& graph, const Vec<NodeId>& roots, const std::vector<Value>& values,
                 const Vec<std::uint32_t>& slots) {
  Evaluation evaluation(graph);
  for (NodeId id : ricci::dsl::reachable(graph, span_of(roots)))
    if (graph.op(id) == Op::input)
      evaluation.values.emplace(id.at, values[slots[static_cast<std::size_t>(graph.attribute(id, 0))]]);
  Outcome out;
  try {
    for (NodeId root : roots) out.values.push_back(ricci::runtime::reference::evaluate(evaluation, root));
  } catch (const ricci::error& raised) {
    out.fault = raised.code() + ": " + raised.message();
  }
  return out;
}

Tensor dense(const Value& value) {
  if (const auto* tensor = std::get_if<Tensor>(&value)) return *tensor;
  return ricci::runtime::dense_from_csr(*std::get<std::shared_ptr<const Csr>>(value));
}
template <class T>
bool agrees(T a, T b, bool exact) {
  if constexpr (std::is_integral_v<T>) {
    return a == b;
  } else if constexpr (std::is_floating_point_v<T>) {
    if (exact) return (std::isnan(a) && std::isnan(b)) || a == b;
    if (!std::isfinite(a)) return true;  // reordered sums may meet infinities in another order
    return std::abs(a - b) <= 1e4 * std::numeric_limits<T>::epsilon() * (std::abs(a) + 1);
  } else {
    if (!exact && !(std::isfinite(a.real()) && std::isfinite(a.imag()))) return true;
    const auto size = std::abs(a) + 1;
    return agrees(a.real() / size, b.real() / size, exact) && agrees(a.imag() / size, b.imag() / size, exact);
  }
}
bool same(const Value& a, const Value& b, bool exact) {
  const Tensor x = dense(a), y = dense(b);
  if (x.dtype != y.dtype || x.shape != y.shape || a.index() != b.index()) return false;
  if (const auto* sparse = std::get_if<std::shared_ptr<const Csr>>(&a))
    if (!same_bits((*sparse)->columns, std::get<std::shared_ptr<const Csr>>(b)->columns)) return false;
  return ricci::runtime::with_type(x.dtype, [&](auto zero) {
    using T = decltype(zero);
    for (std::int64_t at = 0; at < x.count(); ++at)
      if (!agrees(x.as<T>()[at], y.as<T>()[at], exact)) return false;
    return true;
  });
}

std::string shown(const Value& value) {
  const Tensor tensor = ricci::runtime::cast(dense(value), ricci::dsl::DType::f64);
  std::string out;
  for (std::int64_t at = 0; at < std::min<std::int64_t>(tensor.count(), 12); ++at)
    out += std::to_string(tensor.as<double>()[at]) + " ";
  return out;
}

std::string text(const Graph& graph, const Vec<NodeId>& roots) {
  std::string out;
  for (NodeId root : roots) out += std::string(ricci::dsl::print_expression(graph, root, 3000).view()) + "\n";
  return out;
}

/// What the checks have seen, so that a test can tell that it tested something.
struct Seen {
  int computed = 0;                 // programs that raise no error
  int fired[std::size(ways)] = {};  // by way: such programs that it changed

  int fired_by(std::string_view name) const {
    for (const Way& way : ways)
      if (way.name == name) return fired[&way - ways];
    FAIL("there is no way " << name);
    return 0;
  }
};

void check_all(const Graph& graph, const Vec<NodeId>& roots, std::mt19937& random, Seen& seen) {
  REQUIRE(!ricci::dsl::verify(graph, span_of(roots)));
  std::vector<Value> values;
  Vec<std::uint32_t> slots;
  for (const ricci::dsl::Input& input : graph.inputs()) {
    slots.push_back(static_cast<std::uint32_t>(values.size()));
    values.push_back(value_of(input, random));
  }
  const Outcome before = computed(graph, roots, values, slots);
  seen.computed += before.fault.empty() ? 1 : 0;
  for (const Way& way : ways) {
    INFO(way.name << "\nbefore: " << text(graph, roots));
    Notes notes;
    const Rebuilt out = way.run(graph, roots, notes);
    INFO("after: " << text(out.graph, out.roots));
    const auto fault = ricci::dsl::verify(out.graph, span_of(out.roots));
    INFO((fault ? std::string(fault->message.view()) : ""));
    REQUIRE(!fault);
    if (way.settles) {
      Notes again;
      const Rebuilt twice = way.run(out.graph, out.roots, again);
      REQUIRE(text(twice.graph, twice.roots) == text(out.graph, out.roots));
    }
    Vec<std::uint32_t> from(out.graph.inputs().size(), 0U);
    for (std::uint32_t slot = 0; slot < graph.inputs().size(); ++slot)
      for (NodeId id : ricci::dsl::reachable(graph, span_of(roots)))
        if (graph.op(id) == Op::input && graph.attribute(id, 0) == slot && out.nodes[id.at].valid() &&
            out.graph.op(out.nodes[id.at]) == Op::input)
          from[static_cast<std::size_t>(out.graph.attribute(out.nodes[id.at], 0))] = slot;
    const Outcome after = computed(out.graph, out.roots, values, from);
    seen.fired[&way - ways] += notes.fired > 0 && before.fault.empty() ? 1 : 0;
    if (!before.fault.empty()) continue;  // an element that nobody reads may have raised it
    INFO("fault: " << after.fault);
    REQUIRE(after.fault.empty());
    for (std::size_t at = 0; at < roots.size(); ++at) {
      INFO("was " << shown(before.values[at]) << "\nis  " << shown(after.values[at]));
      REQUIRE(same(before.values[at], after.values[at], way.exact));
    }
  }
}

/// Programs in the language that are made of products under sums, definitions read at odd places, guards and sparse
/// matrices: what the passes look for.
class Writer {
 public:
  explicit Writer(unsigned seed) : random_(seed), brackets_(seed) {}

  /// Several definitions; the last reads the others.
  std::string program(std::string& sizes) {
    static constexpr const char* types[] = {"f64", "f32", "i64", "c128", "i32", "f64", "f64"};
    const std::string type = types[below(7)];
    sizes = "i=3 j=4 k=3 l=2 m=3";
    for (const char* name : {"A", "B", "C", "x", "y", "z"})
      sizes += " " + std::string(name) + ":" + (below(6) == 0 ? types[below(7)] : type);
    sizes += below(2) == 0 ? " S:sparse" : "";
    sizes += " p:i64";
    // Gives every input its extents.
    std::string out =
        "shapes[i,j,k,l,m] = A[i,k] + B[j,k] + C[k,l] + S[k,m] + x[i] + y[j] + z[k] + w[l] + v[m] + p[k]\n";
    const int definitions = below(4);
    for (int at = 0; at < definitions; ++at) {
      const std::string name = "T" + std::to_string(at);
      const std::string axes = below(3) == 0 ? "i" : below(2) == 0 ? "i,k" : "j,k";
      scope_ = axes;
      bound_.clear();
      out += name + "[" + axes + "] = " + repeated(sum(1)) + "\n";
      defined_.push_back({name, axes});
    }
    scope_ = below(3) == 0 ? "i" : "i,j";
    bound_.clear();
    return out + "R[" + scope_ + "] = " + repeated(sum(2)) + "\n";
  }

  /// (x - y)' W (x - y) in some spelling; now and then one that is none.
  std::string quadratic(std::string& sizes) {
    sizes = below(3) == 0 ? "i=3 j=4 k=3 l=3 A:f32 B:f32 x:f32 y:f32 z:f32" : "i=3 j=4 k=3 l=3";
    const bool named = below(2) == 0, matrix = below(2) == 0, apart = below(6) == 0;
    const auto difference = [&](const std::string& k, const std::string& shift) {
      std::string out = named ? "D[i,j," + k + "]" : "(A[i," + k + "] - B[j," + k + "]" + shift + ")";
      return below(4) == 0 && !named
                 ? "(B[j," + k + "] - A[i," + k + "]" + (shift.empty() ? "" : " + z[" + k + "]") + ")"
                 : out;
    };
    std::string out = named ? "D[i,j,k] = " + std::string(below(2) == 0 ? "-" : "") + "B[j,k] + A[i,k]\n" : "";
    const std::string shift = !named && below(4) == 0 ? " - z[k]" : "";
    std::string body;
    if (matrix) {
      const std::string weights[] = {"A[k,l]", "(z[k]*x[l] + (k == l)*z[k]^2)", "(k == l)*z[k]", "z[k]*A[l,k]*x[l]"};
      const std::string second = shift.empty() ? "" : " - z[l]";
      std::string factors[] = {difference("k", shift), "(" + weights[below(4)] + ")", difference("l", second)};
      if (apart) factors[2] = "(A[i,l] - 2*B[j,l])";
      std::shuffle(std::begin(factors), std::end(factors), random_);
      body = "sum[k,l] " + factors[0] + " * " + factors[1] + " * " + factors[2];
    } else {
      const std::string scaled = "(" + difference("k", shift) + (below(2) == 0 ? "*z[k])" : ")");
      body = "sum[k] " + scaled + "^2" + (below(3) == 0 ? " * x[k]" : "");
      if (below(3) == 0) body = below(2) == 0 ? "norm[k] " + scaled : "(norm[k] " + scaled + ")^2";
      if (below(4) == 0)
        body = "(sum[k] A[i,k]^2) - 2*(sum[k] A[i,k]*B[j,k]) + (sum[l] B[j,l]*B[j,l])" +
               std::string(below(3) == 0 ? " - x[i]" : "");
    }
    return out + "R[i,j] = x[i] + y[j] + 2 * (" + body + ")\n";
  }

 private:
  struct Defined {
    std::string name, axes;
  };
  int below(int bound) { return static_cast<int>(random_() % static_cast<unsigned>(bound)); }
  bool open(char letter) const { return (scope_ + bound_).find(letter) != std::string::npos; }
  /// A form in which every free index occurs plainly, so that its range is known.
  std::string repeated(const std::string& body) {
    std::string out = body;
    for (char letter : scope_)
      if (letter != ',') out += std::string(" + ") + vector(letter) + "[" + letter + "]";
    return out;
  }
  static std::string vector(char letter) {
    return letter == 'i' ? "x" : letter == 'j' ? "y" : letter == 'k' ? "z" : "w";
  }

  std::string sum(int depth) {
    std::string out = product(depth);
    for (int more = below(2); more > 0; --more) out += (below(3) == 0 ? " - " : " + ") + product(depth);
    return out;
  }
  std::string product(int depth) {
    std::string out = factor(depth);
    for (int more = below(3); more > 0; --more) out += " * " + factor(depth);
    if (below(8) == 0) out = "-" + out;
    if (below(8) == 0) out = "(" + std::string(1, any_open()) + " < 2) * " + out;
    return out;
  }
  char any_open() {
    const std::string all = scope_ + bound_;
    char letter = ',';
    while (letter == ',') letter = all[static_cast<std::size_t>(below(static_cast<int>(all.size())))];
    return letter;
  }
  std::string factor(int depth) {
    if (depth > 0 && below(3) == 0) return reduction(depth);
    if (depth > 0 && below(5) == 0) return "(" + sum(depth - 1) + ")";
    if (depth > 0 && below(8) == 0) return "(" + sum(depth - 1) + ")^2";
    if (depth > 0 && below(8) == 0) return "abs(" + sum(depth - 1) + ")";
    if (below(8) == 0) return std::to_string(below(5) - 2 < 0 ? 3 : below(5));
    return access();
  }
  std::string reduction(int depth) {
    std::string fresh;
    for (char letter : {'k', 'l', 'm'})
      if (!open(letter) && (fresh.empty() || below(3) == 0))
        fresh += fresh.empty() ? std::string(1, letter) : std::string(",") + letter;
    if (fresh.empty()) return access();
    const std::string before = bound_;
    bound_ += "," + fresh;
    std::string body = product(depth - 1);
    for (char letter : fresh)
      if (letter != ',') body += " * " + ranged(letter);
    if (brackets_() % 8 == 0) body = "(" + fresh.substr(0, 1) + " < 2) * z[" + scope_.substr(0, 1) + " % 3] * " + body;
    bound_ = before;
    const char* names[] = {"sum", "sum", "sum", "sum", "prod"};
    return "(" + std::string(names[below(5)]) + "[" + fresh + "] " + body + ")";
  }
  /// A plain use of an index, for its range: l = 2, m = 3.
  std::string ranged(char letter) {
    if (letter == 'k') return below(2) == 0 ? "z[k]" : open('i') ? "A[i,k]" : "z[k]";
    if (letter == 'l') return open('k') && below(2) == 0 ? "C[k,l]" : "w[l]";
    return open('k') && below(2) == 0 ? "S[k,m]" : "v[m]";
  }
  std::string access() {
    if (!defined_.empty() && below(2) == 0) {
      const Defined& from = defined_[static_cast<std::size_t>(below(static_cast<int>(defined_.size())))];
      std::string entries;
      for (char axis : from.axes) entries += axis == ',' ? std::string(",") : entry(axis);
      return from.name + "[" + entries + "]";
    }
    switch (below(5)) {
      case 0: return "A[" + entry('i') + "," + entry('k') + "]";
      case 1: return "B[" + entry('j') + "," + entry('k') + "]";
      case 2: return "S[" + entry('k') + "," + entry('m') + "]";
      case 3: return "p[" + entry('k') + "]";
      default: return "z[" + entry('k') + "]";
    }
  }
  /// An entry of an axis whose letter is `axis`, over what is open.
  std::string entry(char axis) {
    const std::string n = axis == 'j' ? "4" : axis == 'l' ? "2" : "3";
    const std::string letter(1, any_open());
    switch (below(open(axis) ? 9 : 5)) {
      case 0: return "(" + letter + "+" + std::to_string(below(4)) + ") % " + n;
      case 1: return "clamp(" + letter + "-" + std::to_string(below(3)) + ")";
      case 2: return "pad(" + letter + "-" + std::to_string(below(3)) + ")";
      case 3:
        if (open('k')) return "abs(p[k]) % " + n;
        [[fallthrough]];
      case 4: return std::to_string(below(2));
      default: return std::string(1, axis);
    }
  }

  std::mt19937 random_, brackets_;
  std::string scope_, bound_;
  std::vector<Defined> defined_;
};

}  // namespace

TEST_CASE("property: passes leave the values of random graphs as they are") {
  Seen seen;
  for (unsigned seed = 0; seed < 1500; ++seed) {
    INFO("seed " << seed);
    sample::Generator generator(seed);
    const Vec<NodeId> made = generator.roots(8);
    Vec<NodeId> roots{made[7]};
    if (seed % 3 == 0) roots.push_back(made[6]);
    std::mt19937 random(seed);
    check_all(generator.graph, roots, random, seen);
  }
  CHECK(seen.computed > 500);
  for (const char* way : {"inline all", "fold", "hoist all", "all, freely"}) {
    INFO(way);
    CHECK(seen.fired_by(way) > 100);
  }
}

TEST_CASE("property: passes leave the values of random programs as they are") {
  Seen seen;
  int refused = 0;
  for (unsigned seed = 0; seed < 2000; ++seed) {
    std::string sizes;
    const std::string program = Writer(seed).program(sizes);
    const statements::Sheet sheet(program, sizes);
    INFO("seed " << seed << ", sizes " << sizes << "\n" << program);
    if (!sheet.faults.empty()) {
      ++refused;
      continue;
    }
    std::mt19937 random(seed);
    check_all(sheet.graph, {sheet.last()}, random, seen);
  }
  CHECK(refused == 0);
  CHECK(seen.computed == 2000);
  CHECK(seen.fired_by("separate_brackets") > 20);
  for (const char* way : {"inline_definitions", "inline all", "fold", "extract all", "separate_sums", "hoist all",
                          "all", "all, freely"}) {
    INFO(way);
    CHECK(seen.fired_by(way) > 200);
  }
}

TEST_CASE("property: passes leave the values of quadratic forms as they are, however spelled") {
  Seen seen;
  for (unsigned seed = 0; seed < 600; ++seed) {
    std::string sizes;
    const std::string program = Writer(seed).quadratic(sizes);
    const statements::Sheet sheet(program, sizes);
    INFO("seed " << seed << ", sizes " << sizes << "\n" << program);
    REQUIRE(sheet.faults.empty());
    std::mt19937 random(seed);
    check_all(sheet.graph, {sheet.last()}, random, seen);
  }
  CHECK(seen.computed == 600);
  CHECK(seen.fired_by("quadratic all") > 200);  // definitions have not met yet
  CHECK(seen.fired_by("all, freely") > 400);
}
