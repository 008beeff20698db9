#include "runtime/kernels/rates.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <utility>

namespace ricci::runtime {
namespace {

using passes::Rates;

constexpr std::string_view heading = "ricci rates 1";
constexpr double least = 0.01, most = 100;

struct Row {
  std::string_view name;
  double Rates::*rate;
};
constexpr std::array rows{Row{"products", &Rates::products}, Row{"elements", &Rates::elements},
                          Row{"calls", &Rates::calls},       Row{"factorisations", &Rates::factorisations},
                          Row{"memory", &Rates::memory},     Row{"overhead", &Rates::overhead}};

Rates& in_force() {
  static Rates own;
  return own;
}

/// The next line without its remark and the blanks around it.
std::string_view next_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  line = line.substr(0, line.find('#'));
  while (!line.empty() && (line.back() == ' ' || line.back() == '\r' || line.back() == '\t')) line.remove_suffix(1);
  return line;
}

const Row* row_named(std::string_view name) {
  const auto at = std::ranges::find(rows, name, &Row::name);
  return at == rows.end() ? nullptr : &*at;
}

bool read_number(std::string_view word, double& number) {
  while (!word.empty() && word.front() == ' ') word.remove_prefix(1);
  const auto read = std::from_chars(word.data(), word.data() + word.size(), number);
  return read.ec == std::errc() && read.ptr == word.data() + word.size() && number >= least && number <= most;
}

}  // namespace

const Rates& rates() { return in_force(); }
void set_rates(const Rates& rates) { in_force() = rates; }

std::string text_of(const Rates& rates, std::string_view remarks) {
  std::string out(heading);
  out += "\n# How long this machine takes, over the one that the models were made on. Written by ./dev calibrate.\n";
  out += remarks;
  for (const Row& row : rows) {
    char line[64];
    std::snprintf(line, sizeof line, "%s %.3g\n", std::string(row.name).c_str(), rates.*row.rate);
    out += line;
  }
  return out;
}

std::optional<Rates> rates_from(std::string_view text, std::string& fault) {
  fault.clear();
  if (next_line(text) != heading) fault = "it does not begin with '" + std::string(heading) + "'";
  Rates out;
  std::array<bool, rows.size()> seen{};
  while (fault.empty() && !text.empty()) {
    const std::string_view line = next_line(text);
    if (line.empty()) continue;
    const std::size_t blank = std::min(line.find(' '), line.size());
    const Row* row = row_named(line.substr(0, blank));
    if (row == nullptr || std::exchange(seen[static_cast<std::size_t>(row - rows.data())], true) ||
        !read_number(line.substr(blank), out.*row->rate))
      fault = "'" + std::string(line) + "' is not a rate, given once, from 0.01 to 100";
  }
  if (fault.empty() && !std::ranges::all_of(seen, [](bool own) { return own; })) fault = "a rate is missing";
  return fault.empty() ? std::optional(out) : std::nullopt;
}

}  // namespace ricci::runtime
