/// ricci: index notation, evaluated lazily. Strings at run time: sessions and prepared expressions.
/// This header sees no xtensor; include <ricci/xtensor.hpp> beside it for xtensor containers in and out.
///
///   ricci::session rc;
///   rc.set("X", X);
///   rc.run("K[i,j] = exp(-0.5 * sum[k] (X[i,k]-X[j,k])^2)");
///   xt::xtensor<double, 2> K = rc.get<double, 2>("K");
#pragma once

#include <optional>

#include <ricci/host.hpp>
#include <ricci/notation.hpp>
#include <ricci/plot.hpp>
#include <ricci/value.hpp>

namespace ricci {

/// How a session computes; nothing here changes what a program means.
struct options {
  int level = 2;        // 0: by definition; 1: safe canonical passes; 2: all
  bool strict = false;  // refuse every rewrite that can lose accuracy beyond reordering of sums
  bool check = false;   // verify assumed structure, borrowed data, and results against the reference on samples
  std::uint64_t seed = 0;
  std::vector<std::string> passes_off = {};  // names of passes that do not run
  ricci::host host = {};                     // what a session may take, and who hears its warnings
};

/// A statement that has run: what it shows, or the name it has defined.
struct shown {
  std::string label;     // the expression as written, or the defined name
  bool quiet = false;    // ended by `;`
  bool defined = false;  // a definition; `of` is empty
  value of;
  picture drawn;  // plot(...), heat(...), hist(...) without a file: a picture of `of`
};

/// Whom a session shows what has run: anything that is called with a shown, for the length of a call of run().
class shown_to {
 public:
  shown_to() = default;
  shown_to(void (*whom)(const shown&))
      : whom_(reinterpret_cast<void*>(whom)) {  // NOLINT: implicit, as in run(text, print)
    if (whom != nullptr) call_ = [](void* to, const shown& one) { reinterpret_cast<void (*)(const shown&)>(to)(one); };
  }
  template <std::invocable<const shown&> F>
    requires(!std::same_as<std::remove_cvref_t<F>, shown_to> && std::is_object_v<std::remove_reference_t<F>>)
  shown_to(F&& whom)  // NOLINT: implicit, as in run(text, [&](const shown& one) { ... })
      : whom_(const_cast<void*>(static_cast<const void*>(std::addressof(whom)))),
        call_([](void* to, const shown& one) { (*static_cast<std::remove_reference_t<F>*>(to))(one); }) {}
  explicit operator bool() const { return call_ != nullptr; }
  void operator()(const shown& one) const { call_(whom_, one); }

 private:
  void* whom_ = nullptr;
  void (*call_)(void*, const shown&) = nullptr;
};

/// What an evaluation reports: method, rank, reciprocal condition; a warning where digits were lost.
struct notice {
  std::string method;
  std::optional<std::int64_t> rank;
  std::optional<double> rcond;
  extents entry;  // the batch entry it belongs to
  bool warning = false;
  std::string text;
};

/// What one pass of the optimiser did.
struct pass_note {
  std::string name;
  int fired = 0;
  std::string why;  // it fired, or did not
};

struct timing {
  std::string statement;
  double parse_ms = 0;
  double optimize_ms = 0;
  std::vector<double> execute_ms;
  std::int64_t peak_bytes = 0;
  double flops = 0;                  // by the plan's estimate
  std::vector<pass_note> passes;     // those that fired
  std::vector<std::string> kernels;  // what computed it; none: it was kept from before
  std::vector<std::string> methods;  // by which systems were solved: "cholesky, 12 right-hand sides"
};

/// What is known of a value without computing it.
struct variable {
  std::string name;  // empty: it has none
  dtype type{};
  extents shape;
  bool sparse = false;
  bool evaluated = false;  // computed, and kept
  bool borrowed = false;
  std::int64_t bytes = 0;              // that it takes, or will take
  std::vector<std::string> structure;  // "spd", "lower", "orthogonal": as far as it is known
  std::string definition;              // as written; empty: it came from outside
};

struct step_timing {
  std::string kernel;
  std::string what;
  double ms = 0;
  double flops = 0;
  double bytes = 0;
};

struct planned_step {
  std::string kernel;
  std::string what;  // in index notation
  double flops = 0;
  double bytes = 0;
  double least_ms = 0;          // its lower bound: the arithmetic units or the memory can do it in no less
  double expected_ms = 0;       // what the cost model expects, on one core
  std::int64_t peak_bytes = 0;  // of what the plan holds while the step runs
  std::optional<double> ms;     // measured, where the plan was run
};

/// What an explanation is to hold besides.
struct explain_options {
  bool page = false;     // the page, with the graph before and after each pass
  bool measure = false;  // run the plan once and say how long each step took
};

/// What running a program would do. Estimates are of the plan; nothing has been run unless times were asked for.
struct explanation {
  std::string statements;  // with their sums written out, one a line
  std::vector<pass_note> passes;
  std::vector<planned_step> steps;
  double flops = 0;
  double bytes = 0;
  std::int64_t peak_bytes = 0;
  std::string dot;   // the steps and what they read, for Graphviz
  std::string page;  // HTML that needs nothing else, where it was asked for
};
std::string to_text(const explanation& of);

/// Takes the rates of this machine from a file that `./dev calibrate` has written, for all that is planned from then
/// on; until then compiled-in ones hold. Plans, and so the last bits of results, are a function of them. Says what is
/// wrong with the file, whose rates are then not taken; empty: nothing.
std::string use_rates(const std::string& path);

/// Names bound to lazy values. One thread at a time; sessions are independent of each other.
class session {
 public:
  explicit session(const options& how = {});
  ~session();
  session(session&&) noexcept;
  session& operator=(session&&) noexcept;

