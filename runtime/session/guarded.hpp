/// The library's promise about exceptions: ricci::error and std::bad_alloc leave it, and nothing else.
#pragma once

#include <exception>
#include <new>
#include <string_view>

#include "runtime/error.hpp"

namespace ricci {

/// Runs f; what is no ricci::error and no lack of memory becomes an error of code internal.
template <typename F>
decltype(auto) guarded(F&& f) {
  try {
    return f();
  } catch (const error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& cause) {
    fail(dsl::Fault::internal, std::string_view(cause.what()));
  }
}

}  // namespace ricci
