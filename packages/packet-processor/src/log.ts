/** Says something to the log. */
export type Log = (level: 'info' | 'warn', text: string) => void;
