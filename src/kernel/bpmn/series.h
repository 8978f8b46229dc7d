/// A sorted series in shared pieces: copying one costs a pointer for each piece, and changing an entry copies one piece
/// only. So a command on an instance with 100,000 living elements costs what one with ten costs.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

namespace bpmn {

/// Entries have `auto place() const`, by which they are sorted; each place once.
template <class T>
class Series {
  static constexpr std::size_t piece_max = 256;
  using Piece = std::vector<T>;

 public:
  using Place = decltype(std::declval<const T&>().place());

  Series() = default;
  Series(const Series& other) : one_(other.one_), many_(other.many_ ? std::make_unique<Many>(*other.many_) : nullptr) {}
  Series(Series&&) noexcept = default;
  Series& operator=(const Series& other) {
    if (this != &other) *this = Series(other);
    return *this;
  }
  Series& operator=(Series&&) noexcept = default;
  ~Series() = default;

  class const_iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using pointer = const T*;
    using reference = const T&;

    const_iterator() = default;
    const T& operator*() const { return series_->piece(piece_)[at_]; }
    const T* operator->() const { return &**this; }
    const_iterator& operator++() {
      if (++at_ == series_->piece(piece_).size()) {
        ++piece_;
        at_ = 0;
      }
      return *this;
    }
    const_iterator operator++(int) {
      const_iterator before = *this;
      ++*this;
      return before;
    }
    bool operator==(const const_iterator& other) const { return piece_ == other.piece_ && at_ == other.at_; }

   private:
    friend class Series;
    const_iterator(const Series* series, std::size_t piece, std::size_t at) : series_(series), piece_(piece), at_(at) {}
    const Series* series_ = nullptr;
    std::size_t piece_ = 0;
    std::size_t at_ = 0;
  };
  using iterator = const_iterator;
  using value_type = T;

  const_iterator begin() const { return {this, 0, 0}; }
  const_iterator end() const { return {this, pieces(), 0}; }
  std::size_t size() const { return many_ ? many_->size : one_ ? one_->size() : 0; }
  bool empty() const { return size() == 0; }
  const T& front() const { return piece(0).front(); }
  const T& back() const { return piece(pieces() - 1).back(); }
  const T& operator[](std::size_t index) const {
    std::size_t at = 0;
    while (index >= piece(at).size()) index -= piece(at++).size();
    return piece(at)[index];
  }

  const T* find(Place place) const {
    const const_iterator at = lower_bound(place);
    return at != end() && at->place() == place ? &*at : nullptr;
  }
  /// The first entry not before `place`.
  const_iterator lower_bound(Place place) const {
    const std::size_t at = piece_of(place);
    if (at == pieces()) return end();
    const Piece& entries = piece(at);
    return {this, at, static_cast<std::size_t>(within(entries, place) - entries.begin())};
  }

  /// To change an entry, but not its place; null pointer when there is none.
  T* edit(Place place) {
    const const_iterator at = lower_bound(place);
    if (at == end() || at->place() != place) return nullptr;
    return &own(at.piece_)[at.at_];
  }
  /// The place must be free.
  void insert(T entry) {
    if (pieces() == 0) return add(0, Piece{std::move(entry)});
    const std::size_t at = std::min(piece_of(entry.place()), pieces() - 1);
    Piece& entries = own(at);
    const auto before = within(entries, entry.place());
    if (before == entries.end() && entries.size() >= piece_max)  // in order, as keys are given out
      return add(at + 1, Piece{std::move(entry)});
    entries.insert(before, std::move(entry));
    if (many_) ++many_->size;
    if (entries.size() <= piece_max) return;
    const auto middle = entries.begin() + static_cast<std::ptrdiff_t>(entries.size() / 2);
    Piece more(std::make_move_iterator(middle), std::make_move_iterator(entries.end()));
    entries.erase(middle, entries.end());
    if (many_) many_->size -= more.size();
    add(at + 1, std::move(more));
  }
  bool erase(Place place) {
    const const_iterator at = lower_bound(place);
    if (at == end() || at->place() != place) return false;
    Piece& entries = own(at.piece_);
    entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(at.at_));
    if (many_) --many_->size;
    if (!entries.empty()) return true;
    if (many_)
      many_->pieces.erase(many_->pieces.begin() + static_cast<std::ptrdiff_t>(at.piece_));
    else
      one_ = nullptr;
    return true;
  }

  friend bool operator==(const Series& left, const Series& right) {
    return left.size() == right.size() && std::equal(left.begin(), left.end(), right.begin(), right.end());
  }

 private:
  /// Most series are small and have one piece only.
  struct Many {
    std::vector<std::shared_ptr<Piece>> pieces;
    std::size_t size = 0;
  };

  std::size_t pieces() const { return many_ ? many_->pieces.size() : one_ ? 1 : 0; }
  const Piece& piece(std::size_t at) const { return many_ ? *many_->pieces[at] : *one_; }
  static auto within(auto& entries, Place place) {
    return std::lower_bound(entries.begin(), entries.end(), place,
                            [](const T& entry, const Place& wanted) { return entry.place() < wanted; });
  }
  /// The first piece that ends at `place` or after it.
  std::size_t piece_of(Place place) const {
    std::size_t from = 0;
    std::size_t to = pieces();
    while (from < to) {
      const std::size_t middle = (from + to) / 2;
      if (piece(middle).back().place() < place)
        from = middle + 1;
      else
        to = middle;
    }
    return from;
  }
  Piece& own(std::size_t at) {
    std::shared_ptr<Piece>& shared = many_ ? many_->pieces[at] : one_;
    if (shared.use_count() > 1) shared = std::make_shared<Piece>(*shared);
    return *shared;
  }
  void add(std::size_t at, Piece entries) {
    auto shared = std::make_shared<Piece>(std::move(entries));
    if (!many_ && !one_) {
      one_ = std::move(shared);
      return;
    }
    if (!many_) {
      many_ = std::make_unique<Many>();
      many_->size = one_->size();
      many_->pieces.push_back(std::move(one_));
      one_ = nullptr;
    }
    many_->size += shared->size();
    many_->pieces.insert(many_->pieces.begin() + static_cast<std::ptrdiff_t>(at), std::move(shared));
  }

  std::shared_ptr<Piece> one_;
  std::unique_ptr<Many> many_;
};

}  // namespace bpmn
