import { LinkType } from '@antinex/decoder';
import { PipelineError } from '@antinex/runtime';
import { type CapHandle, loadCap } from './cap-binding.ts';

/** The snaplen cap always asks for. */
export const CAP_SNAPLEN = 65535;

/** Called for each frame: `length` bytes of a buffer that the next frame overwrites. */
export type OnFrame = (shared: Buffer, length: number) => void;

export interface CapOpening {
  readonly device: string;
  /** A BPF filter in libpcap's language; empty takes everything. */
  readonly filter: string;
  readonly ringBytes: number;
}

export interface OpenCap {
  readonly linkType: number;
  /** Safe to call twice. No frame comes after it. */
  close(): void;
}

/**
 * Every handle and its buffer, for the life of the process. cap frees neither in a way that survives
 * the garbage collector: frames are written through a bare pointer into the buffer, a closed handle
 * stays linked in libuv's list, and a handle whose open() failed aborts the process when collected.
 * A few hundred bytes a handle, and 64 KiB while it is open, buy peace.
 */
const heldForever = new Set<{ handle: CapHandle; buffer: Buffer | undefined }>();

/**
 * Opens a device with cap and reports its frames until closed. Blocks while the kernel sets up the
 * ring: about 4 ms per megabyte.
 *
 * @throws PipelineError NO_PERMISSION_TO_CAPTURE, NO_SUCH_DEVICE, BAD_FILTER with libpcap's text,
 * CAPTURE_UNAVAILABLE, or SYSTEM_ERROR for anything else libpcap says.
 */
export function openCap(opening: CapOpening, onFrame: OnFrame): OpenCap {
  // Asked first, because cap prints a warning of its own about a device that is not there.
  checkDevice(opening.device);
  try {
    return openHandle(opening, onFrame);
  } catch (error) {
    throw whyNot(opening, error as Error);
  }
}

/** `nflog:5` is the device nflog with a parameter. */
function checkDevice(device: string): void {
  const devices = loadCap()
    .deviceList()
    .map(({ name }) => name);
  if (!devices.includes(device.split(':')[0])) throw new PipelineError('NO_SUCH_DEVICE', { device, devices });
}

function openHandle({ device, filter, ringBytes }: CapOpening, onFrame: OnFrame): OpenCap {
  const { Cap } = loadCap();
  const buffer = Buffer.alloc(CAP_SNAPLEN);
  const held: { handle: CapHandle; buffer: Buffer | undefined } = { handle: new Cap(), buffer };
  heldForever.add(held);
  const linkType = linkTypeOf(held.handle.open(device, filter, ringBytes, buffer));
  held.handle.on('packet', (length: number) => onFrame(buffer, length));
  return {
    linkType,
    close() {
      if (!held.buffer) return;
      held.handle.removeAllListeners('packet');
      held.handle.close();
      held.buffer = undefined;
    },
  };
}

const SMALLEST_RING_BYTES = 256 * 1024;

/** cap throws libpcap's words and no code. What failed is found out by trying without the filter. */
function whyNot({ device, filter }: CapOpening, error: Error): PipelineError {
  const reason = error.message;
  if (/permission|not permitted|CAP_NET_RAW/i.test(reason)) {
    return new PipelineError('NO_PERMISSION_TO_CAPTURE', { device }, { cause: error });
  }
  if (filter !== '' && opensWithoutFilter(device)) {
    return new PipelineError('BAD_FILTER', { filter, reason }, { cause: error });
  }
  return new PipelineError(
    'SYSTEM_ERROR',
    { action: `cannot capture on ${device}`, reason },
    { cause: error },
  );
}

function opensWithoutFilter(device: string): boolean {
  try {
    openHandle({ device, filter: '', ringBytes: SMALLEST_RING_BYTES }, () => {}).close();
    return true;
  } catch {
    return false;
  }
}

const LINK_TYPES: Readonly<Record<string, number>> = {
  NULL: LinkType.NULL,
  ETHERNET: LinkType.ETHERNET,
  IEEE802_11_RADIO: 127,
  LINKTYPE_LINUX_SLL: LinkType.LINUX_SLL,
  RAW: LinkType.RAW,
};

/** The LINKTYPE_ number behind a name of cap's: it knows five, the others it calls `Unknown linktype 276`. */
export function linkTypeOf(capName: string): number {
  return LINK_TYPES[capName] ?? Number(/\d+$/.exec(capName)?.[0] ?? Number.NaN);
}
