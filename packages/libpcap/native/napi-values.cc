#include "napi-values.h"

namespace capture {

napi_value ToNumber(napi_env env, double value) {
  napi_value result = nullptr;
  napi_create_double(env, value, &result);
  return result;
}

napi_value ToText(napi_env env, const std::string& value) {
  napi_value result = nullptr;
  napi_create_string_utf8(env, value.data(), value.size(), &result);
  return result;
}

napi_value Undefined(napi_env env) {
  napi_value result = nullptr;
  napi_get_undefined(env, &result);
  return result;
}

void Set(napi_env env, napi_value object, const char* name, napi_value value) {
  napi_set_named_property(env, object, name, value);
}

namespace {
napi_value Get(napi_env env, napi_value object, const char* name) {
  napi_value result = nullptr;
  napi_get_named_property(env, object, name, &result);
  return result;
}
}  // namespace

double GetNumber(napi_env env, napi_value object, const char* name) {
  return ToNumber(env, Get(env, object, name));
}

bool GetBoolean(napi_env env, napi_value object, const char* name) {
  bool result = false;
  napi_get_value_bool(env, Get(env, object, name), &result);
  return result;
}

std::string GetText(napi_env env, napi_value object, const char* name) {
  return ToText(env, Get(env, object, name));
}

double ToNumber(napi_env env, napi_value value) {
  double result = 0;
  napi_get_value_double(env, value, &result);
  return result;
}

std::string ToText(napi_env env, napi_value value) {
  size_t length = 0;
  if (napi_get_value_string_utf8(env, value, nullptr, 0, &length) != napi_ok) return "";
  std::string result(length, '\0');
  napi_get_value_string_utf8(env, value, result.data(), length + 1, &length);
  return result;
}

napi_value Throw(napi_env env, const Failure& failure) {
  napi_throw_error(env, failure.code, failure.text.c_str());
  return nullptr;
}

}  // namespace capture
