// Where one writes: messages, slash commands, and the app's global shortcuts.
import { completions, usage } from "./completion.js";
import { element, icon, newId } from "./dom.js";
import { menuButton } from "./menu.js";
import { act } from "./server.js";
import { seen } from "./state.js";

const TALL_PX = 200;

export function composer(form, { label, send, commands }) {
  const list = element("ul", { class: "completions", role: "listbox", "aria-label": "Completions", id: newId("completions"), hidden: true });
  const hint = element("p", { class: "usage", id: newId("usage"), hidden: true });
  const box = form.querySelector("textarea");
  const drafts = new Map();
  let drafted = null;
  let found = [];
  let active = 0;

  for (const [name, value] of Object.entries({ "aria-label": label, "aria-autocomplete": "list", "aria-controls": list.id, "aria-describedby": hint.id }))
    box.setAttribute(name, value);
  form.prepend(list, hint);

  function show() {
    active = Math.min(active, Math.max(0, found.length - 1));
    list.hidden = !found.length;
    list.replaceChildren(
      ...found.map((each, at) =>
        element(
          "li",
          { role: "option", id: `${list.id}-${at}`, "aria-selected": String(at === active), onmousedown: (event) => event.preventDefault(), onclick: () => take(each) },
          element("strong", {}, each.words),
          each.hint ? ` ${each.hint} ` : " ",
          element("small", {}, each.more || ""),
        ),
      ),
    );
    list.children[active]?.scrollIntoView({ block: "nearest" });
    if (found.length) box.setAttribute("aria-activedescendant", `${list.id}-${active}`);
    else box.removeAttribute("aria-activedescendant");
  }

  function typed() {
    found = completions(box.value.slice(0, box.selectionStart), { commands });
    hint.textContent = commands ? usage(box.value) : "";
    hint.hidden = !hint.textContent;
    box.style.height = "auto";
    box.style.height = `${Math.min(TALL_PX, box.scrollHeight + 2)}px`;
    show();
  }

  function take(each) {
    const rest = box.value.slice(box.selectionStart);
    box.value = each.text + rest;
    box.setSelectionRange(each.text.length, each.text.length);
    box.focus();
    typed();
  }

  function complete(event) {
    const { key } = event;
    const isWhole = found[active].text.trim() === box.value;
    if (key === "ArrowDown" || key === "ArrowUp") {
      active = (active + (key === "ArrowDown" ? 1 : -1) + found.length) % found.length;
      show();
    } else if ((key === "Tab" && !event.shiftKey) || (key === "Enter" && !isWhole)) take(found[active]);
    else if (key === "Escape") {
      found = [];
      show();
      event.stopPropagation();
    } else return false;
    event.preventDefault();
    return true;
  }

  box.addEventListener("input", () => {
    active = 0;
    typed();
  });
  box.addEventListener("keydown", (event) => {
    if (event.isComposing || (found.length && complete(event))) return;
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    form.requestSubmit();
  });
  box.addEventListener("blur", () => (list.hidden = true));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = box.value.trim();
    const from = drafted;
    if (!text) return;
    box.value = "";
    typed();
    box.focus();
    const answer = await send(text);
    if (answer.ok) return;
    // The draft belongs where it was to be sent, though one has gone on by now.
    if (from && from !== drafted) drafts.set(from, drafts.get(from) || text);
    if (box.value || (from && from !== drafted)) return;
    box.value = text;
    typed();
  });

  return {
    // Show the draft of a place, and put the other one aside.
    at(place) {
      if (place === drafted) return;
      // What was typed before the page first knew where it is stays.
      if (drafted) {
        drafts.set(drafted, box.value);
        box.value = drafts.get(place) || "";
      }
      drafted = place;
      typed();
    },
  };
}

export function shortcutsButton() {
  const items = () =>
    seen.world.shortcuts
      .filter(({ type }) => type === "global")
      .map(({ name, description, callback_id }) => ({ words: name, description, press: () => act("shortcut", { callback_id }) }));
  return menuButton({ "aria-label": "Shortcuts", title: "Shortcuts", class: "icon-button" }, icon("bolt"), items);
}
