/// The program of a seed: free expressions and idioms, one after the other, each reading what those before it defined.
#pragma once

#include "tests/fuzz/expressions.hpp"
#include "tests/fuzz/idioms.hpp"

namespace fuzz {

inline Program program_of(std::uint64_t seed) {
  Stock stock(seed);
  Expressions expressions(stock);
  Filler filler(stock);
  const std::size_t statements = 1 + stock.below(3);
  for (std::size_t at = 0; at < statements; ++at) {
    if (stock.chance(2))
      filler.write(idioms[stock.below(std::size(idioms))]);
    else
      expressions.statement(static_cast<int>(1 + stock.below(4)));
  }
  for (const Named& own : stock.defined())
    if (own.name == stock.defined().back().name || stock.chance(2)) stock.program.asked.push_back(own.name);
  return stock.program;
}

}  // namespace fuzz
