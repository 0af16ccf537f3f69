// Wakes a thread that waits in poll(2).
#pragma once

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

namespace capture {

class Wakeup {
 public:
  Wakeup() : fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}
  ~Wakeup() {
    if (fd_ >= 0) close(fd_);
  }
  Wakeup(const Wakeup&) = delete;
  Wakeup& operator=(const Wakeup&) = delete;

  /** Readable from Signal() to Clear(); negative when the process has no file descriptor left. */
  int fd() const { return fd_; }
  void Signal() { eventfd_write(fd_, 1); }
  void Clear() {
    eventfd_t count;
    eventfd_read(fd_, &count);
  }

 private:
  const int fd_;
};

}  // namespace capture
