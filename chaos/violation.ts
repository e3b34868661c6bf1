/** The product broke a promise. The attack ends at the first one. */
export class Violation extends Error {
  override readonly name = 'Violation';

  /** @param invariant which promise, in a few words that stay the same */
  constructor(
    readonly invariant: string,
    detail: string,
  ) {
    super(`${invariant}: ${detail}`);
  }
}

/** @throws Violation unless `holds` */
export function assertInvariant(holds: boolean, invariant: string, detail: () => string): void {
  if (!holds) throw new Violation(invariant, detail());
}
