// Forms over the page: the one in front of the stack, with what was typed kept while it changes.
import { act, confirmed } from "./app.js";
import { blocks } from "./blocks.js";
import { element } from "./mrkdwn.js";

const typed = new Map();
let drawn = null;
let began = null;

function placeOf(view, world) {
  const values = typed.get(view.id) || typed.set(view.id, {}).get(view.id);
  const where = { view_id: view.id };
  const named = (part, block) => ({ ...where, block_id: block.block_id, action_id: part.action_id });
  return {
    world,
    errors: view.errors || {},
    values,
    held: (block, action) => (values[block] || {})[action] || ((view.state?.values || {})[block] || {})[action],
    hold: (block, action, entry) => ((values[block] ||= {})[action] = entry),
    press: async (part, block, entry) => {
      if (!(await confirmed(part.confirm))) return;
      await act("type", { ...where, values });
      await act("click", { ...named(part, block), ...entry });
    },
    suggest: (part, block, value) => act("suggest", { ...named(part, block), value }),
  };
}

// Where the person is in the form, to be found again after it is drawn anew.
function caret(dialog) {
  const focused = document.activeElement;
  const block = dialog.contains(focused) && focused.closest("[data-block]")?.dataset.block;
  if (!block) return () => {};
  const [start, end] = [focused.selectionStart, focused.selectionEnd];
  const tag = focused.tagName;
  return () => {
    const found = [...dialog.querySelectorAll("[data-block]")].find((each) => each.dataset.block === block)?.querySelector(tag);
    found?.focus();
    if (start != null && found?.setSelectionRange && /text|search|^$/.test(found.type)) found.setSelectionRange(start, end);
  };
}

export function showForm(dialog, world) {
  const view = world.forms.at(-1);
  if (!view) {
    if (dialog.open) dialog.close();
    drawn = null;
    began?.focus?.();
    began = null;
    return;
  }
  const now = JSON.stringify([view.id, view.hash, view.errors]);
  if (now === drawn) return;
  drawn = now;
  const back = caret(dialog);
  const place = placeOf(view, world);
  const close = () => act("close", { view_id: view.id });
  const submit = async (event) => {
    event.preventDefault();
    const button = dialog.querySelector("button.primary[type=submit]");
    if (!button || button.disabled) return;
    button.disabled = true;
    await act("submit", { view_id: view.id, values: place.values });
    if (button.isConnected) button.disabled = false;
    dialog.querySelector("[aria-invalid]")?.focus();
  };
  const ends = [element("button", { type: "button", onclick: close }, view.close?.text || "Cancel")];
  if (view.submit) ends.push(element("button", { type: "submit", class: "primary" }, view.submit.text));
  dialog.setAttribute("aria-label", view.title.text);
  dialog.replaceChildren(
    element(
      "form",
      { onsubmit: submit, novalidate: true },
      element("header", {}, element("h2", {}, view.title.text), element("button", { type: "button", class: "plain", "aria-label": "Close the form", onclick: close }, "✕")),
      element("div", { class: "blocks" }, blocks(view.blocks, place)),
      element("div", { class: "ends" }, ends),
    ),
  );
  dialog.oncancel = (event) => (event.preventDefault(), close());
  if (!dialog.open) {
    began = document.activeElement;
    dialog.showModal();
    dialog.querySelector(".blocks input, .blocks textarea, .blocks select")?.focus();
  } else back();
}
