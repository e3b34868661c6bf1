/** The return codes of Bybit V5 that the paper venue answers with; meanings from the venue's error page. */
export const RET_CODES = {
  ok: 0,
  parametersInvalid: 10001,
  timestampOutsideWindow: 10002,
  apiKeyInvalid: 10003,
  signatureInvalid: 10004,
  tooManyRequests: 10006,
  serverError: 10016,
  pathNotFound: 10404,
  priceAboveBand: 30208,
  priceBelowBand: 30209,
  delisting: 30228,
  notModified: 34040,
  orderNotFound: 110001,
  balanceInsufficient: 110007,
  leverageBeyondRiskLimit: 110013,
  reduceOnlyRuleNotSatisfied: 110017,
  tooManyActiveOrders: 110020,
  positionModeInUse: 110024,
  positionModeNotModified: 110025,
  leverageOfPortfolioMargin: 110038,
  leverageNotModified: 110043,
  tradingNotAllowed: 110066,
  clientOrderIdDuplicate: 110072,
  contractNotLive: 110074,
  positionBeyondRiskLimit: 110090,
  notionalBelowMinimum: 110094,
} as const;

export type RetCode = (typeof RET_CODES)[keyof typeof RET_CODES];

/** The venue refuses a request with one of its own codes; becomes an ordinary reply, never a failure of the server. */
export class VenueRefusal extends Error {
  override readonly name = 'VenueRefusal';
  constructor(
    readonly retCode: RetCode,
    message: string,
  ) {
    super(message);
  }
}
