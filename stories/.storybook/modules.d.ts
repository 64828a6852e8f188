declare module '*.css';

declare module 'virtual:custom-elements' {
  // eslint-disable-next-line @typescript-eslint/consistent-type-imports -- a declared module cannot import a file
  export const manifest: import('../manifest/manifest.ts').Manifest;
}
