import type { FeatureBatch } from './types';
import type { Model } from './session';

/** A model that another one may take the place of while the program runs. */
export class ReplaceableModel implements Model {
  private underWay: Promise<unknown> = Promise.resolve();

  constructor(private current: Model) {}

  get metadata(): Model['metadata'] {
    return this.current.metadata;
  }

  get provider(): string {
    return this.current.provider;
  }

  get refusedProviders(): Model['refusedProviders'] {
    return this.current.refusedProviders;
  }

  predict(batch: FeatureBatch, minutes?: readonly number[]): ReturnType<Model['predict']> {
    const run = this.current.predict(batch, minutes);
    this.underWay = run.catch(() => undefined);
    return run;
  }

  /**
   * Puts the next model into the place of this one, which is closed once it has answered.
   *
   * @param load resolves with a model that has answered already
   * @throws what `load` throws: the model before it goes on
   */
  async replace(load: () => Promise<Model>): Promise<void> {
    const next = await load();
    const former = this.current;
    this.current = next;
    await this.underWay;
    await former.close();
  }

  close(): Promise<void> {
    return this.current.close();
  }
}
