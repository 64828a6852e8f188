import type { Meta } from '@storybook/web-components-vite';
import { html } from 'lit';
import { ifDefined } from 'lit/directives/if-defined.js';
import { expect } from 'storybook/test';
import type { ProblemCode, RefundStatus } from '../packages/elements/src/contract.ts';
import type { AlloRefundState, RefundableStatus } from '../packages/elements/src/index.ts';
import { elementIn, press, shows } from './shopper.ts';
import type { Scene, StoryOf } from './stage.ts';

interface Attributes {
  'payment-id': string;
  amount?: string;
  status?: RefundableStatus;
  reason?: string;
  'transfer-reference'?: string;
}

type Story = StoryOf<AlloRefundState, Attributes>;

const meta: Meta<Attributes> = {
  title: 'Elements/allo-refund',
  component: 'allo-refund',
  parameters: { controls: { include: ['payment-id', 'amount', 'status', 'reason', 'transfer-reference'] } },
  args: { 'payment-id': 'pay-1', amount: '125000.00' },
  render: ({ 'payment-id': paymentId, amount, status, reason, 'transfer-reference': transferReference }) => html`<allo-refund
    payment-id=${paymentId}
    amount=${ifDefined(amount)}
    status=${ifDefined(status)}
    reason=${ifDefined(reason)}
    transfer-reference=${ifDefined(transferReference)}
  ></allo-refund>`,
};

// Storybook reads the default export.
export default meta;

const tag = 'allo-refund';

/** There is a payment to give back, and what the bank makes of it. */
function refundIs(shown: AlloRefundState, refundAs: RefundStatus = 'done'): Scene<AlloRefundState> {
  return { shows: shown, backend: { refundAs }, prepare: (backend) => void backend.settle('INV-7', 'paid') };
}

function refusedWith(code: ProblemCode | 'network'): Scene<AlloRefundState> {
  return { shows: 'error', prepare: (backend) => backend.fail('refund', code, { retryable: code === 'network' }) };
}

const confirm: NonNullable<Story['play']> = async ({ canvasElement }) => {
  const element = elementIn(canvasElement, tag);
  await press(element, 'secondary');
  await press(element, 'danger');
};

export const Ready: Story = { parameters: refundIs('ready') };

export const ReadyWithoutAmount: Story = {
  parameters: refundIs('ready'),
  render: ({ 'payment-id': paymentId }) => html`<allo-refund payment-id=${paymentId}></allo-refund>`,
};

export const Confirming: Story = {
  parameters: refundIs('confirming'),
  play: ({ canvasElement }) => press(elementIn(canvasElement, tag), 'secondary'),
};

export const Sending: Story = { parameters: { shows: 'sending', prepare: (backend) => void backend.hold('refund') }, play: confirm };

export const Refunding: Story = { parameters: refundIs('refunding', 'processing'), play: confirm };

/** As the page says it, not begun here. */
export const RefundingElsewhere: Story = { args: { status: 'refunding' }, parameters: { shows: 'refunding' } };

export const Refunded: Story = { parameters: refundIs('refunded'), play: confirm };

/** The customer unlinked: the bank cannot give the money back by itself. */
export const Manual: Story = { parameters: refundIs('manual', 'manual'), play: confirm };

/** Somebody transferred the money, and is asked before the books say so. */
export const ConfirmingTheTransfer: Story = {
  args: { status: 'manual' },
  parameters: refundIs('confirming'),
  play: ({ canvasElement }) => press(elementIn(canvasElement, tag), 'secondary'),
};

export const Transferred: Story = {
  args: { status: 'manual' },
  parameters: { shows: 'refunded', prepare: (backend) => void (backend.settle('INV-7', 'paid').refund = { status: 'manual', reference: 'b81d40c6fa3e4972a5d0e7134c89f26b' }) },
  play: confirm,
};

export const Failed: Story = { parameters: refundIs('failed', 'failed'), play: confirm };

export const Unavailable: Story = { args: { status: 'failed' }, parameters: { shows: 'unavailable' } };

export const ErrorOfTheConnection: Story = { parameters: refusedWith('network'), play: confirm };

/** Nobody's money is given back by itself once there is a connection again. */
export const ErrorWhileOffline: Story = { tags: ['!autodocs'], parameters: { ...refusedWith('network'), offline: true }, play: confirm };

export const ErrorNotAllowed: Story = { parameters: refusedWith('FORBIDDEN'), play: confirm };

/** Nothing is asked of the backend before somebody confirmed, and then once. */
export const GivesBackOnce: Story = {
  parameters: refundIs('refunded'),
  play: async (context) => {
    const { canvasElement, backend, userEvent } = context;
    const element = elementIn(canvasElement, tag);
    await press(element, 'secondary');
    await shows(element, 'confirming');
    await userEvent.keyboard('{Escape}');
    await shows(element, 'ready');
    await expect(backend.requests).toHaveLength(0);
    await confirm(context);
    await shows(element, 'refunded');
    await expect(backend.count('refund')).toBe(1);
  },
};
