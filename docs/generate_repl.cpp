/// Writes docs/repl.md anew to standard output: what stands under each prompt in its transcripts is what the command
/// shows now, at a terminal. A test of ctest holds the file in the repository to it:
///   RICCI_COMMAND=build/ricci build/generate_repl docs/repl.md
/// Lines that differ in nothing but how long something took stay as they are.
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <string>
#include <vector>

#include "tests/repl/terminal.hpp"

namespace {

using Lines = std::vector<std::string>;

constexpr const char* prompt = "ricci> ";
constexpr const char* next_prompt = "  ...> ";

Lines lines_of(const std::string& text) {
  Lines out;
  std::size_t begin = 0;
  for (std::size_t end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1)
    out.push_back(text.substr(begin, end - begin));
  return out;
}

/// A line with its durations taken out: "3.1 ms", "45 us", "1.2 s".
std::string timeless(const std::string& line) {
  std::string out;
  for (std::size_t at = 0; at < line.size();) {
    std::size_t end = at;
    while (end < line.size() && (std::isdigit(static_cast<unsigned char>(line[end])) != 0 || line[end] == '.')) ++end;
    const std::string behind = line.substr(end, 3);
    const bool duration = end > at && (behind.starts_with(" s") || behind == " ms" || behind == " us");
    if (duration)
      out += "<time>";
    else
      out += line.substr(at, std::max<std::size_t>(end - at, 1));
    at = duration ? line.find(' ', end + 1) : std::max(end, at + 1);
    if (at == std::string::npos) break;
  }
  return out;
}

/// One transcript of the page, typed again.
class Transcript {
 public:
  explicit Transcript(person::Terminal& at) : at_(at) {}
  void add(const std::string& line) {
    const bool more = line.starts_with(next_prompt) && shown_.empty() && !typed_.empty();
    if (line.starts_with(prompt)) type();
    if (line.starts_with(prompt) || more)
      typed_.push_back(line);
    else
      shown_.push_back(line);
  }
  Lines take() {
    type();
    return std::move(out_);
  }

 private:
  void type() {
    if (typed_.empty()) return;
    std::string keys;
    for (const std::string& line : typed_) keys += (keys.empty() ? "" : "\r") + line.substr(std::string(prompt).size());
    out_.push_back(typed_[0]);
    const Lines now = lines_of(at_.enter(keys));
    const std::size_t echoed = typed_.size() - 1;  // the screen shows the lines that continue
    for (std::size_t at = 0; at < now.size(); ++at) {
      const bool same =
          at >= echoed && at - echoed < shown_.size() && timeless(shown_[at - echoed]) == timeless(now[at]);
      out_.push_back(same ? shown_[at - echoed] : now[at]);
    }
    typed_.clear();
    shown_.clear();
  }

  person::Terminal& at_;
  Lines typed_, shown_, out_;
};

}  // namespace

int main(int argc, char** argv) {
  std::ifstream page(argc > 1 ? argv[1] : "docs/repl.md");
  if (!page || std::getenv("RICCI_COMMAND") == nullptr)
    return std::fputs("generate_repl takes the page, and the command's path from RICCI_COMMAND\n", stderr), 2;
  person::Terminal at({{"--no-init", "--color", "never", "--threads", "2"}, {}, 24, 100, {}, {}});
  enum class Block { none, transcript, other } block = Block::none;
  Transcript transcript(at);
  for (std::string line; std::getline(page, line);) {
    const bool fence = line.starts_with("```");
    if (fence && block == Block::transcript)
      for (const std::string& own : transcript.take()) std::puts(own.c_str());
    if (!fence && block == Block::transcript)
      transcript.add(line);
    else
      std::puts(line.c_str());
    if (fence) block = block != Block::none ? Block::none : line == "```" ? Block::transcript : Block::other;
  }
}
