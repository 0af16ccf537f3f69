import type { JobRequest } from '../jobs/types.ts';
import type { Database, Statement } from './database.ts';

/** `initial` while it waits, `started` while it runs; the other two are ends. */
export type Status = 'initial' | 'started' | 'finished' | 'error';

/** Something that was asked for, and what has become of it. */
export interface Stored {
  readonly id: number;
  readonly userId: number;
  readonly username: string;
  readonly trackingId: string;
  readonly status: Status;
  /** How often it was started. */
  readonly attempts: number;
  /** As it was asked, defaults filled in; of a job without `predict_rows`. */
  readonly request: JobRequest;
  /** What came of it: fields of its record. */
  readonly outcome: Readonly<Record<string, unknown>>;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly updated: number;
}

interface Row extends Omit<Stored, 'request' | 'outcome'> {
  readonly request: string;
  readonly outcome: string | null;
}

/** As many as the API lists. */
const NEWEST = 20;

/** Requests of one kind: the columns that jobs and prepares share, and with them the queue. */
export class Requests {
  readonly #database: Database;
  readonly #byId: Statement<Row>;
  readonly #newest: Statement<Row>;
  readonly #waiting: Statement<{ readonly id: number }>;
  readonly #start: Statement<never>;
  readonly #putBack: Statement<never>;
  readonly #end: Statement<never>;

  constructor(database: Database, table: 'jobs' | 'prepares') {
    this.#database = database;
    const select = `
      SELECT t.id AS id, user_id AS userId, username, tracking_id AS trackingId, status, attempts, request,
        outcome, t.created AS created, updated
      FROM ${table} t JOIN users u ON u.id = user_id`;
    this.#byId = database.prepare(`${select} WHERE t.id = ?`);
    this.#newest = database.prepare(`${select} WHERE user_id = ? ORDER BY t.id DESC LIMIT ${NEWEST}`);
    this.#waiting = database.prepare(
      `SELECT id FROM ${table} WHERE status IN ('initial', 'started') ORDER BY id`,
    );
    const update = (columns: string) =>
      database.prepare<never>(`UPDATE ${table} SET ${columns}, updated = ? WHERE id = ?`);
    this.#start = update(`status = 'started', attempts = attempts + 1`);
    this.#putBack = update(`status = 'initial', attempts = attempts - 1`);
    this.#end = update('status = ?, outcome = ?');
  }

  byId(id: number): Stored | undefined {
    const row = this.#byId.get(id);
    return row && read(row);
  }

  /** Of one user, the newest first. */
  newest(userId: number): Stored[] {
    return this.#newest.all(userId).map(read);
  }

  /** Those that have not ended, the oldest first: what a server that starts has to do. */
  waiting(): number[] {
    return this.#waiting.all().map(({ id }) => id);
  }

  start(id: number): void {
    this.#database.lazily(() => this.#start.run(Date.now(), id));
  }

  /** Takes a start back: it was called off, and is to be done another time. */
  putBack(id: number): void {
    this.#putBack.run(Date.now(), id);
  }

  end(id: number, status: 'finished' | 'error', outcome: object): void {
    this.#end.run(status, JSON.stringify(outcome), Date.now(), id);
  }
}

const read = (row: Row): Stored => ({
  ...row,
  request: JSON.parse(row.request),
  outcome: row.outcome === null ? {} : JSON.parse(row.outcome),
});
