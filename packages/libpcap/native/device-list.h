#pragma once

#include <node_api.h>

namespace capture {

/** The devices libpcap finds, as JavaScript objects. */
napi_value ListDevices(napi_env env, napi_callback_info info);

}  // namespace capture
