/// A file that appears whole or not at all: it is written beside its place and renamed into it by commit().
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ricci::runtime::io {

class AtomicFile {
 public:
  /// Throws ricci::error (code file) when nothing can be written there, or something else than a file stands there.
  explicit AtomicFile(const std::string& path);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();  // without commit(): nothing is left

  void write(const void* bytes, std::int64_t count);
  void write(std::string_view text) { write(text.data(), static_cast<std::int64_t>(text.size())); }
  /// Reports what a disk reports late, and moves the file to its place.
  void commit();

  /// Where the bytes stand until then; for those who write by path and not through write().
  const std::string& temporary_path() const { return temporary_; }

 private:
  [[noreturn]] void refuse(int number) const;
  void flush();
  void write_through(const char* bytes, std::int64_t count);

  std::string path_;    // as the caller named it
  std::string target_;  // where it leads to, when it is a symbolic link
  std::string temporary_;
  std::string pending_;
  int descriptor_ = -1;
};

}  // namespace ricci::runtime::io
