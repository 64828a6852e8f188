import type { Meta } from '@storybook/web-components-vite';
import { html, svg } from 'lit';
import { expect, waitFor } from 'storybook/test';
import type { Balance } from '../packages/elements/src/contract.ts';
import type { AlloBalanceState } from '../packages/elements/src/index.ts';
import { control, elementIn, press, shows } from './shopper.ts';
import type { StoryOf } from './stage.ts';

interface Attributes {
  masked?: boolean;
}

type Story = StoryOf<AlloBalanceState, Attributes>;

const meta: Meta<Attributes> = {
  title: 'Elements/allo-balance',
  component: 'allo-balance',
  parameters: { controls: { include: ['masked'] } },
  render: ({ masked = false }) => html`<allo-balance ?masked=${masked}></allo-balance>`,
};

// Storybook reads the default export.
export default meta;

const tag = 'allo-balance';
const everything: Balance = {
  instruments: [
    { type: 'BALANCE', available: { value: '1250000.00', currency: 'IDR' } },
    { type: 'POINT', available: { value: '48200.00', currency: 'IDR' } },
    { type: 'PAYLATER', available: { value: '5000000.00', currency: 'IDR' } },
  ],
  asOf: '2026-11-22T14:02:00+07:00',
};

export const Loading: Story = { parameters: { shows: 'loading', prepare: (backend) => void backend.hold('balance') } };

export const Unlinked: Story = { parameters: { shows: 'unlinked', backend: { account: { status: 'unlinked' } } } };

export const RelinkRequired: Story = { parameters: { shows: 'relink-required', backend: { account: { status: 'relink-required' } } } };

/** Not shown, and not even fetched, before the shopper asks. */
export const Hidden: Story = { args: { masked: true }, parameters: { shows: 'hidden' } };

/** The eye shows the figures, and hides them again. */
export const HiddenUntilAsked: Story = {
  args: { masked: true },
  parameters: { shows: 'shown' },
  play: async ({ canvasElement, backend }) => {
    const element = elementIn(canvasElement, tag);
    await shows(element, 'hidden');
    await expect(backend.count('balance')).toBe(0);
    await press(element, 'show');
    await shows(element, 'shown');
    await press(element, 'hide');
    await shows(element, 'hidden');
    await press(element, 'show');
    await shows(element, 'shown');
  },
};

export const Shown: Story = { parameters: { shows: 'shown' } };

export const ShownWithPointsAndPayLater: Story = { parameters: { shows: 'shown', backend: { balance: everything } } };

export const ShownBillions: Story = {
  parameters: { shows: 'shown', backend: { balance: { ...everything, instruments: [{ type: 'BALANCE', available: { value: '98765432100.00', currency: 'IDR' } }] } } },
};

/** The mark that a merchant is licensed to show, in place of the wallet. */
export const ShownWithOwnIcon: Story = {
  parameters: { shows: 'shown' },
  render: () => html`<allo-balance>
    <svg slot="icon" viewBox="0 0 24 24" fill="currentColor" aria-hidden="true">${svg`<circle cx="12" cy="12" r="10"></circle>`}</svg>
  </allo-balance>`,
};

/** A fresh balance is on its way; the one known stays. */
export const ShownRefreshing: Story = {
  parameters: { shows: 'shown' },
  play: async ({ canvasElement, backend }) => {
    const element = elementIn(canvasElement, tag);
    await shows(element, 'shown');
    backend.hold('balance');
    await press(element, 'refresh');
    await expect(control(element, 'refresh')).toHaveAttribute('aria-disabled', 'true');
  },
};

/** The refresh failed: the last known balance stays, and says that it is old. */
export const Stale: Story = {
  parameters: { shows: 'stale' },
  play: async ({ canvasElement, backend }) => {
    const element = elementIn(canvasElement, tag);
    await shows(element, 'shown');
    backend.fail('balance', 'BANK_UNAVAILABLE');
    await press(element, 'refresh');
    await shows(element, 'stale');
  },
};

export const ErrorOfTheBank: Story = { parameters: { shows: 'error', prepare: (backend) => backend.fail('balance', 'BANK_UNAVAILABLE') } };

export const ErrorOfTheConnection: Story = { parameters: { shows: 'error', prepare: (backend) => backend.fail('balance', 'network') } };

/** Goes on by itself as soon as the network is back. */
export const Offline: Story = {
  tags: ['!autodocs'],
  parameters: { shows: 'offline', offline: true, prepare: (backend) => backend.fail('balance', 'network') },
};

/** An old balance becomes a fresh one. */
export const Recovers: Story = {
  parameters: { shows: 'shown' },
  play: async ({ canvasElement, backend }) => {
    const element = elementIn(canvasElement, tag);
    await shows(element, 'shown');
    backend.fail('balance', 'BANK_UNAVAILABLE', { times: 1 });
    await press(element, 'refresh');
    await shows(element, 'stale');
    backend.balance = everything;
    await press(element, 'refresh');
    await waitFor(() => expect(element.shadowRoot?.textContent).toContain('48.200'));
  },
};
