import type { Meta } from '@storybook/web-components-vite';
import { html } from 'lit';
import { ifDefined } from 'lit/directives/if-defined.js';
import { expect, fn } from 'storybook/test';
import type { PaymentFailure, PaymentStatus } from '../packages/elements/src/contract.ts';
import type { AlloPayState } from '../packages/elements/src/index.ts';
import { control, elementIn, press, shows } from './shopper.ts';
import type { Scene, StoryOf } from './stage.ts';

interface Attributes {
  'order-id': string;
  'return-to'?: string;
  disabled?: boolean;
  'disabled-reason'?: string;
}

type Story = StoryOf<AlloPayState, Attributes>;

const meta: Meta<Attributes> = {
  title: 'Elements/allo-pay',
  component: 'allo-pay',
  parameters: { controls: { include: ['order-id', 'return-to', 'disabled', 'disabled-reason'] } },
  args: { 'order-id': 'INV-7', disabled: false },
  render: ({ 'order-id': orderId, disabled = false, ...attributes }) => html`<allo-pay
    order-id=${orderId}
    return-to=${ifDefined(attributes['return-to'])}
    ?disabled=${disabled}
    disabled-reason=${ifDefined(attributes['disabled-reason'])}
  ></allo-pay>`,
};

// Storybook reads the default export.
export default meta;

const tag = 'allo-pay';

/** The order has a payment that stands so. */
function paymentIs(shown: PaymentStatus & AlloPayState, failure?: PaymentFailure): Scene<AlloPayState> {
  return { shows: shown, prepare: (backend) => void backend.settle('INV-7', shown, failure) };
}

export const Loading: Story = { parameters: { shows: 'loading', prepare: (backend) => void backend.hold('order') } };

export const Unlinked: Story = { parameters: { shows: 'unlinked', backend: { account: { status: 'unlinked' } } } };

/** The merchant does not know the shopper's number. */
export const Phone: Story = {
  parameters: { shows: 'phone', backend: { account: { status: 'unlinked', phoneRequired: true } } },
  play: ({ canvasElement }) => press(elementIn(canvasElement, tag), 'primary'),
};

export const Linking: Story = {
  parameters: {
    shows: 'linking',
    backend: { account: { status: 'linking', link: { url: 'https://bank.example/authorize', expiresAt: '2099-01-01T00:00:00+07:00' } } },
  },
};

export const RelinkRequired: Story = { parameters: { shows: 'relink-required', backend: { account: { status: 'relink-required' } } } };

export const Disabled: Story = { args: { disabled: true }, parameters: { shows: 'disabled' } };

export const DisabledWithOwnReason: Story = {
  args: { disabled: true, 'disabled-reason': 'Setujui syarat dan ketentuan dahulu.' },
  parameters: { shows: 'disabled' },
};

export const Insufficient: Story = {
  parameters: {
    shows: 'insufficient',
    backend: { balance: { instruments: [{ type: 'BALANCE', available: { value: '48200.00', currency: 'IDR' } }], asOf: '2026-11-22T14:02:00+07:00' } },
  },
};

export const Ready: Story = { parameters: { shows: 'ready' } };

export const ReadyBillions: Story = {
  parameters: {
    shows: 'ready',
    prepare: (backend) => {
      const amount = { value: '98765432100.00', currency: 'IDR' } as const;
      backend.orders = { 'INV-7': { orderId: 'INV-7', amount, lines: [] } };
      backend.balance.instruments = [{ type: 'BALANCE', available: amount }];
    },
  },
};

/** The payment is on its way to the shop's server. */
export const Creating: Story = {
  parameters: { shows: 'creating', prepare: (backend) => void backend.hold('pay') },
  play: ({ canvasElement }) => press(elementIn(canvasElement, tag), 'primary'),
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
  play: ({ canvasElement }) => press(elementIn(canvasElement, tag), 'primary'),
};

