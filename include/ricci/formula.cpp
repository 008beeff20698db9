/// From a formula to the program that it stands for: each definition becomes a statement, once, before what reads it;
/// every value gets a name, its own where the user gave one.
#include <ricci/formula.hpp>

#include <algorithm>

#include "runtime/error.hpp"

namespace ricci::detail {
namespace {

class Naming {
 public:
  explicit Naming(const formula& of) : final_{of.of, dsl::StatementKind::show, {}, {}} {
    for (const operand_of& own : of.operands) collect(own);
    reserve_words(final_);
    for (const auto& own : definitions_) reserve_words(own->sentence);
    for (const operand_of& own : sources_) claim(own.from->name);
    for (const auto& own : definitions_) claim(own->name);
  }

  program write(const formula& of) {
    name_sources();
    const bool is_definition = of.operands.size() == 1 && of.of.tree.nodes.size() == 1 &&
                               of.operands[0].defined != nullptr && of.operands[0].defined->targets == 1;
    for (const auto& own : definitions_) {
      if (is_definition && own == definitions_.back()) break;
      if (own->draws && own->name.empty()) fail(dsl::Fault::draws_without_name);
      statement(own->sentence, own->operands, name_definition(*own));
    }
    if (!is_definition) {
      statement(final_, of.operands, {});
    } else {
      const definition& last = *definitions_.back();
      std::vector<std::string> targets;
      if (!last.name.empty()) targets.push_back(last.name);
      dsl::Sentence sentence = last.sentence;
      if (targets.empty())
        sentence.kind = sentence.kind == dsl::StatementKind::define_whole ? dsl::StatementKind::show
                                                                          : dsl::StatementKind::show_elements;
      statement(sentence, last.operands, targets);
    }
    return std::move(out_);
  }

 private:
  /// Operands before what reads them.
  void collect(const operand_of& own) {
    if (own.from != nullptr) {
      if (std::find(sources_.begin(), sources_.end(), own) == sources_.end()) sources_.push_back(own);
      return;
    }
    if (std::find(definitions_.begin(), definitions_.end(), own.defined) != definitions_.end()) return;
    for (const operand_of& below : own.defined->operands) collect(below);
    definitions_.push_back(own.defined);
  }

  void reserve_words(const dsl::Sentence& sentence) {
    for (const dsl::Str& word : dsl::names_in(sentence)) words_.emplace_back(word.view());
  }
  bool taken(const std::string& name) const {
    return std::find(words_.begin(), words_.end(), name) != words_.end() ||
           std::find(claimed_.begin(), claimed_.end(), name) != claimed_.end();
  }
  void claim(const std::string& name) {
    if (name.empty()) return;
    if (taken(name)) fail(dsl::Fault::name_in_use, name);
    claimed_.push_back(name);
  }
  std::string fresh(const char* stem) {
    std::string name;
    for (int at = 1; name.empty() || taken(name); ++at) name = stem + std::to_string(at);
    claimed_.push_back(name);
    return name;
  }

  void name_sources() {
    for (const operand_of& own : sources_)
      out_.sources.emplace_back(own.from->name.empty() ? fresh("X") : own.from->name, own);
  }
  const std::vector<std::string>& name_definition(const definition& own) {
    std::vector<std::string> names;
    for (std::size_t at = 0; at < own.targets; ++at) names.push_back(own.name.empty() ? fresh("D") : own.name);
    named_.emplace_back(&own, std::move(names));
    return named_.back().second;
  }
  std::string name_of(const operand_of& own) const {
    for (const auto& [name, source] : out_.sources)
      if (source == own) return name;
    for (const auto& [known, names] : named_)
      if (known == own.defined.get()) return names[own.part];
    fail(dsl::Fault::internal, "an operand of an expression has no name");
  }

  void statement(const dsl::Sentence& sentence, const std::vector<operand_of>& operands,
                 const std::vector<std::string>& targets) {
    dsl::Vec<dsl::Str> names;
    for (const operand_of& own : operands) names.push_back(dsl::Str(name_of(own)));
    dsl::Vec<dsl::Str> defined;
    for (const std::string& target : targets) defined.push_back(dsl::Str(target));
    if (!out_.text.empty()) out_.text += ";\n";
    out_.text += dsl::written(sentence, names, defined).view();
  }

  dsl::Sentence final_;
  std::vector<operand_of> sources_;
  std::vector<std::shared_ptr<const definition>> definitions_;
  std::vector<std::string> words_;    // that formulas use themselves
  std::vector<std::string> claimed_;  // by values
  std::vector<std::pair<const definition*, std::vector<std::string>>> named_;
  program out_;
};

}  // namespace

program written(const formula& of) { return Naming(of).write(of); }

}  // namespace ricci::detail
