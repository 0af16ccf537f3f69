// BPF filters, compiled.
#pragma once

#include <pcap/pcap.h>

#include <optional>
#include <string>

#include "failure.h"

namespace capture {

class Filter {
 public:
  Filter() = default;
  ~Filter() { pcap_freecode(&program_); }
  Filter(const Filter&) = delete;
  Filter& operator=(const Filter&) = delete;

  /** Compiles for the link type and snaplen of `pcap`. May look up names, and so take its time. */
  std::optional<Failure> Compile(pcap_t* pcap, const std::string& text, bpf_u_int32 netmask);

  /** Compiles for a link type (DLT_) without a device. */
  std::optional<Failure> CompileFor(const std::string& text, int dlt, int snaplen);

  bpf_program* program() { return &program_; }

 private:
  bpf_program program_ = {};
};

}  // namespace capture
