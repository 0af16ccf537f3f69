/** Renewed this long before it ends, or after three quarters of its life if that is shorter. */
const MARGIN_MS = 30_000;

/**
 * How long a JSON Web Token (RFC 7519) can be used from now on, in milliseconds; undefined when it
 * does not say. `serverTime` is the server's own clock (its Date header), so that a wrong clock here
 * does no harm.
 */
export function usableForMs(token: string, serverTime: number): number | undefined {
  const expiry = expiryOf(token);
  if (expiry === undefined) return undefined;
  const lifeMs = expiry - serverTime;
  return Math.max(0, lifeMs - Math.min(MARGIN_MS, lifeMs / 4));
}

/** When a token ends, in milliseconds since 1970. Its signature is not checked: only the server can. */
function expiryOf(token: string): number | undefined {
  const [, payload] = token.split('.');
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString());
    const exp = (claims as { exp?: unknown } | null)?.exp;
    return typeof exp === 'number' && Number.isFinite(exp) ? exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}
