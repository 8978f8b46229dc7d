#include "account_routes.h"

#include "documents/documents.h"
#include "http/api.h"

namespace access_control {
namespace {

constexpr std::string_view tag = "access";
constexpr int disclosures_per_page = 50;

struct SecondFactorView {
  bool on = false;
  std::int64_t recovery_codes_left = 0;
};
BOOST_DESCRIBE_STRUCT(SecondFactorView, (), (on, recovery_codes_left))

struct OwnAccount {
  std::string account;
  std::string name;
  std::string citizen_id_masked;
  std::string phone_masked;
  SecondFactorView second_factor;
};
BOOST_DESCRIBE_STRUCT(OwnAccount, (), (account, name, citizen_id_masked, phone_masked, second_factor))

struct SessionView {
  base::Id session;
  std::string device;
  std::string address;
  base::Instant created_at;
  base::Instant seen_at;
  bool current = false;
};
BOOST_DESCRIBE_STRUCT(SessionView, (), (session, device, address, created_at, seen_at, current))

struct PasswordChange {
  std::string old;
  std::string password;
};
BOOST_DESCRIBE_STRUCT(PasswordChange, (), (old, password))

struct NewSecondFactor {
  std::string secret;
  std::string uri;
  std::string qr_svg;
};
BOOST_DESCRIBE_STRUCT(NewSecondFactor, (), (secret, uri, qr_svg))

struct Code {
  std::string code;
};
BOOST_DESCRIBE_STRUCT(Code, (), (code))

struct RecoveryCodes {
  std::vector<std::string> recovery_codes;
};
BOOST_DESCRIBE_STRUCT(RecoveryCodes, (), (recovery_codes))

struct Password {
  std::string password;
};
BOOST_DESCRIBE_STRUCT(Password, (), (password))

struct DisclosureView {
  base::Id disclosure;
  base::Instant at;
  std::string reader;
  base::Text office;
  std::string record_kind;
  base::Id record;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(DisclosureView, (), (disclosure, at, reader, office, record_kind, record, reason))

/// A write whose body or answer holds a secret: nothing of it is remembered under an Idempotency-Key, and each can be
/// sent again without harm.
template <class Body, class Answer, class Work>
void secret_command(http::Router& router, http::Operation operation, Work work) {
  if constexpr (!std::is_same_v<Body, http::Nothing>) operation.body_schema = http::schema_text<Body>();
  operation.answer_schema = http::schema_text<Answer>();
  operation.tag = tag;
  operation.need = {http::Need::Kind::signed_in};
  operation.secret_body = true;
  router.add(std::move(operation), [work](const http::Request& request) -> http::Reply {
    Body body{};
    if constexpr (!std::is_same_v<Body, http::Nothing>) {
      auto parsed = http::read<Body>(request.body, request.language);
      if (!parsed) return http::problem(parsed.error(), request);
      body = std::move(parsed).value();
    }
    base::Result<Answer> answer = work(request, body);
    if (!answer) return http::problem(answer.error(), request);
    http::Reply reply{.body = http::write(answer.value(), request.language)};
    reply.headers.emplace_back("Cache-Control", "no-store");
    return reply;
  });
}

void mount_password(http::Router& router, Access& access) {
  secret_command<PasswordChange, http::Nothing>(
      router,
      {.method = "PUT",
       .path = "/api/v1/people/me/password",
       .id = "change_own_password",
       .summary = {"修改自己的密码", "Change one's own password"},
       .errors = {"access.password_wrong", "access.password_weak", "access.sign_in_throttled"}},
      [&access](const http::Request& request, const PasswordChange& body) -> base::Result<http::Nothing> {
        TRY(std::ignore, access.change_password(request.caller, body.old, body.password, request.at));
        return http::Nothing{};
      });
}

void mount_second_factor(http::Router& router, Access& access) {
  secret_command<http::Nothing, NewSecondFactor>(
      router,
      {.method = "POST",
       .path = "/api/v1/people/me/second-factor",
       .id = "begin_second_factor",
       .summary = {"开始设置两步验证", "Begin to set up the second step of signing in"},
       .errors = {"access.second_factor_on"}},
      [&access](const http::Request& request, const http::Nothing&) -> base::Result<NewSecondFactor> {
        TRY(const Access::SecondFactor made, access.begin_second_factor(request.caller));
        TRY(std::string svg, documents::qr_svg(made.uri));
        return NewSecondFactor{.secret = made.secret, .uri = made.uri, .qr_svg = std::move(svg)};
      });
  secret_command<Code, RecoveryCodes>(
      router,
      {.method = "POST",
       .path = "/api/v1/people/me/second-factor/confirmation",
       .id = "confirm_second_factor",
       .summary = {"输入验证码,开启两步验证", "Enter a code to switch the second step on"},
       .errors = {"access.code_wrong", "access.second_factor_not_begun", "access.sign_in_throttled"}},
      [&access](const http::Request& request, const Code& body) -> base::Result<RecoveryCodes> {
        TRY(std::vector<std::string> codes, access.confirm_second_factor(request.caller, body.code, request.at));
        return RecoveryCodes{std::move(codes)};
      });
  secret_command<Password, http::Nothing>(
      router,
      {.method = "POST",
       .path = "/api/v1/people/me/second-factor/removal",
       .id = "drop_second_factor",
       .summary = {"关闭两步验证", "Switch the second step off"},
       .errors = {"access.password_wrong", "access.sign_in_throttled"}},
      [&access](const http::Request& request, const Password& body) -> base::Result<http::Nothing> {
        TRY(std::ignore, access.drop_second_factor(request.caller, body.password, request.at));
        return http::Nothing{};
      });
}

void mount_own_sessions(http::Router& router, Access& access) {
  http::query<http::Page<SessionView>>(
      router, access.store(),
      {.path = "/api/v1/people/me/sessions",
       .id = "list_own_sessions",
       .tag = std::string(tag),
       .summary = {"自己在哪些设备上登录着", "Where one is signed in"},
       .need = {http::Need::Kind::signed_in}},
      [](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<http::Page<SessionView>> {
        http::Page<SessionView> page;
        for (const OwnSession& each : sessions_of(snapshot, request.caller.person, request.at))
          page.items.push_back(
              {each.id, each.device, each.remote, each.created_at, each.seen_at, each.id == request.caller.session});
        page.total = static_cast<std::int64_t>(page.items.size());
        return page;
      });
  http::command<http::Nothing, http::Nothing>(router, access.store(),
                                              {.method = "DELETE",
                                               .path = "/api/v1/people/me/sessions/{session}",
                                               .id = "end_own_session",
                                               .tag = std::string(tag),
                                               .summary = {"让一处登录失效", "End one of one's own sessions"},
                                               .need = {http::Need::Kind::signed_in},
                                               .errors = {"access.session_unknown"}},
                                              [](storage::Transaction& transaction, const http::Request& request,
                                                 const http::Nothing&) -> base::Result<http::Nothing> {
                                                TRY(const base::Id session, request.id("session"));
                                                TRY(std::ignore,
                                                    end_session(transaction, request.caller.person, session));
                                                return http::Nothing{};
                                              });
}

}  // namespace

void mount_account(http::Router& router, Access& access) {
  http::query<OwnAccount>(router, access.store(),
                          {.path = "/api/v1/people/me",
                           .id = "find_own_account",
                           .tag = std::string(tag),
                           .summary = {"自己的账号", "One's own account"},
                           .need = {http::Need::Kind::signed_in}},
                          [](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<OwnAccount> {
                            const auto person = find_person(snapshot, request.caller.person);
                            CHECK(person.has_value());
                            const SecondFactorState state = second_factor_of(snapshot, person->id);
                            return OwnAccount{.account = person->account,
                                              .name = person->name,
                                              .citizen_id_masked = person->citizen_id_masked,
                                              .phone_masked = person->phone_masked,
                                              .second_factor = {state.on, state.recovery_codes_left}};
                          });
  mount_password(router, access);
  mount_second_factor(router, access);
  mount_own_sessions(router, access);
  http::query<http::Page<DisclosureView>>(
      router, access.store(),
      {.path = "/api/v1/people/me/disclosures",
       .id = "list_own_disclosures",
       .tag = std::string(tag),
       .summary = {"谁查看过自己的完整号码、为什么", "Who has read one's full numbers, and why"},
       .need = {http::Need::Kind::signed_in},
       .query = {"cursor"}},
      [](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<http::Page<DisclosureView>> {
        http::Page<DisclosureView> page;
        const base::Id before = base::parse_id(request.query_value("cursor")).value_or(base::Id{});
        for (const DisclosureRecord& each :
             disclosures_of(snapshot, request.caller.person, before, disclosures_per_page + 1)) {
          if (page.items.size() == disclosures_per_page) {
            page.next = base::to_text(page.items.back().disclosure);
            break;
          }
          page.items.push_back({each.disclosure.id, each.disclosure.at, each.reader_name, each.reader_office,
                                each.disclosure.record_kind, each.disclosure.record, each.disclosure.reason});
        }
        page.total = static_cast<std::int64_t>(page.items.size());
        return page;
      });
}

}  // namespace access_control
