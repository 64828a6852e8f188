/**
 * The right side of the control page: time, faults and switches.
 *
 * @module
 */
import { html } from 'hono/html';
import type { NotificationFault, OperationFault } from '../faults.ts';
import type { Html } from '../pages/layout.ts';
import type { SimulatorState } from './views.ts';
import { operations } from '../refusal.ts';
import { notificationEffects, operationEffects } from './fault-input.ts';

export function controls(state: SimulatorState): Html {
  return html`<aside>${timeForms(state)}${faultForms(state)}${switchForms(state)}${addresses(state)}</aside>`;
}

function timeForms({ now, speed }: SimulatorState): Html {
  const jumps = [['+1 min', 60_000], ['+5 min', 300_000], ['+30 min', 1_800_000], ['+6 h', 21_600_000], ['+1 day', 86_400_000]] as const;
  return html`<section><h2>Time <span>${now.slice(0, 19).replace('T', ' ')} WIB${speed === 1 ? '' : ` · ${speed}×`}</span></h2>
<form class="row" method="post" action="/simulator/form/advance">${jumps.map(([label, ms]) => html`<button name="ms" value="${ms}">${label}</button>`)}</form></section>`;
}

function faultForms({ faults }: SimulatorState): Html {
  return html`<section><h2>Faults</h2>
${faultList([...faults.operations, ...faults.notifications])}
<form method="post" action="/simulator/form/fault">
${choice('What', 'effect', operationEffects)}
<div class="pair">${choice('Calls', 'on', ['payment', ...operations.filter((name) => name !== 'payment'), 'any'])}${input('How many (empty: all)', 'times', '1')}</div>
<div class="pair">${input('ms, for delay-…', 'delayMs', '')}${input('Code, for answer-…', 'responseCode', '')}</div>
<button class="primary">Add a fault in answers</button></form>
<form method="post" action="/simulator/form/notification-fault">
${choice('What', 'effect', notificationEffects)}
<div class="pair">${choice('Notifications', 'on', ['payment', 'binding', 'any'])}${input('How many (empty: all)', 'times', '1')}</div>
<button class="primary">Add a fault in notifications</button></form>
<form class="row" method="post" action="/simulator/form/down"><span>All of DOKU</span>${(['no', 'drop', 'unavailable'] as const).map(
    (mode) => html`<button name="down" value="${mode}" class="${mode === faults.down ? 'primary' : ''}">${mode === 'no' ? 'up' : mode}</button>`,
  )}</form>
<form class="row" method="post" action="/simulator/form/revoke-tokens"><span>Revoke tokens</span><button name="kind" value="b2b">B2B</button><button name="kind" value="customer">customers</button></form>
<form method="post" action="/simulator/form/clear-faults"><button>Clear all faults</button></form></section>`;
}

function faultList(faults: (OperationFault | NotificationFault)[]): Html {
  if (faults.length === 0) return html`<p class="empty">None.</p>`;
  return html`<ul class="plain">${faults.map(
    ({ on, effect, times }) => html`<li><span class="tag bad">${on}: ${effect}</span> ${times === undefined ? 'always' : `next ${times}`}</li>`,
  )}</ul>`;
}

function switchForms({ switches }: SimulatorState): Html {
  const { autoConfirm, ...flags } = switches;
  return html`<section><h2>Behaviour</h2>
<form class="row" method="post" action="/simulator/form/switch"><span>autoConfirm</span>${['off', 'after-answer', 'before-answer'].map(
    (mode) => html`<button name="autoConfirm" value="${mode}" class="${mode === autoConfirm ? 'primary' : ''}">${mode}</button>`,
  )}</form>
${Object.entries(flags).map(
    ([name, on]) => html`<form class="row" method="post" action="/simulator/form/switch"><button name="${name}" value="${on ? 'false' : 'true'}" class="${on ? 'primary' : ''}" aria-pressed="${String(on)}">${on ? 'on' : 'off'}</button><span>${name}</span></form>`,
  )}</section>`;
}

function addresses({ merchant }: SimulatorState): Html {
  const line = (label: string, url: string | undefined): Html => html`<li>${label}<br><code>${url ?? 'not set'}</code></li>`;
  return html`<section><h2>Merchant <span>${merchant.name}</span></h2><ul class="plain">${line('Token', merchant.tokenUrl)}${line('Payment notifications', merchant.paymentNotificationUrl)}${line('Binding notifications', merchant.bindingNotificationUrl)}</ul></section>`;
}

function choice(label: string, name: string, options: readonly string[]): Html {
  return html`<label>${label}<select name="${name}">${options.map((option) => html`<option>${option}</option>`)}</select></label>`;
}

function input(label: string, name: string, value: string): Html {
  return html`<label>${label}<input name="${name}" inputmode="numeric" value="${value}"></label>`;
}
