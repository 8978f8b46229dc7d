/// Blank stock, prints, the kiosk and sendings on both databases, over a real case of the catalogue.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <set>
#include <thread>

#include "databases_of.h"
#include "modules/access/access.h"
#include "modules/delivery/delivery.h"
#include "modules/evidence/evidence.h"

namespace {

using delivery::BlankState;
using testing::ElementsAre;

constexpr std::int64_t applicant = 2;
constexpr std::int64_t day_us = 86'400 * base::us_per_second;

class Counter : public counter::OnBoth {
 protected:
  Counter() : files(folder.path("files")) {
    std::vector<storage::Migration> all;
    for (const auto part : {evidence::migrations(), access_control::migrations(), casework::migrations(),
                            licensing::migrations(), delivery::migrations()})
      all.insert(all.end(), part.begin(), part.end());
    EXPECT_TRUE(store->migrate(all));
    static const auto catalogue = catalogue::load(SOURCE_DIR "/catalogue").value();
    engine = std::make_unique<casework::Engine>(catalogue);
    licensing = std::make_unique<licensing::Licensing>(licensing::Settings{}, *engine, files);
    rooms = std::make_unique<delivery::Delivery>(*engine, *licensing);
    EXPECT_TRUE(engine->deploy(*store, now));
    access_control::Access access(*store, std::move(access_control::Secrets::load_or_make(folder.path("keys"))).value(),
                                  access_control::local_stand_in(), access_control::SecondFactorOfStaff::offered);
    store->write([&](storage::Transaction& transaction) {
      EXPECT_TRUE(access.create(transaction,
                                {.id = {applicant},
                                 .name = "李小满",
                                 .citizen_id = "430211199001010018",
                                 .phone = "13000000000",
                                 .account = "applicant2",
                                 .password = "a-long-password",
                                 .roles = {}},
                                now, "hash"));
      return true;
    });
    of_case = open_case(1);
    licence = issue(of_case, "business_licence", "92430211MA4TYB0144");
    permit = issue(of_case, "food_permit", "JY24302110000012");
  }

  casework::Moment clerk() const {
    casework::Moment moment{.now = now, .actor = {}};
    moment.actor.person = {7};
    moment.actor.staff = true;
    moment.actor.roles = {"window_clerk"};
    moment.actor.scope = access_control::Scope::of_office("430211", "centre");
    return moment;
  }
  casework::Moment citizen(std::int64_t person = applicant) const {
    casework::Moment moment{.now = now, .actor = {}};
    moment.actor.person = {person};
    moment.actor.scope = access_control::Scope::own_of({person});
    return moment;
  }

  base::Id open_case(int number) {
    const base::Id id = base::make_id(now, static_cast<std::uint32_t>(number));
    const auto done = store->write_result([&](storage::Transaction& transaction) {
      transaction.execute(
          "INSERT INTO applications (id, division, office, applicant, service, version, guide, answers, title, "
          "created_at, updated_at, submitted_at) VALUES (?, '430211', 'centre', ?, 'open-restaurant', 1, '{}', '{}', "
          "'试', 0, 0, 0)",
          {id, base::Id{applicant}});
      return engine->open(transaction,
                          {.id = id,
                           .division = "430211",
                           .office = "centre",
                           .number = "ZL" + std::to_string(number),
                           .service = engine->catalogue().service("open-restaurant").value(),
                           .applicant = {applicant},
                           .title = "小满里餐饮店",
                           .variables = {{"received_on", feel::Value(calendar::local_date(now))},
                                         {"answers", feel::Value(feel::Context{})},
                                         {"guide", feel::Value(feel::Context{})}}},
                          citizen());
    });
    EXPECT_TRUE(done) << (done ? "" : done.error().message.en);
    return id;
  }
  base::Id issue(base::Id id, const char* kind, const std::string& number) {
    const base::Id certificate = next_id();
    store->write([&](storage::Transaction& transaction) {
      transaction.execute(
          "INSERT INTO certificates (id, division, case_id, applicant, entity, kind, number, token, status, issued_on, "
          "valid_to, fields, document) VALUES (?, '430211', ?, ?, 99, ?, ?, ?, 'valid', '2026-11-20', '', '[]', 1)",
          {certificate, id, base::Id{applicant}, kind, number, base::to_text(certificate)});
      return true;
    });
    return certificate;
  }
  base::Id next_id() { return base::make_id(now, ++ids); }

