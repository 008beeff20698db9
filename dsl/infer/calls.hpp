/// Calls: arguments checked against the tables, elementwise functions, draws, lists, and the calls that are statements
/// of their own (save, seed, assume, and the pictures).
#pragma once

#include "dsl/infer/drawing.hpp"
#include "dsl/infer/functions.hpp"

namespace ricci::dsl {

constexpr SyntaxId Elaborator::named_argument(SyntaxId call, std::string_view name) const {
  for (std::size_t at = 0; at < program_[call].kid_count; ++at) {
    const SyntaxId kid = program_.kid(call, at);
    if (program_[kid].form == Form::named && program_.name(kid) == name) return program_.kid(kid, 0);
  }
  return absent;
}

constexpr bool takes_name(std::string_view names, std::string_view name) {
  while (!names.empty()) {
    const std::size_t blank = names.find(' ');
    if (names.substr(0, blank) == name) return true;
    names = blank == std::string_view::npos ? std::string_view() : names.substr(blank + 1);
  }
  return false;
}

/// Checks a call against its row, then makes it.
constexpr Thing call_row(Elaborator& e, SyntaxId call, const FunctionRow& own) {
  const std::size_t given = positional_count(e.program(), call);
  for (std::size_t at = 0; at < e.program()[call].kid_count; ++at) {
    const SyntaxId kid = e.program().kid(call, at);
    if (e.program()[kid].form == Form::named && !takes_name(own.named, e.program().name(kid)))
      return e.fail(Fault::unknown_argument, kid, own.name, e.program().name(kid), own.usage);
  }
  if (given < own.least_arguments || given > own.most_arguments) {
    if (own.make == reduction_function && given > 1)
      return e.fail(Fault::axis_by_name, call, own.name, e.text(e.program().kid(call, 1)));
    return e.fail(Fault::call_arguments, call, own.name, given, own.usage);
  }
  return own.make(e, call);
}

/// A draw without coordinates: one scalar, or a whole tensor with shape=[...].
constexpr Thing whole_draw(Elaborator& e, SyntaxId call) {
  const SyntaxId argument = e.named_argument(call, "shape");
  if (argument == Elaborator::absent) {
    return e.draw(call, {});
  }
  Vec<std::int64_t> shape;
  if (!e.integers(argument, "an extent", shape)) return {};
  Vec<IndexId> axes;
  if (!e.check_rank(shape.size(), call)) return {};
  for (std::int64_t extent : shape) {
    if (extent < 0) return e.fail(Fault::negative_extent, call, extent, e.text(call));
    axes.push_back(e.graph.open_index("", extent));
  }
  const Thing one = e.draw(call, e.values_of(axes));
  if (e.failed() || axes.empty()) return one;
  if (!e.graph.free(one.node).empty() && e.graph.free(one.node).size() != axes.size())
    return e.fail(Fault::tensor_as_element, call, e.text(call), "normal(0, 1)[i,j]");
  return {e.graph.tensor(one.node, axes), true, false};
}

/// The text after "write" where an elementwise function has the wrong number of arguments.
constexpr Str element_usage(std::string_view name) {
  if (name == "where") return "where(condition, a, b)";
  if (name == "clamp") return "clamp(x, low, high)";
  if (name == "min" || name == "max") return Str(name) + "(a, b) for the elements of two, " + name + "(A) within one";
  if (const auto distribution = distribution_named(name)) return Str(name) + "(" + row(*distribution).parameters + ")";
  return Str(name) + (elementwise_named(name, 2) != Op::constant ? "(a, b)" : "(x)");
}

/// f32(x), where(c, a, b), exp(x) ...: over elements, or whole tensors element by element.
constexpr Thing Elaborator::build_elementwise(SyntaxId id) {
  const std::string_view name = program_.name(id);
  const std::size_t given = positional_count(program_, id);
  Vec<Thing> things;
  for (std::size_t at = 0; at < program_[id].kid_count; ++at) {
    const SyntaxId kid = program_.kid(id, at);
    if (program_[kid].form == Form::named)
      return fail(Fault::unknown_argument, kid, name, program_.name(kid), element_usage(name).view());
    things.push_back(build(kid));
    if (failed()) return {};
  }
  if (const auto type = dtype_named(name)) {
    if (given != 1) return fail(Fault::call_arguments, id, name, given, element_usage(name).view());
    if (is_complex(graph.dtype(things[0].node)) && !is_complex(*type) && *type != DType::boolean)
      return fail(Fault::complex_refused, id, name, text(id));
    return converted_thing(things[0], *type);
  }
  if (name == "where") {
    selecting_ = true;
    const Thing out = broadcast(things, id, [&](const Vec<Thing>& parts) -> Thing {
      const DType type = joined_type(graph, {parts[1], parts[2]});
      if (!check_literals({parts[1], parts[2]}, type, id)) return {};
      const NodeId condition = cast(graph, parts[0].node, DType::boolean);
      const NodeId operands[] = {condition, cast(graph, parts[1].node, type), cast(graph, parts[2].node, type)};
      return {graph.add(Op::where, type, operands), false, parts[1].weak && parts[2].weak};
    });
    selecting_ = false;
    return out;
  }
  if (name == "clamp") {
    const Thing low = apply(Op::maximum, {things[0], things[1]}, id);
    return failed() ? Thing{} : apply(Op::minimum, {low, things[2]}, id);
  }
  const Op op = name == "min" ? Op::minimum : name == "max" ? Op::maximum : elementwise_named(name, given);
  if (things.size() == 1) return apply(op, things, id);
  Thing out = things[0];
  for (std::size_t at = 1; at < things.size() && !failed(); ++at) out = apply(op, {out, things[at]}, id);
  return out;
}

constexpr bool Elaborator::takes_whole_values(SyntaxId call) {
  const Names scope = scope_names();
  for (std::size_t at = 0; at < program_[call].kid_count; ++at) {
    const SyntaxId kid = program_.kid(call, at);
    const Occurrences occurrences(program_, kid, scope);
    if (occurrences.visible(kid, scope).empty()) continue;
    if (!failed()) faults_.push_back(open_index_fault(program_, occurrences, call, kid, scope));
    return false;
  }
  return true;
}

constexpr Thing Elaborator::build_call(SyntaxId id) {
  const std::string_view name = program_.name(id);
  if (distribution_named(name)) {
    if (!scope_.empty() && named_argument(id, "shape") == absent)
      return fail(Fault::draw_without_coordinates, id, text(id));
    return whole_draw(*this, id);
  }
  if (takes_elements(name, positional_count(program_, id))) return build_elementwise(id);
  const FunctionRow* own = function_named(name);
  if (own == nullptr) return refuse_call(id);
  if (!takes_whole_values(id)) return {};
  return call_row(*this, id, *own);
}

/// No function has this name and number of arguments: says what there is instead.
constexpr Thing Elaborator::refuse_call(SyntaxId id) {
  const std::string_view name = program_.name(id);
  if (elementwise_named(name, 1) != Op::constant || elementwise_named(name, 2) != Op::constant || name == "where" ||
      (name == "clamp" && program_[id].kid_count != 1))
    return fail(Fault::call_arguments, id, name, positional_count(program_, id), element_usage(name).view());
  if (is_entry_rule(name)) return fail(Fault::entry_rule_outside, id, name);
  if (name == "save" || name == "seed" || drawing_named(name) != nullptr) return fail(Fault::statement_only, id, name);
  if (environment.find(name).node.valid()) return fail(Fault::value_called, id, name, text(id));
  const Str near = near_name(name, function_names());
  if (near.empty()) return fail(Fault::unknown_function, id, name);
  return fail(Fault::unknown_function_near, id, name, near.view());
}

/// [1, 2, 3], [[1, 2], [3, 4]]: a tensor of numbers, or tensors stacked along a new first axis.
constexpr Thing Elaborator::build_list(SyntaxId id) {
  Vec<Thing> items;
  bool any_whole = false;
  for (std::size_t at = 0; at < program_[id].kid_count; ++at) {
    const Thing item = closed(program_.kid(id, at));
    if (failed()) return {};
    any_whole = any_whole || item.whole;
    items.push_back(item);
  }
  if (items.empty()) return tensor_node(graph, Op::pack, DType::f64, {}, {}, {0});
  const DType type = joined_type(graph, items);
  Vec<std::int64_t> inner;
  if (items[0].whole) inner = shape_copy(graph, items[0].node);
  for (std::size_t at = 0; at < items.size(); ++at) {
    Vec<std::int64_t> own;
    if (items[at].whole) own = shape_copy(graph, items[at].node);
    if (own != inner) return fail(Fault::ragged_list, program_.kid(id, at), text(program_.kid(id, at)));
  }
  Vec<std::int64_t> shape{static_cast<std::int64_t>(items.size())};
  shape.append(inner);
  if (!check_rank(shape.size(), id)) return {};
  Vec<NodeId> nodes;
  if (!any_whole) {
    for (const Thing& item : items) nodes.push_back(cast(graph, item.node, type));
    return tensor_node(graph, Op::pack, type, nodes, {}, shape);
  }
  bool packs = true;
  for (const Thing& item : items) packs = packs && graph.op(item.node) == Op::pack;
  opened_ = opened_ || packs;
  for (const Thing& item : items) {
    if (packs) {
      for (std::size_t at = 0; at < graph[item.node].operand_count; ++at)
        nodes.push_back(cast(graph, graph.operand(item.node, at), type));
      continue;
    }
    Vec<std::int64_t> own{1};
    own.append(inner);
    nodes.push_back(reshaped(graph, converted(*this, densified(*this, item.node), type), own));
  }
  return packs ? tensor_node(graph, Op::pack, type, nodes, {}, shape)
               : tensor_node(graph, Op::concat, type, nodes, {0}, shape);
}

/// The text of an argument given by name; empty where it is not given.
constexpr Str text_argument(Elaborator& e, SyntaxId call, std::string_view name) {
  const SyntaxId given = e.named_argument(call, name);
  if (given == Elaborator::absent) return {};
  if (e.program()[given].form == Form::text) return Str(e.program().name(given));
  e.fail(Fault::text_wanted, given, name, e.text(given));
  return {};
}

/// What a picture is told by named arguments.
constexpr void drawing_choices(Elaborator& e, SyntaxId call, const DrawingRow& own, Drawing& out) {
  for (std::size_t at = 0; at < e.program()[call].kid_count; ++at) {
    const SyntaxId kid = e.program().kid(call, at);
    if (e.program()[kid].form != Form::named || takes_name(own.named, e.program().name(kid))) continue;
    e.fail(Fault::unknown_argument, kid, own.name, e.program().name(kid), own.usage);
    return;
  }
  out.title = text_argument(e, call, "title");
  out.x_title = text_argument(e, call, "xlabel");
  out.y_title = text_argument(e, call, "ylabel");
  const Str log = text_argument(e, call, "log");
  out.log_x = log == "x" || log == "xy";
  out.log_y = log == "y" || log == "xy";
  if (!log.empty() && !out.log_x && !out.log_y) e.fail(Fault::log_axes, e.named_argument(call, "log"), log.view());
  const SyntaxId bins = e.named_argument(call, "bins");
  if (bins == Elaborator::absent || e.failed() || !e.integer(bins, "the number of bins", out.bins)) return;
  if (out.bins < 1 || out.bins > most_bins) e.fail(Fault::bins_outside, bins, out.bins, most_bins);
}

/// plot(x, y, "p.svg"), heat(K), hist(s, bins=20): values, then perhaps a file.
constexpr void drawing_call(Elaborator& e, SyntaxId call, const DrawingRow& own, Elaborated& out) {
  out.effect = Elaborated::Effect::draw;
  out.drawing.kind = own.kind;
  if (!e.takes_whole_values(call)) return;
  std::size_t given = positional_count(e.program(), call);
  if (given > 1 && e.program()[e.program().kid(call, given - 1)].form == Form::text)
    out.drawing.path = Str(e.program().name(e.program().kid(call, --given)));
  if (given < 1 || given > own.most_values) {
    e.fail(Fault::call_arguments, call, own.name, given, own.usage);
    return;
  }
  drawing_choices(e, call, own, out.drawing);
  for (std::size_t at = 0; at < given && !e.failed(); ++at) {
    const SyntaxId argument = e.program().kid(call, at);
    out.nodes.push_back(e.whole(argument));
    out.weak.push_back(false);
    out.drawing.names.push_back(Str(e.text(argument)));
  }
  if (e.failed()) return;
  Vec<DrawnValue> values;
  for (std::size_t at = 0; at < given; ++at)
    values.push_back({out.drawing.names[at].view(), e.graph.shape(out.nodes[at]), e.graph.dtype(out.nodes[at])});
  const DrawingRefusal refusal = refused_drawing(own, values);
  if (refusal.refused) e.fail(refusal.why, e.program().kid(call, refusal.value));
}

/// save(K, "k.npy"), seed(42), assume(M, spd) alone on a line: what they ask of the session. True when it was one.
constexpr bool statement_call(Elaborator& e, SyntaxId call, Elaborated& out) {
  const std::string_view name = e.program().name(call);
  const std::size_t given = positional_count(e.program(), call);
  if (name == "seed") {
    std::int64_t seed = 0;
    if (given != 1)
      e.fail(Fault::call_arguments, call, name, given, "seed(42)");
    else if (e.integer(e.program().kid(call, 0), "the seed", seed))
      out.seed = static_cast<std::uint64_t>(seed);
    out.effect = Elaborated::Effect::seed;
    return true;
  }
  if (name == "save") {
    if (given != 2 || e.program()[e.program().kid(call, 1)].form != Form::text) {
      e.fail(Fault::path_wanted, call, "save");
      return true;
    }
    if (!e.takes_whole_values(call)) return true;
    out.nodes.push_back(e.whole(e.program().kid(call, 0)));
    out.weak.push_back(false);
    out.path = Str(e.program().name(e.program().kid(call, 1)));
    out.effect = Elaborated::Effect::save;
    return true;
  }
  if (const DrawingRow* own = drawing_named(name)) {
    drawing_call(e, call, *own, out);
    return true;
  }
  if (name == "assume" && given == 2 && e.program()[e.program().kid(call, 0)].form == Form::name) {
    const Thing thing = assume_function(e, call);
    if (e.failed()) return true;
    out.nodes.push_back(thing.node);
    out.weak.push_back(false);
    out.rebound = Str(e.program().name(e.program().kid(call, 0)));
    return true;
  }
  return false;
}

}  // namespace ricci::dsl
