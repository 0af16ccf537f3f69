import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { whyNoCapture, whyNoTools } from './support.ts';

const native = fileURLToPath(new URL('../native/', import.meta.url));
const harness = fileURLToPath(new URL('./native/harness.cc', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'libpcap-sanitizers-'));
afterAll(() => rmSync(folder, { recursive: true }));

const whyNot = whyNoCapture() ?? whyNoTools('g++', 'unshare') ?? whyNoNamespace();

function whyNoNamespace(): string | null {
  try {
    run('unshare', ['--net', 'true']);
    return null;
  } catch {
    return 'needs CAP_SYS_ADMIN';
  }
}

function run(program: string, args: string[], env: NodeJS.ProcessEnv = {}): string {
  const options = { encoding: 'utf8', stdio: 'pipe', env: { ...process.env, ...env } } as const;
  return execFileSync(program, args, options);
}

const sources = readdirSync(native)
  .filter((file) => file.endsWith('.cc'))
  .map((file) => join(native, file));
/** What has nothing to do with Node. */
const core = sources.filter((file) => !readFileSync(file, 'utf8').includes('napi'));

/** Not optimized: that would take longer than what it makes faster. */
const compile = (output: string, ...args: string[]) =>
  run('g++', ['-std=gnu++17', '-g1', '-O0', '-o', output, ...args, '-lpcap']);

/** Where gcc keeps a library, or null. */
function library(name: string): string | null {
  const path = run('g++', [`-print-file-name=${name}`]).trim();
  return existsSync(path) ? path : null;
}

function whyNoLibrary(name: string): string | null {
  return whyNot ?? (library(name) ? null : `needs ${name}`);
}

/** Compiling everything again takes half a minute for each sanitizer. */
const onlyLong = process.env.LONG ? null : 'LONG=1 runs it';

describe.each([
  ['address,undefined', 'libasan.so', {}],
  ['thread', 'libtsan.so', { TSAN_OPTIONS: 'halt_on_error=1' }],
])('the core under -fsanitize=%s', (sanitizer, needed, env) => {
  const reason = onlyLong ?? whyNoLibrary(needed);
  test.skipIf(reason !== null)(`100 rounds without a complaint (${reason ?? 'live'})`, () => {
    const program = join(folder, needed);
    compile(program, `-fsanitize=${sanitizer}`, '-fno-sanitize-recover=all', harness, ...core);
    expect(run(program, ['100'], env)).toBe('100 rounds\n');
  });
});

const headers = join(dirname(dirname(process.execPath)), 'include', 'node');
const noAddress = onlyLong ?? whyNoLibrary('libasan.so') ?? (existsSync(headers) ? null : `needs ${headers}`);

describe('the addon under AddressSanitizer', () => {
  test.skipIf(noAddress !== null)(`in Node and its workers (${noAddress ?? 'live'})`, () => {
    const addon = join(folder, 'addon.node');
    compile(addon, '-fsanitize=address', '-shared', '-fPIC', '-DNAPI_VERSION=8', `-I${headers}`, ...sources);
    const program = fileURLToPath(new URL('./native/exercise.mjs', import.meta.url));
    const out = run('unshare', ['--net', process.execPath, '--expose-gc', program, addon], {
      LD_PRELOAD: library('libasan.so')!,
      // Node itself frees little at its end.
      ASAN_OPTIONS: 'detect_leaks=0',
      NODE_OPTIONS: '',
    });
    expect(out).toBe('done\n');
  });
});
