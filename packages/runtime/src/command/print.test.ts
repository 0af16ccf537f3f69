import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { print } from './print.ts';

/** A stream with the descriptor of something that is no file; `taken` ends its write. */
function slowPipe() {
  const written: string[] = [];
  let taken = (_error?: Error) => {};
  const stream = new Writable({
    write(chunk, _encoding, callback) {
      written.push(String(chunk));
      taken = callback;
    },
  });
  return {
    stream: Object.assign(stream, { fd: openSync('/dev/null', 'w') }),
    written,
    taken: (error?: Error) => taken(error),
  };
}

describe('print', () => {
  it('waits until the stream has taken it', async () => {
    const { stream, written, taken } = slowPipe();
    let done = false;
    const printed = print('text', stream).then(() => {
      done = true;
    });
    await new Promise(setImmediate);
    expect({ written, done }).toEqual({ written: ['text'], done: false });
    taken();
    await printed;
    expect(done).toBe(true);
  });

  it('fails with the error of the stream, also when that was before', async () => {
    const { stream, taken } = slowPipe();
    stream.on('error', () => {});
    const printed = print('x', stream);
    taken(new Error('write EPIPE'));
    await expect(printed).rejects.toThrow('EPIPE');
    await expect(print('y', stream)).rejects.toThrow();
  });

  it('writes to a file behind what is there', async () => {
    const path = join(tmpdir(), `print-${process.pid}.txt`);
    const fd = openSync(path, 'w');
    const stream = Object.assign(new PassThrough(), { fd });
    await print('one ', stream);
    await print(Buffer.from('two'), stream);
    closeSync(fd);
    expect(readFileSync(path, 'utf8')).toBe('one two');
    expect(stream.read()).toBeNull();
    rmSync(path);
  });

  it('has nothing to do for nothing', async () => {
    await print('', Object.assign(new PassThrough(), { fd: -1 }));
  });
});
