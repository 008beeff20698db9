/// What was entered before: kept in a file across sessions, newest last, each statement once.
/// Every entry is appended to the file as it is made, so that nothing is lost with a session that is killed, and
/// several sessions may write to one file. A statement of several lines is one entry: its further lines start with a
/// tab.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace repl {

class History {
 public:
  static constexpr std::size_t most_entries = 10'000;

  /// Reads the file; an empty path keeps nothing across sessions. A file that cannot be read or written is no fault.
  explicit History(std::string path);
  /// Adds an entry as the newest; an older twin goes.
  void add(std::string_view entry);
  const std::vector<std::string>& entries() const { return entries_; }
  /// The newest entry older than position `before` that starts with `prefix` and is not `shown`; none left: nothing.
  std::optional<std::size_t> older(std::size_t before, std::string_view prefix, std::string_view shown) const;
  /// The oldest one newer than `after`.
  std::optional<std::size_t> newer(std::size_t after, std::string_view prefix, std::string_view shown) const;
  void clear();

 private:
  void insert(std::string entry);
  void read();
  void write_all() const;

  std::string path_;
  std::vector<std::string> entries_;
};

}  // namespace repl
