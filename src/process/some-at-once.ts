/**
 * Does work for every item, so many at a time: as soon as one ends, the next begins.
 *
 * @param atOnceMax 1 or more
 * @returns the results in the order of the items
 * @throws what a piece of work throws; the others go on
 */
export async function someAtOnce<Item, Result>(
  items: readonly Item[],
  atOnceMax: number,
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const queue = [...items.entries()];
  const takeNext = async (): Promise<void> => {
    for (let entry = queue.shift(); entry !== undefined; entry = queue.shift()) {
      const [index, item] = entry;
      results[index] = await work(item);
    }
  };
  await Promise.all(Array.from({ length: atOnceMax }, takeNext));
  return results;
}
