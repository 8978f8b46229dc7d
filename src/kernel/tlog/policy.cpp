#include "kernel/tlog/policy.h"

#include <algorithm>
#include <map>

namespace tlog {
namespace {

constexpr std::size_t things_max = 1000;

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  while (true) {
    const std::size_t begin = line.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return words;
    const std::size_t end = std::min(line.find_first_of(" \t", begin), line.size());
    words.emplace_back(line.substr(begin, end - begin));
    line.remove_prefix(end);
  }
}

/// Reads the lines one after the other; `error` of a line is what is wrong with it, in both languages.
class Reader {
 public:
  /// Nothing when the line is right.
  std::optional<base::Text> read(const std::vector<std::string>& words) {
    if (words.front() == "log") return read_log(words);
    if (words.front() == "witness") return read_witness(words);
    if (words.front() == "group") return read_group(words);
    if (words.front() == "quorum") return read_quorum(words);
    return base::Text{"未知的关键字", "unknown keyword"};
  }
  bool has_quorum() const { return has_quorum_; }
  Policy take() { return std::move(policy_); }

 private:
  std::optional<base::Text> read_log(const std::vector<std::string>& words) {
    if (words.size() < 2 || words.size() > 3) return base::Text{"应为 log 公钥 [网址]", "expected: log <vkey> [<url>]"};
    const auto key = parse_verifier_key(words[1]);
    if (!key || key->kind != KeyKind::ed25519) return base::Text{"公钥不对", "the key is wrong"};
    for (const Policy::Log& log : policy_.logs)
      if (log.key.key == key->key) return base::Text{"公钥重复", "the key is there twice"};
    policy_.logs.push_back({.key = key.value(), .url = words.size() == 3 ? words[2] : ""});
    return std::nullopt;
  }

  std::optional<base::Text> read_witness(const std::vector<std::string>& words) {
    if (words.size() < 3 || words.size() > 4)
      return base::Text{"应为 witness 名称 公钥 [网址]", "expected: witness <name> <vkey> [<url>]"};
    const auto key = parse_verifier_key(words[2]);
    if (!key || key->kind != KeyKind::cosignature) return base::Text{"公钥不对", "the key is wrong"};
    for (const Policy::Witness& witness : policy_.witnesses)
      if (witness.key.key == key->key) return base::Text{"公钥重复", "the key is there twice"};
    if (!take_name(words[1])) return base::Text{"名称重复或不可用", "the name is taken or not allowed"};
    policy_.witnesses.push_back({.name = words[1], .key = key.value(), .url = words.size() == 4 ? words[3] : ""});
    return std::nullopt;
  }

  std::optional<base::Text> read_group(const std::vector<std::string>& words) {
    if (words.size() < 4) return base::Text{"应为 group 名称 数目 成员…", "expected: group <name> <k> <name>…"};
    Policy::Group group{.name = words[1], .needed = 0, .members = {words.begin() + 3, words.end()}};
    const auto number = parse_decimal(words[2]);
    if (words[2] == "all")
      group.needed = group.members.size();
    else if (words[2] == "any")
      group.needed = 1;
    else if (number && *number >= 1 && *number <= group.members.size())
      group.needed = *number;
    else
      return base::Text{"数目须为 all、any 或 1 至成员数",
                        "the threshold must be all, any or 1 to the number of members"};
    for (const std::string& member : group.members) {
      const auto found = is_member_.find(member);
      if (found == is_member_.end())
        return base::Text{"成员须在前面定义", "a member must be defined on an earlier line"};
      if (found->second) return base::Text{"每个成员只能列入一次", "each name may be a member once only"};
      found->second = true;
    }
    if (!take_name(group.name)) return base::Text{"名称重复或不可用", "the name is taken or not allowed"};
    policy_.groups.push_back(std::move(group));
    return std::nullopt;
  }

  std::optional<base::Text> read_quorum(const std::vector<std::string>& words) {
    if (words.size() != 2 || has_quorum_)
      return base::Text{"quorum 只能有一行一名", "expected one line: quorum <name>"};
    if (words[1] != "none" && !is_member_.contains(words[1]))
      return base::Text{"须在前面定义", "the name must be defined on an earlier line"};
    policy_.quorum = words[1];
    has_quorum_ = true;
    return std::nullopt;
  }

  bool take_name(const std::string& name) {
    return name != "none" && is_member_.size() < things_max && is_member_.emplace(name, false).second;
  }

  Policy policy_;
  std::map<std::string, bool> is_member_;  // every name, and whether a group has it
  bool has_quorum_ = false;
};

base::Error malformed(std::size_t line, const base::Text& cause) {
  const std::string number = std::to_string(line);
  return {.code = "tlog.policy_malformed",
          .message = {"信任策略第 " + number + " 行:" + cause.zh, "Trust policy, line " + number + ": " + cause.en}};
}

}  // namespace

std::vector<VerifierKey> Policy::keys() const {
  std::vector<VerifierKey> all;
  for (const Log& log : logs) all.push_back(log.key);
  for (const Witness& witness : witnesses) all.push_back(witness.key);
  return all;
}

bool Policy::is_met(const std::vector<Signed>& cosignatures) const {
  std::set<std::string, std::less<>> met;
  for (const Witness& witness : witnesses)
    if (std::any_of(cosignatures.begin(), cosignatures.end(),
                    [&](const Signed& each) { return each.at_s && each.by == witness.key; }))
      met.insert(witness.name);
  for (const Group& group : groups) {
    const auto count = std::count_if(group.members.begin(), group.members.end(),
                                     [&](const std::string& member) { return met.contains(member); });
    if (static_cast<std::size_t>(count) >= group.needed) met.insert(group.name);
  }
  return quorum == "none" || met.contains(quorum);
}

base::Result<Policy> parse_policy(std::string_view text) {
  Reader reader;
  std::size_t number = 0;
  if (text.size() > policy_bytes_max) return malformed(0, {"文件过长", "the file is too long"});
  while (!text.empty()) {
    ++number;
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return malformed(number, {"没有以换行结束", "it does not end with a newline"});
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (std::any_of(line.begin(), line.end(), [](char c) {
          const auto byte = static_cast<unsigned char>(c);
          return (byte < 0x20 && byte != '\t') || byte == 0x7f;
        }))
      return malformed(number, {"含有不允许的字符", "it contains characters that are not allowed"});
    const std::vector<std::string> words = words_of(line);
    if (words.empty() || words.front().starts_with("#")) continue;
    if (const auto cause = reader.read(words)) return malformed(number, *cause);
  }
  if (!reader.has_quorum()) return malformed(number, {"缺少 quorum 行", "the quorum line is missing"});
  return reader.take();
}

std::string to_text(const Policy& policy) {
  std::string text;
  const auto url = [](const std::string& address) { return address.empty() ? "" : " " + address; };
  for (const Policy::Log& log : policy.logs) text += "log " + to_text(log.key) + url(log.url) + "\n";
  for (const Policy::Witness& witness : policy.witnesses)
    text += "witness " + witness.name + " " + to_text(witness.key) + url(witness.url) + "\n";
  for (const Policy::Group& group : policy.groups) {
    text += "group " + group.name + " " + std::to_string(group.needed);
    for (const std::string& member : group.members) text += " " + member;
    text += "\n";
  }
  return text + "quorum " + policy.quorum + "\n";
}

}  // namespace tlog
