// The local Slack behind the page: what it shows, what it is asked to do, when it changed.
import { say } from "./notice.js";
import { seen } from "./state.js";
import { inTurn, lineOf } from "./turns.js";

const SAID = {
  operation_timeout: "The app did not answer within three seconds.",
  dispatch_failed: "The app is not connected.",
};
const GONE = { ok: false, error: "The local Slack does not answer." };

let changed = async () => {};

export async function get(path, query = {}) {
  try {
    const answer = await fetch(`/sandbox/${path}?${new URLSearchParams({ as: seen.me, ...query })}`);
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

async function sent(path, body) {
  try {
    return await (await fetch(`/sandbox/${path}`, { method: "POST", body })).json();
  } catch {
    return GONE;
  }
}

const post = (kind, more) => sent("act", JSON.stringify({ as: seen.me, kind, ...more }));

// Ask for something without drawing anew.
export async function ask(kind, more = {}) {
  const answer = await post(kind, more);
  if (!answer.ok) say(SAID[answer.error] || answer.error);
  return answer;
}

// Do it and draw what came of it, not waiting for what was done in the same place before.
export async function actAtOnce(kind, more = {}) {
  const answer = await ask(kind, more);
  await changed();
  return answer;
}

export const act = (kind, more = {}) => inTurn(lineOf(more, kind), () => actAtOnce(kind, more));

// Send a file to a field of a form.
export const attach = (where, file) =>
  inTurn(lineOf(where), async () => {
    const answer = await sent(`attach?${new URLSearchParams({ as: seen.me, name: file.name, ...where })}`, file);
    if (!answer.ok) say(answer.error);
    await changed();
  });

export function listen(onChange, onConnection) {
  changed = onChange;
  const stream = new EventSource("/sandbox/stream");
  stream.onmessage = () => changed();
  stream.onerror = () => onConnection(false);
  stream.onopen = () => {
    onConnection(true);
    changed();
  };
}
