import { CaptureWriteError, openRotatingWriter, type RotatingWriter } from '@antinex/pcap-file';
import { PipelineError } from '@antinex/runtime';
import type { CaptureFiles } from './plan.ts';
import { userName } from './user-name.ts';

/**
 * Opens what --write asks for. `linkTypes` are those of the devices, empty when they are not known yet.
 *
 * @throws PipelineError CONFIG_INVALID for devices that a pcap file cannot hold together,
 * OUTPUT_UNWRITABLE; CaptureWriteError.
 */
export async function openWriter(
  { path, ...limits }: CaptureFiles,
  linkTypes: readonly number[],
): Promise<RotatingWriter> {
  if (new Set(linkTypes).size > 1 && !path.endsWith('.pcapng')) {
    const problem = `--write ${path}: devices with different link types need a name that ends in .pcapng`;
    throw new PipelineError('CONFIG_INVALID', { problems: [problem] });
  }
  const [linkType] = linkTypes;
  try {
    return await openRotatingWriter(path, {
      ...limits,
      ...(linkType !== undefined && { pcap: { linkType } }),
    });
  } catch (error) {
    throw isDenied(error) ? denied(path, error) : error;
  }
}

const isDenied = (error: unknown): boolean =>
  error instanceof CaptureWriteError && (error.cause as NodeJS.ErrnoException | undefined)?.code === 'EACCES';

/** Who started it as root has to be told that it is root no more. */
function denied(path: string, cause: unknown): PipelineError {
  const reason = `${userName()} may not; --user names another`;
  return new PipelineError('OUTPUT_UNWRITABLE', { path, reason }, { cause });
}