  /// Binds a name to a copy of a value; an rvalue container is taken over without one. O(elements) or O(1).
  template <typename T>
    requires viewable<std::remove_cvref_t<T>> || std::same_as<std::remove_cvref_t<T>, value>
  void set(std::string_view name, T&& x) {
    using Plain = std::remove_cvref_t<T>;
    if constexpr (std::same_as<Plain, value>)
      set_value(name, x.get());
    else if constexpr (!std::is_lvalue_reference_v<T> && requires { adapt<Plain>::take(std::move(x)); })
      set_value(name, adapt<Plain>::take(std::move(x)));
    else
      set_value(name, copied(adapt<Plain>::view(x)));
  }
  /// A scalar whose type gives way to a tensor's, like a literal.
  void set_weak(std::string_view name, double x);
  void set_weak(std::string_view name, std::int64_t x);
  /// Refers to the caller's memory, which must outlive the session and stay as it is until changed(name).
  template <borrowable T>
  void borrow(std::string_view name, const T& x) {
    borrow_value(name, adapt<T>::view(x));
  }
  template <typename T>
  void borrow(std::string_view name, const T&& x) = delete;  // a temporary does not outlive the session
  /// Borrowed memory has new contents: what was computed from the old is dropped. Errors: value.
  void changed(std::string_view name);

  /// Runs statements in order; `handle` sees each as it completes. Shown values are dropped without one. `file` is what
  /// errors call the program. Throws ricci::error at the first fault: what was defined and computed before stays.
  void run(std::string_view text, shown_to handle = {}, const std::string& file = {});
  /// Computes a name's value, or hands over the kept one. Errors: name, and whatever the computation meets.
  value get(std::string_view name);
  template <scalar_type T, std::size_t N>
  array<T, N> get(std::string_view name) {
    return array<T, N>(get(name));
  }
  /// Several names, optimised and computed together.
  std::vector<value> get_all(const std::vector<std::string>& names);
  bool has(std::string_view name) const;
  std::vector<std::string> names() const;
  /// Every name, in alphabetical order, with what is known of its value. Computes nothing.
  std::vector<variable> variables() const;
  /// What the last statement of a program would define or show; the session stays as it is. Errors: of the program.
  variable describe(std::string_view program);

  /// What running the programs and asking for these names would do (for the last definition's value, where nothing is
  /// shown and no name is given). Definitions are made, nothing is computed.
  explanation explain(const std::vector<std::string>& programs, const std::vector<std::string>& names = {},
                      const std::string& file = {}, const explain_options& how = {});
  explanation explain(std::string_view program) { return explain(std::vector<std::string>{std::string(program)}); }

  /// The same, and the definitions are forgotten again.
  explanation preview(std::string_view program);

  /// Writes the plans that this session has made and not forgotten: what the optimiser decided for each evaluation.
  /// Errors: file.
  void save_plans(const std::string& path) const;
  /// Takes plans from such a file, in microseconds each: evaluations of the same statements over arguments of the same
  /// types and extents, at the same level and accuracy, are not optimised again, and any other is refused. Errors:
  /// file, also where it is damaged, foreign or of another version of ricci.
  void load_plans(const std::string& path);

  options how() const;
  void configure(const options& how);

