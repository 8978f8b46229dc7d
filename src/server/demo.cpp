#include "demo.h"

namespace server {

District::District(Program::Parts& parts, unsigned seed)
    : parts_(parts), random_(seed), today_(calendar::local_date(parts.now())), anchor_(today_) {}

base::Result<void> District::together(const std::function<base::Result<void>()>& work) {
  CHECK(!transaction_);
  return parts_.store->write_result([&](storage::Transaction& transaction) {
    transaction_ = &transaction;
    auto done = work();
    transaction_ = nullptr;
    return done;
  });
}

calendar::Date District::weekday(calendar::Date first, calendar::Date last) {
  const auto span = static_cast<std::size_t>(std::max<std::int64_t>(last.days - first.days, 0)) + 1;
  constexpr int tries = 8;  // a span of a weekend has none
  calendar::Date day = first;
  for (int i = 0; i < tries; ++i) {
    day = calendar::Date{first.days + static_cast<std::int64_t>(pick(span))};
    if (calendar::weekday(day) <= 5) break;
  }
  return day;
}

base::Instant District::at_hour(calendar::Date day, int hour) {
  return calendar::start_of(day).plus_us((std::int64_t{hour} * 3600 + static_cast<std::int64_t>(pick(3000))) *
                                         base::us_per_second);
}

calendar::Date District::working_days_ago(int count) const {
  if (count == 0) return anchor_;
  const auto day = calendar::add_working_days(anchor_, -count, parts_.catalogue->calendar);
  CHECK(day);
  return day.value();
}

casework::Moment District::as_staff(const char* account, int days_ago, int hour) {
  for (const DemoStaff& person : demo_staff())
    if (person.account == std::string_view(account)) {
      Moment moment{
          .now = at_hour(working_days_ago(days_ago), hour),
          .actor = {.person = staff_ids_.at(account),
                    .name = person.name,
                    .staff = true,
                    .roles = person.roles,
                    .scope = access_control::scope_of_staff(person.roles, std::string(demo_division), person.office)}};
      // What happens today has happened before now.
      if (moment.now > parts_.now()) moment.now = parts_.now();
      return moment;
    }
  CHECK(!"an account that is not in the list");
  return {};
}

casework::Moment District::as_citizen(std::size_t citizen, int days_ago, int hour) {
  Moment moment{.now = at_hour(working_days_ago(days_ago), hour),
                .actor = {.person = citizens_[citizen],
                          .name = citizen_names_[citizen],
                          .staff = false,
                          .roles = {},
                          .scope = access_control::Scope::own_of(citizens_[citizen])}};
  if (moment.now > parts_.now()) moment.now = parts_.now();
  return moment;
}

base::Result<void> make_demonstration(Program::Parts& parts, const Demonstration& wanted,
                                      const std::function<void(const std::string&)>& progress) {
  District district(parts, wanted.seed);
  progress("人员和机构 / people and offices");
  TRY(std::ignore, district.people());
  if (wanted.small) {
    progress("少量市场主体 / a few entities");
    TRY(std::ignore, district.small_register());
  } else {
    progress("2019年联办件 / the joint cases of 2019");
    TRY(std::ignore, district.cases_of_2019());
    progress("登记簿和变更历史 / the register and its history");
    TRY(std::ignore, district.full_register());
  }
  progress("各种状态的办件 / cases in every state");
  TRY(std::ignore, district.cases());
  if (!wanted.small) {
    TRY(std::ignore, district.more_cases());
  }
  progress("空白证照、托管机构 / blank stock, cluster hosts");
  TRY(std::ignore, district.blank_stock());
  TRY(std::ignore, district.cluster_hosts());
  progress("其他服务的草稿和办件 / drafts and cases of the other services");
  TRY(std::ignore, district.other_services(wanted.small));
  TRY(std::ignore, district.turned_cases());
  progress("不能继续办理的办件 / cases that can not go on");
  TRY(std::ignore, district.failed_cases());
  // What fell due on the virtual clock happens before anybody looks.
  constexpr int timers_at_once = 500;
  while (parts.engine->fire_due_timers(*parts.store, parts.now(), timers_at_once) > 0) {
  }
  return {};
}

}  // namespace server
