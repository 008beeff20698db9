// A host program with formulas of its users, in a file that they change while it runs. Each formula is prepared once
// and called from many threads; when the file has changed it is read again, and a formula that is wrong is refused with
// ricci's words while the one before stays in use. No exception leaves ricci here: try_run gives outcomes. A formula
// gets the threads, the time and the memory that the host allows, and no more; the host can stop it, and hears its
// warnings.
//
//   example_embed              writes a file of its own, changes it, and checks what happens
//   example_embed FORMULAS     evaluates the formulas of a file over the host's data, again whenever it changes
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <ricci/outcome.hpp>
#include <ricci/xtensor.hpp>

#include "examples/check.hpp"

namespace {

using Vector = xt::xtensor<double, 1>;

/// Formulas by name, one `name = expression in t and v` a line; # starts a comment.
class Formulas {
 public:
  Formulas(std::filesystem::path file, ricci::host allowed) : file_(std::move(file)), allowed_(std::move(allowed)) {}

  /// Reads the file if it has changed. What is wrong is reported; every formula that was right before is still there.
  bool refresh() {
    std::error_code ignored;
    const auto changed = std::filesystem::last_write_time(file_, ignored);
    if (ignored || changed == seen_) return false;
    seen_ = changed;
    std::ifstream in(file_);
    for (std::string line; std::getline(in, line);) {
      const std::size_t sign = line.find('=');
      if (line.empty() || line[0] == '#' || sign == std::string::npos) continue;
      const std::string name = line.substr(0, line.find_first_of(" =["));
      auto made = ricci::try_run([&] { return ricci::compile(line); });
      if (made)
        formulas_.insert_or_assign(name, *std::move(made));
      else
        std::cout << made.fault().what();
    }
    return true;
  }
  ricci::outcome<ricci::value> evaluate(const std::string& name, const Vector& t, const Vector& v) const {
    return ricci::try_run([&] { return formulas_.at(name)({{"t", t}, {"v", v}}, {.host = allowed_}); });
  }
  const std::map<std::string, ricci::prepared>& all() const { return formulas_; }

 private:
  std::filesystem::path file_;
  ricci::host allowed_;
  std::filesystem::file_time_type seen_ = std::filesystem::file_time_type::min();
  std::map<std::string, ricci::prepared> formulas_;
};

/// A write that the next refresh sees, however coarse the file system's clock is.
void write(const std::filesystem::path& file, const std::string& text) {
  static int writes = 0;
  std::ofstream(file) << text;
  std::filesystem::last_write_time(file,
                                   std::filesystem::file_time_type::clock::now() + std::chrono::seconds(++writes));
}

/// What a formula of a user's may take. `stop` ends whatever runs.
ricci::host allowed(const ricci::cancellation& stop) {
  return {.threads = 1, .seconds = 0.2, .memory = 16 << 20, .cancel = stop, .log = [](const ricci::notice& one) {
            std::cout << "warning: " << one.text << "\n";
          }};
}

int demonstrate(const Vector& t, const Vector& v) {
  Checks checks;
  const auto file = std::filesystem::temp_directory_path() / ("ricci_embed_" + std::to_string(std::random_device()()));
  write(file, "way = sum[k] v[k]*t[k]\nenergy[k] = 0.5*v[k]^2\n");
  ricci::cancellation stop;
  Formulas formulas(file, allowed(stop));
  formulas.refresh();
  checks.holds("a formula of the file is evaluated", double(*formulas.evaluate("way", t, v)) == 20);

  std::vector<std::thread> threads;
  std::vector<double> ways(4);
  for (double& way : ways) threads.emplace_back([&] { way = *formulas.evaluate("way", t, v); });
  for (std::thread& thread : threads) thread.join();
  checks.holds("one formula is called from many threads", ways == std::vector<double>(4, 20.0));

  write(file, "way = 2 * sum[k] v[k]*t[k]\nenergy[k] = 0.5*v[j]^2\n");  // j is a slip
  checks.holds("the file has changed", formulas.refresh() && !formulas.refresh());
  checks.holds("the new formula is used", double(*formulas.evaluate("way", t, v)) == 40);
  checks.holds("a wrong one is refused, and the old one stays", Vector(*formulas.evaluate("energy", t, v))(0) == 0.5);
  const auto wrong = formulas.evaluate("way", t, Vector{1});
  checks.holds("a fault at the call is a value, not an exception", !wrong && wrong.fault().code() == "shape");

  write(file, "long = sum[i in 0:30000, j in 0:30000] sin(0.5*i*j)\nlarge = inv(ones(2000, 2000))\n");
  formulas.refresh();
  const auto endless = formulas.evaluate("long", t, v);
  checks.holds("a formula gets so much time", !endless && endless.fault().code() == "limit");
  const auto large = formulas.evaluate("large", t, v);
  checks.holds("and so much memory", !large && large.fault().code() == "memory");
  stop.cancel();
  const auto stopped = formulas.evaluate("way", t, v);
  checks.holds("and runs as long as the host wishes", !stopped && stopped.fault().code() == "interrupted");
  stop.clear();
  checks.holds("the next one runs", double(*formulas.evaluate("way", t, v)) == 40);
  std::filesystem::remove(file);
  return checks.status();
}

}  // namespace

int main(int count, char** words) {
  const Vector t{1, 2, 3};
  const Vector v{1, 2, 5};
  if (count < 2) return demonstrate(t, v);
  const ricci::cancellation never;
  Formulas formulas(words[1], allowed(never));
  for (;; std::this_thread::sleep_for(std::chrono::milliseconds(200))) {
    if (!formulas.refresh()) continue;
    for (const auto& [name, ignored] : formulas.all()) {
      const auto result = formulas.evaluate(name, t, v);
      std::cout << (result ? name + " = " + to_text(*result) + "\n" : std::string(result.fault().what())) << std::flush;
    }
  }
}
