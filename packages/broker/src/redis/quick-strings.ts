/** V8 looks at an object's prototypes once it has learned what is read of it. */
const READS = 1000;

/**
 * Makes the methods of strings as quick as they were before ioredis was loaded. Its VerbatimString extends
 * String; V8 then turns String.prototype, which became the prototype of a prototype, into a table to be
 * searched at every call: text took five times as long in the whole process. Reading from an object with
 * that prototype makes V8 turn it back (JSObject::MakePrototypesFast).
 */
export function makeStringsQuick(): void {
  const text = Object('-') as string;
  for (let i = 0; i < READS; i++) text.charCodeAt(0);
}
