// A thread that reads packets from an open device into slabs.
#pragma once

#include <pcap/pcap.h>
#include <pthread.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "counters.h"
#include "failure.h"
#include "link-monitor.h"
#include "pcap-handle.h"
#include "slab-pool.h"
#include "wakeup.h"

namespace capture {

struct CaptureOptions {
  DeviceOptions device;
  SlabSize slab;
  int slabs;
  /** A slab is handed over when it is full, or when its first packet has been in it for so long. */
  int slab_age_ms;
};

/** Told on the capture thread, in the order things happened. */
class CaptureEvents {
 public:
  virtual ~CaptureEvents() = default;
  /** `slab` is lent until Release(). */
  virtual void OnSlab(int slab, uint32_t packets, uint32_t bytes) = 0;
  virtual void OnLink(LinkState state) = 0;
  /** The last event. The device is closed; the counters are final. */
  virtual void OnEnd(const std::optional<Failure>& failure) = 0;
};

class LiveCapture {
 public:
  /** Opens the device. `failure` says why the result is null. */
  static std::unique_ptr<LiveCapture> Open(const CaptureOptions& options, CaptureEvents& events,
                                           std::optional<Failure>& failure);
  /** Closes, and joins. */
  ~LiveCapture();
  LiveCapture(const LiveCapture&) = delete;
  LiveCapture& operator=(const LiveCapture&) = delete;

  /** Starts the thread; from then on events come. Call once. */
  std::optional<Failure> Start();
  /** Lets nothing more in, hands over what came in, then ends. */
  void Stop();
  /** Ends at once; what was not handed over is given up. */
  void Close();
  /** Waits for the end. */
  void Join();
  void Release(int slab);
  /** Those of libpcap are up to a second old while capturing. */
  Counters counters();

  /** Of the open device; to be asked before Start(), as the next three. */
  int dlt() const { return pcap_datalink(pcap_.get()); }
  int snaplen() const { return pcap_snapshot(pcap_.get()); }
  const std::string& warning() const { return warning_; }
  LinkState link() const { return link_; }
  SlabPool& pool() { return pool_; }

 private:
  enum class Mode { kCapturing, kStopping, kClosed };
  using Milliseconds = int64_t;

  LiveCapture(const CaptureOptions& options, OpenDevice opened, CaptureEvents& events);

  static void* ThreadMain(void* self);
  static void OnPacket(u_char* self, const pcap_pkthdr* header, const u_char* data);
  void Run();
  bool HaveSlab();
  bool ReadRing();
  void HandOver();
  bool IsStopping() const { return mode_ == Mode::kStopping || failure_; }
  void BeginDrain();
  bool IsDrained(Milliseconds now) const;
  Milliseconds NextDue();
  void Wait(Milliseconds until, bool for_packets);
  void KeepHouse(Milliseconds now);
  void End();

  const CaptureOptions options_;
  CaptureEvents& events_;
  Wakeup wakeup_;
  SlabPool pool_;
  PcapHandle pcap_;
  const std::string warning_;
  /** Of a packet; libpcap may need more than the snaplen asked for. */
  const uint32_t max_bytes_;
  const LinkMonitor monitor_;
  std::atomic<Mode> mode_{Mode::kCapturing};
  std::atomic<bool> waits_for_slab_{false};
  std::optional<pthread_t> thread_;

  std::mutex counters_mutex_;
  Counters counters_;

  // Below: used by the capture thread only, once it runs.
  StatsReader stats_;
  LinkState link_;
  std::optional<Failure> failure_;
  /** The slab being filled, or -1. */
  int slab_ = -1;
  Milliseconds slab_since_ = 0;
  bool draining_ = false;
  bool intake_closed_ = false;
  Milliseconds quiet_since_ = 0;
  Milliseconds next_link_check_ = 0;
  Milliseconds next_stats_ = 0;
};

}  // namespace capture
