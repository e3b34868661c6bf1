/**
 * Codes that Binance documents for other requests than a new order of ours. They are listed on purpose: as an answer to
 * an order they prove nothing.
 */
export const UNRELATED_CODES: readonly number[] = [
  // Both markets: services and books in general, ids and intervals of reads, streams, orders that exist already.
  -1016, -1112, -1118, -1119, -1120, -1125, -1127, -2011, -2013, -2016,
];

/** The same for USD-M alone. */
export const UNRELATED_USDM_CODES: readonly number[] = [
  // Addresses, messages, times and assets of other requests.
  -1004, -1005, -1010, -1011, -1023, -1108, -1110, -1113,
  // Other states of an order; batches; inactive accounts.
  -2012, -4000, -4032, -4082, -4083, -4084, -4109,
  // Stops, take-profits and closing a position, which are not sent here.
  -4006, -4007, -4020, -4031, -4045, -4117, -4135, -4137, -4138, -4139, -4142, -4183, -4184, -4210, -4211,
  // The venue's own settings of a symbol, and the account's.
  -4008, -4009, -4010, -4011, -4012, -4017, -4018, -4019, -4021, -4022, -4025, -4026, -4027, -4028, -4029, -4030, -4033,
  -4044, -4056, -4057, -4058, -4085, -4086, -4104,
  // Margin, position side, leverage, asset mode, transfers.
  -4046, -4047, -4048, -4049, -4050, -4051, -4052, -4053, -4054, -4055, -4059, -4067, -4068, -4114, -4115, -4161, -4165,
  -4167, -4168, -4169, -4170, -4171, -4172, -4202, -4203, -4205, -4206, -4208, -4209, -4403,
  // Options.
  -4063, -4064, -4065, -4066, -4069, -4070, -4071, -4072, -4073, -4074, -4075, -4076, -4077, -4078, -4079, -4080, -4081,
  // Changing an order.
  -5024, -5026, -5027, -5029, -5043,
];
