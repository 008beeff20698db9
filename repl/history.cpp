#include "repl/history.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <unordered_set>

namespace repl {
namespace {

/// As it stands in the file: a line, and each further one after a tab.
std::string encoded(std::string_view entry) {
  std::string out;
  for (const char c : entry) {
    out += c;
    if (c == '\n') out += '\t';
  }
  return out + "\n";
}

/// Written by one call, so that entries of several sessions never mix.
void write_to(const std::string& path, int how, std::string_view text) {
  constexpr mode_t owner_only = 0600;
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | how, owner_only);
  if (file < 0) return;
  [[maybe_unused]] const ssize_t put = ::write(file, text.data(), text.size());
  ::close(file);
}

}  // namespace

History::History(std::string path) : path_(std::move(path)) {
  if (!path_.empty()) read();
}

void History::read() {
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(path_).parent_path(), ignored);
  std::ifstream file(path_, std::ios::binary);
  std::vector<std::string> all;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line[0] == '\t' && !all.empty())
      (all.back() += '\n') += line.substr(1);
    else if (!line.empty())
      all.push_back(line);
  }
  const std::size_t stored = all.size();
  std::unordered_set<std::string> seen;
  for (auto entry = all.rbegin(); entry != all.rend() && entries_.size() < most_entries; ++entry)
    if (seen.insert(*entry).second) entries_.push_back(std::move(*entry));
  std::reverse(entries_.begin(), entries_.end());
  if (stored > 2 * entries_.size() + 100) write_all();
}

void History::insert(std::string entry) {
  std::erase(entries_, entry);
  entries_.push_back(std::move(entry));
  if (entries_.size() > most_entries) entries_.erase(entries_.begin());
}

void History::add(std::string_view entry) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
  while (!entry.empty() && blank(entry.back())) entry.remove_suffix(1);
  while (!entry.empty() && blank(entry.front())) entry.remove_prefix(1);
  if (entry.empty() || (!entries_.empty() && entries_.back() == entry)) return;
  insert(std::string(entry));
  if (!path_.empty()) write_to(path_, O_APPEND, encoded(entry));
}

std::optional<std::size_t> History::older(std::size_t before, std::string_view prefix, std::string_view shown) const {
  for (std::size_t at = std::min(before, entries_.size()); at-- > 0;)
    if (entries_[at].starts_with(prefix) && entries_[at] != shown) return at;
  return std::nullopt;
}

std::optional<std::size_t> History::newer(std::size_t after, std::string_view prefix, std::string_view shown) const {
  for (std::size_t at = after + 1; at < entries_.size(); ++at)
    if (entries_[at].starts_with(prefix) && entries_[at] != shown) return at;
  return std::nullopt;
}

void History::clear() {
  entries_.clear();
  if (!path_.empty()) write_all();
}

/// Beside its place and renamed into it: whoever reads meanwhile sees the old file or the new one.
void History::write_all() const {
  std::string text;
  for (const std::string& entry : entries_) text += encoded(entry);
  const std::string beside = path_ + ".new-" + std::to_string(::getpid());
  write_to(beside, O_TRUNC, text);
  std::error_code ignored;
  std::filesystem::rename(beside, path_, ignored);
}

}  // namespace repl
