/// Every error of writing is an error of saving: short writes, a full disk, a failing close.
#include "runtime/io/atomic_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "runtime/error.hpp"

namespace ricci::runtime::io {
namespace {

constexpr std::size_t buffered = std::size_t{1} << 18;

/// No two files of one process share a temporary name; O_EXCL settles it between processes.
std::string temporary_beside(const std::string& target) {
  static std::atomic<unsigned> next{0};
  return target + ".part-" + std::to_string(::getpid()) + "-" + std::to_string(next++);
}

}  // namespace

AtomicFile::AtomicFile(const std::string& path) : path_(path), target_(path) {
  std::error_code ignored;
  if (std::filesystem::is_symlink(path, ignored)) {
    const std::filesystem::path led = std::filesystem::weakly_canonical(path, ignored);
    if (!ignored) target_ = led.string();
  }
  struct stat about = {};
  const bool exists = ::stat(target_.c_str(), &about) == 0;
  if (exists && S_ISDIR(about.st_mode)) fail(dsl::Fault::file_unwritable, path_, "it is a directory");
  if (exists && !S_ISREG(about.st_mode)) fail(dsl::Fault::file_unwritable, path_, "it is no regular file");
  if (exists && ::access(target_.c_str(), W_OK) != 0)
    refuse(errno);  // renaming over it would override its owner's wish
  do {
    temporary_ = temporary_beside(target_);
    descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  } while (descriptor_ < 0 && errno == EEXIST);
  if (descriptor_ < 0) refuse(errno);
  if (exists) static_cast<void>(::fchmod(descriptor_, about.st_mode & 07777));
}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::refuse(int number) const {
  fail(dsl::Fault::file_unwritable, path_, std::generic_category().message(number));
}

void AtomicFile::write(const void* bytes, std::int64_t count) {
  const auto* from = static_cast<const char*>(bytes);
  if (pending_.size() + static_cast<std::size_t>(count) <= buffered) {
    pending_.append(from, static_cast<std::size_t>(count));
    return;
  }
  flush();
  write_through(from, count);
}

void AtomicFile::flush() {
  write_through(pending_.data(), static_cast<std::int64_t>(pending_.size()));
  pending_.clear();
}

void AtomicFile::write_through(const char* bytes, std::int64_t count) {
  constexpr std::int64_t most = 1 << 30;
  while (count > 0) {
    const ssize_t put = ::write(descriptor_, bytes, static_cast<std::size_t>(std::min(count, most)));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) refuse(errno);
    bytes += put;
    count -= put;
  }
}

void AtomicFile::commit() {
  flush();
  const int closed = ::close(std::exchange(descriptor_, -1));
  if (closed != 0 && errno != EINTR) refuse(errno);
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) refuse(errno);
  temporary_.clear();
}

}  // namespace ricci::runtime::io
