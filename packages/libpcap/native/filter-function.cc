#include "filter-function.h"

#include <memory>

#include "filter.h"
#include "napi-values.h"

namespace capture {

namespace {

/** The caller has seen to it that the packet lies within the buffer. */
napi_value Matches(napi_env env, napi_callback_info info) {
  size_t count = 4;
  napi_value arguments[4];
  void* filter = nullptr;
  napi_get_cb_info(env, info, &count, arguments, nullptr, &filter);
  void* bytes = nullptr;
  size_t length = 0;
  napi_get_buffer_info(env, arguments[0], &bytes, &length);
  uint32_t numbers[3] = {0, 0, 0};
  for (int i = 0; i < 3; i++) napi_get_value_uint32(env, arguments[i + 1], &numbers[i]);
  const auto [offset, captured, original] = numbers;
  pcap_pkthdr header = {};
  header.caplen = captured;
  header.len = original;
  const bool inside = offset <= length && captured <= length - offset;
  const u_char* packet = static_cast<const u_char*>(bytes) + offset;
  const bool matches =
      inside && pcap_offline_filter(static_cast<Filter*>(filter)->program(), &header, packet) != 0;
  napi_value result = nullptr;
  napi_get_boolean(env, matches, &result);
  return result;
}

void Free(napi_env, void* filter, void*) { delete static_cast<Filter*>(filter); }

}  // namespace

napi_value CompileFilter(napi_env env, napi_callback_info info) {
  size_t count = 3;
  napi_value arguments[3];
  napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
  auto filter = std::make_unique<Filter>();
  const auto failure = filter->CompileFor(ToText(env, arguments[0]), static_cast<int>(ToNumber(env, arguments[1])),
                                          static_cast<int>(ToNumber(env, arguments[2])));
  if (failure) return Throw(env, *failure);
  napi_value matches = nullptr;
  if (napi_create_function(env, "matches", NAPI_AUTO_LENGTH, Matches, filter.get(), &matches) != napi_ok) {
    return nullptr;
  }
  napi_add_finalizer(env, matches, filter.release(), Free, nullptr, nullptr);
  return matches;
}

}  // namespace capture