/** The shopper came back before confirming. */
export const Waiting: Story = {
  parameters: { shows: 'waiting' },
  play: ({ canvasElement }) => press(elementIn(canvasElement, tag), 'primary'),
};

/** Nobody knows yet: no second payment is offered. */
export const Processing: Story = { parameters: paymentIs('processing') };

export const Paid: Story = { parameters: paymentIs('paid') };

export const Failed: Story = { parameters: paymentIs('failed') };

export const FailedInsufficientFunds: Story = { parameters: paymentIs('failed', 'INSUFFICIENT_FUNDS') };

export const FailedLimitExceeded: Story = { parameters: paymentIs('failed', 'LIMIT_EXCEEDED') };

export const FailedAccountBlocked: Story = { parameters: paymentIs('failed', 'ACCOUNT_BLOCKED') };

export const FailedBankUnavailable: Story = { parameters: paymentIs('failed', 'BANK_UNAVAILABLE') };

export const Cancelled: Story = { parameters: paymentIs('cancelled') };

export const Expired: Story = { parameters: paymentIs('expired') };

export const Refunding: Story = { parameters: paymentIs('refunding') };

export const Refunded: Story = { parameters: paymentIs('refunded') };

/** Something does not add up: people look at it, nobody pays again. */
export const Review: Story = { parameters: paymentIs('review') };

export const ErrorNoSuchOrder: Story = { args: { 'order-id': 'INV-8' }, parameters: { shows: 'error' } };

/** Goes on by itself as soon as the network is back. */
export const Offline: Story = {
  tags: ['!autodocs'],
  parameters: { shows: 'offline', offline: true, prepare: (backend) => backend.fail('order', 'network') },
};

/** The answer to the payment was lost; the same attempt can be repeated. */
export const ErrorAfterPress: Story = {
  parameters: { shows: 'error', prepare: (backend) => backend.fail('pay', 'network') },
  play: ({ canvasElement }) => press(elementIn(canvasElement, tag), 'primary'),
};

/** From the button to the receipt; however often it is pressed, it is one payment. */
export const PaysOnce: Story = {
  parameters: { shows: 'paid' },
  play: async ({ canvasElement, backend, step }) => {
    const element = elementIn(canvasElement, tag);
    const paid = fn();
    element.addEventListener('allo-paid', paid);
    await step('press three times', async () => {
      await press(element, 'primary');
      control(element, 'primary').click();
      control(element, 'primary').click();
      await shows(element, 'waiting');
      await expect(backend.count('pay')).toBe(1);
    });
    await step('confirm at the bank and come back', async () => {
      backend.settle('INV-7', 'paid');
      await press(element, 'secondary');
      await shows(element, 'paid');
    });
    await expect(paid).toHaveBeenCalledTimes(1);
  },
};

/** A payment that failed can be made anew. */
export const PaysAfterFailure: Story = {
  parameters: { shows: 'paid', backend: { payAs: 'paid' }, prepare: (backend) => void backend.settle('INV-7', 'failed') },
  play: async ({ canvasElement, backend }) => {
    const element = elementIn(canvasElement, tag);
    await shows(element, 'failed');
    await press(element, 'primary');
    await shows(element, 'paid');
    await expect(backend.count('pay')).toBe(1);
  },
};

/** A lost answer is asked for again with the same key. */
export const RepeatsOneAttempt: Story = {
  parameters: { shows: 'waiting', prepare: (backend) => backend.fail('pay', 'network', { times: 1 }) },
  play: async ({ canvasElement, backend }) => {
    const element = elementIn(canvasElement, tag);
    await press(element, 'primary');
    await shows(element, 'error');
    await press(element, 'primary');
    await shows(element, 'waiting');
    const keys = backend.requests.filter(({ route }) => route === 'pay').map(({ headers }) => headers.get('Idempotency-Key'));
    await expect(keys).toHaveLength(2);
    await expect(new Set(keys).size).toBe(1);
  },
};
