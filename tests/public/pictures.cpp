// Pictures through the C++ door: functions, statements of a session, files.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <ricci/ricci.hpp>

namespace {

std::string code_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const ricci::error& cause) {
    return cause.code();
  }
  return "none";
}

std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("public: pictures are functions") {
  const std::vector<double> x{0, 1, 2}, y{3, 4, 5};
  const std::string text = to_text(ricci::plot(x, y, {.title = "rising"}), {.width = 40, .height = 12});
  CHECK(text.find("rising") != std::string::npos);
  CHECK(text.find("5 ┤") != std::string::npos);
  CHECK(ricci::to_text(ricci::hist(y, {.bins = 3})).find("count") != std::string::npos);
  CHECK(code_of([&] { ricci::heat(y); }) == "shape");
  CHECK(code_of([&] { ricci::plot(x, std::vector<double>{1}); }) == "shape");
  CHECK(code_of([&] { ricci::hist(y, {.bins = -1}); }) == "value");
  CHECK(code_of([&] { ricci::to_text(ricci::picture()); }) == "value");
  CHECK(code_of([&] { ricci::save("a.unknown", ricci::plot(y)); }) == "file");
}

TEST_CASE("public: a session hands over pictures with their values, or writes them") {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("ricci_pictures_" + std::to_string(getpid()));
  std::filesystem::create_directory(folder);
  ricci::session rc;
  std::vector<ricci::shown> seen;
  rc.run("K = [[1, 2], [3, 4]]\nheat(K)\nK\nheat(K, \"" + (folder / "k.svg").string() + "\")",
         [&](const ricci::shown& one) { seen.push_back(one); });
  REQUIRE(seen.size() == 3);
  CHECK(!seen[0].drawn);
  CHECK(seen[1].drawn);
  CHECK(seen[1].of.elements<double>() == std::vector<double>{1, 2, 3, 4});
  CHECK(!seen[2].drawn);
  ricci::save((folder / "again.svg").string(), seen[1].drawn);
  CHECK(contents(folder / "again.svg") == contents(folder / "k.svg"));
  CHECK(contents(folder / "k.svg").starts_with("<svg"));
  rc.run("save(K, \"" + (folder / "k.npy").string() + "\")");
  CHECK(code_of([&] { rc.run("plot(K, \"" + (folder / "none" / "k.svg").string() + "\")"); }) == "file");
  std::filesystem::remove_all(folder);
}

TEST_CASE("public: a picture is planned like any value") {
  ricci::session rc;
  const ricci::explanation plan = rc.explain("x = [1, 2, 3]\nplot(x, x*x, \"never.svg\")");
  CHECK(!plan.steps.empty());
  CHECK(!std::filesystem::exists("never.svg"));
}
