/// A query that leaves a trace: what is done once it had an answer, outside its snapshot and before the answer is sent.
#pragma once

#include <utility>

#include "http/api.h"

namespace http {

/// As `query`; `then` is called with the request of every query that was answered, also when the answer is 304.
template <class Answer, class Work, class Then>
void query_then(Router& router, storage::Store& store, Operation operation, Work work, Then then) {
  operation.method = "GET";
  operation.answer_schema = schema_text<Answer>();
  router.add(std::move(operation), [&store, work, then](const Request& request) -> Reply {
    auto answer =
        store.read_value([&](storage::Snapshot& snapshot) -> base::Result<Answer> { return work(snapshot, request); });
    if (!answer) return problem(answer.error(), request);
    then(request);
    return tagged(request, write(answer.value(), request.language));
  });
}

}  // namespace http
