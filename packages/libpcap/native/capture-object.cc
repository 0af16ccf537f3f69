#include "capture-object.h"

#include "napi-values.h"

namespace capture {

namespace {

CaptureOptions ReadOptions(napi_env env, napi_value options) {
  const auto number = [&](const char* name) { return GetNumber(env, options, name); };
  return {
      {
          GetText(env, options, "device"),
          GetText(env, options, "filter"),
          static_cast<int>(number("snaplen")),
          static_cast<int>(number("bufferBytes")),
          static_cast<int>(number("timeoutMs")),
          GetBoolean(env, options, "promiscuous"),
          GetBoolean(env, options, "immediate"),
          static_cast<pcap_direction_t>(number("direction")),
          static_cast<int>(number("fanoutGroup")),
      },
      {static_cast<uint32_t>(number("slabBytes")), static_cast<uint32_t>(number("slabPackets"))},
      static_cast<int>(number("slabs")),
      static_cast<int>(number("slabAgeMs")),
  };
}

/** An ArrayBuffer over a slab's memory, which each of them keeps alive. */
napi_value ShareMemory(napi_env env, const Slab& slab) {
  auto* held = new std::shared_ptr<uint8_t>(slab.memory());
  const auto free_it = [](napi_env, void*, void* hint) { delete static_cast<std::shared_ptr<uint8_t>*>(hint); };
  napi_value buffer = nullptr;
  if (napi_create_external_arraybuffer(env, held->get(), slab.memory_bytes(), free_it, held, &buffer) != napi_ok) {
    delete held;
    return nullptr;
  }
  return buffer;
}

napi_property_descriptor MethodOf(const char* name, napi_callback callback) {
  return {name, nullptr, callback, nullptr, nullptr, nullptr, napi_default_method, nullptr};
}

}  // namespace

/** What the capture thread tells the JavaScript thread. The kinds are those of src/binding.ts. */
struct CaptureObject::Event {
  enum Kind { kSlab, kLink, kEnd };
  Kind kind;
  /** The slab's index, or the link's state. */
  int subject = 0;
  uint32_t packets = 0;
  uint32_t bytes = 0;
  std::optional<Failure> failure;
};

napi_value CaptureObject::Class(napi_env env) {
  const napi_property_descriptor methods[] = {
      MethodOf("stop", Method<&CaptureObject::Stop>),       MethodOf("close", Method<&CaptureObject::Close>),
      MethodOf("release", Method<&CaptureObject::Release>), MethodOf("ref", Method<&CaptureObject::Ref>),
      MethodOf("unref", Method<&CaptureObject::Unref>),     MethodOf("stats", Stats),
  };
  napi_value result = nullptr;
  napi_define_class(env, "Capture", NAPI_AUTO_LENGTH, Construct, nullptr, sizeof methods / sizeof *methods, methods,
                    &result);
  return result;
}

CaptureObject::~CaptureObject() { JoinThread(); }

napi_value CaptureObject::Construct(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value arguments[2];
  napi_value self = nullptr;
  napi_get_cb_info(env, info, &count, arguments, &self, nullptr);
  std::unique_ptr<CaptureObject> object(new CaptureObject(env));
  if (const auto failure = object->Open(self, arguments[0], arguments[1])) {
    if (object->send_) object->LetGo();
    return Throw(env, *failure);
  }
  object.release();
  return self;
}

std::optional<Failure> CaptureObject::Open(napi_value self, napi_value options, napi_value on_event) {
  const CaptureOptions chosen = ReadOptions(env_, options);
  std::optional<Failure> failure;
  live_ = LiveCapture::Open(chosen, *this, failure);
  if (failure) return failure;
  const napi_value name = ToText(env_, "libpcap");
  if (napi_create_threadsafe_function(env_, on_event, nullptr, name, 0, 1, nullptr, nullptr, this, OnEvent, &send_) !=
      napi_ok) {
    return Failure{"CAPTURE_FAILED", "cannot make a way into JavaScript"};
  }
  if ((failure = Describe(self, chosen.slab))) return failure;
  return Start(self);
}

/** Sets the properties of the JavaScript object. */
std::optional<Failure> CaptureObject::Describe(napi_value self, const SlabSize& size) {
  Set(env_, self, "dlt", ToNumber(env_, live_->dlt()));
  Set(env_, self, "snaplen", ToNumber(env_, live_->snaplen()));
  Set(env_, self, "warning", ToText(env_, live_->warning()));
  Set(env_, self, "link", ToNumber(env_, static_cast<int>(live_->link())));
  napi_value memory = nullptr;
  napi_create_array(env_, &memory);
  for (int i = 0; i < live_->pool().size(); i++) {
    const napi_value buffer = ShareMemory(env_, live_->pool().slab(i));
    if (!buffer) return Failure{"CAPTURE_FAILED", "this runtime cannot share memory with an addon"};
    napi_set_element(env_, memory, i, buffer);
  }
  Set(env_, self, "memory", memory);
  return std::nullopt;
}

std::optional<Failure> CaptureObject::Start(napi_value self) {
  const auto finalize = [](napi_env, void* object, void*) { delete static_cast<CaptureObject*>(object); };
  if (const auto failure = live_->Start()) return failure;
  napi_wrap(env_, self, this, finalize, nullptr, nullptr);
  napi_create_reference(env_, self, 1, &running_);
  napi_add_env_cleanup_hook(env_, OnEnvironmentEnds, this);
  return std::nullopt;
}

template <void (CaptureObject::*Act)(napi_value argument)>
napi_value CaptureObject::Method(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument = nullptr;
  napi_value self = nullptr;
  void* object = nullptr;
  napi_get_cb_info(env, info, &count, &argument, &self, nullptr);
  if (napi_unwrap(env, self, &object) == napi_ok) (static_cast<CaptureObject*>(object)->*Act)(argument);
  return nullptr;
}

void CaptureObject::Stop(napi_value) {
  if (live_) live_->Stop();
}

void CaptureObject::Close(napi_value) {
  if (live_) live_->Close();
}

void CaptureObject::Release(napi_value slab) {
  if (live_) live_->Release(static_cast<int>(ToNumber(env_, slab)));
}

void CaptureObject::Ref(napi_value) {
  if (live_) napi_ref_threadsafe_function(env_, send_);
}

void CaptureObject::Unref(napi_value) {
  if (live_) napi_unref_threadsafe_function(env_, send_);
}

napi_value CaptureObject::Stats(napi_env env, napi_callback_info info) {
  napi_value self = nullptr;
  void* unwrapped = nullptr;
  napi_get_cb_info(env, info, nullptr, nullptr, &self, nullptr);
  if (napi_unwrap(env, self, &unwrapped) != napi_ok) return nullptr;
  const auto* object = static_cast<CaptureObject*>(unwrapped);
  const Counters now = object->live_ ? object->live_->counters() : object->final_counters_;
  napi_value result = nullptr;
  napi_create_object(env, &result);
  Set(env, result, "receivedPackets", ToNumber(env, now.received));
  Set(env, result, "kernelDrops", ToNumber(env, now.kernel_drops));
  Set(env, result, "interfaceDrops", ToNumber(env, now.interface_drops));
  Set(env, result, "handedOverPackets", ToNumber(env, now.packets));
  Set(env, result, "handedOverBytes", ToNumber(env, now.bytes));
  Set(env, result, "abandonedPackets", ToNumber(env, now.abandoned));
  Set(env, result, "slabWaits", ToNumber(env, now.slab_waits));
  return result;
}

void CaptureObject::OnSlab(int slab, uint32_t packets, uint32_t bytes) {
  Send({Event::kSlab, slab, packets, bytes, std::nullopt});
}

void CaptureObject::OnLink(LinkState state) { Send({Event::kLink, static_cast<int>(state), 0, 0, std::nullopt}); }

void CaptureObject::OnEnd(const std::optional<Failure>& failure) { Send({Event::kEnd, 0, 0, 0, failure}); }

void CaptureObject::Send(Event event) {
  auto* sent = new Event(std::move(event));
  if (napi_call_threadsafe_function(send_, sent, napi_tsfn_nonblocking) != napi_ok) delete sent;
}

/** On the JavaScript thread; without `env` when that one has ended. */
void CaptureObject::OnEvent(napi_env env, napi_value on_event, void* self, void* data) {
  const std::unique_ptr<Event> event(static_cast<Event*>(data));
  if (!env) return;
  napi_value arguments[] = {ToNumber(env, event->kind), ToNumber(env, event->subject), ToNumber(env, event->packets),
                            ToNumber(env, event->bytes)};
  if (event->kind == Event::kEnd) {
    static_cast<CaptureObject*>(self)->LetGo();
    if (event->failure) {
      arguments[1] = ToText(env, event->failure->code);
      arguments[2] = ToText(env, event->failure->text);
    }
  }
  napi_call_function(env, Undefined(env), on_event, 4, arguments, nullptr);
  bool thrown = false;
  napi_value error = nullptr;
  if (napi_is_exception_pending(env, &thrown) != napi_ok || !thrown) return;
  // As an error in any other callback of the event loop.
  if (napi_get_and_clear_last_exception(env, &error) == napi_ok) napi_fatal_exception(env, error);
}

/** The environment takes `send_` down itself, after its cleanup hooks. */
void CaptureObject::OnEnvironmentEnds(void* self) { static_cast<CaptureObject*>(self)->JoinThread(); }

void CaptureObject::JoinThread() {
  if (!live_) return;
  live_->Close();
  // The thread's last act fills in the counters, so it is waited for before they are read.
  live_->Join();
  final_counters_ = live_->counters();
  live_.reset();
}

/** Frees what the running capture needed; the object becomes subject to garbage collection. */
void CaptureObject::LetGo() {
  JoinThread();
  napi_release_threadsafe_function(send_, napi_tsfn_release);
  if (!running_) return;
  napi_remove_env_cleanup_hook(env_, OnEnvironmentEnds, this);
  napi_delete_reference(env_, running_);
  running_ = nullptr;
}

}  // namespace capture
