// A labelled field of a form, with its hint and what is wrong with it.
import { control } from "./controls.js";
import { element, newId } from "./dom.js";
import { words } from "./mrkdwn.js";

export function field(block, place) {
  const made = control(block.element, block, place);
  const [id, title] = [newId("field"), newId("label")];
  const isGroup = made.matches("[role=group], [role=radiogroup], .hint");
  const inner = isGroup || made.matches("input, textarea") ? made : made.querySelector("input, textarea");
  inner.id = id;
  const wrong = place.errors[block.block_id];
  const notes = [
    wrong && element("p", { class: "wrong", id: newId("wrong") }, wrong),
    block.hint && element("p", { class: "hint", id: newId("hint") }, words(block.hint)),
  ].filter(Boolean);
  if (notes.length) inner.setAttribute("aria-describedby", notes.map((note) => note.id).join(" "));
  if (wrong) inner.setAttribute("aria-invalid", "true");
  if (!block.optional && !isGroup) inner.setAttribute("aria-required", "true");
  if (isGroup) inner.setAttribute("aria-labelledby", title);
  const label = element(
    isGroup ? "div" : "label",
    { class: "label", id: title, for: isGroup ? null : id },
    words(block.label),
    block.optional ? element("small", {}, " (optional)") : null,
  );
  return element("div", { class: wrong ? "field is-wrong" : "field" }, label, made, notes);
}
