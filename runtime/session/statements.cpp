/// Programs statement by statement: parsing, writing sums out, elaborating, and what each kind of statement does.
#include <algorithm>
#include <atomic>
#include <chrono>

#include "dsl/diagnostic/render.hpp"
#include "dsl/infer/sums.hpp"
#include "dsl/text/parser.hpp"
#include "dsl/text/unparse.hpp"
#include "runtime/display/plot/draw.hpp"
#include "runtime/io/io.hpp"
#include "runtime/session/names.hpp"
#include "runtime/session/read.hpp"
#include "runtime/session/session.hpp"

namespace ricci::runtime {
namespace {

using dsl::Fault;

using Moment = std::chrono::steady_clock::time_point;
Moment now() { return std::chrono::steady_clock::now(); }
double milliseconds(Moment from, Moment to) { return std::chrono::duration<double, std::milli>(to - from).count(); }

/// Moves a place over text.
void advance(Origin& place, std::string_view over) {
  const std::size_t newline = over.rfind('\n');
  if (newline != std::string_view::npos) {
    place.line += static_cast<std::size_t>(std::count(over.begin(), over.end(), '\n'));
    place.column = 1;
    over = over.substr(newline + 1);
  }
  place.column += dsl::detail::count_code_points(over);
}

/// The statement's text and where it stands in its file.
Origin origin_of(const dsl::Program& program, const dsl::Statement& statement, const std::string& file) {
  Origin out{.text = std::string(program.text(statement.span)), .file = file};
  advance(out, program.source.view().substr(0, statement.span.begin));
  return out;
}

std::atomic<std::uint32_t> excerpt_width{dsl::RenderStyle{}.width};

/// "  at FILE:LINE:COLUMN" under the first line.
std::string with_place(std::string shown, const std::string& file, const place& where) {
  if (file.empty() || where.line == 0) return shown;
  const std::size_t end = std::min(shown.find('\n'), shown.size());
  return shown.insert(end, "\n  at " + file + ":" + std::to_string(where.line) + ":" + std::to_string(where.column));
}

}  // namespace

void Session::set_excerpt_width(std::uint32_t columns) noexcept { excerpt_width = columns; }

void Session::raise(const dsl::Diagnostic& diagnostic, std::string_view source, const Origin& from) {
  const dsl::Location at = dsl::locate(diagnostic, source);
  place where{at.line, at.column, at.length};
  if (where.line == 1) where.column += from.column - 1;
  if (where.line != 0) where.line += from.line - 1;
  dsl::RenderStyle style;
  style.width = excerpt_width;
  throw error(diagnostic, with_place(std::string(dsl::render(diagnostic, source, style).view()), from.file, where),
              where, from.file);
}

void Session::raise_in(const error& cause, std::string_view source, dsl::Span statement, const Origin& from) {
  if (cause.where().line != 0 || source.empty()) throw cause;
  dsl::Diagnostic placed = cause.diagnostic();
  placed.places = {statement};
  raise(placed, source, from);
}

/// Long programs are read once; of shorter ones it is remembered what reading them came to.
std::shared_ptr<ReadProgram> Session::read(std::string_view text) {
  constexpr std::size_t longest = 4096;
  if (const auto* known = read_.find(text)) return *known;
  auto out = std::make_shared<ReadProgram>();
  out->program = dsl::parse(text, out->faults);
  Origin here{.text = {}, .file = {}};  // moves along: no statement looks back to the start
  std::size_t counted = 0;
  for (const dsl::Statement& statement : out->program.statements) {
    advance(here, out->program.source.view().substr(counted, statement.span.begin - counted));
    counted = statement.span.begin;
    out->statements.push_back({statement, false, here, std::nullopt});
    out->statements.back().origin.text = out->program.text(statement.span);
  }
  constexpr std::int64_t of_statement = 2048;
  const auto bytes = static_cast<std::int64_t>(16 * text.size() + of_statement * out->statements.size());
  if (out->faults.empty() && text.size() <= longest) read_.put(text, out, bytes);
  return out;
}

void Session::run(std::string_view text, const Handler& handle, const std::string& file) {
  const Moment start = now();
  const std::shared_ptr<ReadProgram> program = read(text);
  const std::size_t count = program->statements.size();
  const double parse_ms = milliseconds(start, now()) / static_cast<double>(std::max<std::size_t>(count, 1));
  for (ReadStatement& statement : program->statements) {
    Origin origin = statement.origin;
    origin.file = file;
    origin.parse_ms = parse_ms;
    try {
      run_statement(*program, statement, handle, std::move(origin));
    } catch (const error& cause) {
      raise_in(cause, program->program.source.view(), statement.statement.span, Origin{.text = {}, .file = file});
    }
  }
  if (!program->faults.empty())
    raise(program->faults[0], program->program.source.view(), Origin{.text = {}, .file = file});
}

/// Sums are written out in `statement`, unless they are; faults are thrown with their place.
dsl::Elaborated Session::elaborate(dsl::Program& program, dsl::Statement& statement, bool& written_out,
                                   const dsl::Environment& names) {
  dsl::Vec<dsl::Diagnostic> faults;
  if (!written_out) {
    dsl::Statement written = dsl::write_out_sums(program, dsl::Statement(statement), faults, graph_, names);
    if (faults.empty()) statement = std::move(written);
    written_out = faults.empty();
  }
  dsl::Elaborated made;
  if (faults.empty()) made = dsl::elaborate(program, statement, graph_, names, faults);
  if (!faults.empty()) throw error(faults[0]);
  ++times_read_;
  return made;
}

/// What a statement asks for: by its recipe where it has been read before, over values of the same types.
dsl::Elaborated Session::understand(ReadProgram& program, ReadStatement& own) {
  std::vector<std::string_view> targets;
  for (dsl::Span target : own.statement.targets) targets.push_back(program.program.text(target));
  const Names names(*this, targets);
  if (own.recipe)
    if (const dsl::Elaborated* made = own.recipe->follow(graph_, names, epoch_)) return *made;
  own.recipe.reset();
  const Listener listener(names);
  dsl::Elaborated made = elaborate(program.program, own.statement, own.written_out, listener);
  if (made.effect == dsl::Elaborated::Effect::none && !listener.beyond_names())
    own.recipe.emplace(graph_, listener, made, epoch_);
  return made;
}

void Session::define_all(const dsl::Program& program, const dsl::Statement& statement, const dsl::Elaborated& made,
                         const Origin& origin) {
  if (!made.rebound.empty()) return define(made.rebound.view(), made.nodes[0], false, &origin);
  for (std::size_t at = 0; at < statement.targets.size(); ++at)
    define(program.text(statement.targets[at]), made.nodes[at], made.weak[at], &origin);
}

Session::Asked Session::elaborate_all(const dsl::Program& parsed, const std::string& file) {
  dsl::Program program = parsed;
  Asked out;
  for (std::size_t at = 0; at < program.statements.size(); ++at) {
    dsl::Statement statement = program.statements[at];
    bool written_out = false;
    const Origin origin = origin_of(program, statement, file);
    try {
      const dsl::Elaborated made = elaborate(program, statement, written_out, Names(*this));
      if (made.effect == dsl::Elaborated::Effect::seed) options_.seed = made.seed;
      define_all(program, statement, made, origin);
      if (!made.nodes.empty()) out.last = made.nodes.back();
      if (!statement.targets.empty() || !made.rebound.empty()) continue;
      for (NodeId node : made.nodes) {
        out.shown.push_back(node);
        origin_.try_emplace(node.at, origin);
      }
    } catch (const error& cause) {
      Origin whole{.text = {}, .file = file};
      if (!cause.diagnostic().places.empty()) raise(cause.diagnostic(), program.source.view(), whole);
      raise_in(cause, program.source.view(), statement.span, whole);
    }
  }
  return out;
}

NodeId Session::elaborate_last(const dsl::Program& program) {
  const Asked asked = elaborate_all(program, {});
  if (!asked.last.valid()) fail(Fault::nothing_to_compute);
  return asked.last;
}

Plan Session::plan(const std::vector<std::string>& programs, const std::vector<std::string>& names,
                   const std::string& file, bool record) {
  Asked all;
  for (const std::string& text : programs) {
    dsl::Vec<dsl::Diagnostic> faults;
    const dsl::Program program = dsl::parse(text, faults);
    if (!faults.empty()) raise(faults[0], text, Origin{.text = {}, .file = file});
    const Asked asked = elaborate_all(program, file);
    all.shown.insert(all.shown.end(), asked.shown.begin(), asked.shown.end());
    if (asked.last.valid()) all.last = asked.last;
  }
  for (const std::string& name : names) all.shown.push_back(node(name));
  if (all.shown.empty() && all.last.valid()) all.shown.push_back(all.last);
  if (all.shown.empty()) fail(Fault::nothing_to_compute);
  return make_plan(graph_, all.shown, values_, options_, record);
}

/// A picture goes into its file, or to whoever shows values. Where a file cannot be written nothing is computed.
void Session::draw(const dsl::Elaborated& made, const dsl::Statement& statement, const Handler& handle,
                   const Origin& origin) {
  const std::string path(made.drawing.path.view());
  if (!path.empty()) plot::check_picture_path(path);
  take_notes();
  std::vector<Value> values = evaluate({made.nodes.begin(), made.nodes.end()}, origin);
  auto picture = std::make_shared<const plot::Picture>(plot::picture_of(made.drawing, values));
  if (!path.empty()) return plot::write_picture(path, *picture);
  if (handle) handle({origin.text, statement.quiet, false, std::move(values.back()), std::move(picture)});
}

void Session::run_statement(ReadProgram& read, ReadStatement& own, const Handler& handle, Origin origin) {
  const Moment start = now();
  const dsl::Program& program = read.program;
  const dsl::Statement& statement = own.statement;
  dsl::Elaborated made;
  try {
    made = understand(read, own);
  } catch (const error& cause) {  // its places are in the program's text
    const Origin whole{.text = {}, .file = origin.file};
    if (!cause.diagnostic().places.empty()) raise(cause.diagnostic(), program.source.view(), whole);
    throw;
  }
  origin.elaborate_ms = milliseconds(start, now());
  const auto is_definition = !statement.targets.empty() || !made.rebound.empty();
  if (made.effect == dsl::Elaborated::Effect::seed) {
    options_.seed = made.seed;
  } else if (made.effect == dsl::Elaborated::Effect::save) {
    take_notes();
    io::save(std::string(made.path.view()), evaluate({made.nodes[0]}, origin)[0]);
  } else if (made.effect == dsl::Elaborated::Effect::draw) {
    draw(made, statement, handle, origin);
  } else if (is_definition) {
    define_all(program, statement, made, origin);
    for (dsl::Span target : statement.targets) {
      cut_if_deep(program.text(target));
      if (handle) handle({std::string(program.text(target)), statement.quiet, true, {}, {}});
    }
  } else {
    take_notes();
    Value value = evaluate({made.nodes[0]}, origin)[0];
    if (handle) handle({origin.text, statement.quiet, false, std::move(value), {}});
  }
  compact_if_due();
}

std::string Session::written_out(std::string_view text) {
  dsl::Vec<dsl::Diagnostic> faults;
  dsl::Program program = dsl::parse(text, faults);
  std::string out;
  for (std::size_t at = 0; at < program.statements.size() && faults.empty(); ++at) {
    const dsl::Statement written = program.statements[at];
    const dsl::Statement statement = dsl::write_out_sums(program, written, faults);
    if (faults.empty()) (out += dsl::unparse(program, statement).view()) += "\n";
  }
  if (!faults.empty()) raise(faults[0], program.source.view());
  return out;
}

std::vector<std::string> Session::defined_names(std::string_view text) {
  dsl::Vec<dsl::Diagnostic> faults;
  const dsl::Program program = dsl::parse(text, faults);
  if (!faults.empty()) raise(faults[0], text);
  std::vector<std::string> out;
  for (const dsl::Statement& statement : program.statements)
    for (dsl::Span target : statement.targets) out.emplace_back(program.text(target));
  return out;
}

}  // namespace ricci::runtime
