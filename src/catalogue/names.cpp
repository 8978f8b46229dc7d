#include "names.h"

#include "kernel/names/text.h"
#include "reader.h"

namespace catalogue {
namespace {

/// Words that would be found nowhere, or everywhere.
void check_words(const Reader& node, const char* key, const std::vector<std::string>& words) {
  for (const std::string& word : words)
    if (::names::comparable(word).empty())
      node.fault_at(key, "catalogue.value_wrong", {"“" + word + "”不含文字", "“" + word + "” has no characters"});
}

}  // namespace

void read_names(const std::string& text, const std::string& file, ::names::Lexicon& lexicon, Faults& faults) {
  const auto root = Reader::parse(text, file, faults);
  if (!root) return;
  root->only({"forbidden", "national", "lucky"});
  for (const Reader& item : root->items("forbidden")) {
    item.only({"id", "reason", "words"});
    ::names::ForbiddenWords list{.id = item.text("id"), .reason = item.words("reason"), .words = item.texts("words")};
    check_words(item, "words", list.words);
    lexicon.forbidden.push_back(std::move(list));
  }
  lexicon.national = root->texts("national");
  check_words(*root, "national", lexicon.national);
  lexicon.lucky = root->texts("lucky");
  check_words(*root, "lucky", lexicon.lucky);
}

}  // namespace catalogue
