// Short words for what the glue does with JavaScript values all the time.
#pragma once

#include <node_api.h>

#include <string>

#include "failure.h"

namespace capture {

napi_value ToNumber(napi_env env, double value);
napi_value ToText(napi_env env, const std::string& value);
napi_value Undefined(napi_env env);
void Set(napi_env env, napi_value object, const char* name, napi_value value);

/** Of an object's property, whose type src/ has seen to. */
double GetNumber(napi_env env, napi_value object, const char* name);
bool GetBoolean(napi_env env, napi_value object, const char* name);
std::string GetText(napi_env env, napi_value object, const char* name);

double ToNumber(napi_env env, napi_value value);
std::string ToText(napi_env env, napi_value value);

/** Throws an Error with the failure's code and text. */
napi_value Throw(napi_env env, const Failure& failure);

}  // namespace capture
