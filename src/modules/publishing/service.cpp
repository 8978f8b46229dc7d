#include <algorithm>
#include <array>

#include "catalogue/models.h"
#include "kernel/base/refusals.h"
#include "kernel/base/unicode.h"
#include "modules/evidence/evidence.h"
#include "modules/publishing/publishing.h"
#include "store.h"

namespace publishing {
namespace {

constexpr const char* stream_kind = "model_draft";
constexpr std::array standing_states = {State::approved};

base::Error draft_unknown() {
  return base::not_found("publishing.draft_unknown", {"没有这份修改稿", "There is no such draft."});
}

std::string print_of(const std::string& path, const std::string& text) {
  return catalogue::fingerprint({{path, text}});
}

/// What an event remembers: which files the draft held and which text of each, and who said what.
std::string data_of(const Draft& draft) {
  feel::Context files;
  for (const auto& [path, text] : draft.files) files.put(path, storage::sha256_hex(text));
  feel::Context data{{"service", draft.service}, {"files", feel::Value(std::move(files))}};
  if (!draft.reason.empty()) data.put("reason", draft.reason);
  if (draft.applies_from) data.put("applies_from", calendar::to_text(*draft.applies_from));
  if (!draft.remark.empty()) data.put("remark", draft.remark);
  if (draft.number > 0) {
    data.put("number", feel::Value(draft.number));
    data.put("version", draft.version);
  }
  return feel::to_json(feel::Value(std::move(data)));
}

/// Appends the event and takes its sequence as the new edition. What was decided stands in the public log as well.
void append(storage::Transaction& transaction, Draft& draft, std::string_view type, const casework::Moment& moment,
            bool is_public) {
  const storage::Stream stream{stream_kind, draft.id};
  const storage::NewEvent event{.type = type, .at = moment.now, .actor = moment.actor.person, .data = data_of(draft)};
  if (!is_public) {
    draft.edition = transaction.append(stream, draft.edition, event, draft.division);
    return;
  }
  std::vector<evidence::Field> open = {{"service", draft.service}};
  if (draft.applies_from) open.push_back({"applies_from", calendar::to_text(*draft.applies_from)});
  if (draft.number > 0) {
    open.push_back({"number", std::to_string(draft.number)});
    open.push_back({"version", draft.version});
  }
  draft.edition = evidence::append(transaction, stream, draft.edition, event, draft.division, std::move(open));
}

/// Whether a draft of this folder may hold the file: a shared folder keeps the files it has.
bool is_offered(const catalogue::Catalogue& catalogue, const std::string& folder, const std::string& file) {
  const auto models = catalogue::find_models(catalogue, folder);
  if (!models || !kind_of(file)) return false;
  if (!models.value().service) return models.value().files->contains(file);
  return kind_of(file) != ModelKind::decision || file == "decision.dmn";
}

void add_author(Draft& draft, base::Id person) {
  if (!has_written(draft, person)) draft.authors.push_back(person);
}

void lose_proposal(Draft& draft) {
  draft.state = State::drafted;
  draft.proposed_by = {};
  draft.proposed_at = {};
}

void lay_over(Files& files, const Files& changes) {
  for (const auto& [path, text] : changes) files[path] = text;
}

void decided(Draft& draft, const std::string& remark, const casework::Moment& moment) {
  draft.decided_by = moment.actor.person;
  draft.decided_at = moment.now;
  draft.remark = base::tidy(remark);
}

}  // namespace

base::Result<Draft> Publishing::load(storage::Snapshot& snapshot, base::Id id, const casework::Moment& moment) const {
  std::optional<Draft> draft = find_stored(snapshot, id);
  if (!draft || !access_control::covers(moment.actor.scope, {.person = {}, .division = draft->division, .office = {}}))
    return draft_unknown();
  return std::move(*draft);
}

base::Result<Draft> Publishing::load_edition(storage::Snapshot& snapshot, base::Id id, std::int64_t edition,
                                             const casework::Moment& moment) const {
  TRY(Draft draft, load(snapshot, id, moment));
  if (draft.edition == edition) return draft;
  return base::Error{.kind = base::Refusal::stale,
                     .code = "publishing.stale",
                     .message = {"这份修改稿在您打开之后有变动，请重新载入后再操作",
                                 "The draft has changed since you opened it; load it again first."}};
}

base::Result<Files> Publishing::files_below(storage::Snapshot& snapshot, const std::string& service,
                                            std::int64_t number) const {
  TRY(const catalogue::Models delivered, catalogue::delivered_models(catalogue(), service));
  Files files = *delivered.files;
  std::vector<Draft> versions = drafts_in(snapshot, service, standing_states);
  std::sort(versions.begin(), versions.end(), [](const Draft& a, const Draft& b) { return a.number < b.number; });
  for (const Draft& version : versions)
    if (version.number < number) lay_over(files, version.files);
  return files;
}

base::Result<Files> Publishing::head(storage::Snapshot& snapshot, const std::string& service) const {
  return files_below(snapshot, service, INT64_MAX);
}

base::Result<Files> Publishing::before_version(storage::Snapshot& snapshot, const Draft& version) const {
  return files_below(snapshot, version.service, version.number);
}

std::vector<std::string> Publishing::overtaken(const Draft& draft, const Files& head) const {
  std::vector<std::string> files;
  for (const auto& [path, base] : draft.bases) {
    const auto found = head.find(path);
    if (base != (found == head.end() ? "" : print_of(path, found->second))) files.push_back(path);
  }
  return files;
}

std::vector<std::string> Publishing::delivered_anew(storage::Snapshot& snapshot, const std::string& service) const {
  const auto delivered = catalogue::delivered_models(catalogue(), service);
  if (!delivered) return {};
  std::map<std::string, std::pair<std::int64_t, std::string>, std::less<>> first;  // by path
  for (const Draft& version : drafts_in(snapshot, service, standing_states))
    for (const auto& [path, base] : version.bases)
      if (auto& at = first[path]; at.first == 0 || version.number < at.first) at = {version.number, base};
  std::vector<std::string> files;
  for (const auto& [path, base] : first) {
    const auto text = delivered.value().files->find(path);
    if (base.second != (text == delivered.value().files->end() ? "" : print_of(path, text->second)))
      files.push_back(path);
  }
  return files;
}

base::Result<void> Publishing::put_file(const Files& head, Draft& draft, const Edit& edit) const {
  if (!is_offered(catalogue(), draft.service, edit.file))
    return base::invalid_at(
        "/file", "publishing.file_unknown",
        {"只能修改决策、流程和表单：decision.dmn、process.bpmn、form.json、tasks/名称.form.json；共用规则只有 "
         "limits.dmn 和 "
         "requirements.dmn",
         "Only models can be changed: decision.dmn, process.bpmn, form.json, tasks/NAME.form.json; of the shared rules "
         "limits.dmn and requirements.dmn."});
  if (!edit.text) {
    draft.files.erase(edit.file);
    draft.bases.erase(edit.file);
    return base::done();
  }
  if (edit.text->empty() || edit.text->size() > file_bytes_max)
    return base::invalid_at("/text", "publishing.text_unfit",
                            {"模型文本不能为空，且不超过2MB", "The model must not be empty, nor larger than 2 MB."});
  if (edit.takes_over || !draft.files.contains(edit.file)) {
    const auto found = head.find(edit.file);
    draft.bases[edit.file] = found == head.end() ? "" : print_of(edit.file, found->second);
  }
  draft.files[edit.file] = *edit.text;
  return base::done();
}

base::Result<Draft> Publishing::begin(storage::Transaction& transaction, const Beginning& beginning,
                                      const casework::Moment& moment) const {
  TRY(const Files files, head(transaction, beginning.service));
  Draft draft{.id = beginning.id, .division = catalogue().bureau.division, .service = beginning.service};
  if (!access_control::covers(moment.actor.scope, {.person = {}, .division = draft.division, .office = {}}))
    return draft_unknown();
  TRY(std::ignore, put_file(files, draft, {.draft = {}, .edition = 0, .file = beginning.file, .text = beginning.text}));
  draft.begun_by = draft.edited_by = moment.actor.person;
  draft.begun_at = draft.edited_at = moment.now;
  add_author(draft, moment.actor.person);
  append(transaction, draft, "publishing.begun", moment, false);
  insert_draft(transaction, draft);
  return draft;
}

base::Result<Draft> Publishing::edit(storage::Transaction& transaction, const Edit& edit,
                                     const casework::Moment& moment) const {
  TRY(Draft draft, load_edition(transaction, edit.draft, edit.edition, moment));
  TRY(std::ignore, check_edit(draft));
  TRY(const Files files, head(transaction, draft.service));
  TRY(std::ignore, put_file(files, draft, edit));
  lose_proposal(draft);
  draft.edited_by = moment.actor.person;
  draft.edited_at = moment.now;
  add_author(draft, moment.actor.person);
  append(transaction, draft, "publishing.edited", moment, false);
  update_draft(transaction, draft);
  return draft;
}

base::Result<void> Publishing::check_publishable(storage::Snapshot& snapshot, const Draft& draft,
                                                 calendar::Date applies_from) const {
  TRY(const Files files, head(snapshot, draft.service));
  base::Error error{.kind = base::Refusal::conflict,
                    .code = "publishing.overtaken",
                    .message = {"修改稿所依据的文本已被另一版本改动，请比较后采用现行文本再改",
                                "Another version has changed what the draft was made from; compare and take it over."}};
  for (const std::string& path : overtaken(draft, files)) error.places.push_back({path, error.code, error.message});
  if (!error.places.empty()) return error;
  if (std::all_of(draft.files.begin(), draft.files.end(), [&](const auto& file) {
        const auto found = files.find(file.first);
        return found != files.end() && found->second == file.second;
      }))
    return base::Error{.kind = base::Refusal::rule_not_met,
                       .code = "publishing.empty",
                       .message = {"修改稿与现行文本相同，没有可送审的改动",
                                   "The draft says the same as what is in force; there is nothing to propose."}};
  for (const Draft& other : drafts_in(snapshot, draft.service, standing_states))
    if (other.applies_from && *other.applies_from > applies_from) {
      const std::string day = calendar::to_text(*other.applies_from);
      return base::invalid_at("/applies_from", "publishing.day_before_other",
                              {"已批准的版本自" + day + "起施行，本稿不能更早",
                               "A version is approved that applies from " + day + "; this one can not apply earlier."});
    }
  TRY(const std::vector<Finding> findings, check(snapshot, draft, std::nullopt));
  base::Error refused{.kind = base::Refusal::rule_not_met,
                      .code = "publishing.check_failed",
                      .message = {"检查未通过，请先改正所列问题", "The check found faults; mend them first."}};
  for (const Finding& finding : findings)
    if (finding.fatal)
      refused.places.push_back(
          {finding.file + (finding.element.empty() ? "" : "#" + finding.element), finding.code, finding.message});
  if (!refused.places.empty()) return refused;
  return base::done();
}

base::Result<Draft> Publishing::propose(storage::Transaction& transaction, base::Id id, std::int64_t edition,
                                        const Proposal& proposal, const casework::Moment& moment) const {
  TRY(Draft draft, load_edition(transaction, id, edition, moment));
  TRY(std::ignore, check_proposal(draft, proposal, moment.today()));
  TRY(std::ignore, check_publishable(transaction, draft, proposal.applies_from));
  draft.state = State::proposed;
  draft.reason = base::tidy(proposal.reason);
  draft.applies_from = proposal.applies_from;
  draft.proposed_by = moment.actor.person;
  draft.proposed_at = moment.now;
  draft.remark.clear();
  add_author(draft, moment.actor.person);
  append(transaction, draft, "publishing.proposed", moment, true);
  update_draft(transaction, draft);
  return draft;
}

base::Result<Draft> Publishing::take_back(storage::Transaction& transaction, base::Id id,
                                          const casework::Moment& moment) const {
  TRY(Draft draft, load(transaction, id, moment));
  if (draft.state != State::proposed)
    return base::conflict("publishing.not_proposed", {"这份修改稿没有送审", "The draft is not proposed."});
  lose_proposal(draft);
  append(transaction, draft, "publishing.taken_back", moment, true);
  update_draft(transaction, draft);
  return draft;
}

base::Result<Draft> Publishing::drop(storage::Transaction& transaction, base::Id id,
                                     const casework::Moment& moment) const {
  TRY(Draft draft, load(transaction, id, moment));
  if (draft.state != State::drafted)
    return base::conflict("publishing.not_drafted",
                          {"只有编写中的修改稿才能放弃", "Only a draft that is being written can be dropped."});
  draft.state = State::dropped;
  append(transaction, draft, "publishing.dropped", moment, false);
  update_draft(transaction, draft);
  return draft;
}

base::Result<Draft> Publishing::decide(storage::Transaction& transaction, const Decision& decision,
                                       const casework::Moment& moment) const {
  TRY(Draft draft, load_edition(transaction, decision.draft, decision.edition, moment));
  TRY(std::ignore, check_decision(draft, moment.actor.person, decision.approves, decision.remark));
  decided(draft, decision.remark, moment);
  if (!decision.approves) {
    lose_proposal(draft);
    append(transaction, draft, "publishing.sent_back", moment, true);
    update_draft(transaction, draft);
    return draft;
  }
  CHECK(draft.applies_from);  // check_decision: it is proposed
  if (*draft.applies_from < moment.today())
    return base::invalid_at("/applies_from", "publishing.day_past",
                            {"施行日期已过，请退回后另定日期", "Its day has gone by; send it back to name another."});
  // Held until the commit: versions of one service are approved one after the other, each against the one before.
  draft.number = transaction.next_number("publishing/" + draft.service);
  TRY(std::ignore, check_publishable(transaction, draft, *draft.applies_from));
  TRY(Files files, head(transaction, draft.service));
  lay_over(files, draft.files);
  draft.version = catalogue::fingerprint(files);
  draft.state = State::approved;
  if (*draft.applies_from <= moment.today()) {
    TRY(std::ignore, catalogue::read_changed(catalogue(), draft.service, files));
    engine_.deploy(transaction, draft.service, draft.version, files, moment.now);
  }
  append(transaction, draft, "publishing.approved", moment, true);
  update_draft(transaction, draft);
  return draft;
}

base::Result<Draft> Publishing::revoke(storage::Transaction& transaction, base::Id id, const std::string& reason,
                                       const casework::Moment& moment) const {
  TRY(Draft draft, load(transaction, id, moment));
  TRY(std::ignore, check_revocation(draft, reason, moment.today()));
  for (const Draft& other : drafts_in(transaction, draft.service, standing_states))
    if (other.number > draft.number)
      return base::conflict("publishing.built_upon", {"后面还有已批准的版本，请先撤销它",
                                                      "A later version stands upon this one; revoke that one first."});
  draft.state = State::revoked;
  decided(draft, reason, moment);
  append(transaction, draft, "publishing.revoked", moment, true);
  update_draft(transaction, draft);
  return draft;
}

Renewed Publishing::bring_in(storage::Store& store, const std::string& service, std::int64_t number,
                             base::Instant now) const {
  Renewed renewed{.service = service, .number = number, .version = {}};
  const auto versions = store.read_value(
      [&](storage::Snapshot& snapshot) { return approved_until(snapshot, service, calendar::local_date(now)); });
  const auto delivered = catalogue::delivered_models(catalogue(), service);
  Files files = delivered ? *delivered.value().files : Files{};
  for (const Draft& version : versions) lay_over(files, version.files);
  auto read = catalogue::read_changed(catalogue(), service, files);
  if (!read) {
    renewed.refusal = read.error();
    renewed.version = versions.empty() ? "" : versions.back().version;
    renewed.fell_back = fall_back(store, service, renewed.version);
    return renewed;
  }
  renewed.version = read.value().version;
  store.write([&](storage::Transaction& transaction) {
    engine_.deploy(transaction, service, renewed.version, files, now);
    Draft last = versions.back();
    if (last.version != renewed.version) {  // the folder's other files have changed since the approval
      last.version = renewed.version;
      update_draft(transaction, last);
    }
    return true;
  });
  catalogue::put(catalogue(), read.value());
  return renewed;
}

/// The version as it was last in force; returns whether it could be read.
bool Publishing::fall_back(storage::Store& store, const std::string& service, const std::string& version) const {
  const auto old =
      store.read_value([&](storage::Snapshot& snapshot) { return engine_.find_version(snapshot, service, version); });
  if (old) catalogue().services->put(old);
  return old != nullptr;
}

std::vector<Renewed> Publishing::renew(storage::Store& store, base::Instant now) const {
  const calendar::Date today = calendar::local_date(now);
  const auto due = store.read_value([&](storage::Snapshot& snapshot) { return due_numbers(snapshot, today); });
  std::vector<Renewed> renewed;
  const std::scoped_lock lock(mutex_);
  for (const auto& [service, number] : due) {
    std::int64_t& current = in_force_[service];
    if (current == number) continue;
    renewed.push_back(bring_in(store, service, number, now));
    current = number;
  }
  return renewed;
}

}  // namespace publishing
