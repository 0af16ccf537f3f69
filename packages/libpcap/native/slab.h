// A block of memory for many captured packets: five arrays of 32-bit numbers, then the packets' bytes.
#pragma once

#include <pcap/pcap.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>

namespace capture {

/** What a slab can hold. */
struct SlabSize {
  uint32_t data_bytes;
  uint32_t max_packets;
};

/**
 * In its memory, all of `max_packets` numbers: offsets (within the data), captured lengths, original
 * lengths, seconds since 1970, nanoseconds; then `data_bytes` of data. The memory is shared: it is freed
 * when the slab is gone and nobody else holds it.
 */
class Slab {
 public:
  explicit Slab(SlabSize size);

  /** Null when there was not enough memory. */
  const std::shared_ptr<uint8_t>& memory() const { return memory_; }
  size_t memory_bytes() const;

  uint32_t packets() const { return packets_; }
  uint32_t bytes() const { return bytes_; }

  bool HasRoomFor(uint32_t length) const {
    return packets_ < size_.max_packets && length <= size_.data_bytes - bytes_;
  }

  /** Copies a packet in, cut if it is longer than the room. `header.ts.tv_usec` holds nanoseconds. */
  void Add(const pcap_pkthdr& header, const uint8_t* packet) {
    if (packets_ == size_.max_packets) return;
    const uint32_t length = std::min(header.caplen, size_.data_bytes - bytes_);
    memcpy(data_ + bytes_, packet, length);
    offsets_[packets_] = bytes_;
    captured_lengths_[packets_] = length;
    original_lengths_[packets_] = header.len;
    seconds_[packets_] = static_cast<uint32_t>(header.ts.tv_sec);
    nanoseconds_[packets_] = static_cast<uint32_t>(header.ts.tv_usec);
    bytes_ += length;
    packets_++;
  }

  void Clear();

 private:
  SlabSize size_;
  std::shared_ptr<uint8_t> memory_;
  uint32_t* offsets_;
  uint32_t* captured_lengths_;
  uint32_t* original_lengths_;
  uint32_t* seconds_;
  uint32_t* nanoseconds_;
  uint8_t* data_;
  uint32_t packets_ = 0;
  uint32_t bytes_ = 0;
};

}  // namespace capture
