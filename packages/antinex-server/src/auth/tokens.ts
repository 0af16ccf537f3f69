import { createSecretKey, type KeyObject } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import type { User } from '../store/users.ts';

/** Who a token says that its bearer is; or why it says nothing. */
export type TokenClaims = { readonly userId: number; readonly username: string };
export type TokenProblem = 'expired' | 'undecodable';

const ALGORITHM = 'HS256';

/** Makes and reads JSON Web Tokens (RFC 7519), signed with HS256 and by nothing else. */
export class Tokens {
  readonly #key: KeyObject;
  readonly #lifetimeS: number;

  constructor(secret: string, lifetimeMs: number) {
    this.#key = createSecretKey(secret, 'utf8');
    this.#lifetimeS = Math.max(1, Math.round(lifetimeMs / 1000));
  }

  issue({ id, username, email }: User): Promise<string> {
    const exp = Math.floor(Date.now() / 1000) + this.#lifetimeS;
    return new SignJWT({ user_id: id, username, exp, email })
      .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
      .sign(this.#key);
  }

  async read(token: string): Promise<TokenClaims | TokenProblem> {
    try {
      const { payload } = await jwtVerify(token, this.#key, {
        algorithms: [ALGORITHM],
        requiredClaims: ['exp'],
      });
      const { user_id: userId, username } = payload;
      return Number.isSafeInteger(userId) && typeof username === 'string'
        ? { userId: userId as number, username }
        : 'undecodable';
    } catch (error) {
      return error instanceof errors.JWTExpired ? 'expired' : 'undecodable';
    }
  }
}
