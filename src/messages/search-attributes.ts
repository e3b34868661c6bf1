import { defineSearchAttributeKey } from '@temporalio/common';

/** Searchable facts of a signal; the names appear in the Web UI's filters. */
export const TRADE_SYMBOL = defineSearchAttributeKey('TradeSymbol', 'KEYWORD');
export const TRADE_DIRECTION = defineSearchAttributeKey('TradeDirection', 'KEYWORD');
export const TRADE_STRATEGY = defineSearchAttributeKey('TradeStrategy', 'KEYWORD');
export const TRADE_VENUE = defineSearchAttributeKey('TradeVenue', 'KEYWORD');
/** How the signal ended, or MISSING or UNKNOWN while a person has to look. */
export const TRADE_OUTCOME = defineSearchAttributeKey('TradeOutcome', 'KEYWORD');

export const SEARCH_ATTRIBUTES = [TRADE_SYMBOL, TRADE_DIRECTION, TRADE_STRATEGY, TRADE_VENUE, TRADE_OUTCOME] as const;
