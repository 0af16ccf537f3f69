import { PipelineError } from '@antinex/runtime';
import { CAP_SNAPLEN } from './cap-handle.ts';
import { openCapSource } from './cap-source.ts';
import { openLibpcapSource } from './libpcap-source.ts';
import type { PacketSource } from './source.ts';

export type Backend = 'libpcap' | 'cap';

export interface LiveSourceOptions {
  readonly backend: 'auto' | Backend;
  readonly device: string;
  readonly filter: string;
  /** Bytes to keep of each packet; with cap they are 65,535. */
  readonly snaplen?: number | undefined;
  /** The kernel's ring; the backend's own default unless given. */
  readonly bufferMb?: number | undefined;
  readonly promiscuous?: boolean | undefined;
  /** For several sources that share a device by flow; libpcap only. */
  readonly fanoutGroup?: number | undefined;
  /** Who the process that captures becomes once the device is open, where that is another process. */
  readonly user?: string | undefined;
}

/**
 * Opens a device: with libpcap, in this process, or with cap, in a child; `auto` takes libpcap if its
 * addon is built.
 *
 * @throws PipelineError NO_PERMISSION_TO_CAPTURE, NO_SUCH_DEVICE, BAD_FILTER, CAPTURE_UNAVAILABLE and
 * others of the two sources; CONFIG_INVALID for what cap cannot do.
 */
export async function openLiveSource(
  options: LiveSourceOptions & { readonly signal?: AbortSignal },
): Promise<PacketSource> {
  const { backend, device, filter, snaplen, bufferMb, promiscuous, fanoutGroup, user, signal } = options;
  const common = { device, filter, ...(bufferMb !== undefined && { bufferMb }), ...(signal && { signal }) };
  if (backend !== 'cap') {
    try {
      return await openLibpcapSource({
        ...common,
        ...(snaplen !== undefined && { snaplen }),
        ...(promiscuous !== undefined && { promiscuous }),
        ...(fanoutGroup !== undefined && { fanoutGroup }),
      });
    } catch (error) {
      const isMissing = error instanceof PipelineError && error.code === 'CAPTURE_UNAVAILABLE';
      if (backend === 'libpcap' || !isMissing) throw error;
    }
  }
  const problems = [
    ...(fanoutGroup === undefined ? [] : ['--workers: needs the libpcap backend; cap has one thread']),
    ...(promiscuous === false ? ['--no-promiscuous: cap is always promiscuous; use --backend libpcap'] : []),
    ...(snaplen !== undefined && snaplen < CAP_SNAPLEN
      ? ['--snaplen: cap always takes 65,535 bytes; use --backend libpcap']
      : []),
  ];
  if (problems.length > 0) throw new PipelineError('CONFIG_INVALID', { problems });
  return openCapSource({ ...common, ...(user !== undefined && { user }) });
}
