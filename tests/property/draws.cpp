// Draws that are only compared and counted, whatever they are compared with, give what they give by definition, to the
// bit: ranges of random words in place of numbers are no other draws.
#include <catch2/catch.hpp>
#include <random>
#include <ricci/ricci.hpp>

TEST_CASE("property: compared draws count as they do by definition") {
  const char* draws[] = {"binomial(55, 0.05)", "binomial(9, 0.9)",         "poisson(2.5)",       "integers(0, 6)",
                         "binomial(9, t/700)", "categorical([0.5, 0, 1])", "integers(0, 100000)"};
  const char* marks[] = {"==", "<", "<=", ">", ">=", "!="};
  const char* numbers[] = {"m", "t", "3", "i64(t*m % 7)", "i32(m)", "(m - 2)"};
  std::mt19937 random(1);
  const auto any = [&](auto& of) { return std::string(of[random() % std::size(of)]); };
  for (int round = 0; round < 250; ++round) {
    const std::string number = any(numbers), draw = any(draws) + (random() % 2 == 0 ? "[t,m]" : "[m,t]");
    const std::string truth = random() % 3 == 0 ? "(" + number + " " + any(marks) + " " + draw + ")"
                                                : "(" + draw + " " + any(marks) + " " + number + ")";
    const std::string rows = std::to_string(1 + random() % 600), columns = std::to_string(1 + random() % 17);
    const bool by_column = random() % 3 != 0;
    const std::string program = by_column ? "R[m] = count[t in 0:" + rows + "] " + truth + " for m in 0:" + columns
                                          : "R[t] = sum[m in 0:" + columns + "] " + truth + " for t in 0:" + rows;
    INFO(program);
    std::vector<std::int64_t> results[2];
    for (int level : {0, 1}) {
      ricci::options how;
      how.level = 2 * level;
      how.seed = 7;
      ricci::session session(how);
      session.run(program);
      results[level] = session.get("R").elements<std::int64_t>();
    }
    CHECK(results[0] == results[1]);
  }
}
