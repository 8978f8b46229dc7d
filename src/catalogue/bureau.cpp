#include "bureau.h"

#include <algorithm>

#include "reader.h"

namespace catalogue {

Bureau read_bureau(const std::string& text, Faults& faults) {
  Bureau bureau;
  const std::optional<Reader> root = Reader::parse(text, "bureau.yaml", faults);
  if (!root) return bureau;
  root->only({"division", "name", "document_word", "contact", "window", "offices"});
  bureau = {.division = root->text("division"),
            .name = root->words("name"),
            .document_word = root->text("document_word"),
            .contact = root->words("contact"),
            .window = root->text("window"),
            .offices = {}};
  if (bureau.division.size() != 6 || bureau.division.find_first_not_of("0123456789") != std::string::npos)
    root->fault_at("division", "catalogue.division_invalid",
                   {"应为六位行政区划代码,例如 430211", "A division code has six digits, such as 430211"});
  for (const Reader& item : root->items("offices")) {
    item.only({"code", "name"});
    Office office{.code = item.text("code"), .name = item.words("name")};
    if (bureau.find_office(office.code))
      item.fault_at("code", "catalogue.office_twice",
                    {"科室代码“" + office.code + "”重复", "The office code “" + office.code + "” stands twice"});
    bureau.offices.push_back(std::move(office));
  }
  if (!bureau.find_office(bureau.window))
    root->fault_at("window", "catalogue.unknown_reference",
                   {"没有科室“" + bureau.window + "”", "There is no office “" + bureau.window + "”"});
  return bureau;
}

const Office* Bureau::find_office(std::string_view code) const {
  const auto found =
      std::find_if(offices.begin(), offices.end(), [&](const Office& each) { return each.code == code; });
  return found == offices.end() ? nullptr : &*found;
}

}  // namespace catalogue
