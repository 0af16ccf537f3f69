import { type Device, isBuilt, listDevices as listWithLibpcap } from '@antinex/libpcap';
import { PipelineError } from '@antinex/runtime';
import { type CapDevice, loadCap } from './cap-binding.ts';

/** An interface that can be captured on. */
export interface CaptureDevice {
  readonly name: string;
  /** What the system calls it, often empty. */
  readonly description: string;
  readonly addresses: readonly string[];
  readonly loopback: boolean;
}

/** A device nobody named, and why this one. */
export interface DeviceChoice {
  readonly device: string;
  readonly reason: string;
}

/**
 * All devices, the likeliest first, as libpcap sorts them: up and running ones before the others,
 * loopback and pseudo devices last. Needs no permission.
 */
export async function listDevices(): Promise<CaptureDevice[]> {
  return isBuilt() ? listWithLibpcap().map(fromLibpcap) : loadCap().deviceList().map(fromCap);
}

/** The device to capture on when the user names none. */
export async function defaultDevice(): Promise<DeviceChoice> {
  return chooseDevice(await listDevices());
}

/**
 * The first device with an address that is not loopback; else loopback.
 *
 * @throws PipelineError NO_SUCH_DEVICE when there is neither.
 */
export function chooseDevice(devices: readonly CaptureDevice[]): DeviceChoice {
  const network = devices.find(({ addresses, loopback }) => addresses.length > 0 && !loopback);
  if (network) {
    return { device: network.name, reason: `the first device with an address, ${network.addresses[0]}` };
  }
  const loopback = devices.find((device) => device.loopback);
  if (loopback) return { device: loopback.name, reason: 'no other device has an address' };
  throw new PipelineError('NO_SUCH_DEVICE', {
    device: 'to capture on by default',
    devices: devices.map(({ name }) => name),
  });
}

const fromLibpcap = ({ name, description, addresses, loopback }: Device): CaptureDevice => ({
  name,
  description,
  addresses: addresses.map(({ address }) => address),
  loopback,
});

function fromCap({ name, description = '', addresses, flags }: CapDevice): CaptureDevice {
  return {
    name,
    description,
    addresses: addresses.flatMap(({ addr }) => addr ?? []),
    loopback: flags === 'PCAP_IF_LOOPBACK',
  };
}
