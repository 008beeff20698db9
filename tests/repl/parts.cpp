// What needs no terminal: completion, history, pasted transcripts, progress, text.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>
#include <ricci/language.hpp>

#include "repl/completion.hpp"
#include "repl/history.hpp"
#include "repl/progress_line.hpp"
#include "repl/text.hpp"
#include "repl/transcript.hpp"

namespace {

using repl::History;
using Words = std::vector<std::string>;

repl::Known known() {
  repl::Known out;
  ricci::variable x;
  x.name = "Xs";
  x.type = ricci::dtype::f64;
  x.shape = {3, 4};
  out.variables.push_back(x);
  x.name = "λs";
  out.variables.push_back(x);
  out.commands = {{"help", repl::Takes::topic, {}},
                  {"history", repl::Takes::choice, {"clear"}},
                  {"quit", repl::Takes::nothing, {}},
                  {"set", repl::Takes::setting, {}}};
  out.topics = {"sums"};
  out.settings = {"seed", "threads"};
  return out;
}

Words candidates(const std::string& before) { return repl::complete(before, known()).candidates; }

struct Folder {
  Folder() {
    char name[] = "/tmp/ricci-test-XXXXXX";
    path = ::mkdtemp(name);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string path;
};

}  // namespace

TEST_CASE("repl: completion knows names, functions, indices, commands and axes") {
  CHECK(candidates("X") == Words{"Xs"});
  CHECK(candidates("y = 2*λ") == Words{"λs"});
  CHECK(candidates("logs") == Words{"logsumexp(", "logsumexp["});
  CHECK(candidates("K[row,col] = Xs[ro") == Words{"roll(", "round(", "row"});
  CHECK(candidates("K[row,col] = Xs[re") == Words{"real(", "reshape("});
  CHECK(candidates("y[i] = Xs[i,kk]*Xs[j,k") == Words{"kk", "kron("});
  CHECK(candidates("K[i] = x[i] for row in 0:3, i in 0:ro") == Words{"roll(", "round(", "row"});
  CHECK(candidates(":h") == Words{":help ", ":history "});
  CHECK(candidates(":q") == Words{":quit"});
  CHECK(candidates(":help su") == Words{"sum", "sums"});
  CHECK(candidates(":history c") == Words{"clear"});
  CHECK(candidates(":set t") == Words{"threads"});
  CHECK(candidates("sum(Xs, axis=") == Words{"0", "1"});
  CHECK(candidates("").empty());
  CHECK(candidates("nosuch").empty());
  const repl::Completion axis = repl::complete("y[i] = Xs[i,", known());
  CHECK(axis.candidates.empty());
  CHECK(axis.note == "Xs: f64[3, 4]; axis 1 has size 4");
  CHECK(repl::complete("Xs[i,j,", known()).note == "Xs: f64[3, 4] has no further axis");
  CHECK(repl::common_beginning({"λa", "λb"}) == "λ");
  CHECK(repl::common_beginning({"é", "è"}).empty());  // they share a byte, and no letter
}

TEST_CASE("repl: completion of files, in strings and after commands") {
  const Folder folder;
  std::ofstream(folder.path + "/data.npy") << "x";
  std::filesystem::create_directory(folder.path + "/dir");
  std::ofstream(folder.path + "/.hidden") << "x";
  CHECK(candidates("A = load(\"" + folder.path + "/d") == Words{folder.path + "/data.npy", folder.path + "/dir/"});
  CHECK(candidates("A = load(\"" + folder.path + "/.h") == Words{folder.path + "/.hidden"});
  CHECK(candidates("A = load(\"/nowhere/at/all/").empty());
}

TEST_CASE("repl: history keeps each entry once, across sessions, and searches by beginning") {
  const Folder folder;
  const std::string file = folder.path + "/a/b/history";
  {
    History first(file);
    first.add("x = 1");
    first.add("y[i] =\n  x[i] \\ 2");
    first.add("x = 1");
    first.add("  \n");
    History second(file);  // another session meanwhile
    second.add("z");
  }
  const History own(file);
  CHECK(own.entries() == Words{"y[i] =\n  x[i] \\ 2", "x = 1", "z"});
  CHECK(own.older(3, "x", "") == 1U);
  CHECK(own.older(1, "x", "") == std::nullopt);
  CHECK(own.older(3, "", "z") == 1U);
  CHECK(own.newer(0, "", "") == 1U);
  CHECK(own.newer(1, "x", "") == std::nullopt);
  const auto permissions = std::filesystem::status(file).permissions();
  CHECK((permissions & std::filesystem::perms::others_all) == std::filesystem::perms::none);
  History nowhere("/proc/no/such/place");
  nowhere.add("still works");
  CHECK(nowhere.entries().size() == 1);
}

TEST_CASE("repl: transcripts lose their prompts and what was printed") {
  CHECK(repl::without_prompts("x = 1\ny = 2\n", true) == "x = 1\ny = 2\n");
  CHECK(repl::without_prompts("ricci> x = [1,\n  ...> 2]\nx: i64[2], lazy\nricci> x\n[1, 2]\nricci>\n", true) ==
        "x = [1,\n2]\nx\n\n");
  CHECK(repl::without_prompt("ricci> ricci> x") == "x");
  CHECK(repl::without_prompt("ricci>2 + x") == "ricci>2 + x");  // no prompt: one ends with a blank
}

TEST_CASE("repl: a statement is unfinished while something is open") {
  for (const char* text :
       {"x = [1,", "f(", "a +", "x =", "K[i] = x[i] for", "for i in", "A \\", "\"a(\" + (", "a, b ="}) {
    INFO(text);
    CHECK(ricci::unfinished(text));
  }
  for (const char* text : {"x", "", "A'", ")", "\"open", "x = 1 # (", "[1, 2]", "(1))(", "x +# c\n1"}) {
    INFO(text);
    CHECK_FALSE(ricci::unfinished(text));
  }
  CHECK(ricci::continues_above("  for i in 0:3"));
  CHECK(ricci::continues_above("* 2"));
  CHECK_FALSE(ricci::continues_above("- 2"));
  CHECK_FALSE(ricci::continues_above("x"));
}

TEST_CASE("repl: programs split into their statements") {
  const std::string text = "x = 1; y = [2,\n 3]\n# words\n?? no\nz = (1\n+ 2);\n";
  Words pieces;
  for (const ricci::piece& own : ricci::statements(text)) pieces.push_back(text.substr(own.begin, own.end - own.begin));
  CHECK(pieces == Words{"x = 1;", "y = [2,\n 3]", "?? no", "z = (1\n+ 2);"});
}

TEST_CASE("repl: the progress line says what runs, the share, the time left, and fits") {
  ricci::progress_report now;
  CHECK(repl::progress_text(now, 80).empty());
  now.running = true;
  now.kernel = "fused";
  now.what = "[i] sum[k]\n x[i,k]";
  now.step = 1;
  now.steps = 3;
  now.share = 0.25;
  now.seconds = 5;
  CHECK(repl::progress_text(now, 80) == " 25 %  about 15 s left  step 2 of 3  fused: [i] sum[k] x[i,k]");
  CHECK(repl::progress_text(now, 20) == " 25 %  about 15 s...");
  now.share = 0;
  CHECK(repl::progress_text(now, 80) == "  0 %  step 2 of 3  fused: [i] sum[k] x[i,k]");
}

TEST_CASE("repl: text goes to wide characters and back") {
  for (const char* text : {"", "abc", "λ Σx", "€", "𝛼"}) CHECK(repl::narrow(repl::widen(text)) == text);
  CHECK(repl::widen("\xFFz") == L"\xFFFDz");
  CHECK(repl::widen("\xCE") == L"\xFFFD");
  CHECK(repl::whole_character("a"));
  CHECK_FALSE(repl::whole_character("\xCE"));
  CHECK(repl::whole_character("\xCE\xBB"));
}

TEST_CASE("repl: every function has a usage, a word about it, and an example that runs") {
  const Folder folder;  // save("a.npy") goes there
  struct Back {
    std::filesystem::path before = std::filesystem::current_path();
    ~Back() { std::filesystem::current_path(before); }
  } const back;
  std::filesystem::current_path(folder.path);
  for (const ricci::function& own : ricci::functions()) {
    INFO(own.name);
    CHECK_FALSE(own.usage.empty());
    CHECK_FALSE(own.documentation.empty());
    REQUIRE_FALSE(own.example.empty());
    CHECK(own.example.find(own.name) != std::string::npos);
    ricci::session rc;
    std::size_t shown = 0;
    CHECK_NOTHROW(rc.run(own.example, [&](const ricci::shown& one) { shown += one.defined ? 0 : 1; }));
    CHECK(shown > 0);
  }
}

TEST_CASE("repl: sentences are broken between words, and their words stay") {
  CHECK(repl::wrapped("one two three", 20, 2) == "one two three");
  CHECK(repl::wrapped("one two three", 13, 2) == "one two three");
  CHECK(repl::wrapped("one two three", 9, 2) == "one two\n  three");
  CHECK(repl::wrapped("  one two three", 9, 4) == "  one two\n    three");
  CHECK(repl::wrapped("  unbreakable", 5, 4) == "  unbreakable");
  CHECK(repl::wrapped("unbreakable word", 5, 2) == "unbreakable\n  word");
  CHECK(repl::wrapped("λλλ μμμ", 7, 0) == "λλλ μμμ");
  CHECK(repl::wrapped("a  b", 2, 0) == "a \nb");
  CHECK(repl::wrapped("", 5, 2).empty());
  CHECK(repl::reflowed("one two\nthree\n  x  =  1\n\nfour", 20) == "one two three\n  x  =  1\n\nfour");
  CHECK(repl::reflowed("one two three four", 9) == "one two\nthree\nfour");
  CHECK(repl::reflowed("", 9).empty());
}
