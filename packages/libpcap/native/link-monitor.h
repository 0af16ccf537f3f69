// Tells whether a network interface is up, has a carrier, or is gone.
#pragma once

#include <string>

namespace capture {

enum class LinkState { kUp, kNoCarrier, kDown, kGone, kUnknown };

class LinkMonitor {
 public:
  /** Asks through `fd`, any socket. A device that is no network interface, such as `any`, is kUnknown. */
  LinkMonitor(int fd, const std::string& device);

  /** Finds the interface by its number: under a new name it is the same, another of its name is not. */
  LinkState Read() const;

 private:
  const int fd_;
  int interface_index_;
};

}  // namespace capture
