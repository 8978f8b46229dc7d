/// Chinese characters: readings, simplified forms, variants, and whether they are in common use. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace names {

inline bool is_han(char32_t c) {
  return (c >= 0x4E00 && c < 0xA000) || (c >= 0x3400 && c < 0x4DC0) || (c >= 0x20000 && c < 0x32000);
}

/// The readings without tone, the usual one first: 重 {"zhong", "chong"}; "v" stands for ü, its other spelling follows:
/// 绿 {"lv", "lu"}. Empty for what is no Chinese character, or has no known reading.
std::vector<std::string> readings_of(char32_t c);

/// 後 → 后. Characters without a simpler form come back as they are.
char32_t simplified(char32_t c);

/// The form under which variants count as one in comparing names: 峯 → 峰, 喆 → 哲; simplified besides.
char32_t base_form(char32_t c);

/// Whether GB 2312 has it. The list of standard characters (通用规范汉字表) is larger: one that is not in common use is
/// looked at by a person.
bool is_common(char32_t c);

}  // namespace names
