#include "runtime/kernels/scatter/scatter.hpp"

#include <algorithm>

#include "runtime/kernels/fused/fused.hpp"
#include "runtime/pool.hpp"

namespace ricci::runtime::scatter {
namespace {

/// Summands are added in blocks, and blocks in parts of the whole: so rounding grows with none of the counts alone.
constexpr std::int64_t least_block = 4096;
constexpr std::int64_t least_part = 1 << 16;
constexpr std::int64_t most_parts = 64;

/// Strides of an operand by index, in elements.
Extents strides_of(const Operand& operand, const Tensor& tensor) {
  Extents out;
  for (int axis : operand.axes) out.push_back(axis < 0 ? 0 : tensor.strides[static_cast<std::size_t>(axis)]);
  return out;
}

/// Offsets of all points of indices first..last-1, row-major.
Extents offsets_of(const Extents& extents, const Extents& strides, std::size_t first, std::size_t last) {
  Extents out{0};
  for (std::size_t at = first; at < last; ++at) {
    Extents finer;
    finer.reserve(out.size() * static_cast<std::size_t>(extents[at]));
    for (std::int64_t offset : out)
      for (std::int64_t own = 0; own < extents[at]; ++own) finer.push_back(offset + own * strides[at]);
    out = std::move(finer);
  }
  return out;
}

template <typename T>
void add_to(T& sum, const T& value) {
  if constexpr (std::is_same_v<T, bool>)
    sum = sum || value;
  else if constexpr (std::is_integral_v<T>)  // wraps
    sum = static_cast<T>(static_cast<std::make_unsigned_t<T>>(sum) + static_cast<std::make_unsigned_t<T>>(value));
  else
    sum += value;
}

template <typename T>
class Scattering {
 public:
  Scattering(const Scatter& scatter, const Tensor& place, const Tensor* value, Tensor& out)
      : scatter_(scatter), place_(place), value_(value), out_(out) {
    const std::size_t summed = scatter.outer + scatter.summed;
    place_strides_ = strides_of(scatter.place, place);
    value_strides_ = value == nullptr ? Extents(scatter.extents.size(), 0) : strides_of(*scatter.value, *value);
    value_beside_ = offsets_of(scatter.extents, value_strides_, summed, scatter.extents.size());
    beside_ = static_cast<std::int64_t>(value_beside_.size());
    for (std::int64_t at = 0; at < beside_; ++at)
      side_by_side_ = side_by_side_ && value_beside_[static_cast<std::size_t>(at)] == at;
    for (std::size_t at = 0; at < scatter.outer; ++at) batches_ *= scatter.extents[at];
    for (std::size_t at = scatter.outer; at < summed; ++at) count_ *= scatter.extents[at];
    each_ = scatter.places * beside_;
    parts_ = std::clamp<std::int64_t>(count_ / std::max(least_part, 8 * each_), 1, most_parts);
    block_ = std::max(least_block, 4 * each_);
  }

  void run() {
    Tensor sums = Tensor::zeros(out_.dtype, {batches_ * parts_, each_});
    const std::int64_t grain = std::max<std::int64_t>(1, least_part / std::max<std::int64_t>(1, count_ * beside_));
    parallel_for(batches_ * parts_, grain, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t at = begin; at < end; ++at) part(at, sums.as<T>() + at * each_);
    });
    write(sums.as<T>());
  }

 private:
  void part(std::int64_t which, T* sums) {
    const std::int64_t first = count_ * (which % parts_) / parts_, last = count_ * (which % parts_ + 1) / parts_;
    std::int64_t batch = which / parts_, place = 0, value = 0;
    for (std::size_t at = scatter_.outer; at-- > 0; batch /= scatter_.extents[at]) {
      place += batch % scatter_.extents[at] * place_strides_[at];
      value += batch % scatter_.extents[at] * value_strides_[at];
    }
    if (last - first <= block_) return visit(place, value, first, last, sums);
    const auto block = std::make_unique<T[]>(static_cast<std::size_t>(each_));
    for (std::int64_t begin = first; begin < last; begin += block_) {
      std::fill_n(block.get(), each_, T{});
      visit(place, value, begin, std::min(last, begin + block_), block.get());
      for (std::int64_t at = 0; at < each_; ++at) add_to(sums[at], block[static_cast<std::size_t>(at)]);
    }
  }

