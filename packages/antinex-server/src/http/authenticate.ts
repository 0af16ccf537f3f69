import type { FastifyRequest } from 'fastify';
import type { Tokens } from '../auth/tokens.ts';
import type { User, Users } from '../store/users.ts';
import type { LoginGuard } from './login-guard.ts';
import { unauthorized } from './refusal.ts';

export interface Gate {
  readonly users: Users;
  readonly tokens: Tokens;
  readonly guard: LoginGuard;
}

const NOT_GIVEN = 'Authentication credentials were not provided.';
const CREDENTIALS: Readonly<
  Record<string, (gate: Gate, request: FastifyRequest, text: string) => Promise<User>>
> = { jwt: byToken, basic: byPassword };

/**
 * Who sends a request: `JWT <token>` or HTTP Basic (RFC 7617).
 *
 * @throws Refusal 401, 429
 */
export async function authenticate(gate: Gate, request: FastifyRequest): Promise<User> {
  const [scheme, ...parts] = (request.headers.authorization ?? '').trim().split(/\s+/);
  const check = Object.hasOwn(CREDENTIALS, scheme.toLowerCase()) && CREDENTIALS[scheme.toLowerCase()];
  if (!check) throw unauthorized(NOT_GIVEN);
  if (parts.length === 0) throw unauthorized('Invalid Authorization header. No credentials provided.');
  if (parts.length > 1)
    throw unauthorized('Invalid Authorization header. Credentials string should not contain spaces.');
  return check(gate, request, parts[0]);
}

async function byToken({ tokens, users }: Gate, _request: FastifyRequest, token: string): Promise<User> {
  const claims = await tokens.read(token);
  if (claims === 'expired') throw unauthorized('Signature has expired.');
  if (claims === 'undecodable') throw unauthorized('Error decoding signature.');
  const user = users.byId(claims.userId);
  if (user?.username !== claims.username) throw unauthorized('Invalid signature.');
  return user;
}

async function byPassword({ guard }: Gate, request: FastifyRequest, text: string): Promise<User> {
  const [username, password] = Buffer.from(text, 'base64').toString().split(/:(.*)/s);
  if (password === undefined)
    throw unauthorized('Invalid basic header. Credentials not correctly base64 encoded.');
  const user = await guard.logInAgain(request, username, password);
  if (user === undefined) throw unauthorized('Invalid username/password.');
  return user;
}
