// What one does in one place is done in the order in which one did it: each waits until what was
// sent before it is answered and drawn. So what is pressed meanwhile is neither lost nor overtakes.

const lines = new Map(); // a place -> what is to be done there; the first of it is being done

// The view or the message that something is done in; else what is done is a line of its own.
export const lineOf = ({ view_id: view, message_ts: message, channel = "" }, kind = "") => view || `${channel} ${message || kind}`;

export function inTurn(line, work) {
  const all = lines.get(line) || lines.set(line, []).get(line);
  const done = new Promise((resolve) => all.push({ work, resolve }));
  if (all.length === 1) doAll(line, all);
  return done;
}

async function doAll(line, all) {
  while (all.length) {
    try {
      all[0].resolve(await all[0].work());
    } finally {
      all.shift();
    }
  }
  lines.delete(line);
}

export const isWaiting = (line) => (lines.get(line)?.length || 0) > 1;

// What waits in a place that is left for good is not done.
export const dropWaiting = (line) => lines.get(line)?.splice(1).forEach(({ resolve }) => resolve(null));
