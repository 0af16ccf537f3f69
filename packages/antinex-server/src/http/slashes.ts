import type { FastifyInstance } from 'fastify';

/**
 * Paths without their last slash: reading is sent to the right one, as by the original; everything else
 * is answered in place, for a redirect would lose what was posted.
 */
export function addSlashes(app: FastifyInstance): void {
  app.addHook('onRequest', async ({ method, url, routeOptions }, reply) => {
    if (routeOptions.config.api !== true || (method !== 'GET' && method !== 'HEAD')) return;
    const [path, query] = url.split(/\?(.*)/s);
    if (!path.endsWith('/')) return reply.code(301).header('location', withSlash(path, query)).send();
  });
}

const withSlash = (path: string, query: string | undefined): string =>
  query === undefined ? `${path}/` : `${path}/?${query}`;
