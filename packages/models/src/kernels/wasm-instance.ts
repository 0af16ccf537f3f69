const PAGE_BYTES = 65_536;

type Call = (...values: number[]) => void;

/** A module's functions and the memory they work on, which has room for so many bytes. */
export interface WasmInstance<Name extends string> {
  readonly memory: ArrayBuffer;
  readonly exports: { readonly [name in Name]: Call };
}

/** Throws where there is no room for the memory, or for one more of them. */
export function instantiate<Name extends string>(
  module: WebAssembly.Module,
  bytes: number,
): WasmInstance<Name> {
  const pages = Math.ceil(bytes / PAGE_BYTES);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return { memory: memory.buffer, exports: exports as WasmInstance<Name>['exports'] };
}
