/// A session: names bound to lazy values, statements that define and show them, and what has been computed so far.
/// Definitions build one graph; nothing is computed until a value is asked for; what was computed is kept.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "dsl/infer/elaborator.hpp"
#include "dsl/text/syntax.hpp"
#include "runtime/error.hpp"
#include "runtime/evaluation.hpp"
#include "runtime/execute/plan_cache.hpp"
#include "runtime/recently_used.hpp"
#include "runtime/session/options.hpp"

namespace ricci::runtime::plot {
struct Picture;
}

namespace ricci::runtime {

/// A value asked for by a statement that only shows it.
struct Shown {
  std::string label;     // the expression as written
  bool quiet = false;    // the statement ended with `;`
  bool defined = false;  // a definition: nothing to show, value empty
  Value value;
  std::shared_ptr<const plot::Picture> picture;  // plot(...) without a file: a picture of the value
};

/// What one statement cost, in milliseconds and bytes, and what its evaluation reported.
struct Timing {
  std::string statement;
  double parse_ms = 0;
  double optimize_ms = 0;
  std::vector<double> execute_ms;
  std::int64_t peak_bytes = 0;
  double flops = 0;                        // by the plan's estimate
  std::vector<passes::PassReport> passes;  // those that fired
  std::vector<std::string> kernels;        // each once, in the order of the steps; none: the value was kept
  std::vector<std::string> methods;        // of its solves: "cholesky, 12 right-hand sides"
};

/// What is known of a value without computing it.
struct Known {
  std::string name;  // empty: it has none
  DType type{};
  Extents shape;
  bool sparse = false;
  bool evaluated = false;  // computed and kept
  bool borrowed = false;
  std::int64_t bytes = 0;  // that it takes, or will take
  std::vector<std::string> structure;
  std::string definition;  // as written; empty for values from outside
};

/// Where a definition was written, for errors that come up when its value is asked for, and what reading it took.
struct Origin {
  std::string text;
  std::string file;
  std::size_t line = 1;  // of the text's first character; both count from 1
  std::size_t column = 1;
  double parse_ms = 0;
  double elaborate_ms = 0;
};

struct ReadStatement;  // runtime/session/read.hpp
struct ReadProgram;

class Session {
 public:
  using Handler = std::function<void(const Shown&)>;

  explicit Session(Options options = {});

  Options& options() { return options_; }

  /// Binds a name to a value. `weak`: a scalar given as NAME=VALUE, whose type gives way to a tensor's.
  void set(std::string_view name, Value value, bool weak = false);
  /// The same without a copy: the caller keeps the memory alive and unchanged until changed(name).
  void borrow(std::string_view name, Tensor view);
  /// Borrowed data have changed: drops every value that was computed from them, and no other.
  void changed(std::string_view name);
  bool has(std::string_view name) const { return names_.find(name) != names_.end(); }
  std::vector<std::string> names() const;

  /// Runs statements in order. Each is handled as it completes: `handle` sees definitions (defined) and shown values.
  /// Throws ricci::error at the first fault; every earlier value is intact then. `file` names the program in errors.
  void run(std::string_view text, const Handler& handle = {}, const std::string& file = {});
  /// The value of a name, computed now if it was not yet.
  Value get(std::string_view name);
  /// Several names, optimised and computed together.
  std::vector<Value> get(const std::vector<std::string>& names);
  /// Whether the name's value has been computed.
  bool evaluated(std::string_view name) const;
  /// Structure and type of a name's value, without computing it.
  NodeId node(std::string_view name) const;
  const Graph& graph() const { return graph_; }

  /// Makes the definitions of programs without computing anything, and plans what they show and these names (where
  /// there is neither, what the last statement defines).
  Plan plan(const std::vector<std::string>& programs, const std::vector<std::string>& names,
            const std::string& file = {}, bool record = false);
  /// Runs a plan that was just made, for its times alone: no value is kept.
  Outcome run_planned(const Plan& plan);
  /// What names stand for, by node.
  std::unordered_map<std::uint32_t, std::string> node_names() const;
  /// Every name with what is known of its value, in alphabetical order.
  std::vector<Known> describe_all() const;
  /// What the last statement of a program would define or show. The session stays as it is, nothing is computed.
  Known describe_text(const std::string& text);
  /// The plan of a program whose definitions are forgotten again.
  Plan preview(const std::string& text);

  /// Makes a program's definitions: the node that its last statement defines or shows.
  NodeId elaborate_last(const dsl::Program& program);
  /// Inputs whose contents elaboration has looked at, for extents and moduli: plans hold for these contents alone.
  const std::set<std::uint32_t>& inputs_read() const { return inputs_read_; }
  /// The statements of a program with their sums written out, one a line.
  static std::string written_out(std::string_view text);
  /// The names that a program defines. Errors: of its syntax.
  static std::vector<std::string> defined_names(std::string_view text);
  /// Columns of the excerpts in errors, of every session; 100 unless told.
  static void set_excerpt_width(std::uint32_t columns) noexcept;
  /// Throws the fault with its place in `source`; `from` tells where the source itself stands in its file.
  [[noreturn]] static void raise(const dsl::Diagnostic& diagnostic, std::string_view source, const Origin& from = {});
  /// A fault that came up while running: it gets the place of `statement`, unless it has one.
  [[noreturn]] static void raise_in(const error& cause, std::string_view source, dsl::Span statement,
                                    const Origin& from = {});

