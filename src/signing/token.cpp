/// Private keys inside a PKCS#11 token, by OpenSSL's pkcs11 engine (libp11) or a provider that reads "pkcs11:"
/// addresses.
#define OPENSSL_SUPPRESS_DEPRECATED  // engines are the one way that Debian 12 offers
#include <openssl/engine.h>
#include <openssl/err.h>
#include <openssl/store.h>

#include <array>
#include <mutex>

#include "key.h"

namespace signing {
namespace {

/// Loaded once and kept for the life of the program: keys refer to it.
ENGINE* token_engine() {
  static ENGINE* engine = [] {
    ENGINE_load_dynamic();
    ENGINE* found = ENGINE_by_id("pkcs11");
    if (found && ENGINE_init(found) != 1) {
      ENGINE_free(found);
      found = nullptr;
    }
    return found;
  }();
  return engine;
}

Owned<EVP_PKEY> by_provider(const std::string& uri) {
  OSSL_STORE_CTX* store = OSSL_STORE_open(uri.c_str(), nullptr, nullptr, nullptr, nullptr);
  Owned<EVP_PKEY> pair;
  while (store && !pair && !OSSL_STORE_eof(store)) {
    OSSL_STORE_INFO* info = OSSL_STORE_load(store);
    if (!info) break;
    if (OSSL_STORE_INFO_get_type(info) == OSSL_STORE_INFO_PKEY) pair.reset(OSSL_STORE_INFO_get1_PKEY(info));
    OSSL_STORE_INFO_free(info);
  }
  OSSL_STORE_close(store);
  return pair;
}

}  // namespace

base::Result<Owned<EVP_PKEY>> pair_in_token(const std::string& uri) {
  static std::mutex one_at_a_time;
  const std::lock_guard lock(one_at_a_time);
  ERR_clear_error();
  Owned<EVP_PKEY> pair;
  if (ENGINE* engine = token_engine()) pair.reset(ENGINE_load_private_key(engine, uri.c_str(), nullptr, nullptr));
  if (!pair) pair = by_provider(uri);
  if (pair && EVP_PKEY_get_base_id(pair.get()) == EVP_PKEY_EC && EVP_PKEY_get_bits(pair.get()) == 256) {
    ERR_clear_error();
    return pair;
  }
  std::array<char, 256> words{};
  const unsigned long error = ERR_get_error();
  ERR_error_string_n(error, words.data(), words.size());
  ERR_clear_error();
  const std::string answer = pair ? "not a P-256 key" : error ? words.data() : "no such key";
  return base::Error{.kind = base::Refusal::rule_not_met,
                     .code = "signing.token_unusable",
                     .message = {"PKCS#11设备里的密钥无法使用:" + answer + "。请检查地址、口令文件和设备",
                                 "The key in the PKCS#11 token cannot be used: " + answer +
                                     ". Check the address, the PIN file and the token"}};
}

}  // namespace signing
