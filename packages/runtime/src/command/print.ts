import { fstatSync, writeSync } from 'node:fs';
import type { Writable } from 'node:stream';

/** The part of standard output that printing uses. */
export type OutputStream = Pick<Writable, 'write'> & { readonly fd: number };

/**
 * Prints, and comes back once standard output has taken all of it: no faster than it is read, and a
 * full disk or a reader that went away is an error here and not one that nobody waits for.
 *
 * @throws the system's error, ENOSPC or EPIPE for instance.
 */
export async function print(
  bytes: Uint8Array | string,
  stream: OutputStream = process.stdout,
): Promise<void> {
  const text = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
  if (text.length === 0) return;
  if (fstatSync(stream.fd).isFile()) return writeWhole(stream.fd, text);
  await new Promise<void>((resolve, reject) => {
    stream.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

/** On a disk that is almost full the system writes a part and says so; Node's stream would drop the rest. */
function writeWhole(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
}
