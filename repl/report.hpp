/// What a run prints besides its results: timings, profiles, warnings.
#pragma once

#include <ricci/ricci.hpp>

#include "repl/command_line.hpp"

namespace repl {

/// One line a statement: text aligned for people, or one JSON object a line.
std::string timing_text(const std::vector<ricci::timing>& timings, Format format);

/// Each step's time beside its estimate, the peak memory really used, rank, rcond and the guard that was taken.
std::string profile_text(const std::vector<ricci::step_timing>& steps, const std::vector<ricci::timing>& timings,
                         const std::vector<ricci::notice>& notices, Format format);

/// What a plan would do: text for people, one JSON object, a drawing for Graphviz, or a page for a browser.
std::string explain_text(const ricci::explanation& of, Format format);

/// The warnings among the notices.
std::string warning_text(const std::vector<ricci::notice>& notices);

}  // namespace repl
