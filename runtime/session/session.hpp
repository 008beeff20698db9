/// A session: names bound to lazy values, statements that define and show them, and what has been computed so far.
/// Definitions build one graph; nothing is computed until a value is asked for; what was computed is kept.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "dsl/infer/elaborator.hpp"
#include "dsl/text/syntax.hpp"
#include "runtime/error.hpp"
#include "runtime/evaluation.hpp"
#include "runtime/execute/execute.hpp"
#include "runtime/session/options.hpp"

namespace ricci::runtime {

/// A value asked for by a statement that only shows it.
struct Shown {
  std::string label;     // the expression as written
  bool quiet = false;    // the statement ended with `;`
  bool defined = false;  // a definition: nothing to show, value empty
  Value value;
};

/// What one statement cost, in milliseconds and bytes, and what its evaluation reported.
struct Timing {
  std::string statement;
  double parse_ms = 0;
  double optimize_ms = 0;
  std::vector<double> execute_ms;
  std::int64_t peak_bytes = 0;
};

class Session {
 public:
  explicit Session(Options options = {});

  Options& options() { return options_; }

  /// Binds a name to a value. `weak`: a scalar given as NAME=VALUE, whose type gives way to a tensor's.
  void set(std::string_view name, Value value, bool weak = false);
  /// The same without a copy: the caller keeps the memory alive and unchanged until changed(name).
  void borrow(std::string_view name, Tensor view);
  /// Borrowed data have changed: drops every value that was computed from them.
  void changed(std::string_view name);
  bool has(std::string_view name) const { return names_.find(name) != names_.end(); }
  std::vector<std::string> names() const;

  /// Runs statements in order. Each is handled as it completes: `handle` sees definitions (defined) and shown values.
  /// Throws ricci::error at the first fault; every earlier value is intact then.
  void run(std::string_view text, const std::function<void(const Shown&)>& handle = {});
  /// The value of a name, computed now if it was not yet.
  Value get(std::string_view name);
  /// Several names, optimised and computed together.
  std::vector<Value> get(const std::vector<std::string>& names);
  /// Whether the name's value has been computed.
  bool evaluated(std::string_view name) const;
  /// Structure and type of a name's value, without computing it.
  NodeId node(std::string_view name) const;
  const Graph& graph() const { return graph_; }

  /// Elaborates a program without computing anything; then what showing its shown values and these names would take.
  std::string explain(std::string_view text, const std::vector<std::string>& names);
  /// Runs all statements of a program but evaluates nothing: the node that its last statement defines or shows.
  NodeId elaborate_last(std::string_view text);
  /// The statements of a program with their sums written out, one a line.
  static std::string written_out(std::string_view text);

  std::vector<Notice> take_notices();
  std::vector<Timing> take_timings();
  std::vector<StepTiming> take_step_timings();
  void set_repeat(int count) { repeat_ = count; }

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
  class Names;  // the Environment that elaboration sees

  /// Makes a program's definitions; returns what its statements show or save, and what the last one defines.
  struct Asked {
    std::vector<NodeId> shown;
    NodeId last;
  };
  Asked elaborate_all(std::string_view text);
  dsl::Elaborated elaborate(dsl::Program& program, dsl::Statement& statement);
  void run_statement(dsl::Program& program, const dsl::Statement& statement,
                     const std::function<void(const Shown&)>& handle);
  void define(std::string_view name, NodeId node, bool weak, const std::string& text);
  NodeId add_input(std::string_view name, Value value);
  std::vector<Value> evaluate(const std::vector<NodeId>& nodes, const std::string& text);
  std::vector<Value> run_once(const std::vector<NodeId>& nodes, Timing& timing);
  void verify_borrowed() const;
  void note_depth(NodeId node);
  void compact_if_due();
  void compact();
  std::int64_t kept_bytes() const;
  [[noreturn]] static void raise(const dsl::Diagnostic& diagnostic, std::string_view source);
  [[noreturn]] static void raise_in(const error& cause, std::string_view source, dsl::Span statement);

  Options options_;
  Graph graph_;
  std::map<std::string, Named, std::less<>> names_;
  std::map<std::string, std::uint64_t, std::less<>> times_defined_;
  std::map<std::string, Borrowed, std::less<>> borrowed_;
  std::unordered_map<std::uint32_t, Value> values_;        // by node of graph_
  std::unordered_map<std::uint32_t, std::string> origin_;  // the statement that defined a node
  FactorStore factors_;                                    // by node of graph_
  std::vector<std::uint32_t> depth_;                       // by node: how many definitions deep
  std::vector<Notice> notices_;
  std::vector<Timing> timings_;
  std::vector<StepTiming> step_timings_;
  double parse_ms_ = 0;
  int repeat_ = 1;
  std::size_t compact_at_nodes_ = 20'000;
  std::int64_t compact_at_bytes_ = std::int64_t{64} << 20;
};

}  // namespace ricci::runtime
