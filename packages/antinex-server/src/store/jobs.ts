import type { JobRequest } from '../jobs/types.ts';
import type { Database, Statement } from './database.ts';
import { packText, unpackText } from './packed.ts';
import { Requests, type Stored } from './requests.ts';

export interface NewJob {
  readonly userId: number;
  readonly trackingId: string;
  /** Without `predict_rows`. */
  readonly request: JobRequest;
  /** The JSON of `predict_rows`. */
  readonly rowsJson: string;
}

/** How much is kept of jobs that have ended; the oldest go first. */
export interface Keep {
  /** Records, with all that belongs to them. */
  readonly jobs: number;
  /** Rows and predictions, as they are stored. */
  readonly bytes: number;
}

/** Trainings and predictions that were asked for, and what came of them: `/ml/` and `/mlresults/`. */
export class Jobs extends Requests {
  readonly #database: Database;
  readonly #keep: Keep;
  readonly #insert: Statement<{ readonly id: number }>;
  readonly #insertRows: Statement<never>;
  readonly #insertPredictions: Statement<never>;
  readonly #addBytes: Statement<never>;
  readonly #rows: Statement<{ readonly packed: Buffer }>;
  readonly #predictions: Statement<{ readonly packed: Buffer }>;
  readonly #forget: Statement<{ readonly bytes: number }>;
  readonly #oldestWithRows: Statement<{ readonly id: number; readonly bytes: number }>;
  readonly #dropRows: Statement<never>;
  readonly #dropPredictions: Statement<never>;
  readonly #noBytes: Statement<never>;
  #keptBytes: number;

  constructor(database: Database, keep: Keep) {
    super(database, 'jobs');
    this.#database = database;
    this.#keep = keep;
    this.#insert = database.prepare(
      `INSERT INTO jobs (user_id, tracking_id, request, kept_bytes, created, updated)
       VALUES (?, ?, ?, ?, ?, ?) RETURNING id`,
    );
    this.#insertRows = database.prepare('INSERT INTO job_rows VALUES (?, ?)');
    this.#insertPredictions = database.prepare('INSERT INTO job_predictions VALUES (?, ?)');
    this.#addBytes = database.prepare('UPDATE jobs SET kept_bytes = kept_bytes + ? WHERE id = ?');
    this.#rows = database.prepare('SELECT packed FROM job_rows WHERE job_id = ?');
    this.#predictions = database.prepare('SELECT packed FROM job_predictions WHERE job_id = ?');
    this.#forget = database.prepare(
      `DELETE FROM jobs WHERE status IN ('finished', 'error') AND id <= ? - ${keep.jobs}
       RETURNING kept_bytes AS bytes`,
    );
    this.#oldestWithRows = database.prepare(
      `SELECT id, kept_bytes AS bytes FROM jobs
       WHERE kept_bytes > 0 AND status IN ('finished', 'error') ORDER BY id LIMIT 1`,
    );
    this.#dropRows = database.prepare('DELETE FROM job_rows WHERE job_id = ?');
    this.#dropPredictions = database.prepare('DELETE FROM job_predictions WHERE job_id = ?');
    this.#noBytes = database.prepare('UPDATE jobs SET kept_bytes = 0 WHERE id = ?');
    const sum = database.prepare<{ readonly bytes: number }>('SELECT total(kept_bytes) AS bytes FROM jobs');
    this.#keptBytes = sum.get()?.bytes ?? 0;
  }

  /** What rows and predictions take on the disk. */
  get keptBytes(): number {
    return this.#keptBytes;
  }

  /** What waits takes as much again as may be kept of what has ended. */
  get isFull(): boolean {
    return this.#keptBytes > 2 * this.#keep.bytes;
  }

  async add({ userId, trackingId, request, rowsJson }: NewJob): Promise<Stored> {
    const rows = await packText(rowsJson);
    const now = Date.now();
    const id = this.#write(rows.length, () => {
      const { id } = this.#insert.get(userId, trackingId, JSON.stringify(request), rows.length, now, now)!;
      this.#insertRows.run(id, rows);
      return id;
    });
    return this.byId(id)!;
  }

  /** Not at once on the disk: without the power for it the job would be done again. */
  async finish(id: number, outcome: object, predictionsJson: string): Promise<void> {
    const predictions = await packText(predictionsJson);
    this.#database.lazily(() =>
      this.#write(predictions.length, () => {
        this.end(id, 'finished', outcome);
        this.#insertPredictions.run(id, predictions);
        this.#addBytes.run(predictions.length, id);
        return id;
      }),
    );
  }

  /** The JSON of `predict_rows`; undefined once they were dropped. */
  async rowsJson(id: number): Promise<string | undefined> {
    const found = this.#rows.get(id);
    return found && unpackText(found.packed);
  }

  /** The JSON of the predictions; undefined while there are none and once they were dropped. */
  async predictionsJson(id: number): Promise<string | undefined> {
    const found = this.#predictions.get(id);
    return found && unpackText(found.packed);
  }

  /** Writes something of a job and answers the job's id; drops what is then over the limits. */
  #write(bytes: number, write: () => number): number {
    const { id, freed } = this.#database.transaction(() => {
      const id = write();
      return { id, freed: this.#trim(id, this.#keptBytes + bytes) };
    });
    this.#keptBytes += bytes - freed;
    return id;
  }

  /** Never drops what job `current` has, nor what still waits. Answers the bytes that it freed. */
  #trim(current: number, keptBytes: number): number {
    let freed = 0;
    for (const { bytes } of this.#forget.all(current)) freed += bytes;
    while (keptBytes - freed > this.#keep.bytes) {
      const oldest = this.#oldestWithRows.get();
      if (oldest === undefined || oldest.id >= current) break;
      this.#dropRows.run(oldest.id);
      this.#dropPredictions.run(oldest.id);
      this.#noBytes.run(oldest.id);
      freed += oldest.bytes;
    }
    return freed;
  }
}
