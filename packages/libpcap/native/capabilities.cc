#include "capabilities.h"

#include <dirent.h>
#include <errno.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>

// A signal makes the threads do it, as it makes them change their user in the C library's setuid(). And
// it is the same signal, because no thread can block that one; sigaction(3) refuses to handle it, the
// kernel does not. The signal says who sent it: the C library's own go on to its handler meanwhile, and
// ours, should one come late, are ignored by it.

namespace capture {

namespace {

constexpr int kSetXidSignal = 33;
constexpr size_t kSignalSetBytes = 8;
constexpr unsigned long kSaRestorer = 0x04000000;

/** struct sigaction as the kernel of x86-64 and arm64 has it. */
struct KernelSigaction {
  void (*handler)(int, siginfo_t*, void*);
  unsigned long flags;
  void (*restorer)();
  uint64_t mask;
};

KernelSigaction before;
std::atomic<int> answers;

int SetAction(const KernelSigaction* action, KernelSigaction* old) {
  return static_cast<int>(syscall(SYS_rt_sigaction, kSetXidSignal, action, old, kSignalSetBytes));
}

/** Async-signal-safe. */
void ClearOwn() {
  const __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  const __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  syscall(SYS_capset, &header, none);
}

bool IsOurs(const siginfo_t& info) {
  return info.si_code == SI_QUEUE && info.si_pid == getpid() && info.si_value.sival_ptr == &answers;
}

void OnSignal(int signal, siginfo_t* info, void* context) {
  if (!IsOurs(*info)) return before.handler(signal, info, context);
  const int error = errno;
  ClearOwn();
  errno = error;
  answers++;
}

bool SendTo(int thread) {
  siginfo_t info = {};
  info.si_signo = kSetXidSignal;
  info.si_code = SI_QUEUE;
  info.si_pid = getpid();
  info.si_uid = getuid();
  info.si_value.sival_ptr = &answers;
  return syscall(SYS_rt_tgsigqueueinfo, getpid(), thread, kSetXidSignal, &info) == 0;
}

/** How many threads were asked. */
int SendToOthers(DIR* tasks) {
  const auto self = static_cast<int>(syscall(SYS_gettid));
  int sent = 0;
  while (const dirent* entry = readdir(tasks)) {
    const int thread = atoi(entry->d_name);
    if (thread > 0 && thread != self && SendTo(thread)) sent++;
  }
  return sent;
}

}  // namespace

std::optional<Failure> ClearCapabilities(int timeout_ms) {
  static std::mutex one_at_a_time;
  std::lock_guard<std::mutex> lock(one_at_a_time);
  ClearOwn();
#if !defined(__GLIBC__) || !(defined(__x86_64__) || defined(__aarch64__))
  return Failure{"CAPABILITIES_LEFT", "only known how to with glibc on x86-64 and arm64"};
#endif
  const std::unique_ptr<DIR, int (*)(DIR*)> tasks(opendir("/proc/self/task"), closedir);
  if (!tasks) return Failure{"CAPABILITIES_LEFT", std::string("/proc/self/task: ") + strerror(errno)};
  // Without a handler there is only one thread: the C library sets it when it starts the second.
  if (SetAction(nullptr, &before) != 0 || !(before.flags & SA_SIGINFO)) return std::nullopt;

  answers = 0;
  const unsigned long restorer = before.flags & kSaRestorer;
  const KernelSigaction ours = {OnSignal, SA_SIGINFO | SA_RESTART | restorer, before.restorer, 0};
  if (SetAction(&ours, nullptr) != 0) return Failure{"CAPABILITIES_LEFT", strerror(errno)};
  const int sent = SendToOthers(tasks.get());
  const timespec millisecond = {0, 1'000'000};
  for (int waited = 0; answers < sent && waited < timeout_ms; waited++) nanosleep(&millisecond, nullptr);
  SetAction(&before, nullptr);
  return std::nullopt;
}

}  // namespace capture
