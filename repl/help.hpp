/// What `:help` says beside functions and commands: topics, as data.
#pragma once

#include <span>
#include <string_view>

namespace repl {

struct HelpTopic {
  std::string_view name;
  std::string_view title;
  std::string_view text;
  std::string_view example;  // statements that run in an empty session
};

std::span<const HelpTopic> topics();

}  // namespace repl
