// Draws a list anew in such a way that what stayed the same stays the same element:
// the caret, an open menu and the scroll position live on, and only news is read aloud.

const marks = new WeakMap();
const FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex]";

// Each item has a key, a mark that differs when it must be drawn anew, and draw().
export function keep(parent, items) {
  const back = placeOfFocus(parent);
  const there = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  const wanted = items.map(({ key, mark, draw }) => {
    const old = there.get(key);
    if (old && marks.get(old) === mark) return old;
    const made = draw();
    made.dataset.key = key;
    marks.set(made, mark);
    return made;
  });
  for (const child of [...parent.children]) if (!wanted.includes(child)) child.remove();
  let at = parent.firstChild;
  for (const each of wanted) {
    if (each === at) at = at.nextSibling;
    else parent.insertBefore(each, at);
  }
  back();
}

const named = (root, action) => [...root.querySelectorAll(`[data-action="${CSS.escape(action)}"]`)];
const focusables = (control) =>
  control.matches(FOCUSABLE) ? [control] : [...control.querySelectorAll(FOCUSABLE)];

// Remember what has the focus; the answer puts it back after a redraw: on the same control of
// the same item, else on the one in its place, else on the list itself.
function placeOfFocus(parent) {
  const focused = document.activeElement;
  if (!focused || focused === parent || !parent.contains(focused)) return () => {};
  const control = focused.closest("[data-action]");
  const key = focused.closest("[data-key]")?.dataset.key;
  const action = control && parent.contains(control) ? control.dataset.action : null;
  const nth = action == null ? -1 : named(parent, action).indexOf(control);
  const inner = action == null ? 0 : focusables(control).indexOf(focused);
  const caret = [focused.selectionStart, focused.selectionEnd];
  return () => {
    if (focused.isConnected) return;
    const item = [...parent.children].find((child) => child.dataset.key === key);
    const found =
      action == null ? item : (item && named(item, action)[0]) || named(parent, action)[nth];
    const target = found && (focusables(found)[inner] || focusables(found)[0]);
    (target || item || parent).focus({ preventScroll: true });
    if (caret[0] != null && target?.tagName === focused.tagName && target.selectionStart != null)
      target.setSelectionRange(...caret);
  };
}
