// Looked up once: years of minutes go through these, and a global's property costs more than the function.
const { cos, imul, log, PI, sqrt } = Math;

/**
 * Random numbers as a pure function of (stream, counter): any minute's draw can be made without the draws before it,
 * so prices and fault plans repeat exactly for a seed. The mixer is MurmurHash3's finaliser over a Weyl sequence,
 * good enough for simulation and useless for cryptography.
 */
export class SeededStream {
  readonly #key: number;

  /** @param name separates the streams of one seed, such as `BTCUSDT:volume` */
  constructor(seed: number, name: string) {
    let hash = 0x811c9dc5 ^ seed;
    for (let index = 0; index < name.length; index += 1) {
      hash = imul(hash ^ name.charCodeAt(index), 0x01000193);
    }
    this.#key = mix(hash);
  }

  /** Uniform in the open interval (0, 1). */
  uniform(counter: number): number {
    const bits = mix(mix(imul(counter + 1, 0x9e3779b9) ^ this.#key) + this.#key);
    return ((bits >>> 0) + 0.5) / 4_294_967_296;
  }

  /** Standard normal (Box and Muller). */
  normal(counter: number): number {
    const radius = sqrt(-2 * log(this.uniform(counter * 2)));
    return radius * cos(2 * PI * this.uniform(counter * 2 + 1));
  }
}

function mix(value: number): number {
  let hash = value | 0;
  hash = imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
