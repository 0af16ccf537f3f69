import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DJANGO_TEMPLATE, readTemplate } from './template.ts';

const folder = mkdtempSync(join(tmpdir(), 'antinex-template-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the template', () => {
  it('is ours when none is named, or one that is only in the image of the Python client', async () => {
    expect(await readTemplate(undefined)).toBe(DJANGO_TEMPLATE);
    const path = '/opt/antinex/client/examples/predict-rows-scaler-full-django.json';
    expect(await readTemplate(path)).toBe(DJANGO_TEMPLATE);
  });

  it('is read from a file', async () => {
    writeFileSync(join(folder, 'x.json'), '{"epochs": 3}');
    expect(await readTemplate(join(folder, 'x.json'))).toEqual({ epochs: 3 });
  });

  it('must be there', async () => {
    await expect(readTemplate(join(folder, 'typo.json'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });

  it.each(['', '[]', 'null', '"x"', '{', 'password = s3cret'])(
    'must be a JSON object, not %j',
    async (text) => {
      const path = join(folder, 'bad.json');
      writeFileSync(path, text);
      const error = await readTemplate(path).catch((thrown) => thrown);
      expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
      expect(error.message).not.toContain('s3cret');
    },
  );
});
