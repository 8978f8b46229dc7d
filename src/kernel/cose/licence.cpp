#include "kernel/cose/licence.h"

#include "claims.h"

namespace cose {
namespace {

constexpr std::int64_t claim_issuer = 1, claim_expires = 4, claim_issued = 6, claim_id = 7, claim_status = 65535;
constexpr std::int64_t claim_licence = -65537;
constexpr std::int64_t key_identifier = 1, key_kind = 2, key_name = 3, key_number = 4, key_authority = 5,
                       key_demonstration = 6, key_fields = 7;

base::Result<StatusReference> status_of(const cbor::Value& claims) {
  const cbor::Value* status = claims.find(claim_status);
  const cbor::Value* list = status ? status->find("status_list") : nullptr;
  const cbor::Value* index = list ? list->find("idx") : nullptr;
  const cbor::Value* uri = list ? list->find("uri") : nullptr;
  if (!index || !index->as_number() || *index->as_number() < 0 || !uri || !uri->as_text())
    return claim_invalid(std::to_string(claim_status));
  return StatusReference{*index->as_number(), *uri->as_text()};
}

}  // namespace

std::string encode(const Licence& licence) {
  cbor::Map fields;
  for (const auto& [name, value] : licence.fields) fields.emplace_back(name, value);
  cbor::Map content{
      {key_identifier, licence.identifier}, {key_kind, licence.kind},           {key_name, licence.name},
      {key_number, licence.number},         {key_authority, licence.authority}, {key_fields, std::move(fields)}};
  if (licence.demonstration) content.emplace_back(key_demonstration, true);
  cbor::Map claims{
      {claim_issuer, licence.issuer},
      {claim_issued, seconds_of(licence.issued_at)},
      {claim_id, cbor::Bytes{licence.id}},
      {claim_status, cbor::Map{{"status_list", cbor::Map{{"idx", licence.status.index}, {"uri", licence.status.uri}}}}},
      {claim_licence, std::move(content)}};
  if (licence.expires_at) claims.emplace_back(claim_expires, seconds_of(*licence.expires_at));
  return cbor::encode(claims);
}

base::Result<Licence> decode_licence(std::string_view payload) {
  TRY(const cbor::Value claims, cbor::decode(payload));
  Licence licence;
  TRY(licence.issuer, text_claim(claims, claim_issuer));
  TRY(licence.issued_at, moment_claim(claims, claim_issued));
  if (claims.find(claim_expires)) {
    TRY(const base::Instant expires, moment_claim(claims, claim_expires));
    licence.expires_at = expires;
  }
  const cbor::Value* id = claims.find(claim_id);
  if (!id || !id->as_bytes()) return claim_invalid(std::to_string(claim_id));
  licence.id = *id->as_bytes();
  TRY(licence.status, status_of(claims));
  const cbor::Value* content = claims.find(claim_licence);
  if (!content || !content->as_map()) return claim_invalid(std::to_string(claim_licence));
  TRY(licence.identifier, text_claim(*content, key_identifier));
  TRY(licence.kind, text_claim(*content, key_kind));
  TRY(licence.name, text_claim(*content, key_name));
  TRY(licence.number, text_claim(*content, key_number));
  TRY(licence.authority, text_claim(*content, key_authority));
  if (const cbor::Value* mark = content->find(key_demonstration)) {
    if (!mark->as_flag()) return claim_invalid("-65537/6");
    licence.demonstration = *mark->as_flag();
  }
  const cbor::Value* fields = content->find(key_fields);
  if (!fields || !fields->as_map()) return claim_invalid("-65537/7");
  for (const auto& [name, value] : *fields->as_map()) {
    if (!name.as_text() || !value.as_text()) return claim_invalid("-65537/7");
    licence.fields.emplace_back(*name.as_text(), *value.as_text());
  }
  return licence;
}

}  // namespace cose
