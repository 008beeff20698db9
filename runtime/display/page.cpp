#include "runtime/display/page.hpp"

#include <algorithm>
#include <cstdio>

#include "dsl/graph/expression.hpp"
#include "runtime/display/page_style.hpp"
#include "runtime/display/show.hpp"

namespace ricci::runtime {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else
      out += c;
  }
  return out;
}

/// 1.23 G: a count in thousands of thousands.
std::string count_text(double count) {
  const char* units[] = {"", " k", " M", " G", " T", " P", " E"};
  std::size_t unit = 0;
  for (; count >= 1000 && unit + 1 < std::size(units); ++unit) count /= 1000;
  char text[32];
  std::snprintf(text, sizeof text, "%.3g%s", count, units[unit]);
  return text;
}
std::string milliseconds_text(double ms) {
  char text[32];
  std::snprintf(text, sizeof text, ms < 1e-3 && ms > 0 ? "%.1e" : ms < 1 ? "%.4f" : "%.2f", ms);
  return text;
}

void put_lines(std::string& out, const char* head, const std::vector<MarkedLine>& lines) {
  static constexpr const char* classes[] = {"", " class=\"changed\"", " class=\"gone\"", " class=\"fresh\""};
  (((out += "<div><h3>") += head) += "</h3><div class=\"lines\">\n");
  for (const MarkedLine& line : lines)
    out += std::string("<div") + classes[static_cast<std::size_t>(line.mark)] + ">" + escaped(line.text) + "</div>\n";
  if (lines.empty()) out += "<div class=\"dim\">inputs alone</div>\n";
  out += "</div></div>\n";
}

void put_sides(std::string& out, const Change& change, std::vector<MarkedLine> Side::*what) {
  if (!change.differs) return put_lines(out, "the graph", change.after.*what);
  out += "<div class=\"sides\">\n";
  put_lines(out, "before", change.before.*what);
  put_lines(out, "after", change.after.*what);
  out += "</div>\n";
}

void put_pass(std::string& out, const Change& change) {
  out += "<section class=\"pass\">\n<p><b>" + escaped(change.pass) + "</b>";
  if (change.fired > 0) out += " fired " + std::to_string(change.fired) + (change.fired == 1 ? " time" : " times");
  out += "</p>\n";
  for (const std::string& why : change.why) out += "<p class=\"dim\">" + escaped(why) + "</p>\n";
  put_sides(out, change, &Side::definitions);
  out += "<details><summary>node by node</summary>\n";
  put_sides(out, change, &Side::nodes);
  out += "</details>\n</section>\n";
}

void put_passes(std::string& out, const std::vector<Change>& changes) {
  out += "<h2>Passes</h2>\n";
  if (changes.empty()) {
    out += "<p class=\"dim\">None: each value is computed by its definition.</p>\n";
    return;
  }
  out += "<nav>";
  for (const Change& change : changes)
    out += std::string("<button") + (change.differs || &change == &changes[0] ? "" : " class=\"idle\"") + ">" +
           escaped(change.pass) + "</button>";
  out += "</nav>\n";
  for (const Change& change : changes) put_pass(out, change);
  out +=
      "<p class=\"dim\"><span class=\"gone\">&nbsp;goes&nbsp;</span> "
      "<span class=\"changed\">&nbsp;changes&nbsp;</span> <span class=\"fresh\">&nbsp;is new&nbsp;</span>"
      "&ensp;the arrow keys go from pass to pass</p>\n";
}

const StepTiming* timing_of(const PageContent& content, std::size_t step) {
  if (content.measured == nullptr) return nullptr;
  for (const StepTiming& one : *content.measured)
    if (one.step == step) return &one;
  return nullptr;
}

void put_cell(std::string& out, const std::string& text) { out += "<td>" + text + "</td>"; }

void put_step(std::string& out, const PageContent& content, std::size_t at, const std::string& what) {
  const Step& step = content.plan.steps[at];
  out += "<tr>";
  put_cell(out, std::to_string(at + 1));
  out += "<td class=\"left\">" + escaped(step.kernel->name) + "</td><td class=\"left\"><code>" + escaped(what) +
         "</code></td>";
  put_cell(out, count_text(step.flops));
  put_cell(out, bytes_text(step.bytes));
  put_cell(out, milliseconds_text(step.least_ms));
  put_cell(out, bytes_text(static_cast<double>(step.live_bytes)));
  if (content.measured != nullptr) {
    const StepTiming* own = timing_of(content, at);
    put_cell(out, own == nullptr ? "" : milliseconds_text(own->ms));
  }
  out += "</tr>\n";
}

void put_plan(std::string& out, const PageContent& content, const std::vector<std::string>& definitions) {
  const Plan& plan = content.plan;
  out +=
      "<h2>Plan</h2>\n<table><thead><tr><th>step</th><th class=\"left\">kernel</th><th class=\"left\">computes</th>"
      "<th>flops</th><th>bytes</th><th>at least, ms</th><th>held</th>";
  out += content.measured != nullptr ? "<th>measured, ms</th></tr></thead>\n" : "</tr></thead>\n";
  double least = 0, measured = 0;
  for (std::size_t at = 0; at < plan.steps.size(); ++at) {
    const NodeId node = plan.steps[at].node;
    const bool known = node.at < definitions.size() && !definitions[node.at].empty();
    put_step(out, content, at,
             known ? definitions[node.at] : std::string(dsl::print_expression(plan.graph, node).view()));
    least += plan.steps[at].least_ms;
    if (const StepTiming* own = timing_of(content, at)) measured += own->ms;
  }
  out += "<tfoot><tr><td></td><td class=\"left\">all</td><td></td>";
  put_cell(out, count_text(plan.flops));
  put_cell(out, bytes_text(plan.bytes));
  put_cell(out, milliseconds_text(least));
  put_cell(out, bytes_text(static_cast<double>(plan.peak_bytes)));
  if (content.measured != nullptr) put_cell(out, milliseconds_text(measured));
  out +=
      "</tr></tfoot></table>\n<p class=\"dim\">Flops and bytes are estimates, by definition of what a step computes; "
      "at least is the time in which the arithmetic units or the memory could do it; held is what all steps hold "
      "while one runs, at most the peak in the last row.</p>\n";
}

}  // namespace

std::string page_text(const PageContent& content) {
  const Changes changes = changes_of(content.plan.stages, content.names);
  std::string out =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
      "content=\"width=device-width, initial-scale=1\">\n<title>ricci: " +
      escaped(content.title) + "</title>\n<style>" + page::style + "</style>\n</head>\n<body>\n<h1>" +
      escaped(content.title) +
      "</h1>\n<p class=\"dim\">What ricci makes of it.</p>\n<h2>Program</h2>\n"
      "<p class=\"dim\">With its sums written out.</p>\n<pre>" +
      escaped(content.statements) + "</pre>\n";
  put_passes(out, changes.list);
  put_plan(out, content, changes.definitions);
  return out + "<script>" + page::script + "</script>\n</body>\n</html>\n";
}

}  // namespace ricci::runtime
