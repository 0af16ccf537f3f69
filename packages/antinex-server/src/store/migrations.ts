/**
 * The database's schema, a step for each version; a step that was released is never changed.
 *
 * A job and its result are one row and have one id. What a client sent and what it is answered is kept
 * as JSON: `request` without its rows, which are apart, since they are large and dropped earlier.
 * `kept_bytes` is what rows and predictions take; times are milliseconds since 1970.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    username TEXT NOT NULL UNIQUE,
    email TEXT NOT NULL,
    password TEXT NOT NULL,
    created INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES users (id),
    tracking_id TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'initial',
    attempts INTEGER NOT NULL DEFAULT 0,
    request TEXT NOT NULL,
    outcome TEXT,
    error TEXT,
    kept_bytes INTEGER NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX jobs_of_user ON jobs (user_id, id);
  CREATE INDEX jobs_waiting ON jobs (id) WHERE status IN ('initial', 'started');
  CREATE INDEX jobs_with_rows ON jobs (id) WHERE kept_bytes > 0;

  CREATE TABLE job_rows (
    job_id INTEGER PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
    packed BLOB NOT NULL
  ) STRICT;

  CREATE TABLE job_predictions (
    job_id INTEGER PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
    packed BLOB NOT NULL
  ) STRICT;

  CREATE TABLE prepares (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES users (id),
    tracking_id TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'initial',
    attempts INTEGER NOT NULL DEFAULT 0,
    request TEXT NOT NULL,
    outcome TEXT,
    error TEXT,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX prepares_of_user ON prepares (user_id, id);
  CREATE INDEX prepares_waiting ON prepares (id) WHERE status IN ('initial', 'started');
  `,
];
