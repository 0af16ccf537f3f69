export { type AntinexServer, openServer, type ServerOptions } from './server.ts';
