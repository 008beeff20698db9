/// Bodies of <ricci/notation.hpp>: formulas are put together, and evaluated as the programs that they stand for.
#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <map>
#include <mutex>

#include <ricci/formula.hpp>
#include <ricci/notation.hpp>

#include "dsl/graph/distribution.hpp"
#include "dsl/text/parser.hpp"
#include "runtime/session/guarded.hpp"
#include "runtime/session/prepared.hpp"

namespace ricci {
namespace {

using detail::definition;
using detail::formula;
using detail::operand_of;
using dsl::Form;
using dsl::Operation;
using Formula = std::shared_ptr<const formula>;

/// Definitions within definitions: what walks them may recurse.
constexpr std::size_t deepest = 1000;

dsl::Syntax shaped(Form form, Operation operation = Operation::none) {
  dsl::Syntax out;
  out.form = form;
  out.operation = operation;
  return out;
}

Formula lone(dsl::Notation of) {
  auto out = std::make_shared<formula>();
  out->of = std::move(of);
  return out;
}
Formula lone(operand_of operand, std::size_t depth) {
  auto out = std::make_shared<formula>();
  out->of = dsl::operand(0);
  out->operands.push_back(std::move(operand));
  out->depth = depth;
  return out;
}

/// Takes a formula into another one, whose operands it shares where they are the same.
dsl::SyntaxId taken_in(formula& whole, const formula& part) {
  std::vector<std::uint32_t> slots;
  for (const operand_of& own : part.operands) {
    const auto known = std::find(whole.operands.begin(), whole.operands.end(), own);
    slots.push_back(static_cast<std::uint32_t>(known - whole.operands.begin()));
    if (known == whole.operands.end()) whole.operands.push_back(own);
  }
  whole.open = whole.open || part.open;
  whole.draws = whole.draws || part.draws;
  whole.depth = std::max(whole.depth, part.depth);
  return dsl::absorb(whole.of, part.of, slots);
}

std::shared_ptr<formula> composed(const dsl::Syntax& shape, std::string_view name, const std::vector<Formula>& parts) {
  auto out = std::make_shared<formula>();
  dsl::Vec<dsl::SyntaxId> kids;
  for (const Formula& part : parts) kids.push_back(taken_in(*out, *part));
  dsl::close(out->of, shape, name, kids);
  if (out->of.height > dsl::max_tree_height) fail(dsl::Fault::too_deep, dsl::max_tree_height);
  return out;
}

void check_name(std::string_view name) {
  const dsl::Lexed lexed = dsl::lex(name);
  const bool alone = lexed.tokens.size() == 2 && lexed.tokens[0].kind == dsl::TokenKind::name &&
                     lexed.tokens[0].span.end - lexed.tokens[0].span.begin == name.size();
  if (!alone) fail(dsl::Fault::no_name, name);
  if (dsl::is_reduction(name)) fail(dsl::Fault::reserved_name, name);
}

Formula name_formula(std::string_view name) { return lone(dsl::leaf(shaped(Form::name), name)); }

Operation operation_of(std::string_view sign) {
  for (const dsl::OperatorRow& own : dsl::operators)
    if (own.spelling == sign) return own.operation;
  fail(dsl::Fault::internal, "an operator is not in the table");
}

/// Expressions evaluated again and again are parsed once and planned once for each set of extents.
class Programs {
 public:
  std::shared_ptr<const runtime::Prepared> find(const std::string& text) {
    const std::lock_guard lock(mutex_);
    const auto known = made_.find(text);
    if (known != made_.end()) return known->second;
    if (made_.size() >= most) made_.clear();
    auto fresh = std::make_shared<const runtime::Prepared>(text, runtime::Options{});
    made_.emplace(text, fresh);
    return fresh;
  }

