/// The way of a literal into the library.
#include <ricci/literal.hpp>

namespace ricci::detail {

value evaluated(literal_site& site, const void* const* with, const call_options& how) {
  const prepared* known = site.parsed.load(std::memory_order_acquire);
  if (known == nullptr) {
    // Threads that come first at the same time parse it each, and all but one throw theirs away.
    auto fresh = std::make_unique<const prepared>(compile(site.text));
    if (site.parsed.compare_exchange_strong(known, fresh.get(), std::memory_order_acq_rel)) known = fresh.release();
  }
  std::vector<std::pair<std::string, runtime::Value>> values;
  values.reserve(site.arguments.size());
  for (const literal_argument& own : site.arguments) values.emplace_back(own.name, own.view(*with++));
  return known->call(std::move(values), how);
}

}  // namespace ricci::detail
