/// A sorted series as a tree of shared pieces: copying one costs a pointer, and changing an entry copies the few pieces
/// on the way to it. So a command on an instance with 100,000 living elements costs what one with ten costs.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

namespace bpmn {

/// Entries have `auto place() const`, by which they are sorted; each place once. Iterators and pointers to entries end
/// with the next change of the series.
template <class T>
class Series {
  static constexpr std::size_t piece_max = 32;  // entries of a leaf, children of a branch
  struct Node;

 public:
  using Place = decltype(std::declval<const T&>().place());

  class const_iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using pointer = const T*;
    using reference = const T&;

    const_iterator() = default;
    const T& operator*() const { return leaf_->entries[at_]; }
    const T* operator->() const { return &**this; }
    const_iterator& operator++() {
      if (++at_ == leaf_->entries.size()) {
        leaf_ = series_->leaf_behind(leaf_->entries.back().place());
        at_ = 0;
      }
      return *this;
    }
    const_iterator operator++(int) {
      const_iterator before = *this;
      ++*this;
      return before;
    }
    bool operator==(const const_iterator& other) const { return leaf_ == other.leaf_ && at_ == other.at_; }

   private:
    friend class Series;
    const_iterator(const Series* series, const Node* leaf, std::size_t at) : series_(series), leaf_(leaf), at_(at) {}
    const Series* series_ = nullptr;
    const Node* leaf_ = nullptr;  // none: the end
    std::size_t at_ = 0;
  };
  using iterator = const_iterator;
  using value_type = T;

  const_iterator begin() const {
    const Node* node = root_.get();
    while (node != nullptr && node->children) node = node->children->front().node.get();
    return {this, node, 0};
  }
  const_iterator end() const { return {this, nullptr, 0}; }
  std::size_t size() const { return root_ ? size_of(*root_) : 0; }
  bool empty() const { return root_ == nullptr; }
  const T& front() const { return *begin(); }
  const T& back() const {
    const Node* node = root_.get();
    while (node->children) node = node->children->back().node.get();
    return node->entries.back();
  }
  const T& operator[](std::size_t index) const {
    const Node* node = root_.get();
    while (node->children) {
      auto child = node->children->begin();
      for (; index >= child->size; ++child) index -= child->size;
      node = child->node.get();
    }
    return node->entries[index];
  }

  const T* find(const Place& place) const {
    const const_iterator at = lower_bound(place);
    return at != end() && at->place() == place ? &*at : nullptr;
  }
  /// The first entry not before `place`.
  const_iterator lower_bound(const Place& place) const {
    const Node* node = root_.get();
    while (node != nullptr && node->children) {
      const std::size_t at = child_of(*node->children, place);
      node = at == node->children->size() ? nullptr : (*node->children)[at].node.get();
    }
    if (node == nullptr) return end();
    const auto found = within(node->entries, place);
    if (found == node->entries.end()) return end();
    return {this, node, static_cast<std::size_t>(found - node->entries.begin())};
  }
  /// The last entry before `place`; null pointer when there is none.
  const T* last_before(const Place& place) const {
    const T* last = nullptr;
    const Node* node = root_.get();
    while (node != nullptr) {
      if (!node->children) {
        const auto found = within(node->entries, place);
        return found == node->entries.begin() ? last : &*std::prev(found);
      }
      const std::size_t at = child_of(*node->children, place);
      if (at != 0) {
        const Node* before = (*node->children)[at - 1].node.get();
        while (before->children) before = before->children->back().node.get();
        last = &before->entries.back();
      }
      node = at == node->children->size() ? nullptr : (*node->children)[at].node.get();
    }
    return last;
  }

  /// To change an entry, but not its place; null pointer when there is none.
  T* edit(const Place& place) {
    if (find(place) == nullptr) return nullptr;
    Node* node = &own(root_);
    while (node->children) node = &own((*node->children)[child_of(*node->children, place)].node);
    return &*within(node->entries, place);
  }
  /// The place must be free.
  void insert(T entry) {
    if (!root_) {
      root_ = leaf_with(std::move(entry));
    } else if (std::shared_ptr<Node> more = insert_in(own(root_), std::move(entry))) {
      auto root = std::make_shared<Node>();
      root->children = std::make_unique<Children>();
      root->children->push_back(child_with(std::move(root_)));
      root->children->push_back(child_with(std::move(more)));
      root_ = std::move(root);
    }
  }
  bool erase(const Place& place) {
    if (find(place) == nullptr) return false;
    if (!erase_in(own(root_), place)) {
      root_ = nullptr;
      return true;
    }
    while (root_->children && root_->children->size() == 1) {
      std::shared_ptr<Node> only = root_->children->front().node;
      root_ = std::move(only);
    }
    return true;
  }

