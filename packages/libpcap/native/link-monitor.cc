#include "link-monitor.h"

#include <errno.h>
#include <net/if.h>
#include <sys/ioctl.h>

namespace capture {

LinkMonitor::LinkMonitor(int fd, const std::string& device)
    : fd_(fd), interface_index_(static_cast<int>(if_nametoindex(device.c_str()))) {}

LinkState LinkMonitor::Read() const {
  if (interface_index_ == 0) return LinkState::kUnknown;
  ifreq request = {};
  request.ifr_ifindex = interface_index_;
  if (ioctl(fd_, SIOCGIFNAME, &request) != 0 || ioctl(fd_, SIOCGIFFLAGS, &request) != 0) {
    return errno == ENODEV || errno == ENXIO ? LinkState::kGone : LinkState::kUnknown;
  }
  if (!(request.ifr_flags & IFF_UP)) return LinkState::kDown;
  return request.ifr_flags & IFF_RUNNING ? LinkState::kUp : LinkState::kNoCarrier;
}

}  // namespace capture
