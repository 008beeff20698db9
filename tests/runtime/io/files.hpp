/// What the tests of runtime/io share: the committed files, a folder that vanishes, and how a refusal looks.
#pragma once

#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "runtime/error.hpp"
#include "runtime/tensor/tensor.hpp"

namespace ricci::runtime::io::tests {

inline std::string data(const std::string& name) { return "tests/runtime/io/data/" + name; }

/// A new folder for one test.
class Scratch {
 public:
  Scratch() {
    static int next = 0;
    folder_ = std::filesystem::temp_directory_path() /
              ("ricci-io-" + std::to_string(::getpid()) + "-" + std::to_string(next++));
    std::filesystem::create_directories(folder_);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { std::filesystem::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder_), {}));
  }

 private:
  std::filesystem::path folder_;
};

inline void write_bytes(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}
inline std::string read_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The message of the ricci::error that `action` must throw, with its code and hint: "[file] message (hint)".
template <typename F>
std::string refusal(F&& action) {
  try {
    action();
  } catch (const ricci::error& refused) {
    return "[" + refused.code() + "] " + refused.message() + " (" + refused.hint() + ")";
  }
  return "nothing was refused";
}

template <typename T>
std::vector<T> listed(const Tensor& tensor) {
  REQUIRE(tensor.dtype == dtype_of<T>());
  REQUIRE(tensor.contiguous());
  return std::vector<T>(tensor.as<T>(), tensor.as<T>() + tensor.count());
}

}  // namespace ricci::runtime::io::tests
