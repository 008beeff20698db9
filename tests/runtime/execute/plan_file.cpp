// Plans in files: what is loaded computes the bits of what was saved, over new data too, and nothing is optimised
// again; whatever is not such a file, or not for what is asked, is refused with a code; damaged bytes never get
// through.
#include <catch2/catch.hpp>
#include <cstring>
#include <random>

#include "runtime/error.hpp"
#include "runtime/execute/plan_file.hpp"
#include "runtime/session/session.hpp"
#include "tests/seed.hpp"

namespace {
using namespace ricci::runtime;
using ricci::dsl::DType;

Tensor drawn(std::vector<std::int64_t> shape, unsigned seed) {
  Tensor out = Tensor::empty(DType::f64, shape);
  std::mt19937 random(seed);
  for (std::int64_t at = 0; at < out.count(); ++at)
    out.as<double>()[at] = static_cast<double>(random() % 1000) / 500 - 1;
  return out;
}

/// Everything that a plan can hold: several roots' worth of steps, decompositions, sparse and kept values, draws,
/// aliases.
constexpr const char* programs[] = {
    "y[i] = exp(A[i,k])*x[k]",
    "K[i,j] = exp(-0.5*sum[k] (A[i,k]-A[j,k])^2)\ny[i] = K[i,j]*A[j,0]",
    "M[i,j] = A[k,i]*A[k,j] + (i == j)*3\ny = M \\ x\nz[i] = y[i]",
    "Q, R = qr(A)\ny = Q @ R",
    "S = sparse(A)\ny[i] = S[i,k]*x[k]",
    "y = mean[t in 0:1000] (binomial(55, 0.05)[t] == 2)",
    "y[m] = sum[i] (q[i] == m)*A[i,0] for m in 0:4",
    "y[i,j,l] = A[i,k]*A[j,k]*A[l,k]*x[k]",
};

void give(Session& session, unsigned seed, std::int64_t rows = 12) {
  session.set("A", drawn({rows, 7}, seed));
  session.set("x", drawn({7}, seed + 1));
  session.set("q", cast(drawn({rows}, seed + 2), DType::i64));
}

std::vector<std::byte> bits_of(const Value& value) {
  const Tensor flat = contiguous_copy_if_needed(std::get<Tensor>(value));
  const auto bytes = static_cast<std::size_t>(flat.count()) * ricci::dsl::bytes_of(flat.dtype);
  return {flat.data.get(), flat.data.get() + bytes};
}

std::string code_of(auto&& f, std::string* message = nullptr) {
  try {
    f();
  } catch (const ricci::error& cause) {
    if (message != nullptr) *message = cause.what();
    return std::string(cause.code());
  }
  return "";
}

std::string saved(const char* program) {
  Session rc;
  give(rc, 1);
  rc.run(program);
  rc.get("y");
  return rc.plans().written();
}

/// As the file's own: FNV-1a over what follows the heading, the fingerprint and the checksum.
void seal(std::string& bytes) {
  constexpr std::size_t heading = 14;
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (std::size_t at = heading + 16; at < bytes.size(); ++at)
    hash = (hash ^ static_cast<unsigned char>(bytes[at])) * 0x100000001b3U;
  std::memcpy(bytes.data() + heading + 8, &hash, sizeof hash);
}

}  // namespace

TEST_CASE("execute: a loaded plan computes what the saved one does, and nothing is optimised") {
  for (const char* program : programs) {
    INFO(program);
    const std::string bytes = saved(program);
    Session loaded, fresh;
    loaded.plans().take(bytes, "a.plan");
    for (Session* rc : {&loaded, &fresh}) {
      give(*rc, 77);
      rc->run(program);
    }
    CHECK(bits_of(loaded.get("y")) == bits_of(fresh.get("y")));
    CHECK(loaded.times_planned() == 0);
    CHECK(fresh.times_planned() > 0);
    CHECK(loaded.plans().written() == bytes);
  }
}

