/** Records in the order of their sequence, of which the oldest are let go when there are too many. */
export class BoundedLog<Row extends { readonly sequence: number }> {
  #rows: Row[] = [];

  /**
   * @param keptMax how many are kept at least; more are let go
   * @param batch for so many at once, because moving a long array costs
   */
  constructor(
    private readonly keptMax: number,
    private readonly batch: number,
  ) {}

  get lastSequence(): number {
    return this.#rows.at(-1)?.sequence ?? 0;
  }

  get length(): number {
    return this.#rows.length;
  }

  /** @returns the rows that were let go for it */
  add(row: Row): readonly Row[] {
    this.#rows.push(row);
    return this.#rows.length >= this.keptMax + this.batch ? this.#rows.splice(0, this.batch) : [];
  }

  at(index: number): Row | undefined {
    return this.#rows[index];
  }

  /** Puts another record in the place of one of the same sequence. */
  replace(row: Row): void {
    for (let index = this.#rows.length - 1; index >= 0; index -= 1) {
      if (this.#rows[index]!.sequence !== row.sequence) continue;
      this.#rows[index] = row;
      return;
    }
  }

  /** Oldest first. */
  oldestFirst(): readonly Row[] {
    return this.#rows;
  }

  /** Newest first. */
  *newestFirst(): Generator<Row> {
    for (let index = this.#rows.length - 1; index >= 0; index -= 1) yield this.#rows[index]!;
  }
}
