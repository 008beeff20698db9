// A formula that outlives what it refers to, under the address sanitizer: `function` and `block` must be caught,
// `value` owns what it reads and is sound.
#include <optional>
#include <string_view>

#include <ricci/xtensor.hpp>

namespace {

using Vector = xt::xtensor<double, 1>;
const ricci::index<"k"> k;

ricci::expression of_a_local(std::size_t size) {
  const Vector local = xt::ones<double>({size});
  return sum(k)(ricci::ref(local)(k));
}

ricci::expression owning(std::size_t size) {
  const Vector local = xt::ones<double>({size});
  return sum(k)(ricci::val(local)(k));
}

}  // namespace

int main(int count, char** words) {
  const std::string_view kind = count > 1 ? words[1] : "";
  if (kind == "function") return double(of_a_local(5)) == 5 ? 0 : 1;
  if (kind == "value") return double(owning(5)) == 5 ? 0 : 1;
  std::optional<ricci::expression> of_a_block;
  {
    const Vector local = xt::ones<double>({std::size_t{5}});
    of_a_block = sum(k)(ricci::ref(local)(k));
  }
  return double(*of_a_block) == 5 ? 0 : 1;
}
