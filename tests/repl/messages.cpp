// Errors in the words of the door where they come up.
#include "repl/messages.hpp"

#include <catch2/catch.hpp>

using repl::Door;
using repl::hint_at;

TEST_CASE("repl: hints name what the door has") {
  const std::string known = "define it first, as in A = ..., or give it with --load A=FILE or A=VALUE";
  CHECK(hint_at(Door::script, known) == known);
  CHECK(hint_at(Door::conversation, known) == "define it first, as in A = ..., or take it from a file: :load A FILE");
  CHECK(hint_at(Door::conversation, "raise the limit with --memory-limit, or split the work into smaller parts") ==
        "raise the limit with :set memory, or split the work into smaller parts");
  CHECK(hint_at(Door::conversation, "write sum[k] x[k]") == "write sum[k] x[k]");
  CHECK(hint_at(Door::conversation, "give it with --load A") == "give it with --load A");
  CHECK(hint_at(Door::conversation, "").empty());
}

TEST_CASE("repl: no hint of the library names an option in a conversation, or a command in a script") {
  for (const ricci::dsl::FaultRow& row : ricci::dsl::fault_rows) {
    std::string hint;
    for (std::size_t at = 0; at < row.hint.size(); ++at) {
      const bool slot = row.hint.substr(at).starts_with("{0}");
      hint += slot ? 'x' : row.hint[at];
      at += slot ? 2 : 0;
    }
    INFO(hint);
    CHECK(hint_at(Door::conversation, hint).find("--") == std::string::npos);
    CHECK(hint_at(Door::script, hint).find(":load") == std::string::npos);
    CHECK(hint_at(Door::script, hint).find(":set") == std::string::npos);
  }
}

TEST_CASE("repl: an error without a place in a program is written as the others are") {
  ricci::session session;
  try {
    session.get("A");
    FAIL("a name without a value was computed");
  } catch (const ricci::error& cause) {
    CHECK(repl::message_of(cause, Door::script) ==
          "error[name]: `A` has no value\n  hint: define it first, as in A = ..., or give it with --load A=FILE or "
          "A=VALUE");
  }
}
