// The JavaScript class `Capture`: a LiveCapture whose events become calls of one JavaScript function.
#pragma once

#include <node_api.h>

#include <memory>

#include "live-capture.h"

namespace capture {

class CaptureObject final : private CaptureEvents {
 public:
  /** The class. `new Capture(options, onEvent)` opens the device and starts. */
  static napi_value Class(napi_env env);

  ~CaptureObject() override;

 private:
  struct Event;

  explicit CaptureObject(napi_env env) : env_(env) {}

  static napi_value Construct(napi_env env, napi_callback_info info);
  std::optional<Failure> Open(napi_value self, napi_value options, napi_value on_event);
  std::optional<Failure> Describe(napi_value self, const SlabSize& size);
  std::optional<Failure> Start(napi_value self);

  template <void (CaptureObject::*Act)(napi_value argument)>
  static napi_value Method(napi_env env, napi_callback_info info);
  void Stop(napi_value);
  void Close(napi_value);
  void Release(napi_value slab);
  void Ref(napi_value);
  void Unref(napi_value);
  static napi_value Stats(napi_env env, napi_callback_info info);

  void OnSlab(int slab, uint32_t packets, uint32_t bytes) override;
  void OnLink(LinkState state) override;
  void OnEnd(const std::optional<Failure>& failure) override;
  void Send(Event event);
  static void OnEvent(napi_env env, napi_value on_event, void* self, void* event);

  static void OnEnvironmentEnds(void* self);
  void JoinThread();
  void LetGo();

  const napi_env env_;
  std::unique_ptr<LiveCapture> live_;
  Counters final_counters_;
  napi_threadsafe_function send_ = nullptr;
  /** Keeps the object while the thread runs. */
  napi_ref running_ = nullptr;
};

}  // namespace capture
