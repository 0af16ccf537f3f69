import { loadBinding } from './binding.ts';
import { orLibpcapError } from './errors.ts';

export interface Device {
  readonly name: string;
  /** What the system calls it, often empty. */
  readonly description: string;
  readonly addresses: readonly DeviceAddress[];
  readonly loopback: boolean;
  readonly up: boolean;
  readonly running: boolean;
  readonly wireless: boolean;
}

export interface DeviceAddress {
  /** IPv4 or IPv6, as text. */
  readonly address: string;
  /** Empty when there is none. */
  readonly netmask: string;
}

/** pcap_findalldevs(3PCAP) */
const PCAP_IF = { LOOPBACK: 1, UP: 2, RUNNING: 4, WIRELESS: 8 };

/**
 * All devices libpcap knows, the likeliest first, as it sorts them. Needs no permission; that a device is
 * listed does not mean that one may capture on it.
 *
 * @throws LibpcapError NOT_BUILT, CAPTURE_FAILED
 */
export function listDevices(): Device[] {
  const { listDevices } = loadBinding();
  return orLibpcapError(() => undefined, listDevices).map(({ flags, ...device }) => ({
    ...device,
    loopback: (flags & PCAP_IF.LOOPBACK) !== 0,
    up: (flags & PCAP_IF.UP) !== 0,
    running: (flags & PCAP_IF.RUNNING) !== 0,
    wireless: (flags & PCAP_IF.WIRELESS) !== 0,
  }));
}
