/// Archives, through libzip. Nothing is believed of an archive's directory that does not fit the file's size.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/io/bytes.hpp"

struct zip;

namespace ricci::runtime::io {

class Archive {
 public:
  explicit Archive(const std::string& path);

  const std::string& path() const { return path_; }
  const std::vector<std::string>& names() const { return names_; }
  bool holds(const std::string& name) const;
  /// The unpacked bytes of an entry, which must be there; the Archive must outlive them.
  std::unique_ptr<Reader> open(const std::string& name) const;

 private:
  struct Discard {
    void operator()(zip* archive) const;
  };
  std::string path_;
  std::unique_ptr<zip, Discard> zip_;
  std::vector<std::string> names_;
};

/// One entry to be written: its bytes are those of `head`, then those of `body`.
struct ArchiveEntry {
  std::string name;
  std::string head;
  std::string_view body;
};

/// Writes an archive without compression, whole or not at all. Equal entries give equal bytes, whenever written.
void write_archive(const std::string& path, const std::vector<ArchiveEntry>& entries);

}  // namespace ricci::runtime::io
