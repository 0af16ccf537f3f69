/**
 * Whether a name fits a pattern with `*` (any characters) and `?` (one character), as of file names.
 * Takes no more steps than the product of their lengths, whatever the pattern.
 */
export function matches(pattern: string, name: string): boolean {
  let at = 0;
  let place = 0;
  // Where to try again: the last star took one character too few.
  let star = -1;
  let taken = 0;
  while (place < name.length) {
    if (pattern[at] === '*') {
      star = at++;
      taken = place;
    } else if (pattern[at] === '?' || pattern[at] === name[place]) {
      at++;
      place++;
    } else if (star >= 0) {
      at = star + 1;
      place = ++taken;
    } else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}
