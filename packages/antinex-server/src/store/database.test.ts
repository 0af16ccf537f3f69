import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PipelineError } from '@antinex/runtime';
import Libsql from 'libsql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Database } from './database.ts';
import { Jobs } from './jobs.ts';
import { Users } from './users.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'antinex-database-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function codeOf(open: () => unknown): string {
  try {
    open();
  } catch (error) {
    return (error as PipelineError).code;
  }
  return 'none';
}

describe('Database', () => {
  it('belongs to one, and then to the next', () => {
    const first = new Database(folder);
    expect(codeOf(() => new Database(folder))).toBe('SERVER_DATA_IN_USE');
    new Users(first).add({ username: 'a', email: '', password: 'x' });
    first.close();
    // One file, which can be copied.
    expect(readdirSync(folder)).toEqual(['antinex.db']);
    const second = new Database(folder);
    expect(new Users(second).byName('a')?.id).toBe(1);
    second.close();
  });

  it('does not touch what it does not know', () => {
    new Database(folder).close();
    const path = join(folder, 'antinex.db');
    const newer = new Libsql(path);
    newer.pragma('user_version = 99');
    newer.close();
    expect(codeOf(() => new Database(folder))).toBe('SERVER_DATA_UNUSABLE');
    writeFileSync(path, 'no database, but long enough to be looked at'.repeat(100));
    expect(codeOf(() => new Database(folder))).toBe('SERVER_DATA_UNUSABLE');
    expect(codeOf(() => new Database(join(folder, 'nowhere')))).toBe('SERVER_DATA_UNUSABLE');
  });

  it('does all of a transaction or nothing', () => {
    const database = new Database(folder);
    const users = new Users(database);
    const failing = () =>
      database.transaction(() => {
        users.add({ username: 'a', email: '', password: 'x' });
        throw new Error('no');
      });
    expect(failing).toThrow('no');
    expect(users.count).toBe(0);
    database.close();
  });
});

describe('Jobs', () => {
  it('leave nothing behind when they are forgotten', async () => {
    const database = new Database(folder);
    const user = new Users(database).add({ username: 'a', email: '', password: 'x' })!;
    const jobs = new Jobs(database, { jobs: 3, bytes: 1e9 });
    const add = () =>
      jobs.add({ userId: user.id, trackingId: 't', request: { label: 'x' }, rowsJson: '[{"a":1}]' });
    for (let n = 0; n < 5; n++) await jobs.finish((await add()).id, {}, '[{"a":2}]');
    const waiting = await add();
    for (let n = 0; n < 5; n++) await jobs.finish((await add()).id, {}, '[]');
    const count = (table: string) =>
      database.prepare<{ n: number }>(`SELECT count(*) AS n FROM ${table}`).get()?.n;
    expect(['jobs', 'job_rows', 'job_predictions'].map(count)).toEqual([4, 4, 3]);
    expect(jobs.waiting()).toEqual([waiting.id]);
    expect(await jobs.rowsJson(waiting.id)).toBe('[{"a":1}]');
    const kept = database.prepare<{ n: number }>('SELECT sum(kept_bytes) AS n FROM jobs').get()?.n;
    const stored = database
      .prepare<{ n: number }>(
        'SELECT (SELECT sum(length(packed)) FROM job_rows) + (SELECT sum(length(packed)) FROM job_predictions) AS n',
      )
      .get()?.n;
    expect([jobs.keptBytes, stored]).toEqual([kept, kept]);
    database.close();
  });
});
