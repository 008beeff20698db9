/// bench_peers PROBLEM FOLDER SECONDS [NAME=NUMBER]...: times every C++ peer of one problem on the files of a folder.
/// Prints one line of JSON a peer, with milliseconds of each call after the first; results go to FOLDER/peer-N.npy.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "bench/peers/peer.hpp"

namespace {

using Clock = std::chrono::steady_clock;

peers::Data data_in(const std::filesystem::path& folder, const std::vector<std::string>& scalars) {
  peers::Data out;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    const std::string name = file.path().stem();
    if (name == "result" || name.starts_with("peer-")) continue;
    out.loaded.emplace(name, ricci::load(file.path()));
  }
  for (const std::string& scalar : scalars) {
    const std::size_t equals = scalar.find('=');
    out.scalars.emplace(scalar.substr(0, equals), std::strtod(scalar.c_str() + equals + 1, nullptr));
  }
  return out;
}

std::vector<double> milliseconds(const std::function<void()>& run, double seconds) {
  std::vector<double> out;
  const auto timed = [&] {
    const auto start = Clock::now();
    run();
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
  };
  timed();  // touches the memory, fills the caches
  for (double all = 0; out.empty() || (all < seconds * 1e3 && out.size() < 200);) {
    out.push_back(timed());
    all += out.back();
  }
  return out;
}

std::vector<peers::Peer> all_peers() {
  std::vector<peers::Peer> out;
  for (auto* of : {peers::systems, peers::kernels, peers::draws, peers::products, peers::elementwise})
    for (peers::Peer& peer : of()) out.push_back(std::move(peer));
  return out;
}

}  // namespace

int main(int count, char** words) {
  if (count < 4) return std::fputs("usage: bench_peers PROBLEM FOLDER SECONDS [NAME=NUMBER]...\n", stderr), 2;
  const std::string problem = words[1];
  const std::filesystem::path folder = words[2];
  const peers::Data data = data_in(folder, {words + 4, words + count});
  int number = 0;
  for (const peers::Peer& peer : all_peers()) {
    if (peer.problem != problem) continue;
    const peers::Task task = peer.prepare(data);
    if (!task.run) continue;
    const std::vector<double> times = milliseconds(task.run, std::strtod(words[3], nullptr));
    const std::string file = folder / ("peer-" + std::to_string(number++) + ".npy");
    ricci::save(file, ricci::value(task.result));
    std::puts(nlohmann::json{{"name", peer.name}, {"times", times}, {"result", file}}.dump().c_str());
  }
}
