import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const folder = fileURLToPath(new URL('..', import.meta.url));

/** Whether V8 finds the methods of strings without a search, in a program that did `code`. */
function hasQuickStrings(code: string): string {
  const program = `${code}; console.log(%HasFastProperties(String.prototype))`;
  const args = ['--allow-natives-syntax', '--input-type=module', '-e', program];
  return execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' }).trim();
}

it('keeps the methods of strings quick, which loading ioredis alone does not', () => {
  expect(hasQuickStrings("await import('ioredis')")).toBe('false');
  expect(
    hasQuickStrings(
      "const { loadDriver } = await import('@antinex/broker'); await loadDriver('redis://localhost')",
    ),
  ).toBe('true');
});
