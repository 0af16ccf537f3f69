import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { User, Users } from '../store/users.ts';
import { verifyPassword } from './passwords.ts';

/** How long a name and password that were right are taken to be right: as long as a token is good. */
const REMEMBERED_MS = 300_000;
const MOST_REMEMBERED = 1000;

interface Remembered {
  readonly mac: Buffer;
  /** The hash that they were right for. */
  readonly password: string;
  readonly until: number;
}

/** Finds users by name and password. */
export class Logins {
  readonly #users: Users;
  readonly #remembered = new Map<number, Remembered>();
  /** Passwords are not kept, only what this process alone can compare them with. */
  readonly #key = randomBytes(32);

  constructor(users: Users) {
    this.#users = users;
  }

  /**
   * Undefined for a wrong name or password, without a difference that could be measured.
   *
   * @throws PasswordsBusy
   */
  async logIn(username: string, password: string): Promise<User | undefined> {
    const user = this.#users.byName(username);
    if (!(await verifyPassword(password, user?.password))) return undefined;
    return user;
  }

  /** The same for HTTP Basic, where each request has the password: undefined if it was not right lately. */
  recall(username: string, password: string): User | undefined {
    const user = this.#users.byName(username);
    const known = user && this.#remembered.get(user.id);
    if (known === undefined || known.until < performance.now() || known.password !== user?.password)
      return undefined;
    return timingSafeEqual(known.mac, this.#mac(password)) ? user : undefined;
  }

  remember(user: User, password: string): void {
    if (this.#remembered.size >= MOST_REMEMBERED) this.#remembered.clear();
    const until = performance.now() + REMEMBERED_MS;
    this.#remembered.set(user.id, { mac: this.#mac(password), password: user.password, until });
  }

  #mac(password: string): Buffer {
    return createHmac('sha256', this.#key).update(password).digest();
  }
}