  /// progress() tells what this session's evaluations are at.
  void watch(bool watched);
  /// Times are collected only where asked for: of statements, of steps.
  void measure(bool statements, bool steps);
  /// Each evaluation computes everything `runs` times from the given tensors, and uses nothing that was kept.
  void set_repeat(int runs);
  std::vector<notice> take_notices();
  std::vector<timing> take_timings();
  std::vector<step_timing> take_step_timings();

 private:
  static runtime::Value copied(const runtime::Value& of);
  void set_value(std::string_view name, runtime::Value of);
  void borrow_value(std::string_view name, runtime::Value of);

  struct state;
  std::unique_ptr<state> state_;
};

namespace detail {
struct literal_site;
}

/// One call's choices for a prepared expression.
struct call_options {
  std::optional<std::uint64_t> seed = {};  // of every draw
  ricci::host host = {};                   // what the call may take, and who hears its warnings
};

namespace detail {
/// `with`: the containers, in the order of the site's arguments.
value evaluated(literal_site& site, const void* const* with, const call_options& how);
}  // namespace detail

/// A prepared expression: parsed once, planned once for each set of extents, types and integer scalars. Immutable;
/// may be called from many threads. The value of its last statement is the result.
class prepared {
 public:
  value operator()(arguments with = {}, const call_options& how = {}) const;
  /// The result into memory that the caller owns, of the right shape; any strides. Errors: shape, type.
  template <typename C>
  void into(C&& out, arguments with = {}, const call_options& how = {}) const {
    adapt<std::remove_cvref_t<C>>::fill(out, (*this)(with, how).tensor());
  }
  /// With some arguments given now (copied): what depends on them alone is computed once, at the first call, and kept.
  prepared bind(arguments with) const;
  /// How often it has been planned so far.
  std::size_t times_planned() const;

  struct state;
  explicit prepared(std::shared_ptr<state> of) : state_(std::move(of)) {}

 private:
  friend value detail::evaluated(detail::literal_site& site, const void* const* with, const call_options& how);
  value call(std::vector<std::pair<std::string, runtime::Value>> with, const call_options& how) const;

  std::shared_ptr<state> state_;
};

/// Parses an expression. Errors: everything that the text alone can be wrong about.
prepared compile(std::string_view text, const options& how = {});

/// The statements of a program with their implicit sums written out, one a line.
std::string written_out(std::string_view text);

/// The names that a program defines. Errors: of its syntax.
std::vector<std::string> defined_names(std::string_view program);

/// For people: the value as the command shows it.
struct show_options {
  int precision = 6;
  std::size_t width = 100;
};
std::string to_text(const value& of, const show_options& how = {});
/// "f64[3, 4]", "sparse f64[100, 100]"; a scalar is "f64".
std::string type_text(dtype type, const extents& shape, bool sparse = false);
/// Rows of comma-separated numbers that read back to the same bits. Errors: file, for more than two axes.
std::string to_csv(const value& of);

// The process: one pool, one ledger of memory.
void set_threads(int count);
int threads();
void set_memory_limit(std::int64_t bytes);
std::int64_t memory_limit();
void set_time_limit(double seconds);  // from now; 0: none
void interrupt() noexcept;            // stops what runs, from any thread or a signal handler
bool interrupted() noexcept;          // an interrupt has not been answered yet
void clear_interrupt() noexcept;      // what runs next runs again
/// Whether interrupted work that cannot be stopped (LAPACK on a large matrix) still ends behind. exit() waits for it;
/// std::_Exit does not.
bool winding_down() noexcept;
std::string version();
/// Columns that the excerpts of programs in errors may take; 100 unless told.
void set_excerpt_width(std::size_t columns) noexcept;

/// What the evaluation of a watched session is at. Any thread may ask.
struct progress_report {
  bool running = false;
  std::string kernel;  // of the step that runs
  std::string what;    // the step in index notation, cut
  std::size_t step = 0, steps = 0;
  double share = 0;    // of the estimated work, 0 to 1, never falling
  double seconds = 0;  // since the evaluation began
};
progress_report progress();

/// One pass of the optimiser, in their order; a name can stand more than once.
struct pass_row {
  std::string name;
  int level;           // from which it runs
  std::string effect;  // what it makes true
};
std::vector<pass_row> optimizer_passes();

/// "512 B", "1.5 GiB".
std::string bytes_text(double bytes);

/// Files by their ending: .npy, .npz, .mtx, .csv. Errors: file.
value load(const std::string& path);
void save(const std::string& path, const value& of);
/// Throws now what save() to this path would throw for the path's sake. Errors: file.
void check_writable(const std::string& path);

}  // namespace ricci
