// svelte-check wants to find a configuration; there is nothing to configure.
export default {};
