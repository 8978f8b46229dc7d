/// The electronic seal on OFD: GB/T 38540 version 4, SM2 with SM3. No seal of a real authority is imitated: the picture
/// is a plain frame with words, and a seal that binds needs an approved authority and device.
#include "der.h"
#include "key.h"
#include "package.h"

#include <cstdio>

namespace signing {
namespace {

using namespace der;

constexpr std::string_view oid_sm2_sm3 = "1.2.156.10197.1.501";
constexpr std::int64_t ses_version = 4, seal_of_organisation = 1, list_of_certificates = 1;
constexpr const char* sign_folder = "Doc_0/Signs/Sign_0/";

std::string ofd(const std::string& content) {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + content;
}
constexpr const char* name_space = " xmlns:ofd=\"http://www.ofdspec.org/2016\"";

std::string boundary(const SealPlace& place) {
  char text[96];
  std::snprintf(text, sizeof text, "%.2f %.2f %.2f %.2f", place.x, place.y, place.width, place.height);
  return text;
}

/// SESeal: what the seal looks like and who may set it, signed by who made it.
std::string seal_of(const KeyRing::Key& maker, const KeyRing::Key& holder, const SealPlace& place,
                    const std::string& name) {
  const std::string info = sequence({
      sequence({ia5("ES"), integer(ses_version), ia5("YICHUANG")}),
      ia5("ES-" + holder.about.kid),
      sequence({integer(seal_of_organisation), utf8(name), integer(list_of_certificates),
                sequence({octets(holder.about.certificate)}), generalized_time(holder.about.valid_from),
                generalized_time(holder.about.valid_from), generalized_time(holder.about.valid_to)}),
      sequence({ia5("PNG"), octets(place.picture), integer(static_cast<std::int64_t>(place.width)),
                integer(static_cast<std::int64_t>(place.height))}),
  });
  return sequence(
      {info, octets(maker.about.certificate), oid(oid_sm2_sm3), bits(sign_der(maker.pair.get(), true, info))});
}

std::string signature_xml(const Package& package, const SealPlace& place) {
  std::string text = std::string("<ofd:Signature") + name_space + "><ofd:SignedInfo>" +
                     "<ofd:Provider ProviderName=\"Yichuang\" Company=\"Yichuang\" Version=\"1.0\"/>" +
                     "<ofd:SignatureMethod>" + std::string(oid_sm2_sm3) + "</ofd:SignatureMethod>";
  const std::string time = generalized_time(place.at);
  text += "<ofd:SignatureDateTime>" + time.substr(2) + "</ofd:SignatureDateTime><ofd:References CheckMethod=\"SM3\">";
  for (const auto& [name, content] : package)
    text += "<ofd:Reference FileRef=\"/" + name + "\"><ofd:CheckValue>" + base64_of(sm3(content)) +
            "</ofd:CheckValue></ofd:Reference>";
  return ofd(text + "</ofd:References><ofd:StampAnnot ID=\"1\" PageRef=\"1\" Boundary=\"" + boundary(place) +
             "\"/><ofd:Seal><ofd:BaseLoc>/" + sign_folder + "Seal.esl</ofd:BaseLoc></ofd:Seal></ofd:SignedInfo>" +
             "<ofd:SignedValue>/" + sign_folder + "SignedValue.dat</ofd:SignedValue></ofd:Signature>");
}

}  // namespace

std::string KeyRing::seal_ofd(Package package, const SealPlace& place) const {
  const auto now = state();
  const Key& holder = now->active(Purpose::seal);
  const std::string seal =
      seal_of(now->active(Purpose::seal_maker), holder, place,
              settings_.authority.zh + (holder.about.demonstration ? "（演示，不具法律效力）" : ""));
  const std::string folder = sign_folder;
  package["Doc_0/Signs/Signatures.xml"] =
      ofd(std::string("<ofd:Signatures") + name_space + "><ofd:MaxSignId>1</ofd:MaxSignId><ofd:Signature ID=\"1\" " +
          "Type=\"Seal\" BaseLoc=\"/" + folder + "Signature.xml\"/></ofd:Signatures>");
  package[folder + "Seal.esl"] = seal;
  const std::string list = signature_xml(package, place);
  const std::string signed_part = sequence(
      {integer(ses_version), seal, generalized_time(place.at), bits(sm3(list)), ia5("/" + folder + "Signature.xml")});
  package[folder + "SignedValue.dat"] = sequence({signed_part, octets(holder.about.certificate), oid(oid_sm2_sm3),
                                                  bits(sign_der(holder.pair.get(), true, signed_part))});
  package[folder + "Signature.xml"] = list;
  return zip(package);
}

}  // namespace signing
