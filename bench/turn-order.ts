/**
 * The order in which ways take one of their turns: what a way leaves behind falls on whichever comes next, so that over as many
 * turns as there are ways (twice as many for an odd number of them) each comes directly behind each other one equally often.
 *
 * Source: E. J. Williams, Experimental designs balanced for the estimation of residual effects of treatments (1949).
 *
 * @param turn from 0, counted on over the rounds
 */
export function orderOfTurn<Item>(items: readonly Item[], turn: number): readonly Item[] {
  const count = items.length;
  const isMirrored = count % 2 === 1 && Math.floor(turn / count) % 2 === 1;
  const order = zigzag(count).map((index) => items[(index + turn) % count] as Item);
  return isMirrored ? order.toReversed() : order;
}

/** 0, 1, n - 1, 2, n - 2 …: every distance between two neighbours comes once. */
function zigzag(count: number): readonly number[] {
  return Array.from({ length: count }, (_, place) => {
    const half = Math.ceil(place / 2);
    return place % 2 === 1 ? half : (count - half) % count;
  });
}
