/// Which set of kernels across lanes the machine can run, asked once.
#include "runtime/linalg/lanes.hpp"

#include "runtime/kernels/instruction_sets.hpp"
#include "runtime/linalg/lanes_sets.hpp"

namespace ricci::runtime::linalg {
namespace {

template <typename T>
struct Sets;  // v4, v3, baseline; best first

#if defined(__x86_64__)
#define RICCI_SETS_OF(type, name)                                                                             \
  template <>                                                                                                 \
  struct Sets<type> {                                                                                         \
    static constexpr const LaneKernels<type>* all[] = {&lanes_v4::kernels_##name, &lanes_v3::kernels_##name,  \
                                                       &lanes_base::kernels_##name};                          \
    static constexpr const LeastSquaresLanes<type>* least_squares[] = {                                       \
        &lanes_v4::least_squares_##name, &lanes_v3::least_squares_##name, &lanes_base::least_squares_##name}; \
  };
#else
#define RICCI_SETS_OF(type, name)                                                                          \
  template <>                                                                                              \
  struct Sets<type> {                                                                                      \
    static constexpr const LaneKernels<type>* all[] = {&lanes_base::kernels_##name};                       \
    static constexpr const LeastSquaresLanes<type>* least_squares[] = {&lanes_base::least_squares_##name}; \
  };
#endif
RICCI_SETS_OF(float, f32)
RICCI_SETS_OF(double, f64)
RICCI_SETS_OF(std::complex<float>, c64)
RICCI_SETS_OF(std::complex<double>, c128)
#undef RICCI_SETS_OF

}  // namespace

bool lanes_pay(std::int64_t count, std::int64_t n, std::int64_t r) {
  if (n == 0 || r == 0 || r > 4 * n + 16) return false;
  return n <= 16 || (n <= 48 && count >= 8);
}

bool least_squares_lanes_pay(std::int64_t m, std::int64_t n, std::int64_t r) {
  return n > 0 && r > 0 && m >= n && n <= 16 && m * (n + r) <= 4096;
}

template <typename T>
const LeastSquaresLanes<T>* least_squares_lanes_of_set(int which) {
  return of_set(Sets<T>::least_squares, which);
}

template <typename T>
LeastSquaresLanes<T> least_squares_lanes() {
  static const LeastSquaresLanes<T> best = *least_squares_lanes_of_set<T>(0);
  return best;
}

template <typename T>
const LaneKernels<T>* lane_kernels_of_set(int which) {
  return of_set(Sets<T>::all, which);
}

template <typename T>
const LaneKernels<T>& lane_kernels() {
  static const LaneKernels<T>& best = *lane_kernels_of_set<T>(0);
  return best;
}

#define RICCI_LANES(T)                                     \
  template const LaneKernels<T>& lane_kernels();           \
  template const LaneKernels<T>* lane_kernels_of_set(int); \
  template LeastSquaresLanes<T> least_squares_lanes();     \
  template const LeastSquaresLanes<T>* least_squares_lanes_of_set(int);
RICCI_LANES(float)
RICCI_LANES(double)
RICCI_LANES(std::complex<float>)
RICCI_LANES(std::complex<double>)
#undef RICCI_LANES

}  // namespace ricci::runtime::linalg
