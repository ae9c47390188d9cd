// Draws a list anew in such a way that what stayed the same stays the same element:
// the caret, an open menu and the scroll position live on, and only news is read aloud.
import { focusOn, named, whereabouts } from "./focus.js";

const marks = new WeakMap();
const heirlooms = new WeakMap();

// What a control that is drawn anew hands on to the one in its place, such as an open list:
// `give` lets go of it and tells of it, `take` goes on with it.
export const handsOn = (control, give, take) => heirlooms.set(control, { give, take });

// Each item has a key, a mark that differs when it must be drawn anew, and draw().
export function keep(parent, items) {
  const back = placeOfFocus(parent);
  const there = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  const takes = [];
  const wanted = items.map(({ key, mark, draw }) => {
    const old = there.get(key);
    if (old && marks.get(old) === mark) return old;
    const made = draw();
    made.dataset.key = key;
    marks.set(made, mark);
    if (old) takes.push(...inheritance(old, made));
    return made;
  });
  for (const child of [...parent.children]) if (!wanted.includes(child)) child.remove();
  arrange(parent, wanted);
  back();
  for (const take of takes) take();
}

// What has the focus is not moved, else it would lose it: the others move around it.
function arrange(parent, wanted) {
  const still = wanted.find((each) => each.contains(document.activeElement));
  let at = parent.firstChild;
  for (const each of wanted) {
    while (each === still && at !== still) {
      const next = at.nextSibling;
      parent.append(at);
      at = next;
    }
    if (each === at) at = at.nextSibling;
    else parent.insertBefore(each, at);
  }
}

function inheritance(old, made) {
  return [...old.querySelectorAll("[data-action]")].flatMap((control) => {
    const { action } = control.dataset;
    const heir = named(made, action)[named(old, action).indexOf(control)];
    const given = heirlooms.get(control)?.give();
    return given && heir ? [() => heirlooms.get(heir)?.take(given)] : [];
  });
}

// Remember what has the focus; the answer puts it back after a redraw, with its caret.
function placeOfFocus(parent) {
  const focused = document.activeElement;
  if (!focused || focused === parent || !parent.contains(focused)) return () => {};
  const find = whereabouts(parent);
  const { selectionStart: start, selectionEnd: end, selectionDirection: direction, scrollTop } = focused;
  return () => {
    const target = find() || parent;
    if (target === focused) return;
    focusOn(target, { preventScroll: true });
    if (target.tagName !== focused.tagName) return;
    if (start != null && target.selectionStart != null) target.setSelectionRange(start, end, direction);
    target.scrollTop = scrollTop;
  };
}