  /// Points begin..end-1 of what is summed, along its last index in one go.
  void visit(std::int64_t place, std::int64_t value, std::int64_t begin, std::int64_t end, T* sums) {
    const std::size_t last = scatter_.outer + scatter_.summed - 1;
    while (begin < end) {
      std::int64_t rest = begin, at_place = place, at_value = value;
      for (std::size_t at = last + 1; at-- > scatter_.outer; rest /= scatter_.extents[at]) {
        at_place += rest % scatter_.extents[at] * place_strides_[at];
        at_value += rest % scatter_.extents[at] * value_strides_[at];
      }
      const std::int64_t run = std::min(end - begin, scatter_.extents[last] - begin % scatter_.extents[last]);
      const std::int64_t* places = place_.as<std::int64_t>() + at_place;
      const T* values = value_ == nullptr ? nullptr : value_->as<T>() + at_value;
      for (std::int64_t own = 0; own < run; ++own) {
        const std::int64_t to = places[own * place_strides_[last]];
        if (to >= 0 && to < scatter_.places)
          add(sums + to * beside_, values == nullptr ? nullptr : values + own * value_strides_[last]);
      }
      begin += run;
    }
  }
  void add(T* sums, const T* values) const {
    if (values != nullptr && side_by_side_) {
      for (std::int64_t at = 0; at < beside_; ++at) add_to(sums[at], values[at]);
      return;
    }
    for (std::int64_t at = 0; at < beside_; ++at)
      add_to(sums[at], values == nullptr ? static_cast<T>(1) : values[value_beside_[static_cast<std::size_t>(at)]]);
  }

  /// Parts are added in their order, and go where the result has them.
  void write(T* sums) {
    Extents outer_strides(scatter_.extents.size(), 0);
    for (std::size_t at = 0; at < scatter_.outer; ++at) outer_strides[at] = out_.strides[scatter_.result_axes[at]];
    const std::size_t summed = scatter_.outer + scatter_.summed;
    for (std::size_t at = summed; at < scatter_.extents.size(); ++at)
      outer_strides[at] = out_.strides[scatter_.result_axes[at - scatter_.summed]];
    const Extents outer = offsets_of(scatter_.extents, outer_strides, 0, scatter_.outer);
    const Extents beside = offsets_of(scatter_.extents, outer_strides, summed, scatter_.extents.size());
    const std::int64_t step = out_.strides[scatter_.axis];
    for (std::int64_t batch = 0; batch < batches_; ++batch) {
      T* own = sums + batch * parts_ * each_;
      for (std::int64_t part = 1; part < parts_; ++part)
        for (std::int64_t at = 0; at < each_; ++at) add_to(own[at], own[part * each_ + at]);
      T* to = out_.as<T>() + outer[static_cast<std::size_t>(batch)];
      for (std::int64_t place = 0; place < scatter_.places; ++place)
        for (std::int64_t at = 0; at < beside_; ++at)
          to[place * step + beside[static_cast<std::size_t>(at)]] = own[place * beside_ + at];
    }
  }

  const Scatter& scatter_;
  const Tensor& place_;
  const Tensor* value_;
  Tensor& out_;
  Extents place_strides_, value_strides_, value_beside_;
  std::int64_t beside_ = 1, batches_ = 1, count_ = 1, each_ = 1, parts_ = 1, block_ = 1;
  bool side_by_side_ = true;  // the values that go to one place
};

Tensor tensor_of(const Evaluation& outside, Evaluation& inside, const Operand& operand) {
  if (!operand.computed) return outside.dense(operand.tensor);
  Tensor out;
  fused::run_fused(inside, operand.tensor, out);
  return out;
}

}  // namespace

bool accepts(const Graph& graph, NodeId node) { return match(graph, node).has_value(); }

void run(Run& run, NodeId node) {
  const std::optional<Scatter> scatter = match(run.graph(), node);
  Evaluation inside(scatter->graph);
  inside.values = run.evaluation.values;
  inside.given = run.evaluation.given;
  inside.seed = run.evaluation.seed;
  Tensor place = tensor_of(run.evaluation, inside, scatter->place);
  if (place.dtype != DType::i64) place = cast(place, DType::i64);
  std::optional<Tensor> value;
  if (scatter->value) value = tensor_of(run.evaluation, inside, *scatter->value);
  const auto shape = run.graph().shape(node);
  Tensor out = Tensor::zeros(scatter->dtype, {shape.begin(), shape.end()});
  if (count_of(scatter->extents) > 0 && out.count() > 0)
    with_type(scatter->dtype, [&](auto zero) {
      using T = decltype(zero);
      Scattering<T>(*scatter, place, value ? &*value : nullptr, out).run();
    });
  run.put(node, std::move(out));
}

}  // namespace ricci::runtime::scatter
