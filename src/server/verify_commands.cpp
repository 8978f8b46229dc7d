#include "verify_commands.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>

#include "catalogue/catalogue.h"
#include "kernel/base/refusals.h"
#include "kernel/calendar/calendar.h"
#include "kernel/feel/value.h"
#include "keys.h"
#include "receipt_check.h"
#include "signing/verify.h"

namespace server {
namespace {

constexpr std::size_t file_bytes_max = 64u << 20;

int refused(const base::Error& error, std::ostream& err) {
  err << error.message.zh << "\n" << error.message.en << "\n(" << error.code << ")\n";
  return verify_refused;
}

base::Result<std::string> contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(file), {});
  if (file.bad() || text.size() > file_bytes_max)
    return base::not_found("verify.file_unreadable",
                           {"文件“" + path + "”无法读取，或超过 64 MB",
                            "the file \"" + path + "\" cannot be read, or is larger than 64 MB"});
  return text;
}

base::Result<signing::Trust> trust_for(const VerifyCommand& command) {
  std::string path = command.trust;
  for (const std::string& usual : {std::string("trust.json"), command.data + "/trust.json"})
    if (path.empty() && std::filesystem::is_regular_file(usual)) path = usual;
  if (path.empty())
    return base::not_found("verify.trust_missing",
                           {"没有信任文件:请从发证机关网站下载 /trust.json,用 --trust 指明",
                            "There is no trust file: get /trust.json from the authority's site, and name it with "
                            "--trust"});
  TRY(const std::string text, contents(path));
  return signing::parse_trust(text);
}

/// The policy's text, for receipts.
base::Result<std::string> policy_for(const VerifyCommand& command) {
  std::string path = command.policy;
  for (const std::string& usual : {std::string("log.policy"), command.data + "/log.policy"})
    if (path.empty() && std::filesystem::is_regular_file(usual)) path = usual;
  if (path.empty())
    return base::not_found("verify.policy_missing",
                           {"没有日志的信任策略:请从发证机关网站下载 /log/policy,用 --policy 指明",
                            "There is no policy of the log: get /log/policy from the authority's site, and name "
                            "it with --policy"});
  return contents(path);
}

base::Result<signing::Verdict> receipt_verdict(const VerifyCommand& command, std::string content) {
  ReceiptQuestion question;
  const bool is_proof = content.starts_with("c2sp.org/");
  (is_proof ? question.proof : question.receipt) = std::move(content);
  if (!is_proof && command.proof.empty())
    return base::not_found("verify.proof_missing",
                           {"只有回执文字,还证明不了什么:请打开发证机关网站的 /receipt 页下载证明文件,用 "
                            "--proof 指明",
                            "The receipt's text alone proves nothing yet: get its proof file from the page "
                            "/receipt of the authority's site, and name it with --proof"});
  TRY(question.policy, policy_for(command));
  if (!command.proof.empty()) {
    TRY(question.proof, contents(command.proof));
  }
  if (!command.earlier.empty()) {
    TRY(question.earlier, contents(command.earlier));
  }
  if (!command.continuation.empty()) {
    TRY(question.continuation, contents(command.continuation));
  }
  return check_receipt(question);
}

/// A list of states by itself.
signing::Verdict list_verdict(std::string_view bytes, const signing::Trust& trust, base::Instant now) {
  signing::Verdict verdict{.kind = "status_list"};
  const auto list = signing::verified_status_list(bytes, trust);
  if (!list) {
    verdict.checks.push_back({signing::Check::Outcome::bad, list.error().code, list.error().message});
    return verdict;
  }
  const std::string as_of = calendar::to_text_local(list.value().issued_at);
  verdict.checks.push_back({signing::Check::Outcome::good,
                            "signing.signature_good",
                            {"状态列表签名正确,截至 " + as_of, "The list's signature is right; it is of " + as_of}});
  if (list.value().expires_at < now)
    verdict.checks.push_back({signing::Check::Outcome::unknown,
                              "signing.status_stale",
                              {"状态列表已经过时", "The list of states is out of date"}});
  verdict.facts.push_back({{"地址", "Address"}, list.value().uri});
  return verdict;
}

signing::Verdict verdict_on(const std::string& content, const signing::Trust& trust, base::Instant now) {
  if (content.starts_with("%PDF-")) return signing::verify_pdf(content, trust);
  if (content.starts_with("PK\x03\x04")) return signing::verify_ofd(content, trust);
  constexpr char tag_sign1 = static_cast<char>(0xD2);
  if (!content.empty() && content[0] == tag_sign1) return list_verdict(content, trust, now);
  return signing::verify_licence(content, trust, now);
}

const char* word_of(signing::Check::Outcome outcome) {
  switch (outcome) {
    case signing::Check::Outcome::good:
      return "good";
    case signing::Check::Outcome::bad:
      return "bad";
    case signing::Check::Outcome::unknown:
      return "unknown";
  }
  return "";
}

