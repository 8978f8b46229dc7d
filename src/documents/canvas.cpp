#include "canvas.h"

#include <cmath>

namespace documents {

Affine Affine::after(const Affine& inner) const {
  return {.xx = xx * inner.xx + xy * inner.yx,
          .xy = xx * inner.xy + xy * inner.yy,
          .x0 = xx * inner.x0 + xy * inner.y0 + x0,
          .yx = yx * inner.xx + yy * inner.yx,
          .yy = yx * inner.xy + yy * inner.yy,
          .y0 = yx * inner.x0 + yy * inner.y0 + y0};
}

Affine Affine::turn(double radians) {
  const double sine = std::sin(radians), cosine = std::cos(radians);
  return {.xx = cosine, .xy = -sine, .yx = sine, .yy = cosine};
}

Path Path::moved(const Affine& by) const {
  Path all;
  for (const Step& step : steps_) switch (step.kind) {
      case Kind::move:
        all.move(by(step.a));
        break;
      case Kind::line:
        all.line(by(step.a));
        break;
      case Kind::curve:
        all.curve(by(step.a), by(step.b), by(step.c));
        break;
      case Kind::close:
        all.close();
        break;
      case Kind::rectangle: {
        const auto [x, y] = step.a;
        const auto [width, height] = step.b;
        all.move(by({x, y}));
        all.line(by({x + width, y}));
        all.line(by({x + width, y + height}));
        all.line(by({x, y + height}));
        all.close();
        break;
      }
    }
  return all;
}

}  // namespace documents
