/// :tutorial: the problems that ricci was made for, one after the other, on small values made on the spot. The person
/// types a line; it is run, and what it gives is compared with what it should give, whatever it looks like. Everything
/// happens in a session of its own: no name of the person's is read or changed.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <ricci/ricci.hpp>

#include "repl/tutorial/lessons.hpp"

namespace repl {

/// How the tutorial speaks with the person.
struct TutorialDoor {
  /// A whole statement or word, empty where it was given up; or nothing where the person wants to leave. `about`: the
  /// session whose names can be completed.
  std::function<std::optional<std::string>(const std::string& prompt, const ricci::session& about)> read;
  std::function<void(std::string_view text)> print;
  /// An error as the conversation shows it.
  std::function<void(const ricci::error& cause)> report;
  std::function<ricci::screen()> screen;
};

class Tutorial {
 public:
  explicit Tutorial(TutorialDoor door) : door_(std::move(door)) {}
  /// From lesson `first` until the last, or until the person leaves.
  void run(std::size_t first = 0);

 private:
  enum class Step { stay, next, back, leave };

  void open(const Lesson& lesson);
  Step obey(const Lesson& lesson, std::string_view word);
  Step answer(const Lesson& lesson, const std::string& line);
  void judge(const Lesson& lesson, const ricci::value& given, const ricci::value& wanted);
  void miss_again(const Lesson& lesson);
  void praise(const Lesson& lesson, const std::string& line);
  /// Prose, in lines that fit the screen.
  void tell(std::string_view text);
  /// A hint, under what it is about.
  void advise(std::string_view text);
  void show(const std::string& label, const ricci::value& of);
  std::size_t width() const;
  void say(std::string_view text) { door_.print(std::string(text) + "\n"); }

  TutorialDoor door_;
  std::unique_ptr<ricci::session> session_;  // of the lesson
  int missed_ = 0;                           // in a row
};

}  // namespace repl
