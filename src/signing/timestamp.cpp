#include "timestamp.h"

#include <openssl/err.h>
#include <openssl/http.h>
#include <openssl/rand.h>
#include <openssl/ts.h>

#include <array>
#include <stdexcept>

#include "key.h"

namespace signing {
namespace {

constexpr int timeout_s = 10;
constexpr std::size_t answer_bytes_max = 65'536;

template <class T, void (*Free)(T*)>
struct Freed {
  void operator()(T* object) const { Free(object); }
};
using Request = std::unique_ptr<TS_REQ, Freed<TS_REQ, TS_REQ_free>>;
using Response = std::unique_ptr<TS_RESP, Freed<TS_RESP, TS_RESP_free>>;

template <class T, class Encode>
std::string der_bytes(T* object, Encode encode) {
  unsigned char* bytes = nullptr;
  const int size = encode(object, &bytes);
  if (size <= 0) openssl_failed("time stamp");
  std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return der;
}

Request request_for(std::string_view digest) {
  Request request(TS_REQ_new());
  TS_REQ_set_version(request.get(), 1);
  TS_MSG_IMPRINT* imprint = TS_MSG_IMPRINT_new();
  X509_ALGOR* algorithm = X509_ALGOR_new();
  X509_ALGOR_set_md(algorithm, EVP_sha256());
  TS_MSG_IMPRINT_set_algo(imprint, algorithm);
  std::string copy(digest);
  TS_MSG_IMPRINT_set_msg(imprint, reinterpret_cast<unsigned char*>(copy.data()), static_cast<int>(copy.size()));
  TS_REQ_set_msg_imprint(request.get(), imprint);
  X509_ALGOR_free(algorithm);
  TS_MSG_IMPRINT_free(imprint);
  std::array<unsigned char, 8> nonce{};
  if (RAND_bytes(nonce.data(), nonce.size()) != 1) openssl_failed("nonce");
  nonce[0] = static_cast<unsigned char>((nonce[0] & 0x7F) | 0x40);
  BIGNUM* number = BN_bin2bn(nonce.data(), nonce.size(), nullptr);
  ASN1_INTEGER* integer = BN_to_ASN1_INTEGER(number, nullptr);
  TS_REQ_set_nonce(request.get(), integer);
  ASN1_INTEGER_free(integer);
  BN_free(number);
  TS_REQ_set_cert_req(request.get(), 1);
  return request;
}

ASN1_INTEGER* next_serial(TS_RESP_CTX*, void*) {
  std::array<unsigned char, 16> bytes{};
  if (RAND_bytes(bytes.data(), bytes.size()) != 1) return nullptr;
  bytes[0] = static_cast<unsigned char>((bytes[0] & 0x7F) | 0x40);
  BIGNUM* number = BN_bin2bn(bytes.data(), bytes.size(), nullptr);
  ASN1_INTEGER* serial = BN_to_ASN1_INTEGER(number, nullptr);
  BN_free(number);
  return serial;
}

int given_time(TS_RESP_CTX*, void* data, long* seconds, long* microseconds) {
  const auto& now = *static_cast<const base::Instant*>(data);
  *seconds = static_cast<long>(now.us / base::us_per_second);
  *microseconds = 0;
  return 1;
}

}  // namespace

std::string time_stamp_token(std::string_view signature, const TimeStampSource& source) {
  const std::string digest = sha256(signature);
  const Request request = request_for(digest);
  const std::string answer = source(der_bytes(request.get(), i2d_TS_REQ));
  const auto* at = reinterpret_cast<const unsigned char*>(answer.data());
  const Response response(d2i_TS_RESP(nullptr, &at, static_cast<long>(answer.size())));
  PKCS7* token = response ? TS_RESP_get_token(response.get()) : nullptr;
  if (!token) throw std::runtime_error("the time-stamping authority gave no time stamp");
  TS_VERIFY_CTX* check = TS_REQ_to_TS_VERIFY_CTX(request.get(), nullptr);
  // Whether its certificate is trusted is decided by who checks; here it must answer what was asked.
  TS_VERIFY_CTX_set_flags(check, TS_VFY_VERSION | TS_VFY_IMPRINT | TS_VFY_NONCE);
  const bool answers = TS_RESP_verify_response(check, response.get()) == 1;
  TS_VERIFY_CTX_free(check);
  if (!answers) {
    ERR_clear_error();
    throw std::runtime_error("the time stamp is not for this signature");
  }
  return der_bytes(token, i2d_PKCS7);
}

TimeStampSource time_stamp_over_http(std::string url) {
  return [url = std::move(url)](const std::string& request) {
    char *host = nullptr, *port = nullptr, *path = nullptr;
    int use_tls = 0;
    if (OSSL_HTTP_parse_url(url.c_str(), &use_tls, nullptr, &host, &port, nullptr, &path, nullptr, nullptr) != 1 ||
        use_tls != 0) {
      ERR_clear_error();
      throw std::runtime_error("the time-stamping authority's address is not an http:// address: " + url);
    }
    const Owned<BIO> body(BIO_new_mem_buf(request.data(), static_cast<int>(request.size())));
    const Owned<BIO> answer(OSSL_HTTP_transfer(nullptr, host, port, path, 0, nullptr, nullptr, nullptr, nullptr,
                                               nullptr, nullptr, 0, nullptr, "application/timestamp-query", body.get(),
                                               "application/timestamp-reply", 1, answer_bytes_max, timeout_s, 0));
    OPENSSL_free(host);
    OPENSSL_free(port);
    OPENSSL_free(path);
    if (!answer) openssl_failed("asking the time-stamping authority");
    std::string response(answer_bytes_max, '\0');
    const int size = BIO_read(answer.get(), response.data(), static_cast<int>(response.size()));
    response.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return response;
  };
}

std::string KeyRing::time_stamp(const std::string& request, base::Instant now) const {
  const auto current = state();
  const Key& key = current->active(Purpose::timestamp);
  TS_RESP_CTX* context = TS_RESP_CTX_new();
  TS_RESP_CTX_set_signer_cert(context, key.certificate.get());
  TS_RESP_CTX_set_signer_key(context, key.pair.get());
  TS_RESP_CTX_set_signer_digest(context, EVP_sha256());
  TS_RESP_CTX_set_ess_cert_id_digest(context, EVP_sha256());
  TS_RESP_CTX_add_md(context, EVP_sha256());
  ASN1_OBJECT* policy = OBJ_txt2obj("2.25.1", 1);
  TS_RESP_CTX_set_def_policy(context, policy);
  ASN1_OBJECT_free(policy);
  TS_RESP_CTX_set_serial_cb(context, next_serial, nullptr);
  TS_RESP_CTX_set_time_cb(context, given_time, &now);
  const Owned<BIO> in(BIO_new_mem_buf(request.data(), static_cast<int>(request.size())));
  const Response response(TS_RESP_create_response(context, in.get()));
  TS_RESP_CTX_free(context);
  if (!response) openssl_failed("time stamp");
  return der_bytes(response.get(), i2d_TS_RESP);
}

}  // namespace signing
