#include "pcap-handle.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

#include <cstring>

#include "filter.h"

namespace capture {

namespace {

std::string TextOf(pcap_t* pcap, int status) {
  const char* details = pcap_geterr(pcap);
  return *details ? details : pcap_statustostr(status);
}

Failure WhyNotActivated(pcap_t* pcap, int status) {
  const std::string text = TextOf(pcap, status);
  switch (status) {
    case PCAP_ERROR_NO_SUCH_DEVICE:
      return {"NO_SUCH_DEVICE", text};
    case PCAP_ERROR_PERM_DENIED:
    case PCAP_ERROR_PROMISC_PERM_DENIED:
      return {"NO_PERMISSION", text};
    case PCAP_ERROR_IFACE_NOT_UP:
      return {"DEVICE_DOWN", text};
    default:
      return {"CAPTURE_FAILED", text};
  }
}

std::optional<Failure> Configure(pcap_t* pcap, const DeviceOptions& options) {
  // `any` has no promiscuous mode, and asking for it hides other warnings.
  const bool promiscuous = options.promiscuous && options.device != "any";
  const bool done = pcap_set_snaplen(pcap, options.snaplen) == 0 &&
                    pcap_set_promisc(pcap, promiscuous) == 0 &&
                    pcap_set_timeout(pcap, options.timeout_ms) == 0 &&
                    pcap_set_immediate_mode(pcap, options.immediate) == 0 &&
                    pcap_set_buffer_size(pcap, options.buffer_bytes) == 0 &&
                    pcap_set_tstamp_precision(pcap, PCAP_TSTAMP_PRECISION_NANO) == 0;
  if (done) return std::nullopt;
  return Failure{"CAPTURE_FAILED", "this libpcap or device lacks an option, such as times in nanoseconds"};
}

/** Packets that the device's members share out by flow. */
std::optional<Failure> JoinFanout(pcap_t* pcap, int group) {
  const int fanout = group | PACKET_FANOUT_HASH << 16;
  if (setsockopt(pcap_fileno(pcap), SOL_PACKET, PACKET_FANOUT, &fanout, sizeof fanout) == 0) return std::nullopt;
  return Failure{"CAPTURE_FAILED", "cannot join fanout group " + std::to_string(group) + ": " + strerror(errno)};
}

/** Filters with the empty filter too: it makes the kernel cut packets to the snaplen. */
std::optional<Failure> SetFilter(pcap_t* pcap, const DeviceOptions& options) {
  bpf_u_int32 network = 0;
  bpf_u_int32 netmask = PCAP_NETMASK_UNKNOWN;
  char ignored[PCAP_ERRBUF_SIZE];
  if (options.device == "any" || pcap_lookupnet(options.device.c_str(), &network, &netmask, ignored) != 0) {
    netmask = PCAP_NETMASK_UNKNOWN;
  }
  Filter filter;
  if (auto failure = filter.Compile(pcap, options.filter, netmask)) return failure;
  if (pcap_setfilter(pcap, filter.program()) == 0) return std::nullopt;
  return Failure{"BAD_FILTER", pcap_geterr(pcap)};
}

}  // namespace

std::optional<Failure> Open(const DeviceOptions& options, OpenDevice& opened) {
  char error[PCAP_ERRBUF_SIZE] = "";
  PcapHandle pcap(pcap_create(options.device.c_str(), error));
  if (!pcap) return Failure{"CAPTURE_FAILED", error};
  if (auto failure = Configure(pcap.get(), options)) return failure;

  const int status = pcap_activate(pcap.get());
  if (status < 0) return WhyNotActivated(pcap.get(), status);
  if (status > 0) opened.warning = TextOf(pcap.get(), status);

  // Programs started meanwhile must not get hold of the device.
  fcntl(pcap_fileno(pcap.get()), F_SETFD, FD_CLOEXEC);
  if (options.fanout_group >= 0) {
    if (auto failure = JoinFanout(pcap.get(), options.fanout_group)) return failure;
  }
  if (auto failure = SetFilter(pcap.get(), options)) return failure;
  if (options.direction != PCAP_D_INOUT && pcap_setdirection(pcap.get(), options.direction) != 0) {
    return Failure{"CAPTURE_FAILED", pcap_geterr(pcap.get())};
  }
  if (pcap_setnonblock(pcap.get(), 1, error) != 0) return Failure{"CAPTURE_FAILED", error};
  if (pcap_get_selectable_fd(pcap.get()) < 0) {
    return Failure{"CAPTURE_FAILED", "the device cannot be waited for with poll(2)"};
  }
  opened.pcap = std::move(pcap);
  return std::nullopt;
}

bool CloseIntake(pcap_t* pcap) {
  sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
  const sock_fprog program = {1, &nothing};
  return setsockopt(pcap_fileno(pcap), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0;
}

}  // namespace capture
