#include "live-capture.h"

#include <poll.h>
#include <signal.h>
#include <time.h>

#include <algorithm>
#include <cstring>

namespace capture {

namespace {

constexpr int64_t kLinkCheckMs = 200;
/** libpcap opens files for them. */
constexpr int64_t kStatsMs = 1000;
constexpr int64_t kSlackMs = 5;

int64_t Now() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

}  // namespace

std::unique_ptr<LiveCapture> LiveCapture::Open(const CaptureOptions& options, CaptureEvents& events,
                                               std::optional<Failure>& failure) {
  OpenDevice opened;
  failure = capture::Open(options.device, opened);
  if (failure) return nullptr;
  std::unique_ptr<LiveCapture> live(new LiveCapture(options, std::move(opened), events));
  if (options.slab.data_bytes < live->max_bytes_) {
    failure = Failure{"BAD_OPTION", "a slab must hold " + std::to_string(live->max_bytes_) + " bytes"};
    return nullptr;
  }
  if (live->pool_.complete() && live->wakeup_.fd() >= 0) return live;
  failure = Failure{"CAPTURE_FAILED", "not enough memory or file descriptors"};
  return nullptr;
}

LiveCapture::LiveCapture(const CaptureOptions& options, OpenDevice opened, CaptureEvents& events)
    : options_(options),
      events_(events),
      pool_(options.slabs, options.slab),
      pcap_(std::move(opened.pcap)),
      warning_(std::move(opened.warning)),
      max_bytes_(pcap_snapshot(pcap_.get())),
      monitor_(pcap_fileno(pcap_.get()), options.device.device),
      link_(monitor_.Read()) {}

LiveCapture::~LiveCapture() {
  Close();
  Join();
}

std::optional<Failure> LiveCapture::Start() {
  // Signals are for the program's own threads.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_t thread;
  const int error = pthread_create(&thread, nullptr, ThreadMain, this);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (error != 0) return Failure{"CAPTURE_FAILED", std::string("cannot start a thread: ") + strerror(error)};
  thread_ = thread;
  return std::nullopt;
}

void LiveCapture::Stop() {
  Mode expected = Mode::kCapturing;
  mode_.compare_exchange_strong(expected, Mode::kStopping);
  wakeup_.Signal();
}

void LiveCapture::Close() {
  mode_ = Mode::kClosed;
  wakeup_.Signal();
}

void LiveCapture::Join() {
  if (thread_) pthread_join(*thread_, nullptr);
  thread_.reset();
}

void LiveCapture::Release(int slab) {
  if (pool_.Release(slab) && waits_for_slab_) wakeup_.Signal();
}

Counters LiveCapture::counters() {
  std::lock_guard<std::mutex> lock(counters_mutex_);
  return counters_;
}

void* LiveCapture::ThreadMain(void* self) {
  pthread_setname_np(pthread_self(), "libpcap");
  static_cast<LiveCapture*>(self)->Run();
  return nullptr;
}

void LiveCapture::Run() {
  while (mode_ != Mode::kClosed) {
    KeepHouse(Now());
    if (IsStopping() && !draining_) BeginDrain();
    if (!HaveSlab()) {
      Wait(next_link_check_, false);
      continue;
    }
    const bool may_have_more = ReadRing();
    if (IsDrained(Now())) break;
    if (!may_have_more) Wait(NextDue(), true);
  }
  End();
}

/** Whether there is a slab to fill. */
bool LiveCapture::HaveSlab() {
  if (slab_ < 0) slab_ = pool_.Take();
  if (slab_ < 0 && !waits_for_slab_) {
    waits_for_slab_ = true;
    {
      std::lock_guard<std::mutex> lock(counters_mutex_);
      counters_.slab_waits++;
    }
    // Again: one that came back in between did not wake this thread.
    slab_ = pool_.Take();
  }
  if (slab_ >= 0) waits_for_slab_ = false;
  return slab_ >= 0;
}

/** Moves packets from the ring to the slab, and the slab on when it is due. False when the ring was empty at last. */
bool LiveCapture::ReadRing() {
  const Slab& slab = pool_.slab(slab_);
  const bool was_empty = slab.packets() == 0;
  const int packets = pcap_dispatch(pcap_.get(), -1, OnPacket, reinterpret_cast<u_char*>(this));
  if (packets == PCAP_ERROR && !failure_) {
    const bool gone = monitor_.Read() == LinkState::kGone;
    failure_ = Failure{gone ? "DEVICE_GONE" : "CAPTURE_FAILED", pcap_geterr(pcap_.get())};
  }
  const Milliseconds now = Now();
  const bool full = packets == PCAP_ERROR_BREAK;
  // A ring whose intake cannot be closed is never quiet.
  if ((packets > 0 || full) && intake_closed_) quiet_since_ = now;
  if (was_empty) slab_since_ = now;
  const bool old = slab.packets() > 0 && now >= slab_since_ + options_.slab_age_ms;
  if (full || old) HandOver();
  return full;
}

void LiveCapture::OnPacket(u_char* self, const pcap_pkthdr* header, const u_char* data) {
  auto* live = reinterpret_cast<LiveCapture*>(self);
  Slab& slab = live->pool_.slab(live->slab_);
  slab.Add(*header, data);
  // There must be room for whatever comes next.
  if (!slab.HasRoomFor(live->max_bytes_)) pcap_breakloop(live->pcap_.get());
}

void LiveCapture::HandOver() {
  const int index = slab_;
  const uint32_t packets = pool_.slab(index).packets();
  const uint32_t bytes = pool_.slab(index).bytes();
  slab_ = -1;
  {
    std::lock_guard<std::mutex> lock(counters_mutex_);
    counters_.packets += packets;
    counters_.bytes += bytes;
  }
  pool_.Lend(index);
  events_.OnSlab(index, packets, bytes);
}

void LiveCapture::BeginDrain() {
  draining_ = true;
  intake_closed_ = CloseIntake(pcap_.get());
  quiet_since_ = Now();
}

/**
 * The kernel shows a block of packets when it is full, or at a tick of a timer of `timeout_ms`: after
 * two ticks of nothing, there is nothing.
 */
bool LiveCapture::IsDrained(Milliseconds now) const {
  return draining_ && now >= quiet_since_ + 2 * options_.device.timeout_ms + kSlackMs;
}

LiveCapture::Milliseconds LiveCapture::NextDue() {
  if (failure_) return Now() + kSlackMs;
  Milliseconds due = next_link_check_;
  if (draining_) due = std::min(due, Now() + options_.device.timeout_ms);
  if (slab_ >= 0 && pool_.slab(slab_).packets() > 0) {
    // While packets keep coming, the kernel's next block wakes the thread first.
    due = std::min(due, slab_since_ + options_.slab_age_ms + kSlackMs);
  }
  return due;
}

void LiveCapture::Wait(Milliseconds until, bool for_packets) {
  // A device that failed is always ready.
  const int ring = for_packets && !failure_ ? pcap_get_selectable_fd(pcap_.get()) : -1;
  pollfd fds[] = {{wakeup_.fd(), POLLIN, 0}, {ring, POLLIN, 0}};
  poll(fds, 2, static_cast<int>(std::max<Milliseconds>(until - Now(), 0)));
  if (fds[0].revents) wakeup_.Clear();
}

void LiveCapture::KeepHouse(Milliseconds now) {
  if (now < next_link_check_) return;
  next_link_check_ = now + kLinkCheckMs;
  if (now >= next_stats_) {
    next_stats_ = now + kStatsMs;
    std::lock_guard<std::mutex> lock(counters_mutex_);
    stats_.Read(pcap_.get(), counters_);
  }
  const LinkState link = monitor_.Read();
  if (link == link_ || link == LinkState::kGone || link == LinkState::kUnknown) return;
  link_ = link;
  events_.OnLink(link);
}

void LiveCapture::End() {
  const uint32_t left = slab_ >= 0 ? pool_.slab(slab_).packets() : 0;
  if (left > 0 && mode_ != Mode::kClosed) HandOver();
  {
    std::lock_guard<std::mutex> lock(counters_mutex_);
    if (slab_ >= 0) counters_.abandoned = left;
    stats_.Read(pcap_.get(), counters_);
  }
  pcap_.reset();
  events_.OnEnd(failure_);
}

}  // namespace capture
