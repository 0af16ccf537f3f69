#include "filter.h"

#include <mutex>

#include "pcap-handle.h"

namespace capture {

std::optional<Failure> Filter::Compile(pcap_t* pcap, const std::string& text, bpf_u_int32 netmask) {
  // libpcap looks up protocols and networks with C library calls that are not reentrant, and worker
  // threads may all be opening devices at once.
  static std::mutex one_at_a_time;
  std::lock_guard<std::mutex> lock(one_at_a_time);
  if (pcap_compile(pcap, &program_, text.c_str(), 1, netmask) == 0) return std::nullopt;
  return Failure{"BAD_FILTER", pcap_geterr(pcap)};
}

std::optional<Failure> Filter::CompileFor(const std::string& text, int dlt, int snaplen) {
  PcapHandle pcap(pcap_open_dead(dlt, snaplen));
  if (!pcap) return Failure{"CAPTURE_FAILED", "out of memory"};
  return Compile(pcap.get(), text, PCAP_NETMASK_UNKNOWN);
}

}  // namespace capture
