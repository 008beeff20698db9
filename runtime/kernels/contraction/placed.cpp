#include "runtime/kernels/contraction/placed.hpp"

#include <algorithm>
#include <string>

#include "runtime/error.hpp"
#include "runtime/pool.hpp"

namespace ricci::runtime::contraction {
namespace {

void note(std::vector<std::uint32_t>& indices, const std::vector<Term>& terms) {
  for (const Term& term : terms)
    if (std::ranges::find(indices, term.index) == indices.end()) indices.push_back(term.index);
}

std::int64_t affine_at(const Place& place, const std::vector<std::int64_t>& point) {
  auto value = static_cast<std::uint64_t>(place.offset);
  for (const Term& term : place.terms)
    value += static_cast<std::uint64_t>(term.coefficient) * static_cast<std::uint64_t>(point[term.index]);
  return static_cast<std::int64_t>(value);
}

/// One element of a dense integer tensor.
std::int64_t integer_at(const Tensor& tensor, std::int64_t offset) {
  return tensor.dtype == DType::i32 ? tensor.as<std::int32_t>()[offset] : tensor.as<std::int64_t>()[offset];
}

std::int64_t gathered_at(const Evaluation& evaluation, const Place& place, const std::vector<std::int64_t>& point) {
  const Tensor& source = evaluation.dense(place.source);
  std::int64_t offset = 0;
  for (std::size_t axis = 0; axis < place.at.size(); ++axis)
    offset += affine_at(place.at[axis], point) * source.strides[axis];
  return integer_at(source, offset);
}

std::string name_of(const Graph& graph, NodeId tensor) {
  if (graph.op(tensor) != dsl::Op::input) return "a computed tensor";
  return "`" + std::string(graph.input_of(tensor).name.view()) + "`";
}

/// Advances the point over the indices, row-major; false when it is back at the start.
bool advance(std::vector<std::int64_t>& point, const std::vector<std::uint32_t>& indices, const Extents& extents) {
  for (std::size_t at = indices.size(); at-- > 0;) {
    if (++point[indices[at]] < extents[at]) return true;
    point[indices[at]] = 0;
  }
  return false;
}

std::int64_t floor_modulo(std::int64_t value, std::int64_t modulus) {
  const std::int64_t left = value % modulus;
  return left < 0 ? left + modulus : left;
}

std::int64_t entry_at(const Evaluation& evaluation, const Operand& operand, std::size_t axis,
                      const std::vector<std::int64_t>& point) {
  const Place& place = operand.places[axis];
  if (place.rule == dsl::Op::gather) {
    const std::int64_t value = gathered_at(evaluation, place, point);
    if (value < 0 || value >= place.extent)
      fail(dsl::Fault::gather_outside, value, static_cast<std::int64_t>(axis),
           name_of(evaluation.graph, operand.tensor), place.extent);
    return value;
  }
  const std::int64_t value = affine_at(place, point);
  if (place.rule == dsl::Op::clamp_to) return std::clamp<std::int64_t>(value, 0, place.modulus - 1);
  return floor_modulo(value, place.modulus);
}

bool far_from_overflow(const Place& place, const Contraction& contraction) {
  constexpr std::int64_t far = std::int64_t{1} << 28;
  const auto near_zero = [](std::int64_t value) { return -far < value && value < far; };
  return near_zero(place.modulus) && near_zero(place.offset) && std::ranges::all_of(place.terms, [&](const Term& term) {
           return near_zero(term.coefficient) && near_zero(contraction.extents[term.index]);
         });
}

/// The offsets of a wrapped entry: one division for each row along the last index, then steps around the circle.
void add_wrapped(const Place& place, std::vector<std::int64_t>& point, std::int64_t stride, Jump& jump) {
  const std::uint32_t last = jump.indices.back();
  std::int64_t step = 0;
  for (const Term& term : place.terms)
    if (term.index == last) step += floor_modulo(term.coefficient, place.modulus);
  step = floor_modulo(step, place.modulus);
  const std::vector<std::uint32_t> rows(jump.indices.begin(), jump.indices.end() - 1);
  do {
    std::int64_t value = floor_modulo(affine_at(place, point), place.modulus);
    for (std::int64_t at = 0; at < jump.extents.back(); ++at) {
      jump.offsets.push_back(value * stride);
      value += step;
      value -= value >= place.modulus ? place.modulus : 0;
    }
  } while (advance(point, rows, jump.extents));
}

Jump jump_of(const Evaluation& evaluation, const Contraction& contraction, const Operand& operand, std::size_t axis,
             std::int64_t stride) {
  const Place& place = operand.places[axis];
  Jump jump;
  note(jump.indices, place.terms);
  for (const Place& inner : place.at) note(jump.indices, inner.terms);
  std::ranges::sort(jump.indices);
  for (std::uint32_t index : jump.indices) jump.extents.push_back(contraction.extents[index]);
  jump.offsets.reserve(static_cast<std::size_t>(count_of(jump.extents)));
  std::vector<std::int64_t> point(contraction.extents.size(), 0);
  if (place.rule == dsl::Op::wrap && !jump.indices.empty() && far_from_overflow(place, contraction)) {
    add_wrapped(place, point, stride, jump);
    return jump;
  }
  do jump.offsets.push_back(entry_at(evaluation, operand, axis, point) * stride);
  while (advance(point, jump.indices, jump.extents));
  return jump;
}

/// A wrapped or clamped entry that never leaves its range is as good as a plain one.
bool is_linear(const Contraction& contraction, const Place& place) {
  if (place.rule == dsl::Op::gather) return false;
  return place.rule == dsl::Op::affine || stays_within(place, contraction.extents, place.modulus);
}

/// Sums `source` over `summed` into `to`, one element for each point of `kept` from `begin` to `end`.
template <typename T>
void gather_range(const Placed& source, const Contraction& contraction, const std::vector<std::uint32_t>& kept,
                  const std::vector<std::uint32_t>& summed, T* to, std::int64_t begin, std::int64_t end) {
  Extents kept_extents, summed_extents;
  for (std::uint32_t index : kept) kept_extents.push_back(contraction.extents[index]);
  for (std::uint32_t index : summed) summed_extents.push_back(contraction.extents[index]);
  std::vector<std::int64_t> point(contraction.extents.size(), 0);
  std::int64_t left = begin;
  for (std::size_t at = kept.size(); at-- > 0; left /= kept_extents[at]) point[kept[at]] = left % kept_extents[at];
  const T* values = source.values.as<T>();
  const auto offset = [&] {
    std::int64_t place = source.base;
    for (std::uint32_t index : kept) place += source.strides[index] * point[index];
    for (std::uint32_t index : summed) place += source.strides[index] * point[index];
    for (const Jump& jump : source.jumps) {
      std::int64_t flat = 0;
      for (std::size_t at = 0; at < jump.indices.size(); ++at) flat = flat * jump.extents[at] + point[jump.indices[at]];
      place += jump.offsets[static_cast<std::size_t>(flat)];
    }
    return place;
  };
  for (std::int64_t at = begin; at < end; ++at) {
    T total = values[offset()];
    while (advance(point, summed, summed_extents)) {
      if constexpr (std::is_integral_v<T>)
        total = static_cast<T>(static_cast<std::uint64_t>(total) + static_cast<std::uint64_t>(values[offset()]));
      else
        total += values[offset()];
    }
    to[at] = total;
    advance(point, kept, kept_extents);
  }
}

}  // namespace

bool Placed::jumps_along(std::uint32_t index) const {
  return std::ranges::any_of(
      jumps, [index](const Jump& jump) { return std::ranges::find(jump.indices, index) != jump.indices.end(); });
}

Placed place_operand(const Evaluation& evaluation, const Contraction& contraction, const Operand& operand) {
  Placed out;
  const Tensor& given = evaluation.dense(operand.tensor);
  out.values = given.dtype == contraction.dtype ? given : cast(given, contraction.dtype);
  out.conjugated = operand.conjugated;
  out.strides.assign(contraction.extents.size(), 0);
  for (std::size_t axis = 0; axis < operand.places.size(); ++axis) {
    const Place& place = operand.places[axis];
    const std::int64_t stride = out.values.strides[axis];
    if (!is_linear(contraction, place)) {
      out.jumps.push_back(jump_of(evaluation, contraction, operand, axis, stride));
      continue;
    }
    out.base += place.offset * stride;
    for (const Term& term : place.terms) out.strides[term.index] += term.coefficient * stride;
  }
  return out;
}

Placed gathered(const Contraction& contraction, const Placed& like, const std::vector<std::uint32_t>& kept,
                const std::vector<std::uint32_t>& summed) {
  Extents shape;
  for (std::uint32_t index : kept) shape.push_back(contraction.extents[index]);
  Placed out;
  out.values = Tensor::empty(contraction.dtype, shape);
  out.conjugated = like.conjugated;
  out.strides.assign(contraction.extents.size(), 0);
  for (std::size_t at = 0; at < kept.size(); ++at) out.strides[kept[at]] = out.values.strides[at];
  std::int64_t work = 1;
  for (std::uint32_t index : summed) work *= contraction.extents[index];
  with_type(contraction.dtype, [&](auto zero) {
    using T = decltype(zero);
    if constexpr (!std::is_same_v<T, bool>)
      parallel_for(out.values.count(), std::max<std::int64_t>(1, 16384 / work),
                   [&](std::int64_t begin, std::int64_t end) {
                     gather_range<T>(like, contraction, kept, summed, out.values.as<T>(), begin, end);
                   });
  });
  return out;
}

}  // namespace ricci::runtime::contraction
