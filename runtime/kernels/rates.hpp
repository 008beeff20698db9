/// How fast this machine is: the rates by which kernels are chosen and plans are judged. The compiled-in ones unless
/// somebody sets others; a plan, and so the bits of a result, is a function of them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "passes/cost.hpp"

namespace ricci::runtime {

const passes::Rates& rates();
/// For all plans that are made from now on. Not while others plan.
void set_rates(const passes::Rates& rates);

/// Rates as the text of a file: a line that names the format and its version, then a name and a number a line; what
/// follows a # is a remark.
std::string text_of(const passes::Rates& rates, std::string_view remarks = {});
/// Reads such a text back. Nothing, and the reason in `fault`, unless it holds each rate once, between 1/100 and 100.
std::optional<passes::Rates> rates_from(std::string_view text, std::string& fault);

}  // namespace ricci::runtime
