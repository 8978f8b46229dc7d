#include "account_routes.h"
#include "http/api.h"
#include "modules/access/access.h"

namespace access_control {
namespace {

struct SignIn {
  std::string account;
  std::string password;
  std::optional<std::string> code;
};
BOOST_DESCRIBE_STRUCT(SignIn, (), (account, password, code))

struct Me {
  bool signed_in = false;
  std::optional<base::Id> person;
  std::string name;
  bool staff = false;
  std::vector<std::string> roles;
  std::vector<std::string> role_names;
  std::vector<std::string> permissions;
  std::string division;
  std::string office;
  std::string office_name;
  std::string csrf_token;
  bool demonstration = false;
  bool second_factor_missing = false;
  calendar::Date business_day;
};
BOOST_DESCRIBE_STRUCT(Me, (),
                      (signed_in, person, name, staff, roles, role_names, permissions, division, office, office_name,
                       csrf_token, demonstration, second_factor_missing, business_day))

struct Registration {
  std::string name;
  std::string citizen_id;
  std::string phone;
  std::string account;
  std::string password;
};
BOOST_DESCRIBE_STRUCT(Registration, (), (name, citizen_id, phone, account, password))

struct RealName {
  std::string method;
  base::Text label;
  calendar::Date verified_on;
};
BOOST_DESCRIBE_STRUCT(RealName, (), (method, label, verified_on))

struct Registered {
  base::Id person;
  std::string name;
  RealName real_name_check;
};
BOOST_DESCRIBE_STRUCT(Registered, (), (person, name, real_name_check))

struct Colleague {
  std::string account;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(Colleague, (), (account, name))

Me me_of(storage::Store& store, const http::Caller& caller, const http::Request& request,
         const Surroundings& surroundings) {
  Me me{.demonstration = surroundings.demonstration, .business_day = calendar::local_date(request.at)};
  if (!caller.person) return me;
  me.signed_in = true;
  me.person = caller.person;
  me.name = caller.name;
  me.staff = caller.staff;
  me.roles = caller.roles;
  for (const std::string& id : caller.roles)
    if (const Role* role = find_role(id)) me.role_names.push_back(http::words(role->name, request.language));
  me.permissions = caller.permissions;
  me.division = caller.division;
  me.office = caller.office;
  if (caller.staff)
    me.office_name = http::words(
        store.read_value([&](storage::Snapshot& s) { return office_name(s, caller.division, caller.office); }),
        request.language);
  me.csrf_token = caller.csrf_token;
  me.second_factor_missing = caller.second_factor_missing;
  return me;
}

constexpr int session_cookie_s = 24 * 3600;

void mount_sessions(http::Router& router, Access& access, const Surroundings& surroundings) {
  http::Operation sign_in{
      .method = "POST",
      .path = "/api/v1/sessions",
      .id = "sign_in",
      .tag = "access",
      .summary = {"登录", "Sign in"},
      .need = {http::Need::Kind::anyone},
      .body_schema = http::schema_text<SignIn>(),
      .answer_schema = http::schema_text<Me>(),
      .answer_status = 201,
      .errors = {"access.sign_in_refused", "access.sign_in_throttled", "access.code_needed", "access.code_wrong"},
      .body_bytes_max = 4'000};
  router.add(std::move(sign_in), [&access, surroundings](const http::Request& request) -> http::Reply {
    const auto body = http::read<SignIn>(request.body, request.language);
    if (!body) return http::problem(body.error(), request);
    const auto signed_in = access.sign_in({.account = body.value().account,
                                           .password = body.value().password,
                                           .code = body.value().code.value_or(""),
                                           .remote = request.remote,
                                           .device = device_of(request.header("user-agent"))},
                                          request.at, request.make_id());
    if (!signed_in) return http::problem(signed_in.error(), request);
    http::Reply reply{
        .status = 201,
        .body = http::write(me_of(access.store(), signed_in.value().caller, request, surroundings), request.language)};
    http::set_session(reply, request, signed_in.value().token, session_cookie_s);
    return reply;
  });

  http::Operation current{.method = "GET",
                          .path = "/api/v1/sessions/current",
                          .id = "find_current_session",
                          .tag = "access",
                          .summary = {"当前登录情况", "Who is signed in"},
                          .need = {http::Need::Kind::anyone},
                          .answer_schema = http::schema_text<Me>()};
  router.add(std::move(current), [&access, surroundings](const http::Request& request) -> http::Reply {
    return {.body = http::write(me_of(access.store(), request.caller, request, surroundings), request.language)};
  });

  http::Operation sign_out{.method = "DELETE",
                           .path = "/api/v1/sessions/current",
                           .id = "sign_out",
                           .tag = "access",
                           .summary = {"退出登录", "Sign out"},
                           .need = {http::Need::Kind::signed_in},
                           .answer_schema = http::schema_text<http::Nothing>()};
  router.add(std::move(sign_out), [&access](const http::Request& request) -> http::Reply {
    access.sign_out(http::session_token(request));
    http::Reply reply{.body = "{}"};
    http::clear_session(reply, request);
    return reply;
  });
}

}  // namespace

void mount(http::Router& router, Access& access, const Surroundings& surroundings) {
  mount_sessions(router, access, surroundings);
  mount_account(router, access);

  http::command<Registration, Registered>(
      router, access.store(),
      {.method = "POST",
       .path = "/api/v1/people",
       .id = "register_person",
       .tag = "access",
       .summary = {"注册个人账号(实名核验)", "Register a person's account (real-name check)"},
       .need = {http::Need::Kind::anyone},
       .answer_status = 201,
       .errors = {"access.person_invalid", "access.account_taken", "access.citizen_id_taken",
                  "access.real_name_failed"},
       .secret_body = true},
      [&access, surroundings](storage::Transaction& transaction, const http::Request& request,
                              const Registration& body) -> base::Result<Registered> {
        TRY(const Person person, access.create(transaction,
                                               {.id = request.make_id(),
                                                .division = surroundings.division,
                                                .name = body.name,
                                                .citizen_id = body.citizen_id,
                                                .phone = body.phone,
                                                .account = body.account,
                                                .password = body.password},
                                               request.at));
        TRY(const RealNameCheck::Answer answer, access.real_name().check(person.name, body.citizen_id));
        return Registered{.person = person.id,
                          .name = person.name,
                          .real_name_check = {answer.method, answer.label, calendar::local_date(request.at)}};
      });

  http::query<http::Page<Colleague>>(
      router, access.store(),
      {.path = "/api/v1/staff",
       .id = "list_staff",
       .tag = "access",
       .summary = {"按岗位列出工作人员,用于选择第二名执法人员", "Staff with a role, for choosing a second officer"},
       .need = {http::Need::Kind::staff, "task.complete"},
       .query = {"role"}},
      [](storage::Snapshot& snapshot, const http::Request& request) -> base::Result<http::Page<Colleague>> {
        http::Page<Colleague> page;
        for (const Person& person : staff_with_role(snapshot, scope_of(request.caller), request.query_value("role")))
          page.items.push_back({person.account, person.name});
        page.total = static_cast<std::int64_t>(page.items.size());
        return page;
      });
}

}  // namespace access_control
