import { fileURLToPath } from 'node:url';
import type { StorybookConfig } from '@storybook/web-components-vite';
import { msw } from 'msw/vite';
import type { Plugin } from 'vite';
import { analyzeElements } from '../manifest/analyze.ts';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** `virtual:custom-elements` is the manifest of the sources as they are when Storybook starts; no file can be out of date. */
function customElements(): Plugin {
  const name = 'virtual:custom-elements';
  return {
    name,
    resolveId: (id) => (id === name ? `\0${name}` : undefined),
    load: async (id) => (id === `\0${name}` ? `export const manifest = ${JSON.stringify(await analyzeElements())};` : undefined),
  };
}

/** The package promises side effects for its built definitions only; of the sources they would be left out of a static build. */
function keepDefinitions(): Plugin {
  return {
    name: 'keep-definitions',
    enforce: 'pre',
    transform: (code, id) => (id.endsWith('/define.ts') ? { code, map: null, moduleSideEffects: true } : undefined),
  };
}

const config: StorybookConfig = {
  framework: '@storybook/web-components-vite',
  stories: ['../*.mdx', '../*.stories.ts'],
  addons: ['@storybook/addon-docs', '@storybook/addon-a11y'],
  // Registers the tags in the preview.
  previewAnnotations: [path('../../packages/elements/src/define.ts')],
  // Nothing leaves this machine: no telemetry, no look for a newer version.
  core: { disableTelemetry: true, disableWhatsNewNotifications: true, disableProjectJson: true },
  features: { sidebarOnboardingChecklist: false, menuOnboardingChecklist: false, changeDetection: false },
  viteFinal: (vite) => ({
    ...vite,
    // What is found later makes the page load anew in the middle of a story.
    optimizeDeps: { ...vite.optimizeDeps, include: [...(vite.optimizeDeps?.include ?? []), 'lit/directives/if-defined.js', '@lit/task', 'msw', 'msw/browser'] },
    plugins: [...(vite.plugins ?? []), customElements(), keepDefinitions(), msw({ mode: 'worker-only' })],
  }),
};

// Storybook reads the default export.
export default config;
