import { SeededStream } from '../src/paper-venue/market/seeded-random';

/** Random decisions that repeat exactly for a seed. Every part of an attack throws its own dice, by name. */
export class Dice {
  private readonly stream: SeededStream;
  private thrown = 0;

  constructor(seed: number, name: string) {
    this.stream = new SeededStream(seed, `chaos:${name}`);
  }

  /** Uniform between two numbers. */
  between(least: number, most: number): number {
    const uniform = this.stream.uniform(this.thrown);
    this.thrown += 1;
    return least + (most - least) * uniform;
  }

  /** A whole number from `least` to `most`, both possible. */
  whole(least: number, most: number): number {
    return Math.floor(this.between(least, most + 1));
  }

  chance(probability: number): boolean {
    return this.between(0, 1) < probability;
  }

  pick<Item>(items: readonly [Item, ...Item[]]): Item {
    return items[this.whole(0, items.length - 1)] ?? items[0];
  }

  /** Picks a key with the probability of its weight; weights need not add up to anything. */
  weighted<Key extends string>(weights: Readonly<Record<Key, number>>): Key {
    const entries = Object.entries(weights) as [Key, number][];
    let left = this.between(
      0,
      entries.reduce((sum, [, weight]) => sum + weight, 0),
    );
    for (const [key, weight] of entries) {
      left -= weight;
      if (left < 0) return key;
    }
    throw new Error('There is nothing to pick from.');
  }
}
