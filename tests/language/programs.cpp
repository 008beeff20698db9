#include "tests/language/programs.hpp"

#include <cmath>
#include <complex>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <vector>

#include "runtime/session/session.hpp"

namespace ricci::tests {

using namespace runtime;

const std::string_view world = R"(
x = [1.5, -2.0, 3.0]
y = [4.0, 5.0, 6.5]
A = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
B = [[1.0, 2.0], [3.0, 4.0], [5.0, 7.0]]
M = [[4.0, 1.0, 0.5], [1.0, 3.0, 0.25], [0.5, 0.25, 2.0]]
T = [[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 10.0]], [[2.0, 0.0, 1.0], [1.0, 3.0, 0.0], [0.0, 1.0, 1.0]]]
f = f32([0.5, 1.5, 2.5])
q = i32([1, 2, 3])
g = [7, -8, 9]
p = [2, 0, 1]
t = [true, false, true]
z = [1 + 2i, 3 - 1i, 0.5]
S = sparse([0, 1, 1], [0, 0, 2], [7.0, 8.0, 9.0], shape=[2, 3])
E0 = zeros(0)
n = 3
s = 2.0
)";

namespace {

std::string number(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.17g", value);
  return std::isnan(value) ? "nan" : text;
}

template <class T>
std::string written(T value) {
  if constexpr (std::is_same_v<T, bool>) {
    return value ? "true" : "false";
  } else if constexpr (std::is_integral_v<T>) {
    return std::to_string(value);
  } else if constexpr (std::is_floating_point_v<T>) {
    return number(static_cast<double>(value));
  } else {
    const std::string imaginary = number(static_cast<double>(value.imag()));
    return number(static_cast<double>(value.real())) + (imaginary[0] == '-' ? "" : "+") + imaginary + "i";
  }
}

std::string written(const error& fault, std::string_view program) {
  std::string out = "!" + fault.code();
  for (dsl::Span place : fault.diagnostic().places)
    if (place.end <= program.size()) out += " | " + std::string(program.substr(place.begin, place.end - place.begin));
  return out;
}

std::complex<double> read(const std::string& word) {
  if (word == "true") return 1;
  if (word == "false") return 0;
  char* end = nullptr;
  const double first = std::strtod(word.c_str(), &end);  // std::stod throws at denormals
  if (word.back() != 'i') return first;
  return {first, std::strtod(end, nullptr)};
}

bool near(double a, double b, double tolerance) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  return a == b || std::abs(a - b) <= tolerance * std::max(1.0, std::abs(a));
}

std::vector<std::string> words(std::string_view text) {
  std::istringstream in{std::string(text)};
  std::vector<std::string> out;
  for (std::string word; in >> word;) out.push_back(word);
  return out;
}

/// A folder of this process alone, gone with it.
struct Folder {
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "ricci_language_XXXXXX").string();
    if (mkdtemp(pattern.data()) != nullptr) path = pattern;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string path;
};

/// TMP in a program stands for that folder.
std::string with_folder(std::string_view program) {
  static const Folder folder;
  std::string out(program);
  for (std::size_t at = 0; (at = out.find("TMP/", at)) != std::string::npos;) out.replace(at, 3, folder.path);
  return out;
}

}  // namespace

std::string written(const Value& value) {
  const bool sparse = std::holds_alternative<std::shared_ptr<const Csr>>(value);
  const Tensor dense = sparse ? dense_from_csr(*std::get<std::shared_ptr<const Csr>>(value))
                              : contiguous_copy_if_needed(std::get<Tensor>(value));
  std::string out = (sparse ? "sparse " : "") + std::string(dsl::name_of(dense.dtype)) + "[";
  for (std::size_t axis = 0; axis < dense.rank(); ++axis)
    out += (axis == 0 ? "" : ",") + std::to_string(dense.shape[axis]);
  out += "]";
  with_type(dense.dtype, [&](auto zero) {
    using T = decltype(zero);
    for (std::int64_t at = 0; at < dense.count(); ++at) out += " " + written(dense.as<T>()[at]);
  });
  return out;
}

std::string outcome_of(std::string_view written_program) {
  const std::string program = with_folder(written_program);
  Session session(Options{.level = 0});
  session.run(world);
  std::string out = "nothing";
  try {
    session.run(program, [&](const Shown& shown) {
      if (!shown.defined) out = written(shown.value);
    });
  } catch (const error& fault) {
    return written(fault, program);
  }
  return out;
}

bool agree(std::string_view expected, std::string_view computed) {
  const std::vector<std::string> a = words(expected);
  const std::vector<std::string> b = words(computed);
  if (expected[0] == '!' || a.size() != b.size()) return expected == computed;
  bool narrow = false;
  for (std::size_t at = 0; at < a.size(); ++at) {
    const bool type = a[at].find('[') != std::string::npos || a[at] == "sparse";
    narrow = narrow || a[at].starts_with("f32") || a[at].starts_with("c64");
    if (type ? a[at] != b[at] : (a[at][0] == 't' || a[at][0] == 'f') && a[at] != b[at]) return false;
    if (type) continue;
    const std::complex<double> want = read(a[at]);
    const std::complex<double> got = read(b[at]);
    const double tolerance = narrow ? 2e-6 : 1e-12;
    if (!near(want.real(), got.real(), tolerance) || !near(want.imag(), got.imag(), tolerance)) return false;
  }
  return true;
}

void check(std::span<const Case> rows) {
  for (const Case& row : rows) {
    const std::string computed = outcome_of(row.program);
    INFO(row.program << "\n  expected: " << row.expected << "\n  computed: " << computed);
    CHECK(agree(row.expected, computed));
    CHECK(operators_differ(row.program, row.expected) == "");
    CHECK(literal_differs(row.program, row.expected) == "");
  }
}

}  // namespace ricci::tests
