// Forms over the page: the one in front of the stack, with what was typed kept while it changes.
import { blockItems } from "./blocks.js";
import { byId, element, icon } from "./dom.js";
import { keep } from "./keep.js";
import { forgetGone, placeOf } from "./place.js";
import { act } from "./server.js";
import { HOME, seen } from "./state.js";

const FIRST = ".blocks :is(input, textarea, select, button, summary, [tabindex='0'])";

let front = null; // the view that is drawn
let began = null; // what had the focus before the first form opened
const left = new Map(); // view id -> the action_id one was at

const dialog = () => byId("form");
const view = () => seen.world.forms.at(-1);

function focusFirst() {
  const wanted = left.get(front.id);
  const again = wanted && dialog().querySelector(`[data-action="${CSS.escape(wanted)}"]`);
  const field = dialog().querySelector("[data-first]") || dialog().querySelector(".field :is(input, textarea)");
  (again || field || dialog().querySelector(FIRST) || dialog().querySelector("h2")).focus();
}

const close = (whole) => act("close", { view_id: front.id, whole_stack: whole });

async function submit(event) {
  event.preventDefault();
  const button = dialog().querySelector("[type=submit]");
  if (!button || button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  const place = placeOf({ view_id: front.id });
  await act("submit", { view_id: front.id, values: place.values });
  button.removeAttribute("aria-disabled");
  const wrong = dialog().querySelector("[aria-invalid]");
  (wrong?.matches("input, textarea") ? wrong : wrong?.querySelector("input, textarea"))?.focus();
}

function keys(event) {
  if (event.defaultPrevented) return;
  if (event.key === "Escape") {
    event.preventDefault();
    close(false);
  }
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.currentTarget.requestSubmit();
}

function frame() {
  const form = element(
    "form",
    { novalidate: true, autocomplete: "off", onsubmit: submit, onkeydown: keys },
    element(
      "header",
      {},
      element("button", { type: "button", class: "icon-button back", "aria-label": "Back", onclick: () => close(false) }, icon("back")),
      element("h2", { id: "form-title", tabindex: "-1" }),
      element("button", { type: "button", class: "icon-button", "aria-label": "Close the form", onclick: () => close(true) }, icon("cross")),
    ),
    element("p", { class: "trouble", role: "alert" }),
    element("div", { class: "blocks" }),
    element(
      "div",
      { class: "ends" },
      element("button", { type: "button", class: "cancel", onclick: () => close(false) }),
      element("button", { type: "submit", class: "primary" }),
    ),
  );
  dialog().setAttribute("aria-labelledby", "form-title");
  // The system's own way back, such as a phone's.
  dialog().oncancel = (event) => {
    event.preventDefault();
    close(false);
  };
  dialog().replaceChildren(form);
}

function draw() {
  const find = (chosen) => dialog().querySelector(chosen);
  const where = { view_id: front.id };
  const told = front.state?.values || {};
  const errors = front.errors || {};
  forgetGone(where, told);
  find("h2").textContent = front.title.text;
  find(".back").hidden = seen.world.forms.length < 2;
  find(".trouble").textContent = errors[""] || "";
  find(".trouble").hidden = !errors[""];
  find(".cancel").textContent = front.close?.text || (front.submit ? "Cancel" : "Close");
  find("[type=submit]").textContent = front.submit?.text || "";
  find("[type=submit]").hidden = !front.submit;
  const items = blockItems(front.blocks, placeOf(where, told, errors));
  keep(find(".blocks"), items.map((item) => ({ ...item, key: `${front.id} ${item.key}` })));
}

function backToWhereItBegan() {
  const { focused, key, action } = began;
  const item = key && document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  const again = action && item?.querySelector(`[data-action="${CSS.escape(action)}"]`);
  const near = focused.isConnected ? focused : again || item;
  (near && near !== document.body ? near : byId(seen.here === HOME ? "log" : "say")).focus();
}

function remember() {
  const focused = document.activeElement;
  const control = focused.closest("[data-action]");
  began = { focused, action: control?.dataset.action, key: control?.closest("[data-key]")?.dataset.key };
}

export function showForm() {
  const now = view();
  if (!now) {
    front = null;
    if (!dialog().open) return;
    dialog().close();
    left.clear();
    backToWhereItBegan();
    return;
  }
  if (!dialog().firstChild) frame();
  const isOther = front?.id !== now.id;
  if (isOther && front) left.set(front.id, document.activeElement.closest("[data-action]")?.dataset.action);
  front = now;
  draw();
  if (!dialog().open) {
    remember();
    dialog().showModal();
  }
  if (isOther) {
    dialog().querySelector(".blocks").scrollTop = 0;
    focusFirst();
  }
}
