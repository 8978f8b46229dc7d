/// Signed certificates on one core: drawing, signing, sealing, each by itself and together.
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <stdexcept>

#include "bench.h"
#include "documents/documents.h"
#include "kernel/cose/licence.h"
#include "sample.h"
#include "signing/signing.h"
#include "signing/verify.h"

namespace bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double pdf_bar = 100;
constexpr double seconds_each = 3;
constexpr base::Instant now{1'795'620'000'000'000};

/// Runs `work` on this thread for a while; how often a second.
double rate(const std::function<void()>& work) {
  work();  // fonts and keys are read once
  const auto start = Clock::now();
  int count = 0;
  double passed = 0;
  for (; passed < seconds_each; passed = std::chrono::duration<double>(Clock::now() - start).count(), ++count) work();
  return count / passed;
}

template <class T>
T must(base::Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message.en);
  return std::move(result).value();
}

struct Desk {
  std::string folder;
  std::unique_ptr<signing::KeyRing> ring;

  Desk() {
    folder = (std::filesystem::temp_directory_path() / ("bench_certificates." + std::to_string(::getpid()))).string();
    const auto plain = [](std::string_view text) { return std::string(text); };
    ring = must(signing::KeyRing::open_or_make(
        {.folder = folder, .authority = {"演示局", "Demonstration bureau"}, .demonstration = true},
        {.seal = plain, .open = plain}, now));
  }
  ~Desk() { std::filesystem::remove_all(folder); }

  std::string qr() const {
    return cose::to_qr_text(ring->sign({.payload = cose::encode(cose::Licence{
                                            .issuer = "https://licence.example.gov.cn",
                                            .expires_at = {},
                                            .issued_at = now,
                                            .id = "12345678",
                                            .status = {.index = 7, .uri = "https://licence.example.gov.cn/status/0"},
                                            .identifier = "1.2.156.3005.2.11100000MB0327169D001",
                                            .kind = "food_permit",
                                            .name = "食品经营许可证",
                                            .number = "JY24302110000012",
                                            .authority = "演示局",
                                            .demonstration = true,
                                            .fields = {{"name", "天元区满堂香小吃店（个体工商户）"},
                                                       {"place", "湖南省株洲市天元区泰山路街道示范路18号一层101铺"},
                                                       {"items", "热食类食品制售；冷食类食品制售；自制饮品制售"}}})}));
  }
};

}  // namespace

Table certificates() {
  const Desk desk;
  Table table;
  for (const char* name : {"food_permit", "business_licence"}) {
    const auto drawing = must(documents::parse_template(documents::sample::template_text(name), name));
    feel::Context data = documents::sample::data();
    int serial = 0;
    const auto next = [&] {
      // Every certificate is another one: another name, another code.
      feel::Context certificate = data.find("certificate")->as_context();
      certificate.put("name", "天元区第" + std::to_string(++serial) + "号小吃店（个体工商户）");
      certificate.put("qr", desk.qr());
      data.put("certificate", feel::Value(std::move(certificate)));
    };
    std::size_t bytes = 0;
    const signing::PdfWords words{.signer = "演示局", .reason = "演示件", .at = now};
    const double signed_pdf = rate([&] {
      next();
      bytes =
          must(desk.ring->sign_pdf(must(documents::render_pdf(*drawing, data, {.now = now})), words, nullptr)).size();
    });
    const double drawn = rate([&] {
      next();
      must(documents::render_pdf(*drawing, data, {.now = now}));
    });
    table.push_back(
        {"signed PDF on one core, " + std::string(name) + " (" + grouped(static_cast<double>(bytes) / 1000) + " kB)",
         grouped(signed_pdf) + "/s", "100/s; drawing alone " + grouped(drawn) + "/s", signed_pdf >= pdf_bar});
    const std::string picture = documents::seal_picture({"演示局", "演示件"}, 46, 18);
    const double sealed = rate([&] {
      next();
      desk.ring->seal_ofd(must(documents::render_ofd(*drawing, data, {.now = now}, std::string(32, 'a'))),
                          {.x = 200, .y = 150, .width = 46, .height = 18, .picture = picture, .at = now});
    });
    table.push_back({"sealed OFD on one core, " + std::string(name), grouped(sealed) + "/s", "", true});
  }
  signing::Trust trust{.authority = {"演示局", "Demonstration bureau"}, .demonstration = true, .made_at = now};
  trust.keys = desk.ring->keys();
  const std::string text = desk.qr();
  const double checked = rate([&] {
    if (!signing::verify_licence(text, trust, now).accepted()) throw std::runtime_error("a licence is refused");
  });
  table.push_back({"QR codes signed on one core", grouped(rate([&] { desk.qr(); })) + "/s", "", true});
  table.push_back({"QR codes checked on one core", grouped(checked) + "/s", "", true});
  return table;
}

}  // namespace bench
