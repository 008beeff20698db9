/// The session as elaboration sees it: names, seeds, integers computed on the spot, files.
#pragma once

#include <optional>
#include <span>

#include "dsl/infer/environment.hpp"
#include "runtime/session/session.hpp"

namespace ricci::runtime {

class Session::Names final : public dsl::Environment {
 public:
  /// `defined`: the statement's own targets; a value that one of them has is taken from here for good.
  explicit Names(const Session& session, std::span<const std::string_view> defined = {})
      : session_(const_cast<Session&>(session)), defined_(defined) {}

  dsl::Binding find(std::string_view name) const override;
  dsl::Vec<dsl::Str> names() const override;
  std::uint64_t times_defined(std::string_view name) const override;
  std::uint64_t seed() const override { return session_.options_.seed; }
  bool integer(Graph& graph, NodeId element, std::int64_t& value) const override;
  NodeId load(Graph& graph, std::string_view path, std::string_view key) const override;

 private:
  Session& session_;  // loading a file adds an input
  std::span<const std::string_view> defined_;
};

/// A fingerprint of a tensor's elements, to notice that borrowed memory has changed.
std::uint64_t checksum(const Tensor& tensor);

}  // namespace ricci::runtime
