/** What our commands share: commander with our settings, complaints and printing. */
export { addFlags, addSettings, checkOnly, readSettings } from './command-settings.ts';
export { type OutputStream, print } from './print.ts';
export { createProgram, parseCommandLine } from './program.ts';
