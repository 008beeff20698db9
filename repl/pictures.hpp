/// :plot, :heat and :hist: the statements of the same names, in the words of a person who types them.
///   :plot x    :plot t sin(t) to wave.svg    :plot n T log xy    :heat K title the kernel    :hist s bins 20
#pragma once

#include <string>
#include <string_view>

namespace repl {

/// The statement that a command stands for: plot(t, sin(t), "wave.svg"). Two expressions stand apart by a blank where
/// no operator could join them, or by a comma. Throws CommandFault.
std::string drawing_statement(std::string_view verb, std::string_view argument);

}  // namespace repl
