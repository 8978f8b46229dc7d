#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <pugixml.hpp>
#include <set>

#include "der.h"
#include "kernel/calendar/calendar.h"
#include "key.h"
#include "package.h"
#include "signing/verify.h"

namespace signing {
namespace {

using der::Item;
using der::Reader;

base::Error refuse(const char* code, std::string zh, std::string en) {
  return {.code = code, .message = {std::move(zh), std::move(en)}};
}

const std::string* part(const Package& package, std::string_view path) {
  if (path.starts_with('/')) path.remove_prefix(1);
  const auto found = package.find(std::string(path));
  return found == package.end() ? nullptr : &found->second;
}

base::Error missing(const std::string& path) {
  return refuse("signing.ofd_part_missing", "OFD包内缺少 " + path, "The OFD package lacks " + path);
}

base::Result<pugi::xml_document> xml_of(const Package& package, const std::string& path) {
  const std::string* text = part(package, path);
  if (!text) return missing(path);
  pugi::xml_document document;
  // No entities, no document type: what needs them is refused.
  if (!document.load_buffer(text->data(), text->size(), pugi::parse_minimal, pugi::encoding_utf8))
    return refuse("signing.ofd_unreadable", path + " 不是正确的XML", path + " is not proper XML");
  return document;
}

std::string path_in(const pugi::xml_node& node) {
  std::string path = node.child_value();
  if (path.starts_with('/')) path.erase(0, 1);
  return path;
}

/// What the electronic seal's signature consists of.
struct Seal {
  std::string_view seal, seal_info, maker, seal_signature;  // SESeal, its signed part, who signed it
  std::string_view to_sign, data_hash, path, holder, signature;
  std::vector<std::string_view> allowed;
  base::Instant at, valid_from, valid_to;
};

base::Result<base::Instant> moment(Reader& reader, const char* what) {
  TRY(const Item item, reader.take(der::tag_time, what));
  const auto at = der::moment_of(item);
  if (!at)
    return refuse("signing.asn1_broken", std::string("时间写得不对:") + what, std::string("Not a time: ") + what);
  return *at;
}

base::Result<void> read_seal_info(std::string_view content, Seal& seal) {
  Reader info(content);
  TRY(std::ignore, info.take(der::tag_sequence, "header"));
  TRY(std::ignore, info.take(der::tag_ia5, "esID"));
  TRY(const Item property, info.take(der::tag_sequence, "property"));
  Reader fields(property.content);
  TRY(std::ignore, fields.take(der::tag_integer, "type"));
  TRY(std::ignore, fields.take(der::tag_utf8, "name"));
  TRY(std::ignore, fields.take(der::tag_integer, "certListType"));
  TRY(const Item list, fields.take(der::tag_sequence, "certList"));
  Reader certificates(list.content);
  while (!certificates.at_end()) {
    TRY(const Item certificate, certificates.take(der::tag_octets, "certList"));
    seal.allowed.push_back(certificate.content);
  }
  TRY(std::ignore, moment(fields, "createDate"));
  TRY(seal.valid_from, moment(fields, "validStart"));
  TRY(seal.valid_to, moment(fields, "validEnd"));
  return {};
}

base::Result<void> read_seal(const Item& item, Seal& seal) {
  seal.seal = item.whole;
  Reader reader(item.content);
  TRY(const Item info, reader.take(der::tag_sequence, "eSealInfo"));
  seal.seal_info = info.whole;
  TRY(const Item maker, reader.take(der::tag_octets, "cert"));
  seal.maker = maker.content;
  TRY(std::ignore, reader.take(der::tag_oid, "signAlgID"));
  TRY(const Item signature, reader.take(der::tag_bits, "signedValue"));
  TRY(seal.seal_signature, der::bits_of(signature));
  TRY(std::ignore, reader.finish("SESeal"));
  return read_seal_info(info.content, seal);
}

base::Result<Seal> read_signature(std::string_view bytes) {
  Seal seal;
  Reader outer(bytes);
  TRY(const Item whole, outer.take(der::tag_sequence, "SES_Signature"));
  TRY(std::ignore, outer.finish("SES_Signature"));
  Reader reader(whole.content);
  TRY(const Item to_sign, reader.take(der::tag_sequence, "toSign"));
  seal.to_sign = to_sign.whole;
  TRY(const Item holder, reader.take(der::tag_octets, "cert"));
  seal.holder = holder.content;
  TRY(const Item algorithm, reader.take(der::tag_oid, "signatureAlgID"));
  if (der::dotted_of(algorithm) != "1.2.156.10197.1.501")
    return refuse("signing.asn1_broken", "签名算法不是SM2-SM3", "The algorithm is not SM2 with SM3");
  TRY(const Item signature, reader.take(der::tag_bits, "signature"));
  TRY(seal.signature, der::bits_of(signature));
  Reader fields(to_sign.content);
  TRY(const Item version, fields.take(der::tag_integer, "version"));
  TRY(const std::int64_t number, der::integer_of(version));
  if (number != 4) return refuse("signing.asn1_broken", "电子签章版本不是4", "The seal's version is not 4");
  TRY(const Item eseal, fields.take(der::tag_sequence, "eseal"));
  TRY(std::ignore, read_seal(eseal, seal));
  TRY(seal.at, moment(fields, "timeInfo"));
  TRY(const Item hash, fields.take(der::tag_bits, "dataHash"));
  TRY(seal.data_hash, der::bits_of(hash));
  TRY(const Item path, fields.take(der::tag_ia5, "propertyInfo"));
  seal.path = path.content;
  return seal;
}

/// Every part of the package is listed with its hash, except the list itself and the signature over it.
base::Result<void> check_references(const Package& package, const pugi::xml_node& references,
                                    const std::set<std::string>& outside) {
  std::set<std::string> listed;
  if (std::string_view(references.attribute("CheckMethod").value()) != "SM3")
    return refuse("signing.ofd_list", "杂凑方法不是SM3", "The hashes are not SM3");
  for (const pugi::xml_node& reference : references.children("ofd:Reference")) {
    std::string name = reference.attribute("FileRef").value();
    if (name.starts_with('/')) name.erase(0, 1);
    const std::string* content = part(package, name);
    if (!content) return missing(name);
    if (!listed.insert(name).second) return refuse("signing.ofd_list", name + " 列了两次", name + " is listed twice");
    if (base64_of(sm3(*content)) != reference.child_value("ofd:CheckValue"))
      return refuse("signing.ofd_changed", name + " 在签章之后被改动过", name + " was changed after the seal was set");
  }
  for (const auto& [name, content] : package)
    if (!listed.contains(name) && !outside.contains(name))
      return refuse("signing.ofd_unlisted", "包内有未被签章保护的文件:" + name,
                    "A part is not covered by the seal: " + name);
  return {};
}

/// Whether `certificate` was given by a trusted root of seals.
bool is_ours(std::string_view certificate_der, const Trust& trust) {
  const Owned<X509> certificate = certificate_of(certificate_der);
  if (!certificate) return false;
  for (const PublicKey& key : trust.keys) {
    if (key.purpose != Purpose::seal_authority) continue;
    const Owned<X509> root = certificate_of(key.certificate);
    if (!root || X509_check_issued(root.get(), certificate.get()) != X509_V_OK) continue;
    ASN1_OCTET_STRING* id = ASN1_OCTET_STRING_new();
    ASN1_OCTET_STRING_set(id, reinterpret_cast<const unsigned char*>(sm2_id.data()), static_cast<int>(sm2_id.size()));
    X509_set0_distinguishing_id(certificate.get(), id);
    const bool good = X509_verify(certificate.get(), X509_get0_pubkey(root.get())) == 1;
    ERR_clear_error();
    if (good) return true;
  }
  return false;
}

bool signed_by(std::string_view certificate_der, std::string_view bytes, std::string_view signature) {
  const Owned<X509> certificate = certificate_of(certificate_der);
  return certificate && verify_der(X509_get0_pubkey(certificate.get()), true, bytes, signature);
}

base::Result<void> check_seal(const Seal& seal, const Trust& trust) {
  if (!signed_by(seal.holder, seal.to_sign, seal.signature))
    return refuse("signing.signature_wrong", "签章不符:签名值不是这张证书的密钥签的",
                  "The seal does not match: its signature is not by this certificate's key");
  if (!signed_by(seal.maker, seal.seal_info, seal.seal_signature))
    return refuse("signing.signature_wrong", "电子印章本身的签名不符",
                  "The signature on the seal itself does not match");
  if (std::find(seal.allowed.begin(), seal.allowed.end(), seal.holder) == seal.allowed.end())
    return refuse("signing.ofd_holder", "签章人不在这枚电子印章的名单之中", "Who signed may not use this seal");
  if (seal.at < seal.valid_from || seal.valid_to < seal.at)
    return refuse("signing.ofd_seal_period", "签章时间不在电子印章的有效期内",
                  "The seal was set outside of its period");
  if (!is_ours(seal.holder, trust) || !is_ours(seal.maker, trust))
    return refuse("signing.signer_unknown", "签章证书不是发证机关的国密根证书签发的",
                  "The seal's certificates were not given by the authority's SM2 root");
  return {};
}

base::Result<Seal> check(const Package& package, const Trust& trust, std::string& value_store) {
  TRY(const pugi::xml_document entry, xml_of(package, "OFD.xml"));
  const std::string list_path = path_in(entry.child("ofd:OFD").child("ofd:DocBody").child("ofd:Signatures"));
  if (list_path.empty())
    return refuse("signing.ofd_unsigned", "这份OFD没有电子签章", "This OFD has no electronic seal");
  TRY(const pugi::xml_document list, xml_of(package, list_path));
  const pugi::xml_node first = list.child("ofd:Signatures").child("ofd:Signature");
  if (!first) return refuse("signing.ofd_unsigned", "这份OFD没有电子签章", "This OFD has no electronic seal");
  if (first.next_sibling("ofd:Signature"))
    return refuse("signing.ofd_list", "有不止一个签章", "There is more than one seal");
  std::string path = first.attribute("BaseLoc").value();
  if (path.starts_with('/')) path.erase(0, 1);
  TRY(const pugi::xml_document document, xml_of(package, path));
  const pugi::xml_node signature = document.child("ofd:Signature");
  const std::string value_path = path_in(signature.child("ofd:SignedValue"));
  const std::string* value = part(package, value_path);
  if (!value) return missing(value_path);
  TRY(std::ignore,
      check_references(package, signature.child("ofd:SignedInfo").child("ofd:References"), {path, value_path}));
  value_store = *value;
  TRY(const Seal seal, read_signature(value_store));
  if (seal.data_hash != sm3(*part(package, path)))
    return refuse("signing.ofd_changed", "签章之后文件清单被改动过",
                  "The list of parts was changed after the seal was set");
  if (seal.path != "/" + path && seal.path != path)
    return refuse("signing.ofd_list", "签章指向另一份文件清单", "The seal is for another list of parts");
  const std::string* stored =
      part(package, path_in(signature.child("ofd:SignedInfo").child("ofd:Seal").child("ofd:BaseLoc")));
  if (!stored || *stored != seal.seal)
    return refuse("signing.ofd_changed", "包内的印章与签章用的印章不同",
                  "The seal in the package is not the one that was set");
  TRY(std::ignore, check_seal(seal, trust));
  return seal;
}

}  // namespace

Verdict verify_ofd(std::string_view ofd, const Trust& trust) {
  Verdict verdict{.kind = "ofd"};
  const auto bad = [&](const base::Error& error) {
    verdict.checks.push_back({Check::Outcome::bad, error.code, error.message});
    return verdict;
  };
  const auto package = unzip(ofd);
  if (!package) return bad(package.error());
  std::string value;
  const auto seal = check(package.value(), trust, value);
  if (!seal) return bad(seal.error());
  const auto good = [&](const char* code, std::string zh, std::string en) {
    verdict.checks.push_back({Check::Outcome::good, code, {std::move(zh), std::move(en)}});
  };
  good("signing.ofd_whole", "签章覆盖包内每一个文件,没有被改动", "The seal covers every part, and nothing was changed");
  good("signing.signer_known", "签章证书由 " + trust.authority.zh + " 的国密根证书签发",
       "The seal's certificates were given by the SM2 root of " + trust.authority.en);
  verdict.facts.push_back({{"签章时间", "Sealed at"}, calendar::to_text_local(seal.value().at)});
  verdict.checks.push_back({Check::Outcome::unknown,
                            "signing.ofd_state",
                            {"没有查:这份证照现在的状态(请查其二维码或编号)",
                             "Not checked: the licence's present state (check its QR code or number)"}});
  if (trust.demonstration) {
    verdict.demonstration = true;
    good("signing.demonstration", "演示密钥签发,不具法律效力", "Signed with demonstration keys: not legally valid");
  }
  return verdict;
}

}  // namespace signing
