export { component } from './component';
export { mlManager } from './ml-manager';
export { mlRetrainer } from './ml-retrainer';
export { position } from './position';
export { orphan, signal } from './signal';
export { venueAccount } from './venue-account';
