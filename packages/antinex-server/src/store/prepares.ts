import type { JobRequest } from '../jobs/types.ts';
import type { Database, Statement } from './database.ts';
import { Requests, type Stored } from './requests.ts';

/** Datasets that were asked for: `/mlprepare/`. */
export class Prepares extends Requests {
  readonly #insert: Statement<{ readonly id: number }>;
  readonly #forget: Statement<never>;

  /** @param keep how many are kept that have ended; the oldest go first. */
  constructor(database: Database, keep: number) {
    super(database, 'prepares');
    this.#insert = database.prepare(
      'INSERT INTO prepares (user_id, tracking_id, request, created, updated) VALUES (?, ?, ?, ?, ?) RETURNING id',
    );
    this.#forget = database.prepare(
      `DELETE FROM prepares WHERE status IN ('finished', 'error') AND id <= ? - ${keep}`,
    );
  }

  add(userId: number, trackingId: string, request: JobRequest): Stored {
    const now = Date.now();
    const { id } = this.#insert.get(userId, trackingId, JSON.stringify(request), now, now)!;
    this.#forget.run(id);
    return this.byId(id)!;
  }
}
