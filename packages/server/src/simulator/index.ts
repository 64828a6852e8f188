/**
 * `@allo-kit/server/simulator`: DOKU and the pages of Allo Bank for tests and laptops.
 *
 * @module
 */
export { startSimulator } from './simulator.ts';
export type { Simulator } from './simulator.ts';
export type { Actions } from './actions.ts';
export type { AccountView, BindingView, PaymentView, SimulatorState } from './control/views.ts';
export type { FaultBox, FaultFilter, Faults, NotificationEffect, NotificationFault, OperationEffect, OperationFault } from './faults.ts';
export type { JournalEntry } from './journal.ts';
export type { NotificationAttempt, NotificationEntry } from './notifier.ts';
export type { AutoConfirm, ClockOptions, OpeningBalance, Reconfiguration, SimulatorOptions, Switches } from './options.ts';
export type { InstrumentName } from './records.ts';
export type { Operation } from './refusal.ts';
export type { RequestEntry } from './request-log.ts';
