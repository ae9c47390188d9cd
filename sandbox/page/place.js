// Where blocks stand, what is typed there, and how one acts there.
import { confirmed } from "./confirm.js";
import { act, ask } from "./server.js";

const typed = new Map();

// `where` names a view or a message; `told` is what the server last knew to be typed there.
export function placeOf(where, told = {}, errors = {}) {
  const key = JSON.stringify(where);
  const values = typed.get(key) || typed.set(key, {}).get(key);
  const unsent = new Map();
  const keepEntry = (part, block, entry) => ((values[block.block_id] ||= {})[part.action_id] = { type: part.type, ...entry });
  const named = (part, block) => ({ ...where, block_id: block.block_id, action_id: part.action_id });

  // The app is told of typing with the next press, as Slack does.
  async function flush() {
    if (where.view_id) await ask("type", { ...where, values });
    else for (const [part, { block, entry }] of unsent) await ask("click", { ...named(part, block), ...entry });
    unsent.clear();
  }

  return {
    where,
    errors,
    values,
    held: (block, action) => values[block]?.[action] || told[block]?.[action],
    hold: (part, block, entry) => {
      keepEntry(part, block, entry);
      if (block.type === "input") unsent.set(part, { block, entry });
    },
    press: async (part, block, entry) => {
      if (!(await confirmed(part.confirm))) return false;
      if (Object.keys(entry).length && part.type !== "overflow") keepEntry(part, block, entry);
      await flush();
      await act("click", { ...named(part, block), ...entry });
      return true;
    },
    suggest: (part, block, value) => ask("suggest", { ...named(part, block), value }),
  };
}

// Forget what was typed where an element is gone: coming back, it begins anew.
export function forgetGone(where, told) {
  const values = typed.get(JSON.stringify(where));
  for (const [block, actions] of Object.entries(values || {}))
    for (const [action, entry] of Object.entries(actions))
      if (told[block]?.[action]?.type !== entry.type) delete actions[action];
}
