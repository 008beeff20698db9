/// A plan and how it came about, as one page of HTML that needs nothing else: no network, no other file. Without its
/// few lines of script it shows every pass below the other.
#pragma once

#include <string>
#include <vector>

#include "runtime/display/changes.hpp"
#include "runtime/execute/execute.hpp"

namespace ricci::runtime {

struct PageContent {
  const Plan& plan;
  std::string title;       // where the program comes from
  std::string statements;  // with their sums written out, one a line
  NodeNames names;         // of nodes of the graph that was asked for
  const std::vector<StepTiming>* measured = nullptr;
};

std::string page_text(const PageContent& content);

}  // namespace ricci::runtime
