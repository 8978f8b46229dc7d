/// The trust file as JSON.
#include "kernel/feel/value.h"
#include "key.h"
#include "signing/verify.h"

namespace signing {
namespace {

base::Error unreadable(const std::string& what) {
  return {.code = "signing.trust_unreadable",
          .message = {"信任文件无法使用:" + what, "The trust file cannot be used: " + what}};
}

feel::Value words_of(const base::Text& text) {
  feel::Context both;
  both.put("zh", text.zh);
  both.put("en", text.en);
  return feel::Value(std::move(both));
}

std::int64_t seconds_of(base::Instant moment) {
  return moment.us / base::us_per_second;
}

feel::Value key_of(const PublicKey& key) {
  feel::Context about;
  about.put("purpose", std::string(to_text(key.purpose)));
  about.put("generation", feel::Value(std::int64_t{key.generation}));
  about.put("kid", key.kid);
  about.put("active", feel::Value(key.active));
  about.put("certificate", base64_of(key.certificate));
  // What checkers without X.509 need: the point of a P-256 key, and the time it counts for.
  const Owned<X509> certificate = certificate_of(key.certificate);
  std::string point(65, '\0');
  std::size_t size = 0;
  if (certificate && !is_sm2(key.purpose) &&
      EVP_PKEY_get_octet_string_param(X509_get0_pubkey(certificate.get()), "pub",
                                      reinterpret_cast<unsigned char*>(point.data()), point.size(), &size) == 1 &&
      size == point.size())
    about.put("point", hex_of(point));
  about.put("valid_from", feel::Value(seconds_of(key.valid_from)));
  about.put("valid_to", feel::Value(seconds_of(key.valid_to)));
  about.put("subject", key.subject);
  about.put("fingerprint", hex_of(sha256(key.certificate)));
  about.put("demonstration", feel::Value(key.demonstration));
  return feel::Value(std::move(about));
}

const std::string* text_in(const feel::Context& map, std::string_view key) {
  const feel::Value* found = map.find(key);
  return found && found->kind() == feel::Kind::string ? &found->as_string() : nullptr;
}

const feel::Context* map_in(const feel::Context& map, std::string_view key) {
  const feel::Value* found = map.find(key);
  return found && found->kind() == feel::Kind::context ? &found->as_context() : nullptr;
}

std::optional<base::Text> words_in(const feel::Context& map, std::string_view key) {
  const feel::Context* both = map_in(map, key);
  const std::string* zh = both ? text_in(*both, "zh") : nullptr;
  const std::string* en = both ? text_in(*both, "en") : nullptr;
  if (!zh || !en) return std::nullopt;
  return base::Text{*zh, *en};
}

std::int64_t number_in(const feel::Context& map, std::string_view key) {
  const feel::Value* found = map.find(key);
  return found && found->kind() == feel::Kind::number ? found->as_number().to_int64().value_or(0) : 0;
}

bool flag_in(const feel::Context& map, std::string_view key) {
  const feel::Value* found = map.find(key);
  return found && found->is_true();
}

base::Result<PublicKey> key_in(const feel::Value& item) {
  const feel::Context* about = item.kind() == feel::Kind::context ? &item.as_context() : nullptr;
  const std::string* purpose = about ? text_in(*about, "purpose") : nullptr;
  const std::string* encoded = about ? text_in(*about, "certificate") : nullptr;
  const auto known = purpose ? parse_purpose(*purpose) : std::nullopt;
  const auto der = encoded ? from_base64(*encoded) : std::nullopt;
  const Owned<X509> certificate = der ? certificate_of(*der) : nullptr;
  if (!known || !certificate) return unreadable("keys");
  // Everything else is read out of the certificate; what stands beside it in the file is for other readers.
  PublicKey key = describe(certificate.get(), *known, static_cast<int>(number_in(*about, "generation")));
  key.active = flag_in(*about, "active");
  return key;
}

base::Result<Trust::Kind> kind_in(const feel::Value& item) {
  if (item.kind() != feel::Kind::context) return unreadable("kinds");
  const auto name = words_in(item.as_context(), "name");
  const feel::Value* fields = item.as_context().find("fields");
  if (!name || !fields || fields->kind() != feel::Kind::list) return unreadable("kinds");
  Trust::Kind kind{.name = *name, .fields = {}};
  for (const feel::Value& field : fields->as_list()) {
    const feel::Context* about = field.kind() == feel::Kind::context ? &field.as_context() : nullptr;
    const std::string* id = about ? text_in(*about, "id") : nullptr;
    const auto label = about ? words_in(*about, "label") : std::nullopt;
    if (!id || !label) return unreadable("kinds");
    kind.fields.emplace_back(*id, *label);
  }
  return kind;
}

/// Trust files of older programs have none.
base::Result<std::optional<Trust::Log>> log_in(const feel::Context& all) {
  if (!all.find("log")) return std::optional<Trust::Log>();
  const feel::Context* about = map_in(all, "log");
  const std::string* policy = about ? text_in(*about, "policy") : nullptr;
  const feel::Value* notes = about ? about->find("checkpoints") : nullptr;
  if (!policy || !notes || notes->kind() != feel::Kind::list) return unreadable("log");
  Trust::Log log{.policy = *policy};
  for (const feel::Value& note : notes->as_list()) {
    if (note.kind() != feel::Kind::string) return unreadable("log");
    log.checkpoints.push_back(note.as_string());
  }
  return std::optional(std::move(log));
}

}  // namespace

std::string to_json(const Trust& trust) {
  feel::Context all;
  all.put("format", "yichuang-trust-1");
  all.put("authority", words_of(trust.authority));
  all.put("demonstration", feel::Value(trust.demonstration));
  all.put("made_at", feel::Value(seconds_of(trust.made_at)));
  feel::List keys, lists;
  for (const PublicKey& key : trust.keys) keys.push_back(key_of(key));
  all.put("keys", feel::Value(std::move(keys)));
  feel::Context kinds;
  for (const auto& [id, kind] : trust.kinds) {
    feel::List fields;
    for (const auto& [field, label] : kind.fields) {
      feel::Context about;
      about.put("id", field);
      about.put("label", words_of(label));
      fields.emplace_back(std::move(about));
    }
    feel::Context about;
    about.put("name", words_of(kind.name));
    about.put("fields", feel::Value(std::move(fields)));
    kinds.put(id, feel::Value(std::move(about)));
  }
  all.put("kinds", feel::Value(std::move(kinds)));
  for (const std::string& list : trust.status_lists) lists.emplace_back(base64_of(list));
  all.put("status_lists", feel::Value(std::move(lists)));
  if (trust.log) {
    feel::Context log;
    feel::List checkpoints;
    for (const std::string& note : trust.log->checkpoints) checkpoints.emplace_back(note);
    log.put("policy", trust.log->policy);
    log.put("checkpoints", feel::Value(std::move(checkpoints)));
    all.put("log", feel::Value(std::move(log)));
  }
  return feel::to_json(feel::Value(std::move(all)));
}

base::Result<Trust> parse_trust(std::string_view text) {
  const auto value = feel::parse_json(text);
  if (!value || value.value().kind() != feel::Kind::context) return unreadable("JSON");
  const feel::Context& all = value.value().as_context();
  const std::string* format = text_in(all, "format");
  if (!format || *format != "yichuang-trust-1") return unreadable("format");
  const auto authority = words_in(all, "authority");
  const feel::Value* keys = all.find("keys");
  const feel::Value* lists = all.find("status_lists");
  const feel::Context* kinds = map_in(all, "kinds");
  if (!authority || !keys || keys->kind() != feel::Kind::list || !lists || lists->kind() != feel::Kind::list || !kinds)
    return unreadable("authority, keys, kinds, status_lists");
  Trust trust{.authority = *authority,
              .demonstration = flag_in(all, "demonstration"),
              .made_at = base::Instant{number_in(all, "made_at") * base::us_per_second},
              .keys = {},
              .kinds = {},
              .status_lists = {}};
  for (const feel::Value& item : keys->as_list()) {
    TRY(PublicKey key, key_in(item));
    trust.keys.push_back(std::move(key));
  }
  for (const auto& [id, item] : kinds->entries()) {
    TRY(trust.kinds[id], kind_in(item));
  }
  for (const feel::Value& item : lists->as_list()) {
    const auto bytes = item.kind() == feel::Kind::string ? from_base64(item.as_string()) : std::nullopt;
    if (!bytes) return unreadable("status_lists");
    trust.status_lists.push_back(*bytes);
  }
  TRY(trust.log, log_in(all));
  return trust;
}

}  // namespace signing
