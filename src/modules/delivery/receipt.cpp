/// 送达回证: what was handed over, to whom, how and when.
#include <algorithm>

#include "documents/documents.h"
#include "kernel/base/refusals.h"
#include "modules/access/access.h"
#include "parts.h"

namespace delivery {
namespace {

base::Text relation_text(const std::string& relation) {
  if (relation == "agent") return {"代理人", "agent"};
  if (relation == "family") return {"家属", "family"};
  if (relation == "colleague") return {"单位工作人员", "staff of the entity"};
  return {"本人", "the applicant"};
}

/// The line that says how it came, by way.
std::string way_line(const Sending& sending) {
  switch (sending.way) {
    case Way::window:
      return "窗口直接送达,领取人身份证号末四位 " + sending.identity_end;
    case Way::kiosk:
      return "自助机打印,凭取件码和身份证号末四位核对身份";
    case Way::courier:
      return "邮寄送达," + sending.carrier + ",单号 " + sending.tracking + ",第" + std::to_string(sending.attempt) +
             "次寄送";
    case Way::electronic:
      break;
  }
  return "电子送达,经申请人同意,由申请人在系统中确认收到";
}

}  // namespace

base::Result<std::string> Delivery::receipt(storage::Snapshot& snapshot, const Sending& sending) const {
  if (sending.state != State::delivered)
    return base::conflict("delivery.not_delivered",
                          {"还没有送达,不能出具送达回证", "It has not been delivered yet; there is no receipt."});
  const auto text = catalogue().documents.find("delivery_receipt");
  if (text == catalogue().documents.end())
    return base::not_found("delivery.template_missing",
                           {"没有送达回证的模板", "The template of the receipt is missing."});
  TRY(const auto drawn, documents::parse_template(text->second, "delivery_receipt"));
  TRY(const casework::Case of_case,
      engine_.load(snapshot, access_control::Scope::of_division(sending.division), sending.of_case));
  feel::List items;
  for (const licensing::Certificate& certificate : licensing::certificates_of(snapshot, sending.of_case)) {
    if (std::find(sending.certificates.begin(), sending.certificates.end(), certificate.id) ==
        sending.certificates.end())
      continue;
    const auto kind = catalogue().certificates.find(certificate.kind);
    std::string serials;
    for (const Print& print : prints_of(snapshot, sending.of_case))
      if (print.certificate == certificate.id && print.state == "done")
        serials += (serials.empty() ? "" : "、") + print.serial;
    items.emplace_back(
        feel::Context{{"name", kind == catalogue().certificates.end() ? certificate.kind : kind->second.name.zh},
                      {"number", certificate.number},
                      {"serial", serials.empty() ? std::string("电子证照") : serials}});
  }
  const std::string server = access_control::name_of_person(snapshot, sending.by);
  feel::Context data;
  data.put("authority", licensing_.bureau().name.zh);
  data.put("case", feel::Value(feel::Context{{"number", of_case.head.number}, {"service", of_case.service->name.zh}}));
  data.put("applicant", access_control::name_of_person(snapshot, of_case.head.applicant));
  data.put("title", of_case.head.title);
  data.put("items", feel::Value(std::move(items)));
  data.put("way", name_of(sending.way).zh);
  data.put("way_line", way_line(sending));
  data.put("place", sending.address.empty() ? licensing_.bureau().contact.zh : sending.address);
  data.put("recipient", sending.recipient);
  data.put("relation", sending.relation.empty() ? std::string("—") : relation_text(sending.relation).zh);
  data.put("delivered_at", calendar::to_text_local(*sending.ended_at).substr(0, 16));
  data.put("server", server.empty() ? std::string("系统自动送达") : server);
  data.put("date", calendar::to_text_zh(calendar::local_date(*sending.ended_at)));
  return documents::render_pdf(*drawn, data,
                               {.demonstration = licensing_.settings().demonstration, .now = *sending.ended_at});
}

}  // namespace delivery
