/// libzip behind two checks: sizes in the directory must be possible for the compressed bytes that are really there,
/// and every entry is read to its end, where libzip compares its checksum.
#include "runtime/io/zip.hpp"

#include <zip.h>

#include <algorithm>
#include <array>

#include "runtime/io/atomic_file.hpp"

namespace ricci::runtime::io {
namespace {

/// Deflate cannot shrink further than this (RFC 1951: 258 bytes from two bits).
constexpr std::uint64_t best_deflate_ratio = 1032;

std::string text_of(int code) {
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  std::string text = zip_error_strerror(&error);
  zip_error_fini(&error);
  return text;
}

[[noreturn]] void refuse(const std::string& name, const std::string& why) {
  fail(dsl::Fault::file_contents, name, ".npz", why);
}

class EntryReader final : public Reader {
 public:
  EntryReader(std::string name, zip_file_t* file, std::int64_t size) : Reader(std::move(name), size), file_(file) {}
  ~EntryReader() override { zip_fclose(file_); }

 private:
  std::int64_t read_some(void* to, std::int64_t count) override {
    const std::int64_t got = fread(to, count);
    unpacked_ += got;
    if (unpacked_ == size()) {
      // Only at its end does libzip compare the checksum, and only here does it show that an entry is too long.
      char beyond = 0;
      if (fread(&beyond, 1) != 0) refuse(name(), "it unpacks to more bytes than its directory says");
    }
    return got;
  }
  std::int64_t fread(void* to, std::int64_t count) {
    constexpr std::int64_t most = 1 << 30;
    const zip_int64_t got = zip_fread(file_, to, static_cast<zip_uint64_t>(std::min(count, most)));
    if (got < 0) refuse(name(), zip_error_strerror(zip_file_get_error(file_)));
    return got;
  }

  zip_file_t* file_;
  std::int64_t unpacked_ = 0;
};

void check_sizes(const std::string& name, const zip_stat_t& about) {
  constexpr zip_uint64_t needed = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
  if ((about.valid & needed) != needed) refuse(name, "its directory lacks the sizes of its entries");
  if (about.comp_method != ZIP_CM_STORE && about.comp_method != ZIP_CM_DEFLATE)
    refuse(name, "it is compressed by another method than deflate");
  const bool stored = about.comp_method == ZIP_CM_STORE;
  const bool possible = stored ? about.size == about.comp_size : about.size / best_deflate_ratio <= about.comp_size;
  if (!possible || about.size > static_cast<zip_uint64_t>(INT64_MAX))
    refuse(name, "its directory claims " + std::to_string(about.size) + " bytes, which " +
                     std::to_string(about.comp_size) + " compressed ones cannot hold");
}

}  // namespace

void Archive::Discard::operator()(zip* archive) const { zip_discard(archive); }

Archive::Archive(const std::string& path) : path_(path) {
  const std::int64_t bytes = open_file(path)->size();  // for its checks: missing, a directory, not readable
  int code = 0;
  zip_.reset(zip_open(path.c_str(), ZIP_RDONLY, &code));
  if (zip_ == nullptr) refuse(path, text_of(code));
  const zip_int64_t count = zip_get_num_entries(zip_.get(), 0);
  for (zip_int64_t at = 0; at < count; ++at) {
    zip_stat_t about;
    if (zip_stat_index(zip_.get(), static_cast<zip_uint64_t>(at), 0, &about) != 0 || about.name == nullptr)
      refuse(path, "an entry of its directory is damaged");
    if ((about.valid & ZIP_STAT_COMP_SIZE) != 0 && about.comp_size > static_cast<zip_uint64_t>(bytes))
      refuse(path, "its directory claims more bytes than the file has");
    names_.emplace_back(about.name);
  }
}

bool Archive::holds(const std::string& name) const {
  return std::find(names_.begin(), names_.end(), name) != names_.end();
}

std::unique_ptr<Reader> Archive::open(const std::string& name) const {
  const std::string shown = path_ + ":" + name;
  // By index, and the last of its name, as Python's zipfile: libzip's own look-up takes the first.
  const auto found = std::find(names_.rbegin(), names_.rend(), name);
  const auto index = static_cast<zip_uint64_t>(names_.rend() - found - 1);
  zip_stat_t about;
  if (zip_stat_index(zip_.get(), index, 0, &about) != 0) refuse(shown, "its entry in the directory is damaged");
  check_sizes(shown, about);
  zip_file_t* file = zip_fopen_index(zip_.get(), index, 0);
  if (file == nullptr) refuse(shown, zip_error_strerror(zip_get_error(zip_.get())));
  return std::make_unique<EntryReader>(shown, file, static_cast<std::int64_t>(about.size));
}

void write_archive(const std::string& path, const std::vector<ArchiveEntry>& entries) {
  AtomicFile place(path);
  const auto refuse_writing = [&](const char* why) { fail(dsl::Fault::file_unwritable, path, why); };
  int code = 0;
  zip_t* archive = zip_open(place.temporary_path().c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
  if (archive == nullptr) fail(dsl::Fault::file_unwritable, path, text_of(code));
  std::unique_ptr<zip_t, decltype(&zip_discard)> owned(archive, zip_discard);
  for (const ArchiveEntry& entry : entries) {
    // libzip reads the fragments when it closes the archive; it copies the list of them, not the bytes.
    const auto bytes_of = [](std::string_view text) {
      return reinterpret_cast<zip_uint8_t*>(const_cast<char*>(text.data()));  // only ever read
    };
    const std::array<zip_buffer_fragment_t, 2> parts{
        {{bytes_of(entry.head), entry.head.size()}, {bytes_of(entry.body), entry.body.size()}}};
    zip_source_t* source = zip_source_buffer_fragment(archive, parts.data(), entry.body.empty() ? 1 : 2, 0);
    if (source == nullptr) refuse_writing(zip_strerror(archive));
    const zip_int64_t index = zip_file_add(archive, entry.name.c_str(), source, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
      zip_source_free(source);
      refuse_writing(zip_strerror(archive));
    }
    const auto which = static_cast<zip_uint64_t>(index);
    constexpr zip_uint16_t first_day = 1 << 5 | 1;  // 1980-01-01, as numpy.savez
    if (zip_set_file_compression(archive, which, ZIP_CM_STORE, 0) != 0 ||
        zip_file_set_dostime(archive, which, 0, first_day, 0) != 0)
      refuse_writing(zip_strerror(archive));
  }
  if (zip_close(archive) != 0) refuse_writing(zip_strerror(archive));
  static_cast<void>(owned.release());
  place.commit();
}

}  // namespace ricci::runtime::io
