import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSecretKey } from './secret-key.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'antinex-key-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the key that tokens are signed with', () => {
  it('is the one that was given, or one of the server’s own that nobody else can read', async () => {
    const given = 'x'.repeat(32);
    expect(await openSecretKey(folder, given)).toBe(given);
    const own = await openSecretKey(folder, undefined);
    expect(own).toMatch(/^[\w-]{64}$/);
    expect(await openSecretKey(folder, undefined)).toBe(own);
    const path = join(folder, 'secret-key');
    expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual([own, 0o600]);
  });

  it.each(['', 'too short'])('is none when its file holds %j', async (text) => {
    writeFileSync(join(folder, 'secret-key'), text);
    await expect(openSecretKey(folder, undefined)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});
