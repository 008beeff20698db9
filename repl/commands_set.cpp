/// `:set`: one table of settings, each with how it reads and how it is changed.
#include <array>
#include <charconv>
#include <optional>

#include <ricci/language.hpp>

#include "repl/commands.hpp"
#include "repl/text.hpp"

namespace repl {
namespace {

struct SettingRow {
  std::string_view name;
  std::string_view values;  // what it takes, for people
  std::string (*read)(Conversation& with);
  /// False: it does not take this value.
  bool (*change)(Conversation& with, const std::string& value);
};

template <typename T>
std::optional<T> number(const std::string& text, T least, T most) {
  T out{};
  const auto read = std::from_chars(text.data(), text.data() + text.size(), out);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || out < least || out > most) return std::nullopt;
  return out;
}

std::optional<bool> yes_or_no(const std::string& text) {
  if (text == "on" || text == "off") return text == "on";
  return std::nullopt;
}

constexpr const char* format_names[] = {"text", "json", "csv"};

constexpr std::array rows{
    SettingRow{"threads", "1 to 64", [](Conversation&) { return std::to_string(ricci::threads()); },
               [](Conversation&, const std::string& value) {
                 const auto count = number(value, 1, 64);
                 if (count) ricci::set_threads(*count);
                 return count.has_value();
               }},
    SettingRow{"seed", "an integer from 0",
               [](Conversation& with) { return std::to_string(with.session().how().seed); },
               [](Conversation& with, const std::string& value) {
                 const auto seed = number<std::uint64_t>(value, 0, UINT64_MAX);
                 ricci::options how = with.session().how();
                 how.seed = seed.value_or(how.seed);
                 with.session().configure(how);
                 return seed.has_value();
               }},
    SettingRow{"accuracy", "strict or fast",
               [](Conversation& with) { return std::string(with.session().how().strict ? "strict" : "fast"); },
               [](Conversation& with, const std::string& value) {
                 if (value != "strict" && value != "fast") return false;
                 ricci::options how = with.session().how();
                 how.strict = value == "strict";
                 with.session().configure(how);
                 return true;
               }},
    SettingRow{"level", "0, 1 or 2, as -O",
               [](Conversation& with) { return std::to_string(with.session().how().level); },
               [](Conversation& with, const std::string& value) {
                 const auto level = number(value, 0, 2);
                 ricci::options how = with.session().how();
                 how.level = level.value_or(how.level);
                 with.session().configure(how);
                 return level.has_value();
               }},
    SettingRow{"memory", "a size such as 8G or 512M",
               [](Conversation&) { return ricci::bytes_text(static_cast<double>(ricci::memory_limit())); },
               [](Conversation&, const std::string& value) {
                 const auto bytes = size_of(value);
                 if (bytes) ricci::set_memory_limit(*bytes);
                 return bytes.has_value();
               }},
    SettingRow{"time-limit", "seconds for each statement, or none",
               [](Conversation& with) {
                 const double seconds = with.manner().time_limit;
                 return seconds > 0 ? formatted("%g", seconds) : std::string("none");
               },
               [](Conversation& with, const std::string& value) {
                 const auto seconds = value == "none" ? std::optional<double>(0) : number(value, 1e-3, 1e9);
                 with.manner().time_limit = seconds.value_or(with.manner().time_limit);
                 return seconds.has_value();
               }},
    SettingRow{"precision", "1 to 17 digits",
               [](Conversation& with) { return std::to_string(with.manner().values.precision); },
               [](Conversation& with, const std::string& value) {
                 const auto digits = number(value, 1, 17);
                 with.manner().values.precision = digits.value_or(with.manner().values.precision);
                 return digits.has_value();
               }},
    SettingRow{"format", "text, json or csv",
               [](Conversation& with) {
                 return std::string(format_names[static_cast<std::size_t>(with.manner().values.format)]);
               },
               [](Conversation& with, const std::string& value) {
                 for (std::size_t at = 0; at < std::size(format_names); ++at)
                   if (value == format_names[at]) {
                     with.manner().values.format = static_cast<ValueFormat>(at);
                     return true;
                   }
                 return false;
               }},
    SettingRow{"color", "auto, always or never", [](Conversation& with) { return with.manner().color; },
               [](Conversation& with, const std::string& value) {
                 if (value != "auto" && value != "always" && value != "never") return false;
                 with.manner().color = value;
                 return true;
               }},
    SettingRow{"notes", "on or off: sums written out, what the optimiser did",
               [](Conversation& with) { return std::string(with.manner().notes ? "on" : "off"); },
               [](Conversation& with, const std::string& value) {
                 with.manner().notes = yes_or_no(value).value_or(with.manner().notes);
                 return yes_or_no(value).has_value();
               }},
    SettingRow{"time", "on or off: each statement's times",
               [](Conversation& with) { return std::string(with.manner().time ? "on" : "off"); },
               [](Conversation& with, const std::string& value) {
                 with.manner().time = yes_or_no(value).value_or(with.manner().time);
                 return yes_or_no(value).has_value();
               }},
};

std::string line_of(Conversation& with, const SettingRow& row) {
  return formatted("%-10s %-10s ", std::string(row.name).c_str(), row.read(with).c_str()) + std::string(row.values) +
         "\n";
}

}  // namespace

std::vector<std::string> setting_names() {
  std::vector<std::string> out;
  for (const SettingRow& row : rows) out.emplace_back(row.name);
  return out;
}

void change_setting(Conversation& with, std::string_view argument) {
  const std::vector<std::string> words = words_of(argument);
  if (words.empty()) {
    for (const SettingRow& row : rows) with.print(line_of(with, row));
    return;
  }
  for (const SettingRow& row : rows) {
    if (row.name != words[0]) continue;
    if (words.size() == 1) return with.print(line_of(with, row));
    if (words.size() > 2 || !row.change(with, words[1]))
      throw CommandFault{words[0] + " takes " + std::string(row.values) + ", not `" +
                             std::string(trimmed(argument.substr(words[0].size()))) + "`",
                         ""};
    return;
  }
  const std::string near = ricci::nearest(words[0], setting_names());
  throw CommandFault{"there is no setting " + words[0],
                     near.empty() ? ":set lists them" : "did you mean " + near + "?"};
}

}  // namespace repl
