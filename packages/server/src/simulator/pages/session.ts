/**
 * One submission on a bank's page: OTP first, then PIN, three wrong ones at each and it is over.
 *
 * @module
 */
import type { Session } from '../records.ts';

/** The codes that the simulator accepts; ours, no bank's. */
export const otpCode = '123456';
export const pinCode = '111111';

export type Submission = { action: 'cancel' } | { action: 'continue'; otp: string; pin: string };

/**
 * - `stay`: show the page again, with the next step or with what was wrong
 * - `approved`, `cancelled`, `otp-blocked`, `pin-blocked`: the session is over
 */
export type Verdict = 'stay' | 'approved' | 'cancelled' | 'otp-blocked' | 'pin-blocked';

export function submit(session: Session, submission: Submission): Verdict {
  delete session.problem;
  if (submission.action === 'cancel') return 'cancelled';
  return session.step === 'otp' ? tryOtp(session, submission.otp) : tryPin(session, submission.pin);
}

function tryOtp(session: Session, otp: string): Verdict {
  if (otp === otpCode) {
    session.step = 'pin';
    return 'stay';
  }
  if (!isCode(otp)) return complain(session, 'otpFormat');
  session.otpLeft -= 1;
  return session.otpLeft > 0 ? complain(session, 'otp') : 'otp-blocked';
}

function tryPin(session: Session, pin: string): Verdict {
  if (pin === pinCode) return 'approved';
  if (!isCode(pin)) return complain(session, 'pinFormat');
  session.pinLeft -= 1;
  return session.pinLeft > 0 ? complain(session, 'pin') : 'pin-blocked';
}

function complain(session: Session, problem: NonNullable<Session['problem']>): Verdict {
  session.problem = problem;
  return 'stay';
}

/** A slip of the finger is no attempt. */
function isCode(text: string): boolean {
  return /^\d{6}$/.test(text);
}
