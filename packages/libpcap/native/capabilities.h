// Linux capabilities, which each thread has its own of (capabilities(7)).
#pragma once

#include <optional>

#include "failure.h"

namespace capture {

/**
 * Asks all threads of the process to drop their permitted, effective, inheritable and ambient
 * capabilities and to set no_new_privs, and waits up to `timeout_ms` until they have. A thread that
 * starts meanwhile may be missed: look in /proc/self/task whether it is so.
 */
std::optional<Failure> ClearCapabilities(int timeout_ms);

}  // namespace capture
