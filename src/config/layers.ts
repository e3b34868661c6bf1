/** A part of the configuration and where it came from. */
export interface Layer {
  readonly source: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** Relative file names of this layer are resolved against this folder. */
  readonly folder: string;
}

/** The layers laid over each other. */
export interface MergedLayers {
  readonly values: Record<string, unknown>;
  /** The layer that had the last word on a setting, or on the nearest map above it. */
  layerOf(path: readonly string[]): Layer;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @returns undefined when there is no such path; follows own properties only */
export function valueAt(values: unknown, path: readonly string[]): unknown {
  let value = values;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

/** A map with one value in it, at the given path. */
export function nest(path: readonly string[], value: unknown): Record<string, unknown> {
  const nested = path.toReversed().reduce<unknown>((inner, key) => Object.fromEntries([[key, inner]]), value);
  return nested as Record<string, unknown>;
}

// Object.fromEntries defines own properties, so that a key named __proto__ stays a key, for validation to refuse.
function mergeMaps(lower: Record<string, unknown>, upper: Record<string, unknown>): Record<string, unknown> {
  const merged = new Map(Object.entries(lower));
  for (const [key, value] of Object.entries(upper)) {
    const below = merged.get(key);
    merged.set(key, isMap(below) && isMap(value) ? mergeMaps(below, value) : value);
  }
  return Object.fromEntries(merged);
}

/**
 * Lays layers over each other: maps merge, everything else replaces what lies below (lists as a whole).
 *
 * @param layers lowest first; at least one
 */
export function mergeLayers(layers: readonly [Layer, ...Layer[]]): MergedLayers {
  const values = layers.reduce<Record<string, unknown>>((merged, layer) => mergeMaps(merged, layer.values), {});
  const highestFirst = layers.toReversed();
  return {
    values,
    layerOf(path) {
      for (let length = path.length; length > 0; length--) {
        const part = path.slice(0, length);
        const layer = highestFirst.find((candidate) => valueAt(candidate.values, part) !== undefined);
        if (layer) return layer;
      }
      return layers[0];
    },
  };
}
