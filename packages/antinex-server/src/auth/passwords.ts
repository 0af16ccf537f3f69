import { randomBytes, scrypt as scryptCallback, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { AtOnce } from '../at-once.ts';

const scrypt = promisify<string, Buffer, number, object, Buffer>(scryptCallback);

/** RFC 7914: 32 MiB and some 100 ms for each. */
const COST = { N: 32_768, r: 8, p: 1 } as const;
const MAX_MEMORY = 64 * 2 ** 20;
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** Node's threads also read files and deflate rows: two of its four are enough for passwords. */
const derivations = new AtOnce(2, 64);

/** Too many wait for their password to be looked at. */
export class PasswordsBusy extends Error {}

/** `scrypt$32768$8$1$<salt>$<hash>` */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, salt, COST);
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

/** Whether it is the password; without a hash it is not, and finding that out takes as long. */
export async function verifyPassword(password: string, hashed: string | undefined): Promise<boolean> {
  const [, N, r, p, salt, hash] = (hashed ?? NOBODY).split('$');
  const expected = Buffer.from(hash, 'base64url');
  const cost = { N: Number(N), r: Number(r), p: Number(p) };
  const found = await derive(password, Buffer.from(salt, 'base64url'), cost);
  return timingSafeEqual(found, expected) && hashed !== undefined;
}

/** What a user has whom there is not. */
const NOBODY = ['scrypt', COST.N, COST.r, COST.p, 'A'.repeat(22), 'A'.repeat(43)].join('$');

async function derive(password: string, salt: Buffer, cost: object): Promise<Buffer> {
  if (derivations.isFull) throw new PasswordsBusy();
  return derivations.run(() => scrypt(password, salt, HASH_BYTES, { ...cost, maxmem: MAX_MEMORY }));
}
