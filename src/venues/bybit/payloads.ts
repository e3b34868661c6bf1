import { z } from 'zod';

/** The parts of Bybit V5 answers that are read. Unknown fields are allowed: the venue adds some at any time. */

const decimal = z.string().regex(/^-?\d+(\.\d+)?$/, 'a decimal number');
/** Bybit leaves a figure that it does not compute empty. */
const optionalDecimal = z.union([decimal, z.literal('')]).optional();
const timeMs = z.union([
  z.int().positive(),
  z
    .string()
    .regex(/^\d{13}$/, 'a time in milliseconds')
    .transform(Number),
]);

function envelope<Result extends z.ZodType>(result: Result) {
  return z.object({ result, time: timeMs });
}

export const timePayload = envelope(z.object({}));

export const instrumentRow = z.object({
  symbol: z.string(),
  contractType: z.string(),
  status: z.string(),
  baseCoin: z.string(),
  quoteCoin: z.string(),
  settleCoin: z.string(),
  priceFilter: z.object({ tickSize: decimal }),
  lotSizeFilter: z.object({
    minOrderQty: decimal,
    qtyStep: decimal,
    maxOrderQty: optionalDecimal,
    maxMktOrderQty: optionalDecimal,
    minNotionalValue: optionalDecimal,
  }),
});
export type Instrument = z.infer<typeof instrumentRow>;

export const tickersPayload = envelope(
  z.object({
    list: z.array(
      z.object({
        symbol: z.string(),
        bid1Price: optionalDecimal,
        ask1Price: optionalDecimal,
      }),
    ),
  }),
);

export const candlesPayload = envelope(
  z.object({
    symbol: z.string().optional(),
    // Opening time, open, high, low, close, volume; the turnover that follows is not read.
    list: z.array(z.tuple([timeMs, decimal, decimal, decimal, decimal, decimal], z.unknown())),
  }),
);

export const balancesPayload = envelope(
  z.object({
    list: z.array(
      z.object({
        accountType: z.string().optional(),
        coin: z.array(
          z.object({
            coin: z.string().min(1),
            walletBalance: decimal,
            equity: optionalDecimal,
            locked: optionalDecimal,
            totalOrderIM: optionalDecimal,
            totalPositionIM: optionalDecimal,
          }),
        ),
      }),
    ),
  }),
);
export type CoinBalance = z.infer<typeof balancesPayload>['result']['list'][number]['coin'][number];

export const orderRow = z.object({
  orderId: z.string().min(1),
  orderLinkId: z.string(),
  symbol: z.string(),
  orderStatus: z.enum([
    'Created',
    'New',
    'Active',
    'Untriggered',
    'Triggered',
    'PartiallyFilled',
    'PendingCancel',
    'Filled',
    'Cancelled',
    'PartiallyFilledCanceled',
    'Deactivated',
    'Rejected',
  ]),
  qty: decimal,
  cumExecQty: decimal,
  // A null must not hide an order that exists.
  avgPrice: optionalDecimal.nullable(),
  cumExecFee: optionalDecimal.nullable(),
  cumFeeDetail: z.record(z.string(), decimal).nullish(),
  rejectReason: z.string().nullish(),
  createdTime: timeMs,
  updatedTime: timeMs,
});
export type OrderRow = z.infer<typeof orderRow>;

/** What a look-up reads of fills: whether there are any. */
export const executionsPayload = envelope(z.object({ list: z.array(z.object({ orderLinkId: z.string() })) }));

/** Rows of orders or instruments, parsed one by one: one that cannot be read must not hide the others. */
export const rowsPayload = envelope(z.object({ list: z.array(z.unknown()) }));

/** What is read of a page of open orders: which ones there are. */
export const openOrdersPayload = envelope(
  z.object({
    list: z.array(z.object({ orderId: z.string().min(1), orderLinkId: z.string() })),
    nextPageCursor: z.string().optional(),
  }),
);

/** One row per symbol in one-way mode, where its index is 0; in hedge mode one per side. */
export const positionRow = z.object({
  symbol: z.string().min(1),
  positionIdx: z.literal(0),
  side: z.enum(['Buy', 'Sell']),
  size: z.string().regex(/^\d+(\.\d+)?$/, 'a size'),
  // The venue takes over a position that it liquidates or deleverages.
  positionStatus: z.literal('Normal'),
});

export const positionsPayload = envelope(
  z.object({ list: z.array(z.unknown()), nextPageCursor: z.string().optional() }),
);
