// A button that opens a menu: arrow keys move in it, Escape goes back to the button.
import { element, newId } from "./dom.js";
import { float } from "./floating.js";
import { handsOn } from "./keep.js";

// Each item has `words`, `press`, and perhaps a `description`.
export function menuButton(attributes, face, items) {
  const id = newId("menu");
  const list = element("div", { role: "menu", class: "floating menu", popover: "manual", id });
  const button = element(
    "button",
    { type: "button", "aria-haspopup": "menu", "aria-expanded": "false", "aria-controls": id, ...attributes },
    face,
  );
  let floating = null;
  const choices = () => [...list.children];
  const shut = () => {
    floating?.close();
    button.focus();
  };
  const open = (last) => {
    list.replaceChildren(...items().map((item) => entry(item, shut)));
    floating = float(button, list, () => {
      floating = null;
      button.setAttribute("aria-expanded", "false");
    });
    button.setAttribute("aria-expanded", "true");
    choices().at(last ? -1 : 0)?.focus();
  };
  button.addEventListener("click", () => (floating ? shut() : open()));
  button.addEventListener("keydown", (event) => {
    if (floating || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    open(event.key === "ArrowUp");
  });
  const give = () => {
    if (!floating) return null;
    const at = choices().indexOf(document.activeElement);
    floating.close();
    return { at };
  };
  const take = ({ at }) => {
    open();
    choices()[at]?.focus();
  };
  handsOn(button, give, take);
  list.addEventListener("keydown", (event) => walk(event, choices(), shut, () => floating?.close()));
  return element("span", { class: "with-menu" }, button, list);
}

function entry(item, shut) {
  const press = () => {
    shut();
    item.press();
  };
  const more = item.description && element("small", {}, item.description);
  return element("button", { type: "button", role: "menuitem", tabindex: "-1", onclick: press }, item.words, more);
}

function walk(event, choices, shut, close) {
  const at = choices.indexOf(document.activeElement);
  const letter = event.key.length === 1 && event.key !== " " ? event.key.toLowerCase() : null;
  const next = {
    ArrowDown: choices[(at + 1) % choices.length],
    ArrowUp: choices.at(at - 1),
    Home: choices[0],
    End: choices.at(-1),
  }[event.key];
  const begins = (choice) => letter && choice.textContent.toLowerCase().startsWith(letter);
  const named = [...choices.slice(at + 1), ...choices.slice(0, at + 1)].find(begins);
  if (event.key === "Tab") return close();
  if (event.key === "Escape") shut();
  else if (next || named) (next || named).focus();
  else return;
  event.preventDefault();
  event.stopPropagation();
}
