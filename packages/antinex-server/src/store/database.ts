import { join } from 'node:path';
import { PipelineError } from '@antinex/runtime';
import Libsql from 'libsql';
import { MIGRATIONS } from './migrations.ts';

/**
 * What may be bound to a statement: libsql ends the process for anything else. It cuts text at a NUL, so
 * what others wrote is bound as JSON, which has none.
 */
type Bound = string | number | Buffer | null;

export interface Statement<Row> {
  get(...values: readonly Bound[]): Row | undefined;
  all(...values: readonly Bound[]): Row[];
  /** Answers how many rows changed. */
  run(...values: readonly Bound[]): number;
}

const FILE = 'antinex.db';
/** Large pages: most of what is stored are texts of some hundred kilobytes. */
const PAGE_BYTES = 32_768;
const CHECKPOINT_PAGES = 1000;

/**
 * An SQLite database that one process has for itself: whoever opens it next is told so. What a
 * transaction wrote is on the disk once it has ended.
 */
export class Database {
  readonly #db: Libsql.Database;

  /** @throws PipelineError SERVER_DATA_IN_USE, SERVER_DATA_UNUSABLE. */
  constructor(folder: string) {
    try {
      this.#db = new Libsql(join(folder, FILE));
    } catch (error) {
      throw openingError(folder, error);
    }
    try {
      this.#db.pragma(`page_size = ${PAGE_BYTES}`);
      this.#db.pragma('locking_mode = EXCLUSIVE');
      this.#db.pragma('journal_mode = WAL');
      this.#db.pragma('synchronous = FULL');
      this.#db.pragma('foreign_keys = ON');
      this.#db.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
      this.#migrate();
    } catch (error) {
      this.close();
      throw openingError(folder, error);
    }
  }

  prepare<Row>(sql: string): Statement<Row> {
    // Arrays, always: an object that stands alone would be read as named values.
    const statement = this.#db.prepare<[readonly Bound[]]>(sql);
    return {
      get: (...values) => statement.get(values) as Row | undefined,
      all: (...values) => statement.all(values) as Row[],
      run: (...values) => statement.run(values).changes,
    };
  }

  /** Does all of it or, if it throws, nothing. */
  transaction<T>(work: () => T): T {
    return this.#db.transaction(work)();
  }

  /** Does what may be lost with the power: it is written down for those who come after this process. */
  lazily<T>(work: () => T): T {
    this.#db.pragma('synchronous = NORMAL');
    try {
      return work();
    } finally {
      this.#db.pragma('synchronous = FULL');
    }
  }

  close(): void {
    try {
      // Statements that were not collected yet keep the file open, and locked unless the lock is let go of.
      this.#db.pragma('journal_mode = DELETE');
      this.#db.pragma('locking_mode = NORMAL');
      this.#db.prepare('SELECT count(*) FROM sqlite_schema').get([]);
    } catch {
      // On a full disk the journal stays, and is read by whoever opens the database next.
    }
    this.#db.close();
  }

  #migrate(): void {
    this.#db
      .transaction(() => {
        const [{ user_version: version }] = this.#db.pragma('user_version') as [{ user_version: number }];
        if (version > MIGRATIONS.length) throw new Error('it was written by a newer version');
        for (const migration of MIGRATIONS.slice(version)) this.#db.exec(migration);
        this.#db.pragma(`user_version = ${MIGRATIONS.length}`);
      })
      .exclusive();
  }
}

function openingError(folder: string, error: unknown): PipelineError {
  const { code, message } = error as { code?: string; message: string };
  return code === 'SQLITE_BUSY'
    ? new PipelineError('SERVER_DATA_IN_USE', { folder }, { cause: error })
    : new PipelineError('SERVER_DATA_UNUSABLE', { folder, reason: message }, { cause: error });
}
