// Where the focus is, and where it is owed: to what is not drawn yet it is given when it is drawn,
// unless the person did something else meanwhile.

const FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex]";
const MODIFIERS = ["Shift", "Control", "Alt", "Meta"];

let deeds = 0; // of the person: each settles where the focus is
let isOurs = false;
let owed = null;

export function watchFocus() {
  const deed = (event) => {
    if (!isOurs && !MODIFIERS.includes(event.key)) deeds += 1;
  };
  for (const way of ["keydown", "pointerdown", "focusin"]) addEventListener(way, deed, true);
}

export function focusOn(target, how) {
  isOurs = true;
  target.focus(how);
  isOurs = false;
}

// Ask before what takes time, so that whoever has gone on by then is left alone.
export function owing() {
  const then = deeds;
  return {
    to(find, meanwhile) {
      if (deeds !== then) return;
      owed = { find, then };
      if (!payFocus() && meanwhile) focusOn(meanwhile);
    },
  };
}

// Called when something was drawn.
export function payFocus() {
  if (owed?.then !== deeds) owed = null;
  const target = owed?.find();
  if (!target) return false;
  owed = null;
  focusOn(target);
  return true;
}

const byData = (name, value) => `[data-${name}="${CSS.escape(value)}"]`;

export const named = (root, action) => [...root.querySelectorAll(byData("action", action))];

const focusables = (control) => (control.matches(FOCUSABLE) ? [control] : [...control.querySelectorAll(FOCUSABLE)]);

// Remember what has the focus; the answer finds it again though it was drawn anew: the same control
// of the same item, in a list else the one in its place, else the item.
export function whereabouts(list = null) {
  const focused = document.activeElement;
  const root = list || document;
  const control = focused.closest("[data-action]");
  const key = focused.closest("[data-key]")?.dataset.key;
  const action = control && root.contains(control) ? control.dataset.action : null;
  const nth = list && action != null ? named(list, action).indexOf(control) : -1;
  const inner = action == null ? 0 : focusables(control).indexOf(focused);
  return () => {
    if (focused.isConnected && focused !== document.body) return focused;
    const item = key && root.querySelector(byData("key", key));
    const found = action == null ? item : (item && named(item, action)[0]) || named(root, action)[nth];
    return (found && (focusables(found)[inner] || focusables(found)[0])) || item || null;
  };
}