TEST_CASE("execute: steps of loaded plans have the kernels, sizes and slices of those saved") {
  const char* program = "K[i,j] = exp(A[i,k]*A[j,k])\nY[i,r] = K[i,j]*A[j,r]";
  Session rc;
  rc.set("A", drawn({6000, 7}, 1));
  rc.run(program);
  rc.get("Y");
  const std::string bytes = rc.plans().written();
  const std::vector<KeptPlan> plans = plans_from(bytes, "a.plan");
  REQUIRE(plans.size() == 1);
  const Plan& plan = *plans[0].plan;
  Session fresh;
  fresh.set("A", drawn({6000, 7}, 1));
  const Plan own = fresh.plan({program}, {"Y"});
  REQUIRE(plan.steps.size() == own.steps.size());
  bool sliced = false;
  for (std::size_t at = 0; at < own.steps.size(); ++at) {
    sliced = sliced || own.steps[at].slices != nullptr;
    CHECK(std::string_view(plan.steps[at].kernel->name) == own.steps[at].kernel->name);
    CHECK(plan.steps[at].live_bytes == own.steps[at].live_bytes);
    CHECK((plan.steps[at].slices == nullptr) == (own.steps[at].slices == nullptr));
  }
  CHECK(sliced);
  CHECK(plan.peak_bytes == own.peak_bytes);
}

TEST_CASE("execute: a plan for something else is refused in words") {
  const std::string bytes = saved(programs[0]);
  const auto refused = [&](auto change, std::string_view words) {
    Session rc;
    rc.plans().take(bytes, "a.plan");
    give(rc, 1);
    change(rc);
    rc.run(programs[0]);
    std::string message;
    CHECK(code_of([&] { rc.get("y"); }, &message) == "file");
    INFO(message);
    CHECK(message.find("a.plan") != message.npos);
    CHECK(message.find("A f64[12,7]") != message.npos);
    CHECK(message.find(words) != message.npos);
  };
  refused([](Session& rc) { give(rc, 1, 13); }, "A f64[13,7]");
  refused([](Session& rc) { rc.set("A", cast(drawn({12, 7}, 1), DType::f32)); }, "A f32[12,7]");
  refused([](Session& rc) { rc.options().level = 1; }, "-O1");
  refused([](Session& rc) { rc.options().strict = true; }, "--accuracy strict");
}

TEST_CASE("execute: foreign, old and truncated plan files are refused") {
  const std::string bytes = saved(programs[2]);
  const auto code = [](const std::string& own) { return code_of([&] { plans_from(own, "a.plan"); }); };
  CHECK(code("") == "file");
  CHECK(code("\x93NUMPY and more of it") == "file");
  CHECK(code("ricci plans 2\n" + bytes.substr(14)) == "file");
  CHECK(code(bytes + "x") == "file");
  for (std::size_t length = 0; length < bytes.size(); ++length) CHECK(code(bytes.substr(0, length)) == "file");
  std::string other = bytes;
  other[15] = static_cast<char>(other[15] ^ 1);  // of the fingerprint
  CHECK(code(other) == "file");
}

TEST_CASE("execute: flipped bytes of plan files are found, and damage behind a right checksum breaks nothing") {
  const unsigned seed = ricci::testing::seed();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  int accepted = 0;
  for (const char* program : programs) {
    const std::string bytes = saved(program);
    for (int turn = 0; turn < 400; ++turn) {
      std::string own = bytes;
      own[random() % own.size()] ^= static_cast<char>(1U << random() % 8);
      CHECK(code_of([&] { plans_from(own, "a.plan"); }) == "file");
      seal(own);
      const std::string code = code_of([&] { plans_from(own, "a.plan"); });
      accepted += code.empty() ? 1 : 0;
      CHECK((code.empty() || code == "file"));
    }
  }
  CHECK(accepted > 0);  // names and keys may change: then nobody asks for the plan
}
