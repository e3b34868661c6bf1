import { orderOfTurn } from '../../../bench/turn-order';

test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])(
  'of %i ways each takes each turn once, and follows each other one equally often',
  (count) => {
    const ways = Array.from({ length: count }, (_, index) => index);
    const turns = count % 2 === 0 ? count : 2 * count;
    const followed = new Map<string, number>();
    for (let turn = 0; turn < turns; turn += 1) {
      const order = orderOfTurn(ways, turn);
      expect(order.toSorted((one, other) => one - other)).toEqual(ways);
      for (const [place, way] of order.entries()) {
        if (place === 0) continue;
        const pair = `${order[place - 1]} ${way}`;
        followed.set(pair, (followed.get(pair) ?? 0) + 1);
      }
    }
    expect(followed.size).toBe(count * (count - 1));
    expect(new Set(followed.values()).size).toBeLessThanOrEqual(1);
  },
);
