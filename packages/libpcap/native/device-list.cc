#include "device-list.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pcap/pcap.h>

#include <memory>
#include <string>

#include "napi-values.h"

namespace capture {

namespace {

/** The text of an IP address; empty for what is none. */
std::string AddressText(const sockaddr* address) {
  if (!address) return "";
  char text[INET6_ADDRSTRLEN] = "";
  if (address->sa_family == AF_INET) {
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(address)->sin_addr, text, sizeof text);
  } else if (address->sa_family == AF_INET6) {
    inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr, text, sizeof text);
  }
  return text;
}

napi_value Addresses(napi_env env, const pcap_addr_t* addresses) {
  napi_value result = nullptr;
  napi_create_array(env, &result);
  uint32_t count = 0;
  for (const pcap_addr_t* each = addresses; each; each = each->next) {
    const std::string address = AddressText(each->addr);
    if (address.empty()) continue;
    napi_value entry = nullptr;
    napi_create_object(env, &entry);
    Set(env, entry, "address", ToText(env, address));
    Set(env, entry, "netmask", ToText(env, AddressText(each->netmask)));
    napi_set_element(env, result, count++, entry);
  }
  return result;
}

napi_value Device(napi_env env, const pcap_if_t& device) {
  napi_value result = nullptr;
  napi_create_object(env, &result);
  Set(env, result, "name", ToText(env, device.name));
  Set(env, result, "description", ToText(env, device.description ? device.description : ""));
  Set(env, result, "addresses", Addresses(env, device.addresses));
  Set(env, result, "flags", ToNumber(env, device.flags));
  return result;
}

}  // namespace

napi_value ListDevices(napi_env env, napi_callback_info) {
  char error[PCAP_ERRBUF_SIZE] = "";
  pcap_if_t* first = nullptr;
  if (pcap_findalldevs(&first, error) != 0) return Throw(env, {"CAPTURE_FAILED", error});
  const std::unique_ptr<pcap_if_t, void (*)(pcap_if_t*)> devices(first, pcap_freealldevs);
  napi_value result = nullptr;
  napi_create_array(env, &result);
  uint32_t count = 0;
  for (const pcap_if_t* each = devices.get(); each; each = each->next) {
    napi_set_element(env, result, count++, Device(env, *each));
  }
  return result;
}

}  // namespace capture
