import type { FastifyInstance } from 'fastify';
import type { Context } from '../context.ts';
import { DOCS_PATH } from '../docs.ts';
import { addApiRoute } from '../route.ts';

/** `/`: where everything is; with a browser, the page that describes it. */
export function addRootRoute(app: FastifyInstance, context: Context): void {
  addApiRoute(app, context, {
    url: '/',
    name: 'Api Root',
    description: 'Where everything is.',
    actions: {
      GET: {
        isOpen: true,
        handle: ({ headers, protocol, host }, reply) => {
          if (headers.accept?.includes('text/html')) return reply.redirect(DOCS_PATH);
          const paths = ['users', 'mlprepare', 'ml', 'mlresults'];
          return Object.fromEntries(paths.map((path) => [path, `${protocol}://${host}/${path}/`]));
        },
      },
    },
  });
}
