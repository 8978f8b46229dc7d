#include "qr.h"

#include <qrencode.h>

#include <cmath>

namespace documents {
namespace {

/// What version 40 holds with error correction M.
constexpr std::size_t qr_bytes_max = 2331;

struct Free {
  void operator()(QRcode* code) const { QRcode_free(code); }
};

}  // namespace

base::Result<std::vector<bool>> qr_modules(std::string_view content) {
  if (content.empty())
    return base::Error{.code = "documents.qr_empty", .message = {"二维码没有内容", "The QR code has no content"}};
  if (content.size() > qr_bytes_max)
    return base::Error{.code = "documents.qr_too_long",
                       .message = {"二维码内容超过2331字节", "The QR code's content is longer than 2,331 bytes"}};
  const std::unique_ptr<QRcode, Free> code(QRcode_encodeData(
      static_cast<int>(content.size()), reinterpret_cast<const unsigned char*>(content.data()), 0, QR_ECLEVEL_M));
  CHECK(code);  // the limits are checked above; what is left is lack of memory
  const std::size_t count = static_cast<std::size_t>(code->width) * static_cast<std::size_t>(code->width);
  std::vector<bool> modules(count);
  for (std::size_t index = 0; index < count; ++index) modules[index] = code->data[index] & 1;
  return modules;
}

base::Result<std::string> qr_svg(std::string_view content) {
  TRY(const std::vector<bool> modules, qr_modules(content));
  const int count = static_cast<int>(std::lround(std::sqrt(static_cast<double>(modules.size()))));
  const std::string side = std::to_string(count + 2 * qr_quiet_modules);
  std::string path;
  for (int row = 0; row < count; ++row)
    for (int column = 0; column < count; ++column)
      if (modules[static_cast<std::size_t>(row * count + column)])
        path +=
            "M" + std::to_string(column + qr_quiet_modules) + " " + std::to_string(row + qr_quiet_modules) + "h1v1h-1z";
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + side + " " + side +
         "\" shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h" + side + "v" + side + "H0z\"/><path d=\"" +
         path + "\"/></svg>";
}

}  // namespace documents
