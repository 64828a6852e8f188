/** What a page without a framework knows, and with it everything that asks the DOM's own types, as Angular does. */
import type { AlloBalanceLoadedEvent, AlloPay, AlloTags, Payment } from '@allo-kit/elements';
import type {} from '@allo-kit/elements/define';

/** Each fits the other. */
type Equal<One, Other> = [One] extends [Other] ? ([Other] extends [One] ? true : false) : false;

declare function show(text: string | undefined): void;

const pay = document.createElement('allo-pay');
export const isAlloPay: Equal<typeof pay, AlloPay> = true;

pay.orderId = 'INV-7';
pay.addEventListener('allo-paid', ({ payment }) => show(payment.receipt?.reference));
document.querySelector('allo-balance')?.addEventListener('allo-balance-loaded', ({ balance }) => show(balance.asOf));

// As the README says it: they bubble.
document.addEventListener('allo-paid', ({ payment }) => show(payment.receipt?.reference));
window.addEventListener('allo-error', ({ error }) => show(error.code));

// @ts-expect-error an order id is a text
pay.orderId = 7;
// @ts-expect-error it is to be read only
pay.order = undefined;
// @ts-expect-error the event carries a payment, and no detail
pay.addEventListener('allo-paid', (event: CustomEvent<Payment>) => show(event.detail.paymentId));
// @ts-expect-error a payment is not a balance
pay.addEventListener('allo-paid', (event: AlloBalanceLoadedEvent) => show(event.balance.asOf));
// @ts-expect-error a payment has a receipt only once it is paid
document.addEventListener('allo-paid', ({ payment }) => show(payment.receipt.reference));

type Tag = Extract<keyof HTMLElementTagNameMap, `allo-${string}`>;

/** The generated typings name exactly the tags that the page knows, each with its own class. */
export const tagsAreTheDefined: Equal<{ [Name in keyof AlloTags]: AlloTags[Name]['element'] }, Pick<HTMLElementTagNameMap, Tag>> = true;

type EventType = Extract<keyof HTMLElementEventMap, `allo-${string}`>;

/** What bubbles up to a provider is every event that the page knows, and no other, each with its own type. */
export const eventsAreTheKnown: Equal<AlloTags['allo-provider']['events'], Pick<HTMLElementEventMap, EventType>> = true;
export const documentKnowsThem: Equal<Pick<HTMLElementEventMap, EventType>, Pick<DocumentEventMap, EventType>> = true;
export const windowKnowsThem: Equal<Pick<HTMLElementEventMap, EventType>, Pick<WindowEventMap, EventType>> = true;
