#include "repl/report.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "repl/text.hpp"

namespace repl {
namespace {

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

std::string first_line(const std::string& text) {
  constexpr std::size_t most = 60;
  std::string line = text.substr(0, text.find('\n'));
  if (line.size() > most) line = line.substr(0, most - 3) + "...";
  return line;
}

std::string notice_text(const ricci::notice& one) {
  std::string out = "  " + one.method;
  if (one.rank) out += ", rank " + std::to_string(*one.rank);
  if (one.rcond) out += formatted(", rcond %.2e", *one.rcond);
  if (!one.entry.empty()) {
    out += " (smallest, at batch entry [";
    for (std::size_t at = 0; at < one.entry.size(); ++at) (out += at == 0 ? "" : ", ") += std::to_string(one.entry[at]);
    out += "])";
  }
  return out + "\n";
}

nlohmann::json notice_json(const ricci::notice& one) {
  nlohmann::json out{{"method", one.method}, {"warning", one.warning}};
  if (one.rank) out["rank"] = *one.rank;
  if (one.rcond) out["rcond"] = *one.rcond;
  if (!one.entry.empty()) out["entry"] = one.entry;
  return out;
}

std::string profile_json(const std::vector<ricci::step_timing>& steps, std::int64_t peak,
                         const std::vector<ricci::notice>& notices) {
  nlohmann::json out{{"peak_bytes", peak}, {"steps", nlohmann::json::array()}, {"notices", nlohmann::json::array()}};
  for (const ricci::step_timing& step : steps)
    out["steps"].push_back(
        {{"kernel", step.kernel}, {"what", step.what}, {"ms", step.ms}, {"flops", step.flops}, {"bytes", step.bytes}});
  for (const ricci::notice& one : notices) out["notices"].push_back(notice_json(one));
  return out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string timing_text(const std::vector<ricci::timing>& timings, Format format) {
  std::string out;
  for (const ricci::timing& one : timings) {
    if (format == Format::json) {
      const nlohmann::ordered_json line{{"statement", one.statement},
                                        {"parse_ms", one.parse_ms},
                                        {"optimize_ms", one.optimize_ms},
                                        {"execute_ms", one.execute_ms},
                                        {"peak_bytes", one.peak_bytes}};
      out += line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
    } else {
      out += formatted("%-60s  parse %8.3f ms  optimise %8.3f ms  execute %10.3f ms", first_line(one.statement).c_str(),
                       one.parse_ms, one.optimize_ms, median(one.execute_ms));
      if (one.execute_ms.size() > 1)
        out += formatted("  (median of %zu, least %.3f)", one.execute_ms.size(),
                         *std::min_element(one.execute_ms.begin(), one.execute_ms.end()));
      out += "\n";
    }
  }
  return out;
}

std::string profile_text(const std::vector<ricci::step_timing>& steps, const std::vector<ricci::timing>& timings,
                         const std::vector<ricci::notice>& notices, Format format) {
  std::int64_t peak = 0;
  for (const ricci::timing& one : timings) peak = std::max(peak, one.peak_bytes);
  if (format == Format::json) return profile_json(steps, peak, notices);
  std::string out = "        ms      Gflop    GFlop/s       MB  kernel            what\n";
  for (const ricci::step_timing& step : steps)
    out += formatted("%10.3f %10.4f %10.2f %8.1f  %-16s  %s\n", step.ms, step.flops / 1e9,
                     step.ms > 0 ? step.flops / step.ms / 1e6 : 0.0, step.bytes / 1e6, step.kernel.c_str(),
                     first_line(step.what).c_str());
  out += formatted("peak memory %.1f MB\n", static_cast<double>(peak) / 1e6);
  if (!notices.empty()) out += "numerics:\n";
  for (const ricci::notice& one : notices) out += notice_text(one);
  return out;
}

std::string explain_text(const ricci::explanation& of, Format format) {
  if (format == Format::dot) return of.dot;
  if (format == Format::html) return of.page;
  if (format == Format::text) return ricci::to_text(of);
  nlohmann::ordered_json passes = nlohmann::ordered_json::array();
  for (const ricci::pass_note& pass : of.passes)
    passes.push_back({{"name", pass.name}, {"fired", pass.fired}, {"why", pass.why}});
  nlohmann::ordered_json steps = nlohmann::ordered_json::array();
  for (const ricci::planned_step& step : of.steps) {
    steps.push_back({{"kernel", step.kernel},
                     {"flops", step.flops},
                     {"bytes", step.bytes},
                     {"least_ms", step.least_ms},
                     {"peak_bytes", step.peak_bytes},
                     {"what", step.what}});
    if (step.ms) steps.back()["ms"] = *step.ms;
  }
  const nlohmann::ordered_json out{{"passes", passes},
                                   {"steps", steps},
                                   {"flops", of.flops},
                                   {"bytes", of.bytes},
                                   {"peak_bytes", of.peak_bytes},
                                   {"statements", of.statements}};
  return out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

std::string warning_text(const std::vector<ricci::notice>& notices) {
  std::string out;
  for (const ricci::notice& one : notices)
    if (one.warning) out += "warning: " + one.text + "\n";
  return out;
}

}  // namespace repl
