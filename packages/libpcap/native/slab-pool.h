// A fixed number of slabs that go from the capture thread to JavaScript and back.
#pragma once

#include <mutex>
#include <vector>

#include "slab.h"

namespace capture {

class SlabPool {
 public:
  SlabPool(int slabs, SlabSize size);

  /** Whether all memory could be had. */
  bool complete() const;
  int size() const { return static_cast<int>(slabs_.size()); }
  Slab& slab(int index) { return slabs_[index]; }

  /** A free slab, emptied, or -1 when all are in use. Any thread, as all below. */
  int Take();
  /** Marks a taken slab as lent to JavaScript. */
  void Lend(int index);
  /** Makes a lent slab free again. False for one that is not lent: it is left alone. */
  bool Release(int index);

 private:
  enum class State : uint8_t { kFree, kTaken, kLent };

  std::mutex mutex_;
  std::vector<Slab> slabs_;
  std::vector<State> states_;
};

}  // namespace capture
