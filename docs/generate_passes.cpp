/// Writes docs/passes.md, from the tables that the optimiser itself reads, to standard output. A test of ctest holds
/// the file in the repository to it:  build/generate_passes > docs/passes.md
#include <cstdio>
#include <string>

#include "passes/pipeline.hpp"
#include "passes/rules/table.hpp"

namespace {

using ricci::passes::OpSet;
using ricci::passes::Pass;

std::string operations(const OpSet& set) {
  std::string out;
  for (std::size_t at = 0; at < ricci::dsl::op_rows.size(); ++at) {
    const auto op = static_cast<ricci::dsl::Op>(at);
    if (set.meets(OpSet{op})) out += (out.empty() ? "`" : ", `") + std::string(ricci::dsl::row(op).spelling) + "`";
  }
  return out.empty() ? "always" : out;
}

const char* exactness(const Pass& pass) { return pass.reorders ? "to rounding" : "to the bit"; }

/// Bars would end a cell.
std::string cell(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) text.insert(at, "\\");
  return "`" + text + "`";
}
void row(const ricci::passes::rules::Rule& rule, const char* kind) {
  std::printf("| %s | %s | %s |\n", cell(rule.written).c_str(), cell(rule.becomes).c_str(), kind);
}

}  // namespace

int main() {
  std::puts("# The passes, in order\n");
  std::puts(
      "Generated from the table in `passes/pipeline.cpp`; `build/generate_passes > docs/passes.md` writes it anew.");
  std::puts(
      "Each pass stands in the file of its name (several of the same name: in one), whose head says what it does,");
  std::puts(
      "where, and why it may. *Exact*: whether every result stays as it was to the last bit, or sums may come in");
  std::puts(
      "another order. *Strict*: whether `--accuracy strict` keeps it. `--explain` says what each did to a program,");
  std::puts("and why or why not.\n");
  std::puts("| pass | from | runs where there is | makes true for those below | exact | strict |");
  std::puts("| --- | --- | --- | --- | --- | --- |");
  for (const Pass& pass : ricci::passes::passes())
    std::printf("| %s | -O%d | %s | %s | %s | %s |\n", pass.name, pass.level, operations(pass.looks_for).c_str(),
                pass.makes_true, exactness(pass), pass.bounded ? "yes" : "no");
  std::puts("\n## The rules of algebra\n");
  std::puts(
      "`fold` applies the exact ones: the same bits for every input. `relax` applies the relaxed ones: they round");
  std::puts("otherwise by a few units in the last place. A `c` is a number of the program.\n");
  std::puts("| written | becomes | |\n| --- | --- | --- |");
  for (const ricci::passes::rules::Rule& rule : ricci::passes::rules::exact) row(rule, "exact");
  for (const ricci::passes::rules::Rule& rule : ricci::passes::rules::relaxed) row(rule, "relaxed");
}
