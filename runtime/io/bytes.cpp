/// Checked reading. No stream: a stream turns a failed read into silence.
#include "runtime/io/bytes.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "runtime/tensor/memory.hpp"

namespace ricci::runtime::io {
namespace {

std::string reason(int number) { return std::generic_category().message(number); }

struct Descriptor {
  int number;

  explicit Descriptor(int opened) : number(opened) {}
  Descriptor(Descriptor&& other) noexcept : number(std::exchange(other.number, -1)) {}
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
};

class FileReader final : public Reader {
 public:
  FileReader(std::string path, Descriptor file, std::int64_t size)
      : Reader(std::move(path), size), file_(std::move(file)) {}

 private:
  std::int64_t read_some(void* to, std::int64_t count) override {
    constexpr std::int64_t most = 1 << 30;  // one call of read(2) gives at most 2 GiB
    for (;;) {
      const ssize_t got = ::read(file_.number, to, static_cast<std::size_t>(std::min(count, most)));
      if (got >= 0) return got;
      if (errno != EINTR) fail(dsl::Fault::file_unreadable, name(), reason(errno));
    }
  }

  Descriptor file_;
};

class MemoryReader final : public Reader {
 public:
  MemoryReader(std::string name, std::string_view bytes)
      : Reader(std::move(name), static_cast<std::int64_t>(bytes.size())), rest_(bytes) {}

 private:
  std::int64_t read_some(void* to, std::int64_t count) override {
    const std::size_t got = std::min(static_cast<std::size_t>(count), rest_.size());
    std::memcpy(to, rest_.data(), got);
    rest_.remove_prefix(got);
    return static_cast<std::int64_t>(got);
  }

  std::string_view rest_;
};

}  // namespace

void Reader::read(void* to, std::int64_t count) {
  auto* next = static_cast<char*>(to);
  while (count > 0) {
    const std::int64_t got = read_some(next, count);
    if (got == 0)
      fail(dsl::Fault::file_unreadable, name_,
           "it ends after " + std::to_string(taken_) + " of " + std::to_string(size_) + " bytes");
    next += got;
    count -= got;
    taken_ += got;
  }
}

std::unique_ptr<Reader> open_file(const std::string& path) {
  // Not blocking: opening a pipe that nobody writes to must not wait for ever.
  Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (file.number < 0) {
    if (errno == ENOENT || errno == ENOTDIR) fail(dsl::Fault::file_missing, path);
    fail(dsl::Fault::file_unreadable, path, reason(errno));
  }
  struct stat about = {};
  if (::fstat(file.number, &about) != 0) fail(dsl::Fault::file_unreadable, path, reason(errno));
  if (S_ISDIR(about.st_mode)) fail(dsl::Fault::file_unreadable, path, "it is a directory");
  if (!S_ISREG(about.st_mode)) fail(dsl::Fault::file_unreadable, path, "it is no regular file");
  return std::make_unique<FileReader>(path, std::move(file), static_cast<std::int64_t>(about.st_size));
}

std::unique_ptr<Reader> open_memory(std::string_view bytes, std::string name) {
  return std::make_unique<MemoryReader>(std::move(name), bytes);
}

Text read_text(const std::string& path) {
  const std::unique_ptr<Reader> file = open_file(path);
  const std::shared_ptr<std::byte> storage = take_buffer(file->size());
  file->read(storage.get(), file->size());
  const std::string_view view(reinterpret_cast<const char*>(storage.get()), static_cast<std::size_t>(file->size()));
  return {path, storage, view};
}

}  // namespace ricci::runtime::io
