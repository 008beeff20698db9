#include "tests/language/built.hpp"

#include <bit>

namespace ricci::tests {

using dsl::Form;
using dsl::Operation;
using dsl::StatementKind;
using dsl::Syntax;
using dsl::SyntaxId;

namespace {

bool is_slice(Form form) { return form == Form::slice || form == Form::ellipsis || form == Form::newaxis; }

bool draws(const dsl::Program& program, SyntaxId id) {
  const Syntax& node = program[id];
  if (node.form == Form::call && dsl::distribution_named(program.name(id))) return true;
  if (node.form == Form::call && program.name(id) == "random_sparse") return true;
  for (std::size_t at = 0; at < node.kid_count; ++at)
    if (draws(program, program.kid(id, at))) return true;
  return false;
}

}  // namespace

std::optional<expression> Builder::build(const dsl::Program& program) {
  program_ = &program;
  std::optional<expression> shown;
  for (const dsl::Statement& own : program.statements)
    if (auto made = statement(own)) shown = made;
  return shown;
}

std::optional<expression> Builder::statement(const dsl::Statement& of) {
  indices_.clear();
  for (dsl::Span axis : of.axes) indices_.insert(std::string(program_->text(axis)));
  collect_indices(of.value);
  for (const auto& [name, ignored] : values_)
    if (indices_.contains(name)) throw NotSayable{"an index has the name of a value"};
  if (of.kind == StatementKind::unpack) {
    const std::size_t count = of.targets.size();
    if ((*program_)[of.value].form != Form::call || (*program_)[of.value].kid_count != 1)
      throw NotSayable{"unpacks no decomposition"};
    const auto parts = expression::parts(program_->name(of.value), value(program_->kid(of.value, 0)), count);
    for (std::size_t at = 0; at < count; ++at)
      values_.insert_or_assign(std::string(program_->text(of.targets[at])), parts[at]);
    return {};
  }
  expression out = value(of.value);
  const bool elements = of.kind == StatementKind::define_elements || of.kind == StatementKind::show_elements;
  if (elements && (of.axes.size() > 0 || out.open())) {
    std::vector<entry> axes;
    bool ranged = false;
    for (dsl::Span axis : of.axes) {
      std::optional<entry> own;
      for (SyntaxId range : of.ranges)
        if (program_->name(range) == program_->text(axis)) own = at(range), ranged = true;
      axes.push_back(own ? *own : entry(expression::open_index(program_->text(axis))));
    }
    if (!out.open() && !ranged) throw NotSayable{"defines elements without an index"};
    out = out.at(axes);
  }
  const Syntax& root = (*program_)[of.value];
  const bool rebinds = of.kind == StatementKind::show && root.form == Form::call &&
                       program_->name(of.value) == "assume" &&
                       (*program_)[program_->kid(of.value, 0)].form == Form::name;
  if (rebinds) return define(program_->name(program_->kid(of.value, 0)), out), std::nullopt;
  if (of.targets.empty()) return out;
  if (draws(*program_, of.value) && used_.contains(std::string(program_->text(of.targets[0]))))
    throw NotSayable{"rebinds a name that draws"};
  defined.push_back(out);
  if ((*program_)[of.value].form == Form::name)
    values_.insert_or_assign(std::string(program_->text(of.targets[0])), out);
  else
    define(program_->text(of.targets[0]), out);
  return {};
}

void Builder::define(std::string_view name, const expression& of) {
  std::string own(name);
  while (!used_.insert(own).second) own += "_";  // two values of one name are two values
  values_.insert_or_assign(std::string(name), of.named(own));
}

/// Names that stand bare in an entry, or are bound by a reduction.
void Builder::collect_indices(SyntaxId id) {
  const Syntax& node = (*program_)[id];
  bool slices = false;
  for (std::size_t at = 1; at < node.kid_count; ++at)
    slices = slices || is_slice((*program_)[program_->kid(id, at)].form);
  for (std::size_t at = 0; at < node.kid_count; ++at) {
    const SyntaxId kid = program_->kid(id, at);
    const Syntax& own = (*program_)[kid];
    const bool entry = node.form == Form::access && at > 0 && !slices;
    const bool bare = entry && own.form == Form::name && !own.parenthesised;
    if (bare && values_.contains(program_->name(kid)) && !indices_.contains(program_->name(kid)))
      throw NotSayable{"could be an index or a value"};
    if (own.form == Form::binding || bare) indices_.insert(std::string(program_->name(kid)));
    collect_indices(kid);
  }
}

expression Builder::name(SyntaxId id) {
  const std::string_view own = program_->name(id);
  if (indices_.contains(own)) return expression::open_index(own);
  const auto known = values_.find(own);
  return known == values_.end() ? expression::name(own) : known->second;
}

std::optional<expression> Builder::part(SyntaxId id) {
  if ((*program_)[id].form == Form::none) return {};
  return value(id);
}

entry Builder::at(SyntaxId id) {
  switch ((*program_)[id].form) {
    case Form::ellipsis: return slice::ellipsis();
    case Form::newaxis: return slice::newaxis();
    case Form::slice: return slice(part(program_->kid(id, 0)), part(program_->kid(id, 1)), part(program_->kid(id, 2)));
    case Form::binding:
      if ((*program_)[id].kid_count == 0) return expression::open_index(program_->name(id));
      return bound(program_->name(id), value(program_->kid(id, 0)), value(program_->kid(id, 1)));
    default: return value(id);
  }
}

expression Builder::call(SyntaxId id) {
  const std::string_view function = program_->name(id);
  for (std::string_view effect : {"seed", "save", "plot", "heat", "hist"})
    if (function == effect) throw NotSayable{"an effect"};
  std::vector<expression> positional;
  std::vector<std::pair<std::string_view, expression>> named;
  for (std::size_t at = 0; at < (*program_)[id].kid_count; ++at) {
    const SyntaxId kid = program_->kid(id, at);
    if ((*program_)[kid].form == Form::named)
      named.emplace_back(program_->name(kid), value(program_->kid(kid, 0)));
    else
      positional.push_back(value(kid));
  }
  if (function == "solve" && positional.size() == 2) return solve(positional[0], positional[1]);
  return expression::call(function, positional, named);
}

expression Builder::compare(SyntaxId id) {
  std::optional<expression> all;
  for (std::size_t at = 1; at + 1 < (*program_)[id].kid_count; at += 2) {
    const std::string_view sign = spelling_of((*program_)[program_->kid(id, at)].operation);
    const expression one = expression::binary(sign, value(program_->kid(id, at - 1)), value(program_->kid(id, at + 1)));
    all = all ? *all && one : one;
  }
  return *all;
}

expression Builder::binary(SyntaxId id) {
  const expression a = value(program_->kid(id, 0));
  const expression b = value(program_->kid(id, 1));
  switch ((*program_)[id].operation) {
    case Operation::add: return a + b;
    case Operation::subtract: return a - b;
    case Operation::multiply: return a * b;
    case Operation::divide: return a / b;
    case Operation::modulo: return a % b;
    case Operation::logical_and: return a && b;
    case Operation::logical_or: return a || b;
    case Operation::floor_divide: return floor_divide(a, b);
    case Operation::matmul: return matmul(a, b);
    case Operation::power: return power(a, b);
    default: return expression::binary("\\", a, b);
  }
}

expression Builder::value(SyntaxId id) {
  const Syntax& node = (*program_)[id];
  switch (node.form) {
    case Form::integer: return static_cast<std::int64_t>(node.bits);
    case Form::real: return std::bit_cast<double>(node.bits);
    case Form::imaginary: return std::complex<double>(0.0, std::bit_cast<double>(node.bits));
    case Form::text: return expression::quoted(program_->name(id));
    case Form::name: return name(id);
    case Form::call: return call(id);
    case Form::compare: return compare(id);
    case Form::binary: return binary(id);
    case Form::unary: {
      const expression a = value(program_->kid(id, 0));
      if (node.operation == Operation::transpose) return adjoint(a);
      if (node.operation == Operation::logical_not) return !a;
      return node.operation == Operation::negate ? -a : +a;
    }
    case Form::list: {
      std::vector<expression> items;
      for (std::size_t at = 0; at < node.kid_count; ++at) items.push_back(value(program_->kid(id, at)));
      return expression::list(items);
    }
    case Form::reduce: {
      std::vector<entry> bindings;
      for (std::size_t at = 0; at + 1 < node.kid_count; ++at) bindings.push_back(this->at(program_->kid(id, at)));
      return reducer(program_->name(id), bindings)(value(program_->kid(id, node.kid_count - 1)));
    }
    case Form::access: {
      std::vector<entry> entries;
      for (std::size_t at = 1; at < node.kid_count; ++at) entries.push_back(this->at(program_->kid(id, at)));
      const expression base = value(program_->kid(id, 0));
      const Syntax& own = (*program_)[program_->kid(id, 0)];
      const bool draw = own.form == Form::call && dsl::distribution_named(program_->name(program_->kid(id, 0)));
      if (base.open() && !draw) throw NotSayable{"takes an element of an element"};
      return base.at(entries);
    }
    default: throw NotSayable{"a form of its own"};
  }
}

}  // namespace ricci::tests
