// Checkboxes and radio buttons.
import { bare } from "./choices.js";
import { element, newId } from "./dom.js";
import { words } from "./mrkdwn.js";
import { changed, heldBy, isField, nameOf } from "./values.js";

export function ticks(part, block, place) {
  const one = part.type === "radio_buttons";
  const group = newId("ticks");
  const pairs = part.options.map((option) => [
    element("input", { type: one ? "radio" : "checkbox", name: group, "data-first": part.focus_on_load }),
    option,
  ]);
  const show = () => {
    const now = [heldBy(part, block, place) ?? []].flat();
    for (const [box, option] of pairs) box.checked = now.some(({ value }) => value === option.value);
  };
  const change = async () => {
    const ticked = pairs.filter(([box]) => box.checked).map(([, option]) => bare(option));
    if (!(await changed(part, block, place, one ? (ticked[0] ?? null) : ticked))) show();
  };
  for (const [box] of pairs) box.addEventListener("change", change);
  show();
  const labelled = ([box, option]) =>
    element("label", {}, box, element("span", {}, words(option.text), option.description && element("small", {}, words(option.description))));
  return element(
    "div",
    { class: "ticks", role: one ? "radiogroup" : "group", "data-action": part.action_id, "aria-label": isField(block) ? null : nameOf(part) },
    pairs.map(labelled),
  );
}
