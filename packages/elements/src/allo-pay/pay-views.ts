import type { TemplateResult } from 'lit';
import { bankLink } from '../internal/bank-link.ts';
import type { Content } from '../internal/templates.ts';
import { button, card, frame, mainButton, moneyText, notice, phrase, withReference } from '../internal/templates.ts';
import { bankTexts } from '../locales/bank.ts';
import { linkTexts } from '../locales/link.ts';
import { outcomeTexts } from '../locales/outcome.ts';
import { payTexts } from '../locales/pay.ts';
import type { Texts } from '../locales/text.ts';
import type { PayHost } from './pay-flow.ts';
import { PayFlow } from './pay-flow.ts';
import { receiptView } from './receipt-view.ts';

/**
 * The payment with what `<allo-pay>` shows of it, and of the way to a linked account. A file of its own: a shopper whose
 * account is linked sees the button without waiting for any of it.
 */
export class PayViews extends PayFlow {
  static readonly texts: Texts = { ...payTexts, ...bankTexts, ...linkTexts, ...outcomeTexts };

  /** Nothing where the button is to be shown. */
  render(): TemplateResult | undefined {
    const { host, trip } = this;
    const { state } = host;
    const { payment } = host.order ?? {};
    const check = button(host.text('checkStatus'), () => this.check());
    switch (state) {
      case 'unlinked':
      case 'relink-required':
      case 'linking':
      case 'phone':
        return this.#renderLink();
      case 'insufficient':
        return this.#renderInsufficient();
      case 'waiting':
        return card(host, 'wallet', this.#phrase(state), '', [payment?.action && bankLink(host, trip, payment.action.url), check]);
      case 'processing':
        return card(host, 'busy', host.text(state), host.text('processingHint'), check);
      case 'paid':
      case 'refunding':
      case 'refunded':
        return receiptView(host, payment, state);
      case 'review':
        return card(host, 'warning', withReference(host.text(state), host.text('reference'), payment?.receipt?.reference ?? payment?.paymentId));
      case 'failed':
      case 'cancelled':
      case 'expired':
        return card(host, state === 'failed' ? 'danger' : 'neutral', host.text(payment?.failure ?? 'failed'), host.text('notTaken'),
          // A blocked account has to be seen to first.
          button(this.#phrase('payAgain'), () => host.pay(), payment?.failure === 'ACCOUNT_BLOCKED' ? 'secondary' : 'primary'));
      default:
        return undefined;
    }
  }

  /** As high as the button to pay, which may come instead; where another element offers to link, only said. */
  #renderLink(): TemplateResult {
    const { host } = this;
    const again = host.state === 'relink-required';
    const link = (): void => this.link.begin();
    const elsewhere = linksElsewhere(host);
    if (again) return card(host, 'warning', host.text('RELINK_REQUIRED'), '', elsewhere ? '' : button(host.text('linkAgain'), link, 'primary'));
    if (elsewhere) return frame(host, 'base', notice('wallet', this.#phrase('payUnlinked')));
    return host.state === 'unlinked' ? mainButton(host, '', this.#phrase('payUnlinked'), link, '') : this.link.render();
  }

  #renderInsufficient(): TemplateResult {
    const { host } = this;
    const balance = host.session?.balance;
    return card(host, 'warning', phrase(host.text('insufficient'), host.available && moneyText(host.available)), '',
      button(host.text('retry'), () => balance?.run(), 'primary', balance?.busy ? 'busy' : ''));
  }

  #phrase(key: 'payAgain' | 'payUnlinked' | 'waiting'): Content {
    const { host } = this;
    return phrase(host.text(key), host.order && moneyText(host.order.amount));
  }
}

/** Another element of the page already offers to link: the shopper should not find it twice. */
function linksElsewhere({ session, linkRank }: PayHost): boolean {
  return [...(session?.members ?? [])].some((member) => member.linkRank > linkRank);
}
