/// Which entry of an archive is asked for, and how it is named. Sparse matrices are taken apart in npz_sparse.cpp.
#include "runtime/io/npz.hpp"

#include "runtime/io/npy.hpp"
#include "runtime/io/npz_sparse.hpp"
#include "runtime/io/zip.hpp"

namespace ricci::runtime::io {
namespace {

constexpr std::string_view ending = ".npy";

std::vector<std::string> keys_of(const Archive& archive) {
  std::vector<std::string> keys;
  for (const std::string& name : archive.names()) {
    const bool is_array =
        name.size() > ending.size() && std::string_view(name).substr(name.size() - ending.size()) == ending;
    if (is_array) keys.push_back(name.substr(0, name.size() - ending.size()));
  }
  return keys;
}

/// "x, y and z"; an archive of thousands is not listed whole.
std::string listed(const std::vector<std::string>& keys) {
  constexpr std::size_t most = 20;
  std::string text;
  for (std::size_t at = 0; at < keys.size() && at < most; ++at) (text += at == 0 ? "" : ", ") += keys[at];
  if (keys.size() > most) text += " and " + std::to_string(keys.size() - most) + " more";
  return keys.empty() ? "no arrays" : text;
}

ArchiveEntry array_entry(const std::string& key, const Tensor& dense) {
  const std::string_view body(reinterpret_cast<const char*>(dense.data.get()), static_cast<std::size_t>(dense.bytes()));
  return {key + std::string(ending), npy_preamble(dense), body};
}

void write_sparse(const std::string& path, const Csr& matrix) {
  const Tensor columns = contiguous_copy_if_needed(matrix.columns);
  const Tensor values = contiguous_copy_if_needed(matrix.values);
  // SciPy wants both index arrays of one type.
  const bool narrow = matrix.stored() <= INT32_MAX;
  const Tensor starts = narrow ? cast(matrix.row_starts, DType::i32) : contiguous_copy_if_needed(matrix.row_starts);
  const Tensor indices = narrow ? columns : cast(columns, DType::i64);
  const Tensor shape = Tensor::from<std::int64_t>({2}, {matrix.rows, matrix.cols});
  write_archive(path, {array_entry("indices", indices),
                       array_entry("indptr", starts),
                       {"format.npy", npy_sparse_format(), {}},
                       array_entry("shape", shape),
                       array_entry("data", values)});
}

}  // namespace

std::vector<std::string> npz_keys(const std::string& path) { return keys_of(Archive(path)); }

Tensor read_npz(const std::string& path, const std::string& key) {
  const Archive archive(path);
  const std::string name = key + std::string(ending);
  if (archive.holds(name)) return read_npy(*archive.open(name));
  if (archive.holds(key)) return read_npy(*archive.open(key));
  fail(dsl::Fault::file_key, path, key, listed(keys_of(archive)));
}

Value read_npz(const std::string& path) {
  const Archive archive(path);
  if (holds_sparse(archive)) return std::make_shared<const Csr>(read_npz_sparse(archive));
  const std::vector<std::string> keys = keys_of(archive);
  if (keys.size() == 1) return read_npy(*archive.open(keys[0] + std::string(ending)));
  if (keys.empty()) fail(dsl::Fault::file_contents, path, ".npz", "it holds no array");
  fail(dsl::Fault::file_several, path, static_cast<std::int64_t>(keys.size()), keys[0], listed(keys));
}

void write_npz(const std::string& path, const Value& value) {
  if (const auto* sparse = std::get_if<std::shared_ptr<const Csr>>(&value)) return write_sparse(path, **sparse);
  const Tensor dense = contiguous_copy_if_needed(std::get<Tensor>(value));
  write_archive(path, {array_entry("arr_0", dense)});
}

}  // namespace ricci::runtime::io
