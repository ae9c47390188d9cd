// Forms over the page: the one in front of the stack, with what was typed kept while it changes.
import { blockItems } from "./blocks.js";
import { byId, element, icon } from "./dom.js";
import { focusOn, owing, whereabouts } from "./focus.js";
import { keep } from "./keep.js";
import { forgetGone, placeOf } from "./place.js";
import { HOME, seen } from "./state.js";

const FIRST = ".blocks :is(input, textarea, select, button, summary, [tabindex='0'])";

let front = null; // the view that is drawn
let place = null; // where one acts in it
let began = null; // finds what had the focus before the first form opened
const left = new Map(); // view id -> the action_id one was at
const sending = new Map(); // view id -> what it showed and held when it was sent, once it is
const closing = new Map(); // view id -> until it is closed

const dialog = () => byId("form");
const view = () => seen.world.forms.at(-1);

function focusFirst() {
  const { id } = front;
  const wanted = left.get(id);
  const find = () => {
    const again = wanted && dialog().querySelector(`[data-action="${CSS.escape(wanted)}"]`);
    const field = dialog().querySelector("[data-first]") || dialog().querySelector(".field :is(input, textarea)");
    return front?.id === id && (again || field || dialog().querySelector(FIRST));
  };
  owing().to(find, dialog().querySelector("h2"));
}

// Closing twice is closing once; but the cross closes what a way back leads to as well.
async function close(whole) {
  const { id } = front;
  if (closing.has(id)) {
    await closing.get(id);
    if (whole && front && front.id !== id) await close(true);
    return;
  }
  closing.set(id, place.close(whole));
  await closing.get(id);
  closing.delete(id);
}

const answerShown = (view) => JSON.stringify([view.hash, view.errors]);

// Whether what is in front was sent as it is, and shows no answer yet.
function isSent() {
  const sent = sending.get(front.id);
  return !!sent && (!sent.typed || (sent.shown === answerShown(front) && sent.typed === place.typed()));
}

const showSending = () => front && dialog().querySelector("[type=submit]").setAttribute("aria-disabled", isSent());

function firstWrong() {
  const wrong = dialog().querySelector("[aria-invalid]");
  return wrong?.matches("input, textarea") ? wrong : wrong?.querySelector("input, textarea");
}

async function submit(event) {
  event.preventDefault();
  if (!front?.submit || isSent()) return;
  const { id } = front;
  const here = place;
  const focus = owing();
  const sent = {};
  sending.set(id, sent);
  showSending();
  const answer = await here.submit(() => {
    const shown = seen.world.forms.find((each) => each.id === id);
    Object.assign(sent, { shown: shown && answerShown(shown), typed: here.typed() });
  });
  if (sending.get(id) === sent) sending.delete(id);
  showSending();
  if (answer?.errors) focus.to(() => front?.id === id && firstWrong());
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
    { novalidate: true, autocomplete: "off", onsubmit: submit, onkeydown: keys, oninput: showSending },
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
  place = placeOf(where, front.blocks, told, errors);
  showSending();
  const items = blockItems(front.blocks, place);
  keep(find(".blocks"), items.map((item) => ({ ...item, key: `${front.id} ${item.key}` })));
}

export function showForm() {
  const now = view();
  if (!now) {
    front = null;
    if (!dialog().open) return;
    dialog().close();
    left.clear();
    focusOn(began() || byId(seen.here === HOME ? "log" : "say"));
    return;
  }
  if (!dialog().firstChild) frame();
  const isOther = front?.id !== now.id;
  if (isOther && front) left.set(front.id, document.activeElement.closest("[data-action]")?.dataset.action);
  front = now;
  draw();
  if (!dialog().open) {
    began = whereabouts();
    dialog().showModal();
  }
  if (isOther) {
    dialog().querySelector(".blocks").scrollTop = 0;
    focusFirst();
  }
}
