/**
 * The bounds of risk of one account: what its book knows, and whether an entry may be reserved. Pure reducers over a plain
 * JSON state; none throws for any input, and none changes it. What is not known forbids entries, and never an exit.
 */
export { bookOf } from './adopt';
export { emptyBook, RISK_BOOK_BYTES_MAX } from './book';
export type { RiskBook } from './book';
export { check } from './check';
export { takeClosed } from './closings';
export { moneyToRead, resume, takeEquity, takeMoney } from './money';
export { countEntry, takeFill } from './take-fill';
export { flatTold, takeReport } from './take-report';
