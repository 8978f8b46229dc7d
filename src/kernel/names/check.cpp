#include "kernel/names/check.h"

#include <algorithm>
#include <set>

#include "kernel/base/unicode.h"
#include "kernel/names/han.h"
#include "kernel/names/text.h"

namespace names {
namespace {

constexpr std::size_t name_characters_max = 60;
constexpr std::size_t trade_characters_min = 2;
/// The first digits of a class of GB/T 4754 within which names are compared.
constexpr std::size_t industry_digits = 3;
constexpr std::u32string_view numerals = U"〇一二三四五六七八九";
constexpr std::u32string_view formal_numerals = U"零壹贰叁肆伍陆柒捌玖";

class Issues {
 public:
  explicit Issues(std::vector<Issue>& all) : all_(all) {}
  void add(Weight weight, const char* part, const char* code, base::Text message, const char* source) {
    all_.push_back({part, std::string("naming.") + code, weight, std::move(message), source});
  }

 private:
  std::vector<Issue>& all_;
};

std::string listed(const std::u32string& characters) {
  std::string text;
  for (const char32_t c : characters) text += (text.empty() ? "" : "、") + encode(std::u32string(1, c));
  return text;
}

bool is_bracket(char32_t c) {
  return c == U'（' || c == U'）' || c == U'(' || c == U')';
}

void check_characters(std::string_view name, Issues& issues) {
  std::u32string foreign;
  std::u32string old_forms;
  std::u32string rare;
  const auto note = [](std::u32string& to, char32_t c) {
    if (to.find(c) == std::u32string::npos) to += c;
  };
  for (const char32_t c : decode(name)) {
    if (is_bracket(c)) continue;
    if (!is_han(c))
      note(foreign, c);
    else if (simplified(c) != c)
      note(old_forms, c);
    else if (!is_common(c))
      note(rare, c);
  }
  if (!foreign.empty())
    issues.add(Weight::blocked, "name", "character_foreign",
               {"名称只能使用规范汉字,不能有:" + listed(foreign),
                "A name consists of standard Chinese characters alone; these are none: " + listed(foreign)},
               "ENR-5");
  if (!old_forms.empty()) {
    std::u32string right;
    for (const char32_t c : old_forms) right += simplified(c);
    issues.add(Weight::blocked, "name", "character_traditional",
               {"请改用规范字:" + listed(old_forms) + "应写作" + listed(right),
                "Write standard forms: " + listed(right) + " instead of " + listed(old_forms)},
               "ENR-5");
  }
  if (!rare.empty())
    issues.add(Weight::warned, "name", "character_rare",
               {"以下字不常用,须由登记机关对照《通用规范汉字表》核对:" + listed(rare),
                "These characters are rare; the authority checks them against the list of standard characters: " +
                    listed(rare)},
               "ENR-5");
}

bool covers(const codes::Division& division, std::string_view authority) {
  std::string_view code = division.code;
  while (code.size() > 2 && code.ends_with("00")) code.remove_suffix(2);
  return authority.starts_with(code) || code.starts_with(authority);
}

void check_division(const Parts& parts, const Proposal& proposal, Issues& issues) {
  const codes::Division* own = codes::find_division(proposal.division);
  if (parts.divisions.empty()) {
    if (!parts.zone.empty() || parts.whole.find(U"高新区") == 0)
      issues.add(Weight::blocked, "division", "zone_alone",
                 {"开发区名称应当与行政区划名称连用,如“株洲高新区”",
                  "The name of a zone stands only together with the division, like 株洲高新区"},
                 "ENR-7");
    else if (proposal.kind == "enterprise")
      issues.add(
          Weight::blocked, "division", "division_missing",
          {"名称应当以所在地县级以上行政区划开头,如“株洲市天元区”;跨省经营的企业可以不含,由登记机关办理",
           "A name begins with the division of county level or above, like 株洲市天元区; only firms that work across "
           "provinces may leave it out, at the counter"},
          "ENR-6");
    return;
  }
  for (const codes::Division* division : parts.divisions)
    if (!covers(*division, proposal.division)) {
      issues.add(Weight::blocked, "division", "division_elsewhere",
                 {"行政区划应当是企业所在地的:" + std::string(division->name.zh) + "不是" +
                      (own ? codes::full_name(*own).zh : proposal.division) + "所属",
                  "The division must be that of the place of business; " + std::string(division->name.en) + " is not"},
                 "ENR-7");
      return;
    }
  const codes::Division& first = *parts.divisions.front();
  if (first.level == codes::DivisionLevel::county && first.name.zh.ends_with("区"))
    issues.add(Weight::blocked, "division", "city_missing",
               {"市辖区名称应当与所在市连用:请写“" + std::string(codes::parent_of(first)->name.zh) +
                    std::string(first.name.zh) + "”",
                "A district is named together with its city: write " + std::string(codes::parent_of(first)->name.zh) +
                    std::string(first.name.zh)},
               "ENR-7");
}

void check_trade(const Parts& parts, Issues& issues) {
  const auto count = static_cast<std::size_t>(std::ranges::count_if(parts.trade, is_han));
  if (count < trade_characters_min)
    issues.add(Weight::blocked, "trade", "trade_short",
               {"字号应当由两个以上汉字组成", "The trade name has two Chinese characters or more"}, "ENR-8");
  for (const codes::Division& division : codes::divisions()) {
    const std::u32string full = decode(division.name.zh);
    if (parts.trade == full || (full.size() > 2 && parts.trade == full.substr(0, full.size() - 1))) {
      issues.add(Weight::blocked, "trade", "trade_is_division",
                 {"行政区划名称“" + encode(parts.trade) + "”不得作为字号",
                  "The name of a division, " + encode(parts.trade) + ", is no trade name"},
                 "ENR-8");
      break;
    }
  }
  if (find_industry_word(parts.trade))
    issues.add(Weight::blocked, "trade", "trade_is_industry",
               {"行业或者经营特点“" + encode(parts.trade) + "”不得作为字号;另有含义的请到窗口说明",
                "A word of an industry, " + encode(parts.trade) +
                    ", is no trade name; if it means something else here, explain at the counter"},
               "ENR-8");
}

void check_industry(const Parts& parts, const Proposal& proposal, Issues& issues) {
  if (!parts.industry.empty() || proposal.kind == "branch") return;
  const bool group = contains(parts.whole, U"集团");
  issues.add(
      Weight::warned, "industry", "industry_missing",
      group ? base::Text{"名称中没有行业;综合经营的企业集团可以不含", "No industry is told, as a group of firms may do"}
            : base::Text{"没有认出行业或者经营特点,如“餐饮”“商贸”;登记机关将核对",
                         "No industry was recognised, like 餐饮 or 商贸; the authority will look at it"},
      "ENR-6");
}

bool suits(FormOf of, std::string_view kind) {
  if (kind == "enterprise") return of == FormOf::company || of == FormOf::partnership || of == FormOf::sole;
  if (kind == "individual_business") return of == FormOf::individual || of == FormOf::sole;
  if (kind == "cooperative") return of == FormOf::cooperative;
  return of == FormOf::branch;
}

void check_form(const Parts& parts, const Proposal& proposal, Issues& issues) {
  const std::string_view kind = proposal.kind;
  if (kind == "branch" && (parts.of != FormOf::branch || parts.parent.empty())) {
    issues.add(Weight::blocked, "form", "branch_name",
               {"分支机构名称应当冠以其所从属企业的名称,并缀以“分公司”“分厂”“分店”等字词",
                "A branch bears the name of the enterprise it belongs to, followed by 分公司, 分厂 or 分店"},
               "ENR-13");
    return;
  }
  if (!parts.form.empty() && suits(parts.of, kind)) return;
  const base::Text wanted =
      kind == "enterprise"
          ? base::Text{"应当标明组织形式,如“有限公司”“股份有限公司”“合伙企业(有限合伙)”",
                       "The form of organisation is told at the end, like 有限公司, 股份有限公司 or 合伙企业"}
      : kind == "cooperative"
          ? base::Text{"应当以“专业合作社”等结尾", "A cooperative's name ends with 专业合作社"}
          : base::Text{"个体工商户名称以“店”“馆”“部”等结尾,不得使用“公司”“企业”“合作社”",
                       "An individual business ends with 店, 馆 or 部, not with 公司, 企业 or 合作社"};
  issues.add(Weight::blocked, "form", "form_wrong", wanted, kind == "enterprise" ? "ENR-6" : "ENR-25");
}

void check_words(const Parts& parts, const Lexicon& lexicon, Issues& issues) {
  for (const ForbiddenWords& list : lexicon.forbidden)
    for (const std::string& word : list.words)
      if (contains(parts.whole, comparable(word))) {
        issues.add(Weight::blocked, "name", "word_forbidden",
                   {"不得含有“" + word + "”:" + list.reason.zh, "May not contain " + word + ": " + list.reason.en},
                   "ENR-11");
        break;
      }
  for (const std::string& word : lexicon.national) {
    const std::size_t at = parts.whole.find(comparable(word));
    if (at == std::u32string::npos) continue;
    if (at == 0)
      issues.add(Weight::blocked, "name", "national_front",
                 {"名称冠以“" + word + "”须经国务院批准", "Only the State Council allows a name to begin with " + word},
                 "ENR-12");
    else
      issues.add(Weight::warned, "name", "national_inside",
                 {"名称中间含有“" + word + "”的,该字词应当是行业限定语",
                  word + " inside a name may only qualify the industry"},
                 "ENR-12");
    break;
  }
  if (contains(parts.whole, U"集团"))
    issues.add(Weight::warned, "name", "group",
               {"“集团”只能由集团母公司使用,其名称与集团名称一致",
                "集团 is only for the controlling company, whose name agrees with the group's"},
               "ENR-14");
}

std::string_view group_of(std::string_view code) {
  return code.substr(0, std::min(industry_digits, code.size()));
}

}  // namespace

std::vector<Issue> check_composition(const Proposal& proposal, const Lexicon& lexicon) {
  std::vector<Issue> all;
  Issues issues(all);
  if (!base::is_utf8(proposal.name) || comparable(proposal.name).empty()) {
    issues.add(Weight::blocked, "name", "name_missing", {"请填写名称", "Enter the name"}, "ENR-6");
    return all;
  }
  if (base::length(proposal.name) > name_characters_max) {
    issues.add(Weight::blocked, "name", "name_long", {"名称最多60个字", "A name has at most 60 characters"}, "ENR-6");
    return all;
  }
  const Parts parts = split(proposal.name);
  check_characters(proposal.name, issues);
  check_division(parts, proposal, issues);
  check_trade(parts, issues);
  check_industry(parts, proposal, issues);
  check_form(parts, proposal, issues);
  check_words(parts, lexicon, issues);
  return all;
}

std::string trade_key(std::u32string_view trade) {
  std::u32string key;
  for (const char32_t c : trade) {
    char32_t form = base_form(c);
    if (form >= U'0' && form <= U'9') form = numerals[form - U'0'];
    if (const std::size_t at = formal_numerals.find(form); at != std::u32string_view::npos) form = numerals[at];
    key += form;
  }
  return encode(key);
}

std::string trade_sound(std::u32string_view trade) {
  std::string sound;
  for (const char32_t c : decode(trade_key(trade))) {
    const std::vector<std::string> readings = readings_of(c);
    sound += readings.empty() ? encode(std::u32string(1, c)) : readings.front();
    sound += ' ';
  }
  return sound;
}

std::vector<std::string> trade_parts(std::u32string_view trade) {
  const std::u32string key = decode(trade_key(trade));
  std::set<std::string> parts;
  for (std::size_t first = 0; first < key.size(); ++first)
    for (std::size_t size = trade_characters_min; first + size <= key.size() && size < key.size(); ++size)
      parts.insert(encode(std::u32string_view(key).substr(first, size)));
  return {parts.begin(), parts.end()};
}

Likeness likeness(const Parts& ours, const Parts& other, std::string_view other_code) {
  const std::string_view own = group_of(ours.industry_code);
  const std::string_view theirs = group_of(other.industry_code.empty() ? other_code : other.industry_code);
  if (!own.empty() && !theirs.empty() && own != theirs) return Likeness::none;
  const std::string key = trade_key(ours.trade);
  const std::string other_key = trade_key(other.trade);
  if (key.empty() || other_key.empty()) return Likeness::none;
  if (key == other_key) return Likeness::same;
  if (trade_sound(ours.trade) == trade_sound(other.trade)) return Likeness::sound;
  if (other.trade.size() >= trade_characters_min && key.find(other_key) != std::string::npos)
    return Likeness::contained;
  if (ours.trade.size() >= trade_characters_min && other_key.find(key) != std::string::npos)
    return Likeness::containing;
  return Likeness::none;
}

base::Text likeness_text(Likeness likeness) {
  switch (likeness) {
    case Likeness::none:
      return {"不相近", "not alike"};
    case Likeness::same:
      return {"字号相同", "the same trade name"};
    case Likeness::sound:
      return {"字号读音相同", "a trade name that sounds the same"};
    case Likeness::contained:
      return {"您的字号包含它的字号", "its trade name is part of yours"};
    case Likeness::containing:
      return {"它的字号包含您的字号", "your trade name is part of its"};
  }
  return {};
}

std::vector<std::string> variations(const Proposal& proposal, const Lexicon& lexicon, std::size_t count) {
  const Parts parts = split(proposal.name);
  std::u32string division = parts.division + parts.zone;
  if (const codes::Division* own = codes::find_division(proposal.division);
      own && (parts.divisions.empty() || parts.divisions.front()->level == codes::DivisionLevel::county ||
              !std::ranges::all_of(parts.divisions, [&](const auto* each) { return covers(*each, own->code); }))) {
    division = decode(own->name.zh);
    if (const codes::Division* city = codes::parent_of(*own)) division = decode(city->name.zh) + division;
  }
  std::u32string trade;
  for (const char32_t c : parts.trade)
    if (is_han(c)) trade += c;
  const std::u32string industry = parts.industry.empty() ? U"商贸" : parts.industry;
  const std::u32string form = suits(parts.of, proposal.kind) && !parts.form.empty() ? parts.form
                              : proposal.kind == "cooperative"                      ? U"专业合作社"
                              : proposal.kind == "individual_business"              ? U"店"
                                                                                    : U"有限公司";
  std::vector<std::string> made;
  const auto add = [&](const std::u32string& other) {
    const std::string name = encode(division + other + industry + form);
    if (made.size() < count && std::ranges::find(made, name) == made.end()) made.push_back(name);
  };
  if (proposal.kind == "branch") return made;
  if (trade.size() >= trade_characters_min) add(trade);
  // A character put between keeps the look and is no containment; then one at either end changes the last one.
  for (const std::string& word : lexicon.lucky) {
    const std::u32string letter = decode(word);
    if (trade.size() < trade_characters_min) {
      add(trade + letter);
      continue;
    }
    add(trade.substr(0, 1) + letter + trade.substr(1));
    add(trade.substr(0, trade.size() - 1) + letter);
  }
  return made;
}

}  // namespace names
