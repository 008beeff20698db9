/// The public face (include/ricci/ricci.hpp) over the runtime.
#include <algorithm>
#include <chrono>
#include <exception>

#include <ricci/ricci.hpp>

#include "dsl/graph/expression.hpp"
#include "runtime/display/dot.hpp"
#include "runtime/display/page.hpp"
#include "runtime/display/show.hpp"
#include "runtime/execute/expected.hpp"
#include "runtime/execute/plan_file.hpp"
#include "runtime/grant.hpp"
#include "runtime/io/atomic_file.hpp"
#include "runtime/io/bytes.hpp"
#include "runtime/io/csv.hpp"
#include "runtime/io/io.hpp"
#include "runtime/kernels/rates.hpp"
#include "runtime/linalg/abandon.hpp"
#include "runtime/pool.hpp"
#include "runtime/progress.hpp"
#include "runtime/session/guarded.hpp"
#include "runtime/session/prepared.hpp"
#include "runtime/session/session.hpp"
#include "runtime/tensor/memory.hpp"

namespace ricci {
namespace {

runtime::Options translated(const options& how) { return {how.level, how.strict, how.check, how.seed, how.passes_off}; }

variable translated(runtime::Known known) {
  return {std::move(known.name),
          known.type,
          std::move(known.shape),
          known.sparse,
          known.evaluated,
          known.borrowed,
          known.bytes,
          std::move(known.structure),
          std::move(known.definition)};
}

notice translated(const runtime::Notice& own) {
  return {own.method, own.rank, own.rcond, own.entry, own.warning, own.text};
}

/// Whether there is anything to see to.
bool limits(const host& of) {
  return of.threads > 0 || of.seconds > 0 || of.memory > 0 || of.cancel || of.source.take != nullptr;
}

std::shared_ptr<runtime::GrantedMemory> granted_memory(const host& of) {
  if (of.memory <= 0 && of.source.take == nullptr) return nullptr;
  auto out = std::make_shared<runtime::GrantedMemory>();
  out->limit = of.memory;
  out->source = {of.source.take, of.source.give, of.source.own};
  return out;
}

/// From now on.
runtime::Grant granted(const host& of, std::shared_ptr<runtime::GrantedMemory> memory) {
  runtime::Grant out;
  out.threads = of.threads;
  if (of.seconds > 0 && of.seconds < 1e9)
    out.deadline = runtime::Clock::now() +
                   std::chrono::duration_cast<runtime::Clock::duration>(std::chrono::duration<double>(of.seconds));
  if (of.cancel) out.cancelled = of.cancel->flag();
  out.memory = std::move(memory);
  return out;
}

pass_note translated(const passes::PassReport& report) {
  std::string why;
  for (const std::string& one : report.why) (why += why.empty() ? "" : "; ") += one;
  return {report.name, report.fired, why};
}

std::vector<runtime::NamedValue> named(arguments with) {
  std::vector<runtime::NamedValue> out;
  for (const named_argument& own : with) out.emplace_back(std::string(own.name), own.of.get());
  return out;
}

explanation explained(const runtime::Plan& plan) {
  explanation out;
  out.flops = plan.flops;
  out.bytes = plan.bytes;
  out.peak_bytes = plan.peak_bytes;
  for (const passes::PassReport& report : plan.reports) out.passes.push_back(translated(report));
  for (const runtime::Step& step : plan.steps)
    out.steps.push_back({step.kernel->name, std::string(dsl::print_expression(plan.graph, step.node).view()),
                         step.flops, step.bytes, step.least_ms,
                         nanoseconds_of(runtime::expected_cost(plan, step), runtime::rates()) / 1e6, step.live_bytes,
                         std::nullopt});
  out.dot = runtime::dot_text(plan);
  return out;
}

}  // namespace

// -- sessions

struct session::state {
  explicit state(const options& how) : host(how.host), memory(granted_memory(how.host)), of(translated(how)) {}

  /// Runs f under the session's host, and tells the host of warnings.
  template <typename F>
  decltype(auto) run(F&& f) {
    const runtime::Grant grant = granted(host, memory);
    const runtime::GrantScope scope(limits(host) ? &grant : runtime::current_grant());
    const Told told{*this};
    return guarded(f);
  }

