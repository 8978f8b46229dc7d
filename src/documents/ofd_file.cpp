#include "ofd_file.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "box.h"

namespace documents {
namespace {

constexpr const char* name_space = " xmlns:ofd=\"http://www.ofdspec.org/2016\"";
constexpr const char* prologue = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
/// How far above the baseline a letter's box begins, and how high it is, in sizes.
constexpr double ascent = 0.88, box_height = 1.2;

/// The four fonts that every reader of OFD has, in place of ours: serif, bold serif, sans, bold sans.
constexpr std::array<const char*, 4> fonts = {
    "<ofd:Font ID=\"11\" FontName=\"宋体\" FamilyName=\"SimSun\" Serif=\"true\"/>",
    "<ofd:Font ID=\"12\" FontName=\"宋体\" FamilyName=\"SimSun\" Serif=\"true\" Bold=\"true\"/>",
    "<ofd:Font ID=\"13\" FontName=\"黑体\" FamilyName=\"SimHei\"/>",
    "<ofd:Font ID=\"14\" FontName=\"黑体\" FamilyName=\"SimHei\" Bold=\"true\"/>"};
constexpr int first_font = 11;

/// Millimetres, three digits.
std::string mm(double points) {
  std::array<char, 32> text{};
  const double rounded = std::round(points / points_per_mm * 1000) / 1000;
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), rounded == 0 ? 0.0 : rounded, std::chars_format::fixed);
  return {text.data(), end.ptr};
}

std::string escaped(const std::string& text) {
  std::string all;
  for (const char each : text) switch (each) {
      case '&':
        all += "&amp;";
        break;
      case '<':
        all += "&lt;";
        break;
      case '>':
        all += "&gt;";
        break;
      case '"':
        all += "&quot;";
        break;
      default:
        all += each;
    }
  return all;
}

std::string color_value(Color color) {
  const auto byte = [](double part) { return std::to_string(std::lround(std::clamp(part, 0.0, 1.0) * 255)); };
  return byte(color.red) + " " + byte(color.green) + " " + byte(color.blue);
}

std::string point(Point at) {
  return mm(at.x) + " " + mm(at.y) + " ";
}

std::string outline(const Path& path) {
  std::string text;
  for (const Path::Step& step : path.steps()) switch (step.kind) {
      case Path::Kind::move:
        text += "M " + point(step.a);
        break;
      case Path::Kind::line:
        text += "L " + point(step.a);
        break;
      case Path::Kind::curve:
        text += "B " + point(step.a) + point(step.b) + point(step.c);
        break;
      case Path::Kind::close:
        text += "C ";
        break;
      case Path::Kind::rectangle: {
        const auto [x, y] = step.a;
        const auto [width, height] = step.b;
        text += "M " + point({x, y}) + "L " + point({x + width, y}) + "L " + point({x + width, y + height}) + "L " +
                point({x, y + height}) + "C ";
        break;
      }
    }
  if (!text.empty()) text.pop_back();
  return text;
}

std::size_t letters(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char byte) { return (byte & 0xC0) != 0x80; }));
}

}  // namespace

std::string OfdFile::font(const GlyphSource& source) {
  return std::to_string(first_font + (source.serif() ? 0 : 2) + (source.bold() ? 1 : 0));
}

void OfdFile::text(PangoLayout* layout, PangoLayoutLine* line, Point at, double size, Color color) {
  for (const GlyphRun& run : runs_of(layout, line, at)) {
    std::string words, steps;
    const GlyphRun::Item& first = run.items.front();
    double last = first.at.x;
    for (const GlyphRun::Item& item : run.items) {
      if (item.text.empty()) continue;
      if (!words.empty()) steps += mm(item.at.x - last) + " ";
      last = item.at.x;
      words += item.text;
      for (std::size_t more = 1; more < letters(item.text); ++more) steps += "0 ";
    }
    if (words.empty()) continue;
    if (!steps.empty()) steps.pop_back();
    const double width = run.items.back().at.x + run.items.back().advance - first.at.x;
    content_ += "<ofd:TextObject ID=\"" + next_id() + "\" Boundary=\"" + mm(first.at.x) + " " +
                mm(first.at.y - ascent * size) + " " + mm(std::max(width, size)) + " " + mm(box_height * size) +
                "\" Font=\"" + font(*run.source) + "\" Size=\"" + mm(size) + "\"><ofd:FillColor Value=\"" +
                color_value(color) + "\"/><ofd:TextCode X=\"0\" Y=\"" + mm(ascent * size) + "\"" +
                (steps.empty() ? "" : " DeltaX=\"" + steps + "\"") + ">" + escaped(words) +
                "</ofd:TextCode></ofd:TextObject>";
  }
}

