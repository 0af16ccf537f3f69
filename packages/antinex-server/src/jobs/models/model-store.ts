import { createHash } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PipelineError, toPipelineError } from '@antinex/runtime';

const SUFFIX = '.safetensors';
const COMPAT = 'compat-';
/** AntiNex core forgets the oldest model beyond these. */
const COMPAT_MODELS = 100;

/** Where a label's model lies, and which of the models that lay there it is. */
export interface ModelPlace {
  readonly path: string;
  readonly version: number;
}

/** The files of models, by the labels' digests: whatever a label says, it is no path. */
export class ModelStore {
  readonly #folder: string;
  readonly #limit: number;
  /** By name of the file, the oldest first. */
  readonly #versions: Map<string, number>;

  private constructor(folder: string, limit: number, names: readonly string[]) {
    this.#folder = folder;
    this.#limit = limit;
    this.#versions = new Map(names.map((name) => [name, 1]));
  }

  /** @param limit models that are kept; those of compat mode count for themselves */
  static async open(folder: string, limit: number): Promise<ModelStore> {
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const files = await readdir(folder);
      // Left by a server that was killed while it wrote.
      await Promise.all(files.filter((name) => name.endsWith('.tmp')).map((name) => rm(join(folder, name))));
      const names = files.filter((name) => name.endsWith(SUFFIX));
      const ages = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).mtimeMs));
      const byAge = names.map((name, i) => ({ name, age: ages[i] })).sort((a, b) => a.age - b.age);
      return new ModelStore(
        folder,
        limit,
        byAge.map(({ name }) => name),
      );
    } catch (error) {
      throw toPipelineError(error, { path: folder, access: 'write' });
    }
  }

  /** undefined when the name has no model. */
  find(name: string, compat: boolean): ModelPlace | undefined {
    const file = fileOf(name, compat);
    const version = this.#versions.get(file);
    return version === undefined ? undefined : { path: join(this.#folder, file), version };
  }

  /** @throws PipelineError JOB_TOO_LARGE when a new name has no room */
  pathFor(name: string, compat: boolean): string {
    const file = fileOf(name, compat);
    const kept = [...this.#versions.keys()].filter((one) => !one.startsWith(COMPAT)).length;
    if (!compat && !this.#versions.has(file) && kept >= this.#limit)
      throw new PipelineError('JOB_TOO_LARGE', {
        what: `another model beside the ${kept} in ${this.#folder}`,
        limit: 'this server keeps; remove some of them and restart it',
      });
    return join(this.#folder, file);
  }

  /** Takes note of the model that was written to the name's path. */
  async written(name: string, compat: boolean): Promise<void> {
    const file = fileOf(name, compat);
    const version = (this.#versions.get(file) ?? 0) + 1;
    this.#versions.delete(file);
    this.#versions.set(file, version);
    const ofCompat = [...this.#versions.keys()].filter((one) => one.startsWith(COMPAT));
    for (const old of ofCompat.slice(0, Math.max(0, ofCompat.length - COMPAT_MODELS))) {
      this.#versions.delete(old);
      await rm(join(this.#folder, old), { force: true });
    }
  }
}

function fileOf(name: string, compat: boolean): string {
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 40);
  return `${compat ? COMPAT : ''}${digest}${SUFFIX}`;
}
