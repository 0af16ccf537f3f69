// Drives the capture core without Node, so that sanitizers and valgrind see nothing but it. In a network
// namespace of its own, round after round: opens `lo`, sends itself datagrams, ends in one of the ways a
// capture can end, and checks that all came where all have to. Another thread plays JavaScript's part.
// usage: harness ROUNDS
#include <arpa/inet.h>
#include <dirent.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <thread>

#include "../../native/live-capture.h"

namespace {

using capture::CaptureOptions;
using capture::Counters;
using capture::Failure;
using capture::LinkState;
using capture::LiveCapture;

constexpr int kDatagrams = 200;
constexpr int kDatagramBytes = 1000;
/** Ethernet, IPv4, UDP. */
constexpr int kHeaderBytes = 14 + 20 + 8;
constexpr int kPort = 9000;

void Check(bool condition, const char* what, int round) {
  if (condition) return;
  fprintf(stderr, "round %d: %s\n", round, what);
  exit(1);
}

/** Reads each slab on a thread of its own and gives it back. */
class Consumer final : public capture::CaptureEvents {
 public:
  explicit Consumer(bool keeps_all) : keeps_all_(keeps_all) {}

  void Consume(LiveCapture& live) {
    thread_ = std::thread([this, &live] {
      for (int slab; (slab = Next()) >= 0;) {
        for (size_t i = 0; i < live.pool().slab(slab).memory_bytes(); i += 64) {
          sum_ += live.pool().slab(slab).memory().get()[i];
        }
        if (!keeps_all_) live.Release(slab);
      }
    });
  }

  void Join() { thread_.join(); }

  void OnSlab(int slab, uint32_t packets, uint32_t) override {
    std::lock_guard<std::mutex> lock(mutex_);
    packets_ += packets;
    slabs_.push_back(slab);
    changed_.notify_all();
  }

  void OnLink(LinkState) override {}

  void OnEnd(const std::optional<Failure>& failure) override {
    std::lock_guard<std::mutex> lock(mutex_);
    failed_ = failure.has_value();
    slabs_.push_back(-1);
    changed_.notify_all();
  }

  int packets() const { return packets_; }
  bool failed() const { return failed_; }

 private:
  int Next() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return !slabs_.empty(); });
    const int slab = slabs_.front();
    slabs_.pop_front();
    return slab;
  }

  const bool keeps_all_;
  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<int> slabs_;
  int packets_ = 0;
  bool failed_ = false;
  unsigned sum_ = 0;
};

CaptureOptions Options(const char* filter) {
  capture::DeviceOptions device = {"lo", filter, 65535, 1 << 20, 5, true, false, PCAP_D_INOUT, -1};
  return {device, {1 << 17, 1 << 11}, 2, 10};
}

void SendDatagrams() {
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_in to = {};
  to.sin_family = AF_INET;
  to.sin_port = htons(kPort);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const char data[kDatagramBytes] = {};
  for (int i = 0; i < kDatagrams; i++) {
    sendto(fd, data, sizeof data, 0, reinterpret_cast<sockaddr*>(&to), sizeof to);
  }
  close(fd);
}

enum class Ending { kStop, kClose, kDestroy, kSlabsKept };

void Round(int round, Ending ending) {
  std::optional<Failure> failure;
  Consumer consumer(ending == Ending::kSlabsKept);
  auto live = LiveCapture::Open(Options("udp dst port 9000"), consumer, failure);
  Check(live != nullptr, failure ? failure->text.c_str() : "", round);
  Check(!live->Start(), "no thread", round);
  consumer.Consume(*live);
  SendDatagrams();
  if (ending == Ending::kStop) {
    live->Stop();
    consumer.Join();
    Check(consumer.packets() == kDatagrams, "packets are missing", round);
    Check(live->counters().packets == kDatagrams, "packets are not counted", round);
    Check(live->counters().bytes == kDatagrams * (kHeaderBytes + kDatagramBytes), "bytes are missing", round);
    Check(live->counters().received >= kDatagrams, "libpcap's packets are not counted", round);
  } else {
    if (ending == Ending::kSlabsKept) usleep(20'000);
    if (ending == Ending::kDestroy) {
      live->Stop();
    } else {
      live->Close();
    }
    if (ending != Ending::kDestroy) consumer.Join();
  }
  if (ending == Ending::kDestroy) {
    live->Close();
    live->Join();
    consumer.Join();
  }
  Check(!consumer.failed(), "the capture failed", round);
}

void RoundThatCannotOpen(int round) {
  std::optional<Failure> failure;
  Consumer consumer(false);
  Check(LiveCapture::Open(Options("no filter"), consumer, failure) == nullptr, "a bad filter is no error", round);
  Check(failure && !strcmp(failure->code, "BAD_FILTER"), "a bad filter has another code", round);
}

int EntriesOf(const char* path) {
  DIR* folder = opendir(path);
  int entries = 0;
  while (readdir(folder)) entries++;
  closedir(folder);
  return entries;
}

void EnterOwnNamespace() {
  ifreq request = {};
  strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP;
  const bool isolated = unshare(CLONE_NEWNET) == 0;
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  Check(isolated && ioctl(fd, SIOCSIFFLAGS, &request) == 0, "needs root, to make a network namespace", 0);
  close(fd);
}

}  // namespace

int main(int, char** arguments) {
  EnterOwnNamespace();
  const int rounds = atoi(arguments[1]);
  const int files = EntriesOf("/proc/self/fd");
  for (int round = 0; round < rounds; round++) {
    switch (round % 5) {
      case 0:
        Round(round, Ending::kStop);
        break;
      case 1:
        Round(round, Ending::kClose);
        break;
      case 2:
        Round(round, Ending::kDestroy);
        break;
      case 3:
        Round(round, Ending::kSlabsKept);
        break;
      case 4:
        RoundThatCannotOpen(round);
    }
  }
  Check(EntriesOf("/proc/self/fd") == files, "files are left open", rounds);
  printf("%d rounds\n", rounds);
}
