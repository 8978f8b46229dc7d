#include "witness/witness.h"

#include <sodium.h>

#include <filesystem>

#include "storage/files.h"

namespace witness {
namespace {

namespace fs = std::filesystem;

base::Error refused(const char* code, std::string zh, std::string en) {
  return {.kind = base::Refusal::rule_not_met, .code = code, .message = {std::move(zh), std::move(en)}};
}

base::Result<tlog::SigningKey> load_or_make_key(const Settings& settings) {
  const std::string file = settings.folder + "/key";
  tlog::Seed seed{};
  if (!fs::exists(file)) {
    randombytes_buf(seed.data(), seed.size());
    tlog::Hash digits{};
    std::copy(seed.begin(), seed.end(), digits.begin());
    storage::write_file(file, tlog::to_hex(digits) + "\n");
  }
  std::string text = storage::read_file(file);
  if (text.ends_with("\n")) text.pop_back();
  const auto read = tlog::parse_hex(text);
  if (!read)
    return refused("witness.key_damaged", "密钥文件 " + file + " 损坏;请从离线副本恢复",
                   "The key file " + file + " is damaged. Restore it from the offline copy.");
  std::copy(read->begin(), read->end(), seed.begin());
  return tlog::make_key(settings.name, tlog::KeyKind::cosignature, seed);
}

}  // namespace

std::string Witness::file_of(const std::string& origin) const {
  return folder_ + "/state/" + tlog::to_hex(tlog::sha256(origin));
}

base::Result<std::unique_ptr<Witness>> Witness::open(const Settings& settings) {
  if (!tlog::is_key_name(settings.name))
    return refused("witness.name_invalid", "见证方名称不能为空,也不能含空格和加号",
                   "The witness's name must not be empty or contain spaces or plus signs.");
  storage::make_folder(settings.folder + "/state");
  fs::permissions(settings.folder, fs::perms::owner_all);
  auto witness = std::make_unique<Witness>();
  witness->folder_ = settings.folder;
  TRY(witness->key_, load_or_make_key(settings));
  if (!fs::is_regular_file(settings.policy))
    return refused("witness.policy_missing", "没有找到信任策略文件 " + settings.policy,
                   "There is no policy file " + settings.policy);
  TRY(const tlog::Policy policy, tlog::parse_policy(storage::read_file(settings.policy)));
  for (const tlog::Policy::Log& log : policy.logs) {
    witness->logs_.push_back(log.key);
    const std::string file = witness->file_of(log.key.name);
    tlog::TreeHead& head = witness->heads_[log.key.name];
    head.root = tlog::empty_root();
    if (!fs::exists(file)) continue;
    const auto kept = tlog::parse_checkpoint_text(storage::read_file(file));
    if (!kept || kept->origin != log.key.name)
      return refused("witness.state_damaged", "状态文件 " + file + " 损坏。忘记见过的检查点就等于允许回退,因此拒绝启动",
                     "The state file " + file +
                         " is damaged. To forget a checkpoint would be to allow a rollback, so "
                         "the witness does not start.");
    head = kept->head;
  }
  return witness;
}

tlog::WitnessAnswer Witness::add_checkpoint(std::string_view request, std::uint64_t at_s) {
  const std::lock_guard guard(mutex_);
  const tlog::WitnessView view{.logs = logs_, .last = [this](const std::string& origin) { return heads_[origin]; }};
  tlog::WitnessAnswer answer = tlog::answer(request, view, key_, at_s);
  if (!answer.now) return answer;
  const auto parsed = tlog::parse_add_checkpoint(request);
  const auto checkpoint = tlog::parse_checkpoint(parsed.value().checkpoint);
  const std::string& origin = checkpoint.value().checkpoint.origin;
  storage::write_file(file_of(origin), tlog::to_text(tlog::Checkpoint{.origin = origin, .head = *answer.now}));
  heads_[origin] = *answer.now;
  return answer;
}

std::map<std::string, tlog::TreeHead> Witness::heads() const {
  const std::lock_guard guard(mutex_);
  return heads_;
}

void mount(http::Router& router, Witness& witness) {
  router.add({.method = "POST",
              .path = "/add-checkpoint",
              .id = "add_checkpoint",
              .tag = "witness",
              .summary = {"提交检查点,取得联署", "Submit a checkpoint and get it cosigned"},
              .need = {http::Need::Kind::anyone},
              .answer_schema = R"({"type":"string"})",
              .answer_type = "text/plain",
              .body_bytes_max = tlog::request_bytes_max},
             [&witness](const http::Request& request) -> http::Reply {
               const auto at_s = static_cast<std::uint64_t>(request.at.us / base::us_per_second);
               tlog::WitnessAnswer answer = witness.add_checkpoint(request.body, at_s);
               return {.status = answer.status, .body = std::move(answer.body), .content_type = answer.content_type};
             });
  router.add({.method = "GET",
              .path = "/",
              .id = "show_witness",
              .tag = "witness",
              .summary = {"见证方公钥与所见证的日志", "The witness's key and what it has seen"},
              .need = {http::Need::Kind::anyone},
              .answer_schema = R"({"type":"string"})",
              .answer_type = "text/plain"},
             [&witness](const http::Request&) -> http::Reply {
               std::string text = tlog::to_text(witness.key()) + "\n";
               for (const auto& [origin, head] : witness.heads())
                 text += origin + " " + std::to_string(head.size) + " " + tlog::to_base64(head.root) + "\n";
               return {.body = std::move(text), .content_type = "text/plain; charset=utf-8"};
             });
}

}  // namespace witness
