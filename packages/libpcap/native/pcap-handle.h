// Opens a device for live capture.
#pragma once

#include <pcap/pcap.h>

#include <memory>
#include <optional>
#include <string>

#include "failure.h"

namespace capture {

struct PcapCloser {
  void operator()(pcap_t* pcap) const { pcap_close(pcap); }
};
using PcapHandle = std::unique_ptr<pcap_t, PcapCloser>;

struct DeviceOptions {
  std::string device;
  std::string filter;
  int snaplen;
  int buffer_bytes;
  int timeout_ms;
  bool promiscuous;
  bool immediate;
  pcap_direction_t direction;
  /** The id of a PACKET_FANOUT group, or -1. */
  int fanout_group;
};

struct OpenDevice {
  PcapHandle pcap;
  /** What libpcap would like the user to know; often empty. */
  std::string warning;
};

/**
 * Opens, filters and sets to non-blocking; time stamps are in nanoseconds. Blocks while the kernel
 * makes the ring. Fills in `opened`, or returns why not.
 */
std::optional<Failure> Open(const DeviceOptions& options, OpenDevice& opened);

/** Lets no packet in any more; what is in the ring stays there to be read. False if that cannot be done. */
bool CloseIntake(pcap_t* pcap);

}  // namespace capture
