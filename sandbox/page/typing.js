// Fields one types into, and those for days and times.
import { element } from "./dom.js";
import { secondsOf, wallTime } from "./moments.js";
import { richFrom, textOf, toolbar } from "./rich_input.js";
import { changed, entryOf, heldBy, isField, nameOf } from "./values.js";

const PICKED = { datepicker: "date", timepicker: "time", datetimepicker: "datetime-local" };
// No type "number": a browser would swallow what is no number, and with it the complaint.
const KEYBOARDS = { email_text_input: "email", url_text_input: "url", number_input: "decimal" };
const LEFT_SHOWN = 0.2;

const shown = (part, value) => {
  if (part.type === "rich_text_input") return textOf(value);
  if (part.type === "datetimepicker") return value ? wallTime(value) : "";
  return value ?? "";
};
const told = (part, text) => {
  if (part.type === "rich_text_input") return richFrom(text);
  if (part.type === "datetimepicker") return text ? secondsOf(text) : null;
  return text || null;
};

function box(part, block, place) {
  const several = part.multiline || part.type === "rich_text_input";
  const made = element(several ? "textarea" : "input", {
    type: several ? null : PICKED[part.type] || "text",
    inputmode: KEYBOARDS[part.type],
    autocomplete: "off",
    placeholder: part.placeholder?.text,
    rows: several ? part.min_lines || 4 : null,
    "data-action": part.action_id,
    "data-first": part.focus_on_load,
    "aria-label": isField(block) ? null : nameOf(part),
  });
  made.value = shown(part, heldBy(part, block, place));
  return made;
}

export function picker(part, block, place) {
  const made = box(part, block, place);
  made.addEventListener("change", async () => {
    const before = heldBy(part, block, place);
    if (!(await changed(part, block, place, told(part, made.value)))) made.value = shown(part, before);
  });
  return made;
}

export function typing(part, block, place) {
  const made = box(part, block, place);
  const triggers = part.dispatch_action_config?.trigger_actions_on || ["on_enter_pressed"];
  const dispatches = !isField(block) || block.dispatch_action;
  const atOnce = dispatches && triggers.includes("on_character_entered");
  const onEnter = dispatches && triggers.includes("on_enter_pressed");
  const value = () => entryOf(part, told(part, made.value));
  made.addEventListener("input", () => {
    place.hold(part, block, value());
    if (atOnce) place.pressSoon(part, block);
  });
  made.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    if (made.tagName === "TEXTAREA" && !(event.ctrlKey || event.metaKey)) return;
    if (!onEnter) return;
    event.preventDefault();
    place.press(part, block, value());
  });
  if (part.type === "rich_text_input") return element("div", { class: "rich-input" }, toolbar(made), made);
  return part.max_length ? counting(made, part.max_length) : made;
}

// Near its end a field says how much room is left.
function counting(made, most) {
  const left = element("small", { class: "room", "aria-live": "polite" });
  const count = () => {
    const room = most - made.value.length;
    left.hidden = room > most * LEFT_SHOWN;
    left.textContent = room < 0 ? `${-room} too many` : `${room} left`;
  };
  made.addEventListener("input", count);
  count();
  return element("div", { class: "counted" }, made, left);
}
