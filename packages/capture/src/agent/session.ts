/** A session no other capture has, of this host or another with its name. */
export const newSession = (): string =>
  `${Date.now().toString(36)}.${Math.floor(Math.random() * 36 ** 6)
    .toString(36)
    .padStart(6, '0')}`;
