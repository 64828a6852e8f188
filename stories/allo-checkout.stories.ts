import type { Meta } from '@storybook/web-components-vite';
import { html } from 'lit';
import { ifDefined } from 'lit/directives/if-defined.js';
import { expect, fn, waitFor } from 'storybook/test';
import type { Order, PaymentFailure, PaymentStatus } from '../packages/elements/src/contract.ts';
import type { AlloCheckoutState } from '../packages/elements/src/index.ts';
import type { Shown } from './shopper.ts';
import { control, elementIn, press, shows } from './shopper.ts';
import type { Scene, StoryOf } from './stage.ts';

interface Attributes {
  'order-id': string;
  'return-to'?: string;
  lines?: number;
  masked?: boolean;
  disabled?: boolean;
  'disabled-reason'?: string;
}

type Story = StoryOf<AlloCheckoutState, Attributes>;

const meta: Meta<Attributes> = {
  title: 'Elements/allo-checkout',
  component: 'allo-checkout',
  parameters: { controls: { include: ['order-id', 'return-to', 'lines', 'masked', 'disabled', 'disabled-reason'] } },
  args: { 'order-id': 'INV-7', lines: 1, masked: false, disabled: false },
  render: ({ 'order-id': orderId, lines = 1, masked = false, disabled = false, ...attributes }) => html`<allo-checkout
    order-id=${orderId}
    lines=${lines}
    return-to=${ifDefined(attributes['return-to'])}
    ?masked=${masked}
    ?disabled=${disabled}
    disabled-reason=${ifDefined(attributes['disabled-reason'])}
  ></allo-checkout>`,
};

// Storybook reads the default export.
export default meta;

const tag = 'allo-checkout';

/** The order has a payment that stands so. */
function paymentIs(shown: PaymentStatus & AlloCheckoutState, failure?: PaymentFailure): Scene<AlloCheckoutState> {
  return { shows: shown, prepare: (backend) => void backend.settle('INV-7', shown, failure) };
}

/** An element inside the checkout, as a play function presses it, once the checkout is drawn. */
function inside(canvas: HTMLElement, part: 'allo-link-button' | 'allo-balance' | 'allo-pay'): Promise<Shown> {
  return waitFor(() => {
    const found = elementIn(canvas, tag).shadowRoot?.querySelector<Shown>(part);
    if (!found) throw new Error(`the checkout has no <${part}>`);
    return found;
  });
}

const basket: Order = {
  orderId: 'INV-7',
  amount: { value: '412000.00', currency: 'IDR' },
  lines: [
    { name: 'Kopi Gayo 250 g, giling kasar untuk French press', price: { value: '125000.00', currency: 'IDR' }, quantity: 2 },
    { name: 'Teh melati', price: { value: '54000.00', currency: 'IDR' }, quantity: 3 },
  ],
};

export const Loading: Story = { parameters: { shows: 'loading', prepare: (backend) => void backend.hold('order') } };

export const Unlinked: Story = { parameters: { shows: 'unlinked', backend: { account: { status: 'unlinked' } } } };

/** What became of the last try is told above the button. */
export const UnlinkedAfterFailure: Story = {
  parameters: { shows: 'unlinked', backend: { account: { status: 'unlinked', lastFailure: 'expired' } } },
};

/** The merchant does not know the shopper's number. */
export const Phone: Story = {
  parameters: { shows: 'phone', backend: { account: { status: 'unlinked', phoneRequired: true } } },
  play: async ({ canvasElement }) => press(await inside(canvasElement, 'allo-link-button'), 'primary'),
};

/** At the bank, or just back: in a popup the bank's page stands over this one. */
export const Linking: Story = {
  parameters: {
    shows: 'linking',
    backend: { account: { status: 'linking', link: { url: 'https://bank.example/authorize', expiresAt: '2099-01-01T00:00:00+07:00' } } },
  },
};

/** Told once, by the one who has the button. */
export const RelinkRequired: Story = { parameters: { shows: 'relink-required', backend: { account: { status: 'relink-required' } } } };

export const Ready: Story = { parameters: { shows: 'ready' } };

/** With `lines="2"` so many lines are kept free while the order is being fetched. */
export const ReadyWithSeveralLines: Story = { args: { lines: 2 }, parameters: { shows: 'ready', backend: { orders: { 'INV-7': basket } } } };

export const ReadyMasked: Story = { args: { masked: true }, parameters: { shows: 'ready' } };

