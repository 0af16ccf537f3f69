import { loadModel } from '@antinex/models';
import type { ModelPlace } from './model-store.ts';
import type { StoredModel } from './stored-model.ts';

/** Floats that the networks of all models may hold, and how many models there may be. */
const FLOATS = 1 << 26;
const MODELS = 256;

/** Models that were read, the latest used ones. */
export class ModelCache {
  readonly #models = new Map<string, { readonly version: number; readonly model: StoredModel }>();

  /** @throws PipelineError as of a file that is no model or cannot be read */
  async get({ path, version }: ModelPlace): Promise<StoredModel> {
    const known = this.#models.get(path);
    this.#models.delete(path);
    const fresh =
      known?.version === version ? known : { version, model: (await loadModel(path)) as StoredModel };
    this.#models.set(path, fresh);
    this.#forget();
    return fresh.model;
  }

  /** The oldest go first; the one that was just asked for stays. */
  #forget(): void {
    let floats = 0;
    let models = 0;
    for (const [path, { model }] of [...this.#models].reverse()) {
      floats += model.network.layout.floats;
      models++;
      if (models > 1 && (floats > FLOATS || models > MODELS)) this.#models.delete(path);
    }
  }
}
