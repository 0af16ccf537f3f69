import type { Database, Statement } from './database.ts';

export interface User {
  readonly id: number;
  readonly username: string;
  readonly email: string;
  /** As passwords.ts writes it. */
  readonly password: string;
}

/** What a name can be: text without control characters, which SQLite may read to the first NUL only. */
const NAME = /^[^\p{Cc}\p{Cs}]{1,150}$/u;

export const isName = (text: string): boolean => NAME.test(text);

/** Who may use the server. */
export class Users {
  readonly #byId: Statement<User>;
  readonly #byName: Statement<User>;
  readonly #first: Statement<{ readonly id: number }>;
  readonly #count: Statement<{ readonly users: number }>;
  readonly #insert: Statement<User>;
  readonly #setPassword: Statement<never>;

  constructor(database: Database) {
    const columns = 'id, username, email, password';
    this.#byId = database.prepare(`SELECT ${columns} FROM users WHERE id = ?`);
    this.#byName = database.prepare(`SELECT ${columns} FROM users WHERE username = ?`);
    this.#first = database.prepare('SELECT min(id) AS id FROM users');
    this.#count = database.prepare('SELECT count(*) AS users FROM users');
    this.#insert = database.prepare(
      `INSERT INTO users (username, email, password, created) VALUES (?, ?, ?, ?)
       ON CONFLICT DO NOTHING RETURNING ${columns}`,
    );
    this.#setPassword = database.prepare('UPDATE users SET password = ? WHERE id = ?');
  }

  byId(id: number): User | undefined {
    return this.#byId.get(id);
  }

  byName(username: string): User | undefined {
    return isName(username) ? this.#byName.get(username) : undefined;
  }

  get count(): number {
    return this.#count.get()?.users ?? 0;
  }

  /** The user of the operator, who was there before all others. */
  isFirst({ id }: User): boolean {
    return this.#first.get()?.id === id;
  }

  /** Undefined when the name is taken. */
  add(user: Omit<User, 'id'>): User | undefined {
    return this.#insert.get(user.username, user.email, user.password, Date.now());
  }

  setPassword({ id }: User, password: string): void {
    this.#setPassword.run(password, id);
  }
}