  /// How often anything had to be planned, and statements had to be read.
  std::size_t times_planned() const { return plans_.times_made(); }
  std::size_t times_read() const { return times_read_; }
  const PlanCache& plans() const { return plans_; }
  PlanCache& plans() { return plans_; }

  /// Statements' times and steps' times are collected only when asked for: a session may run for ever.
  void measure(bool statements, bool steps);
  std::vector<Notice> take_notices();
  std::vector<Timing> take_timings();
  std::vector<StepTiming> take_step_timings();
  /// Each evaluation computes everything `count` times from the inputs, and shares nothing with what was kept.
  void set_repeat(int count) { repeat_ = count; }
  /// Evaluations tell runtime/progress.hpp what they are at.
  void watch(bool watched) { watched_ = watched; }

 private:
  struct Named {
    NodeId node;
    bool weak = false;
  };
  struct Borrowed {
    Tensor view;
    NodeId node;
    std::uint64_t checksum = 0;
  };
  /// What is known of each node of the graph, by id.
  struct Note {
    std::uint32_t depth = 0;  // definitions between it and what has a value
    bool borrowed = false;    // depends on borrowed memory
  };
  struct Asked {
    std::vector<NodeId> shown;
    NodeId last;
  };
  class Names;  // the Environment that elaboration sees

  // describe.cpp
  Known describe(NodeId node) const;
  /// Runs f, whose definitions are forgotten again, whatever comes of it.
  template <typename F>
  auto aside(const F& f) {
    struct Restore {
      Session& session;
      std::map<std::string, Named, std::less<>> names = session.names_;
      std::map<std::string, std::uint64_t, std::less<>> times_defined = session.times_defined_;
      std::map<std::string, Borrowed, std::less<>> borrowed = session.borrowed_;
      std::uint64_t seed = session.options_.seed;
      ~Restore() {
        session.names_ = std::move(names);
        session.times_defined_ = std::move(times_defined);
        session.borrowed_ = std::move(borrowed);
        session.options_.seed = seed;
      }
    } restore{*this};
    return f();
  }

  // statements.cpp
  Asked elaborate_all(const dsl::Program& program, const std::string& file);
  dsl::Elaborated elaborate(dsl::Program& program, dsl::Statement& statement, bool& written_out,
                            const dsl::Environment& names);
  std::shared_ptr<ReadProgram> read(std::string_view text);
  dsl::Elaborated understand(ReadProgram& program, ReadStatement& own);
  void run_statement(ReadProgram& program, ReadStatement& own, const Handler& handle, Origin origin);
  void draw(const dsl::Elaborated& made, const dsl::Statement& statement, const Handler& handle, const Origin& origin);
  void define_all(const dsl::Program& program, const dsl::Statement& statement, const dsl::Elaborated& made,
                  const Origin& origin);

  // session.cpp
  void define(std::string_view name, NodeId node, bool weak, const Origin* origin);
  NodeId add_input(std::string_view name, Value value);
  void take_notes();
  void let_go_of_definition(std::string_view name);
  void cut_if_deep(std::string_view name);

  // evaluate.cpp
  std::vector<Value> evaluate(const std::vector<NodeId>& nodes, const Origin& asker);
  void evaluate_long_chains(const std::vector<NodeId>& nodes);
  std::vector<Value> run_once(const std::vector<NodeId>& nodes, Timing& timing);
  Outcome run_within_limit(const Plan& plan, const Values& values, FactorStore& factors, const RunOptions& options);
  std::vector<std::uint32_t> named_nodes(const std::vector<NodeId>& asked) const;
  void keep_results(const std::vector<NodeId>& nodes, Outcome& outcome);
  void make_room(const Plan& plan, const Origins& origins, std::int64_t shortage);
  const Origin* blame(const std::vector<std::uint32_t>& nodes) const;
  void verify_borrowed() const;

  // compact.cpp
  void forget_value_of(std::string_view name);
  void compact_if_due();
  void compact();

  Options options_;
  Graph graph_;
  std::uint64_t epoch_ = 0;  // of the graph: how often its nodes were renumbered
  std::map<std::string, Named, std::less<>> names_;
  std::map<std::string, std::uint64_t, std::less<>> times_defined_;
  std::map<std::string, Borrowed, std::less<>> borrowed_;
  Values values_;                                     // by node of graph_
  std::unordered_map<std::uint32_t, Origin> origin_;  // by node of graph_
  FactorStore factors_;                               // by node of graph_
  std::vector<Note> notes_;                           // by node of graph_
  std::set<std::uint32_t> inputs_read_;
  RecentlyUsed<std::shared_ptr<ReadProgram>> read_;  // by text
  std::size_t times_read_ = 0;
  PlanCache plans_;
  std::vector<Notice> notices_;
  std::vector<Timing> timings_;
  std::vector<StepTiming> step_timings_;
  bool measure_statements_ = false;
  bool measure_steps_ = false;
  bool watched_ = false;
  int repeat_ = 1;
  std::size_t compact_at_nodes_ = 2'000;
  std::int64_t dropped_bytes_ = 0;  // of values that no name stands for any more
};

}  // namespace ricci::runtime
