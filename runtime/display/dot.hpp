/// A plan as a drawing: its steps and what each reads, in the language of Graphviz.
#pragma once

#include <string>

#include "runtime/execute/execute.hpp"

namespace ricci::runtime {

std::string dot_text(const Plan& plan);

}  // namespace ricci::runtime
