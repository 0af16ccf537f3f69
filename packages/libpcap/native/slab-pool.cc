#include "slab-pool.h"

#include <algorithm>

namespace capture {

SlabPool::SlabPool(int slabs, SlabSize size) : states_(slabs, State::kFree) {
  slabs_.reserve(slabs);
  for (int i = 0; i < slabs; i++) slabs_.emplace_back(size);
}

bool SlabPool::complete() const {
  return std::all_of(slabs_.begin(), slabs_.end(), [](const Slab& slab) { return slab.memory() != nullptr; });
}

int SlabPool::Take() {
  std::lock_guard<std::mutex> lock(mutex_);
  // The lowest free one: under light load the same few stay in the processor's cache.
  for (int i = 0; i < size(); i++) {
    if (states_[i] != State::kFree) continue;
    states_[i] = State::kTaken;
    slabs_[i].Clear();
    return i;
  }
  return -1;
}

void SlabPool::Lend(int index) {
  std::lock_guard<std::mutex> lock(mutex_);
  states_[index] = State::kLent;
}

bool SlabPool::Release(int index) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (index < 0 || index >= size() || states_[index] != State::kLent) return false;
  states_[index] = State::kFree;
  return true;
}

}  // namespace capture