  template <class Work>
  auto write(Work work) {
    return store->write_result([&](storage::Transaction& transaction) { return work(transaction); });
  }
  std::string receive(const std::string& first, const std::string& last, base::Id kiosk = {},
                      const std::string& kind = "business_licence") {
    const auto done = write([&](storage::Transaction& transaction) {
      return rooms->receive(transaction,
                            {.id = next_id(),
                             .division = "430211",
                             .office = "centre",
                             .kind = kind,
                             .place = kiosk,
                             .range = {},
                             .received_on = calendar::local_date(now),
                             .received_by = {},
                             .remark = ""},
                            first, last, clerk());
    });
    return done ? "" : done.error().code;
  }
  base::Result<delivery::Print> print(base::Id certificate) {
    return write([&](storage::Transaction& transaction) {
      return rooms->start_print(transaction, next_id(), of_case, certificate, clerk());
    });
  }
  base::Result<delivery::Print> result(base::Id id, bool good, const std::string& reason = "") {
    return write(
        [&](storage::Transaction& transaction) { return rooms->end_print(transaction, id, good, reason, clerk()); });
  }
  base::Result<delivery::Sending> send(delivery::NewSending wanted) {
    wanted.id = next_id();
    if (!wanted.of_case) wanted.of_case = of_case;
    return write([&](storage::Transaction& transaction) { return rooms->send(transaction, wanted, clerk()); });
  }
  base::Result<delivery::Sending> step(base::Id id, const delivery::StepTaken& taken) {
    return write([&](storage::Transaction& transaction) { return rooms->take_step(transaction, id, taken, clerk()); });
  }
  delivery::NewSending parcel() const {
    return {.id = {},
            .of_case = {},
            .way = "courier",
            .recipient = "李小满",
            .relation = "",
            .identity_end = "",
            .address = "虚构路8号",
            .consented = true};
  }
  std::vector<std::string> numbers() {
    return store->read_value([&](storage::Snapshot& snapshot) {
      std::vector<std::string> all;
      for (const auto& certificate : licensing::certificates_of(snapshot, of_case)) all.push_back(certificate.number);
      return all;
    });
  }
  std::vector<delivery::Blank> blanks(std::optional<BlankState> state = {}) {
    return store->read_value([&](storage::Snapshot& snapshot) {
      return delivery::list_blanks(snapshot, clerk().actor.scope,
                                   {.kind = "business_licence", .state = state, .limit = 200})
          .blanks;
    });
  }

