/** For programs that read their settings before they know whether they need the rest of the client. */
export { antinexProblems } from './from-settings.ts';
export { ANTINEX_SETTINGS } from './settings.ts';