void print_json(const signing::Verdict& verdict, std::ostream& out) {
  feel::Context all;
  all.put("kind", verdict.kind);
  all.put("accepted", feel::Value(verdict.accepted()));
  all.put("complete", feel::Value(verdict.complete()));
  all.put("state", verdict.state);
  all.put("demonstration", feel::Value(verdict.demonstration));
  const auto words = [](const base::Text& text) {
    feel::Context both;
    both.put("zh", text.zh);
    both.put("en", text.en);
    return feel::Value(std::move(both));
  };
  feel::List checks, facts;
  for (const signing::Check& check : verdict.checks) {
    feel::Context one;
    one.put("outcome", word_of(check.outcome));
    one.put("code", check.code);
    one.put("words", words(check.words));
    checks.emplace_back(std::move(one));
  }
  for (const auto& [label, value] : verdict.facts) {
    feel::Context one;
    one.put("label", words(label));
    one.put("value", value);
    facts.emplace_back(std::move(one));
  }
  all.put("checks", feel::Value(std::move(checks)));
  all.put("facts", feel::Value(std::move(facts)));
  out << feel::to_json(feel::Value(std::move(all))) << "\n";
}

void print(const signing::Verdict& verdict, base::Instant now, std::ostream& out) {
  const bool is_receipt = verdict.kind == "receipt";
  out << (!verdict.accepted()  ? "不予采信 / NOT TO BE RELIED ON"
          : is_receipt         ? verdict.complete() ? "已记入日志 / IN THE LOG"
                                                    : "已记入日志,有未查的内容 / IN THE LOG, NOT EVERYTHING CHECKED"
          : verdict.complete() ? "真实有效 / GENUINE AND IN FORCE"
                               : "签名真实,有未查的内容 / GENUINE, NOT EVERYTHING CHECKED")
      << "\n";
  if (verdict.demonstration) out << "演示件,不具法律效力 / DEMONSTRATION, NOT LEGALLY VALID\n";
  for (const signing::Check& check : verdict.checks)
    out << (check.outcome == signing::Check::Outcome::good  ? "  [+] "
            : check.outcome == signing::Check::Outcome::bad ? "  [x] "
                                                            : "  [?] ")
        << check.words.zh << "\n      " << check.words.en << " (" << check.code << ")\n";
  out << (is_receipt ? "  [?] 没有查:这一步本身做得对不对;查的只是它记下之后没有被改\n"
                       "      Not checked: whether the step itself was right; only that it was not changed since\n"
                     : "  [?] 没有查:出示的人是不是持证人\n"
                       "      Not checked: whether who shows it is its holder\n");
  out << "查验时间 / checked at " << calendar::to_text_local(now) << "\n";
  for (const auto& [label, value] : verdict.facts)
    out << "  " << label.zh << " / " << label.en << ": " << value << "\n";
}

int tell(const VerifyCommand& command, const signing::Verdict& verdict, std::ostream& out) {
  if (command.as_json)
    print_json(verdict, out);
  else
    print(verdict, command.now, out);
  return !verdict.accepted() ? verify_refused : verdict.complete() ? verify_good : verify_partly;
}

}  // namespace

int run(const VerifyCommand& command, std::ostream& out, std::ostream& err) {
  const bool says_receipt = command.subject.size() > 1;
  if (command.subject.empty() || (says_receipt && command.subject.front() != "receipt"))
    return refused({.code = "verify.subject_unclear",
                    .message = {"请写明要查的一份文字或文件;回执可以写 verify receipt …",
                                "Name one text or file to check; for a receipt: verify receipt …"}},
                   err);
  std::string content = command.subject.back();
  std::error_code ignored;
  if (std::filesystem::is_regular_file(content, ignored)) {
    auto read = contents(content);
    if (!read) return refused(read.error(), err);
    content = std::move(read).value();
  }
  if (says_receipt || is_receipt(content)) {
    const auto verdict = receipt_verdict(command, std::move(content));
    if (!verdict) return refused(verdict.error(), err);
    return tell(command, verdict.value(), out);
  }
  const auto trust = trust_for(command);
  if (!trust) return refused(trust.error(), err);
  return tell(command, verdict_on(content, trust.value(), command.now), out);
}

int run(const KeysCommand& command, std::ostream& out, std::ostream& err) {
  const auto loaded = catalogue::load(command.catalogue);
  if (!loaded) return refused(loaded.error(), err);
  auto ring = open_keys(command.data, loaded.value()->bureau.name, command.demonstration, command.now);
  if (!ring) return refused(ring.error(), err);
  if (command.action != "list") {
    const auto purpose = signing::parse_purpose(command.purpose);
    if (!purpose)
      return refused({.code = "signing.purpose_unknown",
                      .message = {"没有这种用途的密钥:" + command.purpose, "There are no keys for " + command.purpose}},
                     err);
    const auto made = command.action == "rotate" ? ring.value()->rotate(*purpose, command.now)
                                                 : ring.value()->use_token(*purpose, command.uri, command.now);
    if (!made) return refused(made.error(), err);
  }
  for (const signing::PublicKey& key : ring.value()->keys())
    out << (key.active ? "* " : "  ") << signing::to_text(key.purpose) << " " << key.generation << "  kid " << key.kid
        << "  " << key.held << "  " << calendar::to_text_local(key.valid_from) << " – "
        << calendar::to_text_local(key.valid_to) << (key.demonstration ? "  演示/DEMONSTRATION" : "") << "\n    "
        << key.subject << "\n";
  return 0;
}

}  // namespace server
