import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const storefront = path('demo/storefront');

/** Builds the demo's storefront to demo/dist, which demo/server.ts serves under a strict content security policy. */
export default defineConfig({
  root: storefront,
  base: '/',
  build: {
    outDir: path('demo/dist'),
    emptyOutDir: true,
    target: 'es2022',
    // Nothing inline: the policy allows scripts, styles and pictures from files only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: ['index', 'product', 'cart', 'checkout', 'order', 'pay', 'account', 'office/index'].map((name) => `${storefront}/${name}.html`),
    },
  },
  server: {
    host: '127.0.0.1',
    // `vite` beside a running `npm start`, for work on the storefront.
    proxy: { '/api': 'http://127.0.0.1:3000', '/allo': 'http://127.0.0.1:3000' },
  },
});
