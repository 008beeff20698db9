/// The public face (include/ricci/ricci.hpp) over the runtime.
#include <algorithm>
#include <chrono>
#include <numeric>

#include <ricci/ricci.hpp>

#include "runtime/display/show.hpp"
#include "runtime/io/io.hpp"
#include "runtime/pool.hpp"
#include "runtime/session/prepared.hpp"
#include "runtime/session/session.hpp"
#include "runtime/tensor/memory.hpp"
#include "runtime/tensor/strided_copy.hpp"

namespace ricci {
namespace {

runtime::Options translated(const options& how) { return {how.level, how.strict, how.check, how.seed}; }

std::string shape_text(const extents& shape) {
  std::string out = "[";
  for (std::size_t at = 0; at < shape.size(); ++at) (out += at == 0 ? "" : ",") += std::to_string(shape[at]);
  return out + "]";
}

std::vector<runtime::NamedValue> named(arguments with) {
  std::vector<runtime::NamedValue> out;
  for (const named_argument& own : with) out.emplace_back(std::string(own.name), own.of.get());
  return out;
}

}  // namespace

// -- values

dtype value::type() const {
  if (const auto* dense = std::get_if<runtime::Tensor>(&of_)) return dense->dtype;
  return std::get<std::shared_ptr<const runtime::Csr>>(of_)->values.dtype;
}

extents value::shape() const {
  if (const auto* dense = std::get_if<runtime::Tensor>(&of_)) return dense->shape;
  const runtime::Csr& sparse = *std::get<std::shared_ptr<const runtime::Csr>>(of_);
  return {sparse.rows, sparse.cols};
}

runtime::Tensor value::tensor() const {
  if (const auto* dense = std::get_if<runtime::Tensor>(&of_)) return *dense;
  return runtime::dense_from_csr(*std::get<std::shared_ptr<const runtime::Csr>>(of_));
}

runtime::Tensor checked(const runtime::Tensor& tensor, dtype wanted) {
  const bool fits = tensor.dtype == wanted || dsl::promote(tensor.dtype, wanted) == wanted;
  if (!fits) fail(dsl::Fault::wrong_type, dsl::name_of(wanted), dsl::name_of(tensor.dtype));
  return tensor.dtype == wanted ? runtime::contiguous_copy_if_needed(tensor) : runtime::cast(tensor, wanted);
}

runtime::Tensor checked(const runtime::Tensor& tensor, dtype wanted, std::size_t rank) {
  if (tensor.rank() != rank) fail(dsl::Fault::wrong_rank, rank, tensor.rank());
  return checked(tensor, wanted);
}

void copy_into(const runtime::Tensor& out, const runtime::Tensor& from) {
  if (out.shape != from.shape)
    fail(dsl::Fault::wrong_shape, shape_text(out.shape).c_str(), shape_text(from.shape).c_str());
  std::vector<std::size_t> order(out.rank());  // the target's memory order is row-major over these axes
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return out.strides[a] > out.strides[b]; });
  runtime::Tensor target = out;
  runtime::Tensor source = from;
  for (std::size_t at = 0; at < order.size(); ++at) {
    target.shape[at] = source.shape[at] = out.shape[order[at]];
    target.strides[at] = out.strides[order[at]];
    source.strides[at] = from.strides[order[at]];
  }
  if (!target.contiguous())
    fail(dsl::Fault::wrong_shape, "with gaps between its elements", shape_text(from.shape).c_str());
  runtime::copy_strided(source.data.get(), source.strides, target.data.get(), target.shape, dsl::bytes_of(out.dtype));
}

runtime::Value detail::csr_value(std::vector<std::int64_t> indptr, std::vector<std::int64_t> indices,
                                 const runtime::Tensor& data, std::int64_t rows, std::int64_t cols) {
  const auto stored = static_cast<std::int64_t>(indices.size());
  bool sound = rows >= 0 && cols >= 0 && static_cast<std::int64_t>(indptr.size()) == rows + 1 &&
               data.count() == stored && !indptr.empty() && indptr.front() == 0 && indptr.back() == stored;
  for (std::size_t at = 1; sound && at < indptr.size(); ++at) sound = indptr[at - 1] <= indptr[at];
  if (!sound) fail(dsl::Fault::csr_structure, rows, cols, stored);
  std::vector<std::int64_t> row_of(indices.size());
  for (std::int64_t row = 0; row < rows; ++row)
    for (std::int64_t at = indptr[static_cast<std::size_t>(row)]; at < indptr[static_cast<std::size_t>(row) + 1]; ++at)
      row_of[static_cast<std::size_t>(at)] = row;
  return std::make_shared<const runtime::Csr>(runtime::csr_from_triples(rows, cols, row_of, indices, data));
}

