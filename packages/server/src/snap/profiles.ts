/**
 * Where DOKU's operations live: the two generations of paths as named profiles, the service code of each
 * operation, and the hosts (dossier 1). The path is part of every signature, so it is data here and never a
 * string elsewhere.
 *
 * @module
 */

/** The operations, each with its two-digit SNAP service code. */
export const serviceCodes = {
  tokenB2b: '73',
  tokenB2b2c: '74',
  accountBinding: '07',
  balanceInquiry: '11',
  paymentHostToHost: '54',
  refund: '58',
  accountUnbinding: '09',
  checkStatus: '55',
} as const;

/** The name of an operation. */
export type Operation = keyof typeof serviceCodes;

/** One path for each operation. */
export type Paths = Readonly<Record<Operation, string>>;

/** Whose generation of paths to use. */
export type ProfileName = 'merchant-allo-v1.0' | 'core-v1';

/** Tokens and status have one path in both generations. */
const sharedPaths = {
  tokenB2b: '/authorization/v1/access-token/b2b',
  tokenB2b2c: '/authorization/v1/access-token/b2b2c',
  checkStatus: '/orders/v1.0/debit/status',
} as const;

/** The paths of both generations. */
export const profiles: Readonly<Record<ProfileName, Paths>> = {
  /** DOKU's archived Allo page (dossier 1.3). */
  'merchant-allo-v1.0': {
    ...sharedPaths,
    accountBinding: '/direct-debit/merchant/allo/v1.0/registration-account-binding',
    balanceInquiry: '/direct-debit/merchant/allo/v1.0/balance-inquiry',
    // The page's prose has `payment/host-to-host`, its OpenAPI block the hyphen. The block is what machines read,
    // and the hyphen is how SNAP names the operation.
    paymentHostToHost: '/direct-debit/merchant/allo/v1.0/payment-host-to-host',
    refund: '/direct-debit/merchant/allo/v1.0/debit/refund',
    // Without `merchant` in the prose and in the OpenAPI block alike, so not a slip.
    accountUnbinding: '/direct-debit/allo/v1.0/registration-account-unbinding',
  },
  /** DOKU's current page and its SDKs (dossier 1.2). */
  'core-v1': {
    ...sharedPaths,
    accountBinding: '/direct-debit/core/v1/registration-account-binding',
    balanceInquiry: '/direct-debit/core/v1/balance-inquiry',
    paymentHostToHost: '/direct-debit/core/v1/debit/payment-host-to-host',
    refund: '/direct-debit/core/v1/debit/refund',
    accountUnbinding: '/direct-debit/core/v1/registration-account-unbinding',
  },
};

/** DOKU's hosts (dossier 1.1). */
export const baseUrls = {
  sandbox: 'https://api-sandbox.doku.com',
  production: 'https://api.doku.com',
} as const;

/** Which of DOKU's worlds to speak to. */
export type Environment = keyof typeof baseUrls;

/**
 * The paths of a profile with the given ones in place of its own.
 *
 * @throws TypeError for an unknown profile, an unknown operation, or a path that a URL would spell differently
 */
export function resolvePaths(profile: ProfileName, overrides: Partial<Paths> = {}): Paths {
  if (!Object.hasOwn(profiles, profile)) {
    throw new TypeError(`the profile must be one of: ${Object.keys(profiles).join(', ')}`);
  }
  for (const [operation, path] of Object.entries(overrides)) {
    if (!Object.hasOwn(serviceCodes, operation)) throw new TypeError(`paths.${operation} names no operation`);
    if (isPlainPath(path)) continue;
    throw new TypeError(`paths.${operation} must be a path that begins with one slash, for example "${profiles['core-v1'].refund}"`);
  }
  return { ...profiles[profile], ...overrides };
}

// What is signed must be what is requested: no `..`, no host by a second slash, nothing that needs encoding. Of each, a
// URL's own path shows no trace; and it always begins with a slash.
function isPlainPath(path: string): boolean {
  const base = 'https://doku.invalid';
  if (!URL.canParse(path, base)) return false;
  const { pathname, search } = new URL(path, base);
  return pathname + search === path;
}