 private:
  static constexpr std::size_t most = 256;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const runtime::Prepared>, std::less<>> made_;
};

Programs& programs() {
  static Programs all;
  return all;
}

}  // namespace

// -- leaves

expression expression::name(std::string_view name) {
  check_name(name);
  return expression(name_formula(name));
}
expression expression::open_index(std::string_view name) {
  check_name(name);
  auto out = std::make_shared<formula>(*name_formula(name));
  out->open = true;
  return expression(std::move(out));
}
bool expression::open() const { return of_->open; }

expression expression::integer(std::int64_t x) {
  return expression(lone(dsl::leaf(dsl::number_shape(Form::integer, static_cast<std::uint64_t>(x)))));
}
expression expression::natural(std::uint64_t x) {
  if (x > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    fail(dsl::Fault::integer_too_large, std::to_string(x).c_str());
  return integer(static_cast<std::int64_t>(x));
}
expression expression::real(double x) {
  if (std::isnan(x)) return name("nan");
  if (std::isinf(x)) return x > 0 ? name("inf") : unary('-', name("inf"));
  return expression(lone(dsl::leaf(dsl::number_shape(Form::real, std::bit_cast<std::uint64_t>(x)))));
}
expression expression::complex(double re, double im) {
  if (!std::isfinite(re) || !std::isfinite(im)) return val(std::complex<double>(re, im));
  const expression imaginary(lone(dsl::leaf(dsl::number_shape(Form::imaginary, std::bit_cast<std::uint64_t>(im)))));
  if (std::bit_cast<std::uint64_t>(re) == 0) return imaginary;
  return binary("+", real(re), imaginary);
}
expression expression::quoted(std::string_view text) {
  if (text.find_first_of("\"\n\r") != std::string_view::npos) fail(dsl::Fault::open_text);
  return expression(lone(dsl::leaf(shaped(Form::text), text)));
}
expression expression::held(std::shared_ptr<const void> owner, const void* object,
                            runtime::Value (*view)(const void*)) {
  auto from = std::make_shared<detail::source>();
  from->owner = std::move(owner);
  from->object = object;
  from->view = view;
  return expression(lone(operand_of{std::move(from), nullptr, 0}, 0));
}

// -- formulas of formulas

expression expression::call(std::string_view function, const std::vector<expression>& positional,
                            const std::vector<std::pair<std::string_view, expression>>& named) {
  std::vector<Formula> parts;
  for (const expression& own : positional) parts.push_back(own.of_);
  for (const auto& [key, own] : named) parts.push_back(composed(shaped(Form::named), key, {own.of_}));
  auto out = composed(shaped(Form::call), function, parts);
  out->draw = dsl::distribution_named(function).has_value();
  out->draws = out->draws || out->draw || function == "random_sparse";
  return expression(std::move(out));
}
expression expression::unary(char sign, const expression& a) {
  const Operation operation = sign == '-'   ? Operation::negate
                              : sign == '+' ? Operation::plus
                              : sign == '!' ? Operation::logical_not
                                            : Operation::transpose;
  return expression(composed(shaped(Form::unary, operation), {}, {a.of_}));
}
expression expression::binary(std::string_view sign, const expression& a, const expression& b) {
  const Operation operation = operation_of(sign);
  if (dsl::level_of(operation) != dsl::Level::comparison)
    return expression(composed(shaped(Form::binary, operation), {}, {a.of_, b.of_}));
  const Formula relation = lone(dsl::leaf(shaped(Form::relation, operation)));
  return expression(composed(shaped(Form::compare), {}, {a.of_, relation, b.of_}));
}
expression expression::list(const std::vector<expression>& items) {
  std::vector<Formula> parts;
  for (const expression& own : items) parts.push_back(own.of_);
  return expression(composed(shaped(Form::list), {}, parts));
}

namespace {

bool is_binding(const formula& of) { return of.of.tree[of.of.root].form == Form::binding; }

/// e(i, j.in(0, n)): the axes of a definition and their ranges.
std::shared_ptr<definition> defined(const formula& body, const std::vector<Formula>& axes) {
  auto out = std::make_shared<definition>();
  formula whole = body;
  for (const Formula& axis : axes) {
    const dsl::Syntax& root = axis->of.tree[axis->of.root];
    if ((root.form != Form::name || root.bits != 0) && root.form != Form::binding) fail(dsl::Fault::computed_axis, "C");
    out->sentence.axes.push_back(dsl::Str(axis->of.tree.name(axis->of.root)));
    if (root.form == Form::binding) out->sentence.ranges.push_back(taken_in(whole, *axis));
  }
  out->sentence.kind = dsl::StatementKind::define_elements;
  out->sentence.body = std::move(whole.of);
  out->operands = std::move(whole.operands);
  out->draws = body.draws;
  return out;
}

Formula definition_formula(std::shared_ptr<definition> of, std::size_t depth, std::size_t part = 0) {
  if (depth > deepest) fail(dsl::Fault::too_deep, deepest);
  return lone(operand_of{nullptr, std::move(of), part}, depth);
}

}  // namespace

expression expression::at(const std::vector<entry>& given) const {
  std::vector<Formula> entries;
  for (const entry& own : given) entries.push_back(own.of_);
  const bool ranged = std::any_of(entries.begin(), entries.end(), [](const Formula& own) { return is_binding(*own); });
  if ((of_->open && !of_->draw) || ranged)
    return expression(definition_formula(defined(*of_, entries), of_->depth + 1));
  entries.insert(entries.begin(), of_);
  auto out = composed(shaped(Form::access), {}, entries);
  for (std::size_t at = 1; at < entries.size(); ++at)
    if (!entries[at]->open) dsl::mark_value(out->of, at - 1);
  return expression(std::move(out));
}

expression expression::named(std::string_view name) const {
  check_name(name);
  const bool lone_operand = of_->of.tree.nodes.size() == 1 && of_->operands.size() == 1;
  if (lone_operand && of_->operands[0].from != nullptr) {
    auto from = std::make_shared<detail::source>(*of_->operands[0].from);
    from->name = name;
    return expression(lone(operand_of{std::move(from), nullptr, 0}, 0));
  }
  std::shared_ptr<definition> own;
  if (lone_operand && of_->operands[0].defined->targets == 1) {
    own = std::make_shared<definition>(*of_->operands[0].defined);
  } else {
    own = std::make_shared<definition>();
    own->sentence.kind = dsl::StatementKind::define_whole;
    own->sentence.body = of_->of;
    own->operands = of_->operands;
    own->draws = of_->draws;
  }
  own->name = name;
  return expression(definition_formula(std::move(own), of_->depth + 1));
}

std::vector<expression> expression::parts(std::string_view decomposition, const expression& of, std::size_t count) {
  auto own = std::make_shared<definition>();
  const expression whole = call(decomposition, {of});
  own->sentence.kind = dsl::StatementKind::unpack;
  own->sentence.body = whole.of_->of;
  own->operands = whole.of_->operands;
  own->targets = count;
  own->draws = whole.of_->draws;
  std::vector<expression> out;
  for (std::size_t at = 0; at < count; ++at)
    out.push_back(expression(definition_formula(own, whole.of_->depth + 1, at)));
  return out;
}

// -- indices, slices, reductions

namespace {

Formula range_formula(std::string_view name, const Formula& from, const Formula& to) {
  check_name(name);
  return composed(shaped(Form::binding), name, {from, to});
}
}  // namespace

bound::bound(std::string_view name, const expression& from, const expression& to)
    : of_(range_formula(name, from.of_, to.of_)) {}
slice::slice(const std::optional<expression>& from, const std::optional<expression>& to,
             const std::optional<expression>& step) {
  std::vector<Formula> parts;
  for (const std::optional<expression>* part : {&from, &to, &step})
    parts.push_back(part->has_value() ? (*part)->of_ : lone(dsl::leaf(shaped(Form::none))));
  of_ = composed(shaped(Form::slice), {}, parts);
}
slice slice::ellipsis() {
  slice out;
  out.of_ = lone(dsl::leaf(shaped(Form::ellipsis)));
  return out;
}
slice slice::newaxis() {
  slice out;
  out.of_ = lone(dsl::leaf(shaped(Form::newaxis)));
  return out;
}

reducer::reducer(std::string_view function, const std::vector<entry>& bindings) : function_(function) {
  for (const entry& own : bindings) {
    const dsl::Program& tree = own.of_->of.tree;
    const dsl::Syntax& root = tree[own.of_->of.root];
    const bool index = root.form == Form::name && root.bits == 0;
    if (!index && root.form != Form::binding) fail(dsl::Fault::missing_index, "a value", "sum(k) or sum(k.in(0, n))");
    bindings_.push_back(index ? lone(dsl::leaf(shaped(Form::binding), tree.name(own.of_->of.root))) : own.of_);
  }
}

expression reducer::operator()(const expression& body) const {
  std::vector<Formula> parts = bindings_;
  parts.push_back(body.of_);
  auto out = composed(shaped(Form::reduce), function_, parts);
  out->open = true;
  return expression(std::move(out));
}

// -- evaluation

std::string expression::text() const {
  return guarded([&] { return detail::written(*of_).text; });
}

value expression::evaluate(std::optional<std::uint64_t> seed) const {
  return guarded([&] {
    const detail::program program = detail::written(*of_);
    std::vector<runtime::NamedValue> values;
    for (const auto& [name, own] : program.sources) values.emplace_back(name, own.from->view(own.from->object));
    return value(programs().find(program.text)->call(std::move(values), seed));
  });
}

}  // namespace ricci
