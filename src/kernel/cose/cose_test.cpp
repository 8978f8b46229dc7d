#include "kernel/cose/cose.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kernel/cose/base45.h"
#include "kernel/cose/cbor.h"
#include "kernel/cose/licence.h"
#include "kernel/cose/status_list.h"

namespace cose {
namespace {

std::string hex(std::string_view bytes) {
  constexpr const char* digits = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    text += digits[static_cast<unsigned char>(byte) >> 4];
    text += digits[static_cast<unsigned char>(byte) & 15];
  }
  return text;
}

std::string bytes(std::string_view text) {
  std::string all;
  for (std::size_t index = 0; index + 1 < text.size(); index += 2)
    all += static_cast<char>(std::stoi(std::string(text.substr(index, 2)), nullptr, 16));
  return all;
}

template <class T>
std::string code(const base::Result<T>& result) {
  return result ? "accepted" : result.error().code;
}

TEST(base45, gives_the_examples_of_the_standard) {  // [RFC9285]
  EXPECT_EQ(to_base45("AB"), "BB8");
  EXPECT_EQ(to_base45("Hello!!"), "%69 VD92EX0");
  EXPECT_EQ(to_base45("base-45"), "UJCLQE7W581");
  EXPECT_EQ(from_base45("QED8WEX0").value(), "ietf!");
  EXPECT_EQ(to_base45(""), "");
}

TEST(base45, refuses_all_but_the_one_text_of_some_bytes) {
  EXPECT_EQ(code(from_base45("BB8A")), "cose.base45_length");
  EXPECT_EQ(code(from_base45("bb8")), "cose.base45_character");
  EXPECT_EQ(code(from_base45(":::")), "cose.base45_value");
  EXPECT_EQ(code(from_base45("::")), "cose.base45_value");
  EXPECT_EQ(code(from_base45("GGW")), "cose.base45_value");  // 65,536
  EXPECT_EQ(from_base45("FGW").value(), "\xFF\xFF");
  EXPECT_EQ(from_base45("BB8U6").error().message.zh.substr(0, 4), "第4");
}

TEST(base32, gives_the_examples_of_the_standard_without_padding) {  // [RFC4648]
  EXPECT_EQ(to_base32("foobar"), "MZXW6YTBOI");
  EXPECT_EQ(to_base32("fooba"), "MZXW6YTB");
  EXPECT_EQ(from_base32("MZXW6YQ").value(), "foob");
  EXPECT_EQ(code(from_base32("MZXW6YR")), "cose.base32_invalid");  // bits left over
  EXPECT_EQ(code(from_base32("MZX")), "cose.base32_invalid");
  EXPECT_EQ(code(from_base32("mzxw6yq")), "cose.base32_invalid");
}

TEST(cbor, gives_the_examples_of_the_standard) {  // [RFC8949] appendix A
  EXPECT_EQ(hex(cbor::encode(23)), "17");
  EXPECT_EQ(hex(cbor::encode(24)), "1818");
  EXPECT_EQ(hex(cbor::encode(1000)), "1903e8");
  EXPECT_EQ(hex(cbor::encode(std::int64_t{1'000'000'000'000})), "1b000000e8d4a51000");
  EXPECT_EQ(hex(cbor::encode(-1000)), "3903e7");
  EXPECT_EQ(hex(cbor::encode(cbor::Bytes{bytes("01020304")})), "4401020304");
  EXPECT_EQ(hex(cbor::encode("水")), "63e6b0b4");
  EXPECT_EQ(hex(cbor::encode(cbor::Array{1, cbor::Array{2, 3}, cbor::Array{4, 5}})), "8301820203820405");
  EXPECT_EQ(hex(cbor::encode(cbor::Map{{"b", cbor::Array{2, 3}}, {"a", 1}})), "a26161016162820203");
  EXPECT_EQ(hex(cbor::encode(cbor::Value::tagged(1, 1363896240))), "c11a514b67b0");
  EXPECT_EQ(hex(cbor::encode(cbor::Array{true, false, cbor::Value()})), "83f5f4f6");
}

TEST(cbor, reads_what_it_writes) {
  const std::string text = cbor::encode(
      cbor::Map{{-7, "a"},
                {std::int64_t{65535}, cbor::Map{{"k", cbor::Value::tagged(18, cbor::Array{cbor::Bytes{""}})}}},
                {"t", true}});
  EXPECT_EQ(hex(cbor::encode(cbor::decode(text).value())), hex(text));
}

TEST(cbor, refuses_what_a_strict_reader_must) {  // [RFC8949-5.2]
  const std::pair<const char*, const char*> cases[] = {
      {"", "cbor.truncated"},
      {"18", "cbor.truncated"},
      {"4401", "cbor.truncated"},
      {"9bffffffffffffffff", "cbor.truncated"},
      {"bb7fffffffffffffff", "cbor.truncated"},
      {"0000", "cbor.trailing"},
      {"5f4100ff", "cbor.indefinite"},
      {"9fff", "cbor.indefinite"},
      {"bfff", "cbor.indefinite"},
      {"ff", "cbor.indefinite"},
      {"1817", "cbor.not_shortest"},
      {"190001", "cbor.not_shortest"},
      {"1a0000ffff", "cbor.not_shortest"},
      {"1b00000000ffffffff", "cbor.not_shortest"},
      {"5800", "cbor.not_shortest"},
      {"a201020103", "cbor.key_twice"},
      {"62c328", "cbor.not_utf8"},
      {"1bffffffffffffffff", "cbor.number_too_large"},
      {"3bffffffffffffffff", "cbor.number_too_large"},
      {"f97e00", "cbor.unsupported"},
      {"fb3ff199999999999a", "cbor.unsupported"},
      {"f7", "cbor.unsupported"},
      {"f820", "cbor.unsupported"},
      {"1c", "cbor.unsupported"},
      {"818181818181818181818181818181818180", "cbor.too_deep"},
  };
  for (const auto& [data, expected] : cases) EXPECT_EQ(code(cbor::decode(bytes(data))), expected) << data;
}

Sign1 sample() {
  return {.kid = "12345678", .type = {}, .payload = "content", .signature = std::string(64, 's')};
}

TEST(sign1, signs_the_structure_of_the_standard) {  // [RFC9052-4.4]
  EXPECT_EQ(hex(to_be_signed(sample())),
            "846a5369676e617475726531"
            "4d"
            "a20126"
            "0448"
            "3132333435363738"
            "40"
            "47"
            "636f6e74656e74");
}

TEST(sign1, reads_what_it_writes) {
  Sign1 content = sample();
  content.type = status_list_type;
  const auto read = decode_sign1(encode(content));
  ASSERT_TRUE(read);
  EXPECT_EQ(read.value().kid, content.kid);
  EXPECT_EQ(read.value().type, content.type);
  EXPECT_EQ(read.value().payload, content.payload);
  EXPECT_EQ(to_be_signed(read.value()), to_be_signed(content));
}

std::string sign1(cbor::Value header, cbor::Map open = {}, std::uint64_t tag = 18, std::size_t signature = 64) {
  return cbor::encode(
      cbor::Value::tagged(tag, cbor::Array{cbor::Bytes{cbor::encode(header)}, std::move(open), cbor::Bytes{"content"},
                                           cbor::Bytes{std::string(signature, 's')}}));
}

TEST(sign1, refuses_other_algorithms_and_headers) {
  const cbor::Bytes kid{"12345678"};
  EXPECT_EQ(code(decode_sign1(sign1(cbor::Map{{1, -7}, {4, kid}}))), "accepted");
  EXPECT_EQ(code(decode_sign1(sign1(cbor::Map{{4, kid}}))), "cose.algorithm_refused");
  EXPECT_EQ(code(decode_sign1(sign1(cbor::Map{{1, "none"}, {4, kid}}))), "cose.algorithm_refused");
  EXPECT_EQ(code(decode_sign1(sign1(cbor::Map{{1, 0}, {4, kid}}))), "cose.algorithm_refused");
  EXPECT_EQ(code(decode_sign1(sign1(cbor::Map{{1, 5}, {4, kid}}))), "cose.algorithm_refused");  // HS256
  EXPECT_EQ(code(decode_sign1(sign1(cbor::Map{{1, -7}}))), "cose.kid_missing");
  EXPECT_EQ(code(decode_sign1(sign1(cbor::Map{{1, -7}, {4, cbor::Bytes{"short"}}}))), "cose.kid_missing");
  EXPECT_EQ(code(decode_sign1(sign1(cbor::Map{{1, -7}, {4, kid}, {2, cbor::Array{1}}}))), "cose.header_unknown");
  EXPECT_EQ(code(decode_sign1(sign1(cbor::Map{{1, -7}, {4, kid}, {16, 3}}))), "cose.header_unknown");
  EXPECT_EQ(code(decode_sign1(sign1(cbor::Map{{1, -7}, {4, kid}}, {{4, kid}}))), "cose.header_unsigned");
  EXPECT_EQ(code(decode_sign1(sign1(cbor::Map{{1, -7}, {4, kid}}, {}, 98))), "cose.not_sign1");
  EXPECT_EQ(code(decode_sign1(sign1(cbor::Map{{1, -7}, {4, kid}}, {}, 18, 63))), "cose.signature_length");
  EXPECT_EQ(code(decode_sign1(sign1(cbor::Array{}))), "cose.not_sign1");
}

TEST(text, is_read_in_both_forms) {
  const std::string qr = to_qr_text(sample());
  EXPECT_EQ(qr.substr(0, 4), "LC1:");
  EXPECT_EQ(encode(from_text(qr + "\r\n").value()), encode(sample()));
  const std::string address = to_address(sample(), "https://licence.example.gov.cn");
  EXPECT_EQ(address.find("/V#"), std::string("https://licence.example.gov.cn").size());
  EXPECT_EQ(encode(from_text("  " + address + " \n").value()), encode(sample()));
  EXPECT_EQ(code(from_text("HC1:ABC")), "cose.not_licence_text");
  EXPECT_EQ(code(from_text("")), "cose.not_licence_text");
}

TEST(text, refuses_bombs_and_damage_of_the_compression) {
  const std::string packed = deflate(encode(sample()));
  const auto read = [](const std::string& content) {
    return code(from_text(std::string(licence_prefix) + to_base45(content)));
  };
  EXPECT_EQ(read(packed), "accepted");
  EXPECT_EQ(read(packed + "x"), "cose.compression_broken");
  EXPECT_EQ(read(packed.substr(0, packed.size() - 1)), "cose.compression_broken");
  for (std::size_t index = packed.size() - 4; index < packed.size(); ++index) {
    std::string flipped = packed;
    flipped[index] = static_cast<char>(flipped[index] ^ 1);
    EXPECT_EQ(read(flipped), "cose.compression_broken");
  }
  EXPECT_EQ(read(deflate(std::string(65'537, 'a'))), "cose.inflated_too_long");
  EXPECT_EQ(read(deflate(std::string(10'000'000, 'a'))), "cose.inflated_too_long");
  EXPECT_EQ(inflate(deflate(std::string(65'536, 'a'))).value().size(), 65'536u);
}

Licence licence() {
  return {.issuer = "https://licence.example.gov.cn",
          .expires_at = base::Instant{1'953'734'400'000'000},
          .issued_at = base::Instant{1'795'620'000'000'000},
          .id = "12345678",
          .status = {.index = 12, .uri = "https://licence.example.gov.cn/status/0"},
          .identifier = "1.2.156.3005.2.11100000MB0327169D001.11430211MB0TYD016D.JY24302110000012.001.L",
          .kind = "food_permit",
          .name = "食品经营许可证",
          .number = "JY24302110000012",
          .authority = "株洲市天元区市场监督管理局",
          .demonstration = true,
          .fields = {{"name", "天元区某某小吃店"}, {"place", "株洲市天元区泰山路街道1号"}}};
}

TEST(licence, reads_what_it_writes) {
  const auto read = decode_licence(encode(licence()));
  ASSERT_TRUE(read);
  EXPECT_EQ(encode(read.value()), encode(licence()));
  EXPECT_EQ(read.value().fields, licence().fields);
  EXPECT_EQ(read.value().expires_at, licence().expires_at);
  EXPECT_TRUE(read.value().demonstration);
}

TEST(licence, names_the_claim_at_fault) {
  const cbor::Map good = *cbor::decode(encode(licence())).value().as_map();
  for (std::size_t index = 0; index < good.size(); ++index) {
    cbor::Map changed = good;
    changed[index].second = cbor::Array{};
    const auto read = decode_licence(cbor::encode(std::move(changed)));
    ASSERT_FALSE(read) << index;
    EXPECT_EQ(read.error().code, "cose.claims_invalid");
    EXPECT_THAT(read.error().message.en, testing::HasSubstr(std::to_string(*good[index].first.as_number())));
  }
  EXPECT_EQ(code(decode_licence(cbor::encode("text"))), "cose.claims_invalid");
}

TEST(status_list, keeps_each_licences_state_apart) {
  StatusList list{.uri = "https://licence.example.gov.cn/status/0",
                  .issued_at = base::Instant{1'795'620'000'000'000},
                  .expires_at = base::Instant{1'795'706'400'000'000},
                  .time_to_live_s = 43'200,
                  .bits = {}};
  list.bits.set(0, Status::revoked);
  list.bits.set(1, Status::suspended);
  list.bits.set(2, Status::superseded);
  list.bits.set(3, Status::cancelled);
  list.bits.set(131'071, Status::expired);
  EXPECT_EQ(hex(list.bits.bytes().substr(0, 2)), "21c3");  // the lower half first [TSL-4]
  const auto read = decode_status_list(encode(list));
  ASSERT_TRUE(read);
  EXPECT_EQ(read.value().bits.at(0), Status::revoked);
  EXPECT_EQ(read.value().bits.at(1), Status::suspended);
  EXPECT_EQ(read.value().bits.at(2), Status::superseded);
  EXPECT_EQ(read.value().bits.at(3), Status::cancelled);
  EXPECT_EQ(read.value().bits.at(4), Status::valid);
  EXPECT_EQ(read.value().bits.at(131'071), Status::expired);
  EXPECT_EQ(read.value().bits.at(131'072), std::nullopt);
  EXPECT_EQ(read.value().expires_at, list.expires_at);
  list.bits.set(1, Status::valid);
  EXPECT_EQ(list.bits.at(1), Status::valid);
  EXPECT_EQ(list.bits.at(0), Status::revoked);
}

TEST(status_list, knows_every_state_by_word_and_refuses_other_numbers) {
  for (const char* word : {"valid", "revoked", "suspended", "superseded", "cancelled", "expired"})
    EXPECT_EQ(to_text(parse_status(word).value()), word);
  EXPECT_EQ(parse_status("lost"), std::nullopt);
  EXPECT_EQ(StatusBits::from(std::string(1, '\x07')).at(0), std::nullopt);
}

TEST(status_list, refuses_other_widths) {
  EXPECT_EQ(code(decode_status_list(cbor::encode(cbor::Map{
                {2, "u"}, {6, 1}, {4, 2}, {65533, cbor::Map{{"bits", 1}, {"lst", cbor::Bytes{deflate("a")}}}}}))),
            "cose.status_bits");
  EXPECT_EQ(code(decode_status_list(cbor::encode(cbor::Map{{2, "u"}, {6, 1}, {4, 2}}))), "cose.claims_invalid");
}

}  // namespace
}  // namespace cose
