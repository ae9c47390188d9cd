// Where blocks stand, what is typed there, and how one acts there.
import { confirmed } from "./confirm.js";
import { say } from "./notice.js";
import { actAtOnce, ask } from "./server.js";
import { seen } from "./state.js";
import { dropWaiting, inTurn, isWaiting, lineOf } from "./turns.js";

const PAUSE_MS = 300; // of whoever types, before the app is told

const known = new Map(); // what is known of a place, however often it is drawn

const isGone = ({ view_id: id }) => !!id && ![...seen.world.forms, seen.world.home].some((view) => view?.id === id);

// `unsent` is typed in a message; the app is `owed` what it hears of once one pauses, and then its
// telling is `queued`.
const unknown = () => ({ values: {}, unsent: new Map(), owed: new Map(), queued: new Set() });

// Every element that one can act with, and its block.
function* placed(part, block = null) {
  if (!part || typeof part !== "object") return;
  const inside = part.block_id ? part : block;
  if (part.action_id && inside) yield [part, inside];
  for (const each of Object.values(part)) yield* placed(each, inside);
}

// `where` names a view or a message, `blocks` are drawn there now; `told` is what the server last
// knew to be typed there.
export function placeOf(where, blocks, told = {}, errors = {}) {
  const line = lineOf(where);
  const here = known.get(line) || known.set(line, unknown()).get(line);
  here.blocks = blocks;
  const { values, unsent, owed, queued } = here;
  const held = (block, action) => values[block]?.[action] || told[block]?.[action];
  const keepEntry = (part, block, entry) => ((values[block.block_id] ||= {})[part.action_id] = { type: part.type, ...entry });
  const named = (part, block) => ({ ...where, block_id: block.block_id, action_id: part.action_id });
  const name = (part, block) => JSON.stringify([block.block_id, part.action_id]);

  // The same element as it is drawn now. A button is the same where it still stands for the same,
  // also when it got another block.
  function nowOf(part, block) {
    const all = [...placed(here.blocks)];
    const sameName = all.find((each) => name(...each) === name(part, block));
    if (part.value == null || sameName?.[0].value === part.value) return sameName;
    return all.find(([each]) => JSON.stringify(each) === JSON.stringify(part));
  }

  // The app is told of typing with the next press, as Slack does.
  async function flush() {
    if (where.view_id) return (await ask("type", { ...where, values })).ok;
    for (const [key, { part, block, entry }] of [...unsent]) {
      unsent.delete(key);
      await ask("click", { ...named(part, block), ...entry });
    }
    return true;
  }

  async function tell(part, block, entry) {
    const now = nowOf(part, block);
    if (!now) say("This is no longer there.");
    else if (await flush()) await actAtOnce("click", { ...named(...now), ...entry });
  }

  // What was typed is told as it is when its turn comes; nobody minds where it has gone by then.
  function tellTyped([key, { part, block }]) {
    settle(key);
    if (queued.has(key)) return;
    queued.add(key);
    inTurn(line, () => {
      queued.delete(key);
      const entry = values[block.block_id]?.[part.action_id];
      return entry && nowOf(part, block) && !isGone(where) ? tell(part, block, entry) : null;
    });
  }

  const tellAllTyped = () => [...owed].forEach(tellTyped);

  function settle(key) {
    clearTimeout(owed.get(key)?.timer);
    owed.delete(key);
  }

  function forget() {
    [...owed.keys()].forEach(settle);
    queued.clear();
    dropWaiting(line);
  }

  return {
    where,
    errors,
    held,
    typed: () => JSON.stringify(values),
    hold: (part, block, entry) => {
      keepEntry(part, block, entry);
      if (!where.view_id && block.type === "input") unsent.set(name(part, block), { part, block, entry });
    },
    // Tell the app of typing once it pauses, or before anything else that is done here.
    pressSoon: (part, block) => {
      const key = name(part, block);
      settle(key);
      owed.set(key, { part, block, timer: setTimeout(() => tellTyped([key, owed.get(key)]), PAUSE_MS) });
    },
    press: async (part, block, entry) => {
      if (!(await confirmed(part.confirm))) return false;
      if (Object.keys(entry).length && part.type !== "overflow") keepEntry(part, block, entry);
      settle(name(part, block));
      tellAllTyped();
      await inTurn(line, () => tell(part, block, entry));
      return true;
    },
    // With all that is typed by the time when what was done before is answered.
    submit: (begin) => {
      tellAllTyped();
      return inTurn(line, async () => {
        begin();
        const answer = await actAtOnce("submit", { ...where, values });
        if (answer.ok && isGone(where)) forget();
        return answer;
      });
    },
    // After what was pressed before, but not waiting for an answer: one may leave at any time.
    close: (whole) => {
      const leave = () => {
        forget();
        return actAtOnce("close", { ...where, whole_stack: whole });
      };
      return isWaiting(line) ? inTurn(line, leave) : leave();
    },
    suggest: (part, block, value) => ask("suggest", { ...named(part, block), value }),
  };
}

// Forget what was typed where an element is gone: coming back, it begins anew.
export function forgetGone(where, told) {
  const { values } = known.get(lineOf(where)) || {};
  for (const [block, actions] of Object.entries(values || {}))
    for (const [action, entry] of Object.entries(actions))
      if (told[block]?.[action]?.type !== entry.type) delete actions[action];
}