  friend bool operator==(const Series& left, const Series& right) {
    return left.root_ == right.root_ ||
           (left.size() == right.size() && std::equal(left.begin(), left.end(), right.begin(), right.end()));
  }

 private:
  struct Child {
    Place last;  // of the entries below
    std::size_t size = 0;
    std::shared_ptr<Node> node;
  };
  using Children = std::vector<Child>;
  /// A leaf with entries, or a branch with children; never empty.
  struct Node {
    Node() = default;
    Node(const Node& other)
        : entries(other.entries), children(other.children ? std::make_unique<Children>(*other.children) : nullptr) {}
    std::vector<T> entries;
    std::unique_ptr<Children> children;
  };

  static std::size_t size_of(const Node& node) {
    if (!node.children) return node.entries.size();
    std::size_t size = 0;
    for (const Child& child : *node.children) size += child.size;
    return size;
  }
  static Place last_of(const Node& node) {
    return node.children ? node.children->back().last : node.entries.back().place();
  }
  static auto within(auto& entries, const Place& place) {
    return std::lower_bound(entries.begin(), entries.end(), place,
                            [](const T& entry, const Place& wanted) { return entry.place() < wanted; });
  }
  /// The first child that ends at `place` or behind it.
  static std::size_t child_of(const Children& children, const Place& place) {
    const auto found = std::lower_bound(children.begin(), children.end(), place,
                                        [](const Child& child, const Place& wanted) { return child.last < wanted; });
    return static_cast<std::size_t>(found - children.begin());
  }
  /// The leaf with the first entry behind `place`.
  const Node* leaf_behind(const Place& place) const {
    const Node* node = root_.get();
    while (node->children) {
      const auto found = std::upper_bound(node->children->begin(), node->children->end(), place,
                                          [](const Place& wanted, const Child& child) { return wanted < child.last; });
      if (found == node->children->end()) return nullptr;
      node = found->node.get();
    }
    return node->entries.back().place() == place ? nullptr : node;
  }

  static Node& own(std::shared_ptr<Node>& shared) {
    if (shared.use_count() > 1) shared = std::make_shared<Node>(*shared);
    return *shared;
  }
  static std::shared_ptr<Node> leaf_with(T entry) {
    auto leaf = std::make_shared<Node>();
    leaf->entries.push_back(std::move(entry));
    return leaf;
  }
  static Child child_with(std::shared_ptr<Node> node) {
    Place last = last_of(*node);
    const std::size_t size = size_of(*node);
    return {std::move(last), size, std::move(node)};
  }
  /// Splits what grew too large: in the middle, but where entries come in order only the new one leaves, so that what
  /// stays is full. Returns the part behind.
  template <class Items>
  static Items split(Items& items, bool in_order) {
    const auto from = in_order ? std::prev(items.end()) : items.begin() + static_cast<std::ptrdiff_t>(items.size() / 2);
    Items more(std::make_move_iterator(from), std::make_move_iterator(items.end()));
    items.erase(from, items.end());
    return more;
  }

  /// Returns a new neighbour behind `node` when it had to be split.
  static std::shared_ptr<Node> insert_in(Node& node, T entry) {
    if (!node.children) {
      const auto before = within(node.entries, entry.place());
      const bool in_order = before == node.entries.end();
      if (in_order && node.entries.size() >= piece_max) return leaf_with(std::move(entry));
      node.entries.insert(before, std::move(entry));
      if (node.entries.size() <= piece_max) return nullptr;
      auto more = std::make_shared<Node>();
      more->entries = split(node.entries, false);
      return more;
    }
    Children& children = *node.children;
    const std::size_t at = std::min(child_of(children, entry.place()), children.size() - 1);
    const bool in_order = at + 1 == children.size();
    std::shared_ptr<Node> more = insert_in(own(children[at].node), std::move(entry));
    children[at].last = last_of(*children[at].node);
    children[at].size = size_of(*children[at].node);
    if (!more) return nullptr;
    children.insert(children.begin() + static_cast<std::ptrdiff_t>(at) + 1, child_with(std::move(more)));
    if (children.size() <= piece_max) return nullptr;
    auto behind = std::make_shared<Node>();
    behind->children = std::make_unique<Children>(split(children, in_order));
    return behind;
  }
  /// False when nothing is left of `node`.
  static bool erase_in(Node& node, const Place& place) {
    if (!node.children) {
      node.entries.erase(within(node.entries, place));
      return !node.entries.empty();
    }
    Children& children = *node.children;
    const std::size_t at = child_of(children, place);
    Node& below = own(children[at].node);
    if (!erase_in(below, place)) {
      children.erase(children.begin() + static_cast<std::ptrdiff_t>(at));
      return !children.empty();
    }
    children[at].last = last_of(below);
    children[at].size = size_of(below);
    return true;
  }

  std::shared_ptr<Node> root_;
};

}  // namespace bpmn
