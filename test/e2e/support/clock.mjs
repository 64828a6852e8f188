/**
 * Loaded before the demo's server in tests: its clock runs ahead by as much as the test says over the process's
 * message channel, together with the simulator's.
 */
const machineNow = Date.now.bind(Date);
let aheadMs = 0;
Date.now = () => machineNow() + aheadMs;
process.on('message', ({ advanceMs }) => {
  aheadMs += advanceMs;
  process.send({ aheadMs });
});
process.channel.unref();
