import { formatDecimal, parseDecimal, parseSignedDecimal } from '../domain/decimal';
import { quoteValue } from '../domain/quote-value';
import { faultOfReason } from '../domain/readable-text';
import type { SettleCommand } from '../messages/signal';
import { proposeDecimal } from './decimal-text';
import { askIfMeant } from '../domain/nearest-name';

export type ParseSettlementResult =
  { readonly ok: true; readonly command: SettleCommand } | { readonly ok: false; readonly message: string };

/** The fields and how a sender spells them: the API as here, the command line by its options. */
const FIELD_NAMES = {
  filled_quantity: 'filled_quantity',
  average_price: 'average_price',
  fee: 'fee',
  reason: 'reason',
};
type FieldNames = Readonly<typeof FIELD_NAMES>;

const ABOVE_ZERO = 'must be a decimal number above zero, as text in quotes such as "0.01"';

/**
 * Reads a person's word for what became of an order, or says in one sentence what is wrong with it.
 *
 * @param body parsed JSON: `filled_quantity` ("0": nothing filled), `average_price` (needed unless nothing filled), `fee`
 *   (absent: not known, and all that was reserved counts as taken until a balance report says better) and `reason`; all of
 *   them strings
 * @param names what the messages call the fields
 */
export function parseSettlement(body: unknown, names: FieldNames = FIELD_NAMES): ParseSettlementResult {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return refuse(`A settlement is a JSON object, not ${quoteValue(body)}.`);
  }
  const values = body as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(values).find((key) => !Object.hasOwn(FIELD_NAMES, key));
  if (unknown !== undefined) {
    const meant = askIfMeant(unknown, Object.keys(FIELD_NAMES));
    return refuse(
      `The field ${quoteValue(unknown)} is not known.${meant} A settlement has ${Object.values(names).join(', ')}.`,
    );
  }
  const message = faultOfWhy(values['reason'], names) ?? faultOfFigures(values, names);
  if (message !== undefined) return refuse(message);
  const { filled_quantity: filledQuantity, average_price: averagePrice, fee, reason } = values;
  return {
    ok: true,
    command: {
      filledQuantity: plain(filledQuantity),
      ...(averagePrice !== undefined && { averagePrice: plain(averagePrice) }),
      ...(fee !== undefined && { fee: formatDecimal(parseSignedDecimal(fee)!) }),
      reason: String(reason).trim(),
    },
  };
}

function refuse(message: string): ParseSettlementResult {
  return { ok: false, message };
}

function faultOfWhy(reason: unknown, names: FieldNames): string | undefined {
  if (typeof reason !== 'string' || reason.trim() === '') {
    return `${names.reason} is empty; say who settles the signal and why, for those who look later.`;
  }
  const fault = faultOfReason(reason.trim());
  return fault === undefined ? undefined : `${names.reason} is ${quoteValue(reason)}; it ${fault}.`;
}

function faultOfFigures(values: Readonly<Record<string, unknown>>, names: FieldNames): string | undefined {
  const { filled_quantity: filled, average_price: price, fee } = values;
  if (filled === undefined) return `There is no ${names.filled_quantity}; say what filled, or "0" when nothing did.`;
  const quantity = parseDecimal(filled);
  if (!quantity) {
    const remedy = proposal(filled);
    return `${names.filled_quantity} is ${quoteValue(filled)}; it ${ABOVE_ZERO}, or "0" when nothing filled${remedy}.`;
  }
  if (quantity.isZero()) {
    if (price === undefined && fee === undefined) return undefined;
    return `${names.filled_quantity} is 0: where nothing filled there is neither ${names.average_price} nor ${names.fee}.`;
  }
  if (price === undefined) return `There is no ${names.average_price}; what filled was paid at a price.`;
  if (!isAboveZero(price)) return `${names.average_price} is ${quoteValue(price)}; it ${ABOVE_ZERO}${proposal(price)}.`;
  if (fee === undefined || parseSignedDecimal(fee)) return undefined;
  return `${names.fee} is ${quoteValue(fee)}; it must be a decimal number in the settle asset, as text in quotes such as "0.05", below zero for a rebate${signedProposal(fee)}.`;
}

function proposal(value: unknown): string {
  const text = proposeDecimal(value);
  return text === undefined ? '' : `: write ${quoteValue(text)}`;
}

/** A fee may be below zero, and nothing. */
function signedProposal(fee: unknown): string {
  if (fee === 0) return ': write "0"';
  if (typeof fee !== 'number' || fee > 0) return proposal(fee);
  return proposal(-fee).replace('"', '"-');
}

function isAboveZero(text: unknown): boolean {
  const value = parseDecimal(text);
  return value !== undefined && !value.isZero();
}

/** @param text one that was checked */
function plain(text: unknown): string {
  return formatDecimal(parseDecimal(text)!);
}
