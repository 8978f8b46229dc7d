/// The router's inside: shared by finding routes and describing them.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/http.h"

namespace http {

struct Route {
  Handler handler;
  std::vector<std::string> parameters;  // names, in the order of the path
};

/// One segment of the tree of paths. A literal wins over a parameter.
struct Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> children;
  std::unique_ptr<Node> parameter;
  std::map<std::string, std::size_t, std::less<>> methods;  // index of the operation
};

struct Asset {
  std::string_view content;
  std::string type;
  std::string tag;
  std::string policy;
  bool immutable = false;
};

struct PageRule {
  std::string prefix;
  std::string asset;
};

struct Router::Impl {
  std::vector<Operation> operations;
  std::vector<Route> routes;  // beside `operations`
  Node root;
  std::map<std::string, Asset, std::less<>> assets;
  std::vector<PageRule> pages;

  /// The asset of the path, or the page that stands for everything below its prefix.
  const Asset* find_asset(std::string_view path) const;
};

}  // namespace http
