import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';

const ABOUT = `Training and predictions with dense networks. Log in at /api-token-auth/ and send the token as
\`Authorization: JWT <token>\`; HTTP Basic will do, too. All paths end with a slash.`;

export const DOCS_PATH = '/docs';
const DOCUMENT_PATH = '/openapi.json';

/** The page takes everything from here, and asks nobody else. */
const POLICY = {
  'default-src': ["'self'"],
  'img-src': ["'self'", 'data:'],
  'style-src': ["'self'", "'unsafe-inline'"],
  'object-src': ["'none'"],
  'frame-ancestors': ["'none'"],
};

/** The API's description, and a page to read it and try it out. */
export async function addDocs(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'AntiNex',
        description: ABOUT,
        version: '1',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: {
        securitySchemes: {
          token: { type: 'apiKey', in: 'header', name: 'Authorization', description: 'JWT <token>' },
          password: { type: 'http', scheme: 'basic' },
        },
      },
      security: [{ token: [] }, { password: [] }],
    },
    hideUntagged: true,
  });
  await app.register(swaggerUi, { routePrefix: DOCS_PATH, staticCSP: POLICY });
  app.get(DOCUMENT_PATH, { schema: { hide: true } }, () => app.swagger());
  app.get('/swagger/', { schema: { hide: true } }, (_request, reply) => reply.redirect(DOCS_PATH));
}
