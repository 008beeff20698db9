#include "runtime/display/plot/font.hpp"

#include <array>

#include "dsl/source/utf8.hpp"

namespace ricci::runtime::plot {
namespace {

/// The grid of a letter: x from 0 to 4; y 0 descender, 2 the line that letters stand on, 6 small letters, 8 capitals.
/// A stroke is a row of digits, x and y in turn; blanks separate strokes; one place alone is a dot.
constexpr std::array<std::string_view, 95> ascii{
    "",                                  // space
    "2824 22",                           // !
    "1816 3836",                         // "
    "1218 3238 0444 0646",               // #
    "473818070615354443321203 2921",     // $
    "0149 0708181707 3233434232",        // %
    "42161728373604031222 2244",         // &
    "2826",                              // '
    "39272331",                          // (
    "19272311",                          // )
    "2824 0745 0547",                    // *
    "2327 0545",                         // +
    "2211",                              // ,
    "0545",                              // -
    "22",                                // .
    "0149",                              // /
    "120307183847433212",                // 0
    "172822 1232",                       // 1
    "07183847460242",                    // 2
    "0718384746354443321203 3515",       // 3
    "32380444",                          // 4
    "4808053544433212 1203",             // 5
    "473818070312324344351504",          // 6
    "084812",                            // 7
    "15060718384746351504031232434435",  // 8
    "031232434738180706153546",          // 9
    "25 22",                             // :
    "25 2211",                           // ;
    "470543",                            // <
    "0444 0646",                         // =
    "074503",                            // >
    "07183847462524 22",                 // ?
    "34361614344447381807031232",        // @
    "022842 1434",                       // A
    "02083847463505 3544433202",         // B
    "4738180703123243",                  // C
    "02083847433202",                    // D
    "48080242 0535",                     // E
    "480802 0535",                       // F
    "47381807031232434525",              // G
    "0208 4248 0545",                    // H
    "1838 1232 2822",                    // I
    "4843321203",                        // J
    "0208 4804 1542",                    // K
    "080242",                            // L
    "0208254842",                        // M
    "02084248",                          // N
    "120307183847433212",                // O
    "02083847463505",                    // P
    "120307183847433212 2442",           // Q
    "02083847463505 2542",               // R
    "473818070615354443321203",          // S
    "0848 2822",                         // T
    "080312324348",                      // U
    "082248",                            // V
    "0812263248",                        // W
    "0842 0248",                         // X
    "082548 2522",                       // Y
    "08480242",                          // Z
    "39191131",                          // [
    "0941",                              // backslash
    "19393111",                          // ]
    "062846",                            // ^
    "0141",                              // _
    "1827",                              // `
    "4642 4536160503123243",             // a
    "0802 0516364543321203",             // b
    "4536160503123243",                  // c
    "4842 4536160503123243",             // d
    "04444536160503123243",              // e
    "38282722 0636",                     // f
    "4641301001 4536160503123243",       // g
    "0802 0516364542",                   // h
    "1626 2622 28",                      // i
    "26211000 28",                       // j
    "0802 4604 2542",                    // k
    "18282332",                          // l
    "0602 05162522 25364542",            // m
    "0602 0516364542",                   // n
    "120305163645433212",                // o
    "0600 0516364543321203",             // p
    "4640 4536160503123243",             // q
    "0602 04263645",                     // r
    "45361605143443321203",              // s
    "18132232 0636",                     // t
    "0603123243 4642",                   // u
    "062246",                            // v
    "0612253246",                        // w
    "0642 0246",                         // x
    "0622 461000",                       // y
    "06460242",                          // z
    "39282615242231",                    // {
    "2921",                              // |
    "19282635242211",                    // }
    "05163445",                          // ~
};
constexpr std::string_view times = "0347 0743";
constexpr std::string_view dots = "02 22 42";
constexpr std::string_view unknown = "0208484202";

std::string_view strokes_of(std::uint32_t letter) {
  if (letter >= 0x20 && letter < 0x7F) return ascii[letter - 0x20];
  if (letter == 0xD7) return times;
  if (letter == 0x2026) return dots;
  return unknown;
}

}  // namespace

std::vector<std::vector<Place>> letter_strokes(std::string_view text, Place at, double size) {
  const double unit = size * letter_width / 6;  // a letter of four units stands amid six
  const double rise = size * 0.118;
  const double dot = 0.3 * unit;  // half the side of a dot, beside the stroke's own width
  std::vector<std::vector<Place>> out;
  double left = at.x + unit;
  for (std::size_t byte = 0; byte < text.size(); left += 6 * unit) {
    const dsl::CodePoint letter = dsl::decode(text, byte);
    byte += letter.length == 0 ? 1 : letter.length;
    bool open = false;
    const std::string_view digits = strokes_of(letter.length == 0 ? 0xFFFD : letter.value);
    for (std::size_t digit = 0; digit < digits.size(); ++digit) {
      if (digits[digit] == ' ') {
        open = false;
        continue;
      }
      if (!open) out.emplace_back();
      open = true;
      const double x = digits[digit] - '0';
      const double y = digits[++digit] - '0';
      out.back().push_back({left + x * unit, at.y - (y - 2) * rise});
      const bool ends = digit + 1 == digits.size() || digits[digit + 1] == ' ';
      if (!ends || out.back().size() > 1) continue;
      const Place alone = out.back()[0];
      out.back() = {{alone.x - dot, alone.y - dot},
                    {alone.x + dot, alone.y - dot},
                    {alone.x + dot, alone.y + dot},
                    {alone.x - dot, alone.y + dot},
                    {alone.x - dot, alone.y - dot}};
    }
  }
  return out;
}

}  // namespace ricci::runtime::plot
