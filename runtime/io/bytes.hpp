/// Bytes that come in: from a file, from memory, or out of an archive. The length is known before anything is read, so
/// that what a header promises can be compared with what there is before memory is taken for it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "runtime/error.hpp"

namespace ricci::runtime::io {

class Reader {
 public:
  Reader(std::string name, std::int64_t size) : name_(std::move(name)), size_(size) {}
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  virtual ~Reader() = default;

  /// What messages call it: a path, with the key for an array of an archive.
  const std::string& name() const { return name_; }
  std::int64_t size() const { return size_; }
  std::int64_t left() const { return size_ - taken_; }

  /// Reads exactly `count` bytes, or throws ricci::error (code file).
  void read(void* to, std::int64_t count);

 protected:
  /// Reads 1 to `count` bytes; 0 where there are no more. Throws when the system reports an error.
  virtual std::int64_t read_some(void* to, std::int64_t count) = 0;

 private:
  std::string name_;
  std::int64_t size_;
  std::int64_t taken_ = 0;
};

/// A regular file. Throws ricci::error (code file) when there is none, or it may not be read.
std::unique_ptr<Reader> open_file(const std::string& path);
/// Bytes that the caller keeps alive.
std::unique_ptr<Reader> open_memory(std::string_view bytes, std::string name);

/// A whole text, in memory that the ledger counts; at least 64 readable bytes follow it.
struct Text {
  std::string name;
  std::shared_ptr<const std::byte> storage;  // null where the caller keeps the text alive
  std::string_view view;
};
Text read_text(const std::string& path);

}  // namespace ricci::runtime::io
