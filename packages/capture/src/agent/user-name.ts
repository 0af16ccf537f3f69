import { userInfo } from 'node:os';

/** Who this process is now. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // In a container a user may be a mere number.
    return `user ${process.getuid?.()}`;
  }
}
