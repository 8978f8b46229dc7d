/// A service made of files alone, and what is said of files that do not agree with each other.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <sstream>

#include "player.h"

namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

const std::string sample = SOURCE_DIR "/tests/services/sample";

/// The catalogue as it is offered, with the sample service put beside it.
class Copy {
 public:
  Copy() : root(folder_.path("catalogue")) {
    fs::copy(SOURCE_DIR "/catalogue", root, fs::copy_options::recursive);
    fs::copy(sample, root, fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  }
  /// Replaces the first `from` in a file, which must be there.
  void edit(const std::string& file, const std::string& from, const std::string& to) const {
    std::ostringstream text;
    text << std::ifstream(root + "/" + file).rdbuf();
    std::string content = text.str();
    const std::size_t at = content.find(from);
    ASSERT_NE(at, std::string::npos) << file << " does not say " << from;
    std::ofstream(root + "/" + file) << content.replace(at, from.size(), to);
  }
  std::vector<base::Place> faults() const {
    const auto loaded = catalogue::load(root);
    return loaded ? std::vector<base::Place>{} : loaded.error().places;
  }

 private:
  services::Folder folder_;

 public:
  const std::string root;
};

TEST(a_service_of_files_alone, is_offered_and_played_to_its_end) {
  const Copy copy;
  const auto loaded = catalogue::load(copy.root);
  ASSERT_TRUE(loaded) << loaded.error().places[0].path << " " << loaded.error().places[0].message.en;
  ASSERT_TRUE(loaded.value()->services->now().contains("stall-card"));
  for (const char* name : {"stall-card/grant", "stall-card/silence"}) {
    services::Player player(copy.root, loaded.value());
    for (const std::string& fault : player.play(name)) ADD_FAILURE() << fault;
  }
}

TEST(a_service_of_files_alone, is_played_strictly) {
  const Copy copy;
  copy.edit("stall-card/cases/grant.yaml", "state: finished", "state: refused");
  copy.edit("stall-card/cases/grant.yaml", "legal: 2026-04-03", "legal: 2026-04-02");
  services::Player player(copy.root, catalogue::load(copy.root).value());
  const std::vector<std::string> faults = player.play("stall-card/grant");
  ASSERT_EQ(faults.size(), 2u);
  EXPECT_THAT(faults[0], HasSubstr("step 2: the legal day of clock decision is “2026-04-03”, not “2026-04-02”"));
  EXPECT_THAT(faults[1], HasSubstr("the state is “finished”, not “refused”"));
}

/// A slip in one file, and what is said of it.
struct Slip {
  const char* file;
  const char* from;
  const char* to;
  const char* place;
  const char* code;
};

class Slips : public testing::TestWithParam<Slip> {};

TEST_P(Slips, are_refused_with_the_place_at_fault) {
  const Slip& slip = GetParam();
  const Copy copy;
  copy.edit(slip.file, slip.from, slip.to);
  const std::vector<base::Place> faults = copy.faults();
  ASSERT_FALSE(faults.empty()) << "nothing is said of " << slip.to;
  const auto said = std::find_if(faults.begin(), faults.end(), [&](const base::Place& place) {
    return place.path == slip.place && place.code == slip.code;
  });
  ASSERT_NE(said, faults.end()) << faults[0].path << " " << faults[0].code << " " << faults[0].message.en;
  EXPECT_FALSE(said->message.zh.empty());
  EXPECT_FALSE(said->message.en.empty());
}

TEST(a_service_of_files_alone, with_a_subject_is_not_begun_by_a_message) {
  const Copy copy;
  copy.edit("stall-card/process.bpmn", "</bpmn:startEvent>",
            "<bpmn:messageEventDefinition id=\"by_message\" messageRef=\"stall_applied\"/></bpmn:startEvent>");
  copy.edit("stall-card/process.bpmn", "<bpmn:process ",
            "<bpmn:message id=\"stall_applied\" name=\"stall.applied\"/><bpmn:process ");
  const std::vector<base::Place> faults = copy.faults();
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(faults[0].path + " " + faults[0].code,
            "stall-card/process.bpmn#submitted catalogue.message_start_with_subject");
}

constexpr const char* yaml = "stall-card/service.yaml";
INSTANTIATE_TEST_SUITE_P(
    each, Slips,
    testing::Values(
        Slip{yaml, "wish: food", "wish: wealth", "stall-card/service.yaml#wish", "catalogue.unknown_reference"},
        Slip{yaml, "effect: issue", "effect: bestow", "stall-card/service.yaml#registrations/1/effect",
             "catalogue.effect_unknown"},
        Slip{yaml, "effect: issue", "effect: establish", "stall-card/service.yaml#registrations/stall_card/effect",
             "catalogue.effect_unfit"},
        Slip{yaml, "effect: issue", "effect: issue\n    items: {name: answers.goods}",
             "stall-card/service.yaml#registrations/stall_card/items", "catalogue.items"},
        Slip{yaml, "subject:\n  label: {zh: 统一社会信用代码, en: Credit code}\n", "",
             "stall-card/service.yaml#registrations/stall_card/effect", "catalogue.effect_without_subject"},
        Slip{yaml, "subject:\n", "subject:\n  certificate: passport\n", "stall-card/service.yaml#subject/certificate",
             "catalogue.unknown_reference"},
        Slip{yaml, "require: subject.status = \"open\"",
             "require: subject.status = ", "stall-card/service.yaml#admissions/1/require/16", "feel.syntax"},
        Slip{yaml, "require: subject.status", "require: days > 3 and subject.status",
             "stall-card/service.yaml#admissions/1", "catalogue.unknown_reference"},
        Slip{yaml, "when: days > 7", "when: weeks > 7", "stall-card/service.yaml#guide_stops/1",
             "catalogue.unknown_reference"},
        Slip{yaml, "goods: answers.goods", "goods: answers.wares",
             "stall-card/service.yaml#registrations/stall_card/details/goods", "catalogue.unknown_reference"},
        Slip{yaml, "id: days\n", "id: subject\n", "stall-card/service.yaml#guide", "catalogue.subject_question"},
        Slip{yaml, "certificate: stall_card", "certificate: stall_permit",
             "stall-card/service.yaml#registrations/stall_card", "catalogue.unknown_reference"},
        Slip{yaml, "legal_rule: stall_card.decision", "legal_rule: stall_card.haste",
             "stall-card/service.yaml#clocks/1/legal_rule", "catalogue.unknown_reference"},
        Slip{"stall-card/process.bpmn", "last day(\"stall_card.decision\"", "last day(\"stall_card.haste\"",
             "stall-card/process.bpmn#last day", "catalogue.unknown_reference"},
        Slip{"stall-card/process.bpmn", "formId=\"decide\"", "formId=\"ponder\"", "stall-card/process.bpmn#decide",
             "catalogue.unknown_reference"},
        Slip{"certificates/stall_card.yaml", "number_form: \"2\"\n", "", "certificates/stall_card.yaml#number_form",
             "catalogue.number_form"},
        Slip{"certificates/stall_card.yaml", "number_scheme: food_filing", "number_scheme: lottery",
             "certificates/stall_card.yaml#number_scheme", "catalogue.number_scheme_unknown"},
        Slip{"register-company/service.yaml", "      scope: answers.scope\n", "",
             "register-company/service.yaml#registrations/business_licence/items", "catalogue.item_missing"},
        Slip{"register-company/service.yaml", "      scope: answers.scope\n",
             "      scope: answers.scope\n      colour: '\"red\"'\n",
             "register-company/service.yaml#registrations/business_licence/items/colour",
             "catalogue.unknown_reference"},
        Slip{"open-restaurant/service.yaml", "effect: issue", "effect: establish",
             "open-restaurant/service.yaml#registrations/food_permit/effect", "catalogue.establish_first"},
        Slip{"register-company/service.yaml", "effect: establish", "effect: change",
             "register-company/service.yaml#registrations/business_licence/effect",
             "catalogue.effect_without_subject"}));

}  // namespace
