// What came in and what was lost, in 64 bits.
#pragma once

#include <pcap/pcap.h>

#include <cstdint>

namespace capture {

struct Counters {
  /** Packets that passed the filter, dropped ones among them (ps_recv). */
  uint64_t received = 0;
  /** Packets the ring had no room for (ps_drop). */
  uint64_t kernel_drops = 0;
  /** Packets the interface or its driver dropped, of whatever kind (ps_ifdrop). */
  uint64_t interface_drops = 0;
  /** Packets and their captured bytes in the slabs that were handed over. */
  uint64_t packets = 0;
  uint64_t bytes = 0;
  /** Packets in a slab that was never handed over, because the capture was closed. */
  uint64_t abandoned = 0;
  /** How often the thread had to wait because JavaScript had all slabs. */
  uint64_t slab_waits = 0;
};

/** Adds up pcap_stats(), whose 32-bit counters wrap around. */
class StatsReader {
 public:
  /** To be called more often than 2^31 packets come in. When it fails, the counters stay as they are. */
  void Read(pcap_t* pcap, Counters& counters);

 private:
  pcap_stat last_ = {};
};

}  // namespace capture
