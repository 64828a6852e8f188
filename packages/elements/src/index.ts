export * from './contract.ts';
export { AlloError } from './errors.ts';
export type { AlloErrorCode, AlloErrorOptions, BrowserErrorCode } from './errors.ts';
export { AlloEvent } from './events.ts';
export type {
  AlloAuthorizeRequestEvent,
  AlloBalanceLoadedEvent,
  AlloErrorEvent,
  AlloEventMap,
  AlloLinkedEvent,
  AlloPaidEvent,
  AlloPayFailedEvent,
  AlloPayStartedEvent,
  AlloRefundedEvent,
  AlloStateChangeEvent,
  AlloUnlinkedEvent,
} from './events.ts';
export { createClient } from './client.ts';
export type { AlloClient, ClientOptions } from './client.ts';
export { compareMoney, formatMoney, isMoney, speakMoney } from './money.ts';
export type { MessageKey, MessageOverrides, Messages, RefundMessageKey } from './localize.ts';
export type { Presentation } from './internal/bank.ts';
export { AlloProvider } from './allo-provider/allo-provider.ts';
export { AlloLinkButton } from './allo-link-button/allo-link-button.ts';
export type { AlloLinkButtonState } from './allo-link-button/allo-link-button.ts';
export { AlloBalance } from './allo-balance/allo-balance.ts';
export type { AlloBalanceState } from './allo-balance/allo-balance.ts';
export { AlloPay } from './allo-pay/allo-pay.ts';
export type { AlloPayState } from './allo-pay/allo-pay.ts';
export { AlloCheckout } from './allo-checkout/allo-checkout.ts';
export type { AlloCheckoutState } from './allo-checkout/allo-checkout.ts';
export { AlloRefund } from './allo-refund/allo-refund.ts';
export type { AlloRefundState, RefundableStatus } from './allo-refund/allo-refund.ts';
export type { AlloTags } from './tags.ts';
