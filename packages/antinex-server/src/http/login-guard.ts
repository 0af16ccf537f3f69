import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logins } from '../auth/logins.ts';
import { PasswordsBusy } from '../auth/passwords.ts';
import { isName, type User } from '../store/users.ts';
import { busy, throttled } from './refusal.ts';

const WINDOW_MS = 60_000;
const MOST_TRUSTED = 1000;
type Limiter = ReturnType<FastifyInstance['createRateLimit']>;

/**
 * Lets users in by name and password, and only so many tries a minute: of one address, right or wrong,
 * and wrong ones for one name. The latter do not keep out an address where that user logged in before:
 * otherwise anybody could lock a user out.
 */
export class LoginGuard {
  readonly #logins: Logins;
  readonly #byAddress: Limiter;
  readonly #byName: Limiter;
  readonly #nameIn = new WeakMap<FastifyRequest, string>();
  readonly #trusted = new Set<string>();
  /** Tries that were refused without looking at the password. */
  throttled = 0;
  failed = 0;

  /** @param app with the plugin for rate limits */
  constructor(app: FastifyInstance, logins: Logins, perMinute: number) {
    this.#logins = logins;
    this.#byAddress = app.createRateLimit({ max: perMinute, timeWindow: WINDOW_MS });
    this.#byName = app.createRateLimit({
      max: perMinute,
      timeWindow: WINDOW_MS,
      keyGenerator: (request) => this.#nameIn.get(request) ?? '',
    });
  }

  /** Undefined for a wrong name or password. @throws Refusal 429, 503 */
  async logIn(request: FastifyRequest, username: string, password: string): Promise<User | undefined> {
    await this.count(request);
    if (!isName(username)) return undefined;
    const place = `${request.ip} ${username}`;
    this.#nameIn.set(request, username);
    if (!this.#trusted.has(place)) await this.#check(this.#byName, request, false);
    const user = await this.#verify(username, password);
    if (user === undefined) {
      this.failed++;
      await this.#byName(request);
    } else this.#trust(place);
    return user;
  }

  /** For HTTP Basic, where every request has the password: looks at it now and then only. */
  async logInAgain(request: FastifyRequest, username: string, password: string): Promise<User | undefined> {
    const known = this.#logins.recall(username, password);
    if (known !== undefined) return known;
    const user = await this.logIn(request, username, password);
    if (user !== undefined) this.#logins.remember(user, password);
    return user;
  }

  /** Counts a try of an address. @throws Refusal 429 */
  async count(request: FastifyRequest): Promise<void> {
    await this.#check(this.#byAddress, request, true);
  }

  async #check(limiter: Limiter, request: FastifyRequest, increment: boolean): Promise<void> {
    const limit = await limiter(request, { increment });
    if (limit.isAllowed || !limit.isExceeded) return;
    this.throttled++;
    throw throttled(limit.ttl);
  }

  async #verify(username: string, password: string): Promise<User | undefined> {
    try {
      return await this.#logins.logIn(username, password);
    } catch (error) {
      if (error instanceof PasswordsBusy) throw busy('Too many log in at once.');
      throw error;
    }
  }

  #trust(place: string): void {
    this.#trusted.delete(place);
    this.#trusted.add(place);
    const [oldest] = this.#trusted;
    if (this.#trusted.size > MOST_TRUSTED) this.#trusted.delete(oldest);
  }
}
