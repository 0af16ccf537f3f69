// What the addon exports; src/binding.ts has its types.
#include <node_api.h>
#include <pcap/pcap.h>

#include "capabilities.h"
#include "capture-object.h"
#include "device-list.h"
#include "filter-function.h"
#include "napi-values.h"

namespace capture {

namespace {

napi_value Version(napi_env env, napi_callback_info) { return ToText(env, pcap_lib_version()); }

napi_value ClearCapabilities(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value timeout_ms = nullptr;
  napi_get_cb_info(env, info, &count, &timeout_ms, nullptr, nullptr);
  const auto failure = capture::ClearCapabilities(static_cast<int>(ToNumber(env, timeout_ms)));
  return failure ? Throw(env, *failure) : nullptr;
}

void Export(napi_env env, napi_value exports, const char* name, napi_callback function) {
  napi_value value = nullptr;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, function, nullptr, &value);
  Set(env, exports, name, value);
}

}  // namespace

NAPI_MODULE_INIT() {
  Set(env, exports, "Capture", CaptureObject::Class(env));
  Export(env, exports, "listDevices", ListDevices);
  Export(env, exports, "compileFilter", CompileFilter);
  Export(env, exports, "clearCapabilities", ClearCapabilities);
  Export(env, exports, "version", Version);
  return exports;
}

}  // namespace capture