void OfdFile::path(const Path& path, Color color, double width) {
  if (path.empty()) return;
  const bool filled = width <= 0;
  const std::string paint = color_value(color);
  content_ += "<ofd:PathObject ID=\"" + next_id() + "\" Boundary=\"0 0 " + mm(width_) + " " + mm(height_) + "\"" +
              (filled ? " Stroke=\"false\" Fill=\"true\">" : " LineWidth=\"" + mm(width) + "\">") +
              (filled ? "<ofd:FillColor Value=\"" : "<ofd:StrokeColor Value=\"") + paint + "\"/><ofd:AbbreviatedData>" +
              outline(path) + "</ofd:AbbreviatedData></ofd:PathObject>";
}

void OfdFile::fill(const Path& shape, Color color) {
  path(shape, color, 0);
}
void OfdFile::stroke(const Path& shape, Color color, double width) {
  path(shape, color, width);
}

void OfdFile::end_page() {
  pages_.push_back(std::move(content_));
  content_.clear();
}

std::map<std::string, std::string> OfdFile::finish(const OfdProperties& properties) {
  std::map<std::string, std::string> parts;
  const std::string box = "<ofd:PhysicalBox>0 0 " + mm(width_) + " " + mm(height_) + "</ofd:PhysicalBox>";
  std::string list;
  for (std::size_t index = 0; index < pages_.size(); ++index) {
    const std::string name = "Pages/Page_" + std::to_string(index) + "/Content.xml";
    list += "<ofd:Page ID=\"" + std::to_string(index + 1) + "\" BaseLoc=\"" + name + "\"/>";
    parts["Doc_0/" + name] = prologue + std::string("<ofd:Page") + name_space + "><ofd:Area>" + box +
                             "</ofd:Area><ofd:Content><ofd:Layer ID=\"" + next_id() + "\" Type=\"Body\">" +
                             pages_[index] + "</ofd:Layer></ofd:Content></ofd:Page>";
  }
  std::string resources;
  for (const char* each : fonts) resources += each;
  parts["Doc_0/PublicRes.xml"] = prologue + std::string("<ofd:Res") + name_space + " BaseLoc=\"Res\"><ofd:Fonts>" +
                                 resources + "</ofd:Fonts></ofd:Res>";
  parts["Doc_0/Document.xml"] =
      prologue + std::string("<ofd:Document") + name_space + "><ofd:CommonData><ofd:MaxUnitID>" +
      std::to_string(last_id_) + "</ofd:MaxUnitID><ofd:PageArea>" + box +
      "</ofd:PageArea><ofd:PublicRes>PublicRes.xml</ofd:PublicRes></ofd:CommonData><ofd:Pages>" + list +
      "</ofd:Pages></ofd:Document>";
  parts["OFD.xml"] = prologue + std::string("<ofd:OFD") + name_space +
                     " Version=\"1.1\" DocType=\"OFD\"><ofd:DocBody>" + "<ofd:DocInfo><ofd:DocID>" + properties.id +
                     "</ofd:DocID><ofd:Title>" + escaped(properties.title) + "</ofd:Title><ofd:CreationDate>" +
                     properties.day + "</ofd:CreationDate><ofd:Creator>" + escaped(properties.creator) +
                     "</ofd:Creator></ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot>" +
                     "<ofd:Signatures>Doc_0/Signs/Signatures.xml</ofd:Signatures></ofd:DocBody></ofd:OFD>";
  return parts;
}

}  // namespace documents
