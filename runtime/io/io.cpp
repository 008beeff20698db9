/// The table of formats, and the one place that looks at a file's ending.
#include "runtime/io/io.hpp"

#include <array>
#include <cctype>
#include <filesystem>
#include <optional>

#include "runtime/error.hpp"
#include "runtime/io/csv.hpp"
#include "runtime/io/mtx.hpp"
#include "runtime/io/npy.hpp"
#include "runtime/io/npz.hpp"

namespace ricci::runtime::io {
namespace {

constexpr std::string_view archive_ending = ".npz";

struct Format {
  std::string_view ending;
  Value (*load)(const std::string& path);
  void (*save)(const std::string& path, const Value& value);
};

const Tensor& dense_only(std::string_view ending, const Value& value) {
  const Tensor* dense = std::get_if<Tensor>(&value);
  if (dense == nullptr)
    fail(dsl::Fault::file_value, ending, "a sparse matrix", "save it as .npz or .mtx, or write dense(A) first");
  return *dense;
}

constexpr std::array formats{
    Format{".npy", [](const std::string& path) -> Value { return read_npy(path); },
           [](const std::string& path, const Value& value) { write_npy(path, dense_only(".npy", value)); }},
    Format{archive_ending, [](const std::string& path) -> Value { return read_npz(path); }, write_npz},
    Format{".mtx", [](const std::string& path) -> Value { return read_mtx(path); }, write_mtx},
    Format{".csv", [](const std::string& path) -> Value { return read_csv(path); },
           [](const std::string& path, const Value& value) { write_csv(path, dense_only(".csv", value)); }},
};

bool ends_in(std::string_view path, std::string_view ending) {
  if (path.size() <= ending.size()) return false;
  const std::string_view last = path.substr(path.size() - ending.size());
  for (std::size_t at = 0; at < ending.size(); ++at)
    if (std::tolower(static_cast<unsigned char>(last[at])) != ending[at]) return false;
  return true;
}

const Format& format_of(const std::string& path) {
  for (const Format& format : formats)
    if (ends_in(path, format.ending)) return format;
  fail(dsl::Fault::file_unknown_type, path);
}

/// Where the colon of FILE.npz:key stands. A file whose whole name is `path` goes before.
std::optional<std::size_t> key_colon(const std::string& path) {
  for (std::size_t at = path.rfind(':'); at != std::string::npos && at > 0; at = path.rfind(':', at - 1)) {
    std::error_code ignored;
    if (ends_in(std::string_view(path).substr(0, at), archive_ending) && !std::filesystem::exists(path, ignored))
      return at;
  }
  return std::nullopt;
}

}  // namespace

Value load(const std::string& path) {
  if (const std::optional<std::size_t> colon = key_colon(path))
    return load(path.substr(0, *colon), path.substr(*colon + 1));
  return format_of(path).load(path);
}

Value load(const std::string& path, const std::string& key) {
  if (format_of(path).ending != archive_ending) fail(dsl::Fault::file_no_keys, path, key);
  return read_npz(path, key);
}

void save(const std::string& path, const Value& value) { format_of(path).save(path, value); }

}  // namespace ricci::runtime::io
