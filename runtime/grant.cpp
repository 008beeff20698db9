#include "runtime/grant.hpp"

namespace ricci::runtime {
namespace {

thread_local const Grant* current = nullptr;

}  // namespace

const Grant* current_grant() noexcept { return current; }

GrantScope::GrantScope(const Grant* grant) noexcept : before_(current) { current = grant; }
GrantScope::~GrantScope() { current = before_; }

}  // namespace ricci::runtime