  base::Instant now = calendar::start_of(*calendar::parse_date("2026-11-25")).plus_us(std::int64_t{36'000} * 1'000'000);
  std::uint32_t ids = 1'000;
  storage::FileStore files;
  std::unique_ptr<casework::Engine> engine;
  std::unique_ptr<licensing::Licensing> licensing;
  std::unique_ptr<delivery::Delivery> rooms;
  base::Id of_case, licence, permit;
};

TEST_P(Counter, receives_each_serial_once) {
  EXPECT_EQ(receive("TY0001", "TY0010"), "");
  EXPECT_EQ(receive("TY0010", "TY0020"), "delivery.serial_known");
  EXPECT_EQ(receive("TY0003", "TY0004"), "delivery.serial_known");
  EXPECT_EQ(receive("TY0011", "TY0020"), "");
  EXPECT_EQ(receive("TY0001", "TY0010", {}, "food_permit"), "") << "another kind of blank has its own serials";
  EXPECT_EQ(receive("TY1", "TY2", {}, "passport"), "delivery.kind_unknown");
  EXPECT_EQ(receive("TY30", "TY40", {12345}), "delivery.kiosk_unknown");
}

TEST_P(Counter, repeats_a_failed_print_on_another_blank_under_the_same_number) {
  EXPECT_EQ(print(licence).error().code, "delivery.stock_empty");
  ASSERT_EQ(receive("TY0001", "TY0003"), "");
  const auto before = numbers();
  const auto first = print(licence);
  ASSERT_TRUE(first);
  EXPECT_EQ(first.value().serial, "TY0001");
  EXPECT_EQ(print(licence).error().code, "delivery.print_open");
  EXPECT_EQ(result(first.value().id, false).error().code, "delivery.reason_missing");
  ASSERT_TRUE(result(first.value().id, false, "卡纸"));
  EXPECT_EQ(result(first.value().id, true).error().code, "delivery.print_ended");
  const auto second = print(licence);
  ASSERT_TRUE(second);
  EXPECT_EQ(second.value().serial, "TY0002");
  ASSERT_TRUE(result(second.value().id, true));
  EXPECT_EQ(numbers(), before) << "no second certificate, no second number";
  ASSERT_EQ(blanks().size(), 2u);
  EXPECT_EQ(blanks()[0].state, BlankState::spoiled);
  EXPECT_EQ(blanks()[0].reason, "卡纸");
  EXPECT_EQ(blanks()[1].state, BlankState::issued);
  EXPECT_EQ(print({4242}).error().code, "delivery.certificate_unknown");
  EXPECT_EQ(result({4242}, true).error().code, "delivery.print_unknown");
}

TEST_P(Counter, steps_over_blanks_that_were_written_off) {
  ASSERT_EQ(receive("TY0001", "TY0003"), "");
  const auto off = [&](const char* serial, const char* state, const char* reason) {
    const auto done = write([&](storage::Transaction& transaction) {
      return rooms->write_off(transaction, "business_licence", serial, state, reason, clerk());
    });
    return done ? "" : done.error().code;
  };
  EXPECT_EQ(off("TY0001", "void", "受潮"), "");
  EXPECT_EQ(off("TY0001", "spoiled", "受潮"), "delivery.serial_dead");
  EXPECT_EQ(off("TY0009", "void", "受潮"), "delivery.serial_unknown");
  EXPECT_EQ(off("TY0002", "issued", "受潮"), "delivery.state_unknown");
  EXPECT_EQ(off("TY0002", "void", " "), "delivery.reason_missing");
  EXPECT_EQ(print(licence).value().serial, "TY0002");
}

TEST_P(Counter, does_not_print_what_is_no_longer_valid) {
  ASSERT_EQ(receive("TY0001", "TY0003"), "");
  store->write([&](storage::Transaction& transaction) {
    transaction.execute("UPDATE certificates SET status = 'revoked' WHERE id = ?", {licence});
    return true;
  });
  EXPECT_EQ(print(licence).error().code, "delivery.not_valid");
}

TEST_P(Counter, never_uses_a_serial_twice_however_many_print_at_once) {
  ASSERT_EQ(receive("TY0001", "TY0060"), "");
  std::vector<base::Id> certificates;
  for (int number = 0; number < 8; ++number)
    certificates.push_back(issue(of_case, "business_licence", "N" + std::to_string(number)));
  std::atomic<int> good = 0;
  std::vector<std::thread> windows;
  for (std::size_t window = 0; window < certificates.size(); ++window)
    windows.emplace_back([&, window] {
      for (std::uint32_t turn = 0; turn < 5; ++turn) {
        const base::Id id = base::make_id(now, 100'000 + static_cast<std::uint32_t>(window) * 100 + turn);
        const auto started = write([&](storage::Transaction& transaction) {
          return rooms->start_print(transaction, id, of_case, certificates[window], clerk());
        });
        if (started && result(id, turn % 2 == 0, "卡纸")) ++good;
      }
    });
  for (std::thread& window : windows) window.join();
  EXPECT_EQ(good, 40);
  std::set<std::string> serials;
  for (const auto& blank : blanks()) EXPECT_TRUE(serials.insert(blank.serial).second);
  const auto prints =
      store->read_value([&](storage::Snapshot& snapshot) { return delivery::prints_of(snapshot, of_case); });
  std::set<std::string> printed;
  for (const auto& each : prints) EXPECT_TRUE(printed.insert(each.serial).second) << each.serial;
  EXPECT_EQ(printed.size(), 40u);
  const auto stock =
      store->read_value([&](storage::Snapshot& snapshot) { return delivery::ranges(snapshot, clerk().actor.scope); });
  EXPECT_EQ(stock[0].issued, 24);
  EXPECT_EQ(stock[0].spoiled, 16);
  EXPECT_EQ(stock[0].left(), 20);
}

TEST_P(Counter, keeps_returned_mail_as_evidence_and_sends_again_under_the_same_number) {
  const auto before = numbers();
  const auto packed = send(parcel());
  ASSERT_TRUE(packed) << packed.error().message.en;
  EXPECT_EQ(send(parcel()).error().code, "delivery.open");
  EXPECT_EQ(step(packed->id, {.step = "deliver"}).error().code, "delivery.step_not_now");
  const auto bare = step(packed->id, {.step = "dispatch", .carrier = "", .tracking = "12"});
  ASSERT_EQ(bare.error().code, "delivery.sending_invalid");
  EXPECT_EQ(bare.error().places.size(), 2u);
  ASSERT_TRUE(step(packed->id, {.step = "dispatch", .carrier = "演示快递", .tracking = "YS123456"}));
  EXPECT_EQ(step(packed->id, {.step = "return"}).error().code, "delivery.reason_missing");
  ASSERT_TRUE(step(packed->id, {.step = "return", .reason = "查无此人"}));
  const auto mail = store->read_value(
      [&](storage::Snapshot& snapshot) { return delivery::returned_mail(snapshot, clerk().actor.scope, {99}, 10); });
  ASSERT_EQ(mail.size(), 1u);
  EXPECT_EQ(mail[0].address, "虚构路8号");
  EXPECT_EQ(mail[0].reason, "查无此人");
  const auto log = store->read_value([&](storage::Snapshot& snapshot) {
    std::vector<std::string> types;
    for (const auto& event : storage::load_events(snapshot, {"delivery", packed->id})) types.push_back(event.type);
    return types;
  });
  EXPECT_THAT(log, ElementsAre("delivery.packed", "delivery.dispatched", "delivery.returned"));

  const auto again = write([&](storage::Transaction& transaction) {
    return rooms->repeat(transaction, packed->id,
                         {.id = next_id(),
                          .of_case = {},
                          .way = "",
                          .recipient = "",
                          .relation = "",
                          .identity_end = "",
                          .address = "虚构路9号",
                          .consented = true},
                         clerk());
  });
  ASSERT_TRUE(again) << again.error().message.en;
  EXPECT_EQ(again->attempt, 2);
  EXPECT_EQ(again->address, "虚构路9号");
  EXPECT_EQ(again->certificates, packed->certificates);
  const auto twice = write([&](storage::Transaction& transaction) {
    return rooms->repeat(transaction, packed->id, {.id = next_id()}, clerk());
  });
  EXPECT_EQ(twice.error().code, "delivery.not_repeatable");
  ASSERT_TRUE(step(again->id, {.step = "dispatch", .carrier = "演示快递", .tracking = "YS123457"}));
  ASSERT_TRUE(step(again->id, {.step = "deliver", .recipient = "前台"}));
  EXPECT_EQ(numbers(), before);
}

TEST_P(Counter, voids_the_blanks_of_a_lost_parcel_and_prints_them_again) {
  ASSERT_EQ(receive("TY0001", "TY0003"), "");
  const auto printed = print(licence);
  ASSERT_TRUE(result(printed->id, true));
  const auto packed = send(parcel());
  now = now.plus_us(1'000'000);
  ASSERT_TRUE(step(packed->id, {.step = "dispatch", .carrier = "演示快递", .tracking = "YS123456"}));
  ASSERT_TRUE(step(packed->id, {.step = "lose", .reason = "快递遗失"}));
  ASSERT_EQ(blanks(BlankState::voided).size(), 1u);
  EXPECT_EQ(blanks(BlankState::voided)[0].serial, "TY0001");
  const auto before = numbers();
  EXPECT_EQ(print(licence)->serial, "TY0002");
  EXPECT_EQ(numbers(), before);
}

TEST_P(Counter, says_everything_that_is_wrong_with_a_sending_at_once) {
  struct Wrong {
    const char* path;
    const char* zh;
    const char* en;
  };
  struct Bad {
    delivery::NewSending wanted;
    std::string code;
    std::vector<Wrong> places;
  };
  const auto wanted = [](const char* way, const char* recipient, const char* relation, const char* end,
                         const char* address, bool consented) {
    return delivery::NewSending{.id = {},
                                .of_case = {},
                                .way = way,
                                .recipient = recipient,
                                .relation = relation,
                                .identity_end = end,
                                .address = address,
                                .consented = consented};
  };
  const Wrong recipient{"/recipient", "请填写收件人或领取人姓名", "Say who receives it."};
  const Wrong relation{"/relation", "请选择领取人与申请人的关系", "Say who the collector is to the applicant."};
  const Wrong identity{"/identity_end", "请核对证件并填写身份证号末四位",
                       "Check the identity card and enter the last four characters of its number."};
  const Wrong address{"/address", "请填写收件地址", "Enter the address."};
  const Wrong confirmed{"/consented", "须由申请人确认送达地址", "The applicant must have confirmed this address."};
  const Wrong consented{"/consented", "电子送达须经申请人同意", "Electronic delivery needs the applicant's consent."};
  const std::string long_name = [] {
    std::string name;
    for (int i = 0; i < 51; ++i) name += "演";
    return name;
  }();
  const std::vector<Bad> all = {
      {wanted("pigeon", "李", "", "", "", true),
       "delivery.way_unknown",
       {{"/way", "请选择送达方式", "Choose how it is handed over."}}},
      {wanted("kiosk", "李", "", "", "", true),
       "delivery.way_unknown",
       {{"/way", "自助打印由自助机登记", "A kiosk records its own prints."}}},
      {wanted("courier", "", "", "", "", false), "delivery.sending_invalid", {recipient, address, confirmed}},
      {wanted("courier", long_name.c_str(), "", "", "虚构路8号", true), "delivery.sending_invalid", {recipient}},
      {wanted("window", "", "friend", "12", "", false), "delivery.sending_invalid", {recipient, relation, identity}},
      {wanted("window", "李小满", "self", "00X8", "", false), "delivery.sending_invalid", {identity}},
      {wanted("electronic", "李小满", "", "", "", false), "delivery.sending_invalid", {consented}}};
  for (const Bad& bad : all) {
    const auto refused = send(bad.wanted);
    ASSERT_FALSE(refused) << bad.wanted.way;
    EXPECT_EQ(refused.error().code, bad.code);
    ASSERT_EQ(refused.error().places.size(), bad.places.size()) << bad.wanted.way;
    for (std::size_t i = 0; i < bad.places.size(); ++i) {
      const base::Place& place = refused.error().places[i];
      EXPECT_EQ(place.path, bad.places[i].path);
      EXPECT_EQ(place.message, (base::Text{bad.places[i].zh, bad.places[i].en}));
    }
  }
  auto elsewhere = parcel();
  elsewhere.of_case = open_case(2);
  EXPECT_EQ(send(elsewhere).error().code, "delivery.nothing_to_deliver");
}

TEST_P(Counter, records_the_collector_and_writes_the_receipt) {
  const auto collected = send({.id = {},
                               .of_case = {},
                               .way = "window",
                               .recipient = "王代办",
                               .relation = "agent",
                               .identity_end = "001x",
                               .address = "",
                               .consented = false});
  ASSERT_TRUE(collected) << collected.error().message.en;
  EXPECT_EQ(collected->identity_end, "001X");
  const auto visits = [&] {
    return store->read_value([&](storage::Snapshot& snapshot) { return licensing::count_visits(snapshot, of_case); });
  };
  EXPECT_EQ(visits(), 1) << "who collects has come to the window";
  const auto pdf = store->read_value([&](storage::Snapshot& snapshot) { return rooms->receipt(snapshot, *collected); });
  ASSERT_TRUE(pdf) << pdf.error().message.en << (pdf.error().places.empty() ? "" : pdf.error().places[0].path);
  EXPECT_EQ(pdf->substr(0, 5), "%PDF-");
  const auto packed = send(parcel());
  const auto early = store->read_value([&](storage::Snapshot& snapshot) { return rooms->receipt(snapshot, *packed); });
  EXPECT_EQ(early.error().code, "delivery.not_delivered");
}

TEST_P(Counter, takes_the_confirmation_of_an_electronic_delivery_from_its_applicant_only) {
  const auto sent = send({.id = {},
                          .of_case = {},
                          .way = "electronic",
                          .recipient = "李小满",
                          .relation = "",
                          .identity_end = "",
                          .address = "",
                          .consented = true});
  ASSERT_TRUE(sent);
  const auto confirm = [&](std::int64_t person) {
    return write([&](storage::Transaction& transaction) {
      return rooms->confirm(transaction, of_case, sent->id, citizen(person));
    });
  };
  EXPECT_EQ(confirm(3).error().code, "delivery.unknown");
  const auto confirmed = confirm(applicant);
  ASSERT_TRUE(confirmed);
  EXPECT_EQ(confirmed->state, delivery::State::delivered);
  EXPECT_EQ(confirm(applicant).error().code, "delivery.step_not_now");
}

TEST_P(Counter, prints_at_a_kiosk_for_who_has_code_and_identity_number) {
  const auto kiosk = write([&](storage::Transaction& transaction) {
    return rooms->open_kiosk(transaction, next_id(), "大厅一楼", clerk());
  });
  ASSERT_TRUE(kiosk);
  ASSERT_EQ(receive("TK0001", "TK0005", kiosk->kiosk.id), "");
  const auto code =
      write([&](storage::Transaction& transaction) { return rooms->make_code(transaction, of_case, citizen()); });
  ASSERT_TRUE(code);
  const auto identify = [&](const std::string& key, const std::string& typed, const std::string& end) {
    return write([&](storage::Transaction& transaction) { return rooms->identify(transaction, key, typed, end, now); })
        .value();
  };
  EXPECT_EQ(identify("wrong", code->code, "0018").error().code, "delivery.kiosk_refused");
  EXPECT_EQ(identify(kiosk->key, "00000000", "0018").error().code, "delivery.code_refused");
  EXPECT_EQ(identify(kiosk->key, code->code, "0019").error().code, "delivery.code_refused");
  const auto ticket = identify(kiosk->key, code->code, "００１８");
  ASSERT_TRUE(ticket) << ticket.error().message.en;

  const auto visitor = [&] {
    return store->read_value([&](storage::Snapshot& snapshot) { return rooms->visitor(snapshot, ticket->token, now); });
  };
  ASSERT_TRUE(visitor());
  const auto print_here = [&] {
    return write([&](storage::Transaction& transaction) {
      return rooms->start_kiosk_print(transaction, next_id(), visitor().value(), licence, now);
    });
  };
  const auto end_here = [&](base::Id id, bool good) {
    return write([&](storage::Transaction& transaction) {
      return rooms->end_kiosk_print(transaction, id, next_id(), good, "卡纸", visitor().value(), now);
    });
  };
  const auto failed = print_here();
  ASSERT_TRUE(failed) << failed.error().message.en;
  ASSERT_TRUE(end_here(failed->id, false));
  for (int good = 0; good < delivery::kiosk_prints_max; ++good) {
    const auto started = print_here();
    ASSERT_TRUE(started) << started.error().code;
    ASSERT_TRUE(end_here(started->id, true));
  }
  EXPECT_EQ(print_here().error().code, "delivery.printed_already");
  const auto sendings =
      store->read_value([&](storage::Snapshot& snapshot) { return delivery::sendings_of(snapshot, of_case); });
  ASSERT_EQ(sendings.size(), 2u);
  EXPECT_THAT(sendings[0].certificates, ElementsAre(licence));
  now = now.plus_us(std::int64_t{delivery::ticket_seconds + 1} * base::us_per_second);
  EXPECT_EQ(visitor().error().code, "delivery.ticket_expired");
}

TEST_P(Counter, ends_a_code_after_five_wrong_tries_or_seven_days_and_a_closed_kiosk_at_once) {
  const auto kiosk = write([&](storage::Transaction& transaction) {
    return rooms->open_kiosk(transaction, next_id(), "大厅一楼", clerk());
  });
  const auto make = [&] {
    return write([&](storage::Transaction& transaction) { return rooms->make_code(transaction, of_case, citizen()); })
        ->code;
  };
  const auto identify = [&](const std::string& typed, const std::string& end) {
    const auto inner = write([&](storage::Transaction& transaction) {
                         return rooms->identify(transaction, kiosk->key, typed, end, now);
                       }).value();
    return inner ? "" : inner.error().code;
  };
  std::string code = make();
  for (int tries = 0; tries < delivery::wrong_tries_max; ++tries)
    EXPECT_EQ(identify(code, "9999"), "delivery.code_refused");
  EXPECT_EQ(identify(code, "0018"), "delivery.code_refused") << "the code is dead";
  const std::string second = make();
  EXPECT_EQ(identify(second, "0018"), "");
  const std::string third = make();
  EXPECT_EQ(identify(second, "0018"), "delivery.code_refused") << "a new code ends the one before";
  EXPECT_EQ(identify(third, "0018"), "");
  now = now.plus_us(delivery::code_days * day_us);
  EXPECT_EQ(identify(third, "0018"), "delivery.code_refused");
  code = make();
  ASSERT_TRUE(write(
      [&](storage::Transaction& transaction) { return rooms->close_kiosk(transaction, kiosk->kiosk.id, clerk()); }));
  EXPECT_EQ(identify(code, "0018"), "delivery.kiosk_refused");
  const auto foreign =
      write([&](storage::Transaction& transaction) { return rooms->make_code(transaction, of_case, citizen(3)); });
  EXPECT_EQ(foreign.error().code, "licensing.application_unknown");
}

TEST_P(Counter, shows_nothing_outside_the_scope) {
  ASSERT_EQ(receive("TY0001", "TY0003"), "");
  ASSERT_TRUE(send(parcel()));
  store->read([&](storage::Snapshot& snapshot) {
    for (const auto& scope : {access_control::Scope{}, access_control::Scope::of_office("430211", "river"),
                              access_control::Scope::of_division("430212")}) {
      EXPECT_TRUE(delivery::ranges(snapshot, scope).empty());
      EXPECT_EQ(delivery::list_sendings(snapshot, scope, {}).total, 0);
      EXPECT_EQ(delivery::list_blanks(snapshot, scope, {}).total, 0);
      EXPECT_TRUE(delivery::returned_mail(snapshot, scope, {}, 10).empty());
    }
  });
}

INSTANTIATE_TEST_SUITE_P(databases, Counter, testing::Values("sqlite", "postgresql"), counter::name_of_database);

}  // namespace
