/// Addresses at run time: affine ones in a few multiplications, mapped entries (wrapped, clamped, padded, gathered) one
/// by one, and along the lanes cut in runs within which everything is affine. No division per element.
#include <algorithm>

#include "runtime/error.hpp"
#include "runtime/kernels/fused/frame.hpp"

namespace ricci::runtime::fused {

namespace {

constexpr std::int64_t unlimited = INT64_MAX;

/// Where a mapped entry leads at the start of a run, how far from lane to lane, and for how many lanes.
struct Mapped {
  std::int64_t at = 0;
  std::int64_t slope = 0;
  std::int64_t lanes = unlimited;
  bool outside = false;
};

std::int64_t floor_modulo(std::int64_t value, std::int64_t modulus) {
  const std::int64_t rest = value % modulus;
  return rest < 0 ? rest + modulus : rest;
}

Mapped wrapped(std::int64_t value, std::int64_t slope, std::int64_t extent) {
  Mapped out{floor_modulo(value, extent), slope};
  if (slope > 0) out.lanes = (extent - out.at + slope - 1) / slope;
  if (slope < 0) out.lanes = out.at / -slope + 1;
  return out;
}

/// Below, within, above 0..extent-1.
Mapped bounded(std::int64_t value, std::int64_t slope, std::int64_t extent, bool pads) {
  Mapped out;
  if (value < 0) {
    out = {0, 0, slope > 0 ? (-value + slope - 1) / slope : unlimited, pads};
  } else if (value >= extent) {
    out = {extent - 1, 0, slope < 0 ? (value - extent) / -slope + 1 : unlimited, pads};
  } else {
    out = {value, slope};
    if (slope > 0) out.lanes = (extent - 1 - value) / slope + 1;
    if (slope < 0) out.lanes = value / -slope + 1;
  }
  return out;
}

Mapped mapped(const MappedDim& dim, std::int64_t value, std::int64_t slope) {
  if (dim.how == Op::wrap) return wrapped(value, slope, dim.extent);
  return bounded(value, slope, dim.extent, dim.how == Op::pad);
}

}  // namespace

std::int64_t Frame::value_of(const Affine& affine) const {
  std::int64_t out = affine.offset;
  for (const Term& term : affine.terms) out += term.scale * vars_[term.var];
  return out;
}

/// Adds what the mapped entries contribute at the present point; false where one is outside of its padding.
bool Frame::add_mapped(const Address& address, std::int64_t& offset) const {
  for (const MappedDim& dim : address.dims) {
    if (dim.how == Op::gather) {
      offset += dim.stride * *as<std::int64_t>(dim.number);
      continue;
    }
    const Mapped at = mapped(dim, value_of(dim.affine), 0);
    if (at.outside) return false;
    offset += dim.stride * at.at;
  }
  return true;
}

std::byte* Frame::place(const Address& address, std::int64_t offset) const {
  const auto slot = static_cast<std::size_t>(address.slot);
  return bound_.slots[slot].base + offset * static_cast<std::int64_t>(dsl::bytes_of(whole_.slots[slot].dtype));
}

/// Calls visit(first lane, lanes, offset, stride) for runs that cover the tile; with `outside`, the run is padding.
/// The variables of the lanes are moved along, and put back.
template <class F>
void Frame::for_runs(const Address& address, std::int64_t lanes, F&& visit) {
  const Lanes& shape = program_.lanes;
  const VarId last = shape.vars.back();
  const bool cut_rows = shape.vars.size() > 1;
  const std::int64_t start = lane_start_;
  for (std::int64_t from = 0; from < lanes;) {
    set_lane_start(start + from);
    std::int64_t run = lanes - from;
    if (cut_rows) run = std::min(run, shape.extents.back() - vars_[last]);
    std::int64_t offset = value_of(address.affine);
    std::int64_t stride = address.affine.scale_of(last);
    bool outside = false;
    for (const MappedDim& dim : address.dims) {
      if (dim.how == Op::gather) {
        if (!program_.registers[static_cast<std::size_t>(dim.number)].wide)
          offset += dim.stride * *as<std::int64_t>(dim.number);
        continue;
      }
      const Mapped at = mapped(dim, value_of(dim.affine), dim.affine.scale_of(last));
      run = std::min(run, at.lanes);
      outside = outside || at.outside;
      offset += dim.stride * at.at;
      stride += dim.stride * at.slope;
    }
    visit(from, run, offset, stride, outside);
    from += run;
  }
  set_lane_start(start);
}

void Frame::run_view(const Instruction& instruction) {
  const Address& address = program_.addresses[static_cast<std::size_t>(instruction.info)];
  std::int64_t offset = value_of(address.affine);
  const bool inside = address.dims.empty() || add_mapped(address, offset);
  at_[instruction.dst] = inside ? place(address, offset) : zero_tile();
}

void Frame::run_load(const Instruction& instruction) {
  const Address& address = program_.addresses[static_cast<std::size_t>(instruction.info)];
  const auto type = static_cast<std::size_t>(instruction.dtype);
  auto* const dst = as<std::byte>(instruction.dst);
  if (address.period > 0) return run_periodic(instruction, address);
  if (!instruction.wide || !address.runs) {
    std::int64_t offset = value_of(address.affine);
    if (!add_mapped(address, offset)) return table_.fill[type](dst, zero_tile(), nullptr, nullptr, width(instruction));
    return table_.load[type](dst, place(address, offset), address.stride, width(instruction));
  }
  // A run's lanes start inside the planes of dst: bytes of a real part each.
  const auto bytes = static_cast<std::int64_t>(dsl::bytes_of(dsl::real_type(instruction.dtype)));
  for_runs(address, lanes_,
           [&](std::int64_t from, std::int64_t lanes, std::int64_t offset, std::int64_t stride, bool outside) {
             std::byte* const to = dst + from * bytes;
             if (outside)
               table_.fill[type](to, zero_tile(), nullptr, nullptr, lanes);
             else
               table_.load[type](to, place(address, offset), stride, lanes);
           });
}

/// One period from memory, then twice as much at a time from the tile itself.
void Frame::run_periodic(const Instruction& instruction, const Address& address) {
  const auto type = static_cast<std::size_t>(instruction.dtype);
  const auto bytes = static_cast<std::int64_t>(dsl::bytes_of(dsl::real_type(instruction.dtype)));
  auto* const dst = as<std::byte>(instruction.dst);
  std::int64_t offset = value_of(address.affine);
  if (!add_mapped(address, offset)) return table_.fill[type](dst, zero_tile(), nullptr, nullptr, lanes_);
  std::int64_t done = std::min(address.period, lanes_);
  table_.load[type](dst, place(address, offset), address.stride, done);
  while (done < lanes_) {
    const std::int64_t more = std::min(done, lanes_ - done);
    table_.copy[type](dst + done * bytes, dst, nullptr, nullptr, more);
    done += more;
  }
}

void Frame::run_number(const Instruction& instruction) {
  const Address& address = program_.addresses[static_cast<std::size_t>(instruction.info)];
  auto* const dst = as<std::int64_t>(instruction.dst);
  if (instruction.wide)
    table_.iota(dst, value_of(address.affine), address.stride, lanes_);
  else
    *dst = value_of(address.affine);
}

void Frame::run_offsets(const Instruction& instruction) {
  const Address& address = program_.addresses[static_cast<std::size_t>(instruction.info)];
  auto* const dst = as<std::int64_t>(instruction.dst);
  if (!address.runs) {
    std::int64_t offset = value_of(address.affine);
    for (const MappedDim& dim : address.dims)  // of gathered numbers alone
      if (!program_.registers[static_cast<std::size_t>(dim.number)].wide)
        offset += dim.stride * *as<std::int64_t>(dim.number);
    table_.iota(dst, offset, address.stride, lanes_);
  } else {
    for_runs(address, lanes_,
             [&](std::int64_t from, std::int64_t lanes, std::int64_t offset, std::int64_t stride, bool outside) {
               if (outside)
                 std::fill_n(dst + from, lanes, no_element);
               else
                 for (std::int64_t l = 0; l < lanes; ++l) dst[from + l] = offset + l * stride;
             });
  }
  for (const MappedDim& dim : address.dims) {
    if (dim.how != Op::gather || !program_.registers[static_cast<std::size_t>(dim.number)].wide) continue;
    const auto* number = as<std::int64_t>(dim.number);
    for (std::int64_t l = 0; l < lanes_; ++l)
      if (dst[l] != no_element) dst[l] += dim.stride * number[l];
  }
}

void Frame::run_gather(const Instruction& instruction) {
  const Address& address = program_.addresses[static_cast<std::size_t>(instruction.info)];
  const auto type = static_cast<std::size_t>(instruction.dtype);
  std::int64_t offset = value_of(address.affine);
  if (!add_mapped(address, offset))
    return table_.fill[type](at_[instruction.dst], zero_tile(), nullptr, nullptr, lanes_);
  table_.gather[type](at_[instruction.dst], place(address, offset), as<std::int64_t>(instruction.a), lanes_);
}

void Frame::run_store(const Instruction& instruction) {
  const Address& address = program_.addresses[static_cast<std::size_t>(instruction.info)];
  const auto type = static_cast<std::size_t>(instruction.dtype);
  const std::int64_t n = !instruction.wide ? 1 : program_.folded ? program_.lanes.keep : lanes_;
  if (!address.runs)
    return table_.store[type](place(address, value_of(address.affine)), address.stride, at_[instruction.a], n);
  const auto bytes = static_cast<std::int64_t>(dsl::bytes_of(dsl::real_type(instruction.dtype)));
  const auto* const from = as<std::byte>(instruction.a);
  for_runs(address, n, [&](std::int64_t first, std::int64_t lanes, std::int64_t offset, std::int64_t stride, bool) {
    table_.store[type](place(address, offset), stride, from + first * bytes, lanes);
  });
}

void Frame::run_lookup(const Instruction& instruction) {
  const Csr& matrix = *bound_.slots[static_cast<std::size_t>(instruction.info)].sparse;
  const auto* starts = matrix.row_starts.as<std::int64_t>();
  const auto* columns = matrix.columns.as<std::int32_t>();
  const auto* rows = as<std::int64_t>(instruction.a);
  const auto* wanted = as<std::int64_t>(instruction.b);
  std::int64_t positions[tile_lanes];
  const std::int64_t n = width(instruction);
  for (std::int64_t l = 0; l < n; ++l) {
    const auto* begin = columns + starts[rows[l]];
    const auto* end = columns + starts[rows[l] + 1];
    const auto* found = std::lower_bound(begin, end, wanted[l]);
    positions[l] = found != end && *found == wanted[l] ? found - columns : no_element;
  }
  if (instruction.op == Op::stored)
    for (std::int64_t l = 0; l < n; ++l) as<std::uint8_t>(instruction.dst)[l] = positions[l] != no_element;
  else
    table_.gather[static_cast<std::size_t>(instruction.dtype)](at_[instruction.dst], matrix.values.data.get(),
                                                               positions, n);
}

/// Numbers of lanes that are not active become 0, which every axis that is read has.
void Frame::run_check(const Instruction& instruction) {
  const FaultInfo& info = program_.faults[static_cast<std::size_t>(instruction.info)];
  const auto* number = as<std::int64_t>(instruction.a);
  const auto* mask = as<std::uint8_t>(instruction.mask);
  auto* const dst = as<std::int64_t>(instruction.dst);
  if (!instruction.wide && !active(instruction)) {
    *dst = 0;
    return;
  }
  const std::int64_t n = width(instruction);
  for (std::int64_t l = 0; l < n; ++l) {
    const std::int64_t at = number[l];
    const bool inside = at >= 0 && at < info.extent;
    if (!inside && (!instruction.wide || mask == nullptr || mask[l] != 0)) {
      if (info.gathered) fail(dsl::Fault::gather_outside, at, info.axis, info.text, info.extent);
      fail(dsl::Fault::internal,
           "entry " + std::to_string(at) + " leaves axis " + std::to_string(info.axis) + " of " + info.text);
    }
    dst[l] = inside ? at : 0;
  }
}

}  // namespace ricci::runtime::fused
