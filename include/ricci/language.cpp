/// The tables of dsl/ as the face shows them.
#include <algorithm>
#include <optional>

#include <ricci/language.hpp>

#include "dsl/diagnostic/near_name.hpp"
#include "dsl/infer/elaborator.hpp"
#include "dsl/text/lexer.hpp"

namespace ricci {
namespace {

struct ExampleRow {
  std::string_view name;
  std::string_view kind;
  std::string_view text;
};

constexpr ExampleRow examples[] = {
#define RICCI_EXAMPLE(name, kind, text) {#name, kind, text},
#include "dsl/infer/examples.def"
#undef RICCI_EXAMPLE
};

/// Functions that stand in no table of dsl: name, usage, documentation.
constexpr std::string_view others[][3] = {
    {"clamp", "clamp(x, low, high)", "the nearest number between the two"},
    {"save", "save(K, \"k.npy\")", "writes a value to a .npy, .npz, .mtx or .csv file"},
    {"seed", "seed(42)", "sets the seed of every draw that follows"},
};

std::string usage_of(const dsl::OpRow& row) {
  const std::string name(row.spelling);
  if (row.operands == 1) return name + "(x)";
  return name + (row.operands == 2 ? "(a, b)" : "(a, b, c)");
}

/// Usage and documentation of a name, from whichever table has it.
void describe(std::string_view name, function& out) {
  out.reduction = dsl::is_reduction(name);
  if (const dsl::FunctionRow* row = dsl::function_named(name)) {
    out.usage = row->usage;
    out.documentation = row->documentation;
  } else if (const auto drawn = dsl::distribution_named(name)) {
    const dsl::DistributionRow& own = dsl::row(*drawn);
    out.usage = std::string(own.name) + "(" + std::string(own.parameters) + ")";
    out.documentation = own.documentation;
  } else if (const dsl::DrawingRow* drawing = dsl::drawing_named(name)) {
    out.usage = drawing->usage;
    out.documentation = drawing->documentation;
  } else if (dsl::dtype_named(name)) {
    out.usage = std::string(name) + "(x)";
    out.documentation = "x as " + std::string(name);
  }
  for (const dsl::OpRow& row : dsl::op_rows)
    if (out.usage.empty() && row.kind == dsl::OpKind::element && row.spelling == name) {
      out.usage = usage_of(row);
      out.documentation = row.documentation;
    }
  for (const auto& own : others)
    if (own[0] == name) {
      out.usage = own[1];
      out.documentation = own[2];
    }
}

std::vector<function> all_functions() {
  std::vector<function> out;
  for (const ExampleRow& row : examples) {
    function made;
    made.name = row.name;
    made.kind = row.kind;
    made.example = row.text;
    describe(row.name, made);
    out.push_back(std::move(made));
  }
  for (const dsl::Str& name : dsl::function_names()) {  // without an example as yet
    const auto known = [&](const function& own) { return own.name == name.view(); };
    if (std::any_of(out.begin(), out.end(), known)) continue;
    function made;
    made.name = name.view();
    made.kind = "others";
    describe(name.view(), made);
    out.push_back(std::move(made));
  }
  return out;
}

word_kind kind_of(const dsl::Token& token, std::string_view text) {
  using dsl::TokenKind;
  switch (token.kind) {
    case TokenKind::integer:
    case TokenKind::real:
    case TokenKind::imaginary: return word_kind::number;
    case TokenKind::text: return word_kind::text;
    case TokenKind::name: return text == "true" || text == "false" ? word_kind::keyword : word_kind::name;
    case TokenKind::keyword_for:
    case TokenKind::keyword_in: return word_kind::keyword;
    default: return word_kind::sign;
  }
}

}  // namespace

const std::vector<function>& functions() {
  static const std::vector<function> all = all_functions();
  return all;
}

std::vector<word> words(std::string_view program) {
  std::vector<word> out;
  const dsl::Lexed lexed = dsl::lex(program);
  for (const dsl::Token& token : lexed.tokens) {
    if (token.kind == dsl::TokenKind::end || token.kind == dsl::TokenKind::fault) break;
    if (token.kind == dsl::TokenKind::newline) continue;
    const std::string_view text = program.substr(token.span.begin, token.span.end - token.span.begin);
    out.push_back({kind_of(token, text), token.span.begin, token.span.end, text});
  }
  return out;
}

bool unfinished(std::string_view program) {
  using dsl::TokenKind;
  const dsl::Lexed lexed = dsl::lex(program);
  int open = 0;
  const dsl::Token* last = nullptr;
  for (const dsl::Token& token : lexed.tokens) {
    if (token.kind == TokenKind::fault) return false;  // it will be refused as it is
    open += token.kind == TokenKind::open_paren || token.kind == TokenKind::open_bracket ? 1 : 0;
    open -= token.kind == TokenKind::close_paren || token.kind == TokenKind::close_bracket ? 1 : 0;
    if (open < 0) return false;
    if (token.kind != TokenKind::end && token.kind != TokenKind::newline) last = &token;
  }
  return last != nullptr && (open > 0 || dsl::wants_more(*last));
}

std::vector<piece> statements(std::string_view program) {
  using dsl::TokenKind;
  std::vector<piece> out;
  std::size_t from = 0;
  while (from < program.size()) {
    const dsl::Lexed lexed = dsl::lex(program.substr(from));
    std::optional<std::size_t> begin;
    const auto end_at = [&](std::size_t end) {
      if (begin) out.push_back({*begin, end});
      begin.reset();
    };
    for (const dsl::Token& token : lexed.tokens) {
      const bool fault = token.kind == TokenKind::fault;
      if (fault || token.kind == TokenKind::end) break;
      if (token.kind == TokenKind::newline) {
        end_at(from + token.span.begin);
      } else if (token.kind == TokenKind::semicolon) {
        if (begin) end_at(from + token.span.end);
      } else if (!begin) {
        begin = from + token.span.begin;
      }
    }
    const dsl::Token& last = lexed.tokens.back();
    if (last.kind != TokenKind::fault) {
      end_at(program.size());
      break;
    }
    const std::size_t fault = from + last.span.begin;
    if (!begin) begin = std::max(from, program.rfind('\n', fault == 0 ? 0 : fault - 1) + 1);
    while (*begin < fault && (program[*begin] == ' ' || program[*begin] == '\n')) ++*begin;
    from = std::min(program.find('\n', fault), program.size());
    end_at(from);
  }
  return out;
}

bool continues_above(std::string_view line) {
  const dsl::Lexed lexed = dsl::lex(line);
  const dsl::Token& first = lexed.tokens[0];
  if (first.kind == dsl::TokenKind::keyword_for) return true;
  return first.kind == dsl::TokenKind::operation && dsl::row_of(first.operation).opens_line;
}

const std::vector<std::string>& other_words() {
  static const std::vector<std::string> all{"for", "in", "true", "false", "pi", "e", "inf", "nan", "newaxis"};
  return all;
}

std::string nearest(std::string_view wanted, const std::vector<std::string>& known) {
  dsl::Vec<dsl::Str> all;
  for (const std::string& one : known) all.push_back(dsl::Str(one));
  return std::string(dsl::near_name(wanted, all).view());
}

}  // namespace ricci
