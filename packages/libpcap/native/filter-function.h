#pragma once

#include <node_api.h>

namespace capture {

/**
 * (text, dlt, snaplen) => a function (buffer, offset, capturedLength, originalLength) => boolean that says
 * whether the filter takes a packet. Throws BAD_FILTER.
 */
napi_value CompileFilter(napi_env env, napi_callback_info info);

}  // namespace capture
