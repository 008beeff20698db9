/// Errors in the words of the door where they come up: a script is told of options, a conversation of commands.
#pragma once

#include <string>
#include <string_view>

#include <ricci/ricci.hpp>

namespace repl {

enum class Door { script, conversation };

/// The whole text of an error for a person.
std::string message_of(const ricci::error& cause, Door door);

/// The hint of an error, which the library gives in the words of the command line.
std::string hint_at(Door door, std::string hint);

}  // namespace repl
