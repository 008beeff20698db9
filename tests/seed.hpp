/// The seed of a random test: the same at every run, so that a suite that passed passes again; RICCI_SEED=N chooses
/// another one, RICCI_SEED=new a fresh one. Each test says which seed it had when it fails.
#pragma once
#include <cstdlib>
#include <random>
#include <string_view>

namespace ricci::testing {

inline unsigned seed() {
  const char* chosen = std::getenv("RICCI_SEED");
  if (chosen == nullptr) return 20260101;
  if (std::string_view(chosen) == "new") return std::random_device{}();
  return static_cast<unsigned>(std::strtoul(chosen, nullptr, 10));
}

}  // namespace ricci::testing
