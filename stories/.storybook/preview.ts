import type { Preview } from '@storybook/web-components-vite';
import { setCustomElementsManifest } from '@storybook/web-components-vite';
import { createPreviewAnnotations } from 'msw-storybook-addon/preview';
import { setupWorker } from 'msw/browser';
import { manifest } from 'virtual:custom-elements';
import { onStage, openBackend } from '../stage.ts';
import './stage.css';

setCustomElementsManifest(manifest);

const worker = setupWorker();
// Beside the page, so that a static build works in any folder.
const start = { quiet: true, onUnhandledFrame: 'bypass', serviceWorker: { url: './mockServiceWorker.js' } } as const;
let started: Promise<unknown> | undefined;

/** The stories of a docs page all ask at the same time, and must get one worker. */
const { beforeEach: startWorker } = createPreviewAnnotations(async () => {
  await (started ??= worker.start(start));
  return worker;
});

const choices = (title: string, icon: string, items: Record<string, string>): object => ({
  description: title,
  toolbar: { title, icon, items: Object.entries(items).map(([value, label]) => ({ value, title: label })), dynamicTitle: true },
});

const preview: Preview = {
  beforeEach: [startWorker, openBackend].filter((one) => one !== undefined).flat(),
  decorators: [onStage],
  tags: ['autodocs'],
  initialGlobals: { theme: 'light', locale: 'id', viewport: { value: 'phone', isRotated: false } },
  globalTypes: {
    theme: choices('Theme', 'contrast', { light: 'Light', dark: 'Dark', auto: 'As the system' }),
    locale: choices('Language', 'globe', { id: 'Bahasa Indonesia', en: 'English' }),
  },
  parameters: {
    layout: 'fullscreen',
    // The stage draws its own ground, light or dark.
    backgrounds: { disable: true },
    viewport: {
      options: {
        phone: { name: 'Phone', styles: { width: '360px', height: '740px' }, type: 'mobile' },
        desktop: { name: 'Desktop', styles: { width: '1280px', height: '800px' }, type: 'desktop' },
      },
    },
    a11y: { test: 'error' },
    docs: { story: { autoplay: true }, source: { excludeDecorators: true } },
    options: { storySort: { order: ['Welcome', 'Elements', 'Together'] } },
  },
};

// Storybook reads the default export.
export default preview;