  ricci::host host;
  std::shared_ptr<runtime::GrantedMemory> memory;
  runtime::Session of;

 private:
  struct Told {  // also of what a failed statement said before it failed
    state& own;
    ~Told() {
      if (own.host.log) own.tell();
    }
  };
  void tell() noexcept {
    try {
      for (const runtime::Notice& one : of.take_notices()) host.log(translated(one));
    } catch (...) {  // the host's own function failed: nothing of the library's
    }
  }
};

session::session(const options& how) : state_(new state(how)) {}
session::~session() = default;
session::session(session&&) noexcept = default;
session& session::operator=(session&&) noexcept = default;

runtime::Value session::copied(const runtime::Value& of) {
  return guarded([&]() -> runtime::Value {
    if (const auto* dense = std::get_if<runtime::Tensor>(&of)) return runtime::copy(*dense);
    return of;
  });
}
void session::set_value(std::string_view name, runtime::Value of) {
  state_->run([&] { state_->of.set(name, std::move(of)); });
}
void session::set_weak(std::string_view name, double x) {
  state_->run([&] { state_->of.set(name, runtime::Tensor::scalar(x), true); });
}
void session::set_weak(std::string_view name, std::int64_t x) {
  state_->run([&] { state_->of.set(name, runtime::Tensor::scalar(x), true); });
}
void session::borrow_value(std::string_view name, runtime::Value of) {
  state_->run([&] { state_->of.borrow(name, std::get<runtime::Tensor>(std::move(of))); });
}
void session::changed(std::string_view name) {
  state_->run([&] { state_->of.changed(name); });
}

void session::run(std::string_view text, shown_to handle, const std::string& file) {
  std::exception_ptr thrown;  // by the handler: not the library's to translate
  const auto pass_on = [&](const runtime::Shown& one) {
    if (!handle) return;
    try {
      handle({one.label, one.quiet, one.defined, value(one.value), picture(one.picture)});
    } catch (...) {
      thrown = std::current_exception();
      throw;
    }
  };
  try {
    state_->run([&] { state_->of.run(text, pass_on, file); });
  } catch (...) {
    if (thrown) std::rethrow_exception(thrown);
    throw;
  }
}

value session::get(std::string_view name) {
  return state_->run([&] { return value(state_->of.get(name)); });
}
std::vector<value> session::get_all(const std::vector<std::string>& names) {
  return state_->run([&] {
    std::vector<value> out;
    for (runtime::Value& own : state_->of.get(names)) out.emplace_back(std::move(own));
    return out;
  });
}
bool session::has(std::string_view name) const { return state_->of.has(name); }
std::vector<std::string> session::names() const { return state_->of.names(); }

explanation session::explain(const std::vector<std::string>& programs, const std::vector<std::string>& names,
                             const std::string& file, const explain_options& how) {
  return state_->run([&] {
    const runtime::Plan plan = state_->of.plan(programs, names, file, how.page);
    explanation out = explained(plan);
    for (const std::string& program : programs) out.statements += runtime::Session::written_out(program);
    std::vector<runtime::StepTiming> measured;
    if (how.measure) measured = state_->of.run_planned(plan).timings;
    for (const runtime::StepTiming& own : measured) out.steps[own.step].ms = own.ms;
    if (how.page)
      out.page = runtime::page_text({plan, file.empty() ? "a program" : file, out.statements, state_->of.node_names(),
                                     how.measure ? &measured : nullptr});
    return out;
  });
}
explanation session::preview(std::string_view program) {
  return state_->run([&] {
    explanation out = explained(state_->of.preview(std::string(program)));
    out.statements = runtime::Session::written_out(program);
    return out;
  });
}

std::vector<variable> session::variables() const {
  std::vector<variable> out;
  for (runtime::Known& known : state_->of.describe_all()) out.push_back(translated(std::move(known)));
  return out;
}
variable session::describe(std::string_view program) {
  return state_->run([&] { return translated(state_->of.describe_text(std::string(program))); });
}
void session::save_plans(const std::string& path) const {
  guarded([&] { runtime::write_plan_file(path, state_->of.plans().written()); });
}
void session::load_plans(const std::string& path) {
  guarded([&] { state_->of.plans().take(runtime::read_plan_file(path), path); });
}

options session::how() const {
  const runtime::Options& own = state_->of.options();
  return {own.level, own.strict, own.check, own.seed, own.passes_off, state_->host};
}
void session::configure(const options& how) {
  state_->of.options() = translated(how);
  state_->host = how.host;
  if (how.host.memory != 0 || how.host.source.take != nullptr) state_->memory = granted_memory(how.host);
}

void session::watch(bool watched) { state_->of.watch(watched); }
void session::measure(bool statements, bool steps) { state_->of.measure(statements, steps); }
void session::set_repeat(int runs) { state_->of.set_repeat(std::max(1, runs)); }

std::vector<notice> session::take_notices() {
  std::vector<notice> out;
  for (runtime::Notice& own : state_->of.take_notices()) out.push_back(translated(own));
  return out;
}
std::vector<timing> session::take_timings() {
  std::vector<timing> out;
  for (runtime::Timing& own : state_->of.take_timings()) {
    out.push_back({own.statement,
                   own.parse_ms,
                   own.optimize_ms,
                   own.execute_ms,
                   own.peak_bytes,
                   own.flops,
                   {},
                   own.kernels,
                   own.methods});
    for (const passes::PassReport& report : own.passes) out.back().passes.push_back(translated(report));
  }
  return out;
}
std::vector<step_timing> session::take_step_timings() {
  std::vector<step_timing> out;
  for (runtime::StepTiming& own : state_->of.take_step_timings())
    out.push_back({own.kernel, own.what, own.ms, own.flops, own.bytes});
  return out;
}

// -- prepared expressions

struct prepared::state {
  std::shared_ptr<runtime::Prepared> of;
};

prepared compile(std::string_view text, const options& how) {
  return guarded([&] {
    auto made = std::make_shared<runtime::Prepared>(text, translated(how));
    return prepared(std::make_shared<prepared::state>(prepared::state{std::move(made)}));
  });
}
value prepared::operator()(arguments with, const call_options& how) const { return call(named(with), how); }
value prepared::call(std::vector<std::pair<std::string, runtime::Value>> with, const call_options& how) const {
  return guarded([&] {
    std::optional<runtime::Grant> grant;
    if (limits(how.host)) grant = granted(how.host, granted_memory(how.host));
    const runtime::GrantScope scope(grant ? &*grant : runtime::current_grant());
    std::vector<runtime::Notice> notices;
    value out(state_->of->call(std::move(with), how.seed, how.host.log ? &notices : nullptr));
    for (const runtime::Notice& one : notices)
      if (one.warning) how.host.log(translated(one));
    return out;
  });
}
prepared prepared::bind(arguments with) const {
  return guarded([&] { return prepared(std::make_shared<state>(state{state_->of->bind(named(with))})); });
}
std::size_t prepared::times_planned() const { return state_->of->times_planned(); }

std::string use_rates(const std::string& path) {
  try {
    std::string fault;
    if (const auto rates = runtime::rates_from(runtime::io::read_text(path).view, fault)) runtime::set_rates(*rates);
    return fault;
  } catch (const error& cause) {
    return cause.message();
  }
}

std::string to_text(const explanation& of) {
  std::string out = of.statements + "\npasses:\n";
  for (const pass_note& pass : of.passes) {
    out += "  " + pass.name + (pass.fired > 0 ? " (" + std::to_string(pass.fired) + ")" : std::string());
    out += pass.why.empty() ? "\n" : ": " + pass.why + "\n";
  }
  if (of.passes.empty()) out += "  none\n";
  out += "plan:\n";
  char line[200];
  for (std::size_t at = 0; at < of.steps.size(); ++at) {
    const planned_step& step = of.steps[at];
    std::snprintf(line, sizeof line,
                  "  %2zu  %-16s %9.3g flops  %10s  at least %8.3g ms  expected %8.3g ms  held %10s  ", at + 1,
                  step.kernel.c_str(), step.flops, runtime::bytes_text(step.bytes).c_str(), step.least_ms,
                  step.expected_ms, runtime::bytes_text(static_cast<double>(step.peak_bytes)).c_str());
    out += line;
    if (step.ms) {
      std::snprintf(line, sizeof line, "took %8.3g ms  ", *step.ms);
      out += line;
    }
    out += step.what + "\n";
  }
  std::snprintf(line, sizeof line, "  total %.3g flops, %s moved, peak %s\n", of.flops,
                runtime::bytes_text(of.bytes).c_str(), runtime::bytes_text(static_cast<double>(of.peak_bytes)).c_str());
  return out + line;
}

std::string written_out(std::string_view text) {
  return guarded([&] { return runtime::Session::written_out(text); });
}
std::vector<std::string> defined_names(std::string_view program) {
  return guarded([&] { return runtime::Session::defined_names(program); });
}
std::string to_text(const value& of, const show_options& how) {
  return guarded([&] { return runtime::show(of.get(), {how.precision, how.width}); });
}

std::string type_text(dtype type, const extents& shape, bool sparse) {
  return (sparse ? "sparse " : "") + std::string(dsl::name_of(type)) + runtime::extents_text(shape);
}
std::string to_csv(const value& of) {
  return guarded([&] { return runtime::io::write_csv(of.tensor()); });
}

// -- hosts

hosted::hosted(const host& of)
    : grant_(std::make_unique<runtime::Grant>(granted(of, granted_memory(of)))),
      scope_(std::make_unique<runtime::GrantScope>(grant_.get())) {}
hosted::~hosted() = default;

// -- the process

void set_threads(int count) { runtime::set_threads(count); }
int threads() { return runtime::threads(); }
void set_memory_limit(std::int64_t bytes) { runtime::Memory::set_limit(bytes); }
std::int64_t memory_limit() { return runtime::Memory::limit(); }
void set_time_limit(double seconds) {
  constexpr double longest = 1e9;  // about 30 years: more would leave the clock's range
  if (!(seconds > 0) || seconds > longest) return runtime::clear_deadline();
  runtime::set_deadline(runtime::Clock::now() +
                        std::chrono::duration_cast<runtime::Clock::duration>(std::chrono::duration<double>(seconds)));
}
void interrupt() noexcept { runtime::request_interrupt(); }
bool interrupted() noexcept { return runtime::interrupt_requested(); }
void clear_interrupt() noexcept { runtime::clear_interrupt(); }
bool winding_down() noexcept { return runtime::linalg::abandoned_calls() > 0; }
std::string version() { return RICCI_VERSION; }
void set_excerpt_width(std::size_t columns) noexcept {
  runtime::Session::set_excerpt_width(static_cast<std::uint32_t>(std::min<std::size_t>(columns, UINT32_MAX)));
}

progress_report progress() {
  runtime::Progress own = runtime::progress();
  return {own.running, std::move(own.kernel), std::move(own.what), own.step, own.steps, own.share, own.seconds};
}
std::vector<pass_row> optimizer_passes() {
  std::vector<pass_row> out;
  for (const passes::Pass& pass : passes::passes()) out.push_back({pass.name, pass.level, pass.makes_true});
  return out;
}
std::string bytes_text(double bytes) { return runtime::bytes_text(bytes); }

value load(const std::string& path) {
  return guarded([&] { return value(runtime::io::load(path)); });
}
void save(const std::string& path, const value& of) {
  guarded([&] { runtime::io::save(path, of.get()); });
}
void check_writable(const std::string& path) {
  guarded([&] {
    std::string ending = path.substr(std::min(path.size(), path.rfind('.')));
    for (char& c : ending) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const auto known = {".npy", ".npz", ".mtx", ".csv"};
    if (std::find(known.begin(), known.end(), ending) == known.end()) fail(dsl::Fault::file_unknown_type, path);
    const runtime::io::AtomicFile trial(path);  // leaves nothing behind
  });
}

}  // namespace ricci
