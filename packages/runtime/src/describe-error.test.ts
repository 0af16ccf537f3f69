import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getSystemErrorMap } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { describeError, toPipelineError } from './describe-error.ts';
import { PipelineError } from './errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'describe-error-'));
afterAll(() => rmSync(folder, { recursive: true }));

function caught(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** A system error as Node makes them; some (a full disk) cannot be had for real in a unit test. */
function systemError(code: string, path?: string): NodeJS.ErrnoException {
  const errno = [...getSystemErrorMap()].find(([, [name]]) => name === code)?.[0];
  return Object.assign(new Error(`${code}: from a test`), {
    code,
    errno,
    syscall: 'write',
    ...(path && { path }),
  });
}

describe('describeError', () => {
  it('says which file is missing', () => {
    const path = join(folder, 'missing.pcap');
    expect(describeError(caught(() => readFileSync(path)))).toEqual({
      line: `${path}: no such file or directory; check the path`,
      exitCode: 1,
    });
  });

  it('names the folder that was read as a file, when told the path', () => {
    const path = join(folder, 'folder');
    mkdirSync(path);
    const error = caught(() => readFileSync(path));
    expect(toPipelineError(error, { path, access: 'read' })).toMatchObject({
      code: 'FILE_IS_DIRECTORY',
      details: { path },
    });
    expect(describeError(error).line).toMatch(/is a directory/);
  });

  it('tells an output that cannot be made from an input that is missing', () => {
    const path = join(folder, 'no', 'such', 'folder.csv');
    const error = caught(() => writeFileSync(path, ''));
    expect(toPipelineError(error, { path, access: 'write' })).toMatchObject({
      code: 'OUTPUT_UNWRITABLE',
      details: { path, reason: 'no such file or directory' },
    });
  });

  it.each([
    ['ENOSPC', 'DISK_FULL', 'no space left to write /d/x.csv; free some space and run again'],
    [
      'EROFS',
      'OUTPUT_UNWRITABLE',
      'cannot write /d/x.csv: read-only file system; choose a place you may write to',
    ],
    ['EACCES', 'FILE_UNREADABLE', 'cannot read /d/x.csv: permission denied; check its owner and mode'],
    ['EISDIR', 'FILE_IS_DIRECTORY', '/d/x.csv is a directory; name a file in it'],
    ['ENOENT', 'FILE_NOT_FOUND', '/d/x.csv: no such file or directory; check the path'],
    ['EMFILE', 'SYSTEM_ERROR', 'write /d/x.csv: too many open files'],
  ])('maps %s to %s', (system, code, line) => {
    const error = systemError(system, '/d/x.csv');
    expect(toPipelineError(error).code).toBe(code);
    expect(describeError(error)).toEqual({ line, exitCode: 1 });
  });

  it('speaks of the output when a full disk has no path', () => {
    expect(describeError(systemError('ENOSPC')).line).toMatch(/^no space left to write the output;/);
  });

  it('describes a refused connection with its address', async () => {
    const error = await new Promise((resolve) => connect(1, '127.0.0.1').on('error', resolve));
    expect(describeError(error).line).toBe('connect 127.0.0.1:1: connection refused');
  });

  it('describes the first of several errors', () => {
    const error = new AggregateError([systemError('EPIPE'), new Error('second')]);
    expect(describeError(error).line).toBe('write: broken pipe');
  });

  it('passes a capture file error on as it is', () => {
    const error = Object.assign(new Error('x.pcap is not a capture'), {
      name: 'CaptureFileError',
      code: 'NOT_A_CAPTURE',
    });
    expect(describeError(error)).toEqual({ line: 'x.pcap is not a capture', exitCode: 1 });
  });

  it('keeps the exit code of our own errors', () => {
    const error = new PipelineError('CONFIG_INVALID', {
      problems: ['--count "x": must be a whole number', 'y'],
    });
    expect(describeError(error)).toEqual({ line: '--count "x": must be a whole number; y', exitCode: 2 });
  });

  it('owns up to bugs', () => {
    expect(describeError(caught(() => (undefined as unknown as string).length))).toEqual({
      line: expect.stringMatching(/^unexpected error: Cannot read properties of undefined.*this is a bug/),
      exitCode: 1,
    });
  });

  it.each([[undefined], [null], ['text'], [42], [{ message: 1 }], [new Error()]])(
    'never throws: %s',
    (thrown) => {
      expect(describeError(thrown).line).toMatch(/^unexpected error: ./);
    },
  );

  it('stays one short clean line whatever the message holds', () => {
    const { line } = describeError(new Error(`a\r\n  b\u001b[31mred\u0007${'x'.repeat(5000)}`));
    expect(line).toMatch(/^unexpected error: a b\?\[31mred\?x+…$/);
    expect(line.length).toBeLessThan(1100);
  });

  it('hides passwords', () => {
    expect(describeError(new Error('cannot reach redis://me:hunter2@host:6379/0')).line).toContain(
      'redis://me:***@host:6379/0',
    );
  });
});
