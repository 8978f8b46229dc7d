#include "chain.h"

#include <charconv>

#include "live.h"
#include "storage/files.h"

namespace evidence {
namespace {

std::filesystem::path chain_file(const Live& live) {
  return live.folder / "chain";
}

/// The line up to the next end of line, which is taken off `text`.
std::optional<std::string_view> take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

std::optional<std::int64_t> take_number(std::string_view& text) {
  const auto line = take_line(text);
  std::int64_t value = 0;
  if (!line || line->empty()) return std::nullopt;
  const auto [end, fault] = std::from_chars(line->data(), line->data() + line->size(), value);
  if (fault != std::errc() || end != line->data() + line->size()) return std::nullopt;
  return value;
}

}  // namespace

std::string chain_hash(const std::string& before, std::string_view log, const StoredCheckpoint& checkpoint) {
  return tlog::to_hex(tlog::leaf_hash(before + "\n" + std::string(log) + "\n" + std::to_string(checkpoint.size) + "\n" +
                                      std::to_string(checkpoint.at.us) + "\n" + checkpoint.note));
}

std::string to_text(const StoredCheckpoint& link) {
  return std::to_string(link.size) + "\n" + std::to_string(link.at.us) + "\n" + link.chain + "\n" + link.note;
}

std::optional<StoredCheckpoint> parse_link(const std::string& text) {
  std::string_view rest = text;
  const auto size = take_number(rest);
  const auto at = take_number(rest);
  const auto chain = take_line(rest);
  if (!size || !at || !chain || !tlog::parse_hex(*chain)) return std::nullopt;
  return StoredCheckpoint{.size = *size, .note = std::string(rest), .at = {*at}, .chain = std::string(*chain)};
}

void load_link(Live& live) {
  live.link.reset();
  if (std::filesystem::exists(chain_file(live))) live.link = parse_link(storage::read_file(chain_file(live)));
  live.is_link_stored = false;
}

void store_link(storage::Store& store, Live& live) {
  if (!live.link || live.is_link_stored) return;
  const auto is_there = [&](storage::Snapshot& snapshot) {
    return has_checkpoint(snapshot, live.row.name, live.link->size);
  };
  if (!store.read_value(is_there))
    store.write([&](storage::Transaction& transaction) {
      save_checkpoint(transaction, live.row.name, *live.link);
      return true;
    });
  live.is_link_stored = true;
}

void add_link(storage::Store& store, Live& live, StoredCheckpoint checkpoint) {
  store_link(store, live);
  if (live.link && live.link->size == checkpoint.size) return;
  checkpoint.chain = chain_hash(live.link ? live.link->chain : std::string(), live.row.name, checkpoint);
  storage::make_folder(live.folder);
  storage::write_file(chain_file(live), to_text(checkpoint));
  live.link = std::move(checkpoint);
  live.is_link_stored = false;
}

}  // namespace evidence
