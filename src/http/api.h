/// The API's types, described once: reading with the full list of errors, writing, and JSON Schema all come from it.
///
///   struct Visit { std::string reason; std::optional<calendar::Date> on; };
///   BOOST_DESCRIBE_STRUCT(Visit, (), (reason, on))
///
///   http::command<Visit, VisitAnswer>(router, store, operation,
///       [](storage::Transaction& t, const http::Request& r, const Visit& body) -> base::Result<VisitAnswer> { … });
///
/// JSON names are the C++ names. Ids are strings, dates "YYYY-MM-DD", instants RFC 3339 with +08:00, money integer fen,
/// base::Text comes out in the reader's language, feel::Value and feel::Context are free JSON.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/describe.hpp>

#include "http/describe.h"
#include "http/http.h"
#include "storage/storage.h"

namespace http {

/// A list's page: `next` is the cursor of the following page, absent on the last; `has_more` says that there are more
/// than `total`, where counting further would cost more than finding.
template <class T>
struct Page {
  std::vector<T> items;
  std::optional<std::string> next;
  std::int64_t total = 0;
  bool has_more = false;

  BOOST_DESCRIBE_CLASS(Page, (), (items, next, total, has_more), (), ())
};

/// A nothing: `{}` as an answer, no body as a body.
struct Nothing {};
BOOST_DESCRIBE_STRUCT(Nothing, (), ())

/// The places of a command's log entries as headers: `Log-Index` and `Log-Leaf-Hash` of the last one, and all of them
/// in `Log-Receipts` as "public/12/ab34…".
void add_receipts(Reply& reply, const std::vector<storage::Receipt>& receipts);

struct Once {
  int status = 200;          // of the answer
  bool secret_body = false;  // the body holds a password: it is not part of what is remembered
};
/// Runs `work` once per Idempotency-Key: replays the stored answer, or runs, stores and commits.
/// Errors: 400 `http.key_missing`, 422 `storage.key_reused`.
Reply once(storage::Store& store, const Request& request, Once how,
           const std::function<base::Result<std::string>(storage::Transaction&)>& work);

/// 200 with ETag, or 304 when the reader has it. `tag` is the version's name; empty: a hash of the body.
Reply tagged(const Request& request, std::string body, std::string_view tag = {});

/// What If-Match says, without quotes: the version the sender has edited.
/// Errors: `http.version_missing` when the header is absent or `*`.
base::Result<std::string> version_edited(const Request& request);

/// GET: runs in a snapshot, answers 200 with ETag (of the body) and honours If-None-Match.
template <class Answer, class Work>
void query(Router& router, storage::Store& store, Operation operation, Work work) {
  operation.method = "GET";
  operation.answer_schema = schema_text<Answer>();
  router.add(std::move(operation), [&store, work](const Request& request) -> Reply {
    auto answer =
        store.read_value([&](storage::Snapshot& snapshot) -> base::Result<Answer> { return work(snapshot, request); });
    if (!answer) return problem(answer.error(), request);
    return tagged(request, write(answer.value(), request.language));
  });
}

/// POST, PUT, PATCH or DELETE: one transaction holding the work and the idempotency record. A repeated Idempotency-Key
/// gets the first answer again.
template <class Body, class Answer, class Work>
void command(Router& router, storage::Store& store, Operation operation, Work work) {
  if constexpr (!std::is_same_v<Body, Nothing>) operation.body_schema = schema_text<Body>();
  operation.answer_schema = schema_text<Answer>();
  operation.idempotency_key = true;
  const Once how{.status = operation.answer_status, .secret_body = operation.secret_body};
  router.add(std::move(operation), [&store, work, how](const Request& request) -> Reply {
    Body body{};
    if constexpr (!std::is_same_v<Body, Nothing>) {
      auto parsed = read<Body>(request.body, request.language);
      if (!parsed) return problem(parsed.error(), request);
      body = std::move(parsed).value();
    }
    return once(store, request, how, [&](storage::Transaction& transaction) -> base::Result<std::string> {
      base::Result<Answer> answer = work(transaction, request, body);
      if (!answer) return std::move(answer).error();
      return write(answer.value(), request.language);
    });
  });
}

}  // namespace http
