import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import type { Account } from '../contract.ts';
import type { LinkFlow } from './link-flow.ts';
import type { Speaker } from './templates.ts';
import { actions, bankLink, button, frame, notice } from './templates.ts';

/** Asks for the number of the shopper's Allo account. Escape goes back. */
export function phoneView(host: Speaker, flow: LinkFlow): TemplateResult {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const phone = new FormData(event.currentTarget as HTMLFormElement).get('phone');
    flow.submit(typeof phone === 'string' ? phone : '');
  };
  const refused = flow.phoneRefused;
  return frame(
    host,
    { card: true },
    html`<form part="form" novalidate @submit=${submit} @keydown=${escape(() => flow.reset())}>
      <label part="field-label" for="phone">${host.text('phone')}</label>
      <input part="input" id="phone" name="phone" type="tel" inputmode="tel" autocomplete="tel" maxlength="24" required
        aria-invalid=${refused} aria-describedby="phone-hint" />
      <p part="hint" id="phone-hint" role=${refused ? 'alert' : nothing} data-tone=${refused ? 'danger' : nothing}>${host.text(refused ? 'INVALID_PHONE' : 'phoneHint')}</p>
      <div part="actions">
        <button part="button primary" type="submit"><span part="label">${host.text('next')}</span></button>
        ${button({ label: host.text('cancel'), press: () => flow.reset() })}
      </div>
    </form>`,
  );
}

/** The shopper is, or was just, at the bank. */
export function linkingView(host: Speaker, flow: LinkFlow, account: Account | undefined): TemplateResult {
  const startAgain = button({ label: host.text('startAgain'), press: () => flow.begin() });
  const onward = account?.link ? bankLink(host, account.link.url) : nothing;
  return frame(host, { card: true, message: notice('busy', host.text('linking')) }, actions(onward, startAgain));
}

/** Leaves a step by the Escape key. */
export function escape(leave: () => void): (event: KeyboardEvent) => void {
  return (event) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    leave();
  };
}
