#include "signing/verify.h"

#include <openssl/cms.h>
#include <openssl/err.h>

#include <algorithm>

#include "kernel/calendar/calendar.h"
#include "key.h"
#include "pdf.h"

namespace signing {
namespace {

using Outcome = Check::Outcome;

/// Clocks differ a little.
constexpr std::int64_t clock_difference_us = 300 * base::us_per_second;

void add(Verdict& verdict, Outcome outcome, std::string code, std::string zh, std::string en) {
  verdict.checks.push_back({outcome, std::move(code), {std::move(zh), std::move(en)}});
}

void add_bad(Verdict& verdict, const base::Error& error) {
  verdict.checks.push_back({Outcome::bad, error.code, error.message});
}

void mark_demonstration(Verdict& verdict) {
  verdict.demonstration = true;
  add(verdict, Outcome::good, "signing.demonstration", "演示密钥签发,不具法律效力",
      "Signed with demonstration keys: not legally valid");
}

const PublicKey* find_key(const Trust& trust, Purpose purpose, const std::string& kid) {
  const std::string wanted = hex_of(kid);
  for (const PublicKey& key : trust.keys)
    if (key.purpose == purpose && key.kid == wanted) return &key;
  return nullptr;
}

/// The key that signed `content`. Errors: `signing.key_unknown`, `signing.signature_wrong`.
base::Result<const PublicKey*> checked_signer(const cose::Sign1& content, const Trust& trust) {
  const PublicKey* key = find_key(trust, Purpose::licence, content.kid);
  if (!key)
    return base::Error{.code = "signing.key_unknown",
                       .message = {"签名密钥 " + hex_of(content.kid) + " 不在发证机关公布的密钥之中",
                                   "The key " + hex_of(content.kid) + " is not among the authority's published keys"}};
  const Owned<X509> certificate = certificate_of(key->certificate);
  if (!certificate || !verify_der(X509_get0_pubkey(certificate.get()), false, cose::to_be_signed(content),
                                  der_signature(content.signature)))
    return base::Error{.code = "signing.signature_wrong",
                       .message = {"签名不符:内容被改动过,或者不是这把密钥签的",
                                   "The signature does not match: the content was changed, or another key signed it"}};
  return key;
}

void check_period(Verdict& verdict, const cose::Licence& licence, const PublicKey& key, base::Instant now) {
  if (licence.issued_at < key.valid_from || key.valid_to < licence.issued_at)
    add(verdict, Outcome::bad, "signing.key_not_valid_then", "签发时间不在签名密钥的有效期内",
        "It says it was signed when its key was not valid");
  if (now.plus_us(clock_difference_us) < licence.issued_at)
    add(verdict, Outcome::bad, "signing.issued_in_future", "签发时间在将来;请核对本机时钟",
        "It was issued in the future; check this device's clock");
  if (!licence.expires_at) {
    add(verdict, Outcome::good, "signing.period_open", "没有规定截止日期", "It has no last day");
  } else if (*licence.expires_at <= now) {
    verdict.state = "expired";
    add(verdict, Outcome::bad, "signing.licence_expired",
        "已过有效期(至" + calendar::to_text_zh(calendar::local_date(licence.expires_at->plus_us(-1))) + ")",
        "It has expired (last day " + calendar::to_text(calendar::local_date(licence.expires_at->plus_us(-1))) + ")");
  } else {
    add(verdict, Outcome::good, "signing.period_good",
        "在有效期内(至" + calendar::to_text_zh(calendar::local_date(licence.expires_at->plus_us(-1))) + ")",
        "It has not expired (last day " + calendar::to_text(calendar::local_date(licence.expires_at->plus_us(-1))) +
            ")");
  }
}

/// The newest list that answers for this licence.
std::optional<cose::StatusList> list_for(const cose::Licence& licence, const Trust& trust) {
  std::optional<cose::StatusList> newest;
  for (const std::string& bytes : trust.status_lists) {
    auto list = verified_status_list(bytes, trust);
    if (!list || list.value().uri != licence.status.uri) continue;
    if (!newest || newest->issued_at < list.value().issued_at) newest = std::move(list).value();
  }
  return newest;
}

void check_status(Verdict& verdict, const cose::Licence& licence, const Trust& trust, base::Instant now) {
  const auto list = list_for(licence, trust);
  const auto status = list ? list->bits.at(licence.status.index) : std::nullopt;
  if (!status) {
    add(verdict, Outcome::unknown, "signing.status_missing",
        "没有查:是否已被吊销、注销、暂停或换发(手边没有状态列表 " + licence.status.uri + ")",
        "Not checked: whether it was revoked, cancelled, suspended or superseded (no list of states at hand: " +
            licence.status.uri + ")");
    return;
  }
  const std::string as_of = calendar::to_text_local(list->issued_at);
  const base::Text words = cose::status_words(*status);
  if (*status != cose::Status::valid) {
    verdict.state = cose::to_text(*status);
    add(verdict, Outcome::bad, "signing.licence_" + verdict.state, words.zh + "(状态列表 " + as_of + ")",
        words.en + " (list of states of " + as_of + ")");
    return;
  }
  if (verdict.state.empty()) verdict.state = "valid";
  if (list->expires_at < now)
    add(verdict, Outcome::unknown, "signing.status_stale",
        "状态列表是 " + as_of + " 的,已经过时;当时有效,此后的变化没有查",
        "The list of states is of " + as_of + " and out of date: valid then, what happened since was not checked");
  else
    add(verdict, Outcome::good, "signing.status_good", "没有被吊销、注销、暂停或换发(状态列表 " + as_of + ")",
        "Not revoked, cancelled, suspended or superseded (list of states of " + as_of + ")");
}

void add_facts(Verdict& verdict, const cose::Licence& licence, const Trust& trust) {
  const auto put = [&](const char* zh, const char* en, std::string value) {
    verdict.facts.push_back({{zh, en}, std::move(value)});
  };
  put("证照", "Licence", licence.name);
  put("编号", "Number", licence.number);
  put("电子证照标识", "Electronic identifier", licence.identifier);
  put("发证机关", "Issued by", licence.authority);
  put("签发时间", "Signed at", calendar::to_text_local(licence.issued_at));
  const auto kind = trust.kinds.find(licence.kind);
  std::vector<std::string> shown;
  if (kind != trust.kinds.end())
    for (const auto& [id, label] : kind->second.fields)
      for (const auto& [name, value] : licence.fields)
        if (name == id) {
          verdict.facts.emplace_back(label, value);
          shown.push_back(id);
        }
  for (const auto& [name, value] : licence.fields)
    if (std::find(shown.begin(), shown.end(), name) == shown.end())
      verdict.facts.emplace_back(base::Text{name, name}, value);
}

struct FreeCms {
  void operator()(CMS_ContentInfo* cms) const { CMS_ContentInfo_free(cms); }
};

/// Whether the signature is over these parts; with `roots` also whether they vouch for the signer.
bool cms_holds(CMS_ContentInfo* cms, const PdfParts& parts, X509_STORE* roots) {
  std::string content(parts.before);
  content += parts.after;
  const Owned<BIO> in(BIO_new_mem_buf(content.data(), static_cast<int>(content.size())));
  const unsigned flags = CMS_BINARY | CMS_DETACHED | (roots ? CMS_CADES : CMS_NO_SIGNER_CERT_VERIFY);
  const bool holds = CMS_verify(cms, nullptr, roots, in.get(), nullptr, flags) == 1;
  ERR_clear_error();
  return holds;
}

Owned<X509_STORE> roots_of(const Trust& trust) {
  Owned<X509_STORE> store(X509_STORE_new());
  for (const PublicKey& key : trust.keys)
    if (key.purpose == Purpose::authority)
      if (const Owned<X509> certificate = certificate_of(key.certificate))
        X509_STORE_add_cert(store.get(), certificate.get());
  // A licence outlives the certificate that signed it; which key counted when is in the trust file.
  X509_STORE_set_flags(store.get(), X509_V_FLAG_NO_CHECK_TIME);
  X509_VERIFY_PARAM_set_purpose(X509_STORE_get0_param(store.get()), X509_PURPOSE_ANY);
  return store;
}

}  // namespace

bool Verdict::accepted() const {
  return std::none_of(checks.begin(), checks.end(), [](const Check& check) { return check.outcome == Outcome::bad; });
}

bool Verdict::complete() const {
  return std::none_of(checks.begin(), checks.end(),
                      [](const Check& check) { return check.outcome == Outcome::unknown; });
}

base::Result<cose::StatusList> verified_status_list(std::string_view bytes, const Trust& trust) {
  TRY(const cose::Sign1 content, cose::decode_sign1(bytes));
  if (content.type != cose::status_list_type)
    return base::Error{.code = "signing.not_status_list", .message = {"不是状态列表", "It is not a list of states"}};
  TRY(std::ignore, checked_signer(content, trust));
  return cose::decode_status_list(content.payload);
}

Verdict verify_licence(std::string_view text, const Trust& trust, base::Instant now) {
  Verdict verdict{.kind = "licence"};
  const auto content = cose::from_text(text);
  if (!content) {
    add_bad(verdict, content.error());
    return verdict;
  }
  const auto signer = checked_signer(content.value(), trust);
  if (!signer) {
    add_bad(verdict, signer.error());
    return verdict;
  }
  if (!content.value().type.empty()) {
    add(verdict, Outcome::bad, "signing.not_licence", "签名内容不是证照", "The signed content is not a licence");
    return verdict;
  }
  const auto licence = cose::decode_licence(content.value().payload);
  if (!licence) {
    add_bad(verdict, licence.error());
    return verdict;
  }
  add(verdict, Outcome::good, "signing.signature_good",
      "签名正确,内容没有被改动,由 " + trust.authority.zh + " 的密钥签发",
      "The signature is right and nothing was changed; the key is of " + trust.authority.en);
  check_period(verdict, licence.value(), *signer.value(), now);
  check_status(verdict, licence.value(), trust, now);
  add_facts(verdict, licence.value(), trust);
  if (licence.value().demonstration || signer.value()->demonstration) mark_demonstration(verdict);
  return verdict;
}

Verdict verify_pdf(std::string_view pdf, const Trust& trust) {
  Verdict verdict{.kind = "pdf"};
  const auto parts = signed_parts(pdf);
  if (!parts) {
    add_bad(verdict, parts.error());
    return verdict;
  }
  const auto* at = reinterpret_cast<const unsigned char*>(parts.value().signature.data());
  const std::unique_ptr<CMS_ContentInfo, FreeCms> cms(
      d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(parts.value().signature.size())));
  if (!cms) {
    ERR_clear_error();
    add(verdict, Outcome::bad, "signing.pdf_signature_broken", "PDF里的签名数据损坏",
        "The signature inside the PDF is damaged");
    return verdict;
  }
  if (!cms_holds(cms.get(), parts.value(), nullptr)) {
    add(verdict, Outcome::bad, "signing.pdf_changed", "签名不符:文件在签名之后被改动过",
        "The signature does not match: the file was changed after it was signed");
    return verdict;
  }
  add(verdict, Outcome::good, "signing.pdf_whole", "签名覆盖整份文件,文件没有被改动",
      "The signature covers the whole file, and nothing was changed");
  if (!cms_holds(cms.get(), parts.value(), roots_of(trust).get())) {
    add(verdict, Outcome::bad, "signing.signer_unknown", "签名人的证书不是发证机关的根证书签发的",
        "The signer's certificate was not given by the authority's root");
    return verdict;
  }
  add(verdict, Outcome::good, "signing.signer_known", "签名人的证书由 " + trust.authority.zh + " 的根证书签发",
      "The signer's certificate was given by the root of " + trust.authority.en);
  add(verdict, Outcome::unknown, "signing.pdf_state", "没有查:这份证照现在的状态(请查其二维码或编号)",
      "Not checked: the licence's present state (check its QR code or number)");
  if (trust.demonstration) mark_demonstration(verdict);
  return verdict;
}

}  // namespace signing
