// Everything one can press, pick or type in. `place` says where it stands and how one acts there.
import { bare } from "./choices.js";
import { element, icon, safeUrl } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { fileField } from "./files.js";
import { image } from "./images.js";
import { menuButton } from "./menu.js";
import { select } from "./select.js";
import { ticks } from "./ticks.js";
import { picker, typing } from "./typing.js";
import { nameOf } from "./values.js";

const open = (url) => safeUrl(url) && window.open(url, "_blank", "noopener");

function button(part, block, place) {
  const press = () => {
    if (part.url) open(part.url);
    place.press(part, block, {});
  };
  const attributes = { type: "button", class: part.style, onclick: press, "aria-label": part.accessibility_label, "data-action": part.action_id };
  return element("button", attributes, withEmoji(part.text.text));
}

function overflow(part, block, place) {
  const items = part.options.map((option) => ({
    words: withEmoji(option.text.text),
    description: option.description?.text,
    press: () => {
      if (option.url) open(option.url);
      place.press(part, block, { selected_option: bare(option) });
    },
  }));
  return menuButton({ "aria-label": "More actions", class: "icon-button framed", "data-action": part.action_id }, icon("more"), () => items);
}

function feedback(part, block, place) {
  const press = ({ text, value, accessibility_label: label }) =>
    element("button", { type: "button", class: "plain", "aria-label": label, onclick: () => place.press(part, block, { value }) }, withEmoji(text.text));
  return element("span", { class: "feedback", role: "group" }, press(part.positive_button), press(part.negative_button));
}

const DRAWN = {
  button,
  workflow_button: button,
  icon_button: button,
  feedback_buttons: feedback,
  image,
  overflow,
  checkboxes: ticks,
  radio_buttons: ticks,
  datepicker: picker,
  timepicker: picker,
  datetimepicker: picker,
  file_input: fileField,
};

export function control(part, block, place) {
  const draw = DRAWN[part.type];
  if (draw) return draw(part, block, place);
  if (part.type.endsWith("_select")) return select(part, block, place);
  if (part.type.endsWith("_input")) return typing(part, block, place);
  return element("span", { class: "unknown" }, `An element of type ${part.type}: ${nameOf(part)}`);
}
