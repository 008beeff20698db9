// Pictures on a terminal: golden screens, with and without Unicode and colours.
#include "runtime/display/plot/terminal.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <sstream>
#include "tests/seed.hpp"

namespace {

using namespace ricci::runtime;
using namespace ricci::runtime::plot;
using ricci::dsl::DType;

constexpr Screen drawn{.width = 44, .height = 14, .colours = Colours::none, .unicode = true};
constexpr Screen typed{.width = 44, .height = 14, .colours = Colours::none, .unicode = false};

Tensor vector(const std::vector<double>& elements) {
  return Tensor::from<double>({static_cast<std::int64_t>(elements.size())}, elements);
}

/// The screen after a newline, as the golden texts below begin with one.
std::string shown(const Picture& picture, const Screen& screen) { return "\n" + terminal_text(picture, screen); }

Picture curves(const Tensor& y, const std::string& name = "x") { return curves_of(std::nullopt, {y, name}); }

const Tensor squares = vector({0, 1, 4, 9, 16});
const Tensor two = Tensor::from<double>({5, 2}, {0, 16, 1, 15, 4, 12, 9, 7, 16, 0});

}  // namespace

TEST_CASE("plot: a curve in dots") {
  CHECK(shown(curves(squares), drawn) == R"(
   x
15 ┤                                     ⡠⠔
   │                                  ⡠⠔⠉
   │                               ⣀⠔⠊
10 ┤                           ⢀⡠⠔⠊
   │                       ⢀⡠⠔⠊⠁
 5 ┤                  ⢀⣀⡠⠔⠊⠁
   │          ⢀⣀⡠⠤⠔⠒⠊⠉⠁
 0 ┤⠤⠤⠔⠒⠒⠒⠒⠊⠉⠉⠁
   └┬────────┬─────────┬─────────┬────────┬
    0        1         2         3        4
                   position
)");
  CHECK(shown(curves(squares), typed) == R"(
   x
15 +                                      .
   |                                   .''
   |                                .''
10 +                            ..''
   |                       ...''
 5 +                  ...''
   |            ...'''
 0 +''''''''''''
   ++--------+---------+---------+--------+
    0        1         2         3        4
                   position
)");
}

TEST_CASE("plot: curves without colours carry letters") {
  CHECK(shown(curves(two, "Y"), drawn) == R"(
   a Y[:, 0]   b Y[:, 1]
15 ┤⠒⠒⠢⠤⠤⠤⠤⢄b⣀⡀                          ⡠⠔
   │          ⠈⠉⠑⠒⠢⠤⢄b⡀               ⡠⠔⠉
   │                  ⠈⠉⠑⠢⢄⡀       ⣀⠔⠊
10 ┤                       ⠈⠑⠢b⣀⡠⠔a
   │                       ⢀⡠⠔⠊⠉⠑⠢⢄
 5 ┤                  ⢀⣀⡠⠔a⠁       ⠉⠢⢄
   │          ⢀⣀a⠤⠔⠒⠊⠉⠁               ⠑⠢b
 0 ┤⠤⠤a⠒⠒⠒⠒⠊⠉⠉⠁                          ⠑⠢
   └┬────────┬─────────┬─────────┬────────┬
    0        1         2         3        4
                   position
)");
  CHECK(shown(curves(two, "Y"), typed) == R"(
   a Y[:, 0]   b Y[:, 1]
15 +.......b....                          .
   |            '''..b                 .''
   |                  '''..         .''
10 +                       '''b...'a
   |                       ...''''..
 5 +                  ...a'         '..
   |            a..'''                 'b.
 0 +''a'''''''''                          '
   ++--------+---------+---------+--------+
    0        1         2         3        4
                   position
)");
}

TEST_CASE("plot: gaps, single points and infinities are seen") {
  const double none = std::nan("");
  const Tensor y = vector({1, 2, none, 1.5, none, HUGE_VAL, 2, -HUGE_VAL, 1});
  CHECK(shown(curves(y, "y"), drawn) == R"(
    y
2.0 ┤    ⡰                  ▲    •
    │   ⢠⠃
    │  ⢀⠇
1.5 ┤  ⡜           •
    │ ⢰⠁
    │⢠⠃
1.0 ┤⠎                                ▼   •
    └┬───┬────┬────┬────┬───┬────┬────┬───┬
     0   1    2    3    4   5    6    7   8
                    position
2 nan left out   2 inf marked at the edge
)");
  CHECK(shown(curves(y, "y"), typed) == R"(
    y
2.0 +     :                 ^    *
    |    :
    |   :
1.5 +  .'          *
    |  :
    | :
1.0 +:                               v    *
    ++---+----+----+----+---+----+----+---+
     0   1    2    3    4   5    6    7   8
                    position
2 nan left out   2 inf marked at the edge
)");
}

TEST_CASE("plot: one point, no point, numbers with a common power of ten") {
  CHECK(shown(curves(vector({5}), "[5]"), drawn) == R"(
  [5]
  │
  │
6 ┤
  │
  │                    •
4 ┤
  │
  │
  └┬───────────────────┬──────────────────┬
   -1                  0                  1
                   position
)");
  CHECK(shown(curves(vector({}), "zeros(0)"), drawn) == R"(
    zeros(0)
1.0 ┤
    │
    │
0.5 ┤
    │
    │
0.0 ┤
    └┬────────────────────────────────────┬
     0                                    1
                    position
there are no numbers
)");
  CHECK(shown(curves(vector({1e6, 2e6, 1.5e6}), "y"), drawn) == R"(
    y  (×1e6)
2.0 ┤                 ⢀⡠⠒⠤⣀⡀
    │               ⡠⠔⠁    ⠈⠑⠒⠤⣀⡀
    │            ⢀⠔⠊            ⠈⠑⠢⠤⣀
    │         ⢀⡠⠊⠁                   ⠉⠑⠢⠤⣀
1.5 ┤       ⣀⠔⠁                           ⠉
    │    ⢀⠤⠊
    │  ⡠⠒⠁
1.0 ┤⠔⠉
    └┬──────────────────┬─────────────────┬
     0                  1                 2
                    position
)");
}

TEST_CASE("plot: complex numbers are two curves") {
  CHECK(shown(curves(Tensor::from<std::complex<double>>({2}, {{1, 2}, {3, -1}}), "z"), drawn) == R"(
  a real(z)   b imag(z)
  │                                 ⣀⣀⣀⠤⠤⠔⠒
  │                      ⢀⣀⣀⡠⠤⠤⠒⠒⠊⠉a
2 ┤⠉⠒⠒⠤⢄⣀⡀     a⣀⡠⠤⠤⠔⠒⠒⠉⠉a
  │ a⣀⣀⠤⠤⠬b⠓⠚⠭⠭⣀⡀
  │⠉⠁           ⠈⠉⠑b⠢⠤⣀⣀
0 ┤                     ⠉⠑⠒⠢⠤⢄b
  │                            ⠉⠉⠒⠢⠤⢄⣀⡀
  │                                   ⠈⠉b⠒⠤
  └┬──────────────────────────────────────┬
   0                                      1
                   position
)");
}

TEST_CASE("plot: a histogram in blocks") {
  const Picture own = histogram_of({Tensor::from<std::int64_t>({6}, {1, 1, 2, 4, 4, 4}), "s"});
  CHECK(shown(own, drawn) == R"(
  count
3 ┤                              ▆▆▆▆▆▆▆▆▆▆
  │                              ██████████
2 ┤▁▁▁▁▁▁▁▁▁▁                    ██████████
  │██████████                    ██████████
  │██████████                    ██████████
1 ┤██████████▅▅▅▅▅▅▅▅▅▅          ██████████
  │████████████████████          ██████████
0 ┤████████████████████          ██████████
  └─────┬─────────┬─────────┬─────────┬────
        1         2         3         4
                       s
)");
  CHECK(shown(own, typed) == R"(
  count
3 +                              ##########
  |                              ##########
2 +..........                    ##########
  |##########                    ##########
  |##########                    ##########
1 +####################          ##########
  |####################          ##########
0 +####################          ##########
  +-----+---------+---------+---------+----
        1         2         3         4
                       s
)");
}

TEST_CASE("plot: a matrix in shades") {
  const Picture own = heat_of({Tensor::from<double>({2, 3}, {1, 2, 3, 4, std::nan(""), 6}), "K"});
  CHECK(shown(own, drawn) == R"(
            K
  row
  │      ░░░░░░▒▒▒▒▒▒  ██ 6
0 ┤      ░░░░░░▒▒▒▒▒▒  ▓▓
  │      ░░░░░░▒▒▒▒▒▒  ▒▒ 4
  │▓▓▓▓▓▓??????██████  ▒▒
1 ┤▓▓▓▓▓▓??????██████  ░░ 2
  │▓▓▓▓▓▓??????██████
  └───┬─────┬─────┬──
      0     1     2
         column
1 nan left blank
)");
  CHECK(shown(own, typed) == R"(
            K
  row
  |      ::::::======  @@ 6
0 +      ::::::======  ##
  |      ::::::======  ++ 4
  |******??????@@@@@@  ==
1 +******??????@@@@@@  :: 2
  |******??????@@@@@@
  +---+-----+-----+--
      0     1     2
         column
1 nan left blank
)");
}

TEST_CASE("plot: a matrix in colours") {
  const Picture own = heat_of({Tensor::from<double>({2, 2}, {0, 1, std::nan(""), 0.5}), "K"});
  std::string text = shown(own, {.width = 24, .height = 8, .colours = Colours::full, .unicode = true});
  for (std::size_t at = 0; (at = text.find('\x1B')) != std::string::npos;) text[at] = '~';
  CHECK(text == R"(
         K
  row
  ~[0;2m│~[0;38;2;35;7;116;48;2;35;7;116m▀▀▀▀▀▀~[0;38;2;239;241;102;48;2;239;241;102m▀▀▀▀▀▀~[0m  ~[0;38;2;247;219;74;48;2;252;175;43m▀▀~[0m 1.0
0 ~[0;2m┤~[0;38;2;35;7;116;48;2;35;7;116m▀▀▀▀▀▀~[0;38;2;239;241;102;48;2;239;241;102m▀▀▀▀▀▀~[0m  ~[0;38;2;244;133;60;48;2;222;96;86m▀▀~[0m
  ~[0;2m│      ~[0;38;2;207;81;98;48;2;207;81;98m▀▀▀▀▀▀~[0m  ~[0;38;2;190;68;108;48;2;149;47;123m▀▀~[0m 0.5
1 ~[0;2m┤      ~[0;38;2;207;81;98;48;2;207;81;98m▀▀▀▀▀▀~[0m  ~[0;38;2;104;32;129;48;2;58;17;123m▀▀~[0m 0.0
  ~[0;2m└───┬─────┬──~[0m
      0     1
      column
~[0;2m1 nan left blank~[0m
)");
}

TEST_CASE("plot: curves in the eight colours of every terminal, on the smallest screen") {
  std::string text = shown(curves(two, "Y"), {.width = 24, .height = 8, .colours = Colours::sixteen, .unicode = true});
  for (std::size_t at = 0; (at = text.find('\x1B')) != std::string::npos;) text[at] = '~';
  CHECK(text == R"(
   ~[0;34m── ~[0mY[:, 0]
   ~[0;31m── ~[0mY[:, 1]
   ~[0;2m│~[0;31m⠒⠒⠒⠒⠒⠢⠤⣀⣀        ~[0;34m⡠⠔~[0m
10 ~[0;2m┤         ~[0;31m⠉⠑⠢⢄⣀~[0;34m⡠⠔⠉~[0m
   ~[0;2m│         ~[0;34m⣀⡠⠔⠊~[0;31m⠉⠑⠢⣀~[0m
 0 ~[0;2m┤~[0;34m⠤⠤⠤⠤⠤⠔⠒⠉⠉        ~[0;31m⠑⠢~[0m
   ~[0;2m└┬───┬────┬────┬───┬~[0m
    0   1    2    3   4
         position
)");
  CHECK(shown(curves(two, "Y"), {.width = 5, .height = 2, .colours = Colours::none, .unicode = true}) == R"(
   a Y[:, 0]   b Y[:, 1]
   │⠒⠒⠒b⠒⠢⠤⣀b        ⡠⠔
10 ┤         ⠉⠑⠢⢄b⡠a⠉
   │         ⣀⡠a⠊⠉⠑⠢⣀
 0 ┤⠤a⠤⠤⠤⠔a⠉⠉        b⠢
   └┬───┬────┬────┬───┬
    0   1    2    3   4
         position
)");
}

TEST_CASE("plot: no text moves the cursor") {
  Picture own = curves(squares, "x");
  own.title = "a\x1B[2Jb\nc\x7F\xC2\x9B\xFF";
  CHECK(terminal_text(own, drawn).find("a?[2Jb?c???") != std::string::npos);
}

TEST_CASE("plot: no line is wider than the screen, whatever is drawn") {
  const unsigned seed = ricci::testing::seed();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  for (int at = 0; at < 300; ++at) {
    const Screen screen{.width = 24 + random() % 200,
                        .height = 8 + random() % 60,
                        .colours = Colours::none,
                        .unicode = random() % 2 == 0};
    const auto rows = static_cast<std::int64_t>(random() % 90);
    const auto columns = static_cast<std::int64_t>(random() % 90);
    Tensor own = Tensor::zeros(DType::f64, {rows, columns});
    const double size = std::pow(10, normal(random) * 40);
    for (std::int64_t element = 0; element < own.count(); ++element)
      own.as<double>()[element] = random() % 50 == 0   ? std::nan("")
                                  : random() % 50 == 0 ? HUGE_VAL
                                                       : normal(random) * size;
    const Named named{own, "a rather long name of a value that is drawn"};
    for (const Picture& picture : {curves_of(std::nullopt, named), heat_of(named), histogram_of(named)}) {
      const std::string text = terminal_text(picture, screen);
      std::istringstream lines(text);
      std::size_t count = 0;
      for (std::string line; std::getline(lines, line); ++count) {
        INFO(screen.width << " x " << screen.height << ", " << rows << " x " << columns << "\n" << text);
        REQUIRE(letters(line) <= screen.width);
        if (!screen.unicode) REQUIRE(letters(line) == line.size());
      }
      REQUIRE(count <= std::max<std::size_t>(screen.height, 30) + 8);
    }
  }
}
