#include <algorithm>
#include <array>
#include <cstdio>
#include <map>

#include "kernel/base/refusals.h"
#include "modules/licensing/model.h"

namespace licensing {
namespace {

constexpr std::string_view answers_prefix = "/answers/";
constexpr std::string_view materials_prefix = "/materials/";

bool opened(const std::vector<Correction>& corrections, std::string_view key) {
  return std::any_of(corrections.begin(), corrections.end(), [&](const Correction& correction) {
    return correction.place == std::string(answers_prefix) + std::string(key);
  });
}

base::Error refused_at(std::string code, base::Text message, std::vector<base::Place> places) {
  return {.kind = base::Refusal::invalid,
          .code = std::move(code),
          .message = std::move(message),
          .places = std::move(places)};
}

}  // namespace

std::optional<Grade> parse_grade(std::string_view text) {
  static const std::array<std::string_view, 5> names = {"very_satisfied", "satisfied", "fairly_satisfied",
                                                        "dissatisfied", "very_dissatisfied"};
  const auto found = std::find(names.begin(), names.end(), text);
  if (found == names.end()) return std::nullopt;
  return static_cast<Grade>(found - names.begin());
}

base::Result<void> check_editable(const Application& application, std::int64_t version) {
  if (application.submitted_at)
    return base::conflict(
        "licensing.already_submitted",
        {"申请已经提交,不能再修改;如需改正,请等待窗口通知或撤回后重新申请",
         "The application has been submitted and can no longer be changed. Wait for the window to ask for "
         "corrections, or withdraw it and apply again."});
  if (version != application.version)
    return base::Error{.kind = base::Refusal::stale,
                       .code = "licensing.version_stale",
                       .message = {"您在另一台设备或另一个页面上改过这份草稿,请刷新后继续",
                                   "This draft was changed on another device or page. Please reload and go on."}};
  return {};
}

base::Result<feel::Context> corrected(const feel::Context& answers, const feel::Context& changes,
                                      const std::vector<Correction>& corrections,
                                      const std::vector<std::string>& slots_changed) {
  std::vector<base::Place> not_opened;
  for (const auto& [key, value] : changes.entries())
    if (!opened(corrections, key))
      not_opened.push_back({std::string(answers_prefix) + key,
                            "licensing.not_opened",
                            {"窗口没有要求改正这一项,请保持原样", "The window did not ask for this to be changed."}});
  if (!not_opened.empty())
    return refused_at("licensing.not_opened",
                      {"只能修改窗口要求补正的内容", "Only what the window asked to be corrected can be changed."},
                      std::move(not_opened));

  std::vector<base::Place> untouched;
  for (const Correction& correction : corrections) {
    const std::string_view place = correction.place;
    bool touched = true;
    if (place.starts_with(answers_prefix)) {
      const std::string_view key = place.substr(answers_prefix.size());
      const feel::Value* before = answers.find(key);
      const feel::Value* after = changes.find(key);
      touched = after && !(before && *before == *after);
    } else if (place.starts_with(materials_prefix)) {
      const std::string_view slot = place.substr(materials_prefix.size());
      touched = std::find(slots_changed.begin(), slots_changed.end(), slot) != slots_changed.end();
    }
    if (!touched)
      untouched.push_back({correction.place,
                           "licensing.not_corrected",
                           {"这一项还没有改正:" + correction.reason, "Not corrected yet: " + correction.reason}});
  }
  if (!untouched.empty())
    return refused_at("licensing.not_corrected",
                      {"还有需要补正的内容没有改正", "Something that was asked for is not corrected yet."},
                      std::move(untouched));

  feel::Context merged = answers;
  for (const auto& [key, value] : changes.entries()) merged.put(key, value);
  return merged;
}

base::Result<void> check_rating(std::optional<calendar::Date> ended_on, bool rated, int days, calendar::Date today) {
  if (!ended_on)
    return base::conflict("licensing.not_finished", {"办件办结后才能评价", "A case can be rated once it is finished."});
  if (rated)
    return base::conflict("licensing.already_rated",
                          {"您已经评价过这个办件,感谢您的评价", "You have already rated this case. Thank you."});
  if (today.days - ended_on->days > days)
    return base::conflict("licensing.rating_late",
                          {"评价期限(办结后" + std::to_string(days) + "日)已过",
                           "The time for rating (" + std::to_string(days) + " days after the end) is over."});
  return {};
}

bool is_final(std::string_view state) {
  return state == "finished" || state == "refused" || state == "not_accepted" || state == "withdrawn";
}

base::Text state_text(std::string_view state) {
  static const std::map<std::string_view, base::Text> texts = {
      {"drafted", {"草稿", "Draft"}},
      {"submitted", {"已提交,等待受理", "Submitted, waiting to be accepted"}},
      {"correction_requested", {"需要您补正", "Waiting for your corrections"}},
      {"accepted", {"已受理,正在审查", "Accepted, being examined"}},
      {"rectifying", {"现场需整改", "Waiting for you to put the premises right"}},
      {"publicity", {"公示（异议）期", "Time to object"}},
      {"decided", {"已作出决定", "Decided"}},
      {"issued", {"已制证,等待领取", "Certificates ready to be handed over"}},
      {"finished", {"已办结", "Finished"}},
      {"refused", {"不予许可", "Refused"}},
      {"not_accepted", {"不予受理", "Not accepted"}},
      {"withdrawn", {"已撤回", "Withdrawn"}}};
  const auto found = texts.find(state);
  if (found == texts.end()) return {std::string(state), std::string(state)};
  return found->second;
}

std::string document_number(std::string_view authority_word, std::string_view word, calendar::Date on,
                            std::int64_t sequence) {
  return std::string(authority_word) + std::string(word) + "〔" + std::to_string(calendar::civil_of(on).year) + "〕" +
         std::to_string(sequence) + "号";
}

std::string status_on(std::string_view status, std::optional<calendar::Date> valid_to, calendar::Date today) {
  if (status == "valid" && valid_to && *valid_to < today) return "expired";
  return std::string(status);
}

base::Text status_text(std::string_view status) {
  if (status == "valid") return {"有效", "Valid"};
  if (status == "expired") return {"已过有效期", "Expired"};
  if (status == "suspended") return {"暂停使用", "Suspended"};
  if (status == "revoked") return {"已吊销", "Revoked"};
  if (status == "cancelled") return {"已注销", "Cancelled"};
  if (status == "superseded") return {"已换发新证", "Superseded"};
  return {std::string(status), std::string(status)};
}

}  // namespace licensing
