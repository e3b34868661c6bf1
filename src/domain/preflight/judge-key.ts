import type { AccountReport, Answered, Expectations, KeyFacts } from './facts';
import type { FindingCode, PreflightFinding, Severity } from './finding';

const DAY_MS = 86_400_000;
/** A key that ends sooner is worth a message. */
export const KEY_ENDS_SOON_MS = 7 * DAY_MS;

/** Codes that a venue answers with where the key is one of another house or of another environment. */
const OTHER_HOUSE_CODES: readonly string[] = ['10003'];

/** What the key may do, and for how long; where it is not told of, whether it is taken. @param nowMs UTC, milliseconds */
export function judgeKey(
  { key, account }: Pick<AccountReport, 'key' | 'account'>,
  expected: Expectations,
  nowMs: number,
): readonly PreflightFinding[] {
  const refused = [key, account].find((answer) => answer.status === 'unread' && answer.isFinal);
  if (refused?.status === 'unread') return [refusedKey(refused, expected)];
  if (key.status !== 'known') return [];
  const { facts } = key;
  return [...judgeRights(facts, expected), ...judgeBinding(facts, expected, nowMs), ...judgeIdentity(facts, expected)];
}

function refusedKey(
  { message, venueCode }: Extract<Answered<KeyFacts>, { status: 'unread' }>,
  { venue, environment, region }: Expectations,
): PreflightFinding {
  // Of the paper venue, whose keys are known to all, it is one of the faults that it was told to make.
  const severity = environment === 'paper' ? 'warn' : 'refuse';
  const isElsewhere = venueCode !== undefined && OTHER_HOUSE_CODES.includes(venueCode);
  const remedy = isElsewhere
    ? `a key belongs to one environment and one region: this one was sent to ${environment} in the region ${region}, so set venues.${venue}.environment and venues.${venue}.region to where it was made`
    : 'check the key, the addresses that it is bound to and the account at the exchange';
  return finding(severity, 'KEY_REFUSED', `${venue} refuses the key (${trimPoint(message)}): ${remedy}.`);
}

function judgeRights(
  facts: KeyFacts,
  { venue, allowsWithdrawal, leverageAtVenue, keepsStops }: Expectations,
): PreflightFinding[] {
  const found: PreflightFinding[] = [];
  if (facts.isReadOnly) {
    const sentence = `The key of ${venue} is read-only, so every order would be refused: make one that may read and write.`;
    found.push(finding('refuse', 'KEY_READ_ONLY', sentence));
  } else if (!facts.mayOrder) {
    const sentence = `The key of ${venue} has no right to place orders in contracts: give it "Contract: Orders" at the exchange.`;
    found.push(finding('refuse', 'KEY_MAY_NOT_TRADE', sentence));
  } else if (!facts.mayPosition) {
    const sentence = `The key of ${venue} has no right to positions in contracts, without which neither a leverage nor the stop of a position can be set: give it "Contract: Positions" at the exchange.`;
    found.push(
      finding(leverageAtVenue === 'compare' && !keepsStops ? 'warn' : 'refuse', 'KEY_MAY_NOT_SET_LEVERAGE', sentence),
    );
  }
  if (facts.mayWithdraw) {
    const sentence = `The key of ${venue} may withdraw, so whoever gets it can take everything: take the right "Withdraw" away from it at the exchange${
      allowsWithdrawal ? '' : `, or set venues.${venue}.allowWithdrawalKey: true if you mean it`
    }.`;
    found.push(finding(allowsWithdrawal ? 'warn' : 'refuse', 'KEY_MAY_WITHDRAW', sentence));
  }
  if (facts.mayTransfer) {
    const sentence = `The key of ${venue} may transfer between accounts, which oncefill never does: take these rights away from it at the exchange.`;
    found.push(finding('warn', 'KEY_MAY_TRANSFER', sentence));
  }
  return found;
}

function judgeBinding(facts: KeyFacts, { venue }: Expectations, nowMs: number): PreflightFinding[] {
  const found: PreflightFinding[] = [];
  const { endsAtMs } = facts;
  if (endsAtMs !== undefined) found.push(judgeEnd(endsAtMs, venue, nowMs));
  if (!facts.isBoundToAddress) {
    const sentence = `The key of ${venue} is good from every address${
      endsAtMs === undefined ? '' : ', and ends by itself for that reason'
    }: bind it to this machine's address at the exchange.`;
    found.push(finding('warn', 'KEY_NOT_BOUND', sentence));
  }
  return found;
}

function judgeEnd(endsAtMs: number, venue: string, nowMs: number): PreflightFinding {
  const when = new Date(endsAtMs).toISOString();
  const leftMs = endsAtMs - nowMs;
  const remedy = 'make a new key at the exchange, bound to this address, and start again with it';
  if (leftMs <= 0) return finding('refuse', 'KEY_ENDED', `The key of ${venue} ended at ${when}: ${remedy}.`);
  const left = `ends at ${when}, in ${inDays(leftMs)}`;
  if (leftMs <= KEY_ENDS_SOON_MS) return finding('warn', 'KEY_ENDS_SOON', `The key of ${venue} ${left}: ${remedy}.`);
  return finding('note', 'KEY_ENDS', `The key of ${venue} ${left}: a key that is bound to addresses does not end.`);
}

function inDays(spanMs: number): string {
  const days = Math.floor(spanMs / DAY_MS);
  return days === 0 ? 'less than a day' : days === 1 ? '1 day' : `${days} days`;
}

function judgeIdentity(facts: KeyFacts, { venue, keptAccountIds }: Expectations): PreflightFinding[] {
  const found: PreflightFinding[] = [];
  const other = keptAccountIds.find((kept) => kept !== facts.accountId);
  if (other !== undefined) {
    const sentence = `The key of ${venue} belongs to the account ${facts.accountId}, and this data folder and namespace to the account ${other}: use a DATA_DIR and a TEMPORAL_NAMESPACE of its own for each account.`;
    found.push(finding('refuse', 'OTHER_ACCOUNT', sentence));
  }
  if (facts.isMainAccount) {
    const sentence = `The account ${facts.accountId} is a main account: a subaccount with only the money that is to be traded limits what can be lost.`;
    found.push(finding('warn', 'MAIN_ACCOUNT', sentence));
  }
  return found;
}

function finding(severity: Severity, code: FindingCode, sentence: string): PreflightFinding {
  return { severity, code, sentence };
}

function trimPoint(text: string): string {
  return text.replace(/\.$/, '');
}
