import { defaultDevice, giveUpRootButFiles, openLiveSource, type PacketSource } from '@antinex/capture';
import type { LiveValues } from '../options/settings.ts';

/** Opens the device, and then gives up root: nothing of the network is looked at before. */
export async function openLive(values: LiveValues, signal: AbortSignal): Promise<PacketSource> {
  const { backend, filter = '', bufferMb, user } = values;
  const device = values.device ?? (await defaultDevice()).device;
  const source = await openLiveSource({ backend, device, filter, bufferMb, user, signal });
  for (const note of giveUpRootButFiles(user)) process.stderr.write(`netml: ${note}\n`);
  return source;
}