// -- sessions

struct session::state {
  runtime::Session of;
};

session::session(const options& how) : state_(new state{runtime::Session(translated(how))}) {}
session::~session() = default;
session::session(session&&) noexcept = default;
session& session::operator=(session&&) noexcept = default;

runtime::Value session::copied(const runtime::Value& of) {
  if (const auto* dense = std::get_if<runtime::Tensor>(&of)) return runtime::copy(*dense);
  return of;
}
void session::set_value(std::string_view name, runtime::Value of) { state_->of.set(name, std::move(of)); }
void session::set_weak(std::string_view name, double x) { state_->of.set(name, runtime::Tensor::scalar(x), true); }
void session::set_weak(std::string_view name, std::int64_t x) {
  state_->of.set(name, runtime::Tensor::scalar(x), true);
}
void session::borrow_value(std::string_view name, runtime::Value of) {
  if (auto* dense = std::get_if<runtime::Tensor>(&of)) return state_->of.borrow(name, std::move(*dense));
  state_->of.set(name, std::move(of));
}
void session::changed(std::string_view name) { state_->of.changed(name); }

void session::run(std::string_view text, const std::function<void(const shown&)>& handle) {
  state_->of.run(text, [&](const runtime::Shown& one) {
    if (handle) handle({one.label, one.quiet, one.defined, value(one.value)});
  });
}

value session::get(std::string_view name) { return value(state_->of.get(name)); }
bool session::has(std::string_view name) const { return state_->of.has(name); }
std::vector<std::string> session::names() const { return state_->of.names(); }
std::string session::explain(std::string_view text, const std::vector<std::string>& names) {
  return state_->of.explain(text, names);
}
void session::set_repeat(int runs) { state_->of.set_repeat(runs); }

std::vector<notice> session::take_notices() {
  std::vector<notice> out;
  for (runtime::Notice& own : state_->of.take_notices())
    out.push_back({own.method, own.rank, own.rcond, own.entry, own.warning, own.text});
  return out;
}
std::vector<timing> session::take_timings() {
  std::vector<timing> out;
  for (runtime::Timing& own : state_->of.take_timings())
    out.push_back({own.statement, own.parse_ms, own.optimize_ms, own.execute_ms, own.peak_bytes});
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
  return prepared(
      std::make_shared<prepared::state>(prepared::state{std::make_shared<runtime::Prepared>(text, translated(how))}));
}
value prepared::operator()(arguments with, const call_options& how) const {
  return value(state_->of->call(named(with), how.seed));
}
prepared prepared::bind(arguments with) const {
  return prepared(std::make_shared<state>(state{state_->of->bind(named(with))}));
}

std::string written_out(std::string_view text) { return runtime::Session::written_out(text); }
std::string to_text(const value& of, const show_options& how) {
  return runtime::show(of.get(), {how.precision, how.width});
}

// -- the process

void set_threads(int count) { runtime::set_threads(count); }
int threads() { return runtime::threads(); }
void set_memory_limit(std::int64_t bytes) { runtime::Memory::set_limit(bytes); }
void set_time_limit(double seconds) {
  if (seconds <= 0) return runtime::clear_deadline();
  runtime::set_deadline(runtime::Clock::now() +
                        std::chrono::duration_cast<runtime::Clock::duration>(std::chrono::duration<double>(seconds)));
}
void interrupt() noexcept { runtime::request_interrupt(); }
std::string version() { return RICCI_VERSION; }

value load(const std::string& path) { return value(runtime::io::load(path)); }
void save(const std::string& path, const value& of) { runtime::io::save(path, of.get()); }

}  // namespace ricci
