#include "runtime/execute/plan_file.hpp"

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "dsl/graph/print.hpp"
#include "dsl/graph/read.hpp"
#include "dsl/graph/verify.hpp"
#include "runtime/error.hpp"
#include "runtime/io/atomic_file.hpp"
#include "runtime/io/bytes.hpp"

namespace ricci::runtime {
namespace {

constexpr std::string_view heading = "ricci plans 1\n";

/// FNV-1a: against damage, not against malice.
std::uint64_t hash_of(std::string_view bytes, std::uint64_t hash = 0xcbf29ce484222325U) {
  for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3U;
  return hash;
}

/// What a file must agree on with who reads it: every operation, type, pass and kernel by its place. Another version of
/// ricci would read other things into the same numbers, or make other plans of the same keys.
std::uint64_t fingerprint() {
  static const std::uint64_t known = [] {
    std::uint64_t hash = hash_of(RICCI_VERSION);
    for (const dsl::OpRow& row : dsl::op_rows) hash = hash_of(row.spelling, hash) * 31;
    for (const passes::Pass& pass : passes::passes()) hash = hash_of(pass.name, hash) * 31;
    for (const Kernel& kernel : kernel_table()) hash = hash_of(kernel.name, hash) * 31;
    return hash;
  }();
  return known;
}

class Writer {
 public:
  template <typename T>
  void number(T number) {
    static_assert(std::is_integral_v<T>);
    bytes_.append(reinterpret_cast<const char*>(&number), sizeof number);
  }
  void text(std::string_view text) {
    number(static_cast<std::uint64_t>(text.size()));
    bytes_ += text;
  }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class Reading {
 public:
  Reading(std::string_view bytes, const std::string& file) : bytes_(bytes), file_(file) {}

  [[noreturn]] void refuse(const char* why) const { fail(dsl::Fault::file_contents, file_.c_str(), "plan", why); }
  template <typename T>
  T number() {
    T out{};
    std::memcpy(&out, part(sizeof out).data(), sizeof out);
    return out;
  }
  std::string_view text() { return part(number<std::uint64_t>()); }
  std::string_view part(std::uint64_t count) {
    if (count > bytes_.size()) refuse("it ends too early");
    const std::string_view out = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return out;
  }
  /// A count of things that take at least `least` bytes each.
  std::uint64_t count(std::uint64_t least) {
    const auto out = number<std::uint64_t>();
    if (out > bytes_.size() / least) refuse("it ends too early");
    return out;
  }
  bool at_end() const { return bytes_.empty(); }

 private:
  std::string_view bytes_;
  const std::string& file_;
};

std::span<const NodeId> span_of(const std::vector<NodeId>& nodes) { return {nodes.data(), nodes.size()}; }

template <typename Pairs>
void write_pairs(Writer& out, const Pairs& pairs) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> sorted(pairs.begin(), pairs.end());
  std::ranges::sort(sorted);  // the same plan, the same bytes
  out.number(static_cast<std::uint64_t>(sorted.size()));
  for (const auto& [own, asked] : sorted) out.number(own), out.number(asked);
}

template <typename Pairs>
void read_pairs(Reading& in, std::size_t nodes, Pairs& pairs) {
  for (std::uint64_t left = in.count(8); left > 0; --left) {
    const auto own = in.number<std::uint32_t>(), asked = in.number<std::uint32_t>();
    if (own >= nodes) in.refuse("it speaks of a step that it does not have");
    pairs.emplace(own, asked);
  }
}

void write_plan(Writer& out, const KeptPlan& kept) {
  const Plan& plan = *kept.plan;
  out.text(kept.key);
  out.text(kept.purpose);
  out.number(static_cast<std::int32_t>(kept.level));
  out.text(dsl::print(plan.graph, span_of(plan.roots)).view());
  write_pairs(out, plan.origin);
  write_pairs(out, plan.aliases);
  // Slices are derived again; the kernels of what they are made of are chosen by what is in the graph.
  std::vector<const Kernel*> kernels(plan.graph.size(), nullptr);
  for (const Step& step : plan.steps)
    if (!step.slices) kernels[step.node.at] = step.kernel;
  out.number(static_cast<std::uint64_t>(kernels.size()));
  for (const Kernel* kernel : kernels)
    out.number(static_cast<std::int8_t>(kernel == nullptr ? -1 : kernel - kernel_table().data()));
}

/// Each step's kernel, in the order of place_steps; those of a slice come out of the graph again.
std::vector<const Kernel*> read_kernels(Reading& in, const Plan& plan, int level) {
  std::vector<const Kernel*> out;
  if (in.count(1) != plan.graph.size()) in.refuse("it has a kernel too many or too few");
  for (std::uint32_t at = 0; at < plan.graph.size(); ++at) {
    const auto which = in.number<std::int8_t>();
    const NodeId node{at};
    if (!dsl::is_tensor(plan.graph.op(node)) || plan.graph.op(node) == dsl::Op::input) continue;
    if (which >= static_cast<std::int64_t>(kernel_table().size())) in.refuse("it names a kernel that there is not");
    const Kernel* kernel = which < 0 ? (level == 0 ? &reference_kernel() : &kernel_for(plan.graph, node))
                                     : &kernel_table()[static_cast<std::size_t>(which)];
    if (!kernel->accepts(plan.graph, node)) in.refuse("it names a kernel that cannot compute its step");
    out.push_back(kernel);
  }
  return out;
}

KeptPlan read_plan(Reading& in) {
  KeptPlan out;
  out.key = in.text();
  out.purpose = in.text();
  out.level = in.number<std::int32_t>();
  dsl::ReadGraph graph = dsl::read(in.text());
  if (graph.fault || dsl::verify(graph.graph, {graph.roots.data(), graph.roots.size()}))
    in.refuse("its graph is damaged");
  Plan plan;
  plan.graph = std::move(graph.graph);
  plan.roots.assign(graph.roots.begin(), graph.roots.end());
  read_pairs(in, plan.graph.size(), plan.origin);
  read_pairs(in, plan.graph.size(), plan.aliases);
  place_steps(plan, out.level, read_kernels(in, plan, out.level));
  out.plan = std::make_shared<const Plan>(std::move(plan));
  return out;
}

}  // namespace

std::string plan_bytes(const std::vector<KeptPlan>& plans) {
  Writer body;
  body.number(static_cast<std::uint64_t>(plans.size()));
  for (const KeptPlan& own : plans) write_plan(body, own);
  const std::string bytes = body.take();
  Writer out;
  out.number(fingerprint());
  out.number(hash_of(bytes));
  return std::string(heading) + out.take() + bytes;
}

std::vector<KeptPlan> plans_from(std::string_view bytes, const std::string& file) {
  Reading in(bytes, file);
  const std::string_view known = heading.substr(0, heading.size() - 2);
  if (bytes.substr(0, known.size()) != known) in.refuse("it does not begin as one");
  if (in.part(heading.size()) != heading) in.refuse("it is of another version of the format");
  if (in.number<std::uint64_t>() != fingerprint()) in.refuse("it is of another version of ricci");
  const auto checksum = in.number<std::uint64_t>();
  if (hash_of(bytes.substr(heading.size() + 16)) != checksum)
    in.refuse("it is damaged: its checksum is not what it says");
  std::vector<KeptPlan> out;
  for (std::uint64_t left = in.count(1); left > 0; --left) out.push_back(read_plan(in));
  if (!in.at_end()) in.refuse("something follows its end");
  return out;
}

void write_plan_file(const std::string& path, std::string_view bytes) {
  io::AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

std::string read_plan_file(const std::string& path) { return std::string(io::read_text(path).view); }

}  // namespace ricci::runtime
