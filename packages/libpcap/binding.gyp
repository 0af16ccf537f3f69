{
  "targets": [
    {
      "target_name": "addon",
      "sources": [
        "native/addon.cc",
        "native/capabilities.cc",
        "native/capture-object.cc",
        "native/counters.cc",
        "native/device-list.cc",
        "native/filter-function.cc",
        "native/filter.cc",
        "native/link-monitor.cc",
        "native/live-capture.cc",
        "native/napi-values.cc",
        "native/pcap-handle.cc",
        "native/slab-pool.cc",
        "native/slab.cc"
      ],
      "defines": ["NAPI_VERSION=8"],
      "cflags_cc": ["-std=gnu++17", "-Wall", "-Wextra", "-fvisibility=hidden"],
      "libraries": ["-lpcap"]
    }
  ]
}
