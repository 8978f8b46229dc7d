#include "kernel/tlog/note.h"

#include <gtest/gtest.h>

#include "kernel/tlog/checkpoint.h"
#include "testing.h"

namespace tlog {
namespace {

using testing::log_key;
using testing::Tree;
using testing::witness_key;

constexpr const char* example_key = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
constexpr const char* example_note =
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

TEST(keys, of_the_published_vectors) {
  EXPECT_EQ(to_text(log_key().verifier),
            "licence.example.gov.cn/log1+91a54bbb+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4");
  EXPECT_EQ(to_text(witness_key().verifier),
            "witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X");
  for (const char* text : {example_key, "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
                           "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"})
    EXPECT_EQ(to_text(parse_verifier_key(text).value()), text);
}

TEST(keys, malformed_ones_are_refused) {
  for (const char* wrong : {"", "a", "a+b", "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
                            "example.com/fop+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
                            "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
                            "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2",
                            "example.com/foo+530d903a+BekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
                            "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
                            "exa mple+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"}) {
    EXPECT_EQ(parse_verifier_key(wrong).error().code, "tlog.key_malformed") << wrong;
  }
}

TEST(notes, of_the_specification_and_of_go_are_verified) {
  const auto note = parse_note(example_note).value();
  EXPECT_EQ(note.text, "This is an example message.\n");
  EXPECT_EQ(to_text(note), example_note);
  EXPECT_EQ(verify_signatures(note, {parse_verifier_key(example_key).value()}).value().size(), 1U);
  const auto go = parse_note(
                      "If you think cryptography is the answer to your problem,\n"
                      "then you don't know what your problem is.\n\n"
                      "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6K"
                      "E6RyyBwJnAM=\n")
                      .value();
  const auto peter = parse_verifier_key("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW").value();
  EXPECT_EQ(verify_signatures(go, {peter}).value().size(), 1U);
  EXPECT_TRUE(verify_signatures(go, {parse_verifier_key(example_key).value()}).value().empty());
}

TEST(notes, a_changed_text_or_signature_is_refused) {
  const std::vector<VerifierKey> known = {parse_verifier_key(example_key).value()};
  Note note = parse_note(example_note).value();
  note.text[0] = 't';
  EXPECT_EQ(verify_signatures(note, known).error().code, "tlog.signature_wrong");
  note = parse_note(example_note).value();
  for (const std::size_t at : {0U, 31U, 32U, 63U}) {
    Note changed = note;
    changed.signatures[0].signature[at] = static_cast<char>(changed.signatures[0].signature[at] ^ 1);
    EXPECT_FALSE(verify_signatures(changed, known)) << at;
  }
  note.signatures[0].signature.pop_back();
  EXPECT_FALSE(verify_signatures(note, known));
  note = parse_note(example_note).value();
  note.signatures[0].id ^= 1;  // another key's: ignored, and so nobody has signed
  EXPECT_TRUE(verify_signatures(note, known).value().empty());
}

TEST(notes, malformed_ones_are_refused) {
  const std::string good = example_note;
  const std::string line = good.substr(good.find("— "));
  const std::string wrong[] = {"",
                               "\n",
                               "text\n",
                               "text\n\n",
                               "text\n\n\n" + line.substr(0, 10),
                               "text" + line,
                               good.substr(0, good.size() - 1),  // no newline at the end
                               good + "\n",                      // an empty line after the signatures
                               good + "more\n",                  // a line that is no signature
                               "a\tb\n\n" + line,                // control character
                               "a\r\n\n" + line,
                               "a\xff\n\n" + line,            // not UTF-8
                               "text\n\n— name  AAAAAAA=\n",  // two spaces
                               "text\n\n— na+me AAAAAAA=\n",
                               "text\n\n— na\u2003me AAAAAAA=\n",
                               "text\n\n—  AAAAAAA=\n",
                               "text\n\n- name AAAAAAA=\n",
                               "text\n\n— name AAAA\n",  // too short for id and signature
                               "text\n\n— name AAAAAB\n",
                               "text\n\n— name\n"};
  for (const std::string& each : wrong) EXPECT_EQ(parse_note(each).error().code, "tlog.note_malformed") << each;
  std::string many = "text\n\n";
  for (std::size_t i = 0; i <= note_signatures_max; ++i) many += "— name AAAAAAA=\n";
  EXPECT_EQ(parse_note(many).error().code, "tlog.note_malformed");
}

TEST(notes, the_text_may_hold_empty_lines) {
  const std::string text = "a\n\nb\n";
  const Note note = parse_note(to_text(Note{.text = text, .signatures = {sign(text, log_key())}})).value();
  EXPECT_EQ(note.text, text);
  EXPECT_EQ(verify_signatures(note, {log_key().verifier}).value().size(), 1U);
}

TEST(checkpoints, of_the_published_vectors) {
  const Tree tree(300);
  const std::string text = to_text(Checkpoint{.origin = testing::log_name, .head = tree.head(300)});
  EXPECT_EQ(to_text(sign(text, log_key())),
            "— licence.example.gov.cn/log1 "
            "kaVLu+We3o9ZLWLwvxSKxJ5pblBBU4HEZEePygp0KTTtidQYZQbMK9H3INbeeT/AVwl2j8KIyGpugsWJDNbEDeIWdgU=\n");
  EXPECT_EQ(
      to_text(cosign(text, witness_key(), 1700000000)),
      "— witness.example/w1 IDJKvgAAAABlU/EA0RoF0qICBxhRfh2qBNhjUKznGLt4ket7jNnaF89XvBYg7CX9pQv7hPj3NFMqgtACQxZapi"
      "AhXLjrT3UTrQETBw==\n");
  const Note note{.text = text, .signatures = {sign(text, log_key()), cosign(text, witness_key(), 1700000000)}};
  const auto opened = open_checkpoint(to_text(note), {log_key().verifier, witness_key().verifier}).value();
  EXPECT_EQ(opened.checkpoint.head, tree.head(300));
  ASSERT_EQ(opened.witnesses.size(), 1U);
  EXPECT_EQ(opened.witnesses[0].at_s, 1700000000U);
}

TEST(checkpoints, without_the_logs_own_signature_are_refused) {
  const Tree tree(3);
  const std::string text = to_text(Checkpoint{.origin = testing::log_name, .head = tree.head(3)});
  const SigningKey other = make_key("elsewhere.example/log", KeyKind::ed25519, testing::seed_from(7));
  const std::vector<VerifierKey> known = {log_key().verifier, witness_key().verifier, other.verifier};
  const auto opened = [&](std::vector<SignatureLine> lines) {
    return open_checkpoint(to_text(Note{.text = text, .signatures = std::move(lines)}), known);
  };
  EXPECT_EQ(opened({sign(text, other)}).error().code, "tlog.signature_missing");
  EXPECT_EQ(opened({cosign(text, witness_key(), 1)}).error().code, "tlog.signature_missing");
  SignatureLine moved = cosign(text, witness_key(), 1);
  moved.signature[7] = 2;  // another time than the one that was signed
  EXPECT_EQ(opened({sign(text, log_key()), moved}).error().code, "tlog.signature_wrong");
  moved.signature.resize(8);
  EXPECT_EQ(opened({sign(text, log_key()), moved}).error().code, "tlog.signature_wrong");
  // Twice the same witness is one witness.
  EXPECT_EQ(opened({sign(text, log_key()), cosign(text, witness_key(), 1), cosign(text, witness_key(), 2)})
                .value()
                .witnesses.size(),
            1U);
}

TEST(checkpoints, malformed_ones_are_refused) {
  const std::string root = to_base64(sha256("x"));
  const std::string wrong[] = {"",
                               "a\n",
                               "a\n1\n",
                               "a\n1\n" + root,
                               "\n1\n" + root + "\n",
                               "a\n01\n" + root + "\n",
                               "a\n-1\n" + root + "\n",
                               "a\n1 \n" + root + "\n",
                               "a\n99999999999999999999\n" + root + "\n",
                               "a\n9223372036854775807\n" + root + "\n",
                               "a\n1\n" + root.substr(1) + "\n",
                               "a\n1\n" + root + "=\n",
                               "a\n0\n" + root + "\n",
                               "a\n1\n" + root + "\n\n",
                               "a\n1\n" + root + "\next\n\n"};
  for (const std::string& each : wrong)
    EXPECT_EQ(parse_checkpoint_text(each).error().code, "tlog.checkpoint_malformed") << each;
  const auto extended = parse_checkpoint_text("a\n1\n" + root + "\none\ntwo\n").value();
  EXPECT_EQ(extended.extensions, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(to_text(extended), "a\n1\n" + root + "\none\ntwo\n");
}

}  // namespace
}  // namespace tlog
