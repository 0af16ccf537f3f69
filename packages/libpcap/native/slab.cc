#include "slab.h"

#include <sys/mman.h>

namespace capture {

namespace {

constexpr size_t kNumbersPerPacket = 5;

/**
 * Zeroed, so that JavaScript never sees old memory; not touched before it is used; back with the system
 * as soon as it is freed. malloc promises none of these to a program that frees large blocks.
 */
std::shared_ptr<uint8_t> Allocate(size_t bytes) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  return {static_cast<uint8_t*>(memory), [bytes](uint8_t* freed) { munmap(freed, bytes); }};
}

}  // namespace

Slab::Slab(SlabSize size)
    : size_(size),
      memory_(Allocate(memory_bytes())),
      offsets_(reinterpret_cast<uint32_t*>(memory_.get())),
      captured_lengths_(offsets_ + size.max_packets),
      original_lengths_(captured_lengths_ + size.max_packets),
      seconds_(original_lengths_ + size.max_packets),
      nanoseconds_(seconds_ + size.max_packets),
      data_(reinterpret_cast<uint8_t*>(nanoseconds_ + size.max_packets)) {}

size_t Slab::memory_bytes() const {
  return kNumbersPerPacket * sizeof(uint32_t) * size_.max_packets + size_.data_bytes;
}

void Slab::Clear() {
  packets_ = 0;
  bytes_ = 0;
}

}  // namespace capture