export const Disabled: Story = { args: { disabled: true, 'disabled-reason': 'Setujui syarat dan ketentuan dahulu.' }, parameters: { shows: 'disabled' } };

export const Insufficient: Story = {
  parameters: {
    shows: 'insufficient',
    backend: { balance: { instruments: [{ type: 'BALANCE', available: { value: '48200.00', currency: 'IDR' } }], asOf: '2026-11-22T14:02:00+07:00' } },
  },
};

/** That the balance is not known keeps nobody from paying. */
export const BalanceUnknown: Story = { parameters: { shows: 'ready', prepare: (backend) => backend.fail('balance', 'BANK_UNAVAILABLE') } };

/** The payment is on its way to the shop's server. */
export const Creating: Story = {
  parameters: { shows: 'creating', prepare: (backend) => void backend.hold('pay') },
  play: async ({ canvasElement }) => press(await inside(canvasElement, 'allo-pay'), 'primary'),
};

/** The window is leaving for the bank. Here the bank is a place on the same page. */
export const Opening: Story = {
  parameters: {
    shows: 'opening',
    leaves: true,
    prepare: (backend) => {
      backend.bankUrl = new URL('#bank', location.href).href;
      // The first answer would say that the window did not leave.
      backend.hold('payment');
    },
  },
  play: async ({ canvasElement }) => press(await inside(canvasElement, 'allo-pay'), 'primary'),
};

/** The shopper came back before confirming. */
export const Waiting: Story = { parameters: { shows: 'waiting', prepare: (backend) => void backend.settle('INV-7', 'requires-action') } };

/** Nobody knows yet: no second payment is offered. */
export const Processing: Story = { parameters: paymentIs('processing') };

/** The total is told once: a receipt over another amount would say so itself. */
export const Paid: Story = { parameters: paymentIs('paid') };

export const Failed: Story = { parameters: paymentIs('failed') };

export const Cancelled: Story = { parameters: paymentIs('cancelled') };

export const Expired: Story = { parameters: paymentIs('expired') };

export const Refunding: Story = { parameters: paymentIs('refunding') };

export const Refunded: Story = { parameters: paymentIs('refunded') };

/** Something does not add up: people look at it, nobody pays again. */
export const Review: Story = { parameters: paymentIs('review') };

/** The backend is away: what fails for all is said once, and one press asks for all. */
export const ErrorBackendAway: Story = {
  parameters: {
    shows: 'error',
    prepare: (backend) => {
      for (const route of ['account', 'order'] as const) backend.fail(route, 'BANK_UNAVAILABLE');
    },
  },
};

export const ErrorNoSuchOrder: Story = { args: { 'order-id': 'INV-8' }, parameters: { shows: 'error' } };

/** Goes on by itself as soon as the network is back. */
export const Offline: Story = {
  tags: ['!autodocs'],
  parameters: {
    shows: 'offline',
    offline: true,
    prepare: (backend) => {
      for (const route of ['account', 'order'] as const) backend.fail(route, 'network');
    },
  },
};

/** A mark that the merchant is licensed to show stands wherever the wallet would. */
export const OwnMark: Story = {
  parameters: { shows: 'ready' },
  render: () => html`<allo-checkout order-id="INV-7"><svg slot="icon" viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="9" fill="currentColor" /></svg></allo-checkout>`,
};

/** From the first visit to the receipt, with the keyboard's focus going along. */
export const FromLinkToReceipt: Story = {
  parameters: { shows: 'paid', backend: { account: { status: 'unlinked' } } },
  play: async ({ canvasElement, backend, step }) => {
    const [link, pay] = await Promise.all([inside(canvasElement, 'allo-link-button'), inside(canvasElement, 'allo-pay')]);
    const paid = fn();
    canvasElement.addEventListener('allo-paid', paid);
    await step('link the account', async () => {
      await press(link, 'primary');
      await shows(link, 'linking');
      backend.link();
      await shows(pay, 'ready');
      await waitFor(() => expect(pay.shadowRoot?.activeElement).toBe(control(pay, 'primary')));
    });
    await step('pay', async () => {
      await press(pay, 'primary');
      await shows(pay, 'waiting');
      backend.settle('INV-7', 'paid');
      await press(pay, 'secondary');
      await shows(elementIn(canvasElement, tag), 'paid');
    });
    await expect(paid).toHaveBeenCalledTimes(1);
  },
};
