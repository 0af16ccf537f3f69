#include "counters.h"

namespace capture {

void StatsReader::Read(pcap_t* pcap, Counters& counters) {
  pcap_stat now;
  if (pcap_stats(pcap, &now) != 0) return;
  counters.received += now.ps_recv - last_.ps_recv;
  counters.kernel_drops += now.ps_drop - last_.ps_drop;
  // libpcap reads the interface's own counters, which go back to 0 with a reset or when it is gone.
  const auto interface_drops = static_cast<int32_t>(now.ps_ifdrop - last_.ps_ifdrop);
  if (interface_drops > 0) counters.interface_drops += interface_drops;
  last_ = now;
}

}  // namespace capture
