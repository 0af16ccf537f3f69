#pragma once

#include <string>

namespace capture {

/** Why something did not work: a code of src/errors.ts and libpcap's or the system's own words. */
struct Failure {
  const char* code;
  std::string text;
};

}  // namespace capture
